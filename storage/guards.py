"""What keeps rows as they were written: triggers inside the database, whoever opens it.

UPDATE and DELETE are refused. ``INSERT OR REPLACE`` deletes without firing delete triggers unless recursive triggers
are on, which is a setting of each connection, not of the file: so a row with any number but the next one is refused as
well, which leaves no holes either.
"""

from __future__ import annotations

APPEND_ONLY = ("log_entry", "incident_move")


def guards() -> dict[str, str]:
    """The triggers on SQLite: name and the statement that creates it where it is missing."""
    statements = {}
    for table in APPEND_ONLY:
        for event in ("UPDATE", "DELETE"):
            name = f"{table}_no_{event.lower()}"
            statements[name] = (
                f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {event} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        name = f"{table}_next_only"
        statements[name] = (
            f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE INSERT ON {table} "
            f"WHEN NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM {table}) "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: a new row takes the next number'); END"
        )
    return statements
