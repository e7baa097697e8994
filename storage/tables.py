"""The tables of the record. Rows are only ever added; see :mod:`storage.guards`.

Times are whole microseconds since the epoch, UTC: exact, ordered, and free of the offsets that databases lose.
A sentence of the engine is kept twice: as template and values, to be read in any language, and as English text, for
whoever opens the file without this program.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, Table, UniqueConstraint, text
from sqlmodel import Field, SQLModel


class Meta(SQLModel, table=True):
    """Facts about the store itself."""

    __tablename__ = "meta"

    key: str = Field(primary_key=True)
    value: str


class LogRow(SQLModel, table=True):
    """One line of the duty log, chained to the one before it: :mod:`duty.chain` says what is hashed and how.

    ``seq`` counts within its ``chain``, without holes. ``id`` counts the lines of all chains as they were written; it
    is a matter of this file, not of the record.
    """

    __tablename__ = "log_entry"
    __table_args__ = (
        UniqueConstraint("chain", "seq", name="log_entry_of_chain"),
        Index("log_entry_of_host", "host", "seq"),
        Index("log_entry_of_incident", "incident", "seq"),
        Index(
            "log_entry_corrected",
            "supersedes",
            "chain",
            sqlite_where=text("supersedes IS NOT NULL"),
            postgresql_where=text("supersedes IS NOT NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    chain: str
    seq: int
    form: int
    """Which columns are hashed; see :data:`duty.chain.LOG_FIELDS`."""
    kind: str
    event_at: int = Field(sa_type=BigInteger)
    entered_at: int = Field(sa_type=BigInteger)
    trading_day: str
    post: str
    shift: str
    actor: str
    session: str
    host: str
    subject_kind: str
    subject_key: str
    text: str
    said_template: str | None = None
    said_values: str | None = None
    said_of: str | None = None
    said_english: str | None = None
    incident: int | None = None
    refs: str
    """JSON: a list of objects with ``kind`` and ``key``."""
    supersedes: int | None = None
    prev_hash: str
    hash: str


class MoveRow(SQLModel, table=True):
    """One thing that happened to an incident."""

    __tablename__ = "incident_move"
    __table_args__ = (
        Index("incident_move_of_incident", "incident", "seq"),
        Index(
            "incident_move_of_other",
            "other",
            sqlite_where=text("other IS NOT NULL"),
            postgresql_where=text("other IS NOT NULL"),
        ),
    )

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
    """The incident it is merged into."""
    details: str | None = None
    """JSON: one of :data:`duty.incident_details.Details`."""
    form: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    """Which columns are hashed in the move's line of the log; see :data:`duty.chain.MOVE_FIELDS`."""


class SegmentRow(SQLModel, table=True):
    """The oldest lines of a chain that left the store as an exported file: where what stays has to begin.

    Written before they leave, in the same transaction; a line that stays tells of it (:mod:`storage.archive`).
    """

    __tablename__ = "log_segment"

    chain: str = Field(primary_key=True)
    last_seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    first_seq: int
    last_hash: str
    """The hash of the last line that left: the first that stays is hashed onto it."""
    last_move: int
    """The newest move of an incident there was, so that no number is given twice."""
    last_incident: int
    sha256: str
    """Of the exported file."""
    moved_at: int = Field(sa_type=BigInteger)


class EventMemoryRow(SQLModel, table=True):
    """What is known of one followed log: where it was left, and what it said. Replaced as it is read on."""

    __tablename__ = "event_memory"

    host: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    saved_at: int = Field(sa_type=BigInteger)
    memory: str


class AlarmRow(SQLModel, table=True):
    """One alarm as it is now, replaced whenever it changes: what happened to it is in the log."""

    __tablename__ = "alarm"

    host: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    thing: str = Field(primary_key=True)
    definition: str = Field(primary_key=True)
    saved_at: int = Field(sa_type=BigInteger)
    state: str
    """JSON: :class:`duty.alarm_record.Alarm`."""


class AlarmDeskRow(SQLModel, table=True):
    """What is kept beside the alarms: 1, the load and when the watch is known to have run last; 2, the windows of
    maintenance as people changed them."""

    __tablename__ = "alarm_desk"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    saved_at: int = Field(sa_type=BigInteger)
    state: str
    """JSON: :class:`duty.alarm_batch.Desk` or :class:`duty.alarm_batch.WindowsKept`."""


META: Table = SQLModel.metadata.tables["meta"]
LOG: Table = SQLModel.metadata.tables["log_entry"]
MOVES: Table = SQLModel.metadata.tables["incident_move"]
SEGMENTS: Table = SQLModel.metadata.tables["log_segment"]
EVENT_MEMORY: Table = SQLModel.metadata.tables["event_memory"]
ALARM: Table = SQLModel.metadata.tables["alarm"]
ALARM_DESK: Table = SQLModel.metadata.tables["alarm_desk"]
