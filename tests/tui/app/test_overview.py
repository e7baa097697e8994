"""The overview: right counts, the worst of each group, the oldest untaken incident, at every size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from duty.clean import clean
from duty.quality import Quality, State
from duty.records import IncidentState
from tests.tui.app.sites import NOW, SITE, host
from tui.glyphs import ASCII, UNICODE
from tui.overview import groups, large, overview_lines, state_of
from tui.picture import Picture
from wire.messages import BoardUpdate
from wire.words import LANGUAGES, speak

MakeDesk = Callable[..., Any]


def picture_of(*hosts: Any) -> Picture:
    picture = Picture("li", lambda: NOW)
    picture.board(BoardUpdate(1, NOW, True, SITE, hosts))
    return picture


def text(lines: Any) -> str:
    return "\n".join("".join(piece for piece, _tone in line) for line in lines)


@pytest.mark.parametrize("size", [(80, 24), (160, 48), (50, 12)])
async def test_it_opens_follows_and_goes_back(desk: MakeDesk, size: tuple[int, int]) -> None:
    async with desk(size=size) as d:
        await d.press("v")
        await d.until(lambda: d.screen == "OverviewScreen" and "oldest untaken: incident 1" in d.words)
        assert "trading" in d.words
        d.watch.change(*(host(name) for name in ("qgw1", "ogw1", "risk1", "local")))
        await d.until(lambda: "■A" not in d.words and "✕U 1" not in d.words)
        await d.press("t")
        await d.until(lambda: d.watch.incidents[1].state is IncidentState.ACCEPTED and "no untaken incident" in d.words)
        await d.press("v")
        await d.until(lambda: d.screen == "WatchScreen")


def test_a_group_is_as_bad_as_its_worst_host_and_unknown_is_not_well() -> None:
    made = groups(
        [host("a", group="x"), host("b", group="x", state=State.UNKNOWN), host("c", group="y"), host("d", group="")]
    )
    assert [(one.name, one.state, one.bad, one.total) for one in made] == [
        ("x", State.UNKNOWN, 1, 2),
        ("", State.OK, 0, 1),
        ("y", State.OK, 0, 1),
    ]


def test_figures_are_large_and_tell_all_digits_apart() -> None:
    drawn = {digit: tuple(large(str(digit), 1, UNICODE)) for digit in range(10)}
    assert len(set(drawn.values())) == 10 and {len(rows) for rows in drawn.values()} == {5}
    assert len(large("12", 2, ASCII)) == 10 and set("".join(large("12", 2, ASCII))) == {"#", " "}


def test_no_board_and_no_host_is_not_well() -> None:
    lines = overview_lines(picture_of(), 80, 21, UNICODE)
    assert "unknown" in text(lines) and not {tone for line in lines for _text, tone in line} & {"act"}
    assert "■" not in text(lines)


def test_more_groups_than_fit_are_counted() -> None:
    hosts = [host(f"h{number}", group=f"g{number:03}") for number in range(60)]
    said = text(overview_lines(picture_of(*hosts), 80, 21, UNICODE))
    assert "g000" in said and "more groups, none worse" in said


states, qualities = st.sampled_from(list(State)), st.sampled_from(list(Quality))


@given(
    st.lists(st.tuples(states, qualities, st.text(max_size=30).map(clean)), max_size=40),
    st.integers(20, 200), st.integers(3, 60), st.sampled_from(LANGUAGES), st.sampled_from([UNICODE, ASCII]),
)  # fmt: skip
@settings(deadline=None, max_examples=150)
def test_the_page_has_the_size_asked_for_and_is_green_only_where_all_is_well(
    made: list[tuple[State, Quality, str]], width: int, height: int, language: str, glyphs: Any
) -> None:
    hosts = [host(f"h{number}", state=s, quality=q, group=g) for number, (s, q, g) in enumerate(made)]
    speak(language)
    lines = overview_lines(picture_of(*hosts), width, height, glyphs)
    speak("en")
    assert len(lines) == height
    assert {sum(cell_len(piece) for piece, _tone in line) for line in lines} == {width}
    blocks = {tone for line in lines for piece, tone in line if set(piece.strip()) & {"█", "#"}}
    if all(one.quality is not Quality.GOOD and state_of(one) is not State.OK for one in hosts):
        assert "ok" not in blocks
    for group in groups(hosts):
        worst = max(state_of(one) for one in hosts if one.group == group.name)
        assert group.state is worst and (group.bad == 0) == (worst in (State.OK, State.UNJUDGED))
