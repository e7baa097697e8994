"""Folding put into effect, once a turn, after the looks and before anything is saved or announced.

What holds under a root is suppressed, also if it came in this very turn: then it was never announced. What is under no
root any more comes back, and is announced if it holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import msgspec

from duty.alarm_covers import UNSEEN, release, suppress
from duty.alarm_def import AlarmDef, AlarmKey
from duty.alarm_record import Alarm, AlarmEvent
from duty.alarm_states import AlarmState
from duty.moment import Moment
from duty.phrases import phrase

BY_RULE = "watchkeeper"
"""The owner of a suppression that no person ordered."""


def hide(
    alarms: Mapping[AlarmKey, Alarm],
    before: Mapping[AlarmKey, Alarm],
    definitions: Callable[[AlarmKey], AlarmDef],
    roots: Mapping[AlarmKey, AlarmKey],
    at: Moment,
) -> tuple[dict[AlarmKey, Alarm], list[AlarmEvent]]:
    """The alarms that change so that just those of ``roots`` are suppressed by an alarm, and what is told of that.

    ``before``: the alarms when the turn began; what waited to be acknowledged then is not forgotten. ``roots``: as
    :func:`duty.alarm_folds.roots_of` gives it. Windows of maintenance are left alone.
    """
    changed: dict[AlarmKey, Alarm] = {}
    told: list[AlarmEvent] = []
    for key, alarm in alarms.items():
        root = roots.get(key)
        if root == under(alarm):
            continue
        if root is not None:
            why = phrase("explained by an alarm of {root}", root=str(root.subject))
            after, events = suppress(alarm, BY_RULE, why, at, by=root, unseen=waits_unseen(before.get(key)))
        else:
            after, events = release(alarm, definitions(key), at)
        if after is not alarm:
            changed[key] = after
            told += events
    return changed, told


def waits_unseen(alarm: Alarm | None) -> bool:
    """Whether it waits to be acknowledged, or did when it was suppressed."""
    return alarm is not None and (alarm.state in UNSEEN or any(one.unseen for one in alarm.suppressions))


def under(alarm: Alarm) -> AlarmKey | None:
    """The alarm that suppresses it now; ``None``: none does, or it has ended and only a good reading is waited for."""
    if alarm.over and alarm.state is AlarmState.SUPPRESSED:
        return None
    return next((one.by for one in alarm.suppressions if one.by is not None), None)


def quieted(events: Iterable[AlarmEvent], alarms: Mapping[AlarmKey, Alarm]) -> tuple[AlarmEvent, ...]:
    """The events of a turn, those of alarms that are suppressed at its end as not announced.

    Those under a root carry the state they end in, so that the root's line of the log speaks for them.
    """
    return tuple(_quieted(event, alarms[event.key]) for event in events)


def _quieted(event: AlarmEvent, alarm: Alarm) -> AlarmEvent:
    if not event.announced or alarm.state is not AlarmState.SUPPRESSED:
        return event
    state = event.state if under(alarm) is None else AlarmState.SUPPRESSED
    return msgspec.structs.replace(event, announced=False, state=state)
