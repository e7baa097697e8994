"""Words of alarms as every way of reading them says them, drawn or plain. No drawing library is loaded."""

from __future__ import annotations

from collections.abc import Iterator

from duty.alarm_def import AlarmKey
from duty.alarm_hiding import under
from duty.alarm_load import CEILING, FLOOD, Pace, is_chattering, is_fleeting, is_stale
from duty.alarm_record import Alarm, AlarmEvent
from duty.alarm_states import AlarmState
from duty.moment import Moment
from duty.phrases import N_, Phrase
from duty.quality import Quality
from tui import figures
from tui.sayings import QUALITY_WORDS, about_of
from wire.alarms import LoadView
from wire.words import _, say

ALARM_WORDS = {
    AlarmState.NORMAL: N_("normal"),
    AlarmState.UNACKNOWLEDGED: N_("unacknowledged"),
    AlarmState.ACKNOWLEDGED: N_("acknowledged"),
    AlarmState.RETURNED: N_("returned, unacknowledged"),
    AlarmState.SHELVED: N_("shelved"),
    AlarmState.SUPPRESSED: N_("suppressed"),
    AlarmState.OUT_OF_SERVICE: N_("out of service"),
}


def thing_of(key: AlarmKey) -> str:
    """What an alarm is about, short."""
    return about_of(key.subject) or key.definition


def part_of(key: AlarmKey) -> str:
    """The same where the host is known already: the thing on it, else the host."""
    subject = key.subject
    return subject.host if subject.kind == "host" or not subject.key else subject.key


def reason_of(alarm: Alarm) -> str:
    """The sentence of it."""
    return say(alarm.said) if alarm.said is not None else alarm.key.definition


def one_line(said: Phrase | None, key: AlarmKey, priority: int) -> str:
    """Priority, thing and sentence."""
    words = say(said) if said is not None else key.definition
    return _("P{priority} {thing}: {words}", priority=priority, thing=thing_of(key), words=words)


def event_line(event: AlarmEvent) -> str:
    """What is announced, in one line."""
    return one_line(event.said, event.key, event.priority)


def since(alarm: Alarm) -> float | None:
    """From when on its age is told: since it returned, else since it began. UTC epoch seconds."""
    return alarm.returned_at if alarm.state is AlarmState.RETURNED else alarm.began_at


def seen_at(alarm: Alarm, now: float) -> Moment:
    """``now`` by both clocks: the alarm has one moment by both, and the rules count by the monotonic one."""
    return Moment(now, alarm.began + now - (alarm.began_at or now))


def tags(alarm: Alarm, now: float) -> Iterator[str]:
    """What is to be known of it beside its state: how it behaves, and how far it is known."""
    at = seen_at(alarm, now)
    if is_chattering(alarm, at):
        yield _("chattering, {count} times", count=alarm.count)
    elif alarm.count > 1:
        yield _("{count} times", count=alarm.count)
    if is_stale(alarm, at):
        yield _("stale, for more than a day")
    if alarm.state is AlarmState.RETURNED and is_fleeting(alarm):
        yield _("fleeting")
    if not alarm.known and alarm.quality is not Quality.GOOD:
        yield _("as last known: {quality}", quality=_(QUALITY_WORDS[alarm.quality]))


def by_whom(alarm: Alarm) -> str:
    """Who acknowledged it, put it aside, or what it is hidden under."""
    match alarm.state:
        case AlarmState.ACKNOWLEDGED if alarm.ack is not None:
            return alarm.ack.who
        case AlarmState.SHELVED if alarm.shelf is not None:
            return alarm.shelf.who
        case AlarmState.OUT_OF_SERVICE if alarm.outage is not None:
            return alarm.outage.who
        case AlarmState.SUPPRESSED:
            root = under(alarm)
            return part_of(root) if root is not None else next((one.owner for one in alarm.suppressions), "")
    return ""


def until(alarm: Alarm) -> float | None:
    """When what covers it ends, UTC epoch seconds; ``None``: nothing does, or not by time."""
    match alarm.state:
        case AlarmState.SHELVED if alarm.shelf is not None:
            return alarm.shelf.until
        case AlarmState.OUT_OF_SERVICE if alarm.outage is not None:
            return alarm.outage.until
        case AlarmState.SUPPRESSED:
            return next((one.until for one in alarm.suppressions if one.until is not None), None)
    return None


def load_words(load: LoadView, zone: str, now: float) -> str:
    """The alarms of the last ten minutes, against what can be kept up."""
    count = load.per_window
    match load.pace:
        case Pace.FLOOD:
            first = about_of(load.first_out) if load.first_out is not None else figures.MISSING
            return _(
                "FLOOD since {time}: {count} alarms, the first was {first}",
                time=figures.clock(load.flood_since, zone, now),
                count=load.flood_count,
                first=first,
            )
        case Pace.OVER:
            return _("alarms in 10 min: {count} (over {limit})", count=count, limit=CEILING)
        case Pace.HIGH:
            return _("alarms in 10 min: {count} (at most {limit})", count=count, limit=CEILING)
    return _("alarms in 10 min: {count}", count=count)


def short_load_words(load: LoadView) -> str:
    """The same in few cells."""
    count = load.per_window
    match load.pace:
        case Pace.FLOOD:
            return _("FLOOD {count}>{limit}", count=count, limit=FLOOD)
        case Pace.OVER:
            return _("10 min: {count}>{limit}", count=count, limit=CEILING)
    return _("10 min: {count}", count=count)
