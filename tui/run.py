"""The one entry of the screen: what the command line calls once a watch runs or is being started."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING

from wire.words import _

if TYPE_CHECKING:
    from tui.session import Starting

NO_TERMINAL = 2


def run_screen(socket_path: str, *, who: str, version: str, starting: Starting | None = None) -> int:
    """Show the watch at ``socket_path`` until the person leaves; returns the exit code.

    0: left; 2: standard input or output is no terminal; 3: no watch, or one that speaks another protocol.
    ``starting``: the watch is only being started; where it does not come, what this says is told at the end.
    """
    if not has_terminal():
        print(_("A screen needs a terminal on standard input and output."), file=sys.stderr)
        return NO_TERMINAL
    gc.disable()  # until the first paint: collecting what is being loaded costs a fifth of the start
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    os.environ.setdefault("TEXTUAL_FPS", "240")  # not how often it is drawn but how long a key waits at most
    from tui.app import WatchkeeperApp
    from tui.terminal import guard

    guard()
    app = WatchkeeperApp(socket_path, who=who, version=version, starting=starting)
    app.run()
    gc.enable()
    if app.annunciator.entitled:
        from tui.annunciator import RESTORE

        sys.stdout.write(RESTORE)
        sys.stdout.flush()
    if app.parting_words:
        print(app.parting_words, file=sys.stderr)
    return app.return_code or 0


def has_terminal() -> bool:
    """Whether standard input and output are a terminal."""
    try:
        return os.isatty(0) and os.isatty(1)
    except OSError:
        return False
