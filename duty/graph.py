"""A series as a graph shows it: so many stretches of time, each with the least, mean and highest of what was read."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from duty.limits import Level
from duty.series import SeriesKey

MOST_POINTS = 2000


class GraphPoint(msgspec.Struct, frozen=True, array_like=True):
    """One stretch of :attr:`Graph.step_s` seconds that begins at ``at`` (UTC epoch seconds)."""

    at: float
    low: float
    mean: float
    high: float


class Graph(msgspec.Struct, frozen=True):
    """One series of one host over time. A stretch without a reading is not among the points: draw a gap."""

    host: str
    series: SeriesKey
    unit: str
    since: float
    until: float
    step_s: float
    """Seconds that each point stands for."""
    finest_s: float
    """Seconds rolled up in the coarsest part, so that shorter points repeat what was kept; 0: single readings."""
    points: tuple[GraphPoint, ...]
    limits: tuple[Level, ...] = ()
    """Where the site file, a sensor or a check command sees a warning or a fault."""


class Stretch(NamedTuple):
    """What is known of ``seconds`` from ``at`` on; ``weight`` is the number of readings in it."""

    at: float
    seconds: float
    weight: int
    low: float
    mean: float
    high: float


def drawn(stretches: Iterable[Stretch], since: float, until: float, count: int) -> tuple[GraphPoint, ...]:
    """At most ``count`` points over ``since`` to ``until``. A long stretch shows in each point that it touches."""
    step = (until - since) / count
    found: dict[int, list[float]] = {}
    for at, seconds, weight, low, mean, high in stretches:
        first = math.floor((at - since) / step)
        last = max(first, math.ceil((at + seconds - since) / step) - 1)
        for place in range(max(0, first), min(count - 1, last) + 1):
            here = found.get(place)
            if here is None:
                found[place] = [low, weight * mean, high, weight]
                continue
            here[0], here[2] = min(here[0], low), max(here[2], high)
            here[1] += weight * mean
            here[3] += weight
    return tuple(
        GraphPoint(since + place * step, low, total / weight, high)
        for place, (low, total, high, weight) in sorted(found.items())
    )
