"""The store of history: minutes in, ten minutes and hours made of them, the oldest given up for the newest.

It never takes more than its size, with all files that SQLite keeps beside it. Synchronous: one thread writes, another
may read at the same time. Every method raises :class:`storage.failures.StoreFailed` where the store does not work.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from duty.phrases import phrase
from duty.series import SeriesKey
from storage.database import Database
from storage.failures import StoreFailed
from storage.history_layouts import Layout, Layouts
from storage.history_levels import MINUTE, RANGE, Levels, Point
from storage.history_tables import HISTORY, PERIODS, POINTS
from storage.rollups import NOTHING, Rollup, column, merged_rows, pack, unpack

_AT_ONCE = 2_000
"""Rows read in one transaction: a reader that holds one for long lets the file's log grow."""


class HostMinute(NamedTuple):
    """What one host gave in one minute: the roll-up of each of ``keys``, in their order."""

    host: str
    keys: tuple[SeriesKey, ...]
    row: Sequence[Rollup]


class Row(NamedTuple):
    """One series over the period that begins at ``at`` (UTC epoch seconds)."""

    at: int
    roll: Rollup


class Piece(NamedTuple):
    """A stretch of the past as one level has it; ``since`` and ``until`` are starts of periods."""

    level: int
    since: float
    until: float


class HistoryStore:
    """History of one site in the file ``path``."""

    def __init__(self, path: Path, size_bytes: int, days: int, *, reading: bool = False) -> None:
        """Open it, or create it unless it is only read."""
        self.path = path
        if reading and not path.exists():
            raise StoreFailed(phrase("no history is kept at {path}", path=str(path)))
        self._database = Database(path, HISTORY)
        try:
            self._load()
            self._levels = Levels(self._database, size_bytes, days)
        except BaseException:
            self.close()
            raise
        self._newest: int | None = None

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def resize(self, size_bytes: int, days: int) -> None:
        """Keep no more than this from now on; what is too much goes with the next minutes."""
        self._levels.resize(size_bytes, days)

    def _load(self) -> None:
        with self._database.reading() as connection:
            self._layouts = Layouts(connection)

    # --- in --------------------------------------------------------------------------------------------------

    def write(self, minute: int, hosts: Sequence[HostMinute]) -> None:
        """Keep one minute (UTC epoch seconds of its start), make coarser levels of it, give up what is too much.

        Readings of a minute that is kept already (the clock went back, the watch was started anew) are rolled up
        with what is there.
        """
        self._levels.make_room(minute, self._layouts)
        try:
            with self._levels.writing() as connection:
                rows = [self._point(connection, minute, each) for each in hosts]
                again = self._newest is None or minute <= self._newest
                if again:
                    rows = [self._joined(connection, row) for row in rows]
                    self._levels.roll_again(connection, minute)
                self._levels.put(connection, MINUTE, rows, again=again)
        except StoreFailed:
            self._load()  # hosts and layouts that were new in there are not in the file
            raise
        self._newest = minute if self._newest is None else max(self._newest, minute)
        self._levels.roll(minute + PERIODS[MINUTE], self._layouts)

    def _point(self, connection: Connection, minute: int, given: HostMinute) -> Point:
        host = self._layouts.host(connection, given.host)
        layout = self._layouts.fitting(connection, host, given.keys, minute)
        if layout.keys == given.keys:
            return Point(host, minute, layout.id, pack(given.row))
        row = [NOTHING] * len(layout.keys)
        for key, roll in zip(given.keys, given.row, strict=True):
            row[layout.places[key]] = roll
        return Point(host, minute, layout.id, pack(row))

    def _joined(self, connection: Connection, point: Point) -> Point:
        """The row together with the one that is kept of the same minute."""
        found = self._range(connection, MINUTE, point.host, point.at, point.at + 1)
        if not found:
            return point
        layouts = self._layouts.of(point.host)
        layout = layouts[point.layout]
        before = layouts.get(found[0].layout)
        if before is None or not before.fits(found[0].data):
            return point
        kept = found[0].data if before is layout else layout.laid_out(before, found[0].data)
        return Point(point.host, point.at, point.layout, merged_rows((kept, point.data)))

    # --- out -------------------------------------------------------------------------------------------------

    def hosts(self) -> tuple[str, ...]:
        """Every host of which something is kept."""
        return tuple(sorted(self._layouts.hosts))

    def series(self, host: str) -> tuple[SeriesKey, ...]:
        """Every series of a host, in order of their names."""
        layouts = self._layouts.of(self._layouts.hosts.get(host, -1))
        return tuple(sorted({key for layout in tuple(layouts.values()) for key in layout.keys}))

    def span(self, host: str, level: int) -> tuple[int, int] | None:
        """Start of the first and end of the last period of a level; ``None`` if it has none of the host."""
        number = self._layouts.hosts.get(host, -1)
        where = (POINTS.c.level == level, POINTS.c.host == number)
        with self._database.reading() as connection:
            first = connection.execute(select(func.min(POINTS.c.at)).where(*where)).scalar()
            last = connection.execute(select(func.max(POINTS.c.at)).where(*where)).scalar()
        return None if first is None or last is None else (first, last + PERIODS[level])

    def pieces(self, host: str, level: int, since: float, until: float) -> list[Piece]:
        """Which level to read from when to when, oldest first.

        That is ``level`` where it has the host's past; before its first period the next coarser one that has it,
        after its last one the finer ones, because a period is rolled up only when it has ended.
        """
        spans = [self.span(host, each) for each in range(len(PERIODS))]
        first, last = spans[level] or (None, since)
        found = [] if first is None else [Piece(level, max(since, first), min(until, last))]
        if first is not None:
            for coarser in range(level + 1, len(PERIODS)):
                # One that begins earlier only because its periods are longer knows nothing more.
                if (span := spans[coarser]) is not None and span[0] + PERIODS[coarser] <= first:
                    found.insert(0, Piece(coarser, max(since, span[0]), min(until, first)))
                    first = span[0]
        for finer in range(level - 1, -1, -1):
            if (span := spans[finer]) is not None and span[1] > last:
                found.append(Piece(finer, max(since, last, span[0]), min(until, span[1])))
                last = span[1]
        return [piece for piece in found if piece.since < piece.until]

    def read(
        self, host: str, keys: Iterable[SeriesKey], level: int, since: float, until: float
    ) -> dict[SeriesKey, list[Row]]:
        """Each of ``keys`` from ``since`` up to ``until`` (starts of periods), without periods that have no reading."""
        found: dict[SeriesKey, list[Row]] = {key: [] for key in keys}
        for at, layout, data in self._rows(host, level, since, until):
            for key, rows in found.items():
                place = layout.places.get(key)
                if place is not None and (roll := column(data, place)).readings:
                    rows.append(Row(at, roll))
        return found

    def whole(self, host: str, level: int, since: float, until: float) -> Iterator[tuple[int, dict[SeriesKey, Rollup]]]:
        """Every period with all its series that have readings."""
        for at, layout, data in self._rows(host, level, since, until):
            yield at, {key: roll for key, roll in zip(layout.keys, unpack(data), strict=True) if roll.readings}

    def _rows(self, host: str, level: int, since: float, until: float) -> Iterator[tuple[int, Layout, bytes]]:
        number = self._layouts.hosts.get(host)
        if number is None:
            return
        while True:
            with self._database.reading() as connection:
                found = self._range(connection, level, number, since, until, _AT_ONCE)
            layouts = self._layouts.of(number)
            for row in found:
                layout = layouts.get(row.layout)
                if layout is not None and layout.fits(row.data):
                    yield row.at, layout, row.data
            if len(found) < _AT_ONCE:
                return
            since = found[-1].at + 1

    def _range(
        self, connection: Connection, level: int, host: int, since: float, until: float, most: int = -1
    ) -> Sequence[Any]:
        query = RANGE if most < 0 else RANGE.limit(most)
        asked = {"of_level": level, "of_host": host, "since": since, "until": until}
        return connection.execute(query, asked).all()
