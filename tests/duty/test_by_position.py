"""What is made by position, for speed: each value stands under the name it belongs to, whoever reorders the fields.

Every value is another one, so that no two can change places unseen.
"""

from __future__ import annotations

import msgspec

from collectors.parse_fast import FastParser
from duty.connection import Connection, Link
from duty.forecast import Forecast
from duty.host_state import HostState
from duty.lines import LineTrack
from duty.moment import Moment
from duty.processes import ProcessTrack
from duty.quality import Quality, State
from duty.readings import (
    ClockReading,
    HostHealth,
    Identity,
    InterfaceCounters,
    MountReading,
    Mounts,
    ProcessFound,
    ProcessStat,
    Sample,
)
from duty.sessions import Session, SessionPeak
from duty.site import (
    AppRule,
    ClockRule,
    DiskRule,
    EventRule,
    HealthRule,
    HostSpec,
    Limits,
    LineRule,
    ProcessRule,
)

AT = Moment(1_000_000.0, 500.0)


def by_name(made: msgspec.Struct) -> dict[str, object]:
    """The fields of what was made; all differ, or the test would not see two of them exchanged."""
    fields = msgspec.structs.asdict(made)
    values = [(type(value), repr(value)) for value in fields.values()]
    assert len(set(values)) == len(values), sorted(values, key=str)
    return fields


def test_lines_of_a_sample() -> None:
    parser = FastParser()
    parser.page_bytes = 1000
    sample = parser.sample(1, [b"P 2 S 3 4 50 6 7", b"N eth0 1 2 3 4 5 6 up"], ())
    assert not sample.failures
    assert by_name(sample.processes[0]) == {
        "pid": 2, "state": "S", "threads": 3, "cpu_ticks": 54, "start_ticks": 6, "rss_bytes": 7000,
    }  # fmt: skip
    assert by_name(sample.interfaces[0]) == {
        "name": "eth0", "rx_bytes": 1, "rx_errors": 2, "rx_drops": 3, "tx_bytes": 4, "tx_errors": 5, "tx_drops": 6,
        "link": "up",
    }  # fmt: skip


def test_a_process() -> None:
    track = ProcessTrack(ProcessRule("key", name="name", count_max=3, rss_bytes=Limits(act=9), ports=("9001",)))
    track.found([ProcessFound("key", 12, 12_000, "user", "args", 13)], 1.0)
    track.restarts = 21
    for uptime, ticks in ((1000.0, 0), (1001.0, 14)):
        stat = ProcessStat(12, "S", 15, ticks, 12_000, 16)
        track.see({12: stat}, Sample(1, uptime, processes=(stat,)), 1.0, 2.0)
    outlook = Forecast(7200.0, 7000.0, 7400.0)
    track.foresee({"rss": outlook})
    made = track.judged()
    assert by_name(made) == {
        "key": "key", "state": State.ACT, "why": made.why, "count": 1, "wanted": "1-3", "pids": (12,),
        "uptime_s": 840.0, "restarts": 21, "cpu_percent": 14.0, "rss_bytes": 16, "threads": 15, "open_files": 13,
        "process_states": "S", "ports": made.ports, "user": "user", "args": "args",
        "time_to_limit": outlook, "limit_of": "rss", "states": made.states,
    }  # fmt: skip
    assert made.ports[0][0] == "9001" and made.why and len(made.states) == len(made.why)


def test_a_line() -> None:
    track = LineTrack(LineRule("key", "eth0", 1e6, 2e6, errors_per_s=Limits(act=1)))
    for uptime, seen in ((10.0, InterfaceCounters("eth0", 0, 0, 0, 0, 0, 0)), (11.0, None)):
        track.see(seen or InterfaceCounters("eth0", 1000, 2, 4, 20_000, 1, 1), uptime, 70.0 + uptime)
    track.looks.queue_packets, track.looks.retransmitted_percent, track.looks.at = 31, 32.0, 33.0
    track.peak_in, track.peak_out = 34.0, 35.0
    peak = SessionPeak(Session("day", 1.0, 2.0, "2026-03-05"), 1.0, 2.0, 0.5)
    track.session = peak
    made = track.judged()
    assert by_name(made) == {
        "key": "key", "interface": "eth0", "state": State.ACT, "why": made.why, "in_bps": 8000.0,
        "out_bps": 160_000.0, "capacity_in_bps": 1e6, "capacity_out_bps": 2e6, "errors_per_s": 3.0, "drops_per_s": 5.0,
        "peak_in_bps": 34.0, "peak_out_bps": 35.0, "trend_in": (-1, 1), "trend_out": (-1, 8), "congested": False,
        "queue_packets": 31, "retransmitted_percent": 32.0, "looked_at": 33.0, "pings": (), "read_at": 81.0,
        "session": peak, "states": made.states,
    }  # fmt: skip


def test_a_host() -> None:
    spec = HostSpec(
        id="id",
        address="address",
        role="role",
        group="group",
        via="via",
        label="label",
        interval_s=51.0,
        processes=(ProcessRule("process"),),
        lines=(LineRule("line", "eth0"),),
        disks=(DiskRule("*"),),
        health=HealthRule(),
        clock=ClockRule(),
        apps=(AppRule("app", "tcp", "target"),),
        events=(EventRule("event"),),
    )
    state = HostState(spec, AT, {})
    state.on_connection(Connection(Link.UP, 52.0))
    state.on_sample(Sample(1, 53.0, btime=54), AT)
    state.on_section(Identity("kernel", "host", "sh", "awk", "scope", "1", "hash", False, 100, 4096), AT, 0.1)
    state.on_section(HostHealth(uptime_s=53.0), AT, 0.1)
    state.on_section(ClockReading(1_000_000.0, 53.0), AT, 0.1)
    state.on_section(Mounts((MountReading("/", "/dev/sda1", "ext4", False, 100, 10, 90),)), AT, 0.1)
    for place, name in enumerate(("cpu_percent", "load1", "memory_percent", "swap_percent", "iowait_percent")):
        setattr(state.health, name, 1.5 + place)
    for place, name in enumerate(("steal_percent", "system_percent", "user_percent")):
        setattr(state.health, name, 0.1 + place)
    state.health.cpus, state.health.memory_total = 7, 8
    state.health.trend.add(0.5)
    state.samples, state.dropped = 61, 62
    made = state.view(Moment(1_000_001.0, 501.0))
    assert by_name(made) == {
        "id": "id", "label": "label", "role": "role", "group": "group", "via": "via", "state": State.ACT,
        "quality": Quality.GOOD, "why": made.why, "since": AT.wall + 1, "read_at": AT.wall,
        "connection": state.connection, "interval_s": 51.0, "local": False, "cpu_percent": 1.5, "load1": 2.5, "cpus": 7,
        "memory_percent": 3.5, "memory_total": 8, "swap_percent": 4.5, "uptime_s": 53.0, "iowait_percent": 5.5,
        "steal_percent": 0.1, "system_percent": 1.1, "user_percent": 2.1, "cpu_trend": state.health.trend.values(),
        "processes": (state.processes["process"].view(),), "lines": (state.lines["line"].view(),),
        "disks": state.disks.view(), "apps": made.apps, "events": made.events, "sections": state.sections.view(),
        "health": state.machine and state.machine.view(), "clock": state.clock and state.clock.view(),
        "booted_at": 54.0, "identity": state.identity, "samples": 61, "dropped": 62, "strained": made.strained,
    }  # fmt: skip
    assert [one.key for one in made.apps] == ["app"] and [one.key for one in made.events] == ["event"]
