"""The tables of the record. Rows are only ever added; see :mod:`storage.guards`.

Times are whole microseconds since the epoch, UTC: exact, ordered, and free of the offsets that databases lose.
A sentence of the engine is kept twice: as template and values, to be read in any language, and as English text, for
whoever opens the file without this program.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, Table
from sqlmodel import Field, SQLModel


class Meta(SQLModel, table=True):
    """Facts about the store itself."""

    __tablename__ = "meta"

    key: str = Field(primary_key=True)
    value: str


class LogRow(SQLModel, table=True):
    """One line of the duty log."""

    __tablename__ = "log_entry"
    __table_args__ = (
        Index("log_entry_of_host", "host", "seq"),
        Index("log_entry_of_incident", "incident", "seq"),
    )

    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    kind: str
    event_at: int = Field(sa_type=BigInteger)
    entered_at: int = Field(sa_type=BigInteger)
    actor: str
    host: str
    subject_kind: str
    subject_key: str
    text: str
    said_template: str | None = None
    said_values: str | None = None
    said_of: str | None = None
    said_english: str | None = None
    incident: int | None = None


class MoveRow(SQLModel, table=True):
    """One thing that happened to an incident."""

    __tablename__ = "incident_move"
    __table_args__ = (Index("incident_move_of_incident", "incident", "seq"),)

    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    incident: int
    move: str
    at: int = Field(sa_type=BigInteger)
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
    other: int | None = None
    details: str | None = None


class EventMemoryRow(SQLModel, table=True):
    """What is known of one followed log: where it was left, and what it said. The only rows that are replaced."""

    __tablename__ = "event_memory"

    host: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    saved_at: int = Field(sa_type=BigInteger)
    memory: str


META: Table = SQLModel.metadata.tables["meta"]
LOG: Table = SQLModel.metadata.tables["log_entry"]
MOVES: Table = SQLModel.metadata.tables["incident_move"]
EVENT_MEMORY: Table = SQLModel.metadata.tables["event_memory"]
