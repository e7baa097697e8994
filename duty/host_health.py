"""The machine itself: CPU, memory, load, from one sample to the next."""

from __future__ import annotations

from duty.rates import Trend, growth
from duty.readings import CpuTicks, Sample


class Health:
    """CPU share, memory, swap and load of one host; ``None`` is not known."""

    __slots__ = ("_cpu", "cpu_percent", "cpus", "load1", "memory_percent", "memory_total", "swap_percent", "trend")

    def __init__(self) -> None:
        self._cpu: CpuTicks | None = None
        self.cpu_percent: float | None = None
        self.cpus: int | None = None
        self.load1: float | None = None
        self.memory_percent: float | None = None
        self.memory_total: int | None = None
        self.swap_percent: float | None = None
        self.trend = Trend()

    def see(self, sample: Sample, seconds: float) -> None:
        """Take a sample; ``seconds`` of the host's clock since the one before (0: there is none)."""
        before, self._cpu = self._cpu, sample.cpu
        self.cpu_percent = _busy(before, sample.cpu) if seconds > 0 else None
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


def _busy(before: CpuTicks | None, now: CpuTicks | None) -> float | None:
    if before is None or now is None:
        return None
    total, busy = growth(before.total, now.total), growth(before.busy, now.busy)
    if not total or busy is None:
        return None
    return min(100.0, 100 * busy / total)
