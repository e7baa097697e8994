"""The store as the recorder needs it."""

from __future__ import annotations

from typing import Protocol

from duty.alarm_batch import Batch, Kept
from duty.corrections import Correction
from duty.events import EventMemory, EventStep
from duty.incidents import ALONE, UNREVIEWED
from duty.log_query import LogQuery
from duty.phrases import Phrase
from duty.records import DUTY, Incident, IncidentMove, LogEntry, LogPage, NewLogEntry, Subject
from storage.store import Moved


class Keeper(Protocol):
    """The store as the recorder needs it; each call returns after the commit."""

    @property
    def error(self) -> Phrase | None:
        """Why nothing can be written, as far as is known."""

    async def write_log(self, entry: NewLogEntry) -> LogEntry:
        """Write one line."""

    async def correct(self, asked: Correction) -> LogEntry:
        """Write the line that puts another right, or raise ``Refused``."""

    async def move(
        self,
        asked: IncidentMove,
        session: str = "",
        unreviewed: frozenset[int] = UNREVIEWED,
        alone: frozenset[int] = ALONE,
    ) -> Moved:
        """Make one move, whose number is not known yet (0), and its line of the log, or raise ``Refused``."""

    async def keep_events(self, steps: list[EventStep]) -> list[LogEntry]:
        """Keep what is known of followed logs, and their lines of the log, as one."""

    async def events(self) -> dict[str, dict[str, EventMemory]]:
        """What is known of followed logs, by host and key."""

    async def keep_alarms(self, batch: Batch) -> list[LogEntry]:
        """Keep alarms, what stands beside them and their lines of the log, as one."""

    async def alarms(self) -> Kept:
        """All that is kept of alarms."""

    async def incidents(self) -> list[Incident]:
        """All that are not closed, and the newest closed ones."""

    async def read_log(
        self,
        *,
        before: int | None = None,
        limit: int = 200,
        subject: Subject | None = None,
        incident: int | None = None,
        chain: str = DUTY,
    ) -> list[LogEntry]:
        """Lines of a chain before a seq, newest first; of one subject or incident only where given."""

    async def search(
        self,
        query: LogQuery,
        *,
        before: int | None = None,
        after: int | None = None,
        limit: int = 200,
        asker: str = "",
    ) -> LogPage:
        """A page of the lines that fit, newest first. A newer one of the same ``asker`` takes the place of this."""

    async def moves(self, incident: int) -> list[IncidentMove]:
        """All moves of one incident, oldest first."""
