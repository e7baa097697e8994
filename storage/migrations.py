"""From each schema to the next: numbered steps, each run once and inside one transaction with its number."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, delete, insert, inspect, select, text
from sqlmodel import SQLModel

from duty.phrases import phrase
from storage.failures import StoreFailed
from storage.guards import guards
from storage.incident_step import add_details
from storage.tables import EVENT_MEMORY, META


def _first(connection: Connection) -> None:
    SQLModel.metadata.create_all(connection)


def _followed_logs(connection: Connection) -> None:
    EVENT_MEMORY.create(connection, checkfirst=True)


STEPS: tuple[Callable[[Connection], None], ...] = (_first, _followed_logs, add_details)
"""Step n leads from schema n-1 to schema n. A step that was released is never changed again."""
SCHEMA = len(STEPS)


def is_current(connection: Connection, path: Path) -> bool:
    """Whether the store is at this program's schema and guarded, so that opening it writes nothing.

    Raises :class:`StoreFailed` for a store of a newer program and for a database that is no store at all.
    """
    tables = inspect(connection).get_table_names()
    if tables and META.name not in tables:
        raise StoreFailed(phrase("{path} is another program's database", path=str(path)))
    version = _version(connection) if tables else 0
    if version > SCHEMA:
        raise StoreFailed(
            phrase(
                "the store was written by a newer program (schema {theirs}, this one knows {ours})",
                theirs=version,
                ours=SCHEMA,
            )
        )
    present = set(connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars())
    mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
    return version == SCHEMA and mode == "wal" and present.issuperset(guards())


def migrate(connection: Connection) -> None:
    """Bring the store to this program's schema, keep what it holds, and put missing guards back."""
    # Asked again under the write lock: two programs may have started at once.
    version = _version(connection) if inspect(connection).has_table(META.name) else 0
    for step in STEPS[version:]:
        step(connection)
    if version < SCHEMA:
        connection.execute(delete(META).where(META.c.key == "schema"))
        connection.execute(insert(META).values(key="schema", value=str(SCHEMA)))
    for statement in guards().values():
        connection.execute(text(statement))


def _version(connection: Connection) -> int:
    kept = connection.execute(select(META.c.value).where(META.c.key == "schema")).scalar()
    return int(kept) if kept is not None and kept.isdigit() else 0
