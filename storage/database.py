"""The database itself: opened with the durability that a record needs, at the schema this program knows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, SQLModel, create_engine

from duty.clean import clean
from duty.phrases import Phrase, phrase
from storage.guards import sqlite_guards
from storage.tables import Meta

SCHEMA = 1
BUSY_S = 2.0
"""Seconds to wait for another process that holds the write lock before saying so."""


class StoreFailed(Exception):
    """The store could not be read or written; nothing of the transaction is kept. ``why`` is for a person."""

    def __init__(self, why: Phrase) -> None:
        super().__init__(str(why))
        self.why = why


def open_database(path: Path) -> Engine:
    """Open or create the store at ``path`` (its folder is made, 0700). Raises :class:`StoreFailed`."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreFailed(said(error)) from error
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY_S, "check_same_thread": False})
    event.listen(engine, "connect", _settings)
    event.listen(engine, "begin", _begin)
    try:
        _schema(engine)
    except (SQLAlchemyError, OSError) as error:
        engine.dispose()
        raise StoreFailed(said(error)) from error
    except StoreFailed:
        engine.dispose()
        raise
    return engine


def _settings(connection: Any, _record: Any) -> None:
    # The driver's own BEGIN comes late and takes a read lock first: two writers would then meet half-way.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _schema(engine: Engine) -> None:
    with engine.connect() as connection, connection.begin():
        SQLModel.metadata.create_all(connection)
        for statement in sqlite_guards():
            connection.execute(text(statement))
    with Session(engine) as session, session.begin():
        kept = session.get(Meta, "schema")
        if kept is None:
            session.add(Meta(key="schema", value=str(SCHEMA)))
        elif int(kept.value) > SCHEMA:
            raise StoreFailed(
                phrase(
                    "the store was written by a newer program (schema {theirs}, this one knows {ours})",
                    theirs=kept.value,
                    ours=SCHEMA,
                )
            )


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """One transaction: all of it or nothing. What the database says becomes :class:`StoreFailed`."""
    try:
        with Session(engine, expire_on_commit=False) as session, session.begin():
            yield session
    except (SQLAlchemyError, OSError) as error:
        raise StoreFailed(said(error)) from error


def said(error: Exception) -> Phrase:
    """The reason in words that tell what to do."""
    words = str(getattr(error, "orig", error)).lower()
    if "disk is full" in words or "disk full" in words or "no space" in words:
        return phrase("the disk of the store is full")
    if "locked" in words:
        return phrase("another process holds the store")
    if "readonly" in words or "read-only" in words or "permission" in words:
        return phrase("the store cannot be written: it is read-only")
    if "malformed" in words or "not a database" in words:
        return phrase("the store is damaged")
    return phrase("the store does not work: {error}", error=clean(words, 160))
