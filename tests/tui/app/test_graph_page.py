"""The graph page: the right series of the right thing, spans, gaps, limits, incidents; no history is said in words."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from duty.graph import Graph, GraphPoint
from duty.limits import Level
from duty.phrases import phrase
from duty.quality import State
from duty.records import Incident, IncidentState, Subject
from duty.series import KINDS, SeriesKey, unit_of
from tests.tui.app.sites import NOW, WELL
from tui.graph_page import GraphPage, joined, page_lines
from tui.screens.graph import SPANS, GraphScreen, first_of, ordered
from tui.series_words import FIELD_WORDS, series_words
from wire.messages import ReadHistory, ReadSeries
from wire.words import LANGUAGES, speak

MakeDesk = Callable[..., Any]
SIZES = ((80, 24), (160, 48))
SERIES = (
    SeriesKey("host", "", "cpu"),
    SeriesKey("host", "", "load"),
    SeriesKey("line", "exchange A", "in"),
    SeriesKey("line", "exchange A", "out"),
    SeriesKey("ping", "exchange A 10.0.0.9", "rtt"),
    SeriesKey("disk", "/", "available"),
    SeriesKey("disk", "/", "used"),
    SeriesKey("process", "quoted", "rss"),
    SeriesKey("process", "quoted", "cpu"),
)


def past(command: ReadHistory, *, gap: tuple[float, float] = (0.0, 0.0)) -> Graph:
    """A wave with a gap between two shares of the time."""
    step = (command.until - command.since) / command.points
    points = tuple(
        GraphPoint(command.since + number * step, value, value + 1, value + 2)
        for number in range(command.points)
        if not gap[0] <= number / command.points < gap[1]
        for value in [40 + 30 * math.sin(number / 20)]
    )
    return Graph(command.host, command.series, unit_of(command.series), command.since, command.until, step, 0.0, points)


async def opened(d: Any) -> GraphScreen:
    await d.press("g")
    await d.until(lambda: d.screen == "GraphScreen")
    screen = d.app.screen
    assert isinstance(screen, GraphScreen)
    return screen


def remember(d: Any, **more: Any) -> None:
    d.watch.series, d.watch.past = SERIES, lambda command: past(command, **more)


@pytest.mark.parametrize(
    ("tab", "name", "series"),
    [
        ("1", "qgw1", SERIES[0]),
        ("2", "quoted", SERIES[8]),
        ("4", "exchange A", SERIES[2]),
        ("5", "/", SERIES[6]),
    ],
)
async def test_the_graph_is_of_the_thing_under_the_cursor(desk: MakeDesk, tab: str, name: str, series: Any) -> None:
    async with desk() as d:
        remember(d)
        await d.press(tab, "home")
        for _row in range(5):
            if d.app.subject().key == name:
                break
            await d.press("down")
        screen = await opened(d)
        await d.until(lambda: screen.graph is not None)
        assert screen.graph.series == screen.series == series and screen.graph.host == "qgw1"
        await d.until(lambda: "newest" in d.words and series_words(series) in d.words)


async def test_the_page_of_a_host_leads_to_its_graphs_and_back(desk: MakeDesk) -> None:
    async with desk() as d:
        remember(d)
        await d.press("enter")
        await d.until(lambda: d.screen == "HostScreen")
        screen = await opened(d)
        await d.until(lambda: screen.graph is not None)
        assert screen.series == SERIES[0] and screen.graph.host == d.app.host_id() == "ogw1"
        await d.press("g", "escape")
        await d.until(lambda: d.screen == "HostScreen")


@pytest.mark.parametrize("size", SIZES)
async def test_keys_choose_span_and_series_and_the_page_follows(desk: MakeDesk, size: tuple[int, int]) -> None:
    async with desk(size=size) as d:
        remember(d)
        await d.press("home")
        screen = await opened(d)
        await d.until(lambda: screen.graph is not None and "1 hour" in d.words)
        for _press in SPANS:
            await d.press("]")
        await d.until(lambda: screen.graph is not None and screen.graph.until - screen.graph.since == 30 * 86_400)
        assert "30 days" in d.words
        for _press in SPANS:
            await d.press("[")
        await d.until(lambda: screen.graph is not None and screen.graph.until - screen.graph.since == 600)
        await d.press("tab", "down")
        await d.until(lambda: screen.graph is not None and screen.graph.series == screen.choices[2])
        await d.press("left", "left", "left")
        await d.until(lambda: screen.graph is not None and screen.graph.series == screen.choices[-1])
        await d.press("escape")
        await d.until(lambda: d.screen == "WatchScreen")


async def test_it_is_read_again_by_itself_but_not_in_a_pause(desk: MakeDesk) -> None:
    async with desk() as d:
        remember(d)
        screen = await opened(d)
        await d.until(lambda: screen.graph is not None)
        asked = len(d.watch.asked)
        screen._asked_at -= 3600
        await d.until(lambda: len(d.watch.asked) > asked)
        series = screen.series
        await d.press("p")
        await d.until(lambda: d.app.pause is not None)
        asked, screen._asked_at = len(d.watch.asked), 0.0
        screen._refresh_when_due()
        await d.pilot.pause()
        assert len(d.watch.asked) == asked and screen.series == series


async def test_no_history_yet_is_said_and_looked_for_again(desk: MakeDesk) -> None:
    async with desk() as d:
        await d.press("home")
        screen = await opened(d)
        await d.until(lambda: "There is no history of ogw1 yet" in d.words)
        remember(d)
        screen._asked_at = 0.0
        screen._refresh_when_due()
        await d.until(lambda: "newest" in d.words)


async def test_history_that_cannot_be_read_says_why(desk: MakeDesk) -> None:
    async with desk() as d:
        d.watch.refuse[ReadSeries] = phrase("this watch keeps no history")
        await opened(d)
        await d.until(lambda: "cannot be read: this watch keeps no history" in d.words)


async def test_an_older_graph_stays_with_the_reason_why_there_is_no_newer(desk: MakeDesk) -> None:
    async with desk() as d:
        remember(d)
        screen = await opened(d)
        await d.until(lambda: screen.graph is not None)
        d.watch.refuse[ReadHistory] = phrase("the file is damaged")
        screen._read()
        await d.until(lambda: "the file is damaged" in d.words and "newest" in d.words)


async def test_incidents_and_limits_are_drawn_and_named(desk: MakeDesk) -> None:
    async with desk() as d:
        remember(d)
        await d.press("home")
        assert d.app.host_id() == "ogw1"
        await opened(d)
        await d.until(lambda: "incident 1: process orderd is missing" in d.words and "┆" in d.words)


def page(graph: Graph | None, series: SeriesKey | None, **more: Any) -> GraphPage:
    given: dict[str, Any] = {
        "host": "qgw1", "choices": SERIES, "span_words": "1 hour", "since": NOW - 3600, "until": NOW, "said": "nothing",
        "note": "", "view": WELL, "incidents": (), "zone": "Asia/Shanghai",
    }  # fmt: skip
    return GraphPage(graph=graph, series=series, **{**given, **more})


def graph_of(series: SeriesKey, values: dict[int, float], count: int = 200) -> Graph:
    step = 3600 / count
    points = tuple(GraphPoint(NOW - 3600 + at * step, value, value, value) for at, value in sorted(values.items()))
    return Graph("qgw1", series, unit_of(series), NOW - 3600, NOW, step, 0.0, points)


def text(lines: Any) -> str:
    return "\n".join("".join(piece for piece, _tone in line) for line in lines)


def test_a_limit_is_named_with_its_value_and_said_where_it_lies_above() -> None:
    low = text(page_lines(page(graph_of(SERIES[2], dict.fromkeys(range(200), 1e6)), SERIES[2]), 80, 20))
    assert "contracted capacity 10.0 Mbit/s above what is drawn" in low and "┄┄┄┄" not in low
    high = text(page_lines(page(graph_of(SERIES[2], dict.fromkeys(range(200), 9e6)), SERIES[2]), 80, 20))
    assert "above what is drawn" not in high and "┄┄┄┄" in high


def test_the_limits_the_watch_names_are_drawn_in_their_tones_and_named_in_few_lines() -> None:
    levels = (Level(80, State.ACT), Level(60, State.WARN), Level(2, State.WARN, True), Level(1, State.ACT, True))
    graph = msgspec.structs.replace(graph_of(SERIES[0], {0: 55.0, 150: 70.0}), limits=levels)
    lines = page_lines(page(graph, SERIES[0]), 100, 24)
    said = text(lines)
    assert "act below 1.0 %   ┄┄ warning below 2.0 %   ┄┄ warning from 60 %   ┄┄ act from 80 %" in said
    drawn = [
        {tone for piece, tone in line if set(piece) == {"┄"}} for line in lines if line[1:2] and line[1][1] == "rule"
    ]
    assert [tones for tones in drawn if tones] == [{"act"}, {"warn"}, {"act"}], "graver is seen where two share a row"


def test_an_incident_stands_where_it_was_opened() -> None:
    incident = Incident(
        id=3, state=IncidentState.CLOSED, level=1, title="down", said=None, subject=Subject("qgw1"), owner=None,
        opened_by="", opened_at=NOW - 1800, automatic=True, active=False,
    )  # fmt: skip
    early, late = (msgspec.structs.replace(incident, opened_at=at) for at in (NOW - 3600.1, NOW - 900))
    lines = page_lines(page(graph_of(SERIES[0], {0: 1.0}), SERIES[0], incidents=(early, incident, late)), 80, 22)
    rows = [line for line in lines if line[1:2] and line[1][1] == "rule"]
    width = sum(cell_len(piece) for piece, _tone in rows[0][2:-1])
    for row in rows[:-1]:
        plot = "".join(piece for piece, _tone in row[2:-1])
        assert [place for place, sign in enumerate(plot) if sign == "┆"] == [width // 2, width * 3 // 4]
    assert text(lines).count("incident 3: down") == 2, "one before the time that is shown is not named"


@pytest.mark.parametrize(
    ("unit", "value", "words"),
    [("s", 0.0123, "12.3 ms"), ("s", 86_400.0, "86,400.0 s"), ("B", 3 << 30, "3.0 GiB"), ("conn", 7.0, "7 conn")],
)
def test_a_number_is_written_in_the_unit_that_the_watch_names(unit: str, value: float, words: str) -> None:
    series = SeriesKey("perf", "db size", "value")
    graph = msgspec.structs.replace(graph_of(series, {10: value}), unit=unit)
    assert f"newest {words} ·" in text(page_lines(page(graph, series), 100, 22))


def test_a_slow_series_is_a_line_and_a_silence_is_a_gap() -> None:
    slow = graph_of(SERIES[5], {at: 1.0 for at in range(0, 200, 5) if not 80 <= at < 120})
    places = sorted(round((point.at - slow.since) / slow.step_s - 0.5) for point in joined(slow))
    assert set(range(80)) - set(places) <= set(range(76, 80)) and not set(range(81, 120)) & set(places)
    assert places[-1] == 195


@given(
    st.sampled_from(SERIES), st.dictionaries(st.integers(0, 199), st.floats(-1e15, 1e15), max_size=40),
    st.integers(20, 200), st.integers(6, 60), st.sampled_from(LANGUAGES), st.booleans(), st.text(max_size=20),
)  # fmt: skip
@settings(deadline=None, max_examples=150)
def test_the_page_has_the_size_asked_for(
    series: Any, values: dict[int, float], width: int, height: int, language: str, ascii: bool, title: str
) -> None:
    speak(language)
    incident = Incident(
        id=3, state=IncidentState.OPEN, level=1, title=title.replace("\n", ""), said=None, subject=Subject("qgw1"),
        owner=None, opened_by="li", opened_at=NOW - 60, automatic=False, active=True,
    )  # fmt: skip
    lines = page_lines(page(graph_of(series, values), series, incidents=(incident,), ascii=ascii), width, height)
    speak("en")
    assert len(lines) == height
    assert {sum(cell_len(piece) for piece, _tone in line) for line in lines} == {width}


def test_every_series_has_a_name_in_every_language() -> None:
    for kind in KINDS:
        for field, _attribute, _unit in kind.fields:
            speak("zh_CN")
            said = series_words(SeriesKey(kind.name, "thing", field))
            speak("en")
            assert kind.name == "perf" or said != f"thing {field}", "the field's own word is for programs"
    assert series_words(SeriesKey("perf", "db /data", "value")) == "db /data"


def test_what_belongs_to_a_thing_comes_first() -> None:
    choices = ordered(SERIES, Subject("qgw1", "line", "exchange A"))
    assert choices[:3] == (SERIES[2], SERIES[3], SERIES[4]) and len(choices) == len(SERIES)
    assert first_of(choices, Subject("qgw1", "app", "front")) == SERIES[0]
    assert first_of((), Subject("qgw1")) is None


def test_a_terminal_without_wide_signs_gets_none() -> None:
    incident = Incident(
        id=3, state=IncidentState.OPEN, level=1, title="down", said=None, subject=Subject("qgw1"), owner=None,
        opened_by="li", opened_at=NOW - 60, automatic=False, active=True,
    )  # fmt: skip
    graph = graph_of(SERIES[2], dict.fromkeys(range(200), 9e6))
    for width in (80, 160):
        said = text(page_lines(page(graph, SERIES[2], incidents=(incident,), ascii=True), width, 30))
        drawn = said.replace("·", "")
        assert "|  " in said and "-- contracted" in said
        assert not {sign for sign in drawn if "\u2190" <= sign <= "\u2bff" or "\u2800" <= sign <= "\u28ff"}


def test_every_kind_of_series_has_words() -> None:
    named = {(kind.name, name) for kind in KINDS for name, _attribute, _unit in kind.fields if kind.name != "perf"}
    assert named <= {(kind, name) for kind, fields in FIELD_WORDS.items() for name in fields}
