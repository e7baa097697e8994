"""Which alarms open an incident by themselves, and of which level."""

from __future__ import annotations

import msgspec

from duty.alarm_def import AlarmKey
from duty.alarm_quality import QUALITY
from duty.alarm_record import Alarm
from duty.alarm_values import STRAINS
from duty.phrases import Phrase, of, phrase
from duty.quality import State
from duty.records import Subject

LEVELS = {1: 2, 2: 2, 3: 3, 4: 4}
"""The level of an incident by the priority of its alarm. That trading is lost (level 1) is for a person to say."""
_FAULTS = ("connection.", "app.", "number.", "clock.", "machine.", "event.act", "process.missing", QUALITY)
_NEVER = (*STRAINS, "connection.jump_down")
"""What asks for no incident of its own: a busy machine, and a host behind one that is lost itself."""


class Change(msgspec.Struct, frozen=True):
    """A fault that opens an incident began to count (``on``), or no fault of its thing holds any more."""

    subject: Subject
    on: bool
    level: int = 2
    said: Phrase | None = None
    definition: str = ""
    """Of the alarm that began it."""


def opens(key: AlarmKey, severity: State, priority: int, open_at: int | None) -> bool:
    """Whether an alarm opens an incident when it is announced.

    ``open_at``: from this priority on, whatever it is about. ``None``: faults of what a site cannot do without: a host
    that is not reached, a key process that is missing, an application that fails, the clock, the machine itself, a line
    of a log to act on.
    """
    if open_at is not None:
        return priority <= open_at
    return severity is State.ACT and key.definition.startswith(_FAULTS) and key.definition not in _NEVER


def begun(alarm: Alarm) -> Change:
    """The incident that ``alarm`` opens."""
    return Change(alarm.key.subject, True, LEVELS[alarm.priority], _title(alarm), alarm.key.definition)


def _title(alarm: Alarm) -> Phrase:
    subject, said = alarm.key.subject, alarm.said or phrase("alarm {name}", name=alarm.key.definition)
    host, key = subject.host, subject.key
    match alarm.key.definition:
        case "process.missing":
            return phrase("process {process} is missing on {host}", process=key, host=host)
        case "clock.offset":
            return phrase("the clock of {host} is wrong", host=host)
        case "event.act":
            return phrase("{key} on {host}: {line}", key=key, host=host, line=said.values.get("line", ""))
        case "connection.stalled":
            return phrase("host {host} is silent", host=host)
    if subject.kind == "host":
        return phrase("host {host} is lost", host=host)
    return of(host if subject.kind == "machine" else f"{key} ({host})", said)
