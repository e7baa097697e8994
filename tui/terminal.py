"""The terminal under the screen: entered quietly, left clean however it ends, and noticed when it is gone.

Textual goes on for ever, at the price of a whole core, when its terminal has hung up; it also reports every
movement of the mouse, and stops its event loop when the terminal no longer reads. Each of these is mended here.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import termios
from threading import Thread
from types import FrameType
from typing import NoReturn

from textual.app import App
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver

_RESTORE = (
    b"\x18"  # ends an escape sequence that was being written
    b"\x1b[23;2t"  # the title as it was; where none was put aside this does nothing
    b"\x1b[?2004l\x1b[?7h\x1b[?2048l\x1b[?1000l\x1b[?1006l\x1b[?1004l\x1b[<u\x1b[0m\x1b[?1049l\x1b[?25h"
)
_LAST_WORDS_S = 0.2
_PILE = 3
"""Frames that wait to be written; some come in one go now and then."""


class QuietDriver(LinuxDriver):
    """Textual's own driver, drawing to standard output, told of clicks and the wheel but not of movement."""

    def __init__(
        self, app: App[object], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        if sys.__stdout__ is not None:
            sys.__stdout__.reconfigure(errors="replace")
            self._file = sys.__stdout__

    def _enable_mouse_support(self) -> None:
        if self._mouse:
            self.write("\x1b[?1000h\x1b[?1006h")

    def _disable_mouse_support(self) -> None:
        if self._mouse:
            self.write("\x1b[?1000l\x1b[?1006l")

    def _enable_mouse_pixels(self) -> None:
        """Cells are enough: pixels are of use for movement only."""

    @property
    def behind(self) -> bool:
        """Whether the terminal has not yet taken what was drawn before."""
        return self._writer_thread is not None and self._writer_thread._queue.qsize() > 0

    @property
    def stuck(self) -> bool:
        """Whether frames pile up: the terminal has stopped reading, or is far too slow for them."""
        return self._writer_thread is not None and self._writer_thread._queue.qsize() >= _PILE


def stuck(driver: Driver | None) -> bool:
    """Whether a frame more would only be old by the time it is seen, and hold up the program at last."""
    return isinstance(driver, QuietDriver) and driver.stuck


def behind(driver: Driver | None) -> bool:
    """Whether drawing more now would only queue frames that are old by the time they are seen."""
    return isinstance(driver, QuietDriver) and driver.behind


def guard() -> None:
    """From now on a hang-up, a termination or a vanished terminal ends this process at once, terminal restored."""
    try:
        before = termios.tcgetattr(0)
    except termios.error:
        before = None

    def leave(signum: int, _frame: FrameType | None = None) -> NoReturn:
        _restore(before)
        os._exit(128 + signum)

    for wanted in (signal.SIGHUP, signal.SIGTERM):
        signal.signal(wanted, leave)
    Thread(target=_watch_for_hang_up, args=(leave,), daemon=True, name="hang-up").start()


def _watch_for_hang_up(leave: object) -> None:
    poll = select.poll()
    poll.register(0, 0)  # nothing asked for: the kernel still reports hang-up and error, and only then wakes us
    while not poll.poll():
        pass
    assert callable(leave)
    leave(signal.SIGHUP)


def _restore(before: list[object] | None) -> None:
    if before is not None:
        with contextlib.suppress(termios.error, OSError):
            termios.tcsetattr(0, termios.TCSANOW, before)  # type: ignore[arg-type]
    with contextlib.suppress(OSError):
        if select.select([], [1], [], _LAST_WORDS_S)[1]:
            os.write(1, _RESTORE)
