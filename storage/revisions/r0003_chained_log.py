"""The log becomes a chain: the lines of before are copied in their order, hashed, counted and compared.

They keep their numbers: a hole or a changed row that was there before stays what it was. Each line that tells of a move
of an incident gets the move's hash, so that the moves of before are held by the chain as well.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from duty.chain import GENESIS, MOVE_FIELDS, canonical, digest, linked
from duty.phrases import phrase
from duty.records import DUTY, Ref
from storage.failures import StoreFailed
from storage.rows import refs_text

revision = "0003"
down_revision = "0002"

AT_ONCE = 5_000
"""Rows that are read, hashed and written together."""
FORM = 1
OLD = (
    "seq", "kind", "event_at", "entered_at", "actor", "host", "subject_kind", "subject_key", "text", "said_template",
    "said_values", "said_of", "said_english", "incident",
)  # fmt: skip
NEW = (
    "chain", "form", "trading_day", "post", "shift", "session", "refs", "supersedes", "prev_hash", "hash",
)  # fmt: skip


def upgrade() -> None:
    """Build the new table beside the old one and put it in its place."""
    connection = op.get_bind()
    _widen()
    op.drop_index("log_entry_of_host", "log_entry")
    op.drop_index("log_entry_of_incident", "log_entry")
    op.rename_table("log_entry", "log_entry_before")
    _create()
    _copy(connection)
    _compare(connection)
    op.drop_table("log_entry_before")
    # Empty: whoever has the store open fills it, the newest lines being read meanwhile.
    op.create_table(
        "log_name",
        sa.Column("field", sa.String, primary_key=True, nullable=False),
        sa.Column("name", sa.String, primary_key=True, nullable=False),
    )
    op.execute(
        "CREATE VIRTUAL TABLE log_search USING fts5(pieces, content='', columnsize=0, detail=none, tokenize='ascii')"
    )


def _widen() -> None:
    """Give moves the columns that are hashed with the others. Before hashing: those of before have nothing in them."""
    op.add_column("incident_move", sa.Column("form", sa.Integer, nullable=False, server_default="1"))
    op.add_column("incident_move", sa.Column("other", sa.Integer))
    op.add_column("incident_move", sa.Column("details", sa.String))
    op.create_index("incident_move_of_other", "incident_move", ["other"], sqlite_where=sa.text("other IS NOT NULL"))


def _create() -> None:
    texts = [
        sa.Column(name, sa.String, nullable=False) for name in ("trading_day", "post", "shift", "actor", "session")
    ]
    op.create_table(
        "log_entry",
        sa.Column("id", sa.Integer, primary_key=True, nullable=False),
        sa.Column("chain", sa.String, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("form", sa.Integer, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("event_at", sa.BigInteger, nullable=False),
        sa.Column("entered_at", sa.BigInteger, nullable=False),
        *texts,
        sa.Column("host", sa.String, nullable=False),
        sa.Column("subject_kind", sa.String, nullable=False),
        sa.Column("subject_key", sa.String, nullable=False),
        sa.Column("text", sa.String, nullable=False),
        sa.Column("said_template", sa.String),
        sa.Column("said_values", sa.String),
        sa.Column("said_of", sa.String),
        sa.Column("said_english", sa.String),
        sa.Column("incident", sa.Integer),
        sa.Column("refs", sa.String, nullable=False),
        sa.Column("supersedes", sa.Integer),
        sa.Column("prev_hash", sa.String, nullable=False),
        sa.Column("hash", sa.String, nullable=False),
        sa.UniqueConstraint("chain", "seq", name="log_entry_of_chain"),
    )
    op.create_index("log_entry_of_host", "log_entry", ["host", "seq"])
    op.create_index("log_entry_of_incident", "log_entry", ["incident", "seq"])
    op.create_index(
        "log_entry_corrected", "log_entry", ["supersedes", "chain"], sqlite_where=sa.text("supersedes IS NOT NULL")
    )


def _copy(connection: sa.Connection) -> None:
    moves = _moves(connection)
    names = (*OLD, *NEW)
    into = sa.text(
        f"INSERT INTO log_entry (id, {', '.join(names)}) VALUES (:seq, {', '.join(f':{name}' for name in names)})"
    )
    before = GENESIS
    for rows in _batches(connection, "log_entry_before"):
        for row in rows:
            told = moves[row["incident"]] if row["kind"] == "incident" else ()
            refs = refs_text((told.popleft(),) if told else ())
            row |= {"chain": DUTY, "form": FORM, "trading_day": "", "post": "", "shift": "", "session": ""}
            row |= {"refs": refs, "supersedes": None, "prev_hash": before}
            before = row["hash"] = linked(before, canonical(row))
        connection.execute(into, rows)


def _moves(connection: sa.Connection) -> defaultdict[int | None, deque[Ref]]:
    """The moves of each incident, oldest first: each has exactly one line in the log, written in the same order."""
    found: defaultdict[int | None, deque[Ref]] = defaultdict(deque)
    names = ", ".join(MOVE_FIELDS[FORM])
    for row in connection.execute(sa.text(f"SELECT {names} FROM incident_move ORDER BY seq")).mappings():
        found[row["incident"]].append(Ref("move", str(row["seq"]), digest(canonical(dict(row), MOVE_FIELDS))))
    return found


def _compare(connection: sa.Connection) -> None:
    """Every field of every line is in the new table as it was. Raises :class:`StoreFailed`, which undoes everything."""
    count = "SELECT (SELECT COUNT(*) FROM log_entry_before), (SELECT COUNT(*) FROM log_entry)"
    old_count, new_count = connection.execute(sa.text(count)).one()
    if old_count != new_count:
        raise StoreFailed(
            phrase("the store cannot be migrated: {old} lines became {new}", old=old_count, new=new_count)
        )
    for before, after in zip(_batches(connection, "log_entry_before"), _batches(connection, "log_entry"), strict=True):
        for old, new in zip(before, after, strict=True):
            if old != new:
                raise StoreFailed(phrase("the store cannot be migrated: line {seq} would be changed", seq=old["seq"]))


def _batches(connection: sa.Connection, table: str) -> Iterator[list[dict[str, Any]]]:
    query = sa.text(f"SELECT {', '.join(OLD)} FROM {table} WHERE seq > :after ORDER BY seq LIMIT {AT_ONCE}")
    after: int | None = -(2**62)
    while rows := [dict(row) for row in connection.execute(query, {"after": after}).mappings()]:
        yield rows
        after = rows[-1]["seq"]
