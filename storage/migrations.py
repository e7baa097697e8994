"""The store's schema: whether it is the one this program knows, and how it becomes that.

The steps are Alembic's revisions in ``storage/revisions``. Alembic takes long to import, so it is imported only where
a store has to be migrated: one that is current is opened without it, a new one is made at once as the newest schema.
"""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, inspect, select, text
from sqlmodel import SQLModel

from duty.phrases import phrase
from storage.failures import StoreFailed
from storage.guards import guards
from storage.search_index import create as create_search_index
from storage.server_guards import guard, unguarded
from storage.tables import META

HEAD = "0005"
"""The newest revision; a test says so when a file in ``storage/revisions`` is newer."""
SCHEMA = int(HEAD)
VERSIONS = "alembic_version"
"""Alembic's own table. Stores from before it have their number in ``meta`` only; it is kept there too, so that a
program from before refuses a store that is too new for it."""


def is_current(connection: Connection, name: str) -> bool:
    """Whether the store is at this program's schema and guarded, so that opening it writes nothing.

    Raises :class:`StoreFailed` for a store of a newer program and for a database that is no store at all.
    """
    tables = inspect(connection).get_table_names()
    if tables and META.name not in tables:
        raise StoreFailed(phrase("{path} is another program's database", path=name))
    version = version_of(connection, tables)
    if version > SCHEMA:
        raise StoreFailed(
            phrase(
                "the store was written by a newer program (schema {theirs}, this one knows {ours})",
                theirs=version,
                ours=SCHEMA,
            )
        )
    if version != SCHEMA or VERSIONS not in tables:
        return False
    if on_server(connection):
        return not unguarded(connection)
    return connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal" and not _unguarded(connection)


def migrate(connection: Connection) -> None:
    """Bring the store to this program's schema, keep what it holds, and put missing guards back."""
    # Asked again under the write lock: two programs may have started at once.
    tables = inspect(connection).get_table_names()
    version = version_of(connection, tables)
    if not tables:
        SQLModel.metadata.create_all(connection)
        create_search_index(connection)
        stamp(connection)
    elif version < SCHEMA or VERSIONS not in tables:
        from storage.upgrade import upgrade

        upgrade(connection, f"{version:04d}" if version else None)
    connection.execute(delete(META).where(META.c.key == "schema"))
    connection.execute(insert(META).values(key="schema", value=str(SCHEMA)))
    if on_server(connection):
        guard(connection, unguarded(connection))
        return
    for name in _unguarded(connection):
        connection.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
        connection.execute(text(guards()[name]))


def on_server(connection: Connection) -> bool:
    """Whether this is PostgreSQL, else it is SQLite."""
    return connection.dialect.name == "postgresql"


def version_of(connection: Connection, tables: list[str]) -> int:
    """The number of the store's schema; 0 for one that is empty."""
    found = [0]
    if META.name in tables:
        found.append(_number(connection.execute(select(META.c.value).where(META.c.key == "schema")).scalar()))
    if VERSIONS in tables:
        found += [_number(row) for row in connection.exec_driver_sql(f"SELECT version_num FROM {VERSIONS}").scalars()]
    return max(found)


def _number(kept: str | None) -> int:
    return int(kept) if kept is not None and kept.isdigit() else 0


def stamp(connection: Connection) -> None:
    """Say in Alembic's table that a store made anew is at the newest revision."""
    connection.exec_driver_sql(
        f"CREATE TABLE {VERSIONS} "
        f"(version_num VARCHAR(32) NOT NULL, CONSTRAINT {VERSIONS}_pkc PRIMARY KEY (version_num))"
    )
    connection.execute(text(f"INSERT INTO {VERSIONS} (version_num) VALUES (:head)"), {"head": HEAD})


def _unguarded(connection: Connection) -> list[str]:
    """Names of guards that are not there, or not as they should be: one that was changed guards nothing."""
    rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
    present = {row.name: row.sql for row in rows}
    return [name for name, statement in guards().items() if present.get(name) != statement]
