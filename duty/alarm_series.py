"""The kept readings behind an alarm, as shares of its limit: what a deadband is tried on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from duty.alarm_def import AlarmKey
from duty.limits import Level
from duty.series import SeriesKey

_FIELDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "process.cpu": ("process", ("cpu",)),
    "process.memory": ("process", ("rss",)),
    "process.threads": ("process", ("threads",)),
    "process.open_files": ("process", ("files",)),
    "line.use": ("line", ("in", "out")),
    "line.errors": ("line", ("errors",)),
    "line.drops": ("line", ("drops",)),
    "line.queue": ("queue", ("packets",)),
    "line.retransmitted": ("queue", ("retransmitted",)),
    "ping.rtt": ("ping", ("rtt",)),
    "ping.jitter": ("ping", ("jitter",)),
    "ping.loss": ("ping", ("loss",)),
    "disk.filling": ("disk", ("used_percent",)),
    "disk.inodes": ("disk", ("inodes_percent",)),
    "app.slow": ("app", ("response",)),
    "number.limit": ("perf", ("value",)),
    "machine.temperature": ("sensor", ("celsius",)),
    "machine.device_busy": ("device", ("busy",)),
    "machine.device_slow": ("device", ("wait",)),
}
"""Of an alarm whose thing is called as its series are: their kind and fields."""
_MACHINE = {
    "machine.cpu": "cpu",
    "machine.iowait": "iowait",
    "machine.steal": "steal",
    "machine.load": "load",
    "machine.memory": "memory",
    "machine.swap": "swap",
}


def series_behind(key: AlarmKey) -> tuple[SeriesKey, ...]:
    """The series whose number the alarm judges, several where it judges the highest of them; none: it has no number.

    Left out is what is judged by its distance from a limit on both sides (the clock), and what is bad when low.
    """
    if key.definition in _MACHINE:
        return (SeriesKey("host", "", _MACHINE[key.definition]),)
    if key.definition == "machine.pressure":
        return (SeriesKey("pressure", f"{key.subject.key} some", "share"),)
    kind, fields = _FIELDS.get(key.definition, ("", ()))
    return tuple(SeriesKey(kind, key.subject.key, field) for field in fields)


def shares(
    series: Iterable[SeriesKey],
    readings: Callable[[SeriesKey], Sequence[tuple[float, float]]],
    levels: Callable[[SeriesKey], Sequence[Level]],
) -> list[tuple[float, float]]:
    """(UTC epoch seconds, value as a share of the limit from which the alarm holds) of all ``series`` as one.

    A series without a limit, or with one that is bad below it, says nothing: for such an alarm no deadband works.
    """
    found: dict[float, float] = {}
    for one in series:
        known = levels(one)
        limit = min((level.value for level in known), default=0.0)
        if limit <= 0 or any(level.below for level in known):
            continue
        for at, value in readings(one):
            found[at] = max(value / limit, found.get(at, 0.0))
    return sorted(found.items())
