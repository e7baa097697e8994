"""What the rules of duty make of faults of processes: the words that a drill is to teach, at times of our own."""

from __future__ import annotations

from collectors import probe
from duty.alarm_signals import signals_of
from duty.board import ProcessView
from duty.connection import Connection, Link
from duty.forecast import Forecast, forecast
from duty.host_state import HostState
from duty.moment import Moment
from duty.outlooks import limits_of, near
from duty.quality import State
from duty.readings import Events, Processes
from practice.faults import strike
from tests.practice.test_faults import SPECS, START, Bench


class Judged:
    """One machine, asked each second and judged."""

    def __init__(self, host: str) -> None:
        self.bench = Bench(host)
        self.state = HostState(SPECS[host], self.at, {})
        self.state.on_connection(Connection(Link.UP, START))
        self.pids: tuple[int, ...] = ()

    @property
    def at(self) -> Moment:
        return Moment(self.bench.now, self.bench.now - START)

    def run(self, seconds: int, step: int = 1) -> None:
        """Let time pass."""
        for _ in range(0, seconds, step):
            self.bench.now += step
            found = self.bench.section("processes")
            assert isinstance(found, Processes)
            self.state.on_section(found, self.at, 0.01)
            if (pids := self.state.watched()) != self.pids:
                self.bench.tell(probe.watch(pids))
                self.pids = pids
            self.state.on_sample(self.bench.sample(), self.at)
            self.bench.tell(probe.follow(self.state.spec.events, self.state.cursors()))
            events = self.bench.section("events")
            assert isinstance(events, Events)
            self.state.on_section(events, self.at, 0.01)

    def strike(self, fault: str, key: str, on: bool) -> None:
        strike(self.bench, fault, key, on, self.bench.now)

    def process(self, key: str) -> ProcessView:
        return next(one for one in self.state.view(self.at).processes if one.key == key)

    def why(self, key: str) -> list[str]:
        return [str(why) for why in self.process(key).why]

    def alarms(self, key: str) -> set[str]:
        """The definitions of a process whose conditions hold."""
        found = signals_of(self.state.view(self.at))
        return {one.key.definition for one in found if (one.key.subject.kind, one.key.subject.key) == ("process", key)}


def test_a_blocked_process_is_stuck_in_state_d_and_goes_on_where_it_was() -> None:
    judged = Judged("order-gw-1")
    judged.run(70)
    assert judged.why("order-gw") == []
    judged.strike("process_blocked", "order-gw", on=True)
    judged.run(12)
    assert judged.process("order-gw").state is State.ACT
    assert judged.why("order-gw") == ["stuck in state D for 11 s"] and judged.why("sge-session") == []
    assert (judged.alarms("order-gw"), judged.alarms("sge-session")) == ({"process.stuck_io"}, set())
    judged.strike("process_blocked", "order-gw", on=False)
    judged.run(3)
    view = judged.process("order-gw")
    assert (judged.why("order-gw"), view.restarts) == ([], 0)
    assert view.cpu_percent is not None and view.cpu_percent < 50, "what it did not do it has not done at once"


def test_a_process_that_does_nothing_is_told_by_cpu_time_and_log() -> None:
    judged = Judged("order-gw-1")
    judged.run(70)
    for key in ("order-gw", "sge-session"):
        judged.strike("process_idle", key, on=True)
    judged.run(45)
    assert judged.why("order-gw") == ["stuck: no CPU time used and nothing in its log for 40 s"]
    assert judged.why("sge-session") == ["stuck: no CPU time used for 40 s"], "no log is known for it"
    assert judged.alarms("order-gw") == judged.alarms("sge-session") == {"process.quiet"}
    for key in ("order-gw", "sge-session"):
        judged.strike("process_idle", key, on=False)
    judged.run(5)
    assert judged.why("order-gw") == judged.why("sge-session") == []


def test_a_leak_is_foreseen_then_passes_its_limits_and_a_new_start_ends_it() -> None:
    judged = Judged("order-gw-1")
    judged.run(300, 10)
    judged.strike("process_leaks", "order-gw", on=True)
    (rule,) = (rule for rule in SPECS["order-gw-1"].processes if rule.key == "order-gw")
    limit = limits_of(rule)["rss"]
    points: list[tuple[float, float]] = []
    for _ in range(12):
        judged.run(60, 10)
        points.append((judged.bench.now, float(judged.process("order-gw").rss_bytes or 0)))
    foreseen = forecast(points, limit, judged.bench.now)
    assert isinstance(foreseen, Forecast) and near(foreseen)
    assert 180 < foreseen.seconds < 1200
    judged.run(2 * round(foreseen.seconds), 30)
    assert judged.process("order-gw").state is State.ACT
    assert [why.split(" at ")[0] for why in judged.why("order-gw")] == ["memory"]
    judged.strike("process_leaks", "order-gw", on=False)
    judged.run(10)
    view = judged.process("order-gw")
    assert view.restarts == 1 and (view.rss_bytes or 0) < limit / 1.8
    assert [why.split(" ")[0] for why in judged.why("order-gw")] == ["started"]


def test_what_is_started_anew_is_neither_stuck_nor_large() -> None:
    judged = Judged("order-gw-1")
    judged.run(5)
    for fault in ("process_blocked", "process_leaks"):
        judged.strike(fault, "order-gw", on=True)
    for on in (True, False):
        judged.strike("process_dies", "order-gw", on)
        judged.run(20)
    assert [why.split(" ")[0] for why in judged.why("order-gw")] == ["started"]
    for fault in ("process_blocked", "process_leaks"):
        judged.strike(fault, "order-gw", on=False)
    judged.run(3)
    assert judged.process("order-gw").restarts == 1
