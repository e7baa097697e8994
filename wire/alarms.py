"""What watch and screens say to each other of alarms. Changes are events: never merged, never lost.

A person's act names alarms by key, and an acknowledgement the very event that was seen (I8). Times: UTC epoch seconds.
"""

from __future__ import annotations

import msgspec

from duty.alarm_def import AlarmDef, AlarmKey
from duty.alarm_load import Pace
from duty.alarm_record import Alarm, AlarmEvent
from duty.alarm_tuning import Trial
from duty.maintenance import Window
from duty.phrases import Phrase
from duty.records import Subject
from wire.base import Command, Message

# --- what is told ------------------------------------------------------------------------------------------


class LoadView(msgspec.Struct, frozen=True):
    """What the alarms ask of the person on duty."""

    per_window: int = 0
    """Announced in the last ten minutes."""
    shelved: int = 0
    """Came in them while shelved: counted beside, not among them (I16)."""
    pace: Pace = Pace.ACCEPTABLE
    flood_since: float | None = None
    """Since when a flood goes on; ``None``: none does."""
    flood_count: int = 0
    first_out: Subject | None = None
    """What the first alarm of the flood is about: look there for the cause."""


class AlarmsHeld(msgspec.Struct, frozen=True):
    """All that holds of alarms: those that are not normal, in no order, with load and windows."""

    alarms: tuple[Alarm, ...] = ()
    load: LoadView = LoadView()
    windows: tuple[Window, ...] = ()
    """Those that are open, and the planned ones of the next day."""


class AlarmsChanged(Message, frozen=True):
    """Alarms as they are now, saved before they are told."""

    alarms: tuple[Alarm, ...] = ()
    """Those that changed; one that is normal leaves the list."""
    gone: tuple[AlarmKey, ...] = ()
    """Watched no longer: there are no such alarms any more."""
    events: tuple[AlarmEvent, ...] = ()
    """What happened, in order; ``announced`` ones ring."""
    load: LoadView | None = None
    """The load, if it changed."""
    windows: tuple[Window, ...] | None = None
    """All windows, if they changed."""


# --- what a person asks for --------------------------------------------------------------------------------


class Seen(msgspec.Struct, frozen=True, array_like=True):
    """An alarm as a person saw it: ``event`` is :attr:`duty.alarm_record.Alarm.event` of the row on the screen."""

    key: AlarmKey
    event: int


class AcknowledgeAlarms(Command, frozen=True):
    """Acknowledge exactly these events. Each for itself: what is refused is in :attr:`wire.messages.Reply.refusals`."""

    seen: tuple[Seen, ...]
    note: str = ""
    """Needed for priority 1 where it was not seen before; see :mod:`duty.alarm_acks`."""


class ShelveAlarm(Command, frozen=True):
    """Put an alarm aside until a moment. ``second``: who agrees, where one person alone may not."""

    key: AlarmKey
    why: str
    until: float
    second: str = ""


class UnshelveAlarm(Command, frozen=True):
    """Take it back before its end."""

    key: AlarmKey


class TakeAlarmOut(Command, frozen=True):
    """Take an alarm out of service until a moment."""

    key: AlarmKey
    why: str
    until: float
    second: str = ""


class PutAlarmBack(Command, frozen=True):
    """Put it back into service."""

    key: AlarmKey


class BeginMaintenance(Command, frozen=True):
    """Open a window now, for hosts or single things."""

    subjects: tuple[Subject, ...]
    why: str
    until: float
    second: str = ""


class EndMaintenance(Command, frozen=True):
    """End a window now; what is still bad is announced. One of the site file is ended for this once."""

    window: str


class ReadAlarm(Command, frozen=True):
    """Ask for the guidance of an alarm, and what its history proposes."""

    key: AlarmKey


# --- answers -----------------------------------------------------------------------------------------------


class AlarmRefusal(msgspec.Struct, frozen=True):
    """Why one alarm of several was left as it is."""

    key: AlarmKey
    why: Phrase


class Guidance(msgspec.Struct, frozen=True):
    """What stands beside an alarm."""

    definition: AlarmDef
    """In force for this alarm at this site."""
    alarm: Alarm | None = None
    """As it is now, also where it is normal; ``None``: it never came."""
    trials: tuple[Trial, ...] = ()
    """What a delay or a deadband would have done to it, the proposed one first; empty: nothing is proposed."""


AlarmCommand = (
    AcknowledgeAlarms
    | ShelveAlarm
    | UnshelveAlarm
    | TakeAlarmOut
    | PutAlarmBack
    | BeginMaintenance
    | EndMaintenance
    | ReadAlarm
)
