"""What a look at a host says of its alarms: each condition when it holds, when it does not, and when nobody knows."""

from __future__ import annotations

import msgspec
import pytest

from duty.alarm_catalog import BUILT_IN
from duty.alarm_def import AlarmKey, Signal
from duty.alarm_signals import signal_now, signals_of
from duty.board import HostView
from duty.connection import Connection, Link
from duty.forecast import Forecast
from duty.host_state import HostState
from duty.moment import Moment
from duty.phrases import phrase
from duty.quality import Quality, State
from duty.readings import (
    AppReading,
    BlockCounters,
    Certificate,
    ClockReading,
    CpuTicks,
    EventLine,
    EventPiece,
    Events,
    HostHealth,
    InterfaceCounters,
    LineReadings,
    Memory,
    MountReading,
    Mounts,
    Perf,
    PingReading,
    Processes,
    ProcessFound,
    ProcessStat,
    RaidArray,
    Sample,
    SectionFailure,
    Sensor,
)
from duty.records import Subject
from duty.series import SeriesKey
from duty.site import (
    AppRule,
    ClockRule,
    DiskRule,
    EventPattern,
    EventRule,
    HealthRule,
    HostSpec,
    Limits,
    LineRule,
    PerfBound,
    PerfLimit,
    PingRule,
    ProcessRule,
)

START = Moment(1_000_000.0, 500.0)
UP = Connection(Link.UP, 1.0)
SPEC = HostSpec(
    id="gw",
    address="gw",
    processes=(
        ProcessRule("order", name="order", count_max=1, rss_bytes=Limits(warn=100 << 20, act=200 << 20)),
        ProcessRule("risk", name="risk"),
    ),
    lines=(LineRule("SGE-1", "eth1", 1e6, 1e6, pings=(PingRule("10.9.0.1", rtt_s=Limits(warn=0.02)),)),),
    disks=(DiskRule("/data", required=True), DiskRule("*")),
    health=HealthRule(memory_percent=Limits(90, 97)),
    clock=ClockRule(),
    apps=(
        AppRule("front", "tcp", "10.8.0.1:80", from_console=True, time_s=Limits(warn=0.2)),
        AppRule("db", "command", "check_db", limits=(PerfLimit("sessions", PerfBound(80.0), PerfBound(100.0)),)),
    ),
    events=(EventRule("gw-log", file="/l", patterns=(EventPattern("FATAL", 2), EventPattern("ERROR", 1))),),
)


class Host:
    """A host that is fed by hand, second by second."""

    def __init__(self, spec: HostSpec = SPEC) -> None:
        self.state = HostState(spec, START, {})
        self.now = START
        self.state.on_connection(UP)

    def sample(self, **more: object) -> Host:
        self.now = Moment(self.now.wall + 1, self.now.mono + 1)
        given: dict[str, object] = {"interfaces": (InterfaceCounters("eth1", 0, 0, 0, 0, 0, 0, "up"),), **more}
        self.state.on_sample(msgspec.structs.replace(Sample(1, 10_000.0 + self.now.mono), **given), self.now)
        return self

    def read(self, *readings: object) -> Host:
        for reading in readings:
            if isinstance(reading, SectionFailure):
                self.state.on_failure(reading, self.now)
            else:
                self.state.on_section(reading, self.now, 0.01)  # type: ignore[arg-type]
        return self

    def view(self, later: float = 0.0) -> HostView:
        return self.state.view(Moment(self.now.wall + later, self.now.mono + later))

    def now_of(self, definition: str, kind: str, key: str, later: float = 0.0) -> Signal:
        return signal_now(AlarmKey(Subject("gw", kind, key), definition), self.view(later))


def running(*keys: str) -> Processes:
    return Processes(tuple(ProcessFound(key, 10 + n, 100, "trade", key, 3) for n, key in enumerate(keys)))


def well() -> Host:
    """Everything was read, and all of it is as it must be."""
    host = Host().sample().read(
        running("order", "risk"),
        Mounts((MountReading("/data", "/dev/sdb", "xfs", False, 100, 40, 60),)),
        HostHealth(uptime_s=10_500.0),
        LineReadings(10_500.0, (PingReading("SGE-1 10.9.0.1", 5, 5, 0.001, 0.001, 0.001, 0.0),)),
        AppReading("front", "answered", steps=(("whole", 0.01),)),
        AppReading("db", "answered", exit=0, text="OK", perf=(Perf("sessions", 10.0),), steps=(("whole", 0.1),)),
        Events((EventPiece("gw-log", "-", "1", 0, 0),)),
    )  # fmt: skip
    host.read(ClockReading(host.now.wall, 10_000.0 + host.now.mono, service="chronyd", synchronized=True))
    stat = (ProcessStat(10, "S", 3, 5, 100, 50 << 20), ProcessStat(11, "S", 3, 5, 100, 50 << 20))
    return host.sample(processes=stat)


def held(host: Host, later: float = 0.0) -> dict[str, State]:
    """Every condition that holds, as ``definition kind key``."""
    return {f"{one.key.definition} {one.key.subject.kind} {one.key.subject.key}": one.state
            for one in signals_of(host.view(later))}  # fmt: skip


def test_of_a_host_that_is_well_nothing_holds() -> None:
    assert signals_of(well().view()) == ()


def again(reading: AppReading) -> tuple[AppReading, AppReading]:
    return (reading, reading)


EVENT = EventPiece("gw-log", "1", "2", 9, 0, (EventLine(0, "FATAL x"),), ((0, 1),))
ERROR = EventPiece("gw-log", "1", "2", 9, 0, (EventLine(1, "ERROR x"),), ((1, 1),))
FULL = MountReading("/data", "/dev/sdb", "xfs", False, 100, 85, 15)
ENDED = Certificate("gw", "ca", ("gw",), 0.0, START.wall - 86_400, verified=True)
CASES: list[tuple[tuple[object, ...], str, State]] = [
    ((running("risk"),), "process.missing process order", State.ACT),
    (
        (Processes((*running("order", "risk").found, ProcessFound("order", 30, 9, "", "", 3))),),
        "process.too_many process order",
        State.ACT,
    ),
    ((Mounts((FULL,)),), "disk.filling disk /data", State.WARN),
    (
        (Mounts((msgspec.structs.replace(FULL, used_bytes=95, available_bytes=5),)),),
        "disk.filling disk /data",
        State.ACT,
    ),
    ((Mounts(()),), "disk.absent disk /data", State.ACT),
    (
        (Mounts((msgspec.structs.replace(FULL, used_bytes=1, available_bytes=99, read_only=True),)),),
        "disk.read_only disk /data",
        State.ACT,
    ),
    ((Mounts((MountReading("/data", "s", "nfs", False, hanging_s=9.0),)),), "disk.hanging disk /data", State.ACT),
    ((Mounts((MountReading("/data", "s", "odd", False),)),), "disk.unread disk /data", State.WARN),
    ((LineReadings(1.0, (PingReading("SGE-1 10.9.0.1", 5, 0),)),), "ping.silent ping SGE-1 10.9.0.1", State.ACT),
    (
        (LineReadings(1.0, (PingReading("SGE-1 10.9.0.1", 5, 4, 0.001, 0.001, 0.001, 0.0),)),),
        "ping.loss ping SGE-1 10.9.0.1",
        State.ACT,
    ),
    (
        (LineReadings(1.0, (PingReading("SGE-1 10.9.0.1", 5, 5, 0.03, 0.03, 0.03, 0.0),)),),
        "ping.rtt ping SGE-1 10.9.0.1",
        State.WARN,
    ),
    (
        (LineReadings(1.0, (PingReading("SGE-1 10.9.0.1", 5, 0, why="name"),)),),
        "ping.unread ping SGE-1 10.9.0.1",
        State.WARN,
    ),
    (
        (HostHealth(10_501.0, arrays=(RaidArray("md0", True, "raid1", 2, 1),)),),
        "machine.raid_degraded machine md0",
        State.ACT,
    ),
    (
        (HostHealth(10_501.0, sensors=(Sensor("cpu", "0", 95.0, 80.0, 90.0),)),),
        "machine.temperature machine cpu 0",
        State.ACT,
    ),
    ((HostHealth(10_501.0, failed_units=("x.service",)),), "machine.failed_units machine machine", State.WARN),
    ((Events((EVENT,)),), "event.act event gw-log", State.ACT),
    ((Events((ERROR,)),), "event.watch event gw-log", State.WARN),
    (
        (Events((msgspec.structs.replace(ERROR, lines=(), counts=(), gap="cut"),)),),
        "event.lines_lost event gw-log",
        State.WARN,
    ),
    (
        (Events((), (), (SectionFailure("events", phrase("cannot be read"), "gw-log"),)),),
        "event.unread event gw-log",
        State.WARN,
    ),
    (again(AppReading("front", "failed", phrase("does not speak"))), "app.no_answer app front", State.ACT),
    (
        again(AppReading("front", "failed", phrase("answers with status {status}", status="502"))),
        "app.wrong_status app front",
        State.ACT,
    ),
    ((AppReading("front", "answered", steps=(("whole", 0.3),)),), "app.slow app front", State.WARN),
    ((AppReading("front", "unable", phrase("the check failed")),), "app.not_asked app front", State.WARN),
    (
        (AppReading("db", "answered", exit=1, text="close", perf=(Perf("sessions", 1.0),)),),
        "app.check app db",
        State.WARN,
    ),
    (
        (AppReading("db", "answered", exit=3, text="?", perf=(Perf("sessions", 1.0),)),),
        "app.not_asked app db",
        State.WARN,
    ),
    (
        (AppReading("db", "answered", exit=0, perf=(Perf("sessions", 85.0),)),),
        "number.limit perf db sessions",
        State.WARN,
    ),
    ((AppReading("db", "answered", exit=0),), "number.missing perf db sessions", State.WARN),
    (again(AppReading("front", "answered", certificate=ENDED)), "app.certificate_ended app front", State.ACT),
    ((ClockReading(START.wall + 9, 10_502.0),), "clock.offset clock clock", State.ACT),
    ((SectionFailure("mounts", phrase("no right")),), "section.unread section mounts", State.WARN),
]


@pytest.mark.parametrize(("readings", "name", "state"), CASES, ids=[case[1] for case in CASES])
def test_a_condition_holds_and_ends(readings: tuple[object, ...], name: str, state: State) -> None:
    host = well().read(*readings)
    assert held(host).get(name) is state
    definition, kind, key = name.split(" ", 2)
    assert definition in BUILT_IN
    assert host.now_of(definition, kind, key).state is state
    ended = well().now_of(definition, kind, key)
    assert (ended.state, ended.quality) == (State.OK, Quality.GOOD)
    lost = host
    lost.state.on_connection(Connection(Link.LOST, 2.0))
    if kind not in ("app", "perf") or name.endswith(" db"):
        left = host.now_of(definition, kind, key)
        certain = definition.endswith((".unread", "not_asked", "missing"))
        assert left.quality is not Quality.GOOD or (left.state is not State.OK and certain)


def test_what_comes_with_each_sample() -> None:
    host = well()
    gone = host.sample(interfaces=())
    assert held(gone) == {"line.gone line SGE-1": State.ACT}
    down = well().sample(interfaces=(InterfaceCounters("eth1", 0, 0, 0, 0, 0, 0, "down"),))
    assert held(down) == {"line.no_link line SGE-1": State.ACT}
    busy = well().sample(interfaces=(InterfaceCounters("eth1", 90_000, 0, 0, 0, 0, 0, "up"),))
    (use,) = signals_of(busy.view())
    assert (use.key.definition, use.state, use.limit) == ("line.use", State.WARN, 60.0)
    assert use.value == pytest.approx(72.0)
    tight = well().sample(memory=Memory(100, 5, 5, 0, 0))
    (memory,) = signals_of(tight.view())
    assert (memory.key.definition, memory.value, memory.limit) == ("machine.memory", 95.0, 90.0)
    assert memory.key.subject == Subject("gw", "machine", "machine")


def test_a_value_comes_with_its_limit_and_without_a_condition_too() -> None:
    host = well()
    big = tuple(ProcessStat(pid, "S", 3, 5, 100, size << 20) for pid, size in ((10, 150), (11, 1)))
    host.sample(processes=big)
    (memory,) = signals_of(host.view())
    assert (memory.key.definition, memory.value, memory.limit) == ("process.memory", 150 << 20, 100 << 20)
    small = well().now_of("process.memory", "process", "order")
    assert (small.state, small.value, small.limit) == (State.OK, 50 << 20, None)
    assert well().now_of("ping.rtt", "ping", "SGE-1 10.9.0.1").value == 0.001
    assert well().now_of("number.limit", "perf", "db sessions").value == 10.0


def test_growth_towards_a_limit() -> None:
    host = well()
    soon = Forecast(7200.0, 7000.0, 7400.0)
    host.state.foresee({SeriesKey("process", "order", "rss"): soon, SeriesKey("disk", "/data", "used"): soon}, {})
    assert held(host) == {"process.limit_ahead process order": State.WARN, "disk.time_to_full disk /data": State.ACT}


def test_one_fault_of_an_application_is_not_confirmed_and_ends_nothing() -> None:
    failed = AppReading("front", "failed", phrase("does not speak"))
    host = well().read(failed)
    assert held(host) == {}
    assert host.now_of("app.no_answer", "app", "front").state is State.UNKNOWN
    assert held(host.read(failed)) == {"app.no_answer app front": State.ACT}


def test_two_lines_of_a_cell_are_two_alarms_each_as_grave_as_it_is() -> None:
    host = well().read(Mounts((msgspec.structs.replace(FULL, read_only=True),)))
    assert held(host) == {"disk.read_only disk /data": State.ACT, "disk.filling disk /data": State.WARN}


@pytest.mark.parametrize("link", [link for link in Link if link not in (Link.UP, Link.SLOW, Link.IDLE, Link.DIALLING)])
def test_each_way_in_which_a_host_is_lost(link: Link) -> None:
    host = well().read(running("risk"))
    host.state.on_connection(Connection(link, 2.0, phrase("gone")))
    found = {one.key.definition: one for one in signals_of(host.view())}
    connection = found[f"connection.{link.value}"]
    assert (connection.state, connection.quality) == (State.ACT, Quality.GOOD)
    assert connection.key.subject == Subject("gw", "host", "gw")
    assert found["process.missing"].quality is Quality.UNREACHABLE, "it stays, and is not to be trusted"
    host.state.on_connection(Connection(Link.DIALLING, 3.0))
    key = connection.key
    assert signal_now(key, host.view()).state is State.UNKNOWN
    host.state.on_connection(UP)
    host.sample()
    assert signal_now(key, host.view()).state is State.OK


def test_a_host_that_stands_but_is_silent() -> None:
    host = well()
    assert held(host, later=31.0) == {"connection.stalled host gw": State.ACT}
    assert host.now_of("process.missing", "process", "order", later=31.0).state is State.UNKNOWN


def test_before_anything_was_read_nothing_is_known() -> None:
    host = Host()
    assert signals_of(host.view()) == ()
    for definition, kind, key in (
        ("process.missing", "process", "order"),
        ("line.no_link", "line", "SGE-1"),
        ("ping.silent", "ping", "SGE-1 10.9.0.1"),
        ("disk.filling", "disk", "/data"),
        ("disk.filling", "disk", "/other"),
        ("app.no_answer", "app", "front"),
        ("number.limit", "perf", "db sessions"),
        ("event.act", "event", "gw-log"),
        ("clock.offset", "clock", "clock"),
        ("machine.memory", "machine", "machine"),
        ("machine.raid_degraded", "machine", "md0"),
        ("section.unread", "section", "mounts"),
        ("connection.lost", "host", "gw"),
    ):
        for fed in (host, Host().sample()):
            now = fed.now_of(definition, kind, key)
            if definition in ("connection.lost", "line.no_link") and fed is not host:  # a sample tells
                assert now.state is State.OK
                continue
            assert (now.state, now.quality is Quality.GOOD) == (State.UNKNOWN, False), (definition, fed is host)


def test_a_section_that_is_silent_freezes_what_it_tells_of() -> None:
    host = well().read(Mounts((FULL,)), SectionFailure("mounts", phrase("hangs")))
    found = {one.key.definition: one for one in signals_of(host.view())}
    assert found["disk.filling"].quality is Quality.STALE
    assert host.now_of("disk.inodes", "disk", "/data").state is State.UNKNOWN
    assert found["section.unread"].quality is Quality.GOOD


def test_what_is_watched_no_longer_does_not_hold() -> None:
    host = well()
    for kind, key in (("process", "old"), ("event", "old"), ("app", "old"), ("disk", "/old")):
        assert host.now_of("process.missing", kind, key).state is State.OK


def test_a_device_with_errors_and_a_machine_that_was_booted() -> None:
    host = well().read(HostHealth(10_501.0, devices=(BlockCounters("sda", 1, 1, 1, 1, 1, 1, 1, errors=0),)))
    host.read(HostHealth(10_502.0, devices=(BlockCounters("sda", 1, 1, 1, 1, 1, 1, 1, errors=2),)))
    assert "machine.device_errors machine sda" in held(host)
    young = Host(HostSpec("gw", "gw"))
    young.state.on_sample(Sample(1, 120.0), START)
    (booted,) = signals_of(young.view())
    assert (booted.key.definition, str(booted.said)) == ("machine.rebooted", "booted 2 min ago")
    young.state.on_sample(Sample(2, 600.0), START)
    assert signals_of(young.view()) == ()


def test_busy_cpu_is_an_alarm_of_the_machine() -> None:
    host = Host(HostSpec("gw", "gw", health=HealthRule(cpu_percent=Limits(50, 90))))
    host.sample(cpu=CpuTicks(0, 100, 0)).sample(cpu=CpuTicks(95, 200, 0))
    (cpu,) = signals_of(host.view())
    assert (cpu.key.definition, cpu.state, cpu.limit) == ("machine.cpu", State.ACT, 90.0)
