"""The tabs of a small screen: every name to be told, every count whole, and nothing moves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rich.cells import cell_len

from duty.quality import State
from tui.glyphs import Mark
from tui.panels.tab_strip import TabStrip, tab_words
from wire.words import speak

MakeDesk = Callable[..., Any]


def drawn(strip: TabStrip) -> str:
    return "".join(text for text, _tone in strip._shown)


def counts(text: str, mark: Mark, count: int) -> int:
    """How often a count stands there whole, with its letter or without."""
    return text.count(f"{mark.text}{count}") + text.count(f"{mark.shape}{count}")


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", ["Fleet", "Procs", "Apps", "Lines", "Disks", "Event", "Queue", "Duty", "Alarm"]),
        ("zh_CN", ["主机", "进程", "应用", "线路", "磁盘", "日志", "事件", "值班", "告警"]),
    ],
)
@pytest.mark.parametrize("count", [0, 1, 9])
async def test_every_name_and_every_count_is_whole(desk: MakeDesk, language: str, names: list[str], count: int) -> None:
    async with desk(size=(80, 24)) as d:
        speak(language)
        strip = d.app.screen.query_one(TabStrip)
        for panel in strip.panels:
            panel.worst = lambda _picture: (State.ACT, count)
        strip.redraw()
        text = drawn(strip)
        mark = strip.glyphs.states[State.ACT]
        assert cell_len(text) == 80
        for number, name in enumerate(names, 1):
            assert f"{number}{name}" in text.replace(f"{number} ", str(number)), (number, text)
        assert counts(text, mark, count) == (9 if count else 0), text


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("size", [(60, 20), (80, 24), (100, 30), (119, 33)])
async def test_no_tab_moves_when_faults_come(desk: MakeDesk, language: str, size: tuple[int, int]) -> None:
    async with desk(size=size) as d:
        speak(language)
        strip = d.app.screen.query_one(TabStrip)
        places = []
        for count in (0, 3, 12, 123):
            for panel in strip.panels:
                panel.worst = lambda _picture, count=count: (State.WARN, count)
            strip.redraw()
            text = drawn(strip)
            places.append([cell_len(text[: text.index(f" {number}")]) for number in range(1, 10)])
            mark = strip.glyphs.states[State.WARN]
            assert not count or counts(text, mark, count) == 9 or size[0] < 80, text
        assert places.count(places[0]) == len(places), places


async def test_a_click_on_a_tab_shows_its_panel(desk: MakeDesk) -> None:
    async with desk(size=(80, 24)) as d:
        screen = d.app.screen
        for number, left in ((4, 27), (8, 63), (9, 71), (1, 0)):
            await d.pilot.click(TabStrip, offset=(left + 3, 0))
            await d.until(lambda number=number: screen.panels[number - 1].has_focus)
            assert screen.focused_panel.number == number


@pytest.mark.parametrize(
    ("room", "words"), [(14, "2 Processes "), (11, "2 Processes"), (8, "2 Procs "), (6, "2Procs"), (3, "2Pr"), (0, "")]
)
def test_the_longest_name_that_fits(room: int, words: str) -> None:
    assert tab_words(2, ("Processes", "Procs"), room) == words
