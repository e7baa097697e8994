"""One running copy of a key process, followed from sample to sample."""

from __future__ import annotations

from duty.readings import ProcessFound, ProcessStat, Sample


class Copy:
    """One running copy; its identity is pid and start time."""

    __slots__ = ("busy_at", "cpu_percent", "d_since", "found", "start_ticks", "stat")

    def __init__(self, found: ProcessFound) -> None:
        self.found = found
        self.start_ticks = found.start_ticks
        self.stat: ProcessStat | None = None
        self.cpu_percent: float | None = None
        self.d_since: float | None = None
        self.busy_at: float | None = None
        """When it was last seen to have used CPU time, by the host's uptime; when it was seen first."""

    def see(self, stat: ProcessStat, sample: Sample, seconds: float) -> bool:
        """Take its line of a sample; ``seconds`` of the host's clock since the sample before.

        True: it is shown otherwise than before, or time alone changes what is said of it.
        """
        before, cpu = self.stat, self.cpu_percent
        now: float | None = None
        if before is not None and seconds > 0 and (grown := stat.cpu_ticks - before.cpu_ticks) >= 0:
            now = 100 * grown / sample.ticks_per_s / seconds  # what fell says nothing
        self.cpu_percent = now
        self.stat = stat
        if before is None or stat.cpu_ticks != before.cpu_ticks:
            self.busy_at = sample.uptime_s
        if stat.state != "D":
            self.d_since = None
            # A line of a sample that is as it was before is the very same object.
            return stat is not before or cpu != now
        if self.d_since is None:
            self.d_since = sample.uptime_s
        return True
