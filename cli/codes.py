"""Exit codes: what a script or a supervisor may rely on."""

from __future__ import annotations

from enum import IntEnum

from wire.words import _


class Exit(IntEnum):
    """How a command ended."""

    WELL = 0
    WATCH = 1
    BAD = 2
    NO_WATCH = 3
    RUNS_ALREADY = 4
    INTERRUPTED = 130


def meanings() -> dict[Exit, str]:
    """What each code says, in the reader's language."""
    return {
        Exit.WELL: _("All is well; or the command did what was asked"),
        Exit.WATCH: _("There is something to watch; or a question was answered with no"),
        Exit.BAD: _("Something is bad or unknown; or the command line or the site file is wrong"),
        Exit.NO_WATCH: _("The watch cannot be reached"),
        Exit.RUNS_ALREADY: _("A watch of this site runs already; this one did not start"),
        Exit.INTERRUPTED: _("Interrupted from the keyboard"),
    }
