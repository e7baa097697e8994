"""This machine through psutil, in the same reading types as any host."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Mapping
from typing import Literal, TypeVar

import psutil

from collectors.feed import SECTIONS, Listener, Section, words_of
from collectors.local_events import LocalEvents
from collectors.local_sections import local_identity, read_mounts, read_ports, read_processes
from duty.connection import Connection, Link
from duty.readings import CpuTicks, InterfaceCounters, Memory, ProcessStat, Sample, SectionFailure, SlowReading
from duty.site import HostSpec

T = TypeVar("T")


class LocalFeed:
    """The machine the watch runs on (:class:`collectors.feed.Feed`)."""

    def __init__(
        self,
        spec: HostSpec,
        listener: Listener,
        *,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.spec = spec
        self._listener = listener
        self._wall, self._monotonic = wall, monotonic
        self._ticks = os.sysconf("SC_CLK_TCK")
        self._seq = 0
        self._up = False
        self._watched: tuple[int, ...] = ()
        self._open: dict[str, float] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._pids: set[int] | None = None
        self._events = LocalEvents()
        self._cursors: Mapping[str, str] = {}

    async def run(self) -> None:
        """There is nothing to connect to; stands until cancelled."""
        self._listener.on_section(self.spec.id, local_identity(), self._monotonic(), 0.0)
        self._up = True
        self._listener.on_connection(self.spec.id, Connection(Link.UP, self._wall(), user=local_identity().user))
        try:
            await asyncio.Event().wait()
        finally:
            self._up = False
            self._events.close()
            for task in self._tasks:
                task.cancel()

    def ask_sample(self, watched: tuple[int, ...]) -> bool:
        """Read now; the answer comes in the loop's next turn. ``False``: the last one is still open."""
        self._watched = watched
        return self._begin("sample", self._sample)

    def ask_section(self, section: Section) -> bool:
        """Read a slow section in a thread; one that hangs stays open and costs only itself."""
        return self._begin(section, lambda: self._section(section))

    def open_since(self, section: Section | Literal["sample"]) -> float | None:
        """Since when a question is unanswered."""
        return self._open.get(section)

    def follow(self, cursors: Mapping[str, str]) -> None:
        """From where the next question for events reads on."""
        self._cursors = dict(cursors)

    def redial(self) -> None:
        """There is nothing to dial."""

    def update(self, spec: HostSpec) -> None:
        """The next readings follow the new demands."""
        self.spec = spec

    def _begin(self, what: str, work: Callable[[], Sample | SlowReading]) -> bool:
        if not self._up or what in self._open:
            return False
        self._open[what] = self._monotonic()
        task = asyncio.get_running_loop().create_task(self._answer(what, work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    async def _answer(self, what: str, work: Callable[[], Sample | SlowReading]) -> None:
        asked = self._open[what]
        try:
            reading = work() if what == "sample" else await asyncio.to_thread(work)
        except (OSError, psutil.Error, ValueError) as error:
            failure = SectionFailure(what, words_of(error))
            self._listener.on_failure(self.spec.id, failure, self._monotonic())
            return
        finally:
            self._open.pop(what, None)
        now = self._monotonic()
        if isinstance(reading, Sample):
            self._listener.on_sample(self.spec.id, reading, now)
        else:
            self._listener.on_section(self.spec.id, reading, now, now - asked)

    # --- the readings ------------------------------------------------------------------------------------------

    def _section(self, section: Section) -> SlowReading:
        assert section in SECTIONS
        if section == "processes":
            return read_processes(self.spec.processes, self._ticks)
        if section == "events":
            return self._events.read(self.spec.events, self._cursors)
        return read_ports(self._watched) if section == "ports" else read_mounts(self.spec.disks)

    def _sample(self) -> Sample:
        self._seq += 1
        memory, swap = psutil.virtual_memory(), psutil.swap_memory()
        processes, gone = self._stats()
        pids = set(psutil.pids())
        new, self._pids = self._pids is not None and bool(pids - self._pids), pids
        return Sample(
            seq=self._seq,
            uptime_s=time.clock_gettime(time.CLOCK_BOOTTIME),
            cpus=psutil.cpu_count(),
            ticks_per_s=self._ticks,
            cpu=self._cpu(),
            memory=Memory(memory.total, memory.available, memory.free, swap.total, swap.free),
            load=psutil.getloadavg(),
            btime=int(psutil.boot_time()),
            interfaces=self._interfaces(),
            processes=processes,
            gone=gone,
            appeared=new and bool(self.spec.processes),
        )

    def _cpu(self) -> CpuTicks:
        times = psutil.cpu_times()
        iowait = getattr(times, "iowait", 0.0)
        guest = getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)
        total = sum(times) - guest  # guest time is contained in user and nice
        ticks = self._ticks
        return CpuTicks(round((total - times.idle - iowait) * ticks), round(total * ticks), round(iowait * ticks))

    def _interfaces(self) -> tuple[InterfaceCounters, ...]:
        if not self.spec.lines:
            return ()
        # Without nowrap psutil would hide a reset from us; the rules want to see it.
        counters = psutil.net_io_counters(pernic=True, nowrap=False)
        return tuple(
            InterfaceCounters(name, c.bytes_recv, c.errin, c.dropin, c.bytes_sent, c.errout, c.dropout)
            for name, c in counters.items()
            if any(rule.interface == name for rule in self.spec.lines)
        )

    def _stats(self) -> tuple[tuple[ProcessStat, ...], tuple[int, ...]]:
        found: list[ProcessStat] = []
        gone: list[int] = []
        for pid in self._watched:
            try:
                with open(f"/proc/{pid}/stat", "rb") as file:
                    fields = file.read().rpartition(b")")[2].split()
                page = os.sysconf("SC_PAGE_SIZE")
                found.append(
                    ProcessStat(
                        pid=pid,
                        state=fields[0].decode(),
                        threads=int(fields[17]),
                        cpu_ticks=int(fields[11]) + int(fields[12]),
                        start_ticks=int(fields[19]),
                        rss_bytes=int(fields[21]) * page,
                    )
                )
            except (FileNotFoundError, ProcessLookupError):
                gone.append(pid)
        return tuple(found), tuple(gone)
