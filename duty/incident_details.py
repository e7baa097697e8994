"""What a move of an incident says beside its words: frozen with the move, kept as it was, never computed anew."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from duty.phrases import N_, Phrase
from duty.quality import Quality, State


class Cause(StrEnum):
    """Why it happened, as a code that a review can count. Every resolved incident has one."""

    HARDWARE = "hardware"
    SOFTWARE = "software"
    LINE = "line"
    CAPACITY = "capacity"
    CONFIGURATION = "configuration"
    CHANGE = "change"
    OPERATION = "operation"
    VENDOR = "vendor"
    EXCHANGE = "exchange"
    SECURITY = "security"
    ENVIRONMENT = "environment"
    FALSE_ALARM = "false-alarm"
    UNKNOWN = "unknown"


CAUSE_WORDS = {
    Cause.HARDWARE: N_("hardware fault"),
    Cause.SOFTWARE: N_("software fault"),
    Cause.LINE: N_("line or network"),
    Cause.CAPACITY: N_("capacity used up"),
    Cause.CONFIGURATION: N_("wrong configuration"),
    Cause.CHANGE: N_("a change or upgrade"),
    Cause.OPERATION: N_("operating error"),
    Cause.VENDOR: N_("the vendor's side"),
    Cause.EXCHANGE: N_("the exchange's side"),
    Cause.SECURITY: N_("security event"),
    Cause.ENVIRONMENT: N_("power, cooling or room"),
    Cause.FALSE_ALARM: N_("false alarm"),
    Cause.UNKNOWN: N_("not found yet"),
}


class Fact(msgspec.Struct, frozen=True, array_like=True):
    """One value as it was. ``unit``: percent, bytes, bit/s, s, count, empty for a word, ``msgid`` for one of ours."""

    label: str
    """A msgid."""
    value: float | str | None
    unit: str = ""
    age_s: float | None = None
    """Seconds since it was read; ``None`` where that is not known."""


class Past(msgspec.Struct, frozen=True, array_like=True):
    """The last minutes of one series. ``points``: beginning (UTC epoch seconds), least, mean, highest of each stretch
    of ``step_s`` seconds in which something was read."""

    kind: str
    key: str
    field: str
    """Which: as :class:`duty.series.SeriesKey`."""
    unit: str
    since: float
    until: float
    step_s: float
    points: tuple[tuple[float, float, float, float], ...]


class AlarmGuidance(msgspec.Struct, frozen=True):
    """An alarm that an incident is for: what it said, and the guidance in force then, whatever the site says later."""

    definition: str
    """Key of its definition."""
    thing: str
    priority: int
    quality: Quality
    cause: Phrase
    consequence: Phrase
    action: Phrase
    respond_s: float
    said: Phrase | None = None
    value: float | None = None
    limit: float | None = None


class Evidence(msgspec.Struct, frozen=True, tag="evidence"):
    """The subject and its host as they were when the incident was opened."""

    at: float
    """UTC epoch seconds."""
    state: State
    quality: Quality
    why: tuple[Phrase, ...] = ()
    """The reasons of the state, in words."""
    subject: tuple[Fact, ...] = ()
    host: tuple[Fact, ...] = ()
    lines: tuple[str, ...] = ()
    """Last lines of the host's followed logs, each after the log's key."""
    guidance: tuple[Phrase, ...] = ()
    """Cause, consequence and operator action in force, where the alarm's definition gives them."""
    alarms: tuple[AlarmGuidance, ...] = ()
    """The alarms it is for, as they stood."""
    past: tuple[Past, ...] = ()
    """The last minutes of its thing's series; a stretch that was not read is not in them."""


class Opening(msgspec.Struct, frozen=True, tag="opening"):
    """How it was opened."""

    evidence: Evidence | None = None
    drill: bool = False
    after: int | None = None
    """The incident of the same thing that was ended before, within the days in which it might be opened again."""
    alarms: tuple[str, ...] = ()
    """The alarms a person opened it for, as :class:`duty.alarm_def.AlarmKey` is written."""
    scenario: str = ""
    """Of a drill: what is practised."""
    began_at: float | None = None
    """Of a drill: when its fault began (UTC epoch seconds)."""


class Resolution(msgspec.Struct, frozen=True, tag="resolution"):
    """Why it happened; what was done stands in the move's words."""

    cause: Cause


class ReviewAction(msgspec.Struct, frozen=True, array_like=True):
    """Something that has to follow from a review."""

    what: str
    owner: str
    due: str
    """ISO date."""


class Review(msgspec.Struct, frozen=True, tag="review"):
    """What was found afterwards."""

    happened: str
    root_cause: str
    vendor: str = ""
    """The vendor's part in it."""
    elsewhere: str = ""
    """Whether the same fault can happen, or has, in other places."""
    actions: tuple[ReviewAction, ...] = ()


class Link(msgspec.Struct, frozen=True, tag="link"):
    """Something that belongs to it. ``kind``: alarm, host, change, log, incident; ``key``: which."""

    kind: str
    key: str


class Reported(msgspec.Struct, frozen=True, tag="reported"):
    """A report was made, which stops the clock of this key."""

    clock: str
    to: str
    """Who was told."""
    at: float
    """UTC epoch seconds at which that was; the entry may come later."""
    how: str = "phone"


class Escalated(msgspec.Struct, frozen=True, tag="escalated"):
    """A step of the escalation that came due. ``step`` counts from 1 within the level's profile."""

    step: int
    to: str


class Shown(msgspec.Struct, frozen=True, array_like=True):
    """What stood beside a step when it was done."""

    thing: str
    seen: Evidence


class Stepped(msgspec.Struct, frozen=True, tag="stepped"):
    """A step of an emergency procedure was done, or skipped; why stands in the move's words.

    A person names procedure and step; the watch adds what they said then and what it saw itself.
    """

    procedure: str
    step: str
    skipped: bool = False
    version: str = ""
    """:attr:`duty.emergency.Procedure.version` that the person saw."""
    title: Phrase | None = None
    do: Phrase | None = None
    shown: tuple[Shown, ...] = ()


Details = Opening | Resolution | Review | Link | Reported | Escalated | Stepped
"""All that a move can carry."""
LINK_KINDS = ("alarm", "host", "change", "log", "incident")
