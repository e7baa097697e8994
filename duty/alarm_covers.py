"""What keeps an alarm from being announced: a person's shelf, a rule's suppression, being out of service.

Each has an owner, a reason and an end (I9), and covers the announcement only: the condition is watched and counted on.
What still holds when it ends is announced. What does not hold becomes normal by a good reading, never before (I7).
"""

from __future__ import annotations

import msgspec

from duty.alarm_def import AlarmDef, AlarmKey
from duty.alarm_record import (
    LATCHING,
    NOTHING,
    Alarm,
    EventKind,
    Outage,
    Shelf,
    Step,
    Suppression,
    facts_of,
    told,
)
from duty.alarm_states import AlarmState, Facts, Happening, next_state
from duty.moment import Moment
from duty.phrases import Phrase, phrase
from duty.records import Refused

SHELF_S = 1800.0
"""Seconds a shelf lasts unless asked otherwise, and at most by one person while the trading day's end is not known."""

COVERS: dict[AlarmState, tuple[Happening, EventKind, dict[str, object]]] = {
    AlarmState.SHELVED: (Happening.UNSHELVE, EventKind.UNSHELVED, {"shelf": None}),
    AlarmState.SUPPRESSED: (Happening.RELEASE, EventKind.RELEASED, {"suppressions": ()}),
    AlarmState.OUT_OF_SERVICE: (Happening.BACK, EventKind.BACK, {"outage": None}),
}
"""How each ends, what is told then, and the field of :class:`Alarm` that holds it, empty."""
_ENDED: dict[AlarmState, Phrase] = {
    AlarmState.SHELVED: phrase("no longer shelved"),
    AlarmState.SUPPRESSED: phrase("no longer suppressed"),
    AlarmState.OUT_OF_SERVICE: phrase("in service again"),
}
UNSEEN = (AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED)
"""States that wait to be acknowledged."""


def shelve(
    alarm: Alarm, who: str, why: str, until: float, at: Moment, day_ends: float | None, second: str = ""
) -> Step:
    """Put aside until ``until``, or longer if it is shelved already.

    ``day_ends``: the end of the trading day, ``None`` while it is not known. Past it a second person has to agree
    (I10). Raises :class:`Refused`.
    """
    alarm = uncovered(alarm)
    state = next_state(alarm.state, Happening.SHELVE, Facts())
    why = _reasoned(why, until, at)
    if until > (at.wall + SHELF_S if day_ends is None else day_ends):
        _by_two(who, second, phrase("past the end of the trading day a second person has to agree"))
    shelf = Shelf(who, why, at.wall, until, at.mono + (until - at.wall), second)
    alarm = msgspec.structs.replace(alarm, state=state, shelf=shelf)
    said = phrase("shelved by {who}: {why}", who=who, why=why)
    return told(alarm, EventKind.SHELVED, said, at, actor=who, second=second, text=why, until=until)


def unshelve(alarm: Alarm, definition: AlarmDef, who: str, at: Moment) -> Step:
    """Taken back by a person before its end. Raises :class:`Refused`."""
    next_state(alarm.state, Happening.UNSHELVE, facts_of(alarm, definition))
    return end_cover(alarm, definition, at, who)


def suppress(
    alarm: Alarm,
    owner: str,
    why: Phrase,
    at: Moment,
    by: AlarmKey | None = None,
    until: float | None = None,
    *,
    unseen: bool | None = None,
) -> Step:
    """Kept from being announced while the alarm ``by`` holds, or until ``until``.

    One of each kind may last at a time; called again, the newer replaces the one of its kind. Under a shelf or out of
    service they wait for those to end. Of an alarm that is normal nothing is told: the rule itself is on record.
    ``unseen``: whether it waits to be acknowledged; as it stands, unless what came just now was not announced yet.
    Raises :class:`Refused` if it had not one end and an owner.
    """
    if not owner or (by is None) is (until is None):
        raise Refused(phrase("a suppression needs an owner and one end"))
    if unseen is None:
        unseen = alarm.state in UNSEEN or any(one.unseen for one in alarm.suppressions)
    alarm = uncovered(alarm)
    before = alarm.state
    state = next_state(before, Happening.SUPPRESS, Facts())
    ends = None if until is None else at.mono + (until - at.wall)
    others = tuple(one for one in alarm.suppressions if (one.by is None) is not (by is None))
    new = Suppression(owner, why, at.wall, by, until, ends, unseen)
    alarm = msgspec.structs.replace(alarm, state=state, suppressions=(*others, new))
    if state is before or before is AlarmState.NORMAL:
        return alarm, NOTHING
    return told(alarm, EventKind.SUPPRESSED, why, at, actor=owner, until=until)


def release(alarm: Alarm, definition: AlarmDef, at: Moment) -> Step:
    """The alarm that suppressed it has ended: what still holds is announced as new, if no window suppresses it."""
    left = tuple(one for one in alarm.suppressions if one.by is None)
    return without_suppressions(alarm, definition, left, at)


def without_suppressions(alarm: Alarm, definition: AlarmDef, left: tuple[Suppression, ...], at: Moment) -> Step:
    """Only those ``left`` go on."""
    if len(left) == len(alarm.suppressions):
        return alarm, NOTHING
    if alarm.state is AlarmState.SUPPRESSED and not left:
        return end_cover(alarm, definition, at)
    return msgspec.structs.replace(alarm, suppressions=left), NOTHING


def out_of_service(
    alarm: Alarm, definition: AlarmDef, who: str, why: str, until: float, at: Moment, second: str = ""
) -> Step:
    """Out of service until ``until``. For priorities 1 and 2 a second person has to agree (I10).

    Raises :class:`Refused`.
    """
    alarm = uncovered(alarm)
    state = next_state(alarm.state, Happening.OUT, Facts())
    why = _reasoned(why, until, at)
    if min(definition.priority, definition.warn_priority) in LATCHING:
        _by_two(who, second, phrase("for an alarm of priority 1 or 2 a second person has to agree"))
    outage = Outage(who, why, at.wall, until, at.mono + (until - at.wall), second)
    alarm = msgspec.structs.replace(alarm, state=state, shelf=None, outage=outage)
    said = phrase("out of service by {who}: {why}", who=who, why=why)
    return told(alarm, EventKind.OUT, said, at, actor=who, second=second, text=why, until=until)


def back_in_service(alarm: Alarm, definition: AlarmDef, who: str, at: Moment) -> Step:
    """Put back by a person before its end. Raises :class:`Refused`."""
    next_state(alarm.state, Happening.BACK, facts_of(alarm, definition))
    return end_cover(alarm, definition, at, who)


def end_cover(alarm: Alarm, definition: AlarmDef, at: Moment, who: str = "") -> Step:
    """What covers it ends: it is judged anew, or waits for a good reading to be."""
    happening, kind, empty = COVERS[alarm.state]
    facts = facts_of(alarm, definition)
    if happening is Happening.RELEASE:
        facts = msgspec.structs.replace(facts, suppressed=False)
    state = next_state(alarm.state, happening, facts)
    if state is alarm.state:
        if alarm.over:
            return alarm, NOTHING
        said = phrase("ended, and waits for a good reading")
        return told(msgspec.structs.replace(alarm, over=True), kind, said, at, actor=who)
    announced = state is AlarmState.UNACKNOWLEDGED
    said = alarm.said if announced and alarm.said else _ENDED[alarm.state]
    after = msgspec.structs.replace(
        alarm,
        state=state,
        over=False,
        event=alarm.event + announced,
        ack_stands=alarm.ack_stands and state is AlarmState.ACKNOWLEDGED,
        **empty,
    )
    if happening is Happening.RELEASE and state is AlarmState.NORMAL and not alarm.count:
        return after, NOTHING
    return told(after, EventKind.CLEARED if alarm.over else kind, said, at, announced=announced, actor=who)


def uncovered(alarm: Alarm) -> Alarm:
    """Without a cover that has ended already and only waited for a good reading."""
    if not alarm.over:
        return alarm
    if alarm.state not in COVERS:
        return msgspec.structs.replace(alarm, over=False)
    return msgspec.structs.replace(alarm, state=AlarmState.NORMAL, over=False, **COVERS[alarm.state][2])


def _reasoned(why: str, until: float, at: Moment) -> str:
    why = why.strip()
    if not why:
        raise Refused(phrase("say why"))
    if until <= at.wall:
        raise Refused(phrase("it has to end at a moment still to come"))
    return why


def _by_two(who: str, second: str, why_not: Phrase) -> None:
    """``why_not`` unless somebody else agrees."""
    second = second.strip()
    if not second:
        raise Refused(why_not)
    if second.casefold() == who.strip().casefold():
        raise Refused(phrase("the second person has to be another one than the first"))
