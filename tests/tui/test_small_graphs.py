"""The graphs on a host's page: which there are, that they fit, stay in place, and draw limits, gaps and incidents."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from duty.board import DiskView, HostView, LineView, PingView
from duty.graph import Graph, GraphPoint
from duty.limits import Level
from duty.quality import State
from duty.records import Incident, IncidentState, Subject
from duty.series import SeriesKey, unit_of
from tests.support.views import view
from tui.glyphs import ASCII, UNICODE
from tui.pager import Line
from tui.small_graphs import SmallGraphs, chosen, draw, fullest, graph_lines, layout
from wire.words import LANGUAGES, speak

NOW = 1_800_000_000.0
CPU, MEMORY = SeriesKey("host", "", "cpu"), SeriesKey("host", "", "memory")
LIMITS = (Level(60, State.WARN), Level(80, State.ACT))


def lined(number: int) -> LineView:
    pings = tuple(PingView(f"10.0.{number}.{last}", State.OK, (), line=f"line {number}") for last in (1, 2))
    return LineView(f"line {number}", f"eth{number}", State.OK, (), 1e6, 1e6, 10e6, 10e6, pings=pings)


def disk(mount: str, used: float | None) -> DiskView:
    return DiskView(mount, State.OK, (), "ok", used_percent=used)


HOST = view("gw", NOW, lines=(lined(1), lined(2)), disks=(disk("/", 40), disk("/data", 70), disk("/new", None)))
SIZES = ((80, 22), (60, 40), (120, 38), (160, 46), (200, 60))


def graph_of(series: SeriesKey, values: dict[int, float], limits: tuple[Level, ...] = ()) -> Graph:
    points = tuple(GraphPoint(NOW - 3600 + 36 * at, value, value, value) for at, value in sorted(values.items()))
    return Graph("gw", series, unit_of(series), NOW - 3600, NOW, 36.0, 0.0, points, limits)


def drawn(size: tuple[int, int], graphs: dict[SeriesKey, Graph | None], **more: Any) -> list[Line]:
    given: dict[str, Any] = {"until": NOW, "why": "", "view": HOST, "incidents": (), "zone": "UTC", "glyphs": UNICODE}
    plan, newest = layout(*size), more.pop("newest", 90.0)
    asked = SmallGraphs(tuple(graphs), graphs, **{**given, **more})
    return graph_lines(draw(asked, plan), [newest] * min(plan.most, len(graphs)), plan, asked.glyphs.cut)


def text(lines: list[Line]) -> str:
    return "\n".join("".join(piece for piece, _tone in line) for line in lines)


def opened(at: float) -> Incident:
    return Incident(
        id=3, state=IncidentState.OPEN, level=1, title="down", said=None, subject=Subject("gw"), owner=None,
        opened_by="", opened_at=at, automatic=True, active=True,
    )  # fmt: skip


@pytest.mark.parametrize(("most", "count"), [(0, 0), (2, 2), (6, 6), (9, 9), (20, 9)])
def test_the_main_numbers_of_a_host_and_the_fullest_mount_as_many_as_there_is_room_for(most: int, count: int) -> None:
    found = [str(one) for one in chosen(HOST, most, "/data")]
    assert len(found) == count
    if most >= 9:
        assert found == [
            "host::cpu", "host::memory",
            "line:line 1:in", "line:line 1:out", "ping:line 1 10.0.1.1:rtt",
            "line:line 2:in", "line:line 2:out", "ping:line 2 10.0.2.1:rtt",
            "disk:/data:used_percent",
        ]  # fmt: skip
    if most:
        assert found[-1] == "disk:/data:used_percent"


def test_a_host_without_lines_shows_its_load() -> None:
    bare = view("gw", NOW)
    assert [str(one) for one in chosen(bare, 6, fullest(bare, None))] == ["host::cpu", "host::memory", "host::load"]


def test_the_mount_stays_while_it_is_there() -> None:
    assert fullest(HOST, None) == "/data"
    assert fullest(HOST, "/") == "/", "another that has become fuller moves nothing"
    assert fullest(HOST, "/gone") == "/data"
    assert fullest(view("gw", NOW, disks=(disk("/", None),)), None) is None


@pytest.mark.parametrize("size", SIZES)
def test_there_are_as_many_lines_before_an_answer_as_after(size: tuple[int, int]) -> None:
    series = chosen(HOST, layout(*size).most, "/data")
    none: dict[SeriesKey, Graph | None] = dict.fromkeys(series)
    full: dict[SeriesKey, Graph | None] = {
        one: graph_of(one, dict.fromkeys(range(100), 50.0), LIMITS) for one in series
    }
    waiting, empty, read = drawn(size, none, until=None), drawn(size, none), drawn(size, full)
    assert len(waiting) == len(empty) == len(read) > len(series) / 3
    assert "The history is being read" in text(waiting) and "nothing was read" not in text(waiting)
    assert text(empty).count("nothing was read") == len(series)
    assert "nothing was read" not in text(read) and "until 08:00:00" in text(read)


def test_in_a_corner_of_the_screen_there_are_none() -> None:
    assert drawn((40, 10), {CPU: None}) == []


def test_a_line_of_text_has_value_graph_top_and_limits_and_passes_them_in_their_tone() -> None:
    values = {at: 10.0 if at < 40 else 65.0 if at < 60 else 90.0 for at in range(100) if not 20 <= at < 30}
    graphs: dict[SeriesKey, Graph | None] = {CPU: graph_of(CPU, values, LIMITS)}
    line = drawn((80, 22), graphs)[2]
    said = text([line])
    assert said.split()[:3] == ["CPU", "90", "%"] and said.endswith("↑100% ┄60% ┄80%")
    plot = [one for one in line if one[0] in set("▁▂▃▄▅▆▇█ ")]
    tones = [tone for _sign, tone in plot]
    assert [one for one, before in zip(tones, [None, *tones], strict=False) if one != before] == [
        "spark", "", "spark", "warn", "act", "",
    ], "a gap has no tone, what passes a limit has the limit's"  # fmt: skip


@pytest.mark.parametrize("size", SIZES)
def test_what_is_not_read_now_has_no_value_beside_its_graph(size: tuple[int, int]) -> None:
    said = text(drawn(size, {CPU: graph_of(CPU, {0: 42.0})}, newest=None))
    assert "CPU" in said and "–" in said and " 42 %" not in said.replace("highest 42 %", "")


def test_a_number_that_is_bad_when_low_is_judged_so() -> None:
    series = SeriesKey("app", "web", "cert_days")
    levels = (Level(30, State.WARN, True), Level(7, State.ACT, True))
    line = drawn((80, 22), {series: graph_of(series, {at: 100.0 - at for at in range(100)}, levels)})[2]
    tones = list(dict.fromkeys(tone for sign, tone in line if sign in set("▁▂▃▄▅▆▇█")))
    assert tones == ["spark", "warn", "act"]


@pytest.mark.parametrize(("size", "glyphs", "sign"), [
    ((80, 22), UNICODE, "┆"), ((160, 46), UNICODE, "┆"), ((80, 22), ASCII, "|"), ((160, 46), ASCII, "|"),
])  # fmt: skip
def test_the_beginning_of_an_incident_is_drawn(size: tuple[int, int], glyphs: Any, sign: str) -> None:
    graphs: dict[SeriesKey, Graph | None] = {CPU: graph_of(CPU, {0: 1.0})}
    none = text(drawn(size, graphs, glyphs=glyphs)[2:]).count(sign)
    old = text(drawn(size, graphs, glyphs=glyphs, incidents=(opened(NOW - 4000),))[2:]).count(sign)
    one = text(drawn(size, graphs, glyphs=glyphs, incidents=(opened(NOW - 1800),))[2:]).count(sign)
    assert old == none and one > none


def test_older_graphs_stay_with_the_reason_why_there_is_nothing_newer() -> None:
    said = text(drawn((80, 22), {CPU: graph_of(CPU, {0: 42.0})}, why="there is no watch to ask"))
    assert "The history cannot be read: there is no watch to ask" in said and "↑" in said


def test_a_terminal_without_wide_signs_gets_none() -> None:
    graphs: dict[SeriesKey, Graph | None] = {CPU: graph_of(CPU, dict.fromkeys(range(50), 50.0), LIMITS), MEMORY: None}
    for size in SIZES:
        said = text(drawn(size, graphs, glyphs=ASCII, incidents=(opened(NOW - 100),))).replace("·", "").replace("–", "")
        assert said.isascii()


@given(
    st.sampled_from(SIZES),
    st.integers(60, 220),
    st.dictionaries(st.integers(0, 99), st.floats(-1e15, 1e15), max_size=30),
    st.lists(st.floats(-1e15, 1e15), max_size=3),
    st.sampled_from(LANGUAGES),
    st.text(max_size=40),
)
@settings(deadline=None, max_examples=100)
def test_no_line_is_wider_than_the_page(
    size: tuple[int, int], width: int, values: dict[int, float], limits: list[float], language: str, name: str
) -> None:
    name = "".join(sign for sign in name if sign.isprintable())
    host: HostView = msgspec.structs.replace(HOST, lines=(msgspec.structs.replace(lined(1), key=name),))
    series = chosen(host, layout(width, size[1]).most, "/data")
    levels = tuple(Level(value, State.WARN) for value in limits)
    speak(language)
    lines = drawn((width, size[1]), {one: graph_of(one, values, levels) for one in series}, view=host)
    speak("en")
    assert max(sum(cell_len(piece) for piece, _tone in line) for line in lines) <= width
