"""A terminal made of pyte under a real application: what its bytes show, beside a full repaint of the same state."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

import pyte
from textual import events
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App
from textual.driver import Driver
from textual.geometry import Size
from textual.pilot import Pilot

PATIENCE_S = 30.0
BELOW = "below the top: "
BELOW_S = 0.7
"""A screen below the top one may wait with its layout until it is on top again: it is not waited for longer."""


class Cell(NamedTuple):
    """One cell as an eye sees it: of a blank only what shows without a letter."""

    text: str
    fore: str
    back: str
    signs: str


class Replay:
    """A terminal without line wrap that is only ever written to."""

    def __init__(self, width: int, height: int) -> None:
        self.screen = pyte.Screen(width, height)
        self.stream = pyte.Stream(self.screen)
        self.stream.feed("\x1b[?7l")

    def feed(self, text: str) -> None:
        # pyte does not know the private forms of these two sequences and prints them.
        self.stream.feed(text.replace("\x1b[>", "\x1b[?").replace("\x1b[<u", ""))

    def resize(self, width: int, height: int) -> None:
        self.screen.resize(height, width)

    def cells(self) -> list[list[Cell]]:
        screen = self.screen
        return [[seen(screen.buffer[y][x]) for x in range(screen.columns)] for y in range(screen.lines)]

    def text(self) -> str:
        return "\n".join(self.screen.display)


def seen(char: pyte.screens.Char) -> Cell:
    signs = "".join(
        sign
        for sign, on in zip(
            "biusr", (char.bold, char.italics, char.underscore, char.strikethrough, char.reverse), strict=True
        )
        if on
    )
    if char.data == " " and not set(signs) & set("usr"):
        return Cell(" ", "", char.bg, "")
    return Cell(char.data, char.fg, char.bg, signs)


class Recorder(Driver):
    """A driver whose terminal is a :class:`Replay`. ``wrote``: every write since it was last emptied."""

    def __init__(
        self, app: App[object], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self.replay = Replay(*(size or (80, 24)))
        self.wrote: list[str] = []

    def write(self, data: str) -> None:
        self.wrote.append(data)
        self.replay.feed(data)

    def start_application_mode(self) -> None:
        self.resize(*(self._size or (80, 24)))

    def resize(self, width: int, height: int) -> None:
        """The terminal has this size from now on, and says so."""
        self._size = (width, height)
        self.replay.resize(width, height)
        size = Size(width, height)
        self.send_message(events.Resize(size, size))

    def disable_input(self) -> None:
        pass

    def stop_application_mode(self) -> None:
        pass


def recorder(app: App[object]) -> Recorder:
    driver = app._driver
    assert isinstance(driver, Recorder)
    return driver


def full(app: App[object]) -> str:
    """What plain Textual writes to show the present state on an empty terminal."""
    with app._context():
        update = app.screen._compositor.render_update(full=True, screen_stack=app._background_screens)
        assert isinstance(update, LayoutUpdate)
        return update.render_segments(app.console)


def repainted(app: App[object]) -> Replay:
    """An empty terminal after a full repaint of the present state."""
    screen = recorder(app).replay.screen
    fresh = Replay(screen.columns, screen.lines)
    fresh.feed(full(app))
    return fresh


def unsettled(app: App[object]) -> list[str]:
    """What has still to be drawn: nothing when all that is on the terminal is up to date."""
    screen = recorder(app).replay.screen
    found: list[str] = []
    if app.size != (screen.columns, screen.lines) or app._resize_timer is not None:
        found.append(f"size {app.size}")
    if app._message_queue.qsize():
        found.append("messages of the application")
    # The screens below the top one are drawn with it, all but the empty one at the very bottom.
    for one in (app.screen, *(below for below in app._background_screens if below.id != "_default")):
        # The mark of a repaint stays on a screen below: the one on top is what is painted.
        marks = ("_layout_required", "_recompose_required", "_dirty_widgets")
        where = "" if one is app.screen else BELOW
        found += [f"{where}{one} {mark}" for mark in marks if getattr(one, mark)]
        if one is app.screen and one._repaint_required:
            found.append(f"{one} has to be painted")
        if one._compositor._dirty_regions or one._message_queue.qsize():
            found.append(f"{one}: {one._compositor._dirty_regions}")
        if one is app.screen and one._compositor.size != app.size:
            found.append(f"{one} is laid out for {one._compositor.size}")
        found += [
            f"{widget}"
            for widget in one._compositor.visible_widgets
            if widget is not one and (widget._message_queue.qsize() or widget._repaint_required)
        ]
    return found


async def settle(pilot: Pilot[object]) -> None:
    clock = asyncio.get_running_loop().time
    until, below_since = clock() + PATIENCE_S, clock()
    while True:
        await pilot.pause()
        found = unsettled(pilot.app)
        if not all(each.startswith(BELOW) for each in found):
            below_since = clock()
        if not found or clock() - below_since > BELOW_S:
            return
        assert clock() < until, found
        await asyncio.sleep(0.005)


async def same_as_repainted(pilot: Pilot[object], after: object) -> None:
    """Wait until nothing moves; then the terminal must show, cell by cell, what a full repaint would."""
    await settle(pilot)
    shown, wanted = recorder(pilot.app).replay.cells(), repainted(pilot.app).cells()
    if shown == wanted:
        return
    for y, (one, other) in enumerate(zip(shown, wanted, strict=True)):
        wrong = [x for x in range(len(one)) if one[x] != other[x]]
        if wrong:
            x = wrong[0]
            raise AssertionError(f"after {after}: line {y} cells {wrong[:9]}: {one[x : x + 3]} for {other[x : x + 3]}")


__all__ = ["ChopsUpdate", "LayoutUpdate", "Recorder", "Replay", "recorder", "same_as_repainted", "settle"]
