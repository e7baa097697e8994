"""After anything that may have changed the terminal behind our back, all of it is written again."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.terminal import Terminal
from tests.tui.app.sites import watch_at
from tests.tui.app.test_terminal import code


def stop_and_go_on(terminal: Terminal) -> None:
    os.kill(terminal.process.pid, signal.SIGTSTP)
    os.waitpid(terminal.process.pid, os.WUNTRACED)
    os.kill(terminal.process.pid, signal.SIGCONT)


DISTURBANCES: dict[str, Callable[[Terminal], None]] = {
    "ctrl-l": lambda terminal: terminal.press("\x0c"),
    "focus": lambda terminal: terminal.press("\x1b[O\x1b[I"),
    "stopped": stop_and_go_on,
    "same size again": lambda terminal: os.kill(terminal.process.pid, signal.SIGWINCH),
}


@pytest.mark.parametrize("disturb", DISTURBANCES.values(), ids=DISTURBANCES)
async def test_the_whole_screen_comes_back(own_world: Path, disturb: Callable[[Terminal], None]) -> None:
    async with watch_at(own_world / "w") as watch, Terminal(code(own_world / "w")) as terminal:
        await terminal.shows("qgw1")
        await terminal.until(lambda: bool(watch.drawn))
        whole = await still(terminal)
        terminal.screen.reset()
        disturb(terminal)
        await terminal.until(lambda: without_time(terminal.text) == whole)


async def still(terminal: Terminal) -> list[str]:
    """The screen below the header, once it has stopped changing."""
    before: list[str] = []
    while (now := without_time(terminal.text)) != before:
        before = now
        await asyncio.sleep(0.4)
    return now


def without_time(text: str) -> list[str]:
    """The lines below the header: they stand still while the site does."""
    return text.splitlines()[2:]


@pytest.mark.parametrize(("switch", "frugal"), [("1", True), ("0", False)])
async def test_one_switch_leaves_frames_as_textual_makes_them(
    own_world: Path, monkeypatch: pytest.MonkeyPatch, switch: str, frugal: bool
) -> None:
    monkeypatch.setenv("WATCHKEEPER_FRAME_DIFF", switch)
    async with watch_at(own_world / "w") as watch, Terminal(code(own_world / "w"), 160, 48) as terminal:
        await terminal.shows("qgw1")
        await terminal.until(lambda: bool(watch.drawn))
        await still(terminal)
        before = len(terminal.raw)
        terminal.press("\x1b[B")
        await terminal.until(lambda: "about risk1" in terminal.text)
        # Textual ends every piece with a reset of its own.
        assert (terminal.raw[before:].count(b"\x1b[0m") == 0) is frugal
