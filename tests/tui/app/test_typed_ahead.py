"""Keys that come in one piece: each finds the screen as the one before it has left it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual import events
from textual.widgets import Input

from tests.tui.app.test_actions import go_to_host
from wire.messages import NoteIncident, OpenIncident, WriteLog

MakeDesk = Callable[..., Any]
SIZES = ((80, 24), (160, 48))
TEXT = "quit oacntq v!p 24"
"""Most letters of it are commands."""
NAMED = {" ": "space", "!": "exclamation_mark", "/": "slash"}


def at_once(d: Any, *keys: str) -> None:
    """All of it is in the queue before the first key is looked at, as when a terminal sends it in one write."""
    for key in keys:
        d.app.post_message(events.Key(NAMED.get(key, key), key if len(key) == 1 else None))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("tab", ["1", "2", "8"])
async def test_a_line_typed_with_its_key(desk: MakeDesk, size: tuple[int, int], tab: str) -> None:
    async with desk(size=size) as d:
        await d.press(tab)
        at_once(d, "n", *TEXT, "enter")
        await d.until(lambda: bool(d.watch.commands))
        assert [(type(one), one.text) for one in d.watch.commands] == [(WriteLog, TEXT)]
        assert d.screen == "WatchScreen" and d.app.pause is None


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("keys", "kind", "said"), [("7a", NoteIncident, "text"), ("1o", OpenIncident, "title")])
async def test_a_form_typed_with_its_key(
    desk: MakeDesk, size: tuple[int, int], keys: str, kind: type, said: str
) -> None:
    async with desk(size=size) as d:
        at_once(d, *keys, *TEXT, "enter")
        await d.until(lambda: bool(d.watch.commands))
        assert [(type(one), getattr(one, said)) for one in d.watch.commands] == [(kind, TEXT)]
        await d.until(lambda: d.screen == "WatchScreen")


async def test_a_note_on_a_page_typed_with_its_key(desk: MakeDesk) -> None:
    async with desk() as d:
        await go_to_host(d, "qgw1")
        at_once(d, "n", *TEXT, "enter")
        await d.until(lambda: bool(d.watch.commands))
        assert [one.text for one in d.watch.commands] == [TEXT]
        await d.until(lambda: d.screen == "HostScreen")


async def test_a_filter_and_what_comes_after_it(desk: MakeDesk) -> None:
    async with desk() as d:
        at_once(d, "/", *"qgw", "enter", "p")
        await d.until(lambda: d.app.pause is not None)
        assert d.app.screen.focused_panel.filter.text == "qgw"


async def test_a_command_found_in_the_palette(desk: MakeDesk) -> None:
    async with desk() as d:
        at_once(d, "ctrl+p", *TEXT)
        await d.until(lambda: d.screen == "CommandSearch" and d.app.focused.value == TEXT)


async def test_a_command_and_enter_take_what_was_typed_and_no_hit_of_less(desk: MakeDesk) -> None:
    async with desk(practice=True) as d:
        at_once(d, "ctrl+p", *"gotohostrisk1", "enter")
        # Not only on top: until it has drawn itself, what lies below it still says which host is meant.
        await d.until(lambda: type(d.app.view()).__name__ == "HostScreen")
        assert d.app.host_id() == "risk1" and not d.watch.commands


async def test_enter_on_words_that_find_nothing_does_nothing(desk: MakeDesk) -> None:
    async with desk() as d:
        at_once(d, "ctrl+p", *"openzzz", "enter")
        await d.until(lambda: d.screen == "CommandSearch" and d.app.focused.value == "openzzz")
        search = d.app.screen._search
        await d.until(lambda: search.is_finished)
        await d.pilot.pause()
        assert d.screen == "CommandSearch" and not d.watch.commands


async def test_what_is_pasted_with_the_key(desk: MakeDesk) -> None:
    async with desk() as d:
        d.app.post_message(events.Key("n", "n"))
        d.app.post_message(events.Paste("pasted: q"))
        at_once(d, "!", "enter")
        await d.until(lambda: bool(d.watch.commands))
        assert d.watch.commands[0].text == "pasted: q!"


async def test_pages_are_left_in_the_order_of_the_keys(desk: MakeDesk) -> None:
    async with desk() as d:
        at_once(d, "enter", "g", "escape", "escape", "7", "?", "escape", "n", "x")
        await d.until(lambda: isinstance(d.app.focused, Input) and d.app.focused.value == "x")
        assert d.screen == "WatchScreen" and not d.told


async def test_a_key_whose_widget_goes_away_holds_up_no_other(desk: MakeDesk) -> None:
    async with desk() as d:
        await d.press("7")
        d.app._followed = True  # as if the key before had been swallowed with its widget
        at_once(d, "p")
        await d.until(lambda: d.app.pause is not None)
