"""The levels of history: what each takes, how one is made of the finer one below, what is given up first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from storage.database import Database
from storage.history_layouts import Layouts
from storage.history_tables import HOSTS, LEVELS, PERIODS, POINTS
from storage.rollups import merged_rows

MINUTE, TEN, HOUR = range(len(PERIODS))
LEAST = 16 << 20
"""Bytes: the smallest size; a smaller one could not hold what roll-ups need."""
BESIDE = 4 << 20
"""Bytes of the size kept free for the write-ahead log and its index, which SQLite has beside the file."""
SHARES = (0.6, 0.25, 0.15)
"""What each level takes of the size where there is more than fits."""
SPARE = 4
"""Pages kept free for each host: hosts that began together fill their pages together."""
STEP = 60
"""One step of giving up takes this part of a level."""
AGED_S = 3600
"""Past that is given up for its age at once: a clock that is a year ahead for a minute must not cost all of it."""
TOGETHER = 10
"""Hosts whose rows are deleted in one transaction: a larger one makes a larger log beside the file."""
ROW = 16
"""Bytes of a row besides its roll-ups."""

_HERE = (POINTS.c.level == bindparam("of_level"), POINTS.c.host == bindparam("of_host"))
_BETWEEN = (*_HERE, POINTS.c.at >= bindparam("since"), POINTS.c.at < bindparam("until"))
RANGE = select(POINTS.c.at, POINTS.c.layout, POINTS.c.data).where(*_BETWEEN).order_by(POINTS.c.at)
_SIZE = select(func.count(), func.coalesce(func.sum(func.length(POINTS.c.data)), 0)).where(*_BETWEEN)
_DROP = delete(POINTS).where(*_BETWEEN)
_NTH = select(POINTS.c.at).where(*_HERE).order_by(POINTS.c.at).limit(1).offset(bindparam("skip"))


class Point(NamedTuple):
    """One row of a level."""

    host: int
    at: int
    layout: int
    data: bytes


class Levels:
    """Puts rows in, rolls them up, and holds all within the size."""

    def __init__(self, database: Database, size_bytes: int, days: int) -> None:
        self._database = database
        with database.reading() as connection:
            self._page = int(connection.exec_driver_sql("PRAGMA page_size").scalar() or 4096)
        self.resize(size_bytes, days)

    def resize(self, size_bytes: int, days: int) -> None:
        """Hold no more than this from now on."""
        self._days = days
        self._pages = (max(size_bytes, LEAST) - BESIDE) // self._page

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction in which the file cannot grow past its size, nor the log beside it past the room for it."""
        self._database.shorten_log(BESIDE // 4)
        with self._database.writing() as connection:
            connection.exec_driver_sql(f"PRAGMA max_page_count={self._pages}")
            yield connection

    # --- in --------------------------------------------------------------------------------------------------

    def put(self, connection: Connection, level: int, points: Sequence[Point], *, again: bool) -> None:
        """Write rows. ``again``: some may be there already and are replaced."""
        if again:
            for point in points:
                _drop(connection, level, point.host, point.at, point.at + 1)
        if points:
            rows = [{"level": level, "host": p.host, "at": p.at, "layout": p.layout, "data": p.data} for p in points]
            connection.execute(insert(POINTS), rows)
            _count(connection, level, len(points), sum(len(point.data) + ROW for point in points))

    # --- up --------------------------------------------------------------------------------------------------

    def roll(self, until: int, layouts: Layouts) -> None:
        """Make every ten minutes and hour that ended by ``until`` and is not made yet."""
        for level in (TEN, HOUR):
            end = until // PERIODS[level] * PERIODS[level]
            with self._database.reading() as connection:
                start = _rolled(connection, level)
            if end > start:
                with self.writing() as connection:
                    self._roll(connection, level, start, end, layouts)

    def roll_again(self, connection: Connection, minute: int) -> None:
        """A minute of before was written: what is made of it must be made anew."""
        for level in (TEN, HOUR):
            start = minute // PERIODS[level] * PERIODS[level]
            query = update(LEVELS).where(LEVELS.c.level == level, LEVELS.c.rolled > start)
            connection.execute(query.values(rolled=start))

    def _roll(self, connection: Connection, level: int, start: int, end: int, layouts: Layouts) -> None:
        period, points = PERIODS[level], []
        for host in layouts.hosts.values():
            asked = {"of_level": level - 1, "of_host": host, "since": start, "until": end}
            rows = connection.execute(RANGE, asked).all()
            for at, part in groupby(rows, key=lambda row: row.at // period * period):
                if (point := _merged(layouts, host, at, list(part))) is not None:
                    points.append(point)
        self.put(connection, level, points, again=True)
        connection.execute(update(LEVELS).where(LEVELS.c.level == level).values(rolled=end))

    # --- out of the way --------------------------------------------------------------------------------------

    def make_room(self, now: int, layouts: Layouts) -> None:
        """Give up what is older than the days asked for, and the oldest of what takes more than its share."""
        hosts = len(layouts.hosts)
        if now % PERIODS[TEN] == 0:
            for level in (MINUTE, TEN, HOUR):
                self._age(level, now - self._days * 86_400, layouts)
        while True:
            pages, free = self._taken()
            fits = pages - free <= self._pages - max(0.03 * self._pages, SPARE * hosts)
            if fits or not self._shorten(layouts):
                break
        if (over := self._taken()[0] - self._pages) > 0:  # the size was made smaller
            self._database.shrink(over)

    def _taken(self) -> tuple[int, int]:
        """Pages of the file, and how many of them are free."""
        with self._database.reading() as connection:
            pages, free = (
                connection.exec_driver_sql(f"PRAGMA {what}").scalar() for what in ("page_count", "freelist_count")
            )
        return int(pages or 0), int(free or 0)

    def _age(self, level: int, oldest: int, layouts: Layouts) -> None:
        with self._database.reading() as connection:
            first = min(_firsts(connection, level).values(), default=oldest)
        if first < oldest:
            self._drop_before(level, min(oldest, first + AGED_S), layouts)

    def _shorten(self, layouts: Layouts) -> bool:
        """Take the oldest part of the level that is furthest above its share. False: there is nothing to take."""
        with self._database.reading() as connection:
            taken = {row.level: row for row in connection.execute(select(LEVELS))}
            level = max(taken, key=lambda one: taken[one].bytes / SHARES[one])
            firsts = _firsts(connection, level)
            if not firsts:
                return False
            host = min(firsts, key=firsts.__getitem__)
            skip = max(1, taken[level].rows // len(firsts) // STEP)
            # By number of rows, not by time: one row with a date of next year must not stretch the step.
            cutoff = connection.execute(_NTH, {"of_level": level, "of_host": host, "skip": skip}).scalar()
        self._drop_before(level, firsts[host] + PERIODS[level] if cutoff is None else cutoff, layouts)
        return True

    def _drop_before(self, level: int, cutoff: int, layouts: Layouts) -> None:
        with self._database.reading() as connection:
            stale = [host for host, first in _firsts(connection, level).items() if first < cutoff]
        for start in range(0, len(stale), TOGETHER):
            with self.writing() as connection:
                for host in stale[start : start + TOGETHER]:
                    _drop(connection, level, host, 0, cutoff)
                    firsts = [_first(connection, one, host) for one in (MINUTE, TEN, HOUR)]
                    known = [first for first in firsts if first is not None]
                    if known:
                        layouts.forget(connection, host, min(known))


def _merged(layouts: Layouts, host: int, at: int, rows: Sequence[Any]) -> Point | None:
    """Rows of a finer level as one row in the layout in use. Rows that make no sense are left out."""
    of_host, layout = layouts.of(host), layouts.newest(host)
    if layout is None:
        return None
    parts = []
    for row in rows:
        theirs = of_host.get(row.layout)
        if theirs is not None and theirs.fits(row.data):
            parts.append(row.data if theirs is layout else layout.laid_out(theirs, row.data))
    return Point(host, at, layout.id, merged_rows(parts)) if parts else None


def _rolled(connection: Connection, level: int) -> int:
    return int(connection.execute(select(LEVELS.c.rolled).where(LEVELS.c.level == level)).scalar() or 0)


def _firsts(connection: Connection, level: int) -> dict[int, int]:
    """The time of the first row of each host that has any."""
    first = select(func.min(POINTS.c.at)).where(POINTS.c.level == level, POINTS.c.host == HOSTS.c.id).scalar_subquery()
    return {host: at for host, at in connection.execute(select(HOSTS.c.id, first)) if at is not None}


def _first(connection: Connection, level: int, host: int) -> int | None:
    return connection.execute(_NTH, {"of_level": level, "of_host": host, "skip": 0}).scalar()


def _drop(connection: Connection, level: int, host: int, since: int, until: int) -> None:
    asked = {"of_level": level, "of_host": host, "since": since, "until": until}
    rows, size = connection.execute(_SIZE, asked).one()
    if rows:
        connection.execute(_DROP, asked)
        _count(connection, level, -rows, -(size + rows * ROW))


def _count(connection: Connection, level: int, rows: int, size: int) -> None:
    query = update(LEVELS).where(LEVELS.c.level == level)
    connection.execute(query.values(rows=LEVELS.c.rows + rows, bytes=LEVELS.c.bytes + size))
