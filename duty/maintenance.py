"""Windows of maintenance: what is worked on purpose is watched on, and not announced until the window ends.

A window from the site file is planned; one opened from a screen is ad hoc. Each has an owner, a reason and an end (I9).
"""

from __future__ import annotations

import msgspec

from duty.moment import Moment
from duty.phrases import phrase
from duty.records import Refused, Subject

ALONE_S = 4 * 3600.0
"""Seconds for which one person alone may open a window: half a shift. Ours to defend."""
MOST_S = 24 * 3600.0
"""Seconds no window opened from a screen outlasts: what takes longer is planned, in the site file."""


class Window(msgspec.Struct, frozen=True):
    """One window, planned, open or over."""

    id: str
    """Names it for ever: ``site:`` and its name in the site file, or ``adhoc:`` and a number."""
    subjects: tuple[Subject, ...]
    """What it covers; of kind ``host``: everything on that host."""
    owner: str
    why: str
    since: float
    until: float
    """UTC epoch seconds."""
    second: str = ""
    """Who agreed, where one person alone may not."""

    def covers(self, subject: Subject) -> bool:
        """Whether it covers the thing."""
        return any(subject == one or (one.kind == "host" and one.host == subject.host) for one in self.subjects)

    def open_at(self, at: float) -> bool:
        """Whether it is open at ``at``, UTC epoch seconds."""
        return self.since <= at < self.until


def begun(subjects: tuple[Subject, ...], who: str, why: str, until: float, at: Moment, second: str = "") -> Window:
    """The window that ``who`` opens now. Raises :class:`Refused`: no thing, no reason, no end that may be."""
    if not subjects:
        raise Refused(phrase("name the hosts or things that are worked on"))
    if not why.strip():
        raise Refused(phrase("say why"))
    if not at.wall < until <= at.wall + MOST_S:
        raise Refused(phrase("a window ends within {hours} h", hours=round(MOST_S / 3600)))
    if until > at.wall + ALONE_S:
        if not second:
            raise Refused(phrase("for longer than {hours} h a second person has to agree", hours=round(ALONE_S / 3600)))
        if second.casefold() == who.casefold():
            raise Refused(phrase("the second person has to be another one than the first"))
    return Window(f"adhoc:{round(at.wall * 1000)}", subjects, who, why.strip(), at.wall, until, second)
