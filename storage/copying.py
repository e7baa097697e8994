"""One store copied into another that is made for it, on whichever engine either is. The guards come last."""

from __future__ import annotations

from sqlalchemy import Connection, Table, insert, inspect, select
from sqlmodel import SQLModel

from duty.phrases import phrase
from storage.failures import StoreFailed
from storage.migrations import SCHEMA, migrate, stamp, version_of
from storage.search_index import NAMES
from storage.search_index import create as create_search_index
from storage.tables import LOG, META

_AT_ONCE = 2_000
_OWN = (META, NAMES)
"""What a store knows of itself: made anew with it. The search index fills itself when the store is opened."""


def copy(source: Connection, target: Connection) -> None:
    """Fill an empty store with all rows of another one, in their order. Raises :class:`StoreFailed` where that is of an
    older schema."""
    if version_of(source, inspect(source).get_table_names()) != SCHEMA:
        raise StoreFailed(phrase("the store is of an older program: start the watch once, it brings it up to date"))
    create_tables(target)
    for table in SQLModel.metadata.sorted_tables:
        if table not in _OWN:
            _rows(source, target, table)
    migrate(target)


def create_tables(target: Connection) -> None:
    """The tables of the newest schema, not guarded yet."""
    SQLModel.metadata.create_all(target)
    create_search_index(target)
    stamp(target)


def _rows(source: Connection, target: Connection, table: Table) -> None:
    # The number of a line in its file is given anew: a server gives the next one itself.
    columns = [column for column in table.c if table is not LOG or column.name != "id"]
    order = [LOG.c.id] if table is LOG else list(table.primary_key)
    found = source.execution_options(yield_per=_AT_ONCE).execute(select(*columns).order_by(*order))
    for some in found.mappings().partitions():
        target.execute(insert(table), [dict(row) for row in some])
