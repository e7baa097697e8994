"""The store behind a thread of its own: the event loop never waits for a disk, and a failure is said, not hidden."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from duty.phrases import Phrase
from duty.records import Incident, IncidentMove, LogEntry, Move, NewLogEntry, Subject
from storage.database import StoreFailed
from storage.store import Moved, Store
from watch.clock import Clock

T = TypeVar("T")


class Records:
    """Each call is done in order, one at a time, and returns after the commit or raises ``StoreFailed``."""

    def __init__(self, store: Store, thread: ThreadPoolExecutor, clock: Clock) -> None:
        self.error: Phrase | None = None
        """Why records cannot be written, as far as the newest attempt showed."""
        self._store = store
        self._thread = thread
        self._clock = clock

    @classmethod
    async def open(cls, path: Path, clock: Clock) -> Records:
        """Open the store. Raises :class:`storage.database.StoreFailed`."""
        thread = ThreadPoolExecutor(1, thread_name_prefix="records")
        try:
            store = await asyncio.get_running_loop().run_in_executor(thread, Store, path)
        except BaseException:
            thread.shutdown(wait=False)
            raise
        return cls(store, thread, clock)

    async def close(self) -> None:
        """Finish what is under way and let go of the file."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._store.close)
        self._thread.shutdown()

    async def write_log(self, entry: NewLogEntry) -> LogEntry:
        """Write one line."""
        entered = self._clock.now().wall
        return (await self._do(lambda: self._store.append_log([entry], entered)))[0]

    async def move(
        self,
        incident: int | None,
        move: Move,
        *,
        at: float,
        actor: str,
        text: str = "",
        said: Phrase | None = None,
        subject: Subject = Subject(),  # noqa: B008 - frozen
        level: int | None = None,
        automatic: bool = False,
    ) -> Moved:
        """Make one move and its line of the log. Raises :class:`duty.records.Refused` where it is not legal."""
        asked = IncidentMove(
            seq=0,
            incident=incident or 0,
            move=move,
            at=at,
            actor=actor,
            text=text,
            said=said,
            subject=subject,
            level=level,
            automatic=automatic,
        )
        entered = self._clock.now().wall
        return await self._do(lambda: self._store.move(asked, entered))

    async def incidents(self) -> list[Incident]:
        """All that are not closed, and the newest closed ones."""
        return await self._do(self._store.incidents)

    async def moves(self, incident: int) -> list[IncidentMove]:
        """All moves of one incident, oldest first."""
        return await self._do(lambda: self._store.moves(incident))

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
            lambda: self._store.read_log(before=before, limit=limit, subject=subject, incident=incident)
        )

    async def check(self) -> None:
        """Look whether the store can be written; ``error`` says what was found."""
        try:
            await self._do(self._store.check)
        except StoreFailed:
            return

    async def _do(self, work: Callable[[], T]) -> T:
        try:
            done = await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except StoreFailed as failed:
            self.error = failed.why
            raise
        self.error = None
        return done
