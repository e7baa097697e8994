"""The machine itself: CPU, memory, load, from one sample to the next."""

from __future__ import annotations

import math
from collections.abc import Callable
from operator import attrgetter

from duty.limits import above, lowest, passed
from duty.phrases import N_, Phrase
from duty.quality import State
from duty.rates import Trend, growth
from duty.readings import CpuTicks, Sample
from duty.site import HealthRule, Limits


class Health:
    """CPU share, memory, swap and load of one host; ``None`` is not known."""

    __slots__ = (
        "_cpu",
        "cpu_percent",
        "cpus",
        "iowait_percent",
        "load1",
        "memory_percent",
        "memory_total",
        "steal_percent",
        "swap_percent",
        "system_percent",
        "trend",
        "user_percent",
    )

    def __init__(self) -> None:
        self._cpu: CpuTicks | None = None
        self.cpu_percent: float | None = None
        self.cpus: int | None = None
        self.user_percent: float | None = None
        self.system_percent: float | None = None
        self.iowait_percent: float | None = None
        self.steal_percent: float | None = None
        self.load1: float | None = None
        self.memory_percent: float | None = None
        self.memory_total: int | None = None
        self.swap_percent: float | None = None
        self.trend = Trend()

    def see(self, sample: Sample, seconds: float) -> None:
        """Take a sample; ``seconds`` of the host's clock since the one before (0: there is none)."""
        before, self._cpu = self._cpu, sample.cpu
        self._shares(before if seconds > 0 else None, sample.cpu)
        self.trend.add(None if self.cpu_percent is None else self.cpu_percent / 100)
        self.cpus = sample.cpus
        self.load1 = sample.load[0] if sample.load else None
        memory = sample.memory
        if memory is None:
            self.memory_percent = self.memory_total = self.swap_percent = None
            return
        self.memory_total = memory.total
        # Kernels before 3.14 do not say what is available; "free" alone would call the page cache used.
        available = memory.available
        self.memory_percent = (
            None if available is None or memory.total <= 0 else 100 * (memory.total - available) / memory.total
        )
        swap = memory.swap_total
        self.swap_percent = 100 * (swap - memory.swap_free) / swap if swap > 0 else None

    def _shares(self, before: CpuTicks | None, now: CpuTicks | None) -> None:
        self.cpu_percent = self.user_percent = self.system_percent = self.iowait_percent = self.steal_percent = None
        total = growth(before.total, now.total) if before is not None and now is not None else None
        if before is None or now is None or not total:
            return
        self.cpu_percent = _of(total, before.busy, now.busy)
        self.user_percent = _of(total, before.user, now.user)
        self.system_percent = _of(total, before.system, now.system)
        self.iowait_percent = _of(total, before.iowait, now.iowait)
        self.steal_percent = _of(total, before.steal, now.steal)

    @property
    def load_per_cpu(self) -> float | None:
        """The load of the last minute for each CPU."""
        return None if self.load1 is None or not self.cpus else self.load1 / self.cpus

    def findings(self, demand: HealthDemand) -> list[tuple[State, Phrase]]:
        """What of the newest sample passes its limits."""
        found: list[tuple[State, Phrase]] = []
        for value_of, reached, said, limits in demand:
            value = value_of(self)
            # The first sample has no share, and some kernels do not say what is available: not a fault by itself.
            if value is not None and value >= reached:
                shown = f"{value:.1f}" if value < 10 else f"{value:.0f}"
                limit = f"{passed(value, limits):g}"
                found.append((above(value, limits), Phrase(said, {"value": shown, "limit": limit})))
        return found


HealthDemand = tuple[tuple[Callable[[Health], float | None], float, str, Limits], ...]
"""What has a limit: how it is read, from which value on that is reached, the sentence for it."""
_LIMITED: tuple[tuple[str, str], ...] = (
    ("cpu_percent", N_("CPU {value} % busy (limit {limit} %)")),
    ("iowait_percent", N_("CPU waits {value} % of the time for disks (limit {limit} %)")),
    ("steal_percent", N_("{value} % of the CPU is taken by other guests (limit {limit} %)")),
    ("load_per_cpu", N_("load {value} for each CPU (limit {limit})")),
    ("memory_percent", N_("memory {value} % used (limit {limit} %)")),
    ("swap_percent", N_("swap {value} % used (limit {limit} %)")),
)


def health_demand(rule: HealthRule | None) -> HealthDemand:
    """What ``rule`` limits, made once: it is looked at with every sample."""
    found = []
    for name, said in _LIMITED if rule is not None else ():
        limits: Limits = getattr(rule, name)
        if (reached := lowest(limits)) < math.inf:
            found.append((attrgetter(name), reached, said, limits))
    return tuple(found)


def _of(total: int, before: int | None, now: int | None) -> float | None:
    grown = growth(before, now)
    return None if grown is None else min(100.0, 100 * grown / total)
