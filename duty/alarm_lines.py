"""The line of the duty log about something that happened to an alarm, and about a flood of them."""

from __future__ import annotations

from duty.alarm_def import AlarmKey
from duty.alarm_load import Flood
from duty.alarm_record import AlarmEvent, EventKind
from duty.alarm_states import AlarmState
from duty.phrases import N_, Phrase, phrase
from duty.records import LogKind, NewLogEntry, Ref

RAISED = N_("alarm {name}, priority {priority}: {said}")
RETURNED = N_("alarm {name} has returned: {said}")
"""The sentences by which an alarm's past is found again in the log."""
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
    match event.kind:
        case EventKind.RAISED:
            return Phrase(RAISED, {"name": name, "priority": event.priority, "said": said})
        case EventKind.WORSE:
            return phrase(
                "alarm {name} is worse, priority {priority}: {said}", name=name, priority=event.priority, said=said
            )
        case EventKind.RETURNED | EventKind.CLEARED:
            return Phrase(RETURNED, {"name": name, "said": said})
        case EventKind.REALARMED | EventKind.SHIFT_CHANGED | EventKind.RELEASED:
            return phrase("alarm {name} is to be acknowledged again: {said}", name=name, said=said)
    return phrase("alarm {name}: {said}", name=name, said=said)


def flood_line(flood: Flood) -> NewLogEntry:
    """The one line about a flood that has ended, at the time it began: how long, how many, and the first alarm."""
    first = flood.first_out
    minutes = round((flood.lasted_s or 0.0) / 60)
    said = phrase("{flood}; it lasted {minutes} min", flood=flood.said, minutes=minutes)
    return NewLogEntry(LogKind.ALARM, "", flood.started_at, first.key.subject, said=said, refs=(alarm_ref(first.key),))
