"""How far a thing can be seen as an alarm of its own, beside what is wrong with it: the second axis.

It is an alarm like any other (acknowledged, shelved, suppressed, kept over a restart), of the key
``AlarmKey(subject, "quality")``: to acknowledge that a thing is unreachable acknowledges nothing of what was wrong with
it, and that is frozen for as long. Source: the quality axis of the domain model.
"""

from __future__ import annotations

from duty.alarm_def import AlarmDef, AlarmKey, Signal
from duty.alarm_record import Alarm
from duty.phrases import Phrase, phrase
from duty.quality import Quality, State
from duty.records import Subject

QUALITY = "quality"
FIRST_S = 20.0
"""Seconds a thing may be without its first reading before that is a fault: dialling takes its time."""

AFTER_S = 10.0
"""Seconds until it is announced: an alarm that says why the thing is not seen comes before, and explains it."""

_STATES: dict[Quality, State] = {
    Quality.GOOD: State.OK,
    # Too little to announce, and too little to say that a thing is seen again.
    Quality.LATE: State.UNKNOWN,
    Quality.STALE: State.WARN,
    Quality.UNREACHABLE: State.ACT,
}
_SAID: dict[Quality, Phrase] = {
    Quality.GOOD: phrase("readings are good"),
    Quality.LATE: phrase("readings come late"),
    Quality.STALE: phrase("readings are stale"),
    Quality.UNREACHABLE: phrase("unreachable: nothing is read"),
    Quality.NEVER: phrase("nothing was read yet"),
}

DEFINITION = AlarmDef(
    key=QUALITY,
    priority=2,
    warn_priority=3,
    cause=phrase("no new readings come: the connection is lost, the host is busy, or what reads it hangs"),
    consequence=phrase("what is wrong there now is not seen; what is shown is how it was"),
    action=phrase("see why it is not read on its page, reach it by another way, and watch by hand what trading needs"),
    respond_s=900.0,
    cuts=True,
)
"""Priorities 2 and 3: answered within 15 minutes and an hour (the figures of the domain model)."""


def quality_key(subject: Subject) -> AlarmKey:
    """The key of the quality axis of a thing."""
    return AlarmKey(subject, QUALITY)


def quality_signal(subject: Subject, quality: Quality, waited_s: float = 0.0) -> Signal:
    """What a look says of it. ``waited_s``: seconds since the first reading was asked for, while there is none.

    The console always knows how well it sees, so the signal itself is good.
    """
    state = _STATES.get(quality, State.ACT if waited_s >= FIRST_S else State.UNKNOWN)
    return Signal(quality_key(subject), state, Quality.GOOD, _SAID[quality])


def seen_well(process: Alarm, axis: Alarm | None) -> bool:
    """Whether a thing may be drawn as well: both axes are normal, by good readings. ``axis``: its quality, if kept."""
    return process.well and process.quality is Quality.GOOD and (axis is None or axis.well)
