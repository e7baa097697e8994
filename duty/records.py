"""Records: lines of the duty log and the moves of incidents. Both only ever grow; a state is a fold over moves."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from duty.incident_details import Cause, Details
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
    ALARM = "alarm"


class Subject(msgspec.Struct, frozen=True, array_like=True):
    """The thing a record speaks of. ``kind``: host, process, app, line, disk, event, clock, machine, incident; ``key``:
    which there."""

    host: str = ""
    kind: str = ""
    key: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (self.host, self.kind if self.key else "", self.key) if part)


DUTY = "duty"
"""The chain of the duty log itself."""
DRILL = "drill"
"""The chain of all drills: nothing of a drill stands in the duty log but that a real alarm interrupted it."""


class Ref(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something a line refers to. ``kind``: host, incident, alarm, change, entry, move or file."""

    kind: str
    key: str
    """Which one: an id or number; of a file the name it had."""
    sha256: str = ""
    """Of a move: of its canonical form (:mod:`duty.chain`); of a file: of its bytes. Lower-case hex."""
    size: int = 0
    """Bytes of a file."""


class NewLogEntry(msgspec.Struct, frozen=True):
    """A line to be written. ``text`` is a person's own words (cleaned); ``said`` is the engine's sentence.

    Trading day, post and shift are those at the time of writing and are never worked out anew; empty is not known.
    """

    kind: LogKind
    actor: str
    event_at: float
    subject: Subject = Subject()
    text: str = ""
    said: Phrase | None = None
    incident: int | None = None
    chain: str = DUTY
    trading_day: str = ""
    """ISO date."""
    post: str = ""
    shift: str = ""
    session: str = ""
    """The login from which the actor spoke, as the kernel names it; empty for the watch itself."""
    refs: tuple[Ref, ...] = ()
    supersedes: int | None = None
    """The line of the same chain that this one corrects."""


class LogEntry(msgspec.Struct, frozen=True):
    """A line as it stands in the log. Times: UTC epoch seconds. ``seq`` counts within its chain, without holes."""

    seq: int
    kind: LogKind
    event_at: float
    entered_at: float
    actor: str
    subject: Subject
    text: str
    said: Phrase | None
    incident: int | None
    chain: str = DUTY
    trading_day: str = ""
    post: str = ""
    shift: str = ""
    session: str = ""
    refs: tuple[Ref, ...] = ()
    supersedes: int | None = None
    hash: str = ""
    """SHA-256 of this line and of all before it in its chain; see :mod:`duty.chain`."""
    corrected_by: int | None = None
    """The line that corrects this one, as far as it was known when this one was read. Not part of the line."""


class LogPage(msgspec.Struct, frozen=True):
    """Lines of the log that fit what was asked, newest first, and how far was looked for them."""

    entries: tuple[LogEntry, ...]
    reached: int
    """The last seq that was looked at, in the direction of the page: the next one goes on from there."""
    ended: bool
    """Whether there is nothing beyond."""


class IncidentState(StrEnum):
    """Where an incident stands. Source: the lifecycle of the domain model."""

    OPEN = "open"
    """Nobody has it."""
    ACCEPTED = "accepted"
    """Somebody has it."""
    MITIGATED = "mitigated"
    """The service is back; what was lost of trading counts no further."""
    RESOLVED = "resolved"
    """Its cause is named and what was done is said."""
    REVIEWED = "reviewed"
    CLOSED = "closed"
    MERGED = "merged"
    """It is the same as another one, which speaks for it."""


ENDED = (IncidentState.CLOSED, IncidentState.MERGED)
"""States in which nobody has to do anything more."""


class Move(StrEnum):
    """What can happen to an incident."""

    OPENED = "opened"
    TAKEN = "taken"
    NOTED = "noted"
    AGAIN = "again"
    """The same fault showed again while it was open."""
    RETURNED = "returned"
    """What it was opened for is well again; a person still resolves it."""
    MITIGATED = "mitigated"
    RESOLVED = "resolved"
    REVIEWED = "reviewed"
    CLOSED = "closed"
    REOPENED = "reopened"
    """Its end, or that the service is back, was said too early."""
    MERGED = "merged"
    RAISED = "raised"
    """A graver level."""
    LOWERED = "lowered"
    LINKED = "linked"
    REPORTED = "reported"
    """Somebody outside was told."""
    ESCALATED = "escalated"
    """Nobody took it in time: the next one has to know."""
    STEPPED = "stepped"
    """A step of an emergency procedure was done, or skipped."""
    SUSPENDED = "suspended"
    """A real alarm interrupts a drill."""
    RESUMED = "resumed"
    """A person goes on with it."""
    ABANDONED = "abandoned"
    """A person ends a drill before it is over."""


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
    """1 (trading lost) to 4 (cosmetic); set when it is opened and when it is changed."""
    automatic: bool = False
    other: int | None = None
    """The incident it is merged into."""
    details: Details | None = None


class Incident(msgspec.Struct, frozen=True):
    """An incident as its moves make it. Times: UTC epoch seconds, ``None`` for what has not happened."""

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
    """Whether the fault it was opened for still holds (by hand: until resolved)."""
    automatic: bool = False
    changed_at: float = 0.0
    closed_at: float | None = None
    last_note: str = ""
    drill: bool = False
    accepted_at: float | None = None
    """When it was first taken since it was (re)opened."""
    mitigated_at: float | None = None
    resolved_at: float | None = None
    resolved_by: str = ""
    cause: Cause | None = None
    reviewed_at: float | None = None
    ended_at: float | None = None
    """When it was resolved, closed or merged, whichever came last."""
    merged_into: int | None = None
    reopened: int = 0
    """How often it was opened again."""
    classified_at: float | None = None
    """When it got the level it has."""
    escalated: int = 0
    """Steps of the level's escalation that came due."""
    reported: dict[str, float] = {}
    """Report clocks that were stopped: when the newest report of each was made."""
    after: int | None = None
    """The incident of the same thing that had ended shortly before."""
    alarms: tuple[str, ...] = ()
    """Alarms that belong to it, beside those of its thing: it was opened for them, or they were linked to it."""
    scenario: str = ""
    """Of a drill: what is practised; drills of one scenario are compared."""
    began_at: float | None = None
    """Of a drill: when its fault began, as who plays it says."""
    pauses: tuple[tuple[float, float | None], ...] = ()
    """Of a drill: from when to when it was suspended; ``None``: it is still."""

    @property
    def suspended(self) -> bool:
        """Whether a real alarm interrupted this drill and no person has gone on with it."""
        return bool(self.pauses) and self.pauses[-1][1] is None


class Refused(Exception):
    """A move that is not legal now; ``why`` goes to the person who asked."""

    def __init__(self, why: Phrase) -> None:
        super().__init__(str(why))
        self.why = why
