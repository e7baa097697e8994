"""The oldest lines of the duty log leave the store: as an exported, verified segment, and with the head kept.

What stays still proves itself, from the recorded hash of the last line that left; a line of the log tells of it. The
moves of an incident leave with its last line, so an incident that is not over keeps all its lines here.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

import msgspec
from sqlalchemy import Connection, delete, func, insert, select

from duty.chain import examine
from duty.clean import clean
from duty.phrases import phrase
from duty.records import DUTY, LogEntry, LogKind, Move, NewLogEntry, Ref
from storage.database import Database
from storage.exported import line_of, links
from storage.failures import StoreFailed
from storage.log_rows import append
from storage.new_file import in_the_making, settle
from storage.proof import Proof
from storage.rows import micros
from storage.search_index import forget
from storage.server import Server, ServerDatabase
from storage.tables import LOG, MOVES, SEGMENTS
from storage.whole import examined

MOVES_END = ".moves"
"""What the file of the moves is called, behind the name of the segment's."""
_AT_ONCE = 5_000


class Segment(msgspec.Struct, frozen=True):
    """What left: lines ``first`` to ``last`` of the duty log, and how many moves of incidents. ``line`` tells of it."""

    first: int
    last: int
    head: str
    sha256: str
    moves: int
    line: LogEntry


class _Spell(msgspec.Struct):
    """Lines of incidents that belong together, from the first to the last."""

    first: int
    last: int
    over: bool


def archive(store: Path | Server, before: float, to: Path, *, actor: str, session: str = "", now: float) -> Segment:
    """Move all lines that were entered before a time and may leave into the new file ``to``.

    The store is proved first, and the file before a line leaves. Raises :class:`StoreFailed`; nothing has left then, or
    all of it, where a server was lost in the last moment: so a file that was proved stays.
    """
    for path in (to, to.with_name(to.name + MOVES_END)):
        if os.path.lexists(path):
            raise StoreFailed(
                phrase("{path} is there already: an archive never replaces a file", path=clean(str(path)))
            )
    with closing(Proof(store)) as proof:
        if not examined(proof).well:
            raise StoreFailed(phrase("the store does not verify, so nothing leaves it: watchkeeper verify says more"))
        begins = proof.begins_after(DUTY)
    database = ServerDatabase(store) if isinstance(store, Server) else Database(store)
    with closing(database):
        with database.reading() as connection:
            last = _last(connection, before)
            if last <= begins[0]:
                raise StoreFailed(
                    phrase("no line may leave: none is that old, or an incident that is not closed begins before it")
                )
            gone = _over_by(connection, last)
            sha256, head = _export(connection, begins, last, gone, to)
        with database.writing() as connection:
            words = phrase("lines {first} to {last} were archived", first=begins[0] + 1, last=last)
            told = NewLogEntry(LogKind.WATCH, actor, now, said=words, text=clean(to.name, 200), session=session)
            line = _leave(connection, (begins[0] + 1, last, head, sha256), gone, told)
        return Segment(begins[0] + 1, last, head, sha256, len(gone), line)


def _last(connection: Connection, before: float) -> int:
    """The last line that may leave: no line behind it is older, no incident has lines on both sides."""
    duty = LOG.c.chain == DUTY
    younger = connection.execute(select(func.min(LOG.c.seq)).where(duty, LOG.c.entered_at >= micros(before))).scalar()
    newest = connection.execute(select(func.max(LOG.c.seq)).where(duty)).scalar() or 0
    last = newest if younger is None else younger - 1
    spells = sorted(_spells(connection), key=lambda one: -one.first)
    while any(one.first <= last and (not one.over or one.last > last) for one in spells):
        last = next(one.first for one in spells if one.first <= last and (not one.over or one.last > last)) - 1
    return last


def _spells(connection: Connection) -> list[_Spell]:
    """Where the lines of each incident begin and end; incidents merged into each other are one."""
    ends = select(LOG.c.incident, func.min(LOG.c.seq), func.max(LOG.c.seq)).where(LOG.c.chain == DUTY)
    found = {
        number: _Spell(first, last, over=False)
        for number, first, last in connection.execute(ends.where(LOG.c.incident.is_not(None)).group_by(LOG.c.incident))
    }
    for number in _over(connection):
        if number in found:
            found[number].over = True
    merged = select(MOVES.c.incident, MOVES.c.other).where(MOVES.c.other.is_not(None)).order_by(MOVES.c.seq)
    for number, other in connection.execute(merged):
        one, into = found.get(number), found.get(other)
        if one is None or into is None or one is into:
            continue
        joined = _Spell(min(one.first, into.first), max(one.last, into.last), one.over and into.over)
        found = {key: joined if spell is one or spell is into else spell for key, spell in found.items()}
    return list({id(spell): spell for spell in found.values()}.values())


def _over(connection: Connection) -> list[int]:
    """Incidents that have ended and speak in the duty log alone."""
    ends = (Move.CLOSED.value, Move.MERGED.value)
    turns = (
        select(func.max(MOVES.c.seq)).where(MOVES.c.move.in_([*ends, Move.REOPENED.value])).group_by(MOVES.c.incident)
    )
    elsewhere = select(LOG.c.incident).where(LOG.c.chain != DUTY, LOG.c.incident.is_not(None))
    query = select(MOVES.c.incident).where(
        MOVES.c.seq.in_(turns), MOVES.c.move.in_(ends), MOVES.c.incident.not_in(elsewhere)
    )
    return list(connection.execute(query).scalars())


def _over_by(connection: Connection, last: int) -> list[int]:
    """The moves that leave with the lines up to ``last``: of incidents without a line behind it, in any chain."""
    told = select(LOG.c.incident).where(LOG.c.incident.is_not(None))
    leaving = told.where(LOG.c.chain == DUTY, LOG.c.seq <= last)
    staying = told.where((LOG.c.chain != DUTY) | (LOG.c.seq > last))
    query = select(MOVES.c.seq).where(MOVES.c.incident.in_(leaving), MOVES.c.incident.not_in(staying))
    return list(connection.execute(query.order_by(MOVES.c.seq)).scalars())


def _export(connection: Connection, begins: tuple[int, str], last: int, moves: list[int], to: Path) -> tuple[str, str]:
    """Write and prove the files; the SHA-256 of the lines' file and the hash of the last line."""
    beside = to.with_name(to.name + MOVES_END)
    with in_the_making(to) as new, in_the_making(beside) as new_moves:
        with new.open("wb") as file:
            _write(connection, begins[0], last, file)
        with new.open("rb") as file:
            seen = examine(links(file), after=begins)
        if seen.fault is not None or seen.seq != last:
            raise StoreFailed(phrase("what was exported does not verify, so nothing left the store"))
        with new.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        if moves:
            with new_moves.open("wb") as file:
                for some in _portions(moves):
                    query = select(MOVES).where(MOVES.c.seq.in_(some)).order_by(MOVES.c.seq)
                    for row in connection.execute(query).mappings():
                        file.write(line_of({**row, "automatic": int(row["automatic"])}))
            settle(new_moves, beside)
        settle(new, to)
    return sha256, seen.head


def _write(connection: Connection, after: int, last: int, file: BinaryIO) -> None:
    columns = [column for column in LOG.c if column.name != "id"]
    query = select(*columns).where(LOG.c.chain == DUTY, LOG.c.seq > after, LOG.c.seq <= last).order_by(LOG.c.seq)
    for row in connection.execution_options(yield_per=_AT_ONCE).execute(query).mappings():
        file.write(line_of(dict(row)))


def _leave(connection: Connection, segment: tuple[int, int, str, str], moves: list[int], told: NewLogEntry) -> LogEntry:
    """The end of the segment is recorded, the rows leave and a line tells of it: all of it or nothing."""
    first, last, head, sha256 = segment
    columns = (MOVES.c.seq, SEGMENTS.c.last_move, MOVES.c.incident, SEGMENTS.c.last_incident)
    move, moved, incident, moved_incident = (connection.execute(select(func.max(one))).scalar() or 0 for one in columns)
    row = {
        "chain": DUTY,
        "first_seq": first,
        "last_seq": last,
        "last_hash": head,
        "last_move": max(move, moved),
        "last_incident": max(incident, moved_incident),
        "sha256": sha256,
        "moved_at": micros(told.event_at),
    }
    connection.execute(insert(SEGMENTS), [row])
    refs = (Ref("archive", f"{first}-{last}", sha256),)
    (line,) = append(connection, [msgspec.structs.replace(told, refs=refs)], told.event_at)
    connection.execute(delete(LOG).where(LOG.c.chain == DUTY, LOG.c.seq <= last))
    for some in _portions(moves):
        connection.execute(delete(MOVES).where(MOVES.c.seq.in_(some)))
    forget(connection, last)
    return line


def _portions(numbers: list[int]) -> Iterator[list[int]]:
    for begin in range(0, len(numbers), _AT_ONCE):
        yield numbers[begin : begin + _AT_ONCE]
