"""Lines of the log into their table and out of it: each written behind the newest of its chain, hashed onto it."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection, Select, bindparam, insert, select

from duty.chain import GENESIS, MOVE_FIELDS, canonical, digest, linked
from duty.records import IncidentMove, LogEntry, NewLogEntry, Ref
from storage.rows import entry_row, micros, move_row, seconds
from storage.tables import LOG

_LATER = LOG.alias("later")
_CORRECTED_BY = (
    select(_LATER.c.seq)
    .where(_LATER.c.supersedes == LOG.c.seq, _LATER.c.chain == LOG.c.chain)
    .limit(1)
    .scalar_subquery()
    .label("corrected_by")
)

# Made once: putting a statement together costs more than running it.
_NEWEST = select(LOG.c.seq, LOG.c.hash).where(LOG.c.chain == bindparam("chain")).order_by(LOG.c.seq.desc()).limit(1)
_INSERT = insert(LOG)


def lines() -> Select[Any]:
    """All columns of lines, with the line that corrects each; to be narrowed and ordered."""
    return select(LOG, _CORRECTED_BY)


def append(connection: Connection, entries: list[NewLogEntry], entered_at: float) -> list[LogEntry]:
    """Write lines, in order. The write lock is held: the line found newest is the newest still when they are kept."""
    ends: dict[str, tuple[int, str]] = {}
    rows: list[dict[str, Any]] = []
    written: list[LogEntry] = []
    for new in entries:
        chain = new.chain
        seq, before = ends[chain] if chain in ends else _end(connection, chain)
        entry = LogEntry(
            seq=seq + 1,
            kind=new.kind,
            event_at=seconds(micros(new.event_at)),
            entered_at=seconds(micros(entered_at)),
            actor=new.actor,
            subject=new.subject,
            text=new.text,
            said=new.said,
            incident=new.incident,
            chain=chain,
            trading_day=new.trading_day,
            post=new.post,
            shift=new.shift,
            session=new.session,
            refs=new.refs,
            supersedes=new.supersedes,
        )
        row = entry_row(entry)
        row["prev_hash"] = before
        row["hash"] = linked(before, canonical(row))
        ends[chain] = entry.seq, row["hash"]
        rows.append(row)
        written.append(msgspec.structs.replace(entry, hash=row["hash"]))
    if rows:
        connection.execute(_INSERT, rows)
    return written


def move_ref(move: IncidentMove) -> Ref:
    """What a line of the log says of the move it tells of: so the one chain holds the moves as well."""
    return Ref("move", str(move.seq), digest(canonical(move_row(move), MOVE_FIELDS)))


def _end(connection: Connection, chain: str) -> tuple[int, str]:
    row = connection.execute(_NEWEST, {"chain": chain}).first()
    return (row[0], row[1]) if row is not None else (0, GENESIS)
