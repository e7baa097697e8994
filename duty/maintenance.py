"""Windows of maintenance: what is worked on purpose is watched on, and not announced until the window ends.

A window from the site file is planned; one opened from a screen is ad hoc. Each has an owner, a reason and an end (I9).
"""

from __future__ import annotations

import msgspec

from duty.records import Subject


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
