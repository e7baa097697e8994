"""What a person does at a terminal of 80x24: finds a row of a list by its words, leafs through a page for words."""

from __future__ import annotations

import asyncio
import time

from tests.support.terminal import PATIENCE_S, Terminal

HEAD = 4
"""Lines above the list at least: header and tabs."""
LEAVES = 12
"""Screenfuls of a page until it is begun anew."""
ROUNDS, MOST = 5, 40
"""How often a row is looked for, and how many steps down."""


def row(terminal: Terminal, *words: str) -> str:
    """The first row that holds all of these words, else nothing."""
    return next((one for one in terminal.text.splitlines()[HEAD:] if all(word in one for word in words)), "")


async def point(terminal: Terminal, *words: str) -> None:
    """Bring the cursor from the top of the list to the row that holds these words."""
    for _round in range(ROUNDS):
        await _pressed(terminal, "\x1b[H")
        for _step in range(MOST):
            if row(terminal, "▌", *words):
                return
            if not await _pressed(terminal, "\x1b[B"):
                break
    raise AssertionError(f"no row {words}:\n{terminal.text}")


async def _pressed(terminal: Terminal, key: str) -> bool:
    """Press a key that moves the cursor, and wait until it has moved. False: it did not, it was there already."""
    here = row(terminal, "▌")
    terminal.press(key)
    for _look in range(50):
        await asyncio.sleep(0.02)
        if row(terminal, "▌") not in ("", here):
            return True
    return False


async def leaf(terminal: Terminal, words: str) -> None:
    """Leaf through the page until these words are seen; what comes late is found in another round."""
    end = time.monotonic() + PATIENCE_S
    for step in range(10_000):
        terminal.press("\x1b[6~" if step % LEAVES else "\x1b[H")
        for _look in range(20):
            if words in terminal.text:
                return
            await asyncio.sleep(0.01)
        assert time.monotonic() < end, f"never read: {words}; the screen:\n{terminal.text}"
