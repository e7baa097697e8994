"""The alarms of a site: every look at a host, what ends by time, and once a turn what comes of both.

What a turn makes goes to the recorder as one item and is told after it was kept. Where nothing changes a look costs
next to nothing: a host that is well and has no alarm in hand is passed over.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterable, Mapping

from duty.alarm import look, new_alarm, withdraw
from duty.alarm_acks import expire, next_end
from duty.alarm_batch import Batch, Desk, Kept
from duty.alarm_covers import suppress, without_suppressions
from duty.alarm_def import AlarmKey, Signal
from duty.alarm_folds import host_subject, parents_of, roots_of
from duty.alarm_hiding import hide, quieted, waits_unseen
from duty.alarm_lines import flood_line, line_of
from duty.alarm_load import Load, ages, counted, resumed
from duty.alarm_quality import FIRST_S, QUALITY, quality_key, quality_signal
from duty.alarm_record import Alarm, AlarmEvent, Step, Wait
from duty.alarm_resume import by_wall, resume
from duty.alarm_rules import KNOWN, Definitions
from duty.alarm_scope import Watched
from duty.alarm_signals import BOOTED_S, signal_now, signals_by_key
from duty.alarm_states import AlarmState
from duty.board import HostView
from duty.incident_rules import Change
from duty.maintenance import Window, planned
from duty.moment import Moment
from duty.phrases import Phrase, phrase
from duty.quality import Quality, State
from duty.records import Subject
from duty.site import SiteSpec
from watch.alarm_dues import Dues
from watch.alarm_incidents import Counting
from watch.alarm_windows import Windows

BEAT_S = 3.0
"""Seconds after which the moment is kept anew while an alarm is in hand: how long the watch is known to have run."""
MOST_ALARMS = 1000
"""Alarms of one host: it names its mounts and sensors itself, and one taken over may name new ones for ever."""
FULL_S = 60.0
"""Seconds for which no room is looked for on a host that has none."""
_LIT = (AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED, AlarmState.ACKNOWLEDGED)


class AlarmDesk:
    """All on the event loop. Nothing is looked at before :meth:`resume` has said what was known before."""

    def __init__(
        self, site: SiteSpec, hand: Callable[[Batch], None], change: Callable[[Change, Moment], None], boot: str = ""
    ) -> None:
        """``hand`` takes what is to be kept; ``change`` a fault that opens an incident, or its end, behind it."""
        self.alarms: dict[AlarmKey, Alarm] = {}
        """Every alarm that ever came or is about to: its numbers go on for ever."""
        self.ready = False
        self.load = Load()
        self.windows = Windows()
        self._hand, self._change, self._boot = hand, change, boot
        self._open: dict[str, set[AlarmKey]] = {}
        """By host: alarms that are asked about at every look."""
        self._of_host: dict[str, set[AlarmKey]] = {}
        """All of :attr:`alarms` by host."""
        self._full: dict[str, float] = {}
        """Hosts that had no room, and until when none is looked for, monotonic seconds."""
        self._counting = Counting(self.of)
        self._dues = Dues()
        self._since: dict[str, float] = {}
        """When a host without a reading was first looked at, monotonic seconds."""
        self._held: set[AlarmKey] = set()
        """Alarms of which a person's act is being kept: a look at them waits for the next turn."""
        self._before: dict[AlarmKey, Alarm] = {}
        """What changed in this turn, as it was."""
        self._events: list[AlarmEvent] = []
        self._acted: list[AlarmEvent] = []
        """What acts have announced since the last turn: kept already, and counted with it."""
        self._stale = True
        """Something beside a look changed that roots and windows depend on."""
        self._kept_at = 0.0
        self._by = "", ""
        """Who had the site file read, and from where."""
        self._left = False
        """An act was kept of an alarm that a new site file does not watch."""
        self._take(site)

    def _take(self, site: SiteSpec) -> None:
        self.definitions = Definitions(site)
        self.parents = parents_of(site)
        self.watched = Watched(site)
        self._counting.open_at = site.open_incident_at
        self.windows.plan(lambda wall: planned(site.maintenance, site.time_zone, wall))

    # --- what is seen ----------------------------------------------------------------------------------------

    def look(self, view: HostView, at: Moment) -> None:
        """A host was judged."""
        inhand = self._open.get(view.id)
        if not inhand and view.state is State.OK and _nothing_said(view) and not self._counting.of(view.id):
            return
        if not self.ready:
            return
        if self._left:
            self._drop_unwatched(at)
        holding = signals_by_key(view)
        for key, signal in holding.items():
            if signal.quality is Quality.GOOD or key in self.alarms:
                self._see(key, signal, at)
        if inhand:
            for key in tuple(inhand):
                if key not in holding and key.definition != QUALITY and self._may_end(key, view):
                    self._see(key, signal_now(key, view, holding), at)
        self._look_at_quality(view, at)
        self._counting.look(view)

    def _may_end(self, key: AlarmKey, view: HostView) -> bool:
        """A host that is not reached for another reason has not come back: what said so before goes on."""
        return key.subject.kind != "host" or view.connection.up or not self.alarms[key].active

    def _look_at_quality(self, view: HostView, at: Moment) -> None:
        key = quality_key(host_subject(view.id))
        if view.quality is Quality.GOOD and key not in self._open.get(view.id, ()):
            self._since.pop(view.id, None)
            return
        waited = 0.0
        if view.quality is Quality.NEVER:
            since = self._since.setdefault(view.id, at.mono)
            waited = at.mono - since
            if waited < FIRST_S and key not in self.alarms:
                self._dues.put(key, since + FIRST_S)
                return
        self._see(key, quality_signal(key.subject, view.quality, waited), at)

    def _see(self, key: AlarmKey, signal: Signal, at: Moment) -> None:
        if key in self._held:
            self._stale = True
            return
        alarm = self.alarms.get(key)
        if alarm is None:
            if signal.state is not State.ACT and signal.state is not State.WARN:
                return  # what never came is normal by not being there
            if not self._has_room(key.subject.host, at):
                return
            alarm = new_alarm(key)
        self._put(alarm, look(alarm, self.definitions.of(key), signal, at))

    def _has_room(self, host: str, at: Moment) -> bool:
        """Whether the host may have one more alarm; if need be those that are normal are forgotten."""
        own = self._of_host.get(host, set())
        if len(own) < MOST_ALARMS:
            return True
        if at.mono < self._full.get(host, at.mono):
            return False
        for alarm in [one for one in self.of(host) if _settled(one) and one.key not in self._held]:
            self._before.setdefault(alarm.key, alarm)
            self._drop(alarm.key)
        self._full[host] = at.mono + FULL_S
        return len(own) < MOST_ALARMS

    def _drop(self, key: AlarmKey) -> None:
        if self.alarms.pop(key, None) is not None:
            self._of_host[key.subject.host].discard(key)
        self._open.get(key.subject.host, set()).discard(key)
        self._dues.put(key, None)

    def _put(self, alarm: Alarm, step: Step) -> None:
        after, events = step
        if after is alarm:
            return
        self._before.setdefault(alarm.key, alarm)
        self._events += events
        self._set(after)

    def _set(self, alarm: Alarm) -> None:
        key = alarm.key
        if _settled(alarm):
            self._open.get(key.subject.host, set()).discard(key)
            if not alarm.told:  # it was about to come and did not
                self._drop(key)
                return
        else:
            self._open.setdefault(key.subject.host, set()).add(key)
        self._of_host.setdefault(key.subject.host, set()).add(key)
        self.alarms[key] = alarm
        self._dues.put(key, self._due(alarm))

    def _due(self, alarm: Alarm) -> float | None:
        definition = self.definitions.of(alarm.key)
        ends = next_end(alarm, definition)
        if (pending := alarm.pending) is None:
            return ends
        delay = definition.off_delay_s if pending.wait is Wait.GONE else definition.on_delay_s
        return min(pending.since + delay, ends if ends is not None else pending.since + delay)

    # --- time ------------------------------------------------------------------------------------------------

    def due(self, at: Moment) -> list[str]:
        """End what ends by now. The hosts that are to be looked at again for a delay that has run out."""
        hosts: dict[str, None] = {}
        for key in self._dues.pop(at.mono):
            alarm = self.alarms.get(key)
            if key in self._held:
                self._dues.put(key, at.mono)
            elif alarm is not None:
                self._put(alarm, expire(alarm, self.definitions.of(key), at))
                self._dues.put(key, self._later(key, at))
            hosts[key.subject.host] = None
        return list(hosts)

    def _later(self, key: AlarmKey, at: Moment) -> float | None:
        alarm = self.alarms.get(key)
        due = None if alarm is None else self._due(alarm)
        # A delay that has run out ends with the next good look, whenever that comes.
        return due if due is not None and due > at.mono else None

    # --- once a turn -----------------------------------------------------------------------------------------

    def close(self, at: Moment) -> None:
        """What came of the looks since the last turn and of time: hidden, covered, counted, handed on as one."""
        if not self.ready:
            return
        if self._left:
            self._drop_unwatched(at)
        windows = self.windows.look(at.wall)
        if not (self._before or self._stale or windows or self._acted or self._counting.ended or ages(self.load, at)):
            if at.mono - self._kept_at >= BEAT_S and any(self._open.values()):
                self._keep(Batch(self.state(at)), at)
            return
        self._stale = False
        self._fold(at)
        self._cover(at)
        self._finish(at, windows=windows)

    def _fold(self, at: Moment) -> None:
        roots = roots_of(self.alarms, KNOWN, self.parents)
        began: Mapping[AlarmKey, Alarm] = ChainMap(self._before, self.alarms)
        changed, told = hide(self._free(), began, self.definitions.of, roots, at)
        for key, after in changed.items():
            self._put(self.alarms[key], (after, ()))
        self._events += told

    def _free(self) -> Mapping[AlarmKey, Alarm]:
        if not self._held:
            return self.alarms
        self._stale = True
        return {key: alarm for key, alarm in self.alarms.items() if key not in self._held}

    def _cover(self, at: Moment) -> None:
        """Windows put into effect: what holds in one is suppressed until its end, also if it came in this turn."""
        for key in [key for keys in self._open.values() for key in keys if key not in self._held]:
            alarm = self.alarms[key]
            window = self.windows.covering(key.subject)
            now = next((one.until for one in alarm.suppressions if one.by is None), None)
            if window is None:
                if now is not None:
                    left = tuple(one for one in alarm.suppressions if one.by is not None)
                    self._put(alarm, without_suppressions(alarm, self.definitions.of(key), left, at))
            elif window.until != now and (alarm.active or alarm.state in _LIT):
                why = phrase("maintenance: {why}", why=window.why)
                unseen = waits_unseen(self._before.get(key, alarm))
                self._put(alarm, suppress(alarm, window.owner, why, at, until=window.until, unseen=unseen))

    def _finish(self, at: Moment, *, windows: bool) -> None:
        before, self._before = self._before, {}
        events = quieted(self._events, self.alarms)
        acted, self._events, self._acted = self._acted, [], []
        load, flood = counted(self.load, (*acted, *events), at)
        lines = [line for line in map(line_of, events) if line is not None]
        if flood is not None:
            lines.append(flood_line(flood))
        changed = [(key, self.alarms.get(key)) for key, was in before.items() if self.alarms.get(key) is not was]
        alarms = tuple(now for _, now in changed if now is not None)
        gone = tuple(key for key, now in changed if now is None and (before[key].pending or before[key].told))
        if alarms or gone or lines or windows or load is not self.load:
            self.load = load
            told = self.windows.told if windows else None
            self._keep(Batch(self.state(at), alarms, gone, events, tuple(lines), told), at)
        for change in self._counting.changes((*acted, *events)):
            self._change(change, at)

    def _keep(self, batch: Batch, at: Moment) -> None:
        self._kept_at = at.mono
        self._hand(batch)

    def state(self, at: Moment) -> Desk:
        """What is kept beside the alarms."""
        return Desk(at, self._boot, self.load)

    # --- acts of people --------------------------------------------------------------------------------------

    def held(self, key: AlarmKey) -> bool:
        """Whether an act on it is being kept."""
        return key in self._held

    def hold(self, keys: Iterable[AlarmKey]) -> None:
        """An act on these is being kept: they stay as they are until :meth:`settle`."""
        self._held.update(keys)

    def settle(self, keys: Iterable[AlarmKey], steps: Iterable[Step]) -> None:
        """It was kept, and this came of it; without ``steps`` it was not, and they are as before."""
        for key in keys:
            self._held.discard(key)
            if key in self.alarms:
                self._dues.put(key, self._due(self.alarms[key]))
        for after, events in steps:
            self._set(after)
            self._acted += [event for event in events if event.announced]
            self._left = self._left or not self.watched.has(after.key)
        self._stale = True

    # --- begin, and another site file ------------------------------------------------------------------------

    def resume(self, kept: Kept, waiting: Iterable[Subject], at: Moment) -> None:
        """Alarms come back as the watch before left them; ``waiting``: what automatic incidents are still open for."""
        desk = kept.desk
        same = desk is not None and bool(self._boot) and desk.boot == self._boot
        if desk is not None:
            self.load = resumed(desk.load, desk.moment, at, same_boot=same)
        for alarm in kept.alarms:
            if self.watched.has(alarm.key):
                last = None if desk is None else desk.moment
                self._set(by_wall(alarm, at) if last is None else resume(alarm, last, at, same_boot=same))
            else:
                self._of_host.setdefault(alarm.key.subject.host, set()).add(alarm.key)
                self.alarms[alarm.key] = alarm
        self.windows.resume(kept.windows)
        self._counting.resume(waiting)
        self.ready = True
        self._stale = True
        self._drop_unwatched(at)
        for change in self._counting.missed(self.alarms):
            self._change(change, at)

    def adopt(self, site: SiteSpec, at: Moment, who: str = "", session: str = "") -> None:
        """A new site file: definitions, dependencies and windows anew; what is watched no longer is withdrawn.

        ``who`` had it read, from the login ``session``.
        """
        self._take(site)
        self._by = who, session
        self._stale = True
        if self.ready:
            self._drop_unwatched(at)
            for alarm in self.alarms.values():
                self._dues.put(alarm.key, self._due(alarm))

    def begins_anew(self, host: str) -> None:
        """The host is dialled as if it were new: its first reading has its full time again."""
        self._since.pop(host, None)

    def _drop_unwatched(self, at: Moment) -> None:
        """Those of which an act is being kept follow when it is settled: else it would bring them back."""
        self._left = False
        who, session = self._by
        gone = [one for key, one in self.alarms.items() if key not in self._held and not self.watched.has(key)]
        events = tuple(event for alarm in gone for event in withdraw(alarm, at, who))
        for alarm in gone:
            self._drop(alarm.key)
            self._before.pop(alarm.key, None)
        keys = {alarm.key for alarm in gone}
        self._events = [event for event in self._events if event.key not in keys]
        if gone:
            lines = tuple(line for event in events if (line := line_of(event, session)) is not None)
            self._keep(Batch(self.state(at), (), tuple(keys), events, lines), at)
        for change in self._counting.dropped(self.watched):
            self._change(change, at)

    def guidance(self, definition: str, subject: Subject) -> tuple[Phrase, ...]:
        """Cause, consequence and action in force for an alarm."""
        found = self.definitions.of(AlarmKey(subject, definition))
        return found.cause, found.consequence, found.action

    def active_of(self, subject: Subject) -> AlarmKey | None:
        """An alarm of the thing whose condition holds."""
        return next((one.key for one in self.of(subject.host) if one.key.subject == subject and one.active), None)

    def of(self, host: str) -> list[Alarm]:
        """Every alarm of a host, in no order."""
        return [self.alarms[key] for key in self._of_host.get(host, ())]

    def window(self, name: str) -> Window | None:
        """The window of that id, open or planned."""
        return next((one for one in self.windows.told if one.id == name), None)


def _nothing_said(view: HostView) -> bool:
    """Of a host that is well: whether it is read, and was not booted just now."""
    return view.quality is Quality.GOOD and (view.uptime_s is None or view.uptime_s >= BOOTED_S)


def _settled(alarm: Alarm) -> bool:
    """Only its condition coming again can change it."""
    if alarm.state is not AlarmState.NORMAL or alarm.active or alarm.over:
        return False
    return alarm.pending is None and not alarm.suppressions
