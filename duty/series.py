"""Which numbers of a host are worth keeping over time, what they are called and in which unit.

One table says it all: a new view's numbers become series by a line here, and rings, roll-ups, graphs and export know
them. What is not known is absent, never zero; a host that is not read now gives nothing, so that its graphs have gaps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec

from duty.board import HostView, PerfView
from duty.quality import Quality

NUL = float("nan")
"""Stands where a row of numbers has none."""
READ = (Quality.GOOD, Quality.LATE)
COUNTER = "c"
"""The unit of a check command's number that only ever grows: a plain count."""


class SeriesKey(msgspec.Struct, frozen=True, array_like=True, order=True):
    """One series of one host. ``key`` names the thing on its host and is empty for the host itself."""

    kind: str
    key: str
    field: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}:{self.field}"


class Kind(msgspec.Struct, frozen=True):
    """Things of one kind on a host, and their numbers."""

    name: str
    items: Callable[[HostView], Iterable[Any]]
    """The things, each with its own ``read_at`` unless ``read_with`` says otherwise."""
    key: Callable[[Any], str]
    fields: tuple[tuple[str, str, str], ...]
    """(name of the series' field, attribute of the view, unit)."""
    slow: bool = False
    """Read by a slow section, not with every sample."""
    at: str = "read_at"
    """The attribute that says when a thing was read."""
    read_with: Callable[[HostView], float | None] | None = None
    """When they were read, where the things do not say so themselves."""


def perf_key(app: str, label: str) -> str:
    """What a number of a check command is called among the series of its host."""
    return f"{app} {label}"


class _Number(NamedTuple):
    key: str
    value: float | None
    read_at: float | None


def _numbers(view: HostView) -> list[_Number]:
    return [_Number(perf_key(app.key, one.label), one.value, app.read_at) for app in view.apps for one in app.perf]


def _health_read_at(view: HostView) -> float | None:
    return None if view.health is None else view.health.read_at


KINDS = (
    Kind(
        "host",
        lambda view: (view,),
        lambda _view: "",
        (
            ("cpu", "cpu_percent", "%"),
            ("load", "load1", ""),
            ("memory", "memory_percent", "%"),
            ("swap", "swap_percent", "%"),
            ("user", "user_percent", "%"),
            ("system", "system_percent", "%"),
            ("iowait", "iowait_percent", "%"),
            ("steal", "steal_percent", "%"),
        ),
    ),
    Kind(
        "process",
        attrgetter("processes"),
        attrgetter("key"),
        (
            ("count", "count", ""),
            ("cpu", "cpu_percent", "%"),
            ("rss", "rss_bytes", "B"),
            ("threads", "threads", ""),
            ("files", "open_files", ""),
        ),
        read_with=attrgetter("read_at"),
    ),
    Kind(
        "line",
        attrgetter("lines"),
        attrgetter("key"),
        (
            ("in", "in_bps", "bit/s"),
            ("out", "out_bps", "bit/s"),
            ("errors", "errors_per_s", "/s"),
            ("drops", "drops_per_s", "/s"),
        ),
    ),
    Kind(
        "queue",
        lambda view: [line for line in view.lines if line.looked_at is not None],
        attrgetter("key"),
        (("packets", "queue_packets", ""), ("retransmitted", "retransmitted_percent", "%")),
        slow=True,
        at="looked_at",
    ),
    Kind(
        "ping",
        lambda view: [ping for line in view.lines for ping in line.pings],
        lambda ping: f"{ping.line} {ping.target}",
        (("rtt", "rtt_s", "s"), ("jitter", "jitter_s", "s"), ("loss", "loss_percent", "%")),
        slow=True,
    ),
    Kind(
        "clock",
        lambda view: () if view.clock is None else (view.clock,),
        lambda _clock: "",
        (("offset", "offset_s", "s"),),
        slow=True,
    ),
    Kind(
        "device",
        lambda view: () if view.health is None else view.health.devices,
        attrgetter("name"),
        (
            ("busy", "busy_percent", "%"),
            ("read", "read_bps", "B/s"),
            ("written", "write_bps", "B/s"),
            ("wait", "await_s", "s"),
        ),
        slow=True,
        read_with=_health_read_at,
    ),
    Kind(
        "pressure",
        lambda view: () if view.health is None else view.health.pressures,
        lambda one: f"{one.resource} {one.kind}",
        (("share", "avg60", "%"),),
        slow=True,
        read_with=_health_read_at,
    ),
    Kind(
        "sensor",
        lambda view: () if view.health is None else view.health.sensors,
        lambda one: f"{one.chip} {one.label}",
        (("celsius", "celsius", "°C"),),
        slow=True,
        read_with=_health_read_at,
    ),
    Kind(
        "disk",
        attrgetter("disks"),
        attrgetter("mount"),
        (
            ("used", "used_bytes", "B"),
            ("available", "available_bytes", "B"),
            ("used_percent", "used_percent", "%"),
            ("inodes_percent", "inodes_percent", "%"),
        ),
        slow=True,
    ),
    Kind(
        "app",
        attrgetter("apps"),
        attrgetter("key"),
        (("response", "response_s", "s"), ("cert_days", "cert_days", "d")),
        slow=True,
    ),
    Kind(
        "event",
        attrgetter("events"),
        attrgetter("key"),
        (("act", "act_per_min", "/min"), ("warn", "warn_per_min", "/min")),
        slow=True,
    ),
    Kind("perf", _numbers, attrgetter("key"), (("value", "value", ""),), slow=True),
)
_UNITS = {(kind.name, name): unit for kind in KINDS for name, _attribute, unit in kind.fields}


def unit_of(series: SeriesKey, view: HostView | None = None) -> str:
    """``%``, ``B``, ``bit/s``, ``/s``, ``/min``, or empty for a plain number.

    Of a check command's number only ``view``, the newest of its host, knows it.
    """
    if series.kind == "perf" and view is not None and (number := perf_of(view, series)) is not None:
        return "" if number.unit == COUNTER else number.unit
    return _UNITS.get((series.kind, series.field), "")


def perf_of(view: HostView, series: SeriesKey) -> PerfView | None:
    """The number of a check command that is this series; ``None`` where the command does not say it now."""
    for app in view.apps:
        for one in app.perf:
            if perf_key(app.key, one.label) == series.key:
                return one
    return None


def series_of(view: HostView) -> Iterator[tuple[SeriesKey, float]]:
    """Every number of a host that is known now; nothing of a host whose newest reading is stale or cannot come."""
    if view.quality not in READ:
        return
    for kind in KINDS:
        for thing in kind.items(view):
            for name, attribute, _unit in kind.fields:
                value = getattr(thing, attribute)
                if value is not None:
                    yield SeriesKey(kind.name, kind.key(thing), name), float(value)


def _getter(attributes: tuple[str, ...]) -> Callable[[Any], tuple[float | None, ...]]:
    if len(attributes) > 1:
        return attrgetter(*attributes)
    only = attrgetter(attributes[0])
    return lambda thing: (only(thing),)


class Columns:
    """The same numbers as rows with a fixed order, which costs a tenth: for the fast or the slow kinds of one host."""

    def __init__(self, *, slow: bool, limit: int) -> None:
        """At most ``limit`` series: what a host says of itself must not fill our memory."""
        self._kinds = [
            (kind, _getter(tuple(attribute for _name, attribute, _unit in kind.fields)))
            for kind in KINDS
            if kind.slow == slow
        ]
        self._limit = limit
        self.keys: tuple[SeriesKey, ...] = ()
        self._start_of: dict[tuple[int, str], int] = {}
        """(number of the kind, thing) → its first column."""
        self._names: list[tuple[str, ...]] = []
        self._starts: list[list[int]] = []
        self._whole: list[slice | None] = []
        """By kind: all its columns, where one slice holds them."""
        self.surplus = 0
        """Things that did not fit."""

    def row(self, view: HostView, since: float = 0.0) -> tuple[list[float], float]:
        """One number for each of :attr:`keys` and when the newest was read (0: nothing new).

        A thing that was not read after ``since`` has only :data:`NUL` in the row. ``keys`` may have grown at its end.
        """
        found = [tuple(kind.items(view)) for kind, _numbers in self._kinds]
        names = [tuple(map(kind.key, things)) for (kind, _numbers), things in zip(self._kinds, found, strict=True)]
        if names != self._names:
            self._settle(names)
        row = [NUL] * len(self.keys)
        newest = 0.0
        for (kind, numbers), things, starts, whole in zip(self._kinds, found, self._starts, self._whole, strict=True):
            if not things:
                continue
            if kind.read_with is not None and (together := kind.read_with(view)) is not None and whole is not None:
                if together > since:
                    newest = max(newest, together)
                    row[whole] = _known(chain.from_iterable(map(numbers, things)))
                continue
            for thing, start in zip(things, starts, strict=True):
                at = getattr(thing, kind.at) if kind.read_with is None else together
                if at is None or at <= since or start < 0:
                    continue
                newest = max(newest, at)
                row[start : start + len(kind.fields)] = _known(numbers(thing))
        return row, newest

    def _settle(self, names: list[tuple[str, ...]]) -> None:
        """Find the columns of the things there are now; a thing once seen keeps its own."""
        self._names, self._starts, self._whole, self.surplus = names, [], [], 0
        keys = list(self.keys)
        for number, (kind, _numbers) in enumerate(self._kinds):
            starts = []
            for name in names[number]:
                start = self._start_of.get((number, name), -1)
                if start < 0 and len(keys) + len(kind.fields) <= self._limit:
                    start = self._start_of[number, name] = len(keys)
                    keys += [SeriesKey(kind.name, name, field) for field, _attribute, _unit in kind.fields]
                self.surplus += start < 0
                starts.append(start)
            self._starts.append(starts)
            self._whole.append(_in_one(starts, len(kind.fields)))
        self.keys = tuple(keys)


def _known(values: Iterable[float | None]) -> list[float]:
    return [NUL if value is None else value for value in values]


def _in_one(starts: list[int], width: int) -> slice | None:
    """The columns of things that lie side by side in their order, as they mostly do."""
    if not starts or starts[0] < 0 or starts != list(range(starts[0], starts[0] + width * len(starts), width)):
        return None
    return slice(starts[0], starts[-1] + width)
