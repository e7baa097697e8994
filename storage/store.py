"""The store: takes and gives the values of ``duty``. Synchronous; called from one thread that may wait for a disk."""

from __future__ import annotations

from pathlib import Path

import msgspec
from sqlalchemy import Engine
from sqlmodel import Session, col, func, select

from duty.incidents import step
from duty.phrases import Phrase, phrase
from duty.records import Incident, IncidentMove, LogEntry, LogKind, Move, NewLogEntry, Subject
from storage.database import open_database, transaction
from storage.rows import entry_of, micros, move_of, spread
from storage.tables import LogRow, MoveRow

CLOSED_KEPT = 200
"""Closed incidents that are read back at start; older ones are in the store."""


class Moved(msgspec.Struct, frozen=True):
    """A move that was made: the move, the incident after it, and its line of the log."""

    move: IncidentMove
    incident: Incident
    entry: LogEntry


class Store:
    """Records of one site."""

    def __init__(self, path: Path) -> None:
        """Open or create it. Raises :class:`storage.database.StoreFailed`."""
        self.path = path
        self._engine: Engine = open_database(path)

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    def check(self) -> None:
        """Take the write lock and let it go. Raises :class:`storage.database.StoreFailed` where that cannot be."""
        with transaction(self._engine) as session:
            session.connection()

    # --- the log ---------------------------------------------------------------------------------------------

    def append_log(self, entries: list[NewLogEntry], entered_at: float) -> list[LogEntry]:
        """Write lines, in order, in one transaction."""
        with transaction(self._engine) as session:
            return [_append(session, entry, entered_at) for entry in entries]

    def read_log(
        self,
        *,
        before: int | None = None,
        limit: int = 200,
        subject: Subject | None = None,
        incident: int | None = None,
    ) -> list[LogEntry]:
        """Lines before the seq ``before``, newest first. Of one host, or thing on it, or incident where given."""
        query = select(LogRow).order_by(col(LogRow.seq).desc()).limit(limit)
        if before is not None:
            query = query.where(col(LogRow.seq) < before)
        if incident is not None:
            query = query.where(col(LogRow.incident) == incident)
        if subject is not None:
            query = query.where(col(LogRow.host) == subject.host)
            if subject.key and subject.kind != "host":
                query = query.where(col(LogRow.subject_kind) == subject.kind, col(LogRow.subject_key) == subject.key)
        with transaction(self._engine) as session:
            return [entry_of(row) for row in session.exec(query)]

    # --- incidents -------------------------------------------------------------------------------------------

    def move(self, asked: IncidentMove, entered_at: float) -> Moved:
        """Make a move and write its line of the log, both or neither. ``asked.seq`` is given here.

        ``asked.incident`` 0 opens a new one. Raises :class:`duty.records.Refused` where the incident's state, as it
        stands inside the transaction, does not allow the move: of two who take it at once, one is told.
        """
        with transaction(self._engine) as session:
            number = asked.incident or (session.exec(select(func.max(MoveRow.incident))).one() or 0) + 1
            before = None if asked.move is Move.OPENED and not asked.incident else _incident(session, number)
            seq = (session.exec(select(func.max(MoveRow.seq))).one() or 0) + 1
            subject = asked.subject if before is None else before.subject
            move = msgspec.structs.replace(asked, seq=seq, incident=number, subject=subject)
            after = step(before, move)
            session.add(_move_row(move))
            line = NewLogEntry(
                kind=LogKind.INCIDENT,
                actor=move.actor,
                event_at=move.at,
                subject=subject,
                text=move.text,
                said=_sentence(move),
                incident=number,
            )
            return Moved(move, after, _append(session, line, entered_at))

    def moves(self, incident: int) -> list[IncidentMove]:
        """All moves of one incident, oldest first."""
        with transaction(self._engine) as session:
            return _moves(session, incident)

    def incidents(self) -> list[Incident]:
        """All that are not closed and the newest closed ones, oldest first."""
        closed = select(MoveRow.incident).where(MoveRow.move == Move.CLOSED.value)
        recent = closed.order_by(col(MoveRow.seq).desc()).limit(CLOSED_KEPT)
        query = (
            select(MoveRow)
            .where(col(MoveRow.incident).not_in(closed) | col(MoveRow.incident).in_(recent))
            .order_by(col(MoveRow.seq))
        )
        found: dict[int, Incident] = {}
        with transaction(self._engine) as session:
            for row in session.exec(query):
                found[row.incident] = step(found.get(row.incident), move_of(row))
        return list(found.values())


def _append(session: Session, entry: NewLogEntry, entered_at: float) -> LogEntry:
    seq = (session.exec(select(func.max(LogRow.seq))).one() or 0) + 1
    row = LogRow(
        seq=seq,
        kind=entry.kind.value,
        event_at=micros(entry.event_at),
        entered_at=micros(entered_at),
        actor=entry.actor,
        host=entry.subject.host,
        subject_kind=entry.subject.kind,
        subject_key=entry.subject.key,
        text=entry.text,
        incident=entry.incident,
        **spread(entry.said),
    )
    session.add(row)
    session.flush()
    return entry_of(row)


def _moves(session: Session, incident: int) -> list[IncidentMove]:
    query = select(MoveRow).where(MoveRow.incident == incident).order_by(col(MoveRow.seq))
    return [move_of(row) for row in session.exec(query)]


def _incident(session: Session, number: int) -> Incident | None:
    incident: Incident | None = None
    for move in _moves(session, number):
        incident = step(incident, move)
    return incident


def _move_row(move: IncidentMove) -> MoveRow:
    return MoveRow(
        seq=move.seq,
        incident=move.incident,
        move=move.move.value,
        at=micros(move.at),
        actor=move.actor,
        text=move.text,
        host=move.subject.host,
        subject_kind=move.subject.kind,
        subject_key=move.subject.key,
        level=move.level,
        automatic=move.automatic,
        **spread(move.said),
    )


def _sentence(move: IncidentMove) -> Phrase:
    if move.said is not None and move.move is Move.OPENED:
        return move.said
    match move.move:
        case Move.OPENED:
            return phrase("incident {number} opened, level {level}", number=move.incident, level=move.level or 0)
        case Move.TAKEN:
            return phrase("incident {number} taken", number=move.incident)
        case Move.NOTED:
            return phrase("note on incident {number}", number=move.incident)
        case Move.AGAIN:
            return phrase("incident {number}: the fault shows again", number=move.incident)
        case Move.RETURNED:
            return phrase("incident {number}: well again; to be closed by a person", number=move.incident)
    return phrase("incident {number} closed", number=move.incident)
