"""The tables of the record. Rows are only ever added; see :mod:`storage.guards`.

Times are whole microseconds since the epoch, UTC: exact, ordered, and free of the offsets that databases lose.
A sentence of the engine is kept twice: as template and values, to be read in any language, and as English text, for
whoever opens the file without this program.
"""

from __future__ import annotations

from sqlmodel import Field, SQLModel


class Meta(SQLModel, table=True):
    """Facts about the store itself."""

    __tablename__ = "meta"

    key: str = Field(primary_key=True)
    value: str


class LogRow(SQLModel, table=True):
    """One line of the duty log."""

    __tablename__ = "log_entry"

    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    kind: str
    event_at: int
    entered_at: int
    actor: str
    host: str = Field(index=True)
    subject_kind: str
    subject_key: str
    text: str
    said_template: str | None = None
    said_values: str | None = None
    said_of: str | None = None
    said_english: str | None = None
    incident: int | None = Field(default=None, index=True)


class MoveRow(SQLModel, table=True):
    """One thing that happened to an incident."""

    __tablename__ = "incident_move"

    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    incident: int = Field(index=True)
    move: str
    at: int
    actor: str
    text: str
    said_template: str | None = None
    said_values: str | None = None
    said_of: str | None = None
    said_english: str | None = None
    host: str
    subject_kind: str
    subject_key: str
    level: int | None = None
    automatic: bool = False
