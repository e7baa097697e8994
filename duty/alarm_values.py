"""The number behind an alarm, in the unit of its series; ``None`` where it has none or is not known."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from duty.board import AppView, ClockView, HealthView, HostView, LineView, PerfView, ProcessView
from duty.lines import share
from duty.series import perf_key


def value_of(definition: str, view: object, part: str = "") -> float | None:
    """The number that ``definition`` judges. ``view``: the thing's own; ``part``: which of its parts, as in
    :attr:`duty.alarm_reasons.Reason.part`."""
    get = _PLAIN.get(definition)
    if get is not None:
        found = get(view)
        return None if found is None else float(found)
    of_part = _OF_PART.get(definition)
    return None if of_part is None else of_part(view, part)


def number_of(app: AppView, key: str) -> PerfView | None:
    """The number of a check command that the series ``key`` is of."""
    return next((one for one in app.perf if perf_key(app.key, one.label) == key), None)


def _zombies(process: ProcessView) -> int:
    return process.process_states.count("Z")


def _use(line: LineView) -> float | None:
    both = (share(line.in_bps, line.capacity_in_bps), share(line.out_bps, line.capacity_out_bps))
    known = [100 * one for one in both if one is not None]
    return max(known, default=None)


def _offset(clock: ClockView) -> float | None:
    """What is certain of the distance, as it is judged."""
    return None if clock.offset_s is None else max(0.0, abs(clock.offset_s) - (clock.margin_s or 0.0))


def _load(view: HostView) -> float | None:
    return None if view.load1 is None or not view.cpus else view.load1 / view.cpus


def _handles(health: HealthView) -> float | None:
    return 100 * health.files_open / health.files_max if health.files_open is not None and health.files_max else None


def _sensor(health: HealthView, part: str) -> float | None:
    named = ((" ".join(word for word in (one.chip, one.label) if word), one.celsius) for one in health.sensors)
    return next((celsius for name, celsius in named if name == part), None)


def _pressure(health: HealthView, part: str) -> float | None:
    return next((one.avg60 for one in health.pressures if one.kind == "some" and one.resource == part), None)


def _device(name: str) -> Callable[[HealthView, str], float | None]:
    get = attrgetter(name)

    def value(health: HealthView, part: str) -> float | None:
        found = next((one for one in health.devices if one.name == part), None)
        return None if found is None else get(found)

    return value


_PLAIN: dict[str, Callable[[Any], float | None]] = {
    "process.cpu": attrgetter("cpu_percent"),
    "process.memory": attrgetter("rss_bytes"),
    "process.threads": attrgetter("threads"),
    "process.open_files": attrgetter("open_files"),
    "process.zombies": _zombies,
    "line.use": _use,
    "line.errors": attrgetter("errors_per_s"),
    "line.drops": attrgetter("drops_per_s"),
    "line.queue": attrgetter("queue_packets"),
    "line.retransmitted": attrgetter("retransmitted_percent"),
    "ping.rtt": attrgetter("rtt_s"),
    "ping.jitter": attrgetter("jitter_s"),
    "ping.loss": attrgetter("loss_percent"),
    "disk.filling": attrgetter("used_percent"),
    "disk.inodes": attrgetter("inodes_percent"),
    "app.slow": attrgetter("response_s"),
    "app.certificate_ending": attrgetter("cert_days"),
    "clock.offset": _offset,
    "machine.cpu": attrgetter("cpu_percent"),
    "machine.iowait": attrgetter("iowait_percent"),
    "machine.steal": attrgetter("steal_percent"),
    "machine.load": _load,
    "machine.memory": attrgetter("memory_percent"),
    "machine.swap": attrgetter("swap_percent"),
    "machine.file_handles": _handles,
}
_OF_PART: dict[str, Callable[[Any, str], float | None]] = {
    "machine.temperature": _sensor,
    "machine.pressure": _pressure,
    "machine.device_busy": _device("busy_percent"),
    "machine.device_slow": _device("await_s"),
}
STRAINS = ("machine.cpu", "machine.iowait", "machine.steal", "machine.load", "machine.memory", "machine.swap")
"""What comes with every sample of the machine, and stands in the host's own view."""
