"""What keeps rows as they were written: triggers inside the database, whoever opens it.

UPDATE and DELETE are refused. ``INSERT OR REPLACE`` deletes without firing delete triggers unless recursive triggers
are on, which is a setting of each connection, not of the file: so a row with any number but the next one is refused as
well, which leaves no holes either. Who may write the file may also drop the triggers: that is what the chain is for.
"""

from __future__ import annotations

APPEND_ONLY = ("log_entry", "incident_move")
_NEXT = {
    "log_entry": (
        "NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM log_entry WHERE chain = NEW.chain) "
        # A number of the file that is taken would be replaced with its row; one that is not given is -1 here.
        "OR EXISTS (SELECT 1 FROM log_entry WHERE id = NEW.id) "
        "OR NEW.prev_hash <> COALESCE((SELECT hash FROM log_entry WHERE chain = NEW.chain AND seq = NEW.seq - 1), "
        "'0000000000000000000000000000000000000000000000000000000000000000')"
    ),
    "incident_move": "NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM incident_move)",
}


def guards() -> dict[str, str]:
    """The triggers on SQLite: name and the statement that creates it."""
    statements = {}
    for table in APPEND_ONLY:
        for event in ("UPDATE", "DELETE"):
            name = f"{table}_no_{event.lower()}"
            statements[name] = (
                f"CREATE TRIGGER {name} BEFORE {event} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        name = f"{table}_next_only"
        statements[name] = (
            f"CREATE TRIGGER {name} BEFORE INSERT ON {table} WHEN {_NEXT[table]} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: a new row takes the next number'); END"
        )
    return statements
