"""Applications on the Watch screen and on a host's page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec import structs
from rich.cells import cell_len

from duty.board import HostView
from duty.quality import Quality, State
from tests.tui.app.sites import AWAY, HERE, LAME, NOW, WELL
from tests.tui.app.test_pages import page
from tui.panels.apps import AppsPanel, days, perf_figure, perf_words, short_time, stale
from tui.panels.tab_strip import TabStrip
from tui.picture import Picture
from tui.screens.watch import WatchScreen

MakeDesk = Callable[..., Any]


def picture(*hosts: HostView) -> Picture:
    made = Picture("li", lambda: NOW)
    made.hosts = {host.id: host for host in hosts}
    return made


def drawn(*hosts: HostView, width: int = 78) -> list[str]:
    panel = AppsPanel()
    items = panel.items(picture(*hosts))
    head, draw = panel.columns(items, width)
    return ["".join(text for text, _tone in line) for line in (head, *(draw(item, NOW) for item in items))]


@pytest.mark.parametrize("width", [38, 78, 98, 158])
def test_every_row_is_as_wide_as_the_others(width: int) -> None:
    lines = drawn(WELL, LAME, AWAY, HERE, width=width)
    assert len(lines) == 4 and len({cell_len(line) for line in lines}) == 1


def test_the_worst_is_on_top_and_says_why() -> None:
    _head, web, db, front = drawn(WELL, HERE, width=98)
    assert "web" in web and "1.2s" in web and "20h" in web and "the certificate ends in 20 h" in web
    assert "90s" in web, "two rounds without a reading show their age"
    assert "db-free" in db and "size at 85.0 %" in db
    assert "12ms" in front and "SGE front" in front and " 3s" not in front
    state, count = AppsPanel().worst(picture(WELL, HERE))
    assert (state, count) == (State.ACT, 2)


def test_what_a_lost_host_asked_is_drawn_as_old_and_what_the_console_asks_is_not() -> None:
    lost = structs.replace(WELL, quality=Quality.UNREACHABLE)
    assert stale(lost, WELL.apps[0])
    assert not stale(structs.replace(HERE, quality=Quality.UNREACHABLE), HERE.apps[0])


def test_figures() -> None:
    g = AppsPanel().glyphs
    assert [short_time(t, g) for t in (None, 0.0004, 0.0996, 0.9994, 0.9996, 12.04)] == [
        g.missing, "0ms", "100ms", "999ms", "1.0s", "12.0s",
    ]  # fmt: skip
    assert max(cell_len(short_time(t, g)) for t in (0.9994, 99.94, 1e6)) <= 5
    web = HERE.apps[0]
    assert [days(structs.replace(web, cert_days=d), g) for d in (None, 90.4, 2.0, 0.83, -0.5, -400)] == [
        "", "90d", "2d", "20h", "-12h", "-400d",
    ]  # fmt: skip
    size, rows = HERE.apps[1].perf
    assert perf_words(size) == "size 85%" and perf_words(rows) == "rows –"
    assert [perf_figure(v, u) for v, u in ((3.0 * 2**30, "B"), (0.25, "s"), (90.0, "s"), (5.0, "c"), (7.5, "%"))] == [
        "3.0 GiB", "0.25 s", "1 min 30 s", "5", "7.5 %",
    ]  # fmt: skip


def test_the_page_of_a_host_tells_all_of_it() -> None:
    told = " ".join(page(HERE).split())
    for words in (
        "from this console", "https://10.0.0.9/", "asked 1 min 30 s ago, every 15 s",
        "name 1.0 ms · connection 10.0 ms · TLS 200.0 ms · first byte 1000.0 ms · all 1250.0 ms",
        "certificate web.example, from Firm CA:", "0.8 days left, it does NOT hold up", "for web.example",
        "size 85.0 GiB of 100 GiB, 85 % (fault at 90.0 GiB)", "rows –", "further words", "check_db -d [bold]x",
    ):  # fmt: skip
        assert words in told, (words, told)


async def test_the_panel_has_its_place_and_its_number(desk: MakeDesk) -> None:
    async with desk(size=(80, 24)) as d:
        screen = d.app.screen
        assert isinstance(screen, WatchScreen)
        await d.press("3")
        await d.until(lambda: screen.focused_panel.panel == "app" and len(screen.focused_panel._keys) == 3)
        assert screen.focused_panel.subject().kind == "app" and screen.focused_panel.host_id() == "local"
        strip = screen.query_one(TabStrip)
        await d.until(lambda: bool(strip._shown))
        assert sum(cell_len(text) for text, _tone in strip._shown) <= 80


async def test_without_applications_the_others_have_the_room(desk: MakeDesk) -> None:
    async with desk(size=(160, 48)) as d:
        screen = d.app.screen
        panel = screen.query_one(AppsPanel)
        await d.until(lambda: not panel.has_class("-hidden"))
        d.watch.change(*(structs.replace(host, apps=()) for host in (WELL, HERE)))
        await d.until(lambda: panel.has_class("-hidden"))
