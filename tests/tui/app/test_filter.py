"""One filter over all panels: live, said, cleared, and never a reason to count a problem less."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec import structs

from duty.quality import State
from tests.tui.app.sites import WELL
from tui.panels.table_panel import TablePanel
from tui.widgets.filter_line import FilterLine

MakeDesk = Callable[..., Any]
SIZES = ((80, 24), (160, 48))


def panel(d: Any, name: str) -> TablePanel[Any]:
    found = next(one for one in d.app.panels().panels if one.panel == name)
    assert isinstance(found, TablePanel)
    return found


def line(d: Any) -> FilterLine:
    found = d.app.screen.query_one(FilterLine)
    assert isinstance(found, FilterLine)
    return found


async def begin(d: Any) -> None:
    await d.press("/")
    await d.until(lambda: line(d).typing)


@pytest.mark.parametrize("size", SIZES)
async def test_it_holds_as_it_is_typed_and_stays_after_enter(desk: MakeDesk, size: tuple[int, int]) -> None:
    async with desk(size=size) as d:
        before = d.app.focused
        await begin(d)
        await d.type("host:q")
        await d.until(lambda: panel(d, "host").keys == ["qgw1"])
        await d.press("enter")
        await d.until(lambda: d.app.focused is before)
        # One panel alone has the sign in its heading, so that no row goes to it; of many it is a line of its own.
        small = size == SIZES[0]
        rows = panel(d, "host").size.height
        assert line(d).display is not small
        assert ("FILTER · 3 rows hidden" in panel(d, "host").render_line(0).text) is small
        assert "FILTER" in d.words and "rows hidden" in d.words
        d.watch.change(structs.replace(WELL, state=State.WARN))
        await d.until(lambda: d.app.picture.hosts["qgw1"].state is State.WARN)
        assert panel(d, "host").keys == ["qgw1"]
        await d.press("escape")
        await d.until(lambda: len(panel(d, "host").keys) == 4)
        assert not line(d).display and "FILTER" not in panel(d, "host").render_line(0).text
        assert not small or panel(d, "host").size.height == rows


async def test_it_is_the_same_on_every_panel(desk: MakeDesk) -> None:
    async with desk(size=(160, 48)) as d:
        await begin(d)
        await d.type("ogw1")
        await d.until(lambda: panel(d, "host").keys == ["ogw1"])
        assert [key.split("\x1f")[0] for key in panel(d, "process").keys] == ["ogw1"]
        assert not panel(d, "disk").keys and panel(d, "incident").keys == ["1"] and not panel(d, "log").keys
        await d.press("escape")
        await d.until(lambda: len(panel(d, "log").keys) == 1 and not line(d).typing)


async def test_words_behind_the_cut_are_found_in_the_language_spoken(desk: MakeDesk) -> None:
    async with desk() as d:
        await begin(d)
        await d.type("orderd is missing")
        await d.until(lambda: panel(d, "host").keys == ["ogw1"])


async def test_only_problems_and_what_is_hidden_counts_still(desk: MakeDesk) -> None:
    async with desk() as d:
        worst = panel(d, "host").worst(d.app.picture)
        await d.press("!")
        await d.until(lambda: set(panel(d, "host").keys) == {"ogw1", "risk1"})
        assert "ONLY PROBLEMS" in d.words and "not well" not in d.words
        await d.press("!")
        await d.until(lambda: len(panel(d, "host").keys) == 4)
        await begin(d)
        await d.type("host:qgw1")
        await d.until(lambda: panel(d, "host").keys == ["qgw1"])
        assert "3 rows hidden, 2 of them not well" in d.words
        assert panel(d, "host").worst(d.app.picture) == worst == (State.ACT, 2)


async def test_what_is_not_understood_is_said_and_the_last_filter_stays(desk: MakeDesk) -> None:
    async with desk() as d:
        await begin(d)
        await d.type("qgw1")
        await d.until(lambda: panel(d, "host").keys == ["qgw1"])
        await d.type(" hots:x")
        await d.until(lambda: "did you mean host:?" in d.words)
        assert panel(d, "host").keys == ["qgw1"]
        await d.press("enter")
        assert line(d).typing
        await d.press("shift+tab")
        d.app.panels().focused_panel.focus()
        await d.until(lambda: not line(d).typing)
        assert line(d).field.value == "qgw1" and "did you mean" not in d.words


async def test_the_cursor_stays_on_its_row(desk: MakeDesk) -> None:
    async with desk() as d:
        await d.press("end")
        key = panel(d, "host").key
        await begin(d)
        await d.type(f"host:{key}")
        await d.until(lambda: panel(d, "host").keys == [key])
        assert panel(d, "host").key == key and not panel(d, "host").slipped
        await d.press("escape")
        await d.until(lambda: len(panel(d, "host").keys) == 4)
        assert panel(d, "host").key == key and d.app.host_id() == key


async def test_markup_in_the_field_stays_text(desk: MakeDesk) -> None:
    async with desk() as d:
        await begin(d)
        await d.type("[red]x[/] [@click=app.quit]y")
        await d.until(lambda: panel(d, "host").keys == [])
        assert "nothing here passes the filter" in panel(d, "host").nothing
        assert "4 rows hidden, 2 of them not well" in d.words


async def test_a_long_filter_is_cut_and_what_it_hides_is_not(desk: MakeDesk) -> None:
    async with desk() as d:
        await begin(d)
        await d.type("qgw1 " + "-nothing " * 20)
        await d.press("enter")
        await d.until(lambda: "FILTER" in panel(d, "host").render_line(0).text)
        heading = panel(d, "host").render_line(0).text
        assert "FILTER · 3 rows hidden, 2 of them not well · qgw1 -nothing" in heading and "…" in heading
        await d.press("2")
        await d.until(lambda: "FILTER" in panel(d, "process").render_line(0).text)


async def test_a_page_has_no_filter_and_says_so(desk: MakeDesk) -> None:
    async with desk() as d:
        await d.press("enter")
        await d.until(lambda: d.screen == "HostScreen")
        await d.press("/")
        await d.until(lambda: "only on the screen with the panels" in d.told)
