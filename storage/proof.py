"""Reading a store to prove it: opened for reading only, changed by nothing, migrated by nobody.

Whoever proves a record may not be the one who keeps it: this works on a copy, beside a running watch, and on a medium
that cannot be written.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
from sqlalchemy import Connection, Engine, Row, create_engine, func, inspect, select
from sqlalchemy.exc import SQLAlchemyError

from duty.chain import GENESIS, LOG_FIELDS, MOVE_FIELDS, Link, Unreadable, canonical, digest
from duty.phrases import phrase
from duty.records import LogEntry, Ref
from storage.failures import StoreFailed, failure, server_failure
from storage.log_rows import lines
from storage.migrations import SCHEMA, version_of
from storage.rows import entry_of, micros, refs_of
from storage.server import Server, connect, only_reading
from storage.tables import LOG, META, MOVES, SEGMENTS

_AT_ONCE = 5_000
_CHAINED_SINCE = 3
"""The schema from which on the log is a chain."""


class MoveFault(msgspec.Struct, frozen=True):
    """A move of an incident that is not the one its line of the log tells of. ``line`` 0: no line tells of it."""

    seq: int
    line: int
    missing: bool = False


class Proof:
    """One store, open for reading. Every method raises :class:`StoreFailed` where it cannot be read."""

    def __init__(self, place: Path | Server) -> None:
        """Open it. Raises :class:`StoreFailed` where there is none, or one of another schema."""
        self.place = place
        self._engine = only_reading(connect(place)) if isinstance(place, Server) else _file(place)
        try:
            with self.reading() as connection:
                self._check(connection)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    def chains(self) -> list[str]:
        """The chains there are, the duty log's first."""
        with self.reading() as connection:
            names = list(connection.execute(select(LOG.c.chain).distinct()).scalars())
        return sorted(names, key=lambda name: (name != "duty", name))

    def end(self, chain: str) -> Link | None:
        """The newest row of a chain as it says of itself."""
        newest = select(LOG).where(LOG.c.chain == chain).order_by(LOG.c.seq.desc()).limit(1)
        with self.reading() as connection:
            row = connection.execute(newest).mappings().first()
        found = _link(dict(row)) if row is not None else None
        return found if isinstance(found, Link) else None

    def begins_after(self, chain: str) -> tuple[int, str]:
        """Number and hash of the row before the first that has to be there: of the last one that was archived."""
        return (found.last_seq, found.last_hash) if (found := self._archived(chain)) is not None else (0, GENESIS)

    def archive_told(self, chain: str) -> bool:
        """Whether a line of the store tells of what was archived last. Where nothing was, nothing has to be told."""
        found = self._archived(chain)
        if found is None:
            return True
        query = select(LOG.c.refs).where(LOG.c.chain == chain, LOG.c.refs.like('%"kind":"archive"%'))
        told = Ref("archive", f"{found.first_seq}-{found.last_seq}", found.sha256)
        with self.reading() as connection:
            return any(msgspec.structs.replace(ref, size=0) == told
                       for text in connection.execute(query).scalars() for ref in _refs(text))  # fmt: skip

    def _archived(self, chain: str) -> Row[Any] | None:
        newest = select(SEGMENTS).where(SEGMENTS.c.chain == chain).order_by(SEGMENTS.c.last_seq.desc()).limit(1)
        with self.reading() as connection:
            if not inspect(connection).has_table(SEGMENTS.name):  # it is of a program from before
                return None
            return connection.execute(newest).first()

    def links(self, chain: str) -> Iterator[Link | Unreadable]:
        """The rows of a chain by their numbers. No row is taken for what it does not say: see :mod:`duty.chain`."""
        columns = [column for column in LOG.c if column.name != "id"]
        query = select(*columns).where(LOG.c.chain == chain).order_by(LOG.c.seq, LOG.c.id)
        names = [column.name for column in columns]
        with self.reading() as connection:
            for row in connection.execution_options(yield_per=_AT_ONCE).execute(query):
                yield _link(dict(zip(names, row, strict=True)))

    def entries(self, chain: str, since: float, until: float) -> Iterator[tuple[LogEntry, dict[str, Any]]]:
        """All lines from the first to the last that was entered in a time, as values and as their columns.

        Oldest first and without holes: a clock that was put back leaves none out, what comes out is a part of a chain.
        """
        mine = LOG.c.chain == chain
        with self.reading() as connection:
            after = mine & (LOG.c.entered_at >= micros(since))
            first = connection.execute(select(func.min(LOG.c.seq)).where(after)).scalar()
            until_then = mine & (LOG.c.entered_at <= micros(until))
            last = connection.execute(select(func.max(LOG.c.seq)).where(until_then)).scalar()
            if first is None or last is None:
                return
            query = lines().where(mine, LOG.c.seq.between(first, last)).order_by(LOG.c.seq)
            for row in connection.execution_options(yield_per=_AT_ONCE).execute(query):
                columns = dict(row._mapping)
                del columns["id"], columns["corrected_by"]
                try:
                    yield entry_of(row), columns
                except (ValueError, TypeError, msgspec.MsgspecError) as error:
                    raise StoreFailed(phrase("the store is damaged: line {seq} makes no sense", seq=row.seq)) from error

    def files(self) -> Iterator[tuple[int, Ref]]:
        """What is attached, with the number of the line that refers to it."""
        query = select(LOG.c.seq, LOG.c.refs).where(LOG.c.refs.like('%"kind":"file"%')).order_by(LOG.c.id)
        with self.reading() as connection:
            for seq, text in connection.execute(query):
                yield from ((seq, ref) for ref in _refs(text) if ref.kind == "file")

    def moves(self) -> tuple[int, MoveFault | None]:
        """How many moves of incidents there are, and the first that is not the one that its line tells of."""
        told: dict[int, tuple[int, str]] = {}
        with self.reading() as connection:
            query = select(LOG.c.seq, LOG.c.refs).where(LOG.c.refs.like('%"kind":"move"%')).order_by(LOG.c.id)
            for line, text in connection.execution_options(yield_per=_AT_ONCE).execute(query):
                for ref in _refs(text):
                    if ref.kind == "move" and ref.key.isdigit():
                        told[int(ref.key)] = line, ref.sha256
            count, fault = 0, None
            for row in connection.execute(select(MOVES).order_by(MOVES.c.seq)).mappings():
                count += 1
                line, sha256 = told.pop(row["seq"], (0, ""))
                if fault is None and _move_digest(dict(row)) != sha256:
                    fault = MoveFault(row["seq"], line)
        lost = min(told, default=0)
        if lost and (fault is None or lost < fault.seq):
            fault = MoveFault(lost, told[lost][0], missing=True)
        return count, fault

    def _check(self, connection: Connection) -> None:
        tables = inspect(connection).get_table_names()
        if not tables and isinstance(self.place, Server):
            raise StoreFailed(phrase("no records are kept at {path}", path=str(self.place)))
        if META.name not in tables:
            raise StoreFailed(phrase("{path} is another program's database", path=str(self.place)))
        version = version_of(connection, tables)
        if version < _CHAINED_SINCE:
            raise StoreFailed(
                phrase(
                    "the log at {path} is not chained yet: the next start of the watch does it", path=str(self.place)
                )
            )
        if version > SCHEMA:
            raise StoreFailed(
                phrase(
                    "the store was written by a newer program (schema {theirs}, this one knows {ours})",
                    theirs=version,
                    ours=SCHEMA,
                )
            )

    def reading(self) -> _Reading:
        """One look, which sees the store as it was at its beginning."""
        return _Reading(self._engine.connect, self.place)


def _file(path: Path) -> Engine:
    if not path.exists():
        raise StoreFailed(phrase("no records are kept at {path}", path=str(path)))
    # On a medium that cannot be written SQLite has no place for what readers of a shared file tell each other.
    alone = not os.access(path.parent, os.W_OK) and not path.with_name(f"{path.name}-wal").exists()
    name = f"file:{quote(str(path))}?mode=ro{'&immutable=1' if alone else ''}"
    return create_engine(
        "sqlite://", creator=lambda: sqlite3.connect(name, uri=True, timeout=5.0, isolation_level=None)
    )


class _Reading:
    """A connection whose errors say what is wrong with the store, also while rows are still being read."""

    def __init__(self, connect: Callable[[], Connection], place: Path | Server) -> None:
        self._connect, self._place = connect, place

    def __enter__(self) -> Connection:
        try:
            self._connection = self._connect()
            if self._connection.dialect.name == "sqlite":  # whose driver begins none by itself here
                # All of one look sees the store as it was at its beginning.
                self._connection.exec_driver_sql("BEGIN")
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            raise self._said(error) from error
        return self._connection

    def __exit__(self, kind: object, error: BaseException | None, _trace: object) -> None:
        self._connection.close()
        if isinstance(error, SQLAlchemyError | sqlite3.Error | OSError):
            raise self._said(error) from error

    def _said(self, error: Exception) -> StoreFailed:
        server = isinstance(self._place, Server)
        return StoreFailed(server_failure(error) if server else failure(error, Path(str(self._place))))


def _link(row: dict[str, Any]) -> Link | Unreadable:
    try:
        return Link(row["seq"], row["entered_at"], row["prev_hash"], row["hash"], canonical(row, LOG_FIELDS))
    except (KeyError, TypeError, msgspec.MsgspecError):
        return Unreadable(row["seq"])


def _move_digest(row: dict[str, Any]) -> str:
    row["automatic"] = int(row["automatic"])
    try:
        return digest(canonical(row, MOVE_FIELDS))
    except (KeyError, TypeError, msgspec.MsgspecError):
        return "unreadable"


def _refs(text: str) -> tuple[Ref, ...]:
    try:
        return refs_of(text)
    except (TypeError, msgspec.MsgspecError):
        return ()  # the row was changed: the walk along the chain says so
