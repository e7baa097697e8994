"""Acknowledging an alarm, and how an acknowledgement ends: cleared, at its re-alarm time, with the shift.

An acknowledgement names the event that its giver saw. A newer one is not acknowledged by it (I8).
"""

from __future__ import annotations

import msgspec

from duty.alarm_covers import end_cover, without_suppressions
from duty.alarm_def import AlarmDef
from duty.alarm_record import NOTHING, Ack, Alarm, EventKind, Step, facts_of, told
from duty.alarm_states import AlarmState, Happening, next_state
from duty.moment import Moment
from duty.phrases import phrase
from duty.records import Refused

_ANSWERED = (AlarmState.NORMAL, AlarmState.ACKNOWLEDGED)


def acknowledge(alarm: Alarm, definition: AlarmDef, event: int, who: str, at: Moment, note: str = "") -> Step:
    """``who`` has seen the event ``event`` of this alarm.

    Of a priority 1 that came and went unseen a note is demanded. Raises :class:`Refused`: the event is not the newest,
    somebody acknowledged it already (who, and how long ago), or there is nothing to acknowledge.
    """
    if not 1 <= event <= alarm.event:
        raise Refused(phrase("this alarm has no event {event}", event=event))
    if event < alarm.event:
        raise Refused(phrase("something new has come of this alarm: look at it before you acknowledge it"))
    ack = alarm.ack
    if ack is not None and ack.event == event and alarm.state in _ANSWERED:
        ago = max(0, round(at.mono - ack.mono))
        raise Refused(phrase("acknowledged already by {who}, {seconds} s ago", who=ack.who, seconds=ago))
    state = next_state(alarm.state, Happening.ACKNOWLEDGE, facts_of(alarm, definition))
    note = note.strip()
    if alarm.state is AlarmState.RETURNED and alarm.priority == 1 and not note:
        raise Refused(phrase("an alarm of priority 1 came and went unseen: note what it was"))
    stands = state is AlarmState.ACKNOWLEDGED
    alarm = msgspec.structs.replace(
        alarm,
        state=state,
        ack=Ack(event, who, at.wall, at.mono, alarm.severity, note),
        ack_stands=stands,
        over=stands and not alarm.active,
    )
    return told(alarm, EventKind.ACKNOWLEDGED, phrase("acknowledged by {who}", who=who), at, actor=who, text=note)


def shift_change(alarm: Alarm, definition: AlarmDef, at: Moment) -> Step:
    """Every acknowledgement ends with the shift: who comes has to accept each one anew."""
    return _ack_ends(alarm, definition, EventKind.SHIFT_CHANGED, at) if alarm.ack_stands else (alarm, NOTHING)


def next_end(alarm: Alarm, definition: AlarmDef) -> float | None:
    """The monotonic second at which :func:`expire` has something to do; ``None``: never by itself."""
    ends = [one.ends for one in alarm.suppressions if one.ends is not None]
    if alarm.state is AlarmState.SHELVED and alarm.shelf is not None:
        ends.append(alarm.shelf.ends)
    if alarm.state is AlarmState.OUT_OF_SERVICE and alarm.outage is not None:
        ends.append(alarm.outage.ends)
    if alarm.state is AlarmState.ACKNOWLEDGED and alarm.ack is not None and definition.realarm_s is not None:
        ends.append(alarm.ack.mono + definition.realarm_s)
    return None if alarm.over and alarm.state is not AlarmState.ACKNOWLEDGED else min(ends, default=None)


def expire(alarm: Alarm, definition: AlarmDef, at: Moment) -> Step:
    """What ends by time: shelf, suppression, being out of service, an acknowledgement. By the monotonic clock alone."""
    due = next_end(alarm, definition)
    if due is None or at.mono < due:
        return alarm, NOTHING
    if alarm.state is AlarmState.ACKNOWLEDGED:
        return _ack_ends(alarm, definition, EventKind.REALARMED, at)
    left = tuple(one for one in alarm.suppressions if one.ends is None or one.ends > at.mono)
    if len(left) == len(alarm.suppressions):
        return end_cover(alarm, definition, at)
    if alarm.state is AlarmState.SUPPRESSED:
        return without_suppressions(alarm, definition, left, at)
    # Under a shelf, and both may end at once: the shelf is asked again without them.
    return expire(msgspec.structs.replace(alarm, suppressions=left), definition, at)


def _ack_ends(alarm: Alarm, definition: AlarmDef, kind: EventKind, at: Moment) -> Step:
    state = next_state(alarm.state, Happening.ACK_ENDS, facts_of(alarm, definition))
    if state is alarm.state:  # under a cover: nobody is asked now, and it is not acknowledged when that ends
        return msgspec.structs.replace(alarm, ack_stands=False), NOTHING
    who = alarm.ack.who if alarm.ack else ""
    alarm = msgspec.structs.replace(alarm, state=state, ack_stands=False, over=False, event=alarm.event + 1)
    said = alarm.said or phrase("acknowledged by {who} until now", who=who)
    return told(alarm, kind, said, at, announced=state is AlarmState.UNACKNOWLEDGED)
