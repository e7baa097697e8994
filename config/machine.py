"""What must be true of the machine itself and of its clock, as tables of the site file."""

from __future__ import annotations

from config.fields import OFF, CountLevels, PercentLevels, PlainLevels, SecondsLevels
from config.table import Table


class _Whole(Table):
    """A table that ``"off"`` switches off as a whole."""

    has_short_form = True

    @classmethod
    def from_short(cls, value: object) -> object:
        """``"off"`` asks for nothing."""
        return {"off": True} if value == OFF else value

    off: bool = False
    """Do not ask for it at all. "off" alone says the same."""


class Health(_Whole):
    """The machine itself. "off" alone does not ask for what is not in every sample."""

    cpu: PercentLevels | None = None
    """CPU in use, of all CPUs. Default: not judged."""
    iowait: PercentLevels | None = None
    """Time the CPUs wait for disks. Default: not judged."""
    steal: PercentLevels | None = None
    """CPU time taken by other guests of the same machine. Default: not judged."""
    load: PlainLevels | None = None
    """Load of the last minute for each CPU. Default: not judged."""
    memory: PercentLevels | None = None
    """Memory that is not available. Default: {warn = 90, act = 97}."""
    swap: PercentLevels | None = None
    """Swap in use. Default: not judged."""
    pressure: PercentLevels | None = None
    """Share of the last minute in which tasks waited for CPU, memory or I/O. Default: not judged."""
    files: PercentLevels | None = None
    """Open file handles of the whole machine. Default: {warn = 80, act = 90}."""
    device_busy: PercentLevels | None = None
    """Time a block device is busy. Default: not judged."""
    device_wait: SecondsLevels | None = None
    """Mean time a request to a block device takes, such as "20ms". Default: not judged."""
    temperature: PlainLevels | None = None
    """Degrees Celsius. Default: the limits each sensor names itself."""
    failed_units: CountLevels | None = None
    """Number of failed systemd units. Default: {warn = 1}."""
    oom_kills: CountLevels | None = None
    """Processes killed for want of memory within the last hour. Default: {warn = 1}."""


class Clock(_Whole):
    """The host's clock against the console's. "off" alone does not look at it."""

    offset: SecondsLevels | None = None
    """Distance either way. Default: {warn = "500ms", act = "2s"}."""
    service: bool | None = None
    """A time service must keep it and say that it is synchronized. Default: false."""
