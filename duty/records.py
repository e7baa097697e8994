"""Records: lines of the duty log and the moves of incidents. Both only ever grow; a state is a fold over moves."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from duty.phrases import Phrase


class LogKind(StrEnum):
    """What a line of the duty log is about."""

    NOTE = "note"
    INCIDENT = "incident"
    CONNECTION = "connection"
    STATE = "state"
    CONFIG = "config"
    WATCH = "watch"
    PRACTICE = "practice"
    EVENT = "event"


class Subject(msgspec.Struct, frozen=True, array_like=True):
    """The thing a record speaks of. ``kind``: host, process, app, line, disk, event, clock, machine, incident; ``key``:
    which there."""

    host: str = ""
    kind: str = ""
    key: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (self.host, self.kind if self.key else "", self.key) if part)


class NewLogEntry(msgspec.Struct, frozen=True):
    """A line to be written. ``text`` is a person's own words (cleaned); ``said`` is the engine's sentence."""

    kind: LogKind
    actor: str
    event_at: float
    subject: Subject = Subject()
    text: str = ""
    said: Phrase | None = None
    incident: int | None = None


class LogEntry(msgspec.Struct, frozen=True):
    """A line as it stands in the log. Times: UTC epoch seconds."""

    seq: int
    kind: LogKind
    event_at: float
    entered_at: float
    actor: str
    subject: Subject
    text: str
    said: Phrase | None
    incident: int | None


class LogPage(msgspec.Struct, frozen=True):
    """Lines of the log that fit what was asked, newest first, and how far was looked for them."""

    entries: tuple[LogEntry, ...]
    reached: int
    """The last seq that was looked at, in the direction of the page: the next one goes on from there."""
    ended: bool
    """Whether there is nothing beyond."""


class IncidentState(StrEnum):
    """Where an incident stands (more states come with the record of alarms)."""

    OPEN = "open"
    TAKEN = "taken"
    CLOSED = "closed"


class Move(StrEnum):
    """What can happen to an incident."""

    OPENED = "opened"
    TAKEN = "taken"
    NOTED = "noted"
    AGAIN = "again"
    """The same fault showed again while it was open."""
    RETURNED = "returned"
    """What it was opened for is well again; a person still closes it."""
    CLOSED = "closed"


class IncidentMove(msgspec.Struct, frozen=True):
    """One thing that happened to an incident. ``seq`` counts all moves of the store, without holes."""

    seq: int
    incident: int
    move: Move
    at: float
    actor: str
    text: str = ""
    said: Phrase | None = None
    subject: Subject = Subject()
    level: int | None = None
    """1 (trading lost) to 4 (cosmetic); set when it is opened."""
    automatic: bool = False


class Incident(msgspec.Struct, frozen=True):
    """An incident as its moves make it."""

    id: int
    state: IncidentState
    level: int
    title: str
    """A person's words; empty where ``said`` speaks."""
    said: Phrase | None
    subject: Subject
    opened_at: float
    opened_by: str
    owner: str = ""
    count: int = 1
    """How often the fault showed."""
    active: bool = True
    """Whether the fault it was opened for still holds (by hand: until closed)."""
    automatic: bool = False
    changed_at: float = 0.0
    closed_at: float | None = None
    last_note: str = ""


class Refused(Exception):
    """A move that is not legal now; ``why`` goes to the person who asked."""

    def __init__(self, why: Phrase) -> None:
        super().__init__(str(why))
        self.why = why
