"""The database itself: opened with the durability that a record needs, at the schema this program knows."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import create_engine

from duty.phrases import Phrase, phrase
from storage.failures import StoreFailed, failure, is_damage
from storage.migrations import is_current, migrate

__all__ = ["Database", "StoreFailed"]

BUSY_S = 1.0
"""Seconds to wait for another process that holds the write lock before saying so."""
_STEPS = 20_000
"""Instructions of SQLite, a few milliseconds, after which a statement asks whether to go on."""
_FAILURES = (SQLAlchemyError, sqlite3.Error, OSError)


class Kind(NamedTuple):
    """What is kept in a file, and so: its schema, and how much a power cut may cost."""

    is_current: Callable[[Connection, str], bool]
    """Also told the name of the file, for its words."""
    migrate: Callable[[Connection], None]
    pragmas: tuple[str, ...]
    """Settings of each connection."""
    birth: tuple[str, ...] = ()
    """Settings that can be made only before the file has its first table."""
    shrinks: bool = False
    """Whether the file gives back what it does not need any more."""


RECORD = Kind(is_current, migrate, ("synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON"))


class Database:
    """One SQLite file. Every use is a transaction; what goes wrong in it becomes :class:`StoreFailed`."""

    def __init__(self, path: Path, kind: Kind = RECORD, *, reading: bool = False) -> None:
        """Open or create it, for this user only (folder 0700, file 0600), and bring it to this program's schema.

        A file that can only be read is opened if its schema is current; with ``reading`` every file is only read.
        Raises :class:`StoreFailed`.
        """
        self.path, self._kind, self._reading = path, kind, reading
        self._size = 0
        """Bytes of the file when it was written last: a record only grows."""
        self._damage: Phrase | None = None
        try:
            if reading and not path.exists():
                raise StoreFailed(phrase("no records are kept at {path}", path=str(path)))
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not path.exists():
                os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
            self._file = _identity(path)[0]
        except OSError as error:
            raise StoreFailed(failure(error, path)) from error
        self.engine: Engine = create_engine(
            f"sqlite:///{path}", connect_args={"timeout": BUSY_S, "check_same_thread": False}
        )
        event.listen(self.engine, "connect", self._settings)
        event.listen(self.engine, "begin", _begin)
        # Reading takes no write lock: it must work while the disk is full or another process writes.
        self._reader = self.engine.execution_options(reading=True)
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        self.engine.dispose()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction that holds the write lock from its start: all of it is kept, durably, or nothing."""
        with self._saying_why():
            if self._damage is not None:
                raise StoreFailed(self._damage)
            file, size = _identity(self.path)
            # Rows written to a file that has no name any more would be acknowledged and lost.
            if file != self._file:
                raise StoreFailed(
                    phrase("{path} was replaced while in use: end the watch and start it anew", path=str(self.path))
                )
            if size < self._size:
                raise StoreFailed(phrase("the store is damaged: {path} was cut short", path=str(self.path)))
            with self.engine.begin() as connection:
                yield connection
            if not self._kind.shrinks:
                self._size = size

    def look(self) -> None:
        """Look at a file of records as who opens it now does: what this program has of it in memory shows no damage.

        Nothing is written to a damaged file, until a look finds it whole. Raises :class:`StoreFailed`.
        """
        try:
            with closing(sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro", uri=True)) as fresh:
                # The oldest line: the newest ones are in the log beside the file, whatever became of the file.
                fresh.execute("SELECT hash FROM log_entry ORDER BY id LIMIT 1").fetchone()
        except sqlite3.Error as error:
            why = failure(error, self.path)
            if is_damage(error):
                self._damage = why
                raise StoreFailed(why) from error
        else:
            self._damage = None

    def shorten_log(self, most: int) -> None:
        """Let the write-ahead log begin anew where it is longer than ``most`` bytes, waiting a moment for readers.

        SQLite by itself begins it anew only at a moment without any reader, which may not come for long.
        """
        with self._saying_why():
            try:
                if self.path.with_name(f"{self.path.name}-wal").stat().st_size <= most:
                    return
            except FileNotFoundError:
                return
            raw = self.engine.raw_connection()
            try:
                raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                raw.close()

    @contextmanager
    def reading(self, stop: Callable[[], bool] | None = None) -> Iterator[Connection]:
        """One transaction that sees the store as it was at its start. A long statement ends where ``stop`` says so."""
        with self._saying_why(), self._reader.begin() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None
            if stop is None:
                yield connection
                return
            driver.set_progress_handler(stop, _STEPS)
            try:
                yield connection
            finally:
                driver.set_progress_handler(None, 0)

    def shrink(self, pages: int) -> None:
        """Give free pages at the end of the file back to the file system, where the file was made for that."""
        with self._saying_why():
            raw = self.engine.raw_connection()
            try:
                # Not execute(): that takes one step of it, which is one page.
                raw.cursor().executescript(f"PRAGMA incremental_vacuum({int(pages)})")
            finally:
                raw.close()

    def _prepare(self) -> None:
        with self.reading() as connection:
            current = self._kind.is_current(connection, str(self.path))
        if current:
            return
        if self._reading:
            raise StoreFailed(phrase("the store is of an older program: start the watch once, it brings it up to date"))
        # Only now: it is a setting of the file, and the file is known to be ours. Not possible in a transaction.
        with self._saying_why():
            raw = self.engine.raw_connection()
            for pragma in (*self._kind.birth, "journal_mode=WAL"):
                raw.cursor().execute(f"PRAGMA {pragma}")
            raw.close()
        with self.writing() as connection:
            self._kind.migrate(connection)

    @contextmanager
    def _saying_why(self) -> Iterator[None]:
        try:
            yield
        except _FAILURES as error:
            raise StoreFailed(failure(error, self.path)) from error

    def _settings(self, connection: Any, _record: Any) -> None:
        # The driver's own BEGIN comes late and takes a read lock first: two writers would then meet half-way.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in self._kind.pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()


def _identity(path: Path) -> tuple[tuple[int, int], int]:
    """Which file it is, and its size in bytes."""
    found = path.stat()
    return (found.st_dev, found.st_ino), found.st_size


def _begin(connection: Connection) -> None:
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
