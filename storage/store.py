"""The store: takes and gives the values of ``duty``. Synchronous; called from one thread that may wait for a disk."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Connection, Row, delete, func, insert, select

from duty.alarm_batch import Batch, Kept
from duty.corrections import Correction, corrected
from duty.events import EventMemory, EventStep
from duty.incidents import ALONE, UNREVIEWED, Around, holds, recall, step
from duty.log_query import LogQuery
from duty.log_words import ENGLISH, Speech
from duty.phrases import phrase
from duty.records import (
    DRILL,
    DUTY,
    ENDED,
    Incident,
    IncidentMove,
    LogEntry,
    LogKind,
    LogPage,
    Move,
    NewLogEntry,
    Refused,
    Subject,
)
from storage import alarm_rows
from storage.database import Database
from storage.failures import StoreFailed
from storage.incident_lines import beside, sentence
from storage.log_rows import append, lines, move_ref
from storage.log_search import LOOKED_AT, Searching, Stopped
from storage.rows import entry_of, event_of, event_row, micros, move_of, move_row, seconds
from storage.search_index import SearchIndex
from storage.server import Server, ServerDatabase
from storage.tables import EVENT_MEMORY, LOG, META, MOVES, SEGMENTS

T = TypeVar("T")

CLOSED_KEPT = 200
"""Closed incidents that are read back at start; older ones are in the store."""


class Moved(msgspec.Struct, frozen=True):
    """A move that was made: the move, the incident after it, and its line of the log.

    ``beside``: of a drill, what the duty log says of it.
    """

    move: IncidentMove
    incident: Incident
    entry: LogEntry
    beside: LogEntry | None = None


class Store:
    """Records of one site. Every method raises :class:`storage.failures.StoreFailed` where the store does not work."""

    def __init__(self, place: Path | Server, speech: Speech = ENGLISH, *, reading: bool = False) -> None:
        """Open or create it; only open it where it is only read. ``speech``: in which words lines are searched."""
        self.place = place
        self._database: Database | ServerDatabase = (
            ServerDatabase(place, reading=reading) if isinstance(place, Server) else Database(place, reading=reading)
        )
        self._index = SearchIndex(speech)
        self._speech = speech
        self._folded: dict[int, tuple[int, Incident]] = {}
        """Open incidents as their moves up to a seq made them: a flapping fault is not folded anew each time."""

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def check(self, now: float) -> None:
        """Look for damage, then write something that is no record, as durably as one. Raises where that cannot be."""
        self._database.look()
        with self._database.writing() as connection:
            connection.execute(delete(META).where(META.c.key == "checked"))
            connection.execute(insert(META).values(key="checked", value=str(micros(now))))

    # --- the log ---------------------------------------------------------------------------------------------

    def append_log(self, entries: list[NewLogEntry], entered_at: float) -> list[LogEntry]:
        """Write lines, in order, in one transaction."""
        with self._database.writing() as connection:
            return append(connection, entries, entered_at)

    def correct(self, asked: Correction, entered_at: float) -> LogEntry:
        """Write the line that puts another right. Raises :class:`duty.records.Refused` where that one is not to be."""
        with self._database.writing() as connection:
            query = lines().where(LOG.c.chain == asked.chain, LOG.c.seq == asked.seq)
            row = connection.execute(query).first()
            if row is None:
                raise Refused(phrase("there is no line {seq} in the log", seq=asked.seq))
            return append(connection, [corrected(_understood(entry_of, row), asked)], entered_at)[0]

    def read_log(
        self,
        *,
        before: int | None = None,
        limit: int = 200,
        subject: Subject | None = None,
        incident: int | None = None,
        chain: str = DUTY,
    ) -> list[LogEntry]:
        """Lines of a chain before the seq ``before``, newest first. Of one host, or thing on it, or incident."""
        query = lines().where(LOG.c.chain == chain).order_by(LOG.c.seq.desc()).limit(limit)
        if before is not None:
            query = query.where(LOG.c.seq < before)
        if incident is not None:
            query = query.where(LOG.c.incident == incident)
        if subject is not None:
            query = query.where(LOG.c.host == subject.host)
            if subject.key and subject.kind != "host":
                query = query.where(LOG.c.subject_kind == subject.kind, LOG.c.subject_key == subject.key)
        with self._database.reading() as connection:
            return [_understood(entry_of, row) for row in connection.execute(query)]

    # --- search ----------------------------------------------------------------------------------------------

    def search(
        self,
        query: LogQuery,
        *,
        before: int | None = None,
        after: int | None = None,
        limit: int = 200,
        most: int | None = LOOKED_AT,
        stop: Callable[[], bool] = lambda: False,
    ) -> LogPage:
        """A page of the lines that fit ``query``: below the seq ``before``, or above ``after``; newest first.

        Every line is found from the moment it is written. At most ``most`` lines are read for it. Another thread than
        the one that writes may call it. Raises :class:`storage.log_search.Stopped` where ``stop`` says so.
        """
        try:
            with self._database.reading(stop) as connection:
                searching = Searching(connection, self._index, self._speech.say, _entry, stop)
                return searching.page(query, before, after, limit, most)
        except StoreFailed:
            if stop():  # which interrupts the statement that runs
                raise Stopped from None
            raise

    def unindexed(self) -> int:
        """Lines that are newer than the index, or all where it is of other words."""
        with self._database.reading() as connection:
            newest = select(func.max(LOG.c.seq)).where(LOG.c.chain == DUTY)
            return (connection.execute(newest).scalar() or 0) - self._index.upto(connection)

    def index(self, most: int) -> int:
        """Take at most ``most`` further lines into the index; how many they were. What is durable does not wait for it:
        one transaction for many lines costs each a small part of its own one."""
        with self._database.writing() as connection:
            new = lines().where(LOG.c.chain == DUTY, LOG.c.seq > self._index.upto(connection))
            query = new.order_by(LOG.c.seq).limit(most)
            entries = [_entry(row) for row in connection.execute(query)]
            if entries:
                self._index.take(connection, entries)
            return len(entries)

    # --- followed logs ---------------------------------------------------------------------------------------

    def keep_events(self, steps: list[EventStep], entered_at: float) -> list[LogEntry]:
        """Keep what is known of followed logs and the lines of the log that came of it: all of it or nothing."""
        with self._database.writing() as connection:
            for step_ in steps:
                here = (EVENT_MEMORY.c.host == step_.host) & (EVENT_MEMORY.c.key == step_.key)
                connection.execute(delete(EVENT_MEMORY).where(here))
                connection.execute(insert(EVENT_MEMORY), [event_row(step_, entered_at)])
            return append(connection, [entry for one in steps for entry in one.entries], entered_at)

    def events(self) -> dict[str, dict[str, EventMemory]]:
        """What is known of followed logs, by host and key. One that makes no sense was never seen."""
        found: dict[str, dict[str, EventMemory]] = {}
        with self._database.reading() as connection:
            for row in connection.execute(select(EVENT_MEMORY)):
                if (memory := event_of(row)) is not None:
                    found.setdefault(row.host, {})[row.key] = memory
        return found

    # --- alarms ----------------------------------------------------------------------------------------------

    def keep_alarms(self, batch: Batch, entered_at: float) -> list[LogEntry]:
        """Keep alarms, what stands beside them and the lines of the log that came of it: all of it or nothing."""
        with self._database.writing() as connection:
            alarm_rows.keep(connection, batch, entered_at)
            return append(connection, list(batch.lines), entered_at) if batch.lines else []

    def alarms(self) -> Kept:
        """All that is kept of alarms."""
        with self._database.reading() as connection:
            return alarm_rows.kept(connection)

    # --- incidents -------------------------------------------------------------------------------------------

    def move(
        self,
        asked: IncidentMove,
        entered_at: float,
        session: str = "",
        unreviewed: frozenset[int] = UNREVIEWED,
        alone: frozenset[int] = ALONE,
    ) -> Moved:
        """Make a move and write its line of the log, both or neither. ``asked.seq`` is given here.

        The line holds the move's hash: the chain of the log holds both.

        ``unreviewed``: levels that may be closed without a review; ``alone``: by who resolved them.

        ``asked.incident`` 0 opens a new one. Raises :class:`duty.records.Refused` where the incident's state, as it
        stands inside the transaction, does not allow the move: of two who close it at once, one is told.
        """
        with self._database.writing() as connection:
            number, before = asked.incident, None
            if number == 0 and asked.move is Move.OPENED:
                number = _newest(connection, MOVES.c.incident, SEGMENTS.c.last_incident) + 1
            else:
                before = self._incident(connection, number)
            subject = asked.subject if before is None else before.subject
            move = msgspec.structs.replace(
                asked,
                seq=_newest(connection, MOVES.c.seq, SEGMENTS.c.last_move) + 1,
                incident=number,
                subject=subject,
                at=seconds(micros(asked.at)),
            )
            after = step(
                before,
                move,
                msgspec.structs.replace(self._around(connection, move), unreviewed=unreviewed, alone=alone),
            )
            connection.execute(insert(MOVES), [move_row(move)])
            line = NewLogEntry(
                LogKind.INCIDENT,
                move.actor,
                move.at,
                subject,
                move.text,
                sentence(move),
                number,
                session=session,
                chain=DRILL if after.drill else DUTY,
                refs=(move_ref(move),),
            )
            told = _beside(line, move, after)
            entry, *others = append(connection, [line, *told], entered_at)
        self._remember(move.seq, after)
        return Moved(move, after, entry, others[0] if others else None)

    def moves(self, incident: int) -> list[IncidentMove]:
        """All moves of one incident, oldest first."""
        with self._database.reading() as connection:
            return _moves(connection, incident)

    def incidents(self) -> list[Incident]:
        """All that are not closed and the newest closed ones, in the order they were opened."""
        # The newest of the moves that end an incident or open it again says which of the two it is.
        turns = (
            select(func.max(MOVES.c.seq))
            .where(MOVES.c.move.in_([Move.CLOSED.value, Move.MERGED.value, Move.REOPENED.value]))
            .group_by(MOVES.c.incident)
        )
        ended = select(MOVES.c.incident).where(MOVES.c.seq.in_(turns), MOVES.c.move != Move.REOPENED.value)
        recent = ended.order_by(MOVES.c.seq.desc()).limit(CLOSED_KEPT)
        query = select(MOVES).where(MOVES.c.incident.not_in(ended) | MOVES.c.incident.in_(recent)).order_by(MOVES.c.seq)
        found: dict[int, Incident] = {}
        with self._database.reading() as connection:
            for row in connection.execute(query):
                found[row.incident] = _next(found.get(row.incident), _understood(move_of, row))
                self._remember(row.seq, found[row.incident])
            # What was merged into one that has not ended is still waited for, however long ago that was.
            merged = _merged(connection)
            waiting = [one.id for one in found.values() if one.state not in ENDED]
            while waiting:
                root = waiting.pop()
                for number in merged.get(root, set()) - found.keys():
                    part = self._incident(connection, number)
                    if part is not None and part.merged_into == root:
                        found[number] = part
                        waiting.append(number)
        return sorted(found.values(), key=lambda one: one.id)

    def incident(self, number: int) -> Incident | None:
        """One incident, however old; ``None`` if there is none of that number."""
        with self._database.reading() as connection:
            return self._incident(connection, number)

    def merged_into(self, number: int) -> list[Incident]:
        """The incidents that were merged into this one and not opened again since."""
        with self._database.reading() as connection:
            return self._merged_into(connection, number)

    def _around(self, connection: Connection, move: IncidentMove) -> Around:
        """What the store knows besides the incident itself that its next move depends on."""
        if move.move is Move.MERGED and move.other is not None:
            return Around(target=self._incident(connection, move.other))
        if move.move is Move.RESOLVED:
            return Around(holding=tuple(self._holding(connection, move.incident)))
        return Around()

    def _holding(self, connection: Connection, number: int) -> list[int]:
        """Incidents merged into this one, or into those, whose fault still holds."""
        found, waiting, seen = [], [number], {number}
        while waiting:
            for part in self._merged_into(connection, waiting.pop()):
                if part.id not in seen:
                    seen.add(part.id)
                    waiting.append(part.id)
                    if holds(part):
                        found.append(part.id)
        return found

    def _merged_into(self, connection: Connection, number: int) -> list[Incident]:
        query = select(MOVES.c.incident).where(MOVES.c.other == number).distinct().order_by(MOVES.c.incident)
        parts = [self._incident(connection, row.incident) for row in connection.execute(query).all()]
        return [part for part in parts if part is not None and part.merged_into == number]

    def _incident(self, connection: Connection, number: int) -> Incident | None:
        seq, known = self._folded.get(number, (0, None))
        moves = _moves(connection, number, since=seq)
        incident = _fold(known, moves)
        if moves and incident is not None:
            self._remember(moves[-1].seq, incident)
        return incident

    def _remember(self, seq: int, incident: Incident) -> None:
        if incident.state in ENDED:
            self._folded.pop(incident.id, None)
        else:
            self._folded[incident.id] = (seq, incident)


def _beside(line: NewLogEntry, move: IncidentMove, after: Incident) -> list[NewLogEntry]:
    said = beside(move, after) if after.drill else None
    if said is None:
        return []
    return [msgspec.structs.replace(line, kind=LogKind.WATCH, text="", said=said, incident=None, chain=DUTY, refs=())]


def _newest(connection: Connection, *columns: Any) -> int:
    """The highest number in these columns: what was archived counts, so that no number is given twice."""
    return max(connection.execute(select(func.max(column))).scalar() or 0 for column in columns)


def _merged(connection: Connection) -> dict[int, set[int]]:
    """What was ever merged into each incident: one question for all, where thousands are open."""
    found: dict[int, set[int]] = {}
    for number, into in connection.execute(select(MOVES.c.incident, MOVES.c.other).where(MOVES.c.other.is_not(None))):
        found.setdefault(into, set()).add(number)
    return found


def _moves(connection: Connection, incident: int, since: int = 0) -> list[IncidentMove]:
    query = select(MOVES).where(MOVES.c.incident == incident, MOVES.c.seq > since).order_by(MOVES.c.seq)
    return [_understood(move_of, row) for row in connection.execute(query)]


def _fold(incident: Incident | None, moves: Iterable[IncidentMove]) -> Incident | None:
    for move in moves:
        incident = _next(incident, move)
    return incident


def _next(incident: Incident | None, move: IncidentMove) -> Incident:
    try:
        return recall(incident, move)
    except Refused as refused:  # it was legal when it was written: the row is not the one that was written
        raise _damaged(MOVES.name, move.seq) from refused


def _understood(make: Callable[[Row[Any]], T], row: Row[Any]) -> T:
    try:
        return make(row)
    except (ValueError, TypeError, msgspec.MsgspecError) as error:
        raise _damaged(LOG.name if make is entry_of else MOVES.name, row.seq) from error


def _entry(row: Row[Any]) -> LogEntry:
    return _understood(entry_of, row)


def _damaged(table: str, seq: int) -> StoreFailed:
    return StoreFailed(phrase("the store is damaged: {table} {seq} makes no sense", table=table, seq=seq))
