"""The store behind a thread of its own: the event loop never waits for a disk, and a failure is said, not hidden."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from duty.events import EventMemory, EventStep
from duty.incidents import UNREVIEWED
from duty.phrases import Phrase
from duty.records import Incident, IncidentMove, LogEntry, NewLogEntry, Subject
from storage.failures import StoreFailed
from storage.store import Moved, Store
from watch.clock import Clock

T = TypeVar("T")

QUIET_S = 3.0
"""Seconds without a write after which one is tried: a disk may fail while nobody writes."""


class Records:
    """Each call is done in order, one at a time, and returns after the commit or raises ``StoreFailed``."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self.error: Phrase | None = None
        """Why records cannot be written, as far as the newest attempt to write showed."""
        self._path = path
        self._store: Store | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="records")
        self._clock = clock
        self._written_at = clock.now().mono

    @classmethod
    async def open(cls, path: Path, clock: Clock) -> Records:
        """Open the store. Where that fails ``error`` says why, and every later call tries again.

        The watch goes on without its records: what it shows does not depend on a disk.
        """
        records = cls(path, clock)
        await records.check()
        return records

    async def close(self) -> None:
        """Finish what is under way and let go of the file."""
        if self._store is not None:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._store.close)
        self._thread.shutdown()

    async def write_log(self, entry: NewLogEntry) -> LogEntry:
        """Write one line."""
        entered = self._clock.now().wall
        return (await self._write(lambda store: store.append_log([entry], entered)))[0]

    async def move(self, asked: IncidentMove, unreviewed: frozenset[int] = UNREVIEWED) -> Moved:
        """Make one move and its line of the log. Raises :class:`duty.records.Refused` where it is not legal."""
        entered = self._clock.now().wall
        return await self._write(lambda store: store.move(asked, entered, unreviewed))

    async def keep_events(self, steps: list[EventStep]) -> list[LogEntry]:
        """Keep what is known of followed logs, and their lines of the log, as one."""
        entered = self._clock.now().wall
        return await self._write(lambda store: store.keep_events(steps, entered))

    async def events(self) -> dict[str, dict[str, EventMemory]]:
        """What is known of followed logs, by host and key."""
        return await self._do(lambda store: store.events())

    async def incidents(self) -> list[Incident]:
        """All that are not closed, and the newest closed ones."""
        return await self._do(lambda store: store.incidents())

    async def moves(self, incident: int) -> list[IncidentMove]:
        """All moves of one incident, oldest first."""
        return await self._do(lambda store: store.moves(incident))

    async def read_log(
        self,
        *,
        before: int | None = None,
        limit: int = 200,
        subject: Subject | None = None,
        incident: int | None = None,
    ) -> list[LogEntry]:
        """Lines before a seq, newest first."""
        return await self._do(
            lambda store: store.read_log(before=before, limit=limit, subject=subject, incident=incident)
        )

    async def check(self) -> None:
        """Look whether the store can be written, by writing; ``error`` says what was found."""
        now = self._clock.now().wall
        try:
            await self._write(lambda store: store.check(now))
        except StoreFailed:
            pass

    async def check_if_due(self) -> None:
        """:meth:`check` while it does not work, and else where nothing was written for :data:`QUIET_S`."""
        if self.error is not None or self._clock.now().mono - self._written_at >= QUIET_S:
            await self.check()

    async def _write(self, work: Callable[[Store], T]) -> T:
        self._written_at = self._clock.now().mono
        # Only writing tells whether writing works: a full disk is read without a fault.
        try:
            done = await self._do(work)
        except StoreFailed as failed:
            self.error = failed.why
            raise
        self.error = None
        return done

    async def _do(self, work: Callable[[Store], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._in_thread, work)

    def _in_thread(self, work: Callable[[Store], T]) -> T:
        if self._store is None:
            self._store = Store(self._path)
        return work(self._store)
