"""What keeps rows as they were written: triggers inside the database, whoever opens it.

UPDATE and DELETE are refused. ``INSERT OR REPLACE`` deletes without firing delete triggers unless recursive triggers
are on, which is a setting of each connection, not of the file: so a row with any number but the next one is refused as
well, which leaves no holes either. Who may write the store may also drop the triggers: that is what the chain is for.

Old lines may leave once a row of ``log_segment`` says that they were archived, and a move once no line speaks of its
incident any more: see :mod:`storage.archive`. Numbers go on behind what left.
"""

from __future__ import annotations

import msgspec

from duty.chain import GENESIS


class Guard(msgspec.Struct, frozen=True):
    """An event on a table that is refused with ``words`` where ``when`` holds of its row; empty is always."""

    table: str
    event: str
    words: str
    when: str = ""

    @property
    def name(self) -> str:
        """The name of its trigger."""
        return f"{self.table}_next_only" if self.event == "INSERT" else f"{self.table}_no_{self.event.lower()}"


def _next(table: str, when: str) -> Guard:
    return Guard(table, "INSERT", f"{table} is append-only: a new row takes the next number", when)


def _never(table: str, event: str, when: str = "") -> Guard:
    return Guard(table, event, f"{table} is append-only", when)


_SEGMENT_END = "(SELECT MAX(last_seq) FROM log_segment WHERE chain = NEW.chain)"
GUARDS = (
    _never("log_entry", "UPDATE"),
    _never(
        "log_entry",
        "DELETE",
        "NOT EXISTS (SELECT 1 FROM log_segment WHERE chain = OLD.chain AND last_seq >= OLD.seq)",
    ),
    _next(
        "log_entry",
        # Not MAX(seq), for which PostgreSQL may read all lines of the chain.
        "NEW.seq <> 1 + COALESCE((SELECT seq FROM log_entry WHERE chain = NEW.chain ORDER BY seq DESC LIMIT 1), "
        f"{_SEGMENT_END}, 0) "
        # A number of the file that is taken would be replaced with its row; one that is not given is -1 here.
        "OR EXISTS (SELECT 1 FROM log_entry WHERE id = NEW.id) "
        "OR NEW.prev_hash <> COALESCE((SELECT hash FROM log_entry WHERE chain = NEW.chain AND seq = NEW.seq - 1), "
        "(SELECT last_hash FROM log_segment WHERE chain = NEW.chain AND last_seq = NEW.seq - 1), "
        f"'{GENESIS}')",
    ),
    _never("incident_move", "UPDATE"),
    _never(
        "incident_move",
        "DELETE",
        "EXISTS (SELECT 1 FROM log_entry WHERE incident = OLD.incident) OR NOT EXISTS (SELECT 1 FROM log_segment)",
    ),
    _next(
        "incident_move",
        "NEW.seq <> 1 + (SELECT COALESCE(MAX(number), 0) FROM "
        "(SELECT (SELECT seq FROM incident_move ORDER BY seq DESC LIMIT 1) AS number "
        "UNION ALL SELECT MAX(last_move) FROM log_segment) AS numbers)",
    ),
    _never("log_segment", "UPDATE"),
    _never("log_segment", "DELETE"),
    _next(
        "log_segment",
        f"NEW.first_seq <> COALESCE({_SEGMENT_END}, 0) + 1 OR NEW.last_seq < NEW.first_seq OR EXISTS "
        "(SELECT 1 FROM log_entry WHERE chain = NEW.chain AND seq = NEW.last_seq AND hash <> NEW.last_hash)",
    ),
)


def guards() -> dict[str, str]:
    """The triggers on SQLite: name and the statement that creates it."""
    return {one.name: _on_sqlite(one) for one in GUARDS}


def _on_sqlite(one: Guard) -> str:
    when = f"WHEN {one.when} " if one.when else ""
    refuse = f"BEGIN SELECT RAISE(ABORT, '{one.words}'); END"
    return f"CREATE TRIGGER {one.name} BEFORE {one.event} ON {one.table} {when}{refuse}"
