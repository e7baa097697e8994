"""What is kept of a view always equals what would be made anew: any events, in any order, looked at at any time."""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random
from typing import TypeVar

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from duty.alarm_signals import signal_now, signals_of
from duty.board import ProcessView
from duty.connection import Connection, Link
from duty.forecast import FLAT, Forecast, Outlook
from duty.host_state import HostState
from duty.listening import by_port, port_state
from duty.moment import Moment
from duty.part import Part
from duty.phrases import phrase
from duty.process_demand import wanted
from duty.processes import ProcessTrack
from duty.quality import State
from duty.readings import (
    ClockReading,
    CpuTicks,
    HostHealth,
    Identity,
    InterfaceCounters,
    Listening,
    MountReading,
    Mounts,
    Ports,
    Processes,
    ProcessFound,
    ProcessStat,
    Sample,
    SectionFailure,
)
from duty.series import SeriesKey
from duty.site import DiskRule, HostSpec, Limits, LineRule, ProcessRule

T = TypeVar("T")

QUOTED = ProcessRule(
    "quoted",
    name="quoted",
    count_max=2,
    min_uptime_s=90.0,
    cpu_percent=Limits(50, 90),
    rss_bytes=Limits(act=3 << 20),
    threads=Limits(warn=9),
    open_files=Limits(5, 9),
    stuck_d_s=2.0,
    quiet_after_s=2.5,
    log="log",
    ports=("9001", "10.0.0.1:9002"),
)
RISK = ProcessRule("risk", name="risk", count_min=0, zombies=Limits(act=1))
SLOW = msgspec.structs.replace(QUOTED, min_uptime_s=630.0, ports=("9002",), threads=Limits())
SPECS = (
    HostSpec("gw", "gw", processes=(QUOTED, RISK), lines=(LineRule("L", "eth0", 1e6, 1e6),), disks=(DiskRule("*"),)),
    HostSpec(
        "gw", "gw", processes=(SLOW,), lines=(LineRule("L", "eth0", 5e5),), disks=(DiskRule("/a", required=True),)
    ),
    HostSpec("gw", "gw", processes=(RISK, QUOTED), lines=(LineRule("L", "eth1"), LineRule("M", "eth0"))),
)
_POOL = Random(7)
"""Contents are drawn from pools: hypothesis draws nearly empty ones, in which little meets."""


def pool(count: int, make: Callable[[], T]) -> list[T]:
    return [make() for _ in range(count)]


def some(most: int, make: Callable[[], T]) -> tuple[T, ...]:
    return tuple(make() for _ in range(_POOL.randint(0, most)))


def pid() -> int:
    """Few pids and few starts, so that what is found, seen and listened on is often the same process."""
    return _POOL.choice([1, 1, 1, 2, 3])


def start() -> int:
    return _POOL.choice([100, 100, 100, 100, 99_000, 160_000])


def stat() -> ProcessStat:
    state, threads, cpu = _POOL.choice("SSDDRZ"), _POOL.choice([1, 8, 12]), _POOL.choice([0, 10, 30, 70, 170])
    return ProcessStat(pid(), state, threads, cpu, start(), _POOL.choice([1, 4]) << 20)


def found() -> ProcessFound:
    key, args, files = _POOL.choice(["quoted", "quoted", "risk"]), _POOL.choice("ab"), _POOL.choice([None, 3, 7])
    return ProcessFound(key, pid(), start(), "trade", args, files)


def listening() -> Listening:
    address = _POOL.choice(["0.0.0.0", "10.0.0.1", "127.0.0.1"])
    return Listening(address, _POOL.choice([9001, 9002]), _POOL.choice([(), (1,), (2, 3)]))


def counters() -> InterfaceCounters:
    rx, tx, errors = _POOL.choice([0, 1000, 50_000, 2**32 - 5]), _POOL.choice([0, 99_000]), _POOL.choice([0, 3])
    return InterfaceCounters(_POOL.choice(["eth0", "eth0", "eth1"]), rx, errors, 0, tx, 0, errors)


def mount() -> MountReading:
    name, used = _POOL.choice(["/", "/a"]), _POOL.choice([10, 85, 95])
    hanging = _POOL.choice([None, None, 7.0])
    return MountReading(name, "/dev/sda1", "ext4", _POOL.random() < 0.3, 100, used, 10, hanging_s=hanging)


def failures() -> tuple[SectionFailure, ...]:
    section, subject = _POOL.choice(["interfaces", "sample"]), _POOL.choice(["", "eth0"])
    return (SectionFailure(section, phrase("cannot be read"), subject),) if _POOL.random() < 0.2 else ()


STATS = pool(80, lambda: list({one.pid: one for one in some(4, stat)}.values()))
FOUND = pool(40, lambda: list(some(3, found)))
LISTENING = pool(20, lambda: list(some(4, listening)))
COUNTERS = pool(20, lambda: some(2, counters))
FAILURES = pool(10, failures)
PASSED = [0.0, 0.4, 1.0, 1.0, 1.0, 59.0, 700.0]
OUTLOOKS: list[dict[SeriesKey, Outlook]] = [
    {},
    {SeriesKey("process", "quoted", "rss"): Forecast(7200.0, 7000.0, 7400.0)},
    {SeriesKey("process", "quoted", "rss"): FLAT, SeriesKey("process", "quoted", "threads"): Forecast(9e5, 8e5, 9e6)},
    {SeriesKey("process", "quoted", "files"): FLAT, SeriesKey("disk", "/a", "used"): Forecast(60.0, 50.0, 70.0)},
]
GONE: list[tuple[int, ...]] = [(), (), (), (), (), (), (1,), (3,)]
UNREAD = ["", "", "", "quoted"]
IDENTITY = Identity("5", "gw", "sh", "mawk", "q", "1", "h", False, 100, 4096)
MACHINES = [
    HostHealth(uptime_s=uptime, oom_kills=kills, files_open=files, files_max=1000, failed_units=units)
    for uptime, kills, files, units in ((900.0, 1, 10, ()), (1000.0, 3, 10, ("a",)), (1100.0, 3, 990, None))
]
CLOCKS = [ClockReading(1_000_000.0 + offset, 1000.0) for offset in (0.0, 0.7, 3.0)]
Event = HostHealth | ClockReading | Mounts | Identity | SectionFailure | Link | HostSpec | str
RARER: list[Event] = [
    *pool(8, lambda: Mounts(tuple({one.mount: one for one in some(2, mount)}.values()))),
    *(SectionFailure(name, phrase("too large"), subject) for name in ("mounts", "ports") for subject in ("", "/a")),
    *("mounts", "ports"),
    *MACHINES,
    *CLOCKS,
    *(Link.UP, Link.UP, Link.SLOW, Link.LOST, Link.JUMP_DOWN),
    *(IDENTITY, *SPECS),
]


def plainly(track: ProcessTrack, ports: Ports | None, ports_mono: float) -> ProcessView:
    """The view worked out from the copies alone, by nothing that is kept and by no short cut."""
    copies = list(track.copies.values())
    stats = [copy.stat for copy in copies if copy.stat is not None]
    all_seen = bool(copies) and len(stats) == len(copies)
    cpu = [copy.cpu_percent for copy in copies]
    files = [copy.found.open_files for copy in copies]
    listening = by_port(ports) if ports is not None and ports_mono >= track._changed_at else None
    view = ProcessView(
        key=track.rule.key,
        state=State.OK,
        why=(),
        count=len(copies) if track._seen_once and track._unread is None else None,
        wanted=wanted(track.rule),
        pids=tuple(track.copies),
        uptime_s=_uptime(track),
        restarts=track.restarts,
        cpu_percent=None if not cpu or None in cpu else sum(cpu),  # type: ignore[arg-type]
        rss_bytes=sum(one.rss_bytes for one in stats) if all_seen else None,
        threads=sum(one.threads for one in stats) if all_seen else None,
        open_files=None if not files or None in files else sum(files),  # type: ignore[arg-type]
        process_states="".join(sorted((one.state for one in stats), key="ZXDTtSRI".index)),
        ports=tuple((port, port_state(port, listening, track.copies.keys())) for port in track.rule.ports),
        user=copies[0].found.user if copies else "",
        args=copies[0].found.args if copies else "",
        time_to_limit=track._outlook[1] if track._outlook else None,
        limit_of=track._outlook[0] if track._outlook else "",
    )
    assert track._quiet == track._quiet_shown()
    found = sorted(track._findings(view), key=lambda one: -one[0])
    if not found:
        return view
    states, why = zip(*found, strict=True)
    return msgspec.structs.replace(view, state=states[0], why=why, states=states)


def _uptime(track: ProcessTrack) -> float | None:
    if not track.copies or not track._uptime:
        return None
    age = max(0.0, min(track._uptime - copy.found.start_ticks / track._ticks for copy in track.copies.values()))
    return float(math.floor(age)) if age < track._demand.fine_until else math.floor(age / 60.0) * 60.0


def parts(state: HostState) -> list[Part[object]]:
    machine = [part for part in (state.machine, state.clock) if part is not None]
    return [*state.processes.values(), *state.lines.values(), state.disks, state.sections, *machine]  # type: ignore[list-item]


class KeptViews(RuleBasedStateMachine):
    """Two states hear the same; one keeps its views, the other is made to forget them before each look."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds, self.uptime = 0.0, 1000.0
        self.booted = 900.0
        """Uptime of the next reboot: each must find a clock that fell."""
        self.keeps, self.forgets = (HostState(SPECS[0], self.now) for _ in range(2))
        self.ports: tuple[Ports | None, float] = (None, 0.0)
        self.known: set[str] = {rule.key for rule in SPECS[0].processes}
        for state in (self.keeps, self.forgets):
            state.on_connection(Connection(Link.UP, 0.0))
        self.walk([ProcessFound("quoted", 1, 100, "trade", "a", 3)], "")
        self.sample(0.0, [ProcessStat(1, "S", 1, 0, 100, 1 << 20)], (), (), ())

    @property
    def now(self) -> Moment:
        return Moment(1_000_000 + self.seconds, self.seconds)

    @rule(
        passed=st.sampled_from(PASSED),
        stats=st.sampled_from(STATS),
        gone=st.sampled_from(GONE),
        counters=st.sampled_from(COUNTERS),
        failures=st.sampled_from(FAILURES),
    )
    def sample(
        self,
        passed: float,
        stats: list[ProcessStat],
        gone: tuple[int, ...],
        counters: tuple[InterfaceCounters, ...],
        failures: tuple[SectionFailure, ...],
    ) -> None:
        self.uptime += passed
        self.seconds += passed + 0.01
        cpu = CpuTicks(int(self.uptime), int(self.uptime * 100), 0)
        heard = Sample(
            1, self.uptime, cpu=cpu, interfaces=counters, processes=tuple(stats), gone=gone, failures=failures
        )
        for state in (self.keeps, self.forgets):
            state.on_sample(heard, self.now)

    @rule(passed=st.sampled_from([1.0, 1.0, 60.0]), times=st.integers(1, 4))
    def nothing_new(self, passed: float, times: int) -> None:
        """The very same objects again, as the parser gives them for lines that did not change."""
        stats = tuple(
            {
                pid: copy.stat for t in self.keeps.processes.values() for pid, copy in t.copies.items() if copy.stat
            }.values()
        )
        for _ in range(times):
            self.sample(passed, list(stats), (), (), ())

    @rule(found=st.sampled_from(FOUND), unread=st.sampled_from(UNREAD))
    def walk(self, found: list[ProcessFound], unread: str) -> None:
        self.seconds += 0.01
        failures = (SectionFailure("processes", phrase("no pattern"), unread),) if unread else ()
        for state in (self.keeps, self.forgets):
            state.on_section(Processes(tuple(found), failures), self.now, 0.1)

    @rule(listening=st.sampled_from(LISTENING))
    def read_ports(self, listening: list[Listening]) -> None:
        self.seconds += 0.01
        self.ports = (Ports(tuple(listening), True), self.seconds)
        self.known = set(self.keeps.processes)
        for state in (self.keeps, self.forgets):
            state.on_section(self.ports[0], self.now, 0.1)  # type: ignore[arg-type]

    @rule(event=st.sampled_from(RARER))
    def something_rarer(self, event: Event) -> None:
        self.seconds += 0.01
        if isinstance(event, HostSpec):
            before = {key: track.rule for key, track in self.keeps.processes.items()}
            self.known &= {rule.key for rule in event.processes if before.get(rule.key) == rule}
        for state in (self.keeps, self.forgets):
            match event:
                case Mounts() | Identity() | HostHealth() | ClockReading():
                    state.on_section(event, self.now, 0.1)
                case SectionFailure():
                    state.on_failure(event, self.now)
                case Link():
                    state.on_connection(Connection(event, self.seconds))
                case HostSpec():
                    state.update(event, self.now)
                case section:
                    state.hangs(section, 20.0, self.now)

    @rule(outlooks=st.sampled_from(OUTLOOKS))
    def foresee(self, outlooks: dict[SeriesKey, Outlook]) -> None:
        for state in (self.keeps, self.forgets):
            state.foresee(outlooks, {})

    @rule(grew=st.booleans(), unread=st.booleans())
    def look_at_logs(self, grew: bool, unread: bool) -> None:
        for state in (self.keeps, self.forgets):
            for track in state.processes.values():
                track.logged(grew=grew, unread=unread)

    @precondition(lambda self: self.seconds % 1 < 0.1)
    @rule()
    def reboot(self) -> None:
        self.booted -= 5.0
        self.known = set()
        self.seconds += 30.0
        for state in (self.keeps, self.forgets):
            state.on_sample(Sample(1, self.booted), self.now)
        self.uptime = 1000.0

    @rule(passed=st.sampled_from([0.0, 0.0, 1.0, 3.0, 40.0]))
    def look(self, passed: float) -> None:
        self.seconds += passed
        for part in parts(self.forgets):
            part.changed()
        seen = self.keeps.view(self.now)
        assert seen == self.forgets.view(self.now)
        assert all(signal_now(one.key, seen) == one for one in signals_of(seen))
        for part in parts(self.keeps):
            assert part.view() == part.judged()
            assert part.view() is part.view()
        for key, track in self.keeps.processes.items():
            ports, mono = self.ports if key in self.known else (None, 0.0)
            assert track.view() == plainly(track, ports, mono)

    def teardown(self) -> None:
        self.look(0.0)


@pytest.mark.parametrize("seed", range(12))
def test_a_long_walk(seed: int) -> None:
    """What hypothesis is slow to come upon: many hundred events of one host, most of them samples."""
    draw, machine = Random(seed), KeptViews()
    events: list[Callable[[], None]] = [
        *[lambda: machine.sample(*(draw.choice(of) for of in (PASSED, STATS, GONE, COUNTERS, FAILURES)))] * 4,  # type: ignore[arg-type]
        *[lambda: machine.nothing_new(1.0, 1)] * 4,
        *[lambda: machine.sample(1.0, [], (), (), ())] * 2,
        lambda: machine.walk(draw.choice(FOUND), draw.choice(UNREAD)),
        lambda: machine.read_ports(draw.choice(LISTENING)),
        lambda: machine.something_rarer(draw.choice(RARER)),
        lambda: machine.foresee(draw.choice(OUTLOOKS)),
        lambda: machine.look_at_logs(draw.random() < 0.5, draw.random() < 0.5),
        *[lambda: machine.look(draw.choice([0.0, 1.0, 40.0]))] * 6,
    ]
    for step in range(1500):
        draw.choice(events)()
        if step % 300 == 299:
            machine.reboot()


TestKeptViews = KeptViews.TestCase
TestKeptViews.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)


def test_what_did_not_change_is_the_very_same_object() -> None:
    state = HostState(SPECS[0], Moment(0.0, 0.0))
    state.on_connection(Connection(Link.UP, 0.0))
    state.on_section(Processes((ProcessFound("quoted", 1, 100, "trade", "a", 3),)), Moment(0.0, 0.0), 0.1)
    state.on_section(Mounts(()), Moment(0.0, 0.0), 0.1)
    stat = ProcessStat(1, "S", 1, 10, 100, 1 << 20)
    seen = []
    for second in range(3):
        state.on_sample(Sample(1, 5000.0 + second, processes=(stat,)), Moment(second, second))
        seen.append(state.view(Moment(second, second)))
    assert seen[1].processes[0] is seen[2].processes[0], "an idle process costs nothing"
    assert seen[0].disks is seen[2].disks
    assert seen[1] != seen[2], "the host itself was read anew"
