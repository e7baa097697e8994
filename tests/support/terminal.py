"""A person's terminal for tests: a real pty, the program in a session of its own, and what pyte makes of its output."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Callable
from pathlib import Path

import pyte

ROOT = Path(__file__).parents[2]
PATIENCE_S = 30.0


class Terminal:
    """Runs ``python -c code`` in a terminal of ``columns`` by ``rows``; ``raw`` is every byte it wrote."""

    def __init__(self, code: str, columns: int = 80, rows: int = 24, *, wrapper: tuple[str, ...] = ()) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.before = termios.tcgetattr(slave)
        self.errors, write_errors = os.pipe()
        self.process = subprocess.Popen(
            [*wrapper, sys.executable, "-c", code],
            stdin=slave,
            stdout=slave,
            stderr=write_errors,
            cwd=ROOT,
            env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(write_errors)
        self.slave = slave
        self.reading = False
        self.read()

    def read(self) -> None:
        """Look at what comes, from now on."""
        if not self.reading:
            asyncio.get_running_loop().add_reader(self.master, self._more)
            self.reading = True

    def look_away(self) -> None:
        """Stop reading, as a terminal that is stopped does."""
        if self.reading:
            asyncio.get_running_loop().remove_reader(self.master)
            self.reading = False

    def _more(self) -> None:
        try:
            data = os.read(self.master, 65536)
        except OSError:
            data = b""
        if not data:
            self.look_away()
            return
        self.take(data)

    def take(self, data: bytes) -> None:
        """What the program has written."""
        self.raw += data
        self.draw(data)

    def draw(self, data: bytes) -> None:
        """Show it."""
        # pyte does not know the private forms of these two sequences and prints them.
        self._stream.feed(data.replace(b"\x1b[>", b"\x1b[?").replace(b"\x1b[<u", b""))

    @property
    def text(self) -> str:
        """What is on the screen."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until ``holds()``; fails with what is on the screen."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not holds():  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"never came; the screen:\n{self.text}") from None

    async def shows(self, text: str) -> None:
        """Wait until ``text`` is on the screen."""
        await self.until(lambda: text in self.text)

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self.master, keys.encode())

    async def ended(self) -> int:
        """Wait for the end of the program; its exit code."""
        await self.until(lambda: self.process.poll() is not None)
        await asyncio.sleep(0.05)
        return self.process.returncode

    def hang_up(self) -> None:
        """The terminal vanishes: no end of it that we hold stays open."""
        self.look_away()
        os.close(self.slave)
        os.close(self.master)
        self.slave = self.master = -1

    def said(self) -> str:
        """What it wrote to standard error, once it has ended."""
        found = b""
        while piece := os.read(self.errors, 65536):
            found += piece
        return found.decode()

    async def __aenter__(self) -> Terminal:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.look_away()
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for fd in (self.master, self.slave, self.errors):
            if fd >= 0:
                with contextlib.suppress(OSError):
                    os.close(fd)
