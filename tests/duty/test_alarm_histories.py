"""Random histories of one alarm against the invariants: looks, people, rules, restarts, clocks that are set."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from duty.alarm_acks import expire
from duty.alarm_covers import back_in_service, out_of_service, release, shelve, suppress, unshelve
from duty.alarm_load import WINDOW_S, Load, counted
from duty.alarm_order import standing
from duty.alarm_record import Alarm, EventKind
from duty.alarm_resume import AWAY_S
from duty.alarm_states import SILENT, AlarmState
from duty.quality import Quality, State
from duty.records import Refused
from tests.support.alarms import KEY, WHY, Driven

NORMAL, UNACK, ACKED, RETURNED, SHELVED, SUPPRESSED, OUT = AlarmState
PEOPLE = st.sampled_from(["wang", "li"])
SECONDS = st.sampled_from(["", "wang", "li", "Li "])
REASONS = st.sampled_from(["vendor works on it", "known", ""])
SPANS = st.sampled_from([1.0, 20.0, 300.0, 4000.0])
STEPS = st.sampled_from([90.0, -90.0, 7200.0, -7200.0])
DELAYS = st.sampled_from([0.0, 2.0, 5.0])


class Condition:
    """What holds, as plain as it can be said: a second opinion on delays and freezing."""

    def __init__(self, on: float, off: float) -> None:
        self.on, self.off = on, off
        self.active = False
        self.bad_since: float | None = None
        self.well_since: float | None = None

    def look(self, bad: bool | None, mono: float) -> None:
        if bad is None:
            self.well_since = None
            return
        if self.active is bad:
            self.bad_since = self.well_since = None
        elif bad:
            self.bad_since = mono if self.bad_since is None else self.bad_since
            if mono - self.bad_since >= self.on:
                self.active, self.bad_since = True, None
        else:
            self.well_since = mono if self.well_since is None else self.well_since
            if mono - self.well_since >= self.off:
                self.active, self.well_since = False, None


class Histories(RuleBasedStateMachine):
    """One alarm, and beside it what an honest witness remembers."""

    @initialize(
        on=DELAYS,
        off=DELAYS,
        realarm=st.sampled_from([None, 30.0]),
        latch=st.booleans(),
        priorities=st.sampled_from([(1, 2), (2, 3), (3, 4), (4, 1)]),
        day=st.sampled_from([None, 600.0]),
    )
    def begin(
        self, on: float, off: float, realarm: float | None, latch: bool, priorities: tuple[int, int], day: float | None
    ) -> None:
        more = {"priority": priorities[0], "warn_priority": priorities[1], "latch": latch, "realarm_s": realarm}
        self.it = Driven(on_delay_s=on, off_delay_s=off, **more)
        self.condition = Condition(on, off)
        self.day_ends = None if day is None else self.it.at.wall + day
        self.good = False
        """The newest look was a good one, in this run of the watch."""
        self.waiting = False
        """Something was announced, and nobody has acknowledged it or put it aside."""
        self.load = Load()
        self.announced: list[float] = []
        self.aside: list[float] = []

    def do(self, act: Callable[[], object]) -> bool:
        """Whether it was done; what is refused changes nothing and says why."""
        before, told = self.it.alarm, len(self.it.events)
        try:
            act()
        except Refused as refusal:
            assert str(refusal.why) and self.it.alarm is before and len(self.it.events) == told
            return False
        finally:
            self.witness(before, told)
        return True

    def witness(self, before: Alarm, told: int) -> None:
        """What must be true of every single step."""
        after, new = self.it.alarm, self.it.events[told:]
        if after.state is NORMAL and before.state is not NORMAL:
            assert self.good, "I7: normal without a good reading"
        if before.active and not after.active:
            assert self.good, "I7: cleared without a good reading"
        for event in new:
            if event.announced:
                assert event.state is UNACK
                assert before.event < event.event == after.event, "announced is a new event"
        if after.state is UNACK and before.state is not UNACK:
            assert new[-1].announced, "what waits for somebody was announced"
        if any(event.announced for event in new) or (after.state is RETURNED and before.state is ACKED):
            self.waiting = True
        self.announced += [e.mono for e in new if e.announced and e.kind is not EventKind.SHIFT_CHANGED]
        self.aside += [e.mono for e in new if e.state is SHELVED and e.kind in (EventKind.RAISED, EventKind.WORSE)]
        self.load, _ = counted(self.load, new, self.it.at)

    @rule(
        state=st.sampled_from([State.OK, State.OK, State.UNJUDGED, State.WARN, State.ACT, State.ACT, State.UNKNOWN]),
        quality=st.sampled_from([Quality.GOOD, Quality.GOOD, Quality.GOOD, Quality.LATE, Quality.UNREACHABLE]),
        seconds=st.integers(1, 8),
    )
    def see(self, state: State, quality: Quality, seconds: int) -> None:
        for _ in range(seconds):
            self.pass_by(1.0)
            self.good = quality is Quality.GOOD and state is not State.UNKNOWN
            self.condition.look(state in (State.WARN, State.ACT) if self.good else None, self.it.at.mono)
            self.do(lambda: self.it.see_now(state, quality))
            assert self.it.alarm.active is self.condition.active

    @rule(after=st.sampled_from([Quality.GOOD, Quality.STALE]))
    def blink(self, after: Quality) -> None:
        """It comes and goes while nobody looks; then it is seen on, or not."""
        self.see(State.ACT, Quality.GOOD, 7)
        self.see(State.OK, Quality.GOOD, 7)
        self.see(State.OK, after, 1)

    @rule(seconds=SPANS)
    def pass_by(self, seconds: float) -> None:
        self.do(lambda: self.it.pass_by(seconds))
        assert expire(self.it.alarm, self.it.definition, self.it.at) == (self.it.alarm, ()), "all that is due is done"

    @rule(who=PEOPLE, back=st.sampled_from([0, 0, 0, 1, -1]), note=st.sampled_from(["", "seen"]))
    def acknowledge(self, who: str, back: int, note: str) -> None:
        before = self.it.alarm
        if self.do(lambda: self.it.ack(who, before.event - back, note)):
            assert back == 0 and before.state in (UNACK, RETURNED), "I8: the newest event and no other"
            assert self.it.events[-1].event == before.event == self.it.alarm.event
            assert not self.do(lambda: self.it.ack("zhao")), "a second one is told who was first"
            self.waiting = False

    @rule(who=PEOPLE, second=SECONDS, why=REASONS, span=SPANS)
    def shelve(self, who: str, second: str, why: str, span: float) -> None:
        until = self.it.at.wall + span
        if self.do(lambda: self.it.by(shelve, who, why, until, day_ends=self.day_ends, second=second)):
            self.waiting = False

    @rule(who=PEOPLE)
    def unshelve(self, who: str) -> None:
        self.do(lambda: self.it.by(unshelve, self.it.definition, who))

    @rule(span=st.one_of(st.none(), SPANS))
    def suppress(self, span: float | None) -> None:
        by, until = (KEY, None) if span is None else (None, self.it.at.wall + span)
        self.do(lambda: self.it.by(suppress, "watch", WHY, by=by, until=until))

    @rule()
    def release(self) -> None:
        self.do(lambda: self.it.by(release, self.it.definition))

    @rule(who=PEOPLE, second=SECONDS, why=REASONS, span=SPANS)
    def out_of_service(self, who: str, second: str, why: str, span: float) -> None:
        until = self.it.at.wall + span
        if self.do(lambda: self.it.by(out_of_service, self.it.definition, who, why, until, second=second)):
            self.waiting = False

    @rule(who=PEOPLE)
    def back_in_service(self, who: str) -> None:
        self.do(lambda: self.it.by(back_in_service, self.it.definition, who))

    @rule()
    def change_shift(self) -> None:
        before = self.it.state
        self.do(self.it.change_shift)
        assert self.it.state is not ACKED, "who comes has to accept it anew"
        assert before is ACKED or self.it.state is before

    @rule(seconds=STEPS)
    def set_the_clock(self, seconds: float) -> None:
        before = self.it.alarm
        self.it.step(seconds)
        assert expire(before, self.it.definition, self.it.at) == (before, ())

    @rule(
        away=st.sampled_from([0.5, 5.0, 50.0, 500.0]),
        stepped=st.one_of(st.just(0.0), STEPS),
        same_boot=st.booleans(),
    )
    def restart(self, away: float, stepped: float, same_boot: bool) -> None:
        kept = msgspec.json.decode(msgspec.json.encode(self.load), type=Load)
        assert kept == self.load
        before, mono = self.it.alarm, self.it.at.mono
        self.it.restart(away, stepped=stepped, same_boot=same_boot)
        after = self.it.alarm
        assert (after.state, after.active, after.event, after.count) == (
            before.state, before.active, before.event, before.count
        )  # fmt: skip
        self.good = False
        self.condition.well_since = None
        if self.condition.bad_since is not None:
            said = away if same_boot else max(0.0, away + stepped)
            counts = said if same_boot or said <= AWAY_S else 0.0
            self.condition.bad_since = self.it.at.mono - (mono - self.condition.bad_since) - counts
        self.load, self.announced, self.aside = Load(), [], []
        self.pass_by(0.0)

    @invariant()
    def i7_never_well_but_by_a_good_reading(self) -> None:
        alarm = self.it.alarm
        assert alarm.known is self.good
        if alarm.well:
            assert self.good and alarm.state is NORMAL and not self.condition.active
        if alarm.active:
            assert alarm.state not in (NORMAL, RETURNED)

    @invariant()
    def i9_every_cover_has_owner_reason_and_end(self) -> None:
        alarm, mono = self.it.alarm, self.it.at.mono
        for state, cover in ((SHELVED, alarm.shelf), (OUT, alarm.outage)):
            assert (alarm.state is state) == (cover is not None)
            if cover is not None:
                assert cover.who and cover.why and cover.until > cover.at
                assert alarm.over or mono < cover.ends
        assert bool(alarm.suppressions) or alarm.state is not SUPPRESSED
        assert alarm.state in SILENT or not alarm.suppressions
        for one in alarm.suppressions:
            assert one.owner and str(one.why) and (one.by is None) is (one.until is not None)
            assert alarm.over or one.ends is None or mono < one.ends

    @invariant()
    def i10_what_takes_two_was_done_by_two(self) -> None:
        shelf, outage = self.it.alarm.shelf, self.it.alarm.outage
        if shelf is not None and (self.day_ends is None or shelf.until > self.day_ends):
            within = self.day_ends is None and shelf.until <= shelf.at + 1800.0
            assert within or self.differ(shelf.who, shelf.second)
        if outage is not None and min(self.it.definition.priority, self.it.definition.warn_priority) <= 2:
            assert self.differ(outage.who, outage.second)

    @staticmethod
    def differ(who: str, second: str) -> bool:
        return bool(second.strip()) and who.strip().lower() != second.strip().lower()

    @invariant()
    def i16_only_what_was_announced_is_counted(self) -> None:
        numbers = standing([self.it.alarm])
        state = self.it.state
        assert (numbers.shelved, numbers.suppressed, numbers.out_of_service) == (
            state is SHELVED, state is SUPPRESSED, state is OUT
        )  # fmt: skip
        assert (numbers.unacknowledged, numbers.returned, numbers.acknowledged) == (
            state is UNACK, state is RETURNED, state is ACKED
        )  # fmt: skip
        since = self.it.at.mono - WINDOW_S
        assert self.load.per_window == sum(mono > since for mono in self.announced)
        assert len(self.load.shelved) == sum(mono > since for mono in self.aside)

    @invariant()
    def nothing_unseen_is_forgotten(self) -> None:
        alarm = self.it.alarm
        if self.waiting and alarm.state not in SILENT and (self.it.definition.latch or alarm.priority in (1, 2)):
            assert alarm.state in (UNACK, RETURNED)

    @invariant()
    def events_are_numbered_without_holes(self) -> None:
        assert [event.number for event in self.it.events] == list(range(1, len(self.it.events) + 1))
        assert self.it.alarm.told == len(self.it.events)


Histories.TestCase.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)
TestHistories = Histories.TestCase
