"""What a process rule demands, made ready for being held against numbers every second."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

from duty.board import ProcessView
from duty.limits import lowest, passed
from duty.phrases import N_, Phrase
from duty.site import Limits, ProcessRule

WHOLE_MINUTES_S = 600.0
"""Seconds from which on an uptime is told in whole minutes: a process that does nothing then stays as it is shown."""


class Limited(NamedTuple):
    """One value that has a limit, in the words for passing it."""

    said: str
    of: Callable[[ProcessView], float | None]
    limits: Limits
    unit: int


class Demand(NamedTuple):
    """What follows from a rule alone: worked out once for all the hosts that have it from their role."""

    wanted: str
    least: int
    most: float
    fine_until: float
    """Uptime in seconds up to which it is told to the second."""
    cpu_from: float
    rss_from: float
    threads_from: float
    files_from: float
    """The lower limit of each value; infinite where there is none."""
    limited: tuple[Limited, ...]


@lru_cache(maxsize=4096)
def demand_of(rule: ProcessRule) -> Demand:
    """What follows from ``rule``."""
    limited = (
        Limited(N_("CPU at {value} % (limit {limit} %)"), attrgetter("cpu_percent"), rule.cpu_percent, 1),
        Limited(N_("memory at {value} MiB (limit {limit} MiB)"), attrgetter("rss_bytes"), rule.rss_bytes, 1 << 20),
        Limited(N_("{value} threads (limit {limit})"), attrgetter("threads"), rule.threads, 1),
        Limited(N_("{value} open files (limit {limit})"), attrgetter("open_files"), rule.open_files, 1),
    )
    return Demand(
        wanted=wanted(rule),
        least=rule.count_min,
        most=math.inf if rule.count_max is None else rule.count_max,
        # A rule about uptime must see each second go by for as long as it is not content.
        fine_until=max(WHOLE_MINUTES_S, 60.0 * ((rule.min_uptime_s or 0.0) // 60.0 + 2.0)),
        cpu_from=lowest(rule.cpu_percent),
        rss_from=lowest(rule.rss_bytes),
        threads_from=lowest(rule.threads),
        files_from=lowest(rule.open_files),
        limited=limited,
    )


def beyond(limited: Limited, value: float) -> Phrase:
    """The sentence for a value that has reached a limit."""
    limit = passed(value, limited.limits) / limited.unit
    return Phrase(limited.said, {"value": round(value / limited.unit), "limit": f"{limit:g}"})


def wanted(rule: ProcessRule) -> str:
    """How many copies there must be, as text."""
    if rule.count_max is None:
        return f"{rule.count_min}+"
    if rule.count_max == rule.count_min:
        return str(rule.count_min)
    return f"{rule.count_min}-{rule.count_max}"
