"""The part of the duty log that is looked at: a window of lines that fit a query, which grows at either end.

Nothing is drawn or asked here. Pages are numbered by their lines, so a line that is written meanwhile moves none.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import structs

from duty.log_query import LogQuery
from duty.log_words import Say
from duty.records import LogEntry, LogPage

PAGE = 200
"""Lines asked for at once."""
KEPT = 1200
"""Lines kept: what is far away is asked for again when one comes back to it."""


class LogBook:
    """Lines newest first, and what lies beyond both ends."""

    def __init__(self) -> None:
        self.query = LogQuery()
        self.entries: list[LogEntry] = []
        self.newest = 0
        """Everything up to this seq that fits is in the window or below it."""
        self.at_newest = False
        """Whether nothing that fits is above the window, but what is being written now."""
        self.lowest: int | None = None
        """Below this seq nothing has been looked at; ``None``: nowhere."""
        self.at_oldest = False
        """Whether nothing that fits is below the window."""

    @property
    def begun(self) -> bool:
        """Whether there is an answer to the query."""
        return self.lowest is not None

    def begin(self, query: LogQuery, page: LogPage, newest: int, *, oldest: bool = False) -> None:
        """The first page of another query, from its newest line on; or with ``oldest`` the end of the log."""
        self.query, self.entries = query, list(page.entries)
        if oldest:
            self.at_newest, self.at_oldest = page.ended, True
            self.newest, self.lowest = page.reached, 0
        else:
            self.at_newest, self.at_oldest = True, page.ended
            self.newest = max(newest, page.entries[0].seq if page.entries else 0)
            self.lowest = page.reached

    def below(self, page: LogPage) -> None:
        """The page below the window."""
        self.entries += page.entries
        self.lowest, self.at_oldest = page.reached, page.ended
        if len(self.entries) > KEPT:
            del self.entries[: len(self.entries) - KEPT]
            self.newest, self.at_newest = self.entries[0].seq, False

    def above(self, page: LogPage) -> None:
        """The page above the window."""
        self.entries[:0] = page.entries
        self.newest, self.at_newest = max(self.newest, page.reached), page.ended
        if len(self.entries) > KEPT:
            del self.entries[KEPT:]
            self.lowest, self.at_oldest = self.entries[-1].seq, False

    def heard(self, log: Iterable[LogEntry], say: Say) -> bool:
        """Lines that were written, newest first, as far back as they are known. False where some lie between the newest
        known and these: then the newest page has to be asked for again."""
        if not (self.begun and self.at_newest):
            return True
        new: list[LogEntry] = []
        for entry in log:
            if entry.chain != self.query.chain:
                continue
            if entry.seq <= self.newest:
                break
            new.append(entry)
        if not new:
            return True
        if new[-1].seq != self.newest + 1:
            return False
        self.newest = new[0].seq
        self.entries[:0] = [entry for entry in new if self.query.fits(entry, say)]
        self._mark({entry.supersedes: entry.seq for entry in new if entry.supersedes is not None})
        return True

    def _mark(self, corrections: dict[int, int]) -> None:
        """Lines that were corrected meanwhile, with the number of the line that does it."""
        for place, entry in enumerate(self.entries if corrections else ()):
            if (by := corrections.get(entry.seq)) is not None:
                self.entries[place] = structs.replace(entry, corrected_by=by)

    def entry(self, key: str | None) -> LogEntry | None:
        """The line with this key."""
        return next((entry for entry in self.entries if str(entry.seq) == key), None)
