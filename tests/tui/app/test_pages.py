"""Help, the palette, the key bar and the page of a host: what they say, at every size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from rich.cells import cell_len
from textual.color import Color
from textual.command import CommandPalette

from duty.board import HostView
from duty.clean import clean
from duty.disks import full_in
from duty.forecast import FALLING, Forecast, NoForecast
from duty.phrases import phrase
from duty.sessions import Session, SessionPeak
from tests.tui.app.sites import AWAY, HERE, LAME, NOW, WELL
from tui import doings
from tui.actions import ACTIONS
from tui.glyphs import ASCII, UNICODE
from tui.host_page import Page, page_lines
from tui.keybar import Cell, KeyBar, _length, cells_for
from tui.net import ControlNet
from tui.pager import Line, Pager, padded, wrapped
from tui.palette import entries
from tui.panels.disks import words_of
from tui.sayings import QUALITY_WORDS, STATE_WORDS

MakeDesk = Callable[..., Any]


def text_of(lines: list[Line]) -> str:
    return "\n".join("".join(text for text, _tone in line) for line in lines)


def page(host: HostView, width: int = 76, **more: Any) -> str:
    return text_of(page_lines(Page(host, (), (), NOW, "Asia/Shanghai", UNICODE), width))


@pytest.mark.parametrize(
    ("host", "said"),
    [
        (WELL, ["12 %", "4 CPUs", "quoted", "4711", "2.5 Mbit/s of 10.0 Mbit/s", "– of 10.0 Mbit/s"]),
        (WELL, ["/dev/sda1 ext4", "40 % used", "qgw1.example", "a key that allows the probe only", "1 d 1 h"]),
        (LAME, ["process orderd is missing", "0 of 1 running", "/mnt/[nfs] has not answered for 12 s", "since"]),
        (WELL, ["quote-log", "0 to act on · 12 to watch · 3 noted", "5.0 MiB are still to be read"]),
        (WELL, ["ERROR [b]no tick[/b]", "journal kernel", "not read yet"]),
        (AWAY, ["host key has CHANGED", "ask who reinstalled it", "in 20 s", "jump1", "SHA256:new", "SHA256:old"]),
        (AWAY, ["unreachable", "the figures below are of", "5 min 0 s ago"]),
        (HERE, ["this machine, read without a connection"]),
    ],
)  # fmt: skip
def test_the_page_of_a_host_tells(host: HostView, said: list[str]) -> None:
    told = " ".join(page(host).split())
    assert [words for words in said if words not in told] == []


@pytest.mark.parametrize("width", [40, 76, 139, 140, 156])
@pytest.mark.parametrize("host", [WELL, LAME, AWAY, HERE], ids=lambda host: host.id)
def test_no_sentence_is_cut(host: HostView, width: int) -> None:
    lines = page_lines(Page(host, (), (), NOW, "Asia/Shanghai", ASCII), width)
    sentences = [line for line in lines if cell_len(text_of([line])) > width and width > 60]
    assert sentences == []


def test_values_that_are_old_are_not_drawn_as_well() -> None:
    stale = structs.replace(WELL, quality=AWAY.quality)
    tones = {tone for line in page_lines(Page(stale, (), (), NOW, "UTC", UNICODE), 80) for _text, tone in line}
    assert "ok" in {tone for line in page_lines(Page(WELL, (), (), NOW, "UTC", UNICODE), 80) for _t, tone in line}
    assert "old" in tones


def test_every_state_has_words() -> None:
    from duty.connection import LINK_WORDS, Link
    from duty.quality import Quality, State

    assert (set(LINK_WORDS), set(STATE_WORDS), set(QUALITY_WORDS)) == (set(Link), set(State), set(Quality))


@given(st.text(max_size=200), st.integers(8, 120), st.integers(0, 20))
def test_wrapping_loses_nothing_and_fits(text: str, width: int, indent: int) -> None:
    text = clean(text)
    lines = wrapped(text, width, indent=indent)
    assert all(cell_len(line[1][0]) <= max(8, width - indent) for line in lines)
    assert "".join(line[1][0] for line in lines).replace(" ", "") == text.replace(" ", "")


@given(st.lists(st.text("ab中文[ ", max_size=12), max_size=4), st.integers(1, 30))
def test_padding_is_exact(texts: list[str], width: int) -> None:
    assert cell_len(text_of([padded(tuple((text, "") for text in texts), width)])) == width


@given(st.integers(0, 200))
def test_the_key_bar_fits_and_keeps_help(width: int) -> None:
    cells: list[Cell] = [(action.id[0], action.short, index % 3 > 0, action.id) for index, action in enumerate(ACTIONS)]
    kept = cells_for(cells, width)
    assert "help" in [cell[3] for cell in kept]
    assert len(kept) == 1 or sum(cell_len(cell[0]) + cell_len(cell[1]) + 3 for cell in kept) <= width


def test_the_net_lets_no_control_character_through() -> None:
    from rich.segment import Segment

    segments = [Segment("a\x1b]52;c;aGk=\x07b"), Segment("ok"), Segment("\u202egnp\x9b31m")]
    caught = ControlNet().apply(segments, Color(0, 0, 0))
    assert all(segment.text.isprintable() for segment in caught) and caught[1].text == "ok"
    assert ControlNet().apply(segments[1:2], Color(0, 0, 0))[0] is segments[1]


async def test_help_tells_every_key_and_why_not(desk: MakeDesk) -> None:
    async with desk() as d:
        await d.press("question_mark")
        await d.until(lambda: d.screen == "PageScreen")
        assert [action.words for action in ACTIONS if action.words not in d.words] == []
        assert "not now: no incident under the cursor" in d.words
        pager = d.app.screen.query_one(Pager)
        await d.press("end")
        assert pager.top > 0 and pager.hidden_below == 0
        await d.press("escape")
        assert d.screen == "WatchScreen"


async def test_the_palette_offers_actions_hosts_themes_and_faults(desk: MakeDesk) -> None:
    async with desk(practice=True) as d:
        words = [entry.words for entry in entries(d.app)]
        assert "Open an incident" in words and "Go to host risk1" in words and "Theme watch-light" in words
        assert "Fault: qgw1: a process dies quoted" in words
        await d.press("ctrl+p")
        await d.until(lambda: isinstance(d.app.screen, CommandPalette))
        await d.press(*"gotohostrisk1", "enter")
        await d.until(lambda: d.screen == "HostScreen" and d.app.host_id() == "risk1")


async def test_the_palette_survives_names_that_look_like_markup(desk: MakeDesk) -> None:
    async with desk(practice=True) as d:
        nasty = structs.replace(WELL, id="[/evil]", label="[@click=app.quit]x[/]")
        d.watch.change(nasty)
        await d.until(lambda: "[/evil]" in d.app.picture.hosts)
        await d.press("ctrl+p")
        await d.until(lambda: isinstance(d.app.screen, CommandPalette))
        await d.press(*"evil", "enter")
        await d.until(lambda: d.screen == "HostScreen" and d.app.host_id() == "[/evil]")


@pytest.mark.parametrize("size", [(80, 24), (160, 48), (40, 12)])
async def test_the_host_page_moves_by_keys_at_every_size(desk: MakeDesk, size: tuple[int, int]) -> None:
    async with desk(size=size) as d:
        doings.show_host(d.app, "qgw1")
        await d.until(lambda: d.screen == "HostScreen" and "Connection" in d.words)
        pager = d.app.screen.query_one(Pager)
        await d.press("end")
        assert pager.hidden_below == 0
        await d.press("home")
        assert pager.top == 0
        bar = d.app.screen.query_one(KeyBar)
        assert bar.region.bottom == size[1] and bar.region.width == size[0]


async def test_a_click_on_the_key_bar_is_the_key(desk: MakeDesk) -> None:
    async with desk(size=(160, 48)) as d:
        doings.show_host(d.app, "qgw1")
        await d.until(lambda: d.screen == "HostScreen" and "Connection" in d.words)
        await d.pilot.click(KeyBar, offset=(1, 0))
        await d.until(lambda: d.screen == "Form")


@pytest.mark.parametrize(("action", "screen"), [("show", "HostScreen"), ("palette", "CommandSearch")])
async def test_what_the_key_bar_offers_can_be_clicked(desk: MakeDesk, action: str, screen: str) -> None:
    async with desk(size=(160, 48)) as d:
        bar = d.app.screen.query_one(KeyBar)
        await d.until(lambda: any(cell[3] == action and cell[2] for cell in bar._cells))
        before = next(index for index, cell in enumerate(bar._cells) if cell[3] == action)
        await d.pilot.click(KeyBar, offset=(sum(map(_length, bar._cells[:before])) + 1, 0))
        await d.until(lambda: d.screen == screen)


async def test_a_page_does_not_offer_what_it_shows_already(desk: MakeDesk) -> None:
    async with desk(size=(160, 48)) as d:
        doings.show_host(d.app, "qgw1")
        await d.until(lambda: d.screen == "HostScreen" and "Connection" in d.words)
        assert "show" not in {cell[3] for cell in d.app.screen.query_one(KeyBar)._cells if cell[2]}
        before = list(d.app.screen_stack)
        await d.press("enter")
        assert d.app.screen_stack == before and "only on the screen with the panels" in d.told


async def test_the_key_bar_follows_the_cursor(desk: MakeDesk) -> None:
    async with desk(size=(160, 48)) as d:
        bar = d.app.screen.query_one(KeyBar)

        def alive() -> set[str]:
            return {cell[3] for cell in bar._cells if cell[2]}

        await d.until(lambda: "note" in alive())
        assert "take" not in alive()
        d.app._tick = lambda: None
        await d.press("7")
        await d.until(lambda: "take" in alive())


# --- what the past says -----------------------------------------------------------------------------------------------

SOON = Forecast(3.2 * 86_400, 2.1 * 86_400, 4.9 * 86_400)
NIGHT = Session("night", NOW - 40_000, NOW - 20_000, "2026-03-04")


@pytest.mark.parametrize(
    ("why", "outlook", "said"),
    [
        ((), SOON, "full in 3 d (2-5 d)"),
        ((), FALLING, "falling"),
        ((), NoForecast("jumped", phrase("jumped {minutes} min ago", minutes=4)), "jumped 4 min ago"),
        ((), None, "ext4"),
        ((phrase("mounted read-only"),), FALLING, "mounted read-only"),
        ((phrase("mounted read-only"),), SOON, "mounted read-only · full in 3 d (2-5 d)"),
        ((full_in(SOON),), SOON, "full in 3 d (2-5 d)"),
    ],
)
def test_a_disk_says_when_it_is_full_or_why_not(why: Any, outlook: Any, said: str) -> None:
    disk = structs.replace(WELL.disks[0], why=why, time_to_full=outlook)
    assert words_of(disk) == said


@pytest.mark.parametrize(
    ("outlook", "said"),
    [(SOON, "full in 3 d (2-5 d)"), (FALLING, "no time to full: falling"), (None, "")],
)
def test_the_page_says_when_a_disk_is_full(outlook: Any, said: str) -> None:
    told = page(structs.replace(WELL, disks=(structs.replace(WELL.disks[0], time_to_full=outlook),)))
    assert said in told and ("full" in told) is bool(said)


@pytest.mark.parametrize(
    ("times", "seen", "said", "unsaid"),
    [
        (
            2.5,
            1.0,
            ["peak of night 2026-03-04: in 4.0 Mbit/s, out –", "2.5 times that peak"],
            ["less than", "was seen"],
        ),
        (1.25, 0.4, ["only 40 % of it was seen", "1.2 times that peak, less than 2"], []),
        (None, 1.0, ["peak of night"], ["times"]),
    ],
)
def test_the_page_shows_the_peak_of_the_last_session(
    times: float | None, seen: float, said: list[str], unsaid: list[str]
) -> None:
    line = structs.replace(WELL.lines[0], session=SessionPeak(NIGHT, 4e6, None, seen, times))
    told = " ".join(page(structs.replace(WELL, lines=(line,)), 120).split())
    assert [words for words in said if words not in told] == []
    assert [words for words in unsaid if words in told] == []
