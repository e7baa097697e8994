"""What the whole life of an incident adds to its moves: the incident it is merged into, and a move's details."""

from __future__ import annotations

from sqlalchemy import Connection, inspect, text


def add_details(connection: Connection) -> None:
    """Add the columns to stores from before; the rows there are keep ``NULL`` in them, which is what was known."""
    present = {column["name"] for column in inspect(connection).get_columns("incident_move")}
    for name, kind in (("other", "INTEGER"), ("details", "VARCHAR")):
        if name not in present:
            connection.execute(text(f"ALTER TABLE incident_move ADD COLUMN {name} {kind}"))
    connection.execute(
        text("CREATE INDEX IF NOT EXISTS incident_move_of_other ON incident_move (other) WHERE other IS NOT NULL")
    )
