"""Each panel: aligned at every width in any script, hostile names stay text, unknown never looks well or like zero."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import accumulate
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs
from rich.cells import cell_len
from textual.geometry import Size

from duty.alarm_def import AlarmKey
from duty.alarm_record import Ack, Alarm, Outage, Shelf, Suppression
from duty.alarm_states import AlarmState
from duty.board import DiskView, HostView, LineView, PingView, ProcessView
from duty.clean import clean
from duty.phrases import phrase
from duty.quality import Quality, State
from duty.records import Incident, IncidentState, LogEntry, LogKind, Subject
from tests.tui.app.sites import NOW, SITE, host
from tui.filters import Filter, parse
from tui.pager import Line
from tui.panels.alarms import AlarmsPanel
from tui.panels.disks import DisksPanel
from tui.panels.fleet import FleetPanel
from tui.panels.incidents import IncidentsPanel
from tui.panels.lines import LinesPanel
from tui.panels.log import LogPanel
from tui.panels.processes import ProcessesPanel
from tui.panels.table_panel import TablePanel
from tui.picture import Picture
from tui.themes import THEMES
from wire.alarms import AlarmsHeld
from wire.words import LANGUAGES, _, speak

PANELS: tuple[type[TablePanel[Any]], ...] = (
    FleetPanel, ProcessesPanel, LinesPanel, DisksPanel, IncidentsPanel, LogPanel, AlarmsPanel,
)  # fmt: skip
OF_HOSTS = PANELS[:4]
STATES = [state for state in AlarmState if state is not AlarmState.NORMAL]
HOSTILE = (
    "\x1b]52;c;cm0gLXJm\x07\x1b[2J", "\x9b31m\x9d0;title\x9c", "[/red][@click=app.quit]x[/]", "[link=http://x]", "\\[",
    "\u202egnp.exe", "a" + "\u0301" * 200, "\udcff\ud800", "\r\n\t\x00\x7f", "网关一号👍\ufe0f\u200d", "\u2066x\u2069",
    "x" * 5000, "主机" * 300, "", " ", "\u200b\u00ad\u3164",
)  # fmt: skip


def laid_out(panel: type[TablePanel[Any]], picture: Picture, width: int = 78, height: int = 30) -> TablePanel[Any]:
    """The panel as it is drawn for ``picture``."""

    class Bare(panel):  # type: ignore[misc, valid-type]
        app = SimpleNamespace(current_theme=THEMES[0], picture=picture, seen=picture)
        size = Size(width, height)

        def refresh(self, *_regions: Any, **_more: Any) -> Any:
            return self

    made = Bare()
    made.redraw(None)
    assert isinstance(made, TablePanel)
    return made


def rows_of(panel: TablePanel[Any]) -> Iterator[Line]:
    for number in range(len(panel.keys)):
        yield panel.sheet.line(number)


def picture_of(
    *hosts: HostView,
    incidents: tuple[Incident, ...] = (),
    log: tuple[LogEntry, ...] = (),
    alarms: tuple[Alarm, ...] = (),
) -> Picture:
    picture = Picture("li", lambda: NOW)
    picture.site = SITE
    picture.hosts = {each.id: each for each in hosts}
    picture.incidents = {each.id: each for each in incidents}
    picture.log = list(log)
    picture.alarms.hold(AlarmsHeld(alarms))
    return picture


def named(text: str, number: int = 0, **more: Any) -> HostView:
    """A host all of whose names and reasons are ``text``, as they are after the boundary."""
    text = clean(text)
    why = (phrase("{x}", x=text),)
    return host(
        f"{text}{number}",
        label=text,
        role=text,
        why=why,
        cpu_percent=12.0,
        memory_percent=99.6,
        cpu_trend=(0, 50, -1, 100),
        processes=(ProcessView(text, State.WARN, why, 2, "1+", uptime_s=9e5, cpu_percent=250.0, rss_bytes=1 << 40),),
        lines=(LineView(text, text, State.ACT, why, 1e11, 0.0, 1e9, None, trend_in=(1, 2), trend_out=()),),
        disks=(DiskView(text, State.UNKNOWN, why, "ok", text, text, 1, 1, 10**15, 100.0, 100.0),),
        **more,
    )


def incident(text: str, number: int) -> Incident:
    text = clean(text)
    return Incident(
        id=number, state=IncidentState.ACCEPTED, level=1, title=text, said=None, subject=Subject(text, "disk", text),
        owner=text, opened_by=text, opened_at=NOW - 9e6, automatic=True, active=True, count=12, last_note=text,
    )  # fmt: skip


def entry(text: str, number: int) -> LogEntry:
    text = clean(text)
    return LogEntry(number, LogKind.NOTE, NOW, NOW, text, Subject(text, "line", text), text, None, None)


def alarm(text: str, number: int) -> Alarm:
    """Every state in turn, with every mark that there is; names and sentence are ``text``."""
    text = clean(text)
    state = STATES[number % len(STATES)]
    why = phrase("{x}", x=text)
    key = AlarmKey(Subject(f"{text}{number}", "disk", text), "disk.filling")
    return Alarm(
        key, state, active=True, severity=State.ACT, priority=1 + number % 4, event=3, count=12, said=why,
        quality=Quality.UNREACHABLE, began_at=NOW - 9e6, began=100.0, raised=(9e6 + 99.0, 9e6 + 99.5, 9e6 + 99.9),
        ack=Ack(1, text, NOW, 1.0, State.ACT, text), shelf=Shelf(text, text, NOW, NOW + 9e6, 1.0, text),
        suppressions=(Suppression(text, why, NOW, until=NOW + 60, ends=1.0),),
        outage=Outage(text, text, NOW, NOW + 9e6, 1.0),
    )  # fmt: skip


def site_of(texts: tuple[str, ...]) -> Picture:
    return picture_of(
        *(named(text, number) for number, text in enumerate(texts)),
        incidents=tuple(incident(text, number) for number, text in enumerate(texts)),
        log=tuple(entry(text, number) for number, text in enumerate(texts)),
        alarms=tuple(alarm(text, number) for number, text in enumerate(texts)),
    )


def places(line: Line) -> list[int]:
    """Where each piece of a row begins."""
    return list(accumulate((cell_len(text) for text, _tone in line), initial=0))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("panel", PANELS)
def test_columns_are_aligned_at_every_width(panel: type[TablePanel[Any]], language: str) -> None:
    speak(language)
    picture = site_of(HOSTILE)
    for width in range(40, 201):
        made = laid_out(panel, picture, width)
        lines = list(rows_of(made))
        assert lines and len({tuple(places(line)) for line in lines}) == 1, width
        assert set(places(made.sheet.head)) <= set(places(lines[0])), width
        assert all(made.render_line(y).cell_length == width for y in range(made.size.height)), width


@pytest.mark.parametrize("panel", PANELS)
def test_hostile_names_stay_text(panel: type[TablePanel[Any]]) -> None:
    made = laid_out(panel, site_of(HOSTILE), 200)
    drawn = [segment for y in range(made.size.height) for segment in made.render_line(y)]
    assert all(segment.text.isprintable() and not (segment.style and segment.style.meta) for segment in drawn)
    text = "\n".join(made.render_line(y).text for y in range(made.size.height))
    assert "[/red]" in text and not set(text) & set("\x1b\x9b\u202e\u2066")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(), max_size=60), min_size=1, max_size=6), st.integers(40, 200))
def test_any_text_keeps_its_column(texts: list[str], width: int) -> None:
    picture = site_of(tuple(texts))
    for panel in PANELS:
        made = laid_out(panel, picture, width, 12)
        assert len({tuple(places(line)) for line in rows_of(made)}) == 1
        strips = [made.render_line(y) for y in range(12)]
        assert all(strip.cell_length == width for strip in strips)
        assert not {unicodedata.category(char) for strip in strips for char in strip.text} & {"Cc", "Cs"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [72, 80, 96, 160])
def test_a_line_shows_rate_share_trend_rtt_and_loss_at_every_size(width: int, language: str) -> None:
    speak(language)
    ping = PingView("10.9.0.1", State.OK, (), 0.028, 0.001, 16.0, NOW)
    full = LineView("SGE-quote", "eth1", State.OK, (), 9.9e6, 8.9e6, 1e7, 1e7, trend_in=(99, -1), trend_out=(10, 89))
    picture = picture_of(
        host("quote-gw-1", lines=(structs.replace(full, pings=(ping,)),)),
        host("trade-front-1", lines=(structs.replace(full, capacity_in_bps=None, capacity_out_bps=None),)),
        host("away", quality=Quality.STALE, read_at=NOW - 51, lines=(full,)),
    )
    made = laid_out(LinesPanel, picture, width)
    head, away, known, unknown = (made.render_line(y).text for y in (1, *range(2, 5)))
    assert _("RTT") in head and _("loss") in head
    assert all(word in known for word in ("9.9M", "99%", "8.9M", "89%", "28ms", "16%"))
    levels = made.glyphs.spark
    assert sum(known.count(level) for level in levels[1:]) >= 2, "a trend"
    assert "51s" in away
    # Of words that would be cut there is a short form.
    for row, words, short in (
        (known, _("of {capacity}", capacity="10.0M"), "/ 10.0M"),
        (unknown, _("capacity unknown"), "/ –"),
    ):
        assert words in row or row.rstrip().endswith(short), row


def tones(panel: TablePanel[Any]) -> set[str]:
    return {tone for line in rows_of(panel) for text, tone in line if text.strip()}


def all_in(state: State, quality: Quality) -> HostView:
    """A host of one state and quality, with nothing else known of it."""
    return host(
        "gw", state=state, quality=quality, label="", role="",
        processes=(ProcessView("p", state, (), 1, "1"),),
        lines=(LineView("l", "e", state, (), 1.0, 1.0, 2.0, 2.0),),
        disks=(DiskView("/", state, (), "ok", used_percent=50.0),),
    )  # fmt: skip


@pytest.mark.parametrize("quality", list(Quality))
@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("panel", OF_HOSTS)
def test_only_what_is_known_to_be_well_is_green(panel: type[TablePanel[Any]], state: State, quality: Quality) -> None:
    found = tones(laid_out(panel, picture_of(all_in(state, quality))))
    assert ("ok" in found) == (state is State.OK and quality is Quality.GOOD)
    if quality is not Quality.GOOD:
        assert "old" in found


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("panel", OF_HOSTS)
def test_a_state_is_a_shape_and_a_letter_as_well(panel: type[TablePanel[Any]], state: State) -> None:
    made = laid_out(panel, picture_of(all_in(state, Quality.GOOD)))
    assert made.render_line(2).text.startswith(made.glyphs.cursor + made.glyphs.states[state].text)


def test_what_is_not_known_is_never_a_zero() -> None:
    nothing = host(
        "gw", label="", role="",
        processes=(ProcessView("p", State.UNKNOWN, (), None, "1"),),
        lines=(LineView("l", "e", State.UNKNOWN, (), None, None, None, None),),
        disks=(DiskView("m", State.UNKNOWN, (), "hanging"),),
    )  # fmt: skip
    for panel in OF_HOSTS:
        text = laid_out(panel, picture_of(nothing)).row_text()
        assert "0" not in text, text
        assert "–" in text or "?" in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("panel", PANELS)
def test_an_empty_panel_says_so(panel: type[TablePanel[Any]], language: str) -> None:
    speak(language)
    made = laid_out(panel, picture_of())
    assert made.nothing and made.nothing.split()[0] in made.render_line(2).text
    assert made.subject() == Subject() and made.incident_id() is None and made.row_text() == ""


@pytest.mark.parametrize("panel", OF_HOSTS)
def test_the_worst_is_first_and_only_seen_rows_are_made(panel: type[TablePanel[Any]]) -> None:
    hosts = [all_in(list(State)[number % 5], Quality.GOOD) for number in range(500)]
    picture = picture_of(*(structs.replace(each, id=f"gw-{number:03}") for number, each in enumerate(hosts)))
    drawn: list[Any] = []
    columns = panel.columns

    def counted(self: Any, items: Any, width: int) -> Any:
        head, draw = columns(self, items, width)
        return head, lambda item, now: drawn.append(item) or draw(item, now)

    class Counting(panel):  # type: ignore[misc, valid-type]
        pass

    Counting.columns = counted  # type: ignore[method-assign]
    made = laid_out(Counting, picture)
    assert len(made.keys) == 500 and len(drawn) == made.room
    assert made.render_line(2).text[1:].startswith(made.glyphs.states[State.ACT].text)
    picture.hosts["gw-000"] = structs.replace(picture.hosts["gw-000"], cpu_percent=1.0)
    drawn.clear()
    made.redraw(frozenset({"gw-000"}))
    made.redraw(frozenset())
    assert len(drawn) == 2 * made.room


words = st.sampled_from(["host:x", "state:bad", "-state:act", "state:ok,info", "gw", "-x", "role:gw", "[/red]", "网关"])


@settings(max_examples=60, deadline=None)
@given(st.lists(words, max_size=3), st.booleans())
def test_a_filter_hides_rows_and_counts_every_one_of_them(terms: list[str], problems_only: bool) -> None:
    picture = picture_of(
        *(named(text, number) for number, text in enumerate(HOSTILE[:9])),
        all_in(State.OK, Quality.GOOD),
        incidents=(incident("gw", 1),),
        log=(entry("gw", 1),),
    )
    chosen = parse(" ".join(terms), problems_only=problems_only)
    assert isinstance(chosen, Filter)
    for kind in PANELS:
        made = laid_out(kind, picture)
        everything, worst = list(made.keys), made.worst(picture)
        made.filter = chosen
        made.redraw(None)
        hidden, bad = made.hidden
        assert len(made.keys) + hidden == len(everything) and 0 <= bad <= hidden
        assert made.keys == [key for key in everything if key in set(made.keys)], "the order stays"
        assert made.worst(picture) == worst
        if problems_only and kind in OF_HOSTS:
            assert bad == 0 or terms
