"""How much the alarms ask of the person on duty: load, floods, and alarms that behave badly. Counted per post.

Figures: the alarm load table of ISA-18.2 and EEMUA 191 as the domain model has it, from secondary sources; the end of a
flood and what counts as fleeting are general knowledge, so they are ours to defend and not printed as a standard's.
Counted is what was announced; what was shelved is counted beside it, suppressed and out of service not at all (I16).
Drills are kept out by keeping a :class:`Load` of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

import msgspec

from duty.alarm_def import AlarmKey
from duty.alarm_record import Alarm, AlarmEvent, EventKind
from duty.alarm_resume import gap
from duty.alarm_states import AlarmState
from duty.moment import Moment
from duty.phrases import Phrase, phrase

WINDOW_S = 600.0
"""Ten minutes: what the figures are counted over."""
ACCEPTABLE = 1
CEILING = 2
FLOOD = 10
"""Announced in ten minutes: about 1 is acceptable, 2 the most that can be kept up; more than 10 is a flood."""
FLOOD_ENDS = 5
"""A flood ends when fewer were announced in the last ten minutes [K]."""
CHATTER_COUNT = 3
CHATTER_S = 60.0
"""Chattering: it came so often in so many seconds (usual practice; the standard gives no number)."""
FLEETING_S = 60.0
"""Fleeting: gone after fewer seconds, before anybody could act on it [K]."""
STALE_S = 86_400.0
"""Stale: active for longer."""
NOT_COUNTED = (EventKind.SHIFT_CHANGED,)
"""Announced to hand over what is known already: no new load by the figures."""


class Pace(StrEnum):
    """The load against the figures."""

    ACCEPTABLE = "acceptable"
    HIGH = "high"
    OVER = "over"
    """More than can be kept up."""
    FLOOD = "flood"


class Counted(msgspec.Struct, frozen=True, array_like=True):
    """One alarm that was announced."""

    key: AlarmKey
    event: int
    at: float
    mono: float
    priority: int


class Flood(msgspec.Struct, frozen=True):
    """One flood, from the first alarm that belongs to it; one entry of the log when it has ended."""

    first_out: Counted
    """The alarm that came first: look at this one for the cause."""
    count: int
    """Announced in it so far."""
    most: int
    """Most in any ten minutes of it."""
    by_priority: tuple[tuple[int, int], ...]
    ended_at: float | None = None
    lasted_s: float | None = None
    """From the first alarm to the end, by the monotonic clock; ``None`` while it goes on."""

    @property
    def started_at(self) -> float:
        """UTC epoch seconds."""
        return self.first_out.at

    @property
    def said(self) -> Phrase:
        """The sentence of the log entry; start and end stand beside it."""
        return phrase(
            "flood of alarms: {count} announced, at most {most} in ten minutes; the first was of {first}",
            count=self.count,
            most=self.most,
            first=str(self.first_out.key.subject),
        )


class Load(msgspec.Struct, frozen=True):
    """What was announced in the last ten minutes, and the flood that goes on. Stored and restored as it is."""

    recent: tuple[Counted, ...] = ()
    """Oldest first."""
    shelved: tuple[float, ...] = ()
    """When alarms came that were shelved, monotonic seconds."""
    flood: Flood | None = None

    @property
    def per_window(self) -> int:
        """Announced within the last ten minutes, as of the last count."""
        return len(self.recent)

    @property
    def pace(self) -> Pace:
        """The load against the figures; a flood is one until it has ended."""
        number = len(self.recent)
        if self.flood is not None:
            return Pace.FLOOD
        return Pace.ACCEPTABLE if number <= ACCEPTABLE else Pace.HIGH if number <= CEILING else Pace.OVER


def counted(load: Load, events: Sequence[AlarmEvent], at: Moment) -> tuple[Load, Flood | None]:
    """The load after these events, or after time alone, and the flood that ended by now.

    With nothing to change the same object comes back.
    """
    new = tuple(
        Counted(event.key, event.event, event.at, event.mono, event.priority)
        for event in events
        if event.announced and event.kind not in NOT_COUNTED
    )
    shelved = tuple(event.mono for event in events if _came_shelved(event))
    since = at.mono - WINDOW_S
    if not new and not shelved and not ages(load, at):
        return load, None
    recent = tuple(one for one in (*load.recent, *new) if one.mono > since)
    aside = tuple(mono for mono in (*load.shelved, *shelved) if mono > since)
    flood = _flooded(load.flood, recent, new)
    if flood is not None and len(recent) < FLOOD_ENDS:
        lasted = at.mono - flood.first_out.mono
        return Load(recent, aside), msgspec.structs.replace(flood, ended_at=at.wall, lasted_s=lasted)
    return Load(recent, aside, flood), None


def resumed(load: Load, last: Moment, at: Moment, *, same_boot: bool) -> Load:
    """The load after a restart of the watch; ``last`` and ``same_boot`` as in :func:`duty.alarm_resume.resume`."""
    shift = gap(last, at, same_boot=same_boot).promises
    flood = load.flood
    if flood is not None:
        flood = msgspec.structs.replace(flood, first_out=_shifted(flood.first_out, shift))
    recent = tuple(_shifted(one, shift) for one in load.recent)
    return Load(recent, tuple(mono + shift for mono in load.shelved), flood)


def _shifted(one: Counted, shift: float) -> Counted:
    return msgspec.structs.replace(one, mono=one.mono + shift)


def _came_shelved(event: AlarmEvent) -> bool:
    return event.state is AlarmState.SHELVED and event.kind in (EventKind.RAISED, EventKind.WORSE)


def ages(load: Load, at: Moment) -> bool:
    """Whether something that is counted is older than the window by now."""
    since = at.mono - WINDOW_S
    return bool(load.recent and load.recent[0].mono <= since) or bool(load.shelved and load.shelved[0] <= since)


def _flooded(flood: Flood | None, recent: tuple[Counted, ...], new: tuple[Counted, ...]) -> Flood | None:
    if flood is None:
        if len(recent) <= FLOOD:
            return None
        return Flood(recent[0], len(recent), len(recent), _split((), recent))
    count, most = flood.count + len(new), max(flood.most, len(recent))
    return msgspec.structs.replace(flood, count=count, most=most, by_priority=_split(flood.by_priority, new))


def _split(before: tuple[tuple[int, int], ...], more: Iterable[Counted]) -> tuple[tuple[int, int], ...]:
    split = dict(before)
    for one in more:
        split[one.priority] = split.get(one.priority, 0) + 1
    return tuple(sorted(split.items()))


def is_chattering(alarm: Alarm, at: Moment) -> bool:
    """It came :data:`CHATTER_COUNT` times within :data:`CHATTER_S`, the last time no longer ago than that."""
    times = alarm.raised[-CHATTER_COUNT:]
    return len(times) == CHATTER_COUNT and times[-1] - times[0] <= CHATTER_S and at.mono - times[-1] <= CHATTER_S


def is_fleeting(alarm: Alarm) -> bool:
    """Its last occurrence was over before anybody could act on it."""
    return not alarm.active and alarm.lasted_s is not None and alarm.lasted_s < FLEETING_S


def is_stale(alarm: Alarm, at: Moment) -> bool:
    """It is active for longer than a day: it says nothing any more, or nobody solves it."""
    return alarm.active and at.mono - alarm.began > STALE_S
