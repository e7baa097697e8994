"""A million hostile strings on the whole way: a host's bytes, the watch, the socket, the screen, a terminal.

Nothing but text arrives, nothing ends, every character stands in the cell where the program takes it to be, columns
stay below their names, and what is on the terminal is what a full repaint would show; under keys, pages, dialogs, both
languages and changes of size. The terminal is a real one; pyte, with a table of widths of its own, says what it shows.

    HOSTILE_STRINGS=100000 python -m pytest tests/hostile -m soak -s      a tenth of it: about a minute
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pyte
import pytest

from tests.hostile.glass import Glass, StrictTerminal
from tests.hostile.site import StillService, hostile_watch
from tests.hostile.strings import MARK, Strings
from tests.support.replay import seen

RUN = "import sys; from tests.hostile.screen import main; sys.exit(main({socket!r}, {told!r}))"
SIZES = ((160, 48), (120, 40), (80, 24), (121, 35), (200, 60), (81, 25), (160, 48))
ENTER, ESCAPE, DOWN, PAGE_DOWN, END, HOME = "\r", "\x1b", "\x1b[B", "\x1b[6~", "\x1b[F", "\x1b[H"
PAGES = (PAGE_DOWN,) * 6
WALK: tuple[Sequence[str], ...] = (
    ("1", END, ENTER, *PAGES, END, ESCAPE), ("L",), ("5", "m", PAGE_DOWN, END, "m"), ("7", ENTER, PAGE_DOWN, ESCAPE),
    ("8", PAGE_DOWN, PAGE_DOWN), ("\x10", "gw", ESCAPE, ESCAPE), ("?", ESCAPE), ("o", "主机x", ESCAPE), ("v", "v"),
    ("1", DOWN, ENTER, *PAGES, ESCAPE), ("7", "m", PAGE_DOWN, PAGE_DOWN, END, "m"), ("3", "m", PAGE_DOWN, "m"),
    ("5", END, ENTER, *PAGES, END, ESCAPE), ("6", "m", PAGE_DOWN, "m"), ("g", ESCAPE), ("T",), ("n", "告警y", ESCAPE),
    ("8", "m", PAGE_DOWN, PAGE_DOWN, END, "m"), ("/", MARK + "0", ENTER, ESCAPE), ("!", "!"), (" ", " "), ("\x0c",),
    ("3", END, ENTER, *PAGES, END, ESCAPE), ("\t", "\t"), ("7", "t"), ("7", "a", "z", ESCAPE), ("s",), ("6",), ("4",),
    ("9", END, ENTER, *PAGES, END, ESCAPE), ("9", "m", "F", PAGE_DOWN, "m"), ("9", "B", PAGE_DOWN, ESCAPE),
    ("9", "H", ESCAPE),
    ("2", DOWN, ENTER, *PAGES, END, ESCAPE), (DOWN, DOWN), (PAGE_DOWN,), (END,), (HOME,),
)  # fmt: skip
"""What is done between two looks, in this order and then by chance."""
CALLS = {"WATCHKEEPER_NOTIFY": "osc777", "WATCHKEEPER_BELL": "0"}
"""The words of alarms go to the desktop too. No bell: it would look like one that a host has sent."""
NAME = re.compile(f"{MARK}[0-9a-z]{{5}}")
SETTLED_S = 10.0


class Watcher:
    """Walks through the screens of a hostile site and looks closely at each."""

    def __init__(self, terminal: StrictTerminal, service: StillService, strings: Strings, told: Path) -> None:
        self.terminal, self.service, self.strings, self.told = terminal, service, strings, told
        self.looks = 0
        self.columns = 0
        self.done: list[str] = []

    def fine(self) -> None:
        """Nothing but text has come, and both programs go on."""
        if self.terminal.fault is not None:
            raise AssertionError(f"after {self.done[-8:]}: {self.terminal.fault}")
        assert self.terminal.process.poll() is None, f"after {self.done[-8:]}: {self.terminal.text}"
        self.strings.seen.update(NAME.findall(self.terminal.text))

    async def walk(self, until: int, seconds: float) -> None:
        """Until so many strings were sent."""
        chance = self.strings.chance
        while self.strings.made < until:
            keys = WALK[len(self.done)] if len(self.done) < len(WALK) else chance.choice(WALK)
            if chance.random() < 0.15:
                self.terminal.resize(*chance.choice(SIZES))
            self.done.append(repr(keys))
            for key in keys:
                self.terminal.press(key)
                await asyncio.sleep(seconds)
                self.fine()
            await self.look()
            await asyncio.sleep(seconds)

    async def look(self) -> None:
        """The site stands still for a moment: then the terminal must show just what the program means it to."""
        self.service.still = True
        deadline = time.monotonic() + SETTLED_S
        while (wrong := await self._wrong()) is not None:
            self.fine()
            assert time.monotonic() < deadline, f"after {self.done[-8:]}: {wrong}"
        self.looks += 1
        self.service.go_on()

    async def _wrong(self) -> str | None:
        await asyncio.sleep(0.05)
        self.told.unlink(missing_ok=True)
        os.kill(self.terminal.process.pid, signal.SIGUSR1)
        async with asyncio.timeout(SETTLED_S):
            while not self.told.exists():  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.02)
        state, glass = json.loads(self.told.read_text()), self.terminal.glass
        if state["size"] != [glass.columns, glass.lines]:
            return f"size {state['size']}"
        return _misplaced(glass, state) or _not_repainted(glass, state) or self._crooked(glass, state)

    def _crooked(self, glass: Glass, state: dict[str, Any]) -> str | None:
        """A row in which a column does not begin where the header has it."""
        cells = glass.cells()
        for table in state["tables"]:
            left, top, right = table["x"], table["y"], table["x"] + table["width"]
            if table["rows"] and cells[top][left] not in ("━", "─"):
                return f"{table['name']} has no title"
            for y in range(top + 1, top + 2 + table["rows"]):
                if left and cells[y][left] == "":
                    return f"a wide character reaches into {table['name']} in line {y}"
                for border in table["borders"]:
                    x = left + border
                    if x < right and cells[y][x - 1] != " ":
                        return f"{table['name']} line {y}: {cells[y][x - 1]!r} before column {border}"
                    self.columns += 1
        return None


def _misplaced(glass: Glass, state: dict[str, Any]) -> str | None:
    """A character that is not in the cell where the program takes it to be."""
    for y, (shown, meant) in enumerate(zip(glass.cells(), state["cells"], strict=True)):
        if shown != meant:
            x = next(x for x, pair in enumerate(zip(shown, meant, strict=True)) if pair[0] != pair[1])
            return f"{state['screen']} line {y} cell {x}: {shown[x : x + 6]} shown, {meant[x : x + 6]} meant"
    return None


def _not_repainted(glass: Glass, state: dict[str, Any]) -> str | None:
    """A cell, with its colours, that is not as after a full repaint by plain Textual on an empty terminal."""
    fresh = Glass(glass.columns, glass.lines)
    pyte.Stream(fresh).feed("\x1b[?7l" + state["full"])
    for y in range(glass.lines):
        for x in range(glass.columns):
            one, other = seen(glass.buffer[y][x]), seen(fresh.buffer[y][x])
            if one != other:
                return f"{state['screen']} line {y} cell {x}: {one} for {other}"
    return None


async def fuzz(world: Path, count: int, *, hosts: int, seed: int, seconds: float) -> str:
    """Send ``count`` strings; what came of it in a sentence."""
    strings, told = Strings(seed), world / "told"
    async with hostile_watch(world, strings, hosts) as service:
        code = RUN.format(socket=str(service.plan.socket), told=str(told))
        with patch.dict(os.environ, CALLS):
            terminal = StrictTerminal(code, *SIZES[0])
        async with terminal:
            await terminal.shows("Hostile")
            await terminal.until(lambda: "gw0" in terminal.text)
            await asyncio.sleep(1.0)
            terminal.spoken.entered = True
            watcher, began = Watcher(terminal, service, strings, told), time.monotonic()
            await watcher.walk(count, seconds)
            took = time.monotonic() - began
            terminal.spoken.entered = False
            terminal.press("\x1b\x1b")
            await asyncio.sleep(0.5)
            terminal.press("\x11")
            assert await terminal.ended() == 0
            assert terminal.fault is None, terminal.fault
            assert not terminal.said()
    assert watcher.looks and watcher.columns and strings.seen
    return (
        f"{strings.made} strings in {took:.0f} s ({strings.made / took:.0f}/s), {len(strings.seen)} of them read off "
        f"the screen, {terminal.spoken.bytes} bytes, {watcher.looks} looks, {watcher.columns} column borders"
    )


async def test_some_thousand_hostile_strings_end_as_text(own_world: Path) -> None:
    print(await fuzz(own_world, 5000, hosts=8, seed=1, seconds=0.02))


@pytest.mark.soak
async def test_a_million_hostile_strings_end_as_text(own_world: Path) -> None:
    count = int(os.environ.get("HOSTILE_STRINGS", "1000000"))
    print(await fuzz(own_world, count, hosts=20, seed=int(os.environ.get("HOSTILE_SEED", "2")), seconds=0.05))
