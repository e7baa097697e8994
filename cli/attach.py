"""The screen, drawn or plain: attached to the watch of the site, which is started first if there is none."""

from __future__ import annotations

import argparse
import getpass

from cli import __version__
from cli.codes import Exit
from cli.launch import Launched, greet, launch
from cli.target import Target, target_of


def run(args: argparse.Namespace) -> int:
    """Open the screen; returns its exit code."""
    target = target_of(args)
    if isinstance(target, int):
        return target
    if args.plain:
        return _plain(target)
    from tui.run import NO_TERMINAL, has_terminal, run_screen

    if not has_terminal():
        return run_screen("", who="", version=__version__) or NO_TERMINAL
    launched: Launched | None = None
    if greet(target.places.socket) is None and (launched := launch(target, stays=False)) is None:
        return Exit.BAD
    # The screen opens while the watch starts.
    starting = launched.why_not if launched is not None else None
    code = run_screen(str(target.places.socket), who=_who(), version=__version__, starting=starting)
    return launched.code if launched is not None and launched.code != Exit.WELL else code


def _plain(target: Target) -> int:
    """The same in sentences: no terminal is needed, and no library that draws is loaded."""
    if greet(target.places.socket) is None:
        launched = launch(target, stays=False)
        code = launched.wait_ready() if launched is not None else Exit.BAD
        if code != Exit.WELL:
            return code
    from tui.plain.run import run_plain

    return run_plain(str(target.places.socket), who=_who(), version=__version__)


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "?"
