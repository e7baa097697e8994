"""The limits that a graph draws are those by which the number is judged, in the unit of the series."""

from __future__ import annotations

import msgspec
import pytest

from duty.board import AppView, HealthView, HostView
from duty.limits import Level
from duty.perf import judge_numbers
from duty.quality import State
from duty.readings import Perf, PerfRange, Sensor
from duty.series import KINDS, SeriesKey, unit_of
from duty.series_limits import limits_of_series
from duty.site import (
    AppRule,
    ClockRule,
    DiskRule,
    HealthRule,
    HostSpec,
    Limits,
    LineRule,
    PerfBound,
    PerfLimit,
    PingRule,
    ProcessRule,
)
from tests.support.views import GIB, disk, view

AT = 1_700_000_000.0
WARN, ACT = State.WARN, State.ACT
SPEC = HostSpec(
    "gw",
    "gw",
    processes=(
        ProcessRule("order", count_min=2, count_max=4, cpu_percent=Limits(50, 90), rss_bytes=Limits(GIB, 2 * GIB),
                    threads=Limits(warn=100), open_files=Limits(act=500)),
        ProcessRule("optional", count_min=0),
    ),
    lines=(
        LineRule("SGE-1", "eth1", 100e6, 20e6, use_percent=Limits(60, 80), queue_packets=Limits(10, 100),
                 retransmitted_percent=Limits(1, 5), pings=(PingRule("10.0.0.9", rtt_s=Limits(0.01, 0.05)),)),
        LineRule("spare", "eth2"),
    ),
    disks=(DiskRule("*", Limits(80, 90)), DiskRule("/data", Limits(70, None), Limits(50, 60))),
    health=HealthRule(cpu_percent=Limits(70, 95), load_per_cpu=Limits(1, 2), iowait_percent=Limits(act=30),
                      pressure_percent=Limits(10, 40), device_busy_percent=Limits(80), device_await_s=Limits(0.1)),
    clock=ClockRule(Limits(0.5, 2)),
    apps=(
        AppRule("web", "http", "http://x/", time_s=Limits(0.2, 1), cert_days=Limits(30, 7)),
        AppRule("db", "command", "check_db", limits=(
            PerfLimit("size", PerfBound(50, percent=True), PerfBound(9 * GIB)),
            PerfLimit("free", None, PerfBound(10, below=True)),
        )),
    ),
)  # fmt: skip
NUMBERS, _FOUND = judge_numbers(
    (
        Perf("size", 5 * GIB, "B", maximum=10 * GIB),
        Perf("own", 3, "", warn=PerfRange(0, 5), crit=PerfRange(1, 8, inside=True)),
        Perf("seen", 7, "c"),
        Perf("free", 20, "%"),
    ),
    SPEC.apps[1].limits,
)
DB = AppView("db", "command", "check_db", False, State.OK, (), AT, 60, 0, perf=NUMBERS, read_at=AT)
HEALTH = HealthView(
    State.OK, (), sensors=(Sensor("cpu", "core 0", 50, 80, 100), Sensor("nvme", "", 40, 65261, None)), read_at=AT
)
VIEW = msgspec.structs.replace(
    view("gw", AT, disks=(disk("/", AT, 40), disk("/data", AT, 40)), apps=(DB,), cpus=4), health=HEALTH
)
ROOM = (VIEW.disks[0].used_bytes or 0) + (VIEW.disks[0].available_bytes or 0)

EXPECTED: dict[str, tuple[Level, ...]] = {
    "host::cpu": (Level(70, WARN), Level(95, ACT)),
    "host::load": (Level(4, WARN), Level(8, ACT)),
    "host::iowait": (Level(30, ACT),),
    "host::memory": (Level(90, WARN), Level(97, ACT)),
    "host::user": (),
    "process:order:count": (Level(2, ACT, True), Level(5, ACT)),
    "process:order:cpu": (Level(50, WARN), Level(90, ACT)),
    "process:order:rss": (Level(GIB, WARN), Level(2 * GIB, ACT)),
    "process:order:threads": (Level(100, WARN),),
    "process:order:files": (Level(500, ACT),),
    "process:optional:count": (),
    "process:gone:cpu": (),
    "line:SGE-1:in": (Level(60e6, WARN), Level(80e6, ACT)),
    "line:SGE-1:out": (Level(12e6, WARN), Level(16e6, ACT)),
    "line:SGE-1:errors": (Level(0.1, WARN),),
    "line:SGE-1:drops": (Level(1, WARN),),
    "line:spare:in": (),
    "queue:SGE-1:packets": (Level(10, WARN), Level(100, ACT)),
    "queue:SGE-1:retransmitted": (Level(1, WARN), Level(5, ACT)),
    "ping:SGE-1 10.0.0.9:rtt": (Level(0.01, WARN), Level(0.05, ACT)),
    "ping:SGE-1 10.0.0.9:loss": (Level(1, WARN), Level(20, ACT)),
    "ping:SGE-1 10.0.0.9:jitter": (),
    "clock::offset": (Level(0.5, WARN), Level(2, ACT), Level(-0.5, WARN, True), Level(-2, ACT, True)),
    "device:sda:busy": (Level(80, WARN),),
    "device:sda:wait": (Level(0.1, WARN),),
    "device:sda:read": (),
    "pressure:io some:share": (Level(10, WARN), Level(40, ACT)),
    "pressure:io full:share": (),
    "sensor:cpu core 0:celsius": (Level(80, WARN), Level(100, ACT)),
    "sensor:nvme :celsius": (),
    "disk:/:used_percent": (Level(80, WARN), Level(90, ACT)),
    "disk:/:used": (Level(0.8 * ROOM, WARN), Level(0.9 * ROOM, ACT)),
    "disk:/:available": (Level(ROOM - 0.8 * ROOM, WARN, True), Level(ROOM - 0.9 * ROOM, ACT, True)),
    "disk:/data:used_percent": (Level(70, WARN),),
    "disk:/data:inodes_percent": (Level(50, WARN), Level(60, ACT)),
    "disk:/gone:used": (),
    "app:web:response": (Level(0.2, WARN), Level(1, ACT)),
    "app:web:cert_days": (Level(30, WARN, True), Level(7, ACT, True)),
    "perf:db size:value": (Level(5 * GIB, WARN), Level(9 * GIB, ACT)),
    "perf:db own:value": (Level(5, WARN), Level(1, ACT), Level(8, ACT, True)),
    "perf:db free:value": (Level(10, ACT, True),),
    "perf:db gone:value": (),
}


def series_key(written: str) -> SeriesKey:
    """The series of its written form, such as ``disk:/data:used``; a thing's name may hold colons itself."""
    kind, _colon, rest = written.partition(":")
    key, _colon, field = rest.rpartition(":")
    return SeriesKey(kind, key, field)


@pytest.mark.parametrize("written", EXPECTED)
def test_a_series_has_the_limits_by_which_it_is_judged(written: str) -> None:
    series = series_key(written)
    found = limits_of_series(SPEC, VIEW, series)
    assert [(round(one.value, 6), one.state, one.below) for one in found] == [
        (round(one.value, 6), one.state, one.below) for one in EXPECTED[written]
    ]


def of(written: str, spec: HostSpec = SPEC, seen: HostView | None = VIEW) -> tuple[Level, ...]:
    series = series_key(written)
    return limits_of_series(spec, seen, series)


def test_without_a_view_what_only_the_host_knows_is_left_out_and_the_rest_holds() -> None:
    assert (
        of("host::load", seen=None) == of("disk:/:used", seen=None) == of("sensor:cpu core 0:celsius", seen=None) == ()
    )
    assert of("perf:db size:value", seen=None) == (Level(9 * GIB, ACT),)
    assert of("line:SGE-1:in", seen=None) == EXPECTED["line:SGE-1:in"]


def test_limits_of_the_site_take_the_place_of_the_sensors_own() -> None:
    spec = msgspec.structs.replace(SPEC, health=HealthRule(celsius=Limits(act=70)))
    assert of("sensor:cpu core 0:celsius", spec) == (Level(70, ACT),)


def test_what_is_not_asked_for_has_no_limits() -> None:
    bare = HostSpec("gw", "gw", health=None, clock=None)
    series = [SeriesKey(kind.name, "x", field) for kind in KINDS for field, _attribute, _unit in kind.fields]
    assert len(series) > 30 and not any(limits_of_series(bare, VIEW, one) for one in series)


def test_a_number_of_a_check_command_has_the_unit_the_command_names() -> None:
    units = {written: unit_of(key, VIEW) for written in EXPECTED if (key := series_key(written)).kind == "perf"}
    assert units == {
        "perf:db size:value": "B", "perf:db own:value": "", "perf:db free:value": "%", "perf:db gone:value": "",
    }  # fmt: skip
    seen = series_key("perf:db seen:value")
    assert unit_of(seen, VIEW) == "", "a counter is a plain number"
