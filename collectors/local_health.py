"""The machine the watch runs on: the same reading as the section ``health``, through psutil and /proc."""

from __future__ import annotations

import re
import subprocess
import time
from pathlib import Path

import psutil

from duty.clean import clean
from duty.phrases import phrase
from duty.readings import BlockCounters, HostHealth, Pressure, RaidArray, SectionFailure, Sensor

SYSTEMCTL = ("systemctl", "list-units", "--state=failed", "--plain", "--no-legend", "--no-pager")
SYSTEMCTL_S = 5.0
_SKIPPED = re.compile(r"(loop|ram|zram|fd|sr)\d")
_ARRAY = re.compile(r"^(md\S*) : (\S+) (?:\(\S+\) )?(\S+)")
_DEVICES = re.compile(r"\[(\d+)/(\d+)\]")
_ACTION = re.compile(r"(resync|recovery|reshape|check) *= *([0-9.]+%)")


def read_health(root: Path = Path("/")) -> HostHealth:
    """The machine now. ``root`` stands before /proc and /sys in tests."""
    failed: list[SectionFailure] = []
    opened = _text(root / "proc/sys/fs/file-nr").split()
    return HostHealth(
        uptime_s=time.clock_gettime(time.CLOCK_BOOTTIME),
        pressures=_pressures(root),
        files_open=int(opened[0]) if len(opened) == 3 else None,
        files_max=int(opened[2]) if len(opened) == 3 else None,
        oom_kills=_oom_kills(root),
        devices=_devices(root),
        sensors=_sensors(),
        arrays=arrays(_text(root / "proc/mdstat")),
        failed_units=_failed_units(root, failed),
        failures=tuple(failed),
    )


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""


def _pressures(root: Path) -> tuple[Pressure, ...]:
    found = []
    for resource in ("cpu", "memory", "io"):
        for line in _text(root / "proc/pressure" / resource).splitlines():
            kind, *pairs = line.split()
            told = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
            found.append(Pressure(resource, clean(kind, 20), _number(told.get("avg10")), _number(told.get("avg60"))))
    return tuple(found)


def _number(text: str | None) -> float | None:
    return None if text is None else float(text)


def _oom_kills(root: Path) -> int | None:
    found = re.search(r"^oom_kill (\d+)$", _text(root / "proc/vmstat"), re.M)
    return int(found[1]) if found else None


def _devices(root: Path) -> tuple[BlockCounters, ...]:
    found = []
    for name, io in sorted(psutil.disk_io_counters(perdisk=True, nowrap=False).items()):
        if _SKIPPED.match(name) or not (root / "sys/block" / name).exists():
            continue
        counted = _text(root / "sys/block" / name / "device/ioerr_cnt").strip()
        errors = int(counted, 0) if counted else None
        read, written = (io.read_count, io.read_bytes // 512, io.read_time), (io.write_count, io.write_bytes // 512)
        found.append(BlockCounters(clean(name, 80), *read, *written, io.write_time, io.busy_time, errors))
    return tuple(found)


def _sensors() -> tuple[Sensor, ...]:
    return tuple(
        Sensor(clean(chip, 80), clean(one.label, 80), one.current, one.high, one.critical)
        for chip, many in psutil.sensors_temperatures().items()
        for one in many
    )


def arrays(mdstat: str) -> tuple[RaidArray, ...]:
    """The arrays of a ``/proc/mdstat``."""
    found: list[RaidArray] = []
    for block in re.split(r"\n(?=md\S* : )|\n\s*\n", "\n" + mdstat):
        if (head := _ARRAY.match(block.strip("\n"))) is None:
            continue
        devices, action = _DEVICES.search(block), _ACTION.search(block)
        found.append(
            RaidArray(
                name=clean(head[1], 80),
                active=head[2] == "active",
                level=clean(head[3], 80),
                wanted=int(devices[1]) if devices else None,
                working=int(devices[2]) if devices else None,
                action=f"{action[1]}={action[2]}" if action else "",
            )
        )
    return tuple(found)


def _failed_units(root: Path, failed: list[SectionFailure]) -> tuple[str, ...] | None:
    if not (root / "run/systemd/system").is_dir():
        return None
    try:
        told = subprocess.run(SYSTEMCTL, capture_output=True, timeout=SYSTEMCTL_S, check=True, text=True).stdout
    except (OSError, subprocess.SubprocessError):
        why = phrase("{subject} could not be read", subject="systemctl")
        failed.append(SectionFailure("health", why, "systemctl"))
        return None
    return tuple(clean(line.split()[0], 80) for line in told.splitlines() if line.split())
