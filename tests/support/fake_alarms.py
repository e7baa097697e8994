"""The alarms of a watch without an engine: made by hand, changed by the real rules, told in the real messages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from duty.alarm import look, new_alarm
from duty.alarm_acks import acknowledge, expire
from duty.alarm_covers import back_in_service, out_of_service, release, shelve, suppress, unshelve
from duty.alarm_def import AlarmDef, AlarmKey, Signal
from duty.alarm_load import Load, Pace, counted
from duty.alarm_record import Alarm, AlarmEvent, Step
from duty.alarm_rules import KNOWN
from duty.alarm_states import AlarmState
from duty.alarm_tuning import Trial
from duty.maintenance import Window
from duty.moment import Moment
from duty.phrases import Phrase, phrase
from duty.quality import Quality, State
from duty.records import Refused, Subject
from wire.alarms import (
    AcknowledgeAlarms,
    AlarmCommand,
    AlarmRefusal,
    AlarmsChanged,
    AlarmsHeld,
    BeginMaintenance,
    EndMaintenance,
    Guidance,
    LoadView,
    PutAlarmBack,
    ReadAlarm,
    ShelveAlarm,
    TakeAlarmOut,
    UnshelveAlarm,
)
from wire.messages import Command, Reply

DAY_S = 36_000.0
"""Until the end of the trading day."""


def key(definition: str, host: str, kind: str, thing: str) -> AlarmKey:
    return AlarmKey(Subject(host, kind, thing), definition)


@dataclass
class FakeAlarms:
    """``clock``: UTC epoch seconds. ``tell``: says a message to all screens."""

    clock: Callable[[], float]
    tell: Callable[[AlarmsChanged], None] = lambda _message: None
    alarms: dict[AlarmKey, Alarm] = field(default_factory=dict)
    load: Load = field(default_factory=Load)
    windows: tuple[Window, ...] = ()
    trials: tuple[Trial, ...] = ()
    told_load: LoadView | None = None
    """The load that is said whatever was counted."""
    later: float = 0.0
    """Seconds added to the clock for what happens next."""

    @property
    def at(self) -> Moment:
        now = self.clock() + self.later
        return Moment(now, now - 1_000_000.0)

    def definition(self, of: AlarmKey) -> AlarmDef:
        return msgspec.structs.replace(KNOWN[of.definition], on_delay_s=0.0, off_delay_s=0.0)

    def see(
        self,
        of: AlarmKey,
        state: State,
        said: Phrase | None = None,
        quality: Quality = Quality.GOOD,
        value: float | None = None,
        limit: float | None = None,
        ago: float = 0.0,
    ) -> Alarm:
        """One look at its condition, ``ago`` seconds before now."""
        words = said or phrase("process {name} is missing", name=of.subject.key)
        at = Moment(self.at.wall - ago, self.at.mono - ago)
        alarm = self.alarms.get(of) or new_alarm(of)
        return self._take([look(alarm, self.definition(of), Signal(of, state, quality, words, value, limit), at)])[0]

    def comes(self, of: AlarmKey, said: Phrase | None = None, *, ago: float = 0.0, grave: bool = True) -> Alarm:
        return self.see(of, State.ACT if grave else State.WARN, said, ago=ago)

    def goes(self, of: AlarmKey) -> Alarm:
        return self.see(of, State.OK)

    def hide(self, root: AlarmKey, *under: AlarmKey) -> None:
        why = phrase("explained by an alarm of {root}", root=str(root.subject))
        self._take([suppress(self.alarms[one], "watchkeeper", why, self.at, by=root) for one in under])

    def let_go(self, *keys: AlarmKey) -> None:
        """What hid them is gone."""
        self._take([release(self.alarms[one], self.definition(one), self.at) for one in keys])

    def pass_by(self, seconds: float) -> None:
        self.later += seconds
        self._take([expire(alarm, self.definition(one), self.at) for one, alarm in self.alarms.items()])

    def held(self) -> AlarmsHeld:
        held = tuple(one for one in self.alarms.values() if one.state is not AlarmState.NORMAL)
        return AlarmsHeld(held, self._load_view(), self.windows)

    def take_over(self, held: AlarmsHeld) -> None:
        """What another watch held; the load stays as it was there."""
        self.alarms, self.windows, self.told_load = {one.key: one for one in held.alarms}, held.windows, held.load

    def _load_view(self) -> LoadView:
        load, flood = self.load, self.load.flood
        if self.told_load is not None:
            return self.told_load
        if flood is None:
            return LoadView(load.per_window, len(load.shelved), load.pace)
        first = flood.first_out.key.subject
        return LoadView(load.per_window, len(load.shelved), Pace.FLOOD, flood.started_at, flood.count, first)

    def _take(self, steps: list[Step]) -> list[Alarm]:
        events: list[AlarmEvent] = []
        for alarm, told in steps:
            self.alarms[alarm.key] = alarm
            events += told
        before = self.load
        self.load, _ended = counted(self.load, events, self.at)
        load = None if self.load is before else self._load_view()
        self.tell(AlarmsChanged(tuple(alarm for alarm, _told in steps), (), tuple(events), load))
        return [alarm for alarm, _told in steps]

    # --- what people ask for ---------------------------------------------------------------------------------------

    def answers(self, command: Command) -> bool:
        return isinstance(command, AlarmCommand)

    def do(self, who: str, command: Command) -> Reply:
        """By the real rules. Raises :class:`Refused`."""
        at, ends = self.at, self.clock() + DAY_S
        match command:
            case AcknowledgeAlarms():
                return self._acknowledge(who, command)
            case ReadAlarm(key=one):
                return Reply(
                    command.ask, True, guidance=Guidance(KNOWN[one.definition], self.alarms.get(one), self.trials)
                )
            case ShelveAlarm(key=one, why=why, until=until, second=second):
                self._take([shelve(self.alarms[one], who, why, until, at, ends, second)])
            case UnshelveAlarm(key=one):
                self._take([unshelve(self.alarms[one], self.definition(one), who, at)])
            case TakeAlarmOut(key=one, why=why, until=until, second=second):
                self._take([out_of_service(self.alarms[one], self.definition(one), who, why, until, at, second)])
            case PutAlarmBack(key=one):
                self._take([back_in_service(self.alarms[one], self.definition(one), who, at)])
            case BeginMaintenance():
                number = len(self.windows) + 1
                window = Window(f"adhoc:{number}", command.subjects, who, command.why, at.wall, command.until)
                self._open((*self.windows, window))
            case EndMaintenance(window=name):
                self._open(tuple(one for one in self.windows if one.id != name))
        return Reply(command.ask, True)

    def _open(self, windows: tuple[Window, ...]) -> None:
        self.windows = windows
        self.tell(AlarmsChanged(windows=windows))

    def _acknowledge(self, who: str, command: AcknowledgeAlarms) -> Reply:
        steps: list[Step] = []
        refusals: list[AlarmRefusal] = []
        for seen in command.seen:
            try:
                steps.append(
                    acknowledge(
                        self.alarms[seen.key], self.definition(seen.key), seen.event, who, self.at, command.note
                    )
                )
            except Refused as refused:
                refusals.append(AlarmRefusal(seen.key, refused.why))
        self._take(steps)
        return Reply(command.ask, True, refusals=tuple(refusals))
