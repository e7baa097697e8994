"""One alarm over time: what is kept of it, and what a look at its condition makes of it.

Frozen and plain, so that it is stored and comes back exactly. Durations are counted by the console's monotonic clock;
what is kept between two runs of the watch goes through :func:`duty.alarm_resume.resume`. Every change gives the events
that are to be logged and announced; the same look twice gives none.
"""

from __future__ import annotations

import msgspec

from duty.alarm_covers import COVERS, end_cover, uncovered
from duty.alarm_def import AlarmDef, AlarmKey, Signal
from duty.alarm_record import NOTHING, Alarm, AlarmEvent, EventKind, Pending, Step, Wait, facts_of, priority_of, told
from duty.alarm_states import AlarmState, Happening, next_state
from duty.moment import Moment
from duty.phrases import Phrase, phrase
from duty.quality import Quality, State

REMEMBERED = 3
"""So many of the last times it came are remembered, to tell chattering."""

# Looked up once a signal and second: a name of the module costs less than one of an enum.
_GOOD, _OK, _UNJUDGED, _WARN, _ACT = Quality.GOOD, State.OK, State.UNJUDGED, State.WARN, State.ACT


def new_alarm(key: AlarmKey) -> Alarm:
    """An alarm that never was. It is not well either, until a good reading says so."""
    return Alarm(key)


def look(alarm: Alarm, definition: AlarmDef, signal: Signal, at: Moment) -> Step:
    """The alarm after a look at its condition.

    Where nothing changes the same object comes back. While the reading is not good, or the state is not known, nothing
    begins, ends or is cleared (I7); an on-delay goes on, an off-delay begins anew: between two looks that show a
    fault it is taken to have gone on, between two that show none it is not.
    """
    state, quality = signal.state, signal.quality
    if quality is _GOOD and alarm.known and alarm.pending is None:
        if alarm.active:
            if (state is _ACT or state is _WARN) and state <= alarm.severity:
                return alarm, NOTHING
        elif (state is _OK or state is _UNJUDGED) and not alarm.over:
            return alarm, NOTHING
    if quality is not _GOOD or state is State.UNKNOWN:
        return _frozen(alarm, quality), NOTHING
    if not alarm.known:
        alarm = msgspec.structs.replace(alarm, quality=quality, known=True)
    bad = state is _ACT or state is _WARN
    if alarm.active:
        if bad and state > alarm.severity:
            return _wait(alarm, definition, signal, at, Wait.WORSE, definition.on_delay_s)
        if bad or within_deadband(alarm, definition, signal):
            return _no_wait(alarm), NOTHING
        return _wait(alarm, definition, signal, at, Wait.GONE, definition.off_delay_s)
    if bad:
        return _wait(alarm, definition, signal, at, Wait.HOLDS, definition.on_delay_s)
    return _settled(_no_wait(alarm), definition, at)


def withdraw(alarm: Alarm, at: Moment, who: str = "") -> tuple[AlarmEvent, ...]:
    """The alarm is watched no longer, by a new site file of ``who``: what is to be told before it is dropped.

    Nothing of one that is normal. It does not become normal by this: nobody will know whether it still holds.
    """
    if alarm.state is AlarmState.NORMAL:
        return NOTHING
    return told(alarm, EventKind.WITHDRAWN, phrase("watched no longer"), at, actor=who)[1]


def within_deadband(alarm: Alarm, definition: AlarmDef, signal: Signal) -> bool:
    """Whether a value that is well again is still so near its limit that the condition is taken to hold.

    The limit is the signal's, else that of the look that showed the fault. Well means on the good side of every limit,
    so the distance alone decides, for limits from above and from below.
    """
    limit = signal.limit if signal.limit is not None else alarm.limit
    if not definition.deadband_percent or signal.value is None or limit is None:
        return False
    return abs(signal.value - limit) < abs(limit) * definition.deadband_percent / 100


def _frozen(alarm: Alarm, quality: Quality) -> Alarm:
    pending = alarm.pending if alarm.pending and alarm.pending.wait is not Wait.GONE else None
    if not alarm.known and alarm.quality is quality and alarm.pending is pending:
        return alarm
    return msgspec.structs.replace(alarm, quality=quality, known=False, pending=pending)


def _no_wait(alarm: Alarm) -> Alarm:
    return msgspec.structs.replace(alarm, pending=None) if alarm.pending else alarm


def _wait(alarm: Alarm, definition: AlarmDef, signal: Signal, at: Moment, wait: Wait, delay_s: float) -> Step:
    """Wait until it has lasted; then it counts."""
    pending = alarm.pending
    if pending is None or pending.wait is not wait:
        pending = Pending(wait, at.mono, at.wall)
        alarm = msgspec.structs.replace(alarm, pending=pending)
    if at.mono - pending.since < delay_s:
        return alarm, NOTHING
    alarm = msgspec.structs.replace(alarm, pending=None)
    if wait is Wait.GONE:
        return _gone(alarm, definition, signal.said, at)
    return _begun(alarm, definition, signal, at, pending)


def _begun(alarm: Alarm, definition: AlarmDef, signal: Signal, at: Moment, pending: Pending) -> Step:
    """The condition counts now, or counts as a graver one: a new event, which no earlier acknowledgement covers."""
    holds = pending.wait is Wait.HOLDS
    if alarm.over:
        alarm = uncovered(alarm)
    state = next_state(alarm.state, Happening.HOLDS if holds else Happening.WORSE, facts_of(alarm, definition))
    alarm = msgspec.structs.replace(
        alarm,
        state=state,
        active=True,
        severity=signal.state,
        priority=priority_of(definition, signal.state),
        said=signal.said,
        value=signal.value,
        limit=signal.limit,
        event=alarm.event + 1,
        count=alarm.count + 1 if holds else alarm.count,
        first_at=alarm.first_at if alarm.count else pending.at,
        began_at=pending.at if holds else alarm.began_at,
        began=pending.since if holds else alarm.began,
        returned_at=None,
        ack_stands=False,
        raised=(*alarm.raised, at.mono)[-REMEMBERED:] if holds else alarm.raised,
    )
    kind = EventKind.RAISED if holds else EventKind.WORSE
    return told(alarm, kind, signal.said, at, announced=state is AlarmState.UNACKNOWLEDGED)


def _gone(alarm: Alarm, definition: AlarmDef, said: Phrase, at: Moment) -> Step:
    state = next_state(alarm.state, Happening.GONE, facts_of(alarm, definition))
    alarm = msgspec.structs.replace(
        alarm, state=state, active=False, ack_stands=False, returned_at=at.wall, lasted_s=at.mono - alarm.began
    )
    return told(alarm, EventKind.RETURNED, said, at)


def _settled(alarm: Alarm, definition: AlarmDef, at: Moment) -> Step:
    """A good reading says that it is well: what waited for that ends now."""
    if not alarm.over:
        return alarm, NOTHING
    if alarm.state in COVERS:
        return end_cover(alarm, definition, at)
    state = next_state(alarm.state, Happening.GONE, facts_of(alarm, definition))
    alarm = msgspec.structs.replace(alarm, state=state, over=False, ack_stands=False)
    return told(alarm, EventKind.CLEARED, phrase("gone: a good reading says so"), at)
