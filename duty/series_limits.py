"""The limits of a series: what the site file demands of that number, in the unit in which the series is kept.

Made when a graph is asked for, never with a reading. What only the host knows (how many processors it has, how large
a mount is, what a sensor or a check command says of itself) is taken from its newest view.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from duty.board import HostView
from duty.limits import Level
from duty.machine import limits_of_sensor
from duty.perf import levels_of
from duty.quality import State
from duty.series import SeriesKey, perf_key, perf_of
from duty.site import DiskRule, HostSpec, Limits

Levels = tuple[Level, ...]

_HOST = {
    "cpu": "cpu_percent",
    "memory": "memory_percent",
    "swap": "swap_percent",
    "iowait": "iowait_percent",
    "steal": "steal_percent",
}
_PROCESS = {"cpu": "cpu_percent", "rss": "rss_bytes", "threads": "threads", "files": "open_files"}
_LINE = {"errors": "errors_per_s", "drops": "drops_per_s"}
_QUEUE = {"packets": "queue_packets", "retransmitted": "retransmitted_percent"}
_PING = {"rtt": "rtt_s", "jitter": "jitter_s", "loss": "loss_percent"}
_DEVICE = {"busy": "device_busy_percent", "wait": "device_await_s"}


def levels(limits: Limits, *, times: float = 1.0, below: bool = False) -> Levels:
    """Both limits as levels of a graph, each ``times`` what the site file says."""
    both = ((limits.warn, State.WARN), (limits.act, State.ACT))
    return tuple(Level(times * value, state, below) for value, state in both if value is not None)


def limits_of_series(spec: HostSpec, view: HostView | None, series: SeriesKey) -> Levels:
    """Every level of ``series`` that is judged; ``view``: the newest of its host, if there is one."""
    find = _OF_KIND.get(series.kind)
    return () if find is None else find(spec, view, series)


def _named(rule: object, names: Mapping[str, str], field: str) -> Levels:
    limits = getattr(rule, names[field], None) if field in names else None
    return levels(limits) if isinstance(limits, Limits) else ()


def _of_host(spec: HostSpec, view: HostView | None, series: SeriesKey) -> Levels:
    if series.field == "load":
        cpus = None if view is None else view.cpus
        return () if spec.health is None or not cpus else levels(spec.health.load_per_cpu, times=cpus)
    return _named(spec.health, _HOST, series.field)


def _of_process(spec: HostSpec, _view: HostView | None, series: SeriesKey) -> Levels:
    rule = next((one for one in spec.processes if one.key == series.key), None)
    if rule is None or series.field != "count":
        return _named(rule, _PROCESS, series.field)
    least = (Level(rule.count_min, State.ACT, True),) if rule.count_min > 0 else ()
    return least if rule.count_max is None else (*least, Level(rule.count_max + 1, State.ACT))


def _of_line(spec: HostSpec, _view: HostView | None, series: SeriesKey) -> Levels:
    rule = next((one for one in spec.lines if one.key == series.key), None)
    if rule is None or series.field not in ("in", "out"):
        return _named(rule, _QUEUE if series.kind == "queue" else _LINE, series.field)
    capacity = rule.capacity_in_bps if series.field == "in" else rule.capacity_out_bps
    return () if capacity is None else levels(rule.use_percent, times=capacity / 100)


def _of_ping(spec: HostSpec, _view: HostView | None, series: SeriesKey) -> Levels:
    pings = ((f"{line.key} {ping.target}", ping) for line in spec.lines for ping in line.pings)
    return _named(next((ping for key, ping in pings if key == series.key), None), _PING, series.field)


def _of_clock(spec: HostSpec, _view: HostView | None, _series: SeriesKey) -> Levels:
    if spec.clock is None:
        return ()
    ahead = spec.clock.offset_s  # a distance either way
    return (*levels(ahead), *levels(ahead, times=-1.0, below=True))


def _of_device(spec: HostSpec, _view: HostView | None, series: SeriesKey) -> Levels:
    return _named(spec.health, _DEVICE, series.field)


def _of_pressure(spec: HostSpec, _view: HostView | None, series: SeriesKey) -> Levels:
    judged = spec.health is not None and series.key.endswith(" some")
    return levels(spec.health.pressure_percent) if judged and spec.health is not None else ()


def _of_sensor(spec: HostSpec, view: HostView | None, series: SeriesKey) -> Levels:
    if spec.health is None:
        return ()
    sensors = view.health.sensors if view is not None and view.health is not None else ()
    found = next((one for one in sensors if f"{one.chip} {one.label}" == series.key), None)
    return levels(spec.health.celsius if found is None else limits_of_sensor(found, spec.health.celsius))


def _of_disk(spec: HostSpec, view: HostView | None, series: SeriesKey) -> Levels:
    rule = _disk_rule(spec.disks, series.key)
    if rule is None:
        return ()
    if series.field in ("used_percent", "inodes_percent"):
        return levels(rule.used_percent if series.field == "used_percent" else rule.inodes_percent)
    disk = next((one for one in view.disks if one.mount == series.key), None) if view is not None else None
    if disk is None or disk.used_bytes is None or disk.available_bytes is None:
        return ()
    room = disk.used_bytes + disk.available_bytes  # as df counts
    if series.field == "used":
        return levels(rule.used_percent, times=room / 100)
    return tuple(Level(room - one.value, one.state, True) for one in levels(rule.used_percent, times=room / 100))


def _disk_rule(rules: Iterable[DiskRule], mount: str) -> DiskRule | None:
    by_mount = {rule.mount: rule for rule in rules}
    return by_mount.get(mount) or by_mount.get("*")


def _of_app(spec: HostSpec, _view: HostView | None, series: SeriesKey) -> Levels:
    rule = next((one for one in spec.apps if one.key == series.key), None)
    if rule is None:
        return ()
    return levels(rule.time_s) if series.field == "response" else levels(rule.cert_days, below=True)


def _of_number(spec: HostSpec, view: HostView | None, series: SeriesKey) -> Levels:
    known = None if view is None else perf_of(view, series)
    if known is not None:
        return known.levels
    # A command that fails says no numbers: what the site file says in their own unit still holds.
    limits = ((perf_key(app.key, one.label), one) for app in spec.apps for one in app.limits)
    found = next((one for key, one in limits if key == series.key), None)
    return () if found is None else levels_of(None, found)


_OF_KIND: dict[str, Callable[[HostSpec, HostView | None, SeriesKey], Levels]] = {
    "host": _of_host,
    "process": _of_process,
    "line": _of_line,
    "queue": _of_line,
    "ping": _of_ping,
    "clock": _of_clock,
    "device": _of_device,
    "pressure": _of_pressure,
    "sensor": _of_sensor,
    "disk": _of_disk,
    "app": _of_app,
    "perf": _of_number,
}
