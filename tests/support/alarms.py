"""One alarm driven by hand: looks at its condition, and what people do with it, with clocks of its own."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from duty.alarm import look, new_alarm
from duty.alarm_acks import acknowledge, expire, shift_change
from duty.alarm_covers import out_of_service, release, shelve, suppress
from duty.alarm_def import AlarmDef, AlarmKey, Signal
from duty.alarm_record import Alarm, AlarmEvent, EventKind, Step
from duty.alarm_resume import resume
from duty.alarm_states import AlarmState
from duty.moment import Moment
from duty.phrases import phrase
from duty.quality import Quality, State
from duty.records import Subject

KEY = AlarmKey(Subject("quote-gw-1", "process", "quote-gw"), "process.missing")
DAY_ENDS = 1_700_030_000.0
WHY = phrase("37 hidden under line SGE-2")


def definition(**more: object) -> AlarmDef:
    values: dict[str, object] = {
        "key": "process.missing",
        "priority": 2,
        "warn_priority": 3,
        "cause": phrase("it ended"),
        "consequence": phrase("no quotes"),
        "action": phrase("start it"),
        "respond_s": 900.0,
    }
    return AlarmDef(**{**values, **more})  # type: ignore[arg-type]


def signal(
    state: State, quality: Quality = Quality.GOOD, value: float | None = None, limit: float | None = None
) -> Signal:
    return Signal(KEY, state, quality, phrase("it is missing"), value, limit)


class Driven:
    """The alarm, its definition, and all events so far. Time goes by the second."""

    def __init__(self, key: AlarmKey = KEY, **more: object) -> None:
        self.definition = definition(**more)
        self.alarm: Alarm = new_alarm(key)
        self.events: list[AlarmEvent] = []
        self.at = Moment(1_700_000_000.0, 500.0)

    def wait(self, seconds: float) -> Driven:
        self.at = Moment(self.at.wall + seconds, self.at.mono + seconds)
        return self

    def take(self, step: Step) -> Driven:
        self.alarm, events = step
        self.events += events
        return self

    def see(
        self,
        state: State,
        quality: Quality = Quality.GOOD,
        *,
        seconds: int = 1,
        value: float | None = None,
        limit: float | None = None,
    ) -> Driven:
        """A look a second, for so many seconds."""
        for _ in range(seconds):
            self.pass_by(1.0).see_now(state, quality, value, limit)
        return self

    def see_now(
        self, state: State, quality: Quality = Quality.GOOD, value: float | None = None, limit: float | None = None
    ) -> Driven:
        return self.take(look(self.alarm, self.definition, signal(state, quality, value, limit), self.at))

    def bad(self, seconds: int = 1) -> Driven:
        return self.see(State.ACT, seconds=seconds)

    def warn(self, seconds: int = 1) -> Driven:
        return self.see(State.WARN, seconds=seconds)

    def well(self, seconds: int = 1) -> Driven:
        return self.see(State.OK, seconds=seconds)

    def lost(self, seconds: int = 1) -> Driven:
        return self.see(State.OK, Quality.UNREACHABLE, seconds=seconds)

    def pass_by(self, seconds: float) -> Driven:
        """Time without a look."""
        return self.wait(seconds).take(expire(self.alarm, self.definition, self.at))

    def ack(self, who: str = "wang", event: int | None = None, note: str = "") -> Driven:
        number = self.alarm.event if event is None else event
        return self.take(acknowledge(self.alarm, self.definition, number, who, self.at, note))

    def change_shift(self) -> Driven:
        return self.take(shift_change(self.alarm, self.definition, self.at))

    def by(self, act: Callable[..., Step], *args: object, **more: object) -> Driven:
        """A person's or a rule's act, at this moment."""
        return self.take(act(self.alarm, *args, **more, at=self.at))

    def step(self, seconds: float) -> Driven:
        """The wall clock is set."""
        self.at = Moment(self.at.wall + seconds, self.at.mono)
        return self

    def restart(self, away: float, *, stepped: float = 0.0, same_boot: bool = False) -> Driven:
        """The watch ends now and is there again after ``away`` seconds; the wall clock is set meanwhile."""
        kept = msgspec.json.decode(msgspec.json.encode(self.alarm), type=Alarm)
        assert kept == self.alarm
        last = self.at
        self.at = Moment(last.wall + away + stepped, last.mono + away if same_boot else 7.0)
        self.alarm = resume(kept, last, self.at, same_boot=same_boot)
        return self

    @property
    def state(self) -> AlarmState:
        return self.alarm.state

    @property
    def kinds(self) -> list[EventKind]:
        return [event.kind for event in self.events]

    @property
    def announced(self) -> int:
        return sum(event.announced for event in self.events)


def shelf(it: Driven, seconds: float = 60.0, why: str = "vendor works on it", **more: object) -> Driven:
    return it.by(shelve, "wang", why, it.at.wall + seconds, **{"day_ends": DAY_ENDS, **more})


def out(it: Driven, second: str = "li", who: str = "wang", why: str = "replaced", seconds: float = 60.0) -> Driven:
    return it.by(out_of_service, it.definition, who, why, it.at.wall + seconds, second=second)


def hide(it: Driven, until: float | None = None) -> Driven:
    return it.by(suppress, "watch", WHY, by=KEY if until is None else None, until=until)


def lift(it: Driven) -> Driven:
    return it.by(release, it.definition)
