"""The tables of history: a file of its own, because what it holds is no record and may be given up.

Times are whole seconds since the epoch, UTC. Level 0 holds minutes, 1 ten minutes, 2 hours.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    insert,
    inspect,
    select,
)

from duty.phrases import phrase
from storage.database import Kind
from storage.failures import StoreFailed

PERIODS = (60, 600, 3600)
"""Seconds of one row of each level."""
SCHEMA = 1
METADATA = MetaData()

META = Table("meta", METADATA, Column("key", Text, primary_key=True), Column("value", Text, nullable=False))
HOSTS = Table(
    "host", METADATA, Column("id", Integer, primary_key=True), Column("name", Text, nullable=False, unique=True)
)
LAYOUTS = Table(
    "layout",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("host", Integer, nullable=False, index=True),
    Column("born", BigInteger, nullable=False),
    Column("keys", Text, nullable=False),
)
"""Which series a row holds, in order: JSON, ``[["disk", "/data", "used"], …]``. ``born``: the first row's time."""
LEVELS = Table(
    "level",
    METADATA,
    Column("level", Integer, primary_key=True),
    Column("rows", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("rolled", BigInteger, nullable=False),
)
"""What each level takes, and up to which moment it was made from the one below."""
POINTS = Table(
    "point",
    METADATA,
    Column("level", Integer, primary_key=True),
    Column("host", Integer, primary_key=True),
    Column("at", BigInteger, primary_key=True),
    Column("layout", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
"""All series of one host over one period that begins at ``at``: see :mod:`storage.rollups`."""


def is_current(connection: Connection, name: str) -> bool:
    """Whether the file is at this program's schema. Raises :class:`StoreFailed` for anybody else's file."""
    tables = inspect(connection).get_table_names()
    if not tables:
        return False
    kept = None
    if {META.name, POINTS.name} <= set(tables):
        kept = connection.execute(select(META.c.value).where(META.c.key == "schema")).scalar()
    if kept is None:
        raise StoreFailed(phrase("{path} is another program's database", path=name))
    if not kept.isdigit() or int(kept) > SCHEMA:
        raise StoreFailed(
            phrase(
                "the store was written by a newer program (schema {theirs}, this one knows {ours})",
                theirs=kept,
                ours=SCHEMA,
            )
        )
    return True


def create(connection: Connection) -> None:
    """Make the tables of an empty file."""
    METADATA.create_all(connection)
    if not connection.execute(select(META.c.value).where(META.c.key == "schema")).scalar():
        connection.execute(insert(META).values(key="schema", value=str(SCHEMA)))
        connection.execute(
            insert(LEVELS), [{"level": level, "rows": 0, "bytes": 0, "rolled": 0} for level in range(len(PERIODS))]
        )


HISTORY = Kind(
    is_current,
    create,
    # A power cut may cost the last minutes, never the file: history is not the record.
    ("synchronous=NORMAL", "wal_autocheckpoint=256", "journal_size_limit=1048576"),
    ("auto_vacuum=INCREMENTAL",),
    shrinks=True,
)
