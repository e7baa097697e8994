"""What is kept of an alarm and what is told of it: plain frozen values that can be stored and come back exactly.

Fields named ``at``, ``…_at`` and ``until`` are UTC epoch seconds, for people. The others that are times are monotonic
seconds of the running watch (:mod:`duty.alarm_resume` carries them over a restart).
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from duty.alarm_def import AlarmDef, AlarmKey
from duty.alarm_states import AlarmState, Facts
from duty.moment import Moment
from duty.phrases import Phrase
from duty.quality import Quality, State

LATCHING = (1, 2)
"""Priorities that stay lit until they were seen, whatever the definition says."""


class Wait(StrEnum):
    """What a delay in progress will lead to."""

    HOLDS = "holds"
    WORSE = "worse"
    GONE = "gone"


class Pending(msgspec.Struct, frozen=True, array_like=True):
    """A delay in progress: since when, by both clocks."""

    wait: Wait
    since: float
    at: float


class Ack(msgspec.Struct, frozen=True, array_like=True):
    """Who acknowledged which event, and when."""

    event: int
    who: str
    at: float
    mono: float
    severity: State
    note: str = ""


class Shelf(msgspec.Struct, frozen=True, array_like=True):
    """Put aside by a person. ``second``: who agreed, where one person alone may not."""

    who: str
    why: str
    at: float
    until: float
    ends: float
    """``until`` by the monotonic clock: a step of the wall clock ends nothing."""
    second: str = ""


class Suppression(msgspec.Struct, frozen=True, array_like=True):
    """Kept from being announced by a rule: while an alarm holds that explains it, or until a moment (maintenance)."""

    owner: str
    why: Phrase
    at: float
    by: AlarmKey | None = None
    """The alarm while which it lasts; else it has an end."""
    until: float | None = None
    ends: float | None = None
    unseen: bool = False
    """It waited to be acknowledged when this began."""


class Outage(msgspec.Struct, frozen=True, array_like=True):
    """Out of service, as a shelf is kept."""

    who: str
    why: str
    at: float
    until: float
    ends: float
    second: str = ""


class Alarm(msgspec.Struct, frozen=True, omit_defaults=True):
    """One alarm at one moment."""

    key: AlarmKey
    state: AlarmState = AlarmState.NORMAL
    active: bool = False
    """Whether the condition holds, after delays and by the last good reading, in whatever state."""
    severity: State = State.OK
    """Of the last occurrence: the gravest it had."""
    priority: int = 0
    """Of the last occurrence; 0: it never came."""
    quality: Quality = Quality.NEVER
    """Of the newest look."""
    known: bool = False
    """The newest look was good and told the state; else what stands here is how it was."""
    over: bool = False
    """What covered it has ended, or it was acknowledged after it returned, and a good reading is waited for."""
    event: int = 0
    """Number of the newest event a person has to acknowledge. Counts up for ever."""
    told: int = 0
    """Number of the newest :class:`AlarmEvent`."""
    count: int = 0
    """How often the condition came since the alarm was normal last."""
    said: Phrase | None = None
    value: float | None = None
    limit: float | None = None
    """What was read when the last occurrence began or became worse."""
    first_at: float | None = None
    """When the condition first came since the alarm was normal last."""
    began_at: float | None = None
    """When the last occurrence began."""
    began: float = 0.0
    returned_at: float | None = None
    lasted_s: float | None = None
    """How long the last occurrence that is over lasted."""
    pending: Pending | None = None
    ack: Ack | None = None
    """The last acknowledgement."""
    ack_stands: bool = False
    shelf: Shelf | None = None
    suppressions: tuple[Suppression, ...] = ()
    """At most one by an alarm and one until a moment: each ends by itself, and it is suppressed while any lasts."""
    outage: Outage | None = None
    raised: tuple[float, ...] = ()
    """When it came, the last few times, for chattering."""

    @property
    def well(self) -> bool:
        """Whether it may be drawn as well: normal, by a good reading (I7)."""
        return self.known and self.state is AlarmState.NORMAL and not self.active


class EventKind(StrEnum):
    """What is told of an alarm."""

    RAISED = "raised"
    WORSE = "worse"
    RETURNED = "returned"
    """The condition is gone."""
    CLEARED = "cleared"
    """It was acknowledged while nobody could know whether it was gone; now it is known."""
    ACKNOWLEDGED = "acknowledged"
    REALARMED = "realarmed"
    """Acknowledged for as long as its definition allows, and it still holds."""
    SHIFT_CHANGED = "shift-changed"
    """The acknowledgement ended with the shift."""
    SHELVED = "shelved"
    UNSHELVED = "unshelved"
    SUPPRESSED = "suppressed"
    RELEASED = "released"
    OUT = "out"
    BACK = "back"
    WITHDRAWN = "withdrawn"
    """Its thing or its definition is watched no longer: there is no such alarm any more."""


class AlarmEvent(msgspec.Struct, frozen=True):
    """One thing that happened to an alarm, for the log and the screen. ``key`` and ``number`` name it for ever."""

    key: AlarmKey
    number: int
    """Counts the events of this alarm without holes: what is stored twice is one."""
    kind: EventKind
    event: int
    """:attr:`Alarm.event` it belongs to: what an acknowledgement names."""
    at: float
    said: Phrase
    state: AlarmState
    """After it."""
    severity: State
    priority: int
    mono: float
    actor: str = ""
    """Who did it; empty: it came by itself."""
    announced: bool = False
    """It waits for somebody from now on: bell, row, title."""
    began_at: float | None = None
    second: str = ""
    text: str = ""
    """A person's reason or note."""
    until: float | None = None


Step = tuple[Alarm, tuple[AlarmEvent, ...]]
"""An alarm after something happened, and what is to be told of that."""
NOTHING: tuple[AlarmEvent, ...] = ()


def told(
    alarm: Alarm, kind: EventKind, said: Phrase, at: Moment, *, announced: bool = False, actor: str = "",
    second: str = "", text: str = "", until: float | None = None,
) -> Step:  # fmt: skip
    """The alarm as it is now, and the event that made it so."""
    number = alarm.told + 1
    event = AlarmEvent(
        alarm.key, number, kind, alarm.event, at.wall, said, alarm.state, alarm.severity, alarm.priority, at.mono,
        actor, announced, alarm.began_at, second, text, until,
    )  # fmt: skip
    count = 0 if alarm.state is AlarmState.NORMAL else alarm.count
    return msgspec.structs.replace(alarm, told=number, count=count), (event,)


def facts_of(alarm: Alarm, definition: AlarmDef) -> Facts:
    """What the rules of the table look at."""
    return Facts(
        active=alarm.active,
        known=alarm.known,
        latched=definition.latch or alarm.priority in LATCHING,
        acked_same=alarm.ack_stands and alarm.ack is not None and alarm.ack.severity is alarm.severity,
        unseen=any(one.unseen for one in alarm.suppressions),
        suppressed=bool(alarm.suppressions),
    )


def priority_of(definition: AlarmDef, severity: State) -> int:
    """The priority of an occurrence of this severity."""
    return definition.priority if severity is State.ACT else definition.warn_priority
