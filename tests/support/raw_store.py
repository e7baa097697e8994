"""A store as somebody reaches it who does not use this program: any statement, with nothing of ours set."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

from storage.guards import GUARDS
from storage.server import Server


@contextmanager
def raw(place: Path | Server) -> Iterator[Connection]:
    """A connection on which each statement stands for itself."""
    url = place.url.replace("postgresql:", "postgresql+psycopg:") if isinstance(place, Server) else f"sqlite:///{place}"
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection


def run(place: Path | Server, statement: str) -> list[Any]:
    """The rows that one statement gives."""
    with raw(place) as connection:
        found = connection.exec_driver_sql(statement)
        return list(found) if found.returns_rows else []


def unguard(place: Path | Server) -> None:
    """Take the guards away, as whoever owns the tables can."""
    with raw(place) as connection:
        for one in GUARDS:
            of = f" ON {one.table}" if isinstance(place, Server) else ""
            connection.exec_driver_sql(f"DROP TRIGGER {one.name}{of}")
