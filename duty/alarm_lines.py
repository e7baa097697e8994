"""The line of the duty log about something that happened to an alarm, and about a flood of them."""

from __future__ import annotations

from duty.alarm_def import AlarmKey
from duty.alarm_load import Flood
from duty.alarm_record import AlarmEvent, EventKind
from duty.alarm_states import AlarmState
from duty.phrases import N_, Phrase, Value, phrase
from duty.records import LogKind, NewLogEntry, Ref

RAISED = N_("alarm {name}, priority {priority}: {said}")
WORSE = N_("alarm {name} is worse, priority {priority}: {said}")
AGAIN = N_("alarm {name}, priority {priority}, is to be acknowledged again: {said}")
SHELVED = N_("alarm {name} came while it is shelved, priority {priority}: {said}")
SILENT = N_("alarm {name} came and was not announced, priority {priority}: {said}")
RETURNED = N_("alarm {name} has returned: {said}")
FLOODED = N_("{flood}; it lasted {minutes} min")
"""The sentences by which an alarm's past is found again in the log: announced, come in silence, gone."""
STARTED = (RAISED, SHELVED, SILENT)
ANNOUNCED = (RAISED, WORSE, AGAIN)
"""Those that count as load; what a shift hands on does not (:data:`duty.alarm_load.NOT_COUNTED`)."""
_RULED = (EventKind.SUPPRESSED, EventKind.RELEASED)


def alarm_ref(key: AlarmKey) -> Ref:
    """A reference to an alarm, as a line of the log carries it."""
    return Ref("alarm", str(key))


def line_of(event: AlarmEvent, session: str = "") -> NewLogEntry | None:
    """The line about ``event``; ``None`` where another one speaks for it: of what folds under a root, the root's."""
    if not event.actor and event.state is AlarmState.SUPPRESSED and event.kind is not EventKind.SUPPRESSED:
        return None
    if event.kind in _RULED and not event.announced:
        return None
    return NewLogEntry(
        LogKind.ALARM,
        event.actor,
        event.at,
        event.key.subject,
        event.text,
        _said(event),
        session=session,
        refs=(alarm_ref(event.key),),
    )


def _said(event: AlarmEvent) -> Phrase:
    name, said = event.key.definition, event.said
    values: dict[str, Value] = {"name": name, "priority": event.priority, "said": said}
    match event.kind:
        case EventKind.RAISED | EventKind.WORSE if not event.announced:
            return Phrase(SHELVED if event.state is AlarmState.SHELVED else SILENT, values)
        case EventKind.RAISED:
            return Phrase(RAISED, values)
        case EventKind.WORSE:
            return Phrase(WORSE, values)
        case EventKind.RETURNED | EventKind.CLEARED:
            return Phrase(RETURNED, {"name": name, "said": said})
        case EventKind.SHIFT_CHANGED:
            return phrase("alarm {name} is to be acknowledged again: {said}", name=name, said=said)
        case EventKind.REALARMED | EventKind.RELEASED:
            return Phrase(AGAIN, values)
    return phrase("alarm {name}: {said}", name=name, said=said)


def flood_line(flood: Flood) -> NewLogEntry:
    """The one line about a flood that has ended, at the time it began: how long, how many, and the first alarm."""
    first = flood.first_out
    minutes = round((flood.lasted_s or 0.0) / 60)
    said = Phrase(FLOODED, {"flood": flood.said, "minutes": minutes})
    return NewLogEntry(LogKind.ALARM, "", flood.started_at, first.key.subject, said=said, refs=(alarm_ref(first.key),))
