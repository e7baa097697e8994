"""The machine itself: counters into rates, limits into reasons, and what stays in sight for how long."""

from __future__ import annotations

import msgspec
import pytest

from duty.machine import REMEMBERED_S, MachineTrack
from duty.quality import State
from duty.readings import BlockCounters, HostHealth, Pressure, RaidArray, Sensor
from duty.site import HealthRule, Limits

QUIET = HostHealth(uptime_s=1000.0, oom_kills=2, files_open=100, files_max=1000, failed_units=())


def judged(rule: HealthRule = HealthRule(), **what: object) -> tuple[State, list[str]]:  # noqa: B008 - frozen
    track = MachineTrack(rule)
    track.see(msgspec.structs.replace(QUIET, **what), 0.0)
    view = track.view()
    return view.state, [str(why) for why in view.why]


def test_before_the_first_reading_it_is_unknown() -> None:
    assert MachineTrack(HealthRule()).view().state is State.UNKNOWN


def test_a_quiet_machine_is_well() -> None:
    assert judged() == (State.OK, [])


@pytest.mark.parametrize(
    ("what", "state", "words"),
    [
        ({"arrays": (RaidArray("md0", True, "raid1", 2, 1),)}, State.ACT, "RAID md0 is degraded: 1 of 2 devices"),
        ({"arrays": (RaidArray("md0", False, "raid1", None, None),)}, State.ACT, "RAID md0 is not active"),
        ({"arrays": (RaidArray("md0", True, "raid1", 2, 2, "resync=9%"),)}, State.WARN, "RAID md0: resync=9%"),
        ({"arrays": (RaidArray("md0", True, "raid1", 2, 2, "check=9%"),)}, State.OK, None),
        ({"failed_units": ("a.service",)}, State.WARN, "failed units: a.service"),
        ({"failed_units": tuple("abcde")}, State.WARN, "failed units: a, b, c…"),
        ({"failed_units": None}, State.OK, None),
        ({"sensors": (Sensor("cpu", "core", 90.0, 84.0, 100.0),)}, State.WARN, "cpu core is at 90 °C (limit 84 °C)"),
        ({"sensors": (Sensor("cpu", "core", 101.0, 84.0, 100.0),)}, State.ACT, "cpu core is at 101 °C (limit 100 °C)"),
        ({"sensors": (Sensor("nvme", "", 60.0, 65261.8, None),)}, State.OK, None),
        ({"files_open": 950}, State.ACT, "95 % of all file handles are open"),
    ],
)
def test_what_is_wrong_is_said(what: dict[str, object], state: State, words: str | None) -> None:
    assert judged(**what) == (state, [words] if words else [])


def test_limits_of_the_site_come_before_the_sensor_own() -> None:
    rule = HealthRule(pressure_percent=Limits(10))
    warm = HealthRule(celsius=Limits(40, 50))
    assert judged(warm, sensors=(Sensor("cpu", "core", 45.0, 84.0, 100.0),))[0] is State.WARN
    waits = (
        Pressure("io", "some", 90.0, 30.0),
        Pressure("io", "full", 90.0, 90.0),
        Pressure("cpu", "some", 1, None),
    )
    assert judged(rule, pressures=waits) == (State.WARN, ["tasks wait for io 30 % of the time"])


def test_pressure_that_is_demanded_and_not_told_is_unknown() -> None:
    assert judged(HealthRule(pressure_percent=Limits(10)))[0] is State.UNKNOWN


def device(busy: int, errors: int | None = None, reads: int = 0, read_ms: int = 0) -> BlockCounters:
    return BlockCounters("sda", reads, reads * 8, read_ms, 0, 0, 0, busy, errors)


def test_devices_have_rates_from_the_second_reading_on_and_none_after_a_boot() -> None:
    track = MachineTrack(HealthRule(device_busy_percent=Limits(50, 90), device_await_s=Limits(0.01)))
    track.see(msgspec.structs.replace(QUIET, devices=(device(0),)), 0.0)
    (first,) = track.view().devices
    assert (first.busy_percent, first.read_bps, first.await_s) == (None, None, None)
    track.see(msgspec.structs.replace(QUIET, uptime_s=1010.0, devices=(device(6000, 0, 100, 2000),)), 10.0)
    (second,) = track.view().devices
    assert (second.busy_percent, second.read_bps, second.await_s) == (60.0, 100 * 8 * 512 / 10, 0.02)
    said = [str(why) for why in track.view().why]
    assert said == ["sda is busy 60 % of the time", "requests to sda take 20 ms"]
    track.see(msgspec.structs.replace(QUIET, uptime_s=5.0, devices=(device(10),)), 20.0)
    assert track.view().devices[0].busy_percent is None


def test_kills_and_errors_stay_in_sight_for_an_hour() -> None:
    track = MachineTrack(HealthRule())
    track.see(msgspec.structs.replace(QUIET, devices=(device(0, 4),)), 0.0)
    assert track.view().state is State.OK, "what was counted before the watch began is not news"
    later = msgspec.structs.replace(QUIET, uptime_s=1010.0, oom_kills=5, devices=(device(0, 6),))
    track.see(later, 10.0)
    assert [str(why) for why in track.view().why] == [
        "2 I/O errors on sda",
        "3 processes killed for want of memory in the last hour",
    ]
    track.see(msgspec.structs.replace(later, uptime_s=5000.0), 10.0 + REMEMBERED_S)
    assert track.view().state is State.OK
