"""The store behind a thread of its own: the event loop never waits for a disk, and a failure is said, not hidden.

What is looked for in the log is read by a second thread: nothing that is written waits for it.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from duty.alarm_batch import Batch, Kept
from duty.corrections import Correction
from duty.events import EventMemory, EventStep
from duty.incidents import ALONE, UNREVIEWED
from duty.log_query import LogQuery
from duty.log_words import ENGLISH, Speech
from duty.phrases import Phrase, phrase
from duty.records import DUTY, Incident, IncidentMove, LogEntry, LogPage, NewLogEntry, Refused, Subject
from storage.failures import StoreFailed
from storage.log_search import Stopped
from storage.server import Server
from storage.store import Moved, Store
from watch.clock import Clock

T = TypeVar("T")

QUIET_S = 2.0
"""Seconds without a write after which one is tried: a disk may fail while nobody writes."""
STUCK_S = 1.5
"""Seconds after which a store that says nothing at all is said not to answer: longer than it waits for a lock."""
INDEX_FROM = 200
"""Lines outside of the index from which they are taken in; a search reads that many in 2 ms."""
INDEX_AT_ONCE = 200
"""Lines taken in by one transaction: what is written meanwhile waits some 30 ms for it at most."""
INDEX_PAUSE_S = 0.05
"""Between two of them, where there are many: a store of before is taken in beside the work of the watch."""

_SILENT = phrase("the store does not answer")


class Records:
    """Each call is done in order, one at a time, and returns after the commit or raises ``StoreFailed``.

    :meth:`search` is apart from that order.
    """

    def __init__(self, place: Path | Server, clock: Clock, speech: Speech = ENGLISH) -> None:
        self.error: Phrase | None = None
        """Why records cannot be written, as far as the newest attempt to write showed."""
        self._place = place
        self._store: Store | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="records")
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="search")
        self._speech = speech
        self._searches: dict[str, threading.Event] = {}
        """What is being looked for, by who asked: set where nobody waits for it any more."""
        self._behind = 0
        """Lines written since it was last asked how many the index lacks."""
        self._indexing: asyncio.Task[None] | None = None
        self._clock = clock
        self._written_at = clock.now().mono
        self._stuck = False
        """The store has something in hand and does not come back from it."""
        self._came_back = 0
        """How many calls the store has come back from, done or failed."""
        self._asked: set[Future[Any]] = set()
        """What was asked of the store and is not done: one in its hand, the others behind that."""

    @classmethod
    async def open(cls, place: Path | Server, clock: Clock, speech: Speech = ENGLISH) -> Records:
        """Open the store. Where that fails ``error`` says why, and every later call tries again.

        The watch goes on without its records: what it shows does not depend on a disk.
        """
        records = cls(place, clock, speech)
        await records.check()
        records._keep_index(INDEX_FROM)
        return records

    async def close(self) -> None:
        """Finish what is under way and let go of the file."""
        if self._indexing is not None:
            self._indexing.cancel()
            await asyncio.wait([self._indexing])
        for stop in self._searches.values():
            stop.set()
        await asyncio.get_running_loop().run_in_executor(self._reader, int)
        self._reader.shutdown()
        if self._store is not None:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._store.close)
        self._thread.shutdown()

    async def write_log(self, entry: NewLogEntry) -> LogEntry:
        """Write one line."""
        entered = self._clock.now().wall
        written = (await self._write(lambda store: store.append_log([entry], entered)))[0]
        self._keep_index(1)
        return written

    async def correct(self, asked: Correction) -> LogEntry:
        """Write the line that puts another right. Raises :class:`duty.records.Refused` where that one is not to be."""
        entered = self._clock.now().wall
        corrected = await self._write(lambda store: store.correct(asked, entered))
        self._keep_index(1)
        return corrected

    async def move(
        self,
        asked: IncidentMove,
        session: str = "",
        unreviewed: frozenset[int] = UNREVIEWED,
        alone: frozenset[int] = ALONE,
    ) -> Moved:
        """Make one move and its line of the log. Raises :class:`duty.records.Refused` where it is not legal."""
        entered = self._clock.now().wall
        moved = await self._write(lambda store: store.move(asked, entered, session, unreviewed, alone))
        self._keep_index(1)
        return moved

    async def keep_events(self, steps: list[EventStep]) -> list[LogEntry]:
        """Keep what is known of followed logs, and their lines of the log, as one."""
        entered = self._clock.now().wall
        written = await self._write(lambda store: store.keep_events(steps, entered))
        self._keep_index(len(written))
        return written

    async def events(self) -> dict[str, dict[str, EventMemory]]:
        """What is known of followed logs, by host and key."""
        return await self._do(lambda store: store.events())

    async def keep_alarms(self, batch: Batch) -> list[LogEntry]:
        """Keep alarms, what stands beside them and their lines of the log, as one."""
        entered = self._clock.now().wall
        written = await self._write(lambda store: store.keep_alarms(batch, entered))
        self._keep_index(len(written))
        return written

    async def alarms(self) -> Kept:
        """All that is kept of alarms."""
        return await self._do(lambda store: store.alarms())

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
        chain: str = DUTY,
    ) -> list[LogEntry]:
        """Lines of a chain before a seq, newest first."""
        return await self._do(
            lambda store: store.read_log(before=before, limit=limit, subject=subject, incident=incident, chain=chain)
        )

    async def search(
        self,
        query: LogQuery,
        *,
        before: int | None = None,
        after: int | None = None,
        limit: int = 200,
        asker: str = "",
    ) -> LogPage:
        """A page of the lines that fit ``query``, see :meth:`storage.store.Store.search`.

        What the same ``asker`` is still waiting for is given up: there :class:`duty.records.Refused` is raised.
        """
        stop = threading.Event()
        if asker:
            if (before_it := self._searches.get(asker)) is not None:
                before_it.set()
            self._searches[asker] = stop
        try:
            store = await self._do(lambda opened: opened) if self._store is None else self._store

            def look() -> LogPage:
                return self._look(store, query, before, after, limit, stop)

            return await asyncio.get_running_loop().run_in_executor(self._reader, look)
        finally:
            if self._searches.get(asker) is stop:
                del self._searches[asker]

    @staticmethod
    def _look(
        store: Store, query: LogQuery, before: int | None, after: int | None, limit: int, stop: threading.Event
    ) -> LogPage:
        try:
            return store.search(query, before=before, after=after, limit=limit, stop=stop.is_set)
        except Stopped:
            raise Refused(phrase("another search took the place of this one")) from None

    def _keep_index(self, written: int) -> None:
        """So many lines were written: where many are outside of the index, take them in beside all else."""
        self._behind += written
        if self._behind >= INDEX_FROM and (self._indexing is None or self._indexing.done()):
            self._behind = 0
            self._indexing = asyncio.get_running_loop().create_task(self._index())

    async def _index(self) -> None:
        try:
            while await self._do(lambda store: store.unindexed()) >= INDEX_FROM:
                await self._do(lambda store: store.index(INDEX_AT_ONCE))
                await asyncio.sleep(INDEX_PAUSE_S)
        except StoreFailed as failed:  # lines are found without it, only later
            logging.getLogger("watchkeeper.records").warning("the index of the log waits: %s", failed)

    async def check(self) -> None:
        """Look whether the store can be written, by writing; ``error`` says what was found."""
        now = self._clock.now().wall
        try:
            await self._write(lambda store: store.check(now))
        except StoreFailed:
            pass

    async def check_if_due(self) -> None:
        """:meth:`check` while it does not work, and else where nothing was written for :data:`QUIET_S`."""
        if self.error is None and self._clock.now().mono - self._written_at < QUIET_S:
            return
        before = self._came_back
        try:
            async with asyncio.timeout(STUCK_S):
                await self._answering()
                await self.check()
        except TimeoutError:
            if self._came_back != before:  # slow, one after the other, but it answers
                return
            self._stuck, self.error = True, _SILENT
            # Who waits behind what does not end is refused now; what the store has in hand may still be kept.
            for one in tuple(self._asked):
                one.cancel()

    async def _answering(self) -> None:
        """Wait until what the store has in hand is done."""
        await asyncio.get_running_loop().run_in_executor(self._thread, int)
        self._stuck = False

    async def _write(self, work: Callable[[Store], T]) -> T:
        # Only writing tells whether writing works: a full disk is read without a fault.
        try:
            done = await self._do(work)
        except StoreFailed as failed:
            self.error = failed.why
            raise
        # Not when it begins: people who try again and again would put off the look that finds a store that hangs.
        self._written_at, self.error = self._clock.now().mono, None
        return done

    async def _do(self, work: Callable[[Store], T]) -> T:
        if self._stuck:  # it would wait behind what does not end, and be done who knows when
            raise StoreFailed(_SILENT)
        asked = self._thread.submit(self._in_thread, work)
        self._asked.add(asked)
        asked.add_done_callback(self._asked.discard)
        try:
            done = await asyncio.wrap_future(asked)
        except asyncio.CancelledError:
            if self._gave_up(asked):
                raise StoreFailed(_SILENT) from None
            raise
        self._stuck = False
        return done

    def _gave_up(self, asked: Future[Any]) -> bool:
        """Whether it was given up because the store hangs, and not by who asked."""
        task = asyncio.current_task()
        return self._stuck and asked.cancelled() and not (task is not None and task.cancelling())

    def _in_thread(self, work: Callable[[Store], T]) -> T:
        try:
            if self._store is None:
                self._store = Store(self._place, self._speech)
            return work(self._store)
        finally:
            self._came_back += 1
