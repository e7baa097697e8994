"""Readings kept: the newest at full rate in memory, each minute rolled up and written by a thread of its own.

History is not the record. Whatever happens to its file, watching and the record go on; what is wrong is said.
"""

from __future__ import annotations

import asyncio
import logging
import math
from array import array
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple, TypeVar

from duty.board import HostView
from duty.graph import MOST_POINTS, Graph, Stretch, drawn
from duty.limits import Level
from duty.phrases import Phrase, phrase
from duty.series import READ, SeriesKey, unit_of
from duty.series_limits import limits_of_series
from duty.site import SiteSpec
from storage.failures import StoreFailed
from storage.history import HistoryStore, HostMinute
from storage.history_levels import HOUR, MINUTE, TEN
from storage.history_tables import PERIODS
from storage.rollups import rolled
from watch.clock import Clock
from watch.foresight import Foreseer, Foresight
from watch.tape import HostTapes, Tape

T = TypeVar("T")

MEMORY_S = 600.0
"""Seconds of readings kept at full rate."""
MOST_SERIES = 500
"""Series of one host, of fast and of slow ones each: what is more is not kept."""
GRACE_S = 2.0
"""Seconds after a minute until it is closed: what was received at its end may still be on its way here."""
MOST_WAITING = 60
"""Minutes kept in memory while the file cannot be written."""


class _Minute(NamedTuple):
    """What came in within one minute: of each host the series and the rows, fast and slow."""

    at: int
    hosts: tuple[tuple[str, tuple[tuple[tuple[SeriesKey, ...], array[float]], ...]], ...]


class History:
    """History of one site. All but what is said to wait is done at once, on the event loop."""

    def __init__(
        self, path: Path, site: SiteSpec, clock: Clock, foresee: Callable[[str, Foresight], None] = lambda _h, _f: None
    ) -> None:
        """``foresee`` is told once a minute what the past of each host says."""
        self.error: Phrase | None = None
        """Why readings are not kept, as far as the newest minute showed."""
        self.lost = 0
        """Minutes given up because the file could not be written for too long."""
        self._path = path
        self._site = site
        self._clock = clock
        self._foresee = foresee
        self._tapes: dict[str, HostTapes] = {}
        self._views: dict[str, HostView] = {}
        self._minute: int | None = None
        self._store: HistoryStore | None = None
        self._waiting: deque[tuple[int, list[HostMinute]]] = deque()
        self._foreseer = Foreseer()
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="history")
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="history-reader")
        self._logger = logging.getLogger("watchkeeper.history")

    # --- in --------------------------------------------------------------------------------------------------

    def see(self, view: HostView) -> None:
        """A judged view of a host. What it says that was read anew is kept; a host not read now leaves a gap."""
        try:
            self._see(view)
        except Exception as error:  # the edge: a fault in here may not end the watch
            if self.error is None:
                self._logger.exception("history failed at %s", view.id)
            self.error = phrase("the watch failed at this: {error}", error=repr(error))

    def _see(self, view: HostView) -> None:
        self._views[view.id] = view
        if view.quality not in READ or view.read_at is None:
            return
        tapes = self._tapes.get(view.id)
        if tapes is None:
            tapes = self._tapes[view.id] = HostTapes(*self._rates(view.interval_s), MEMORY_S, MOST_SERIES)
        tapes.see(view)

    def _rates(self, interval_s: float) -> tuple[float, float]:
        """Seconds between readings, fast and slow. A host is asked once a second at most: no faster rate is kept."""
        return max(1.0, interval_s), self._site.slow_interval_s

    def view(self, host: str) -> HostView | None:
        """A host as it was seen last."""
        return self._views.get(host)

    def adopt(self, site: SiteSpec) -> None:
        """A new site file: its size and days hold from now on; hosts that are gone leave memory, not the file."""
        self._site = site
        ids = {spec.id for spec in site.hosts}
        for kept in (self._tapes, self._views):
            for gone in kept.keys() - ids:
                del kept[gone]
        for spec in site.hosts:
            if (tapes := self._tapes.get(spec.id)) is not None:
                tapes.span(*self._rates(spec.interval_s), MEMORY_S)

    # --- the run ---------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Write minute after minute until cancelled."""
        await self._in(self._writer, self._open)
        while True:
            try:
                await self.tick()
            except Exception as error:  # the edge: a fault in here may not end the watch
                self._logger.exception("history failed")
                self.error = phrase("the watch failed at this: {error}", error=repr(error))
            await asyncio.sleep(1.0 - self._clock.now().wall % 1.0)

    async def tick(self) -> None:
        """Close the minute that has ended, if one has: write it, look at what the past says. Waits for the disk."""
        wall = self._clock.now().wall
        minute = int((wall - GRACE_S) // 60) * 60
        before, self._minute = self._minute, minute
        if before is None or minute == before:
            return
        # The machine slept, or its clock jumped: minutes without a reading are not written.
        starts = range(max(before, minute - int(MEMORY_S)), minute, 60) if minute > before else (before,)
        minutes = [self._gathered(start) for start in starts]
        views = [view for view in self._views.values() if view.quality in READ]
        found = await self._in(self._writer, lambda: self._keep(minutes, views, wall))
        for host, seen in found.items():
            self._foresee(host, seen)

    async def close(self) -> None:
        """Write the running minute and let go of the file."""
        if self._minute is not None:
            wall = self._clock.now().wall
            starts = sorted({self._minute, int(wall // 60) * 60})
            minutes = [self._gathered(start) for start in starts]
            await self._in(self._writer, lambda: self._write(minutes))
        await self._in(self._writer, self._shut)
        self._writer.shutdown()
        self._reader.shutdown()

    def _gathered(self, start: int) -> _Minute:
        hosts = (
            (host, (tapes.fast.block(start, start + 60), tapes.slow.block(start, start + 60)))
            for host, tapes in self._tapes.items()
        )
        return _Minute(start, tuple((host, blocks) for host, blocks in hosts if blocks[0][1] or blocks[1][1]))

    # --- in the thread that writes -----------------------------------------------------------------------------

    def _open(self) -> HistoryStore | None:
        if self._store is None:
            try:
                rule = self._site.history
                self._store = HistoryStore(self._path, rule.size_bytes, rule.days)
                self.error = None
            except StoreFailed as failed:
                self._failed(failed)
        return self._store

    def _keep(self, minutes: list[_Minute], views: list[HostView], wall: float) -> dict[str, Foresight]:
        self._write(minutes)
        if self._store is None:
            return {}
        try:
            return self._foreseer.look(self._store, views, self._site, wall)
        except StoreFailed as failed:
            self._failed(failed)
            return {}

    def _write(self, minutes: Iterable[_Minute]) -> None:
        for minute in minutes:
            if minute.hosts:
                self._waiting.append((minute.at, [_rolled(host, blocks) for host, blocks in minute.hosts]))
        while len(self._waiting) > MOST_WAITING:
            self._waiting.popleft()
            self.lost += 1
        store = self._open()
        if store is None:
            return
        try:
            store.resize(self._site.history.size_bytes, self._site.history.days)
            while self._waiting:
                store.write(*self._waiting[0])
                self._waiting.popleft()
            self.error = None
        except StoreFailed as failed:
            self._failed(failed)

    def _failed(self, failed: StoreFailed) -> None:
        if self.error is None:
            self._logger.warning("readings are not kept: %s", failed)
        self.error = failed.why
        self._shut()  # opened anew with the next minute: the file may have been moved away or made well meanwhile

    def _shut(self) -> None:
        if self._store is not None:
            self._store.close()
            self._store = None

    # --- out -------------------------------------------------------------------------------------------------

    async def graph(self, host: str, series: SeriesKey, since: float, until: float, points: int) -> Graph:
        """One series from ``since`` to ``until`` (UTC epoch seconds) in at most ``points`` points.

        From memory as far as that goes, from the file before; without the file what is in memory. Waits for the disk.
        """
        now = self._clock.now().wall
        until = min(until, now + 1.0)
        since, count = min(since, until - 1.0), max(1, min(points, MOST_POINTS))
        step = (until - since) / count
        tape = self._tape(host, series)
        begins = now if tape is None or not tape.times else self._from_memory(tape.times[0])
        newest = [Stretch(at, 0.0, 1, *[value] * 3) for at, value in tape.column(series, begins, until)] if tape else []
        older: list[Stretch] = []
        if since < begins:
            older = await self._in(self._reader, lambda: self._read(host, series, since, min(until, begins), step))
        parts = drawn([*older, *newest], since, until, count)
        finest = max((each.seconds for each in older), default=0.0)
        unit = unit_of(series, self._views.get(host))
        return Graph(host, series, unit, since, until, step, finest, parts, self.limits(host, series))

    def kept(self, host: str, series: SeriesKey) -> list[tuple[float, float]]:
        """(UTC epoch seconds, value) of a series at full rate, as far as memory goes back."""
        tape = self._tape(host, series)
        return [] if tape is None else tape.column(series, 0.0, math.inf)

    def limits(self, host: str, series: SeriesKey) -> tuple[Level, ...]:
        """What the site file demands of a series, in its unit."""
        spec = next((one for one in self._site.hosts if one.id == host), None)
        return () if spec is None else limits_of_series(spec, self._views.get(host), series)

    async def series(self, host: str) -> tuple[SeriesKey, ...]:
        """Every series of a host that is kept, in order of their names. Waits for the disk."""
        tapes = self._tapes.get(host)
        known = set(tapes.fast.keys + tapes.slow.keys) if tapes is not None else set()
        store = self._store
        if store is not None:
            known.update(await self._in(self._reader, lambda: store.series(host)))
        return tuple(sorted(known))

    def _from_memory(self, first: float) -> float:
        """From when on memory is read. A minute that is half in it (it begins at ``first``) is whole in the file."""
        whole = -(-first // 60) * 60
        return whole if self._minute is not None and whole <= self._minute else first

    def _tape(self, host: str, series: SeriesKey) -> Tape | None:
        tapes = self._tapes.get(host)
        if tapes is None:
            return None
        return next((tape for tape in (tapes.fast, tapes.slow) if series in tape.keys), None)

    def _read(self, host: str, series: SeriesKey, since: float, until: float, step: float) -> list[Stretch]:
        store = self._store
        if store is None:
            return []
        try:
            return stretches(store, host, series, since, until, step)
        except StoreFailed as failed:  # the thread that writes finds out for itself and says so
            self._logger.info("not read: %s", failed)
            return []

    async def _in(self, thread: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(thread, work)


def stretches(
    store: HistoryStore, host: str, series: SeriesKey, since: float, until: float, step: float
) -> list[Stretch]:
    """What the file has of a series, in periods that suit points of ``step`` seconds."""
    level = HOUR if step >= PERIODS[HOUR] else TEN if step >= PERIODS[TEN] else MINUTE
    found: list[Stretch] = []
    for piece in store.pieces(host, level, since - PERIODS[level], until):
        seconds = float(PERIODS[piece.level])
        rows = store.read(host, [series], piece.level, piece.since, piece.until)[series]
        found += [Stretch(row.at, seconds, *row.roll) for row in rows]
    return found


def _rolled(host: str, blocks: tuple[tuple[tuple[SeriesKey, ...], array[float]], ...]) -> HostMinute:
    keys: list[SeriesKey] = []
    row = []
    for names, values in blocks:
        width, numbers = len(names), values.tolist()
        keys += names
        row += [rolled(numbers[place::width]) for place in range(width)]
    return HostMinute(host, tuple(keys), row)
