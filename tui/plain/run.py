"""The one entry of the plain mode: standard input and output, whatever they are."""

from __future__ import annotations

import asyncio
import os
import select
import sys
from collections.abc import Callable
from threading import Thread

from tui.plain.speaker import Speaker

PIECE = 65536
LONGEST = 1 << 20
"""Bytes of a line without an end after which it is taken as it is."""


def run_plain(socket_path: str, *, who: str, version: str) -> int:
    """Speak with the watch at ``socket_path`` until input ends or the person leaves; returns the exit code.

    0: left; 3: no watch, or one that speaks another protocol. Signals keep their meaning: each ends it at once.
    """
    return asyncio.run(_run(socket_path, who, version))


async def _run(socket_path: str, who: str, version: str) -> int:
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[str | None] = asyncio.Queue()
    speaker = Speaker(socket_path, who=who, version=version, out=_say)

    def typed(line: str | None) -> None:
        if line is None and os.isatty(0):
            speaker.end()  # a person who ends the input does not wait for answers
        lines.put_nowait(line)

    def hand(call: Callable[[], None]) -> None:
        try:
            loop.call_soon_threadsafe(call)
        except RuntimeError:
            pass  # the loop has ended

    # Threads of their own: input may be a file, which cannot be waited for otherwise.
    Thread(target=_read, args=(lambda line: hand(lambda: typed(line)),), daemon=True, name="input").start()
    Thread(target=_watch_for_hang_up, args=(lambda: hand(speaker.end),), daemon=True, name="hang-up").start()
    code = await speaker.run(lines)
    if speaker.parting_words:
        print(speaker.parting_words, file=sys.stderr)
    return code


def _say(line: str) -> None:
    try:
        print(line, flush=True)
    except OSError:
        # What is left in the buffer would be tried again, and complained of, at the end of the program.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        raise


def _read(give: Callable[[str | None], None]) -> None:
    """Hand on each line of standard input as it is ended, then ``None``."""
    rest = b""
    while True:
        try:
            data = os.read(0, PIECE)
        except OSError:
            break  # the terminal is gone
        if not data:
            break
        *whole, rest = (rest + data).split(b"\n")
        if len(rest) > LONGEST:
            whole, rest = [*whole, rest], b""
        for line in whole:
            give(line.decode("utf-8", "replace"))
    if rest:
        give(rest.decode("utf-8", "replace"))
    give(None)


def _watch_for_hang_up(tell: Callable[[], None]) -> None:
    poll = select.poll()
    poll.register(1, 0)  # nothing asked for: only hang-up and error are reported
    while not poll.poll():
        pass
    tell()
