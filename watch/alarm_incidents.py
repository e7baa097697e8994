"""Which incidents the alarms keep open: a thing's counts from its first alarm that opens one until the last is gone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from duty.alarm_def import AlarmKey
from duty.alarm_record import Alarm, AlarmEvent
from duty.alarm_scope import Watched
from duty.alarm_signals import signal_now
from duty.alarm_states import AlarmState
from duty.board import HostView
from duty.incident_rules import Change, begun, opens
from duty.quality import Quality, State
from duty.records import Subject

_SPEAKS = {
    "process": "process.missing",
    "app": "app.no_answer",
    "event": "event.act",
    "clock": "clock.offset",
    "machine": "machine.oom_kills",
}
"""Of a thing whose incident is older than any alarm of it: the alarm by which it is asked whether it is well."""


class Counting:
    """The things whose fault counts for an incident, by host."""

    def __init__(self, alarms: Callable[[str], Iterable[Alarm]]) -> None:
        """``alarms``: those of a host, asked for at each of its looks while something of it counts."""
        self._alarms = alarms
        self.open_at: int | None = None
        """Priority from which an alarm opens an incident, as :func:`duty.incident_rules.opens` takes it."""
        self._subjects: dict[str, dict[Subject, None]] = {}
        self._well: list[Subject] = []
        """Seen well at a look since the last turn."""

    @property
    def ended(self) -> bool:
        """Whether something that counted was seen well since the last turn."""
        return bool(self._well)

    def of(self, host: str) -> bool:
        """Whether anything of the host counts."""
        return bool(self._subjects.get(host))

    def look(self, view: HostView) -> None:
        """A host was looked at: what of it counts and is well now?"""
        for subject in self._subjects.get(view.id, ()):
            own = self._of(subject)
            if not any(alarm.active for alarm in own) and _is_well(subject, view, asked=not own):
                self._well.append(subject)

    def _of(self, subject: Subject) -> list[Alarm]:
        return [alarm for alarm in self._alarms(subject.host) if alarm.key.subject == subject]

    def changes(self, events: Iterable[AlarmEvent]) -> Iterator[Change]:
        """What begins by the events of a turn, and what was seen well and has not begun again."""
        well, self._well = self._well, []
        for event in events:
            if not event.announced:
                continue
            alarm = next((one for one in self._of(event.key.subject) if one.key == event.key), None)
            if alarm is not None and alarm.active and self._opens(alarm):
                yield from self._begin(alarm)
        for subject in well:
            if not any(alarm.active for alarm in self._of(subject)):
                yield from self._end(subject)

    def _opens(self, alarm: Alarm) -> bool:
        return opens(alarm.key, alarm.severity, alarm.priority, self.open_at)

    def _begin(self, alarm: Alarm) -> Iterator[Change]:
        counting = self._subjects.setdefault(alarm.key.subject.host, {})
        if alarm.key.subject not in counting:
            counting[alarm.key.subject] = None
            yield begun(alarm)

    def _end(self, subject: Subject) -> Iterator[Change]:
        counting = self._subjects.get(subject.host, {})
        if subject in counting:
            del counting[subject]
            yield Change(subject, on=False)

    def resume(self, subjects: Iterable[Subject]) -> None:
        """Incidents of an earlier run that wait for their fault to end."""
        for subject in subjects:
            self._subjects.setdefault(subject.host, {})[subject] = None

    def missed(self, alarms: Mapping[AlarmKey, Alarm]) -> Iterator[Change]:
        """Incidents that alarms of an earlier run should have opened: it ended before they were."""
        for alarm in alarms.values():
            asked = alarm.state in (AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED)
            if alarm.active and asked and self._opens(alarm):
                yield from self._begin(alarm)

    def dropped(self, watched: Watched) -> Iterator[Change]:
        """What nobody watches any more counts no longer."""
        for subject in [one for each in self._subjects.values() for one in each]:
            if not watched.has(AlarmKey(subject, _SPEAKS.get(subject.kind, "connection.lost"))):
                yield from self._end(subject)


def _is_well(subject: Subject, view: HostView, *, asked: bool) -> bool:
    if subject.kind == "host":  # reached for another reason than the one that was lost is not well
        return view.connection.up and view.quality is Quality.GOOD
    if not asked or (definition := _SPEAKS.get(subject.kind)) is None:
        return True
    return signal_now(AlarmKey(subject, definition), view).state is State.OK
