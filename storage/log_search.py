"""Pages of the duty log, or of its lines that fit a query: by number, never by offset, so that all cost the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, Select

from duty.log_query import LogQuery
from duty.log_words import Say
from duty.records import DUTY, LogEntry, LogPage
from storage.log_rows import lines
from storage.rows import micros
from storage.search_index import SearchIndex
from storage.tables import LOG

LOOKED_AT = 20_000
"""Lines read for one page at most: what no index helps with ends there and says how far it came."""
_AT_ONCE = 256
_LINES = lines()
_SLACK = 1_000_000
"""Microseconds by which times are compared more widely in the store than in the query, which has the last word."""


class Stopped(Exception):
    """Nobody waits for this search any more."""


class Searching:
    """One page being made. ``stop`` is asked between portions: where it says so :class:`Stopped` is raised."""

    def __init__(
        self,
        connection: Connection,
        index: SearchIndex,
        say: Say,
        understood: Callable[[Row[Any]], LogEntry],
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self._connection = connection
        self._index = index
        self._say = say
        self._understood = understood
        self._stop = stop

    def page(
        self, query: LogQuery, before: int | None, after: int | None, limit: int, most: int | None = LOOKED_AT
    ) -> LogPage:
        """The ``limit`` newest lines below ``before``, or the oldest above ``after``, newest first in either case."""
        found: list[LogEntry] = []
        reached = after if after is not None else before or 0
        ended = True
        for looked, entry in enumerate(self._lines(query, before, after), 1):
            reached = entry.seq
            if query.fits(entry, self._say):
                found.append(entry)
            if len(found) == limit or looked == most:
                ended = False
                break
        if after is not None:
            found.reverse()
        return LogPage(tuple(found), reached, ended)

    def _lines(self, query: LogQuery, before: int | None, after: int | None) -> Iterator[LogEntry]:
        """Lines that may fit, in the order of the page: the new ones as they are, the others by the index."""
        # Drills are few: their chain has no index.
        helps = query.chain == DUTY and self._index.helps(query)
        upto = self._index.upto(self._connection) if helps else 0
        if after is not None:
            if upto > after:
                seqs = self._index.found(self._connection, query, after=after)
                yield from self._read(query, (seq for seq in seqs if seq <= upto), up=True)
            yield from self._all(query, None, max(after, upto), up=True)
            return
        yield from self._all(query, before, upto, up=False)
        if upto:
            edge = upto + 1 if before is None else min(before, upto + 1)
            yield from self._read(query, self._index.found(self._connection, query, before=edge), up=False)

    def _all(self, query: LogQuery, below: int | None, above: int, *, up: bool) -> Iterator[LogEntry]:
        """Every line between, portion by portion."""
        while True:
            self._go_on()
            wanted = _LINES.where(LOG.c.chain == query.chain, LOG.c.seq > above).limit(_AT_ONCE)
            if below is not None:
                wanted = wanted.where(LOG.c.seq < below)
            # Times are left to the query here: a portion must come to its end to know where the next one begins.
            rows = self._connection.execute(wanted.order_by(LOG.c.seq if up else LOG.c.seq.desc())).all()
            for row in rows:
                yield self._understood(row)
            if len(rows) < _AT_ONCE:
                return
            if up:
                above = rows[-1].seq
            else:
                below = rows[-1].seq

    def _read(self, query: LogQuery, seqs: Iterator[int], *, up: bool) -> Iterator[LogEntry]:
        """The lines with these numbers, in their order; those that are of another time are not looked at."""
        portion = 32
        while some := list(islice(seqs, portion)):
            self._go_on()
            wanted = _within(_LINES.where(LOG.c.chain == query.chain, LOG.c.seq.in_(some)), query)
            for row in self._connection.execute(wanted.order_by(LOG.c.seq if up else LOG.c.seq.desc())):
                yield self._understood(row)
            portion = _AT_ONCE

    def _go_on(self) -> None:
        if self._stop():
            raise Stopped


def _within(wanted: Select[Any], query: LogQuery) -> Select[Any]:
    if query.since is not None:
        wanted = wanted.where(LOG.c.event_at >= micros(query.since) - _SLACK)
    if query.until is not None:
        wanted = wanted.where(LOG.c.event_at <= micros(query.until) + _SLACK)
    return wanted
