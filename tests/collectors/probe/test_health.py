"""The sections health and time: real shells and awks on this machine and on made-up trees of /proc and /sys."""

from __future__ import annotations

import subprocess
import time
from importlib import resources
from pathlib import Path

import psutil
import pytest

from collectors.local_health import arrays, read_health
from collectors.parse_slow import parse_section
from duty.readings import ClockReading, HostHealth, RaidArray, Sensor
from duty.site import HostSpec
from tests.collectors.probe.test_real_shells import Start, start
from tests.support.probes import AWKS, SHELLS, path_with_awk

__all__ = ["start"]
HERE = HostSpec("here", "here")

FILES = {
    "proc/uptime": "5000.25 100.00\n",
    "proc/pressure/cpu": "some avg10=8.45 avg60=14.87 avg300=9.18 total=153314885\n",
    "proc/pressure/io": "some avg10=1.00 avg60=2.50 avg300=3.00 total=5\nfull avg10=0.10 avg60=0.20 avg300=0 total=1\n",
    "proc/sys/fs/file-nr": "927\t0\t2466165\n",
    "proc/vmstat": "nr_free_pages 1\noom_kill 3\nzone 2\n",
    "proc/diskstats": (
        "   7       0 loop0 1 1 1 1 1 1 1 1 1 1 1\n"
        "   8       0 sda 100 2 800 50 200 3 1600 70 0 90 120\n"
        "   8       1 sda1 100 2 800 50 200 3 1600 70 0 90 120 0 0 0 0\n"
    ),
    "proc/mdstat": (
        "Personalities : [raid1] [raid6]\n"
        "md0 : active raid1 sdb1[1] sda1[0](F)\n      1953383488 blocks super 1.2 [2/1] [U_]\n"
        "      [==>..................]  recovery = 12.6% (1/2) finish=1min speed=1K/sec\n      bitmap: 0/15 pages\n\n"
        "md1 : active (auto-read-only) raid5 sdc1[0] sdd1[1]\n      10 blocks [3/3] [UUU]\n\n"
        "md2 : inactive sde1[0](S)\n      10 blocks super 1.2\n\nunused devices: <none>\n"
    ),
    "sys/block/loop0/x": "",
    "sys/block/sda/device/ioerr_cnt": "0x1f\n",
    "sys/class/hwmon/hwmon0/name": "core temp\n",
    "sys/class/hwmon/hwmon0/temp1_input": "45500\n",
    "sys/class/hwmon/hwmon0/temp1_label": "Package id 0\n",
    "sys/class/hwmon/hwmon0/temp1_max": "84000\n",
    "sys/class/hwmon/hwmon0/temp1_crit": "100000\n",
    "sys/class/hwmon/hwmon0/temp2_input": "-5000\n",
}
ARRAYS = (
    RaidArray("md0", True, "raid1", 2, 1, "recovery=12.6%"),
    RaidArray("md1", True, "raid5", 3, 3),
    RaidArray("md2", False, "sde1[0](S)", None, None),
)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / "root" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "root"


def part_of(shell: str, path: str, root: Path, call: str) -> list[bytes]:
    """What one function of a part prints, run by itself."""
    text = resources.files("collectors").joinpath("shell", "health.sh").read_text("ascii")
    script = f'N="\n"\nsay() {{ printf "%s\\n" "$1"; }}\nMORE=\n{text}\n{call}\n'
    if shell == "mksh":
        script = script.replace('printf "%s\\n" "$1"', 'print -r -- "$1"')
    command = ["busybox", "sh", "-c", script] if shell == "busybox" else [shell, "-c", script]
    done = subprocess.run(command, env={"PATH": path, "WKROOT": str(root)}, capture_output=True, check=True)
    assert done.stderr == b""
    return done.stdout.splitlines()


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("awk", AWKS)
def test_a_machine_of_files(tree: Path, tmp_path: Path, shell: str, awk: str) -> None:
    lines = part_of(shell, path_with_awk(tmp_path / "bin", awk), tree, "read_health")
    reading = parse_section("health", lines, ())
    assert isinstance(reading, HostHealth) and reading.failures == ()
    assert reading.uptime_s == 5000.25 and reading.oom_kills == 3
    assert (reading.files_open, reading.files_max) == (927, 2466165)
    assert [(p.resource, p.kind, p.avg60) for p in reading.pressures] == [
        ("cpu", "some", 14.87), ("io", "some", 2.5), ("io", "full", 0.2),
    ]  # fmt: skip
    (disk,) = reading.devices
    assert (disk.name, disk.reads, disk.write_sectors, disk.busy_ms, disk.errors) == ("sda", 100, 1600, 90, 31)
    assert reading.sensors == (
        Sensor("core_temp", "Package_id_0", 45.5, 84.0, 100.0),
        Sensor("core_temp", "temp2", -5.0, None, None),
    )
    assert reading.arrays == ARRAYS
    assert reading.failed_units is None


def test_arrays_are_read_alike_on_this_machine() -> None:
    assert arrays(FILES["proc/mdstat"]) == ARRAYS
    assert arrays("") == () and arrays("Personalities : \nunused devices: <none>\n") == ()


def test_an_old_kernel_leaves_out_what_it_does_not_have(tree: Path, tmp_path: Path) -> None:
    for name in ("proc/pressure/cpu", "proc/pressure/io", "proc/mdstat", "proc/vmstat"):
        (tree / name).unlink()
    reading = parse_section("health", part_of("dash", path_with_awk(tmp_path / "bin", "mawk"), tree, "read_health"), ())
    assert isinstance(reading, HostHealth)
    assert reading.failures == () and reading.pressures == (), "an old kernel is no fault"
    assert reading.oom_kills is None and reading.arrays == () and reading.files_open == 927


def test_what_it_says_of_this_machine_is_what_psutil_says(start: Start) -> None:
    one = start()
    one.ready(HERE)
    reading, local = one.section("health", 2), read_health()
    assert isinstance(reading, HostHealth)
    assert {d.name for d in reading.devices} == {d.name for d in local.devices}
    assert {p.resource for p in reading.pressures} == {p.resource for p in local.pressures}
    assert reading.files_max == local.files_max and reading.oom_kills == local.oom_kills
    for device in reading.devices:
        io = psutil.disk_io_counters(perdisk=True)[device.name]
        assert device.reads == pytest.approx(io.read_count, rel=0.05, abs=500)
        assert device.read_sectors * 512 == pytest.approx(io.read_bytes, rel=0.05, abs=1 << 26)


def test_the_clock_beside_the_uptime(start: Start) -> None:
    one = start()
    one.ready(HERE)
    reading = one.section("time", 3)
    assert isinstance(reading, ClockReading) and not reading.failures
    boot = time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)
    assert reading.epoch_s - reading.uptime_s == pytest.approx(boot, abs=0.5 + reading.resolution_s)


@pytest.mark.parametrize(
    ("lines", "service", "synchronized", "offset"),
    [
        ([b"N 1795500000.5 10.0", b"S chrony 1 -0.000123 3 10.1.1.1"], "chrony", True, -0.000123),
        ([b"N 1795500000 10.0", b"S timesyncd 0 - - -"], "timesyncd", False, None),
        ([b"N 1795500000 10.0", b"S - - - - -"], "", None, None),
    ],
)
def test_time_services(lines: list[bytes], service: str, synchronized: bool | None, offset: float | None) -> None:
    reading = parse_section("time", lines, ())
    assert isinstance(reading, ClockReading) and not reading.failures
    assert (reading.service, reading.synchronized, reading.service_offset_s) == (service, synchronized, offset)


@pytest.mark.parametrize("line", [b"N nan 10.0", b"N 1 inf", b"N x 1", b"N 1", b"Q 1", b""])
def test_a_clock_that_makes_no_sense_is_not_used(line: bytes) -> None:
    assert parse_section("time", [line], ()) is None


@pytest.mark.parametrize(
    "line",
    [b"U nan", b"Y cpu some 1 x 3", b"H 1", b"O -", b"K sda 1 2 3", b"T a b c d e", b"R md0 active", b"S 2", b"F", b""],
)
def test_a_line_that_is_not_understood_is_shown(line: bytes) -> None:
    reading = parse_section("health", [b"U 5.0", line, b"O 7"], ())
    assert isinstance(reading, HostHealth)
    assert len(reading.failures) == 1 and reading.oom_kills == 7
