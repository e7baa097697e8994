"""The list of alarms: in which order they stand there (what waits for somebody first), and how many stand where."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from duty.alarm_record import Alarm
from duty.alarm_states import AlarmState

_GROUPS = {
    AlarmState.UNACKNOWLEDGED: 0,
    AlarmState.RETURNED: 1,
    AlarmState.ACKNOWLEDGED: 2,
    AlarmState.SHELVED: 3,
    AlarmState.SUPPRESSED: 4,
    AlarmState.OUT_OF_SERVICE: 5,
    AlarmState.NORMAL: 6,
}


def list_order(alarm: Alarm) -> tuple[int, int, float, str]:
    """Sort key of the list.

    Unacknowledged: the gravest, of those the oldest first. Returned: likewise, by when they returned. Acknowledged: the
    oldest acknowledgement first, so that none is forgotten. Shelved and out of service: what ends next. The key of the
    alarm decides where all else is equal, so that rows do not change places.
    """
    priority, moment = alarm.priority, alarm.began_at
    match alarm.state:
        case AlarmState.RETURNED:
            moment = alarm.returned_at
        case AlarmState.ACKNOWLEDGED:
            priority, moment = 0, alarm.ack.at if alarm.ack else None
        case AlarmState.SHELVED:
            priority, moment = 0, alarm.shelf.until if alarm.shelf else None
        case AlarmState.OUT_OF_SERVICE:
            priority, moment = 0, alarm.outage.until if alarm.outage else None
    return _GROUPS[alarm.state], priority, moment or 0.0, str(alarm.key)


class Standing(msgspec.Struct, frozen=True):
    """How many alarms stand where. Shelved, suppressed and out of service count apart from the first three (I16)."""

    unacknowledged: int = 0
    returned: int = 0
    acknowledged: int = 0
    shelved: int = 0
    suppressed: int = 0
    out_of_service: int = 0
    hidden: int = 0
    """Of the suppressed, those whose condition holds."""


def standing(alarms: Iterable[Alarm]) -> Standing:
    """The alarms counted by where they stand."""
    numbers: dict[AlarmState, int] = {}
    hidden = 0
    for alarm in alarms:
        numbers[alarm.state] = numbers.get(alarm.state, 0) + 1
        hidden += alarm.active and alarm.state is AlarmState.SUPPRESSED
    return Standing(
        numbers.get(AlarmState.UNACKNOWLEDGED, 0),
        numbers.get(AlarmState.RETURNED, 0),
        numbers.get(AlarmState.ACKNOWLEDGED, 0),
        numbers.get(AlarmState.SHELVED, 0),
        numbers.get(AlarmState.SUPPRESSED, 0),
        numbers.get(AlarmState.OUT_OF_SERVICE, 0),
        hidden,
    )
