"""This machine through psutil, in the same reading types as any host."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, Literal, TypeVar

import psutil

from collectors.apps.checks import CheckRoom, HostChecks
from collectors.aside import aside
from collectors.feed import Listener, Section, words_of
from collectors.local_events import LocalEvents
from collectors.local_health import read_health
from collectors.local_mounts import MountReader
from collectors.local_parts import read_part
from collectors.local_sections import local_identity, read_ports, read_processes
from collectors.probe import told_to
from duty.clean import clean_bytes
from duty.connection import Connection, Link
from duty.readings import CpuTicks, InterfaceCounters, Memory, ProcessStat, Sample, SectionFailure, SlowReading
from duty.site import AppRule, HostSpec

T = TypeVar("T")

IDENTITY_S = 2.0
"""Seconds to wait for who we are: looking up a user may ask a directory that does not answer."""


class LocalFeed:
    """The machine the watch runs on (:class:`collectors.feed.Feed`)."""

    def __init__(
        self,
        spec: HostSpec,
        listener: Listener,
        room: CheckRoom | None = None,
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
        self._tasks: set[asyncio.Task[Any]] = set()
        self._pids: set[int] | None = None
        self._mounts = MountReader(monotonic)
        self._checks = HostChecks(spec, listener, room or CheckRoom(), monotonic=monotonic)
        self._events = LocalEvents()
        self._cursors: Mapping[str, str] = {}

    async def run(self) -> None:
        """There is nothing to connect to; stands until cancelled."""
        try:
            who = self._keep(self._identity())
            await asyncio.wait([who], timeout=IDENTITY_S)
            self._up = True
            user = who.result() if who.done() else ""
            self._listener.on_connection(self.spec.id, Connection(Link.UP, self._wall(), user=user))
            await asyncio.Event().wait()
        finally:
            self._up = False
            self._events.close()
            for task in self._tasks:
                task.cancel()
            self._checks.cancel()
            await self._mounts.close()

    async def _identity(self) -> str:
        identity = await aside(local_identity)
        self._listener.on_section(self.spec.id, identity, self._monotonic(), 0.0)
        return identity.user

    def ask_sample(self, watched: tuple[int, ...]) -> bool:
        """Read now; the answer comes in the loop's next turn. ``False``: the last one is still open."""
        self._watched = watched
        return self._begin("sample", self._now)

    def ask_section(self, section: Section) -> bool:
        """Read a slow section without keeping the loop; one that hangs stays open and costs only itself."""
        return self._begin(section, lambda: self._section(section))

    def ask_app(self, rule: AppRule) -> bool:
        """Ask an application from here."""
        return self._up and self._checks.ask(rule)

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

    def _begin(self, what: str, work: Callable[[], Awaitable[Sample | SlowReading]]) -> bool:
        if not self._up or what in self._open:
            return False
        self._open[what] = self._monotonic()
        self._keep(self._answer(what, work))
        return True

    def _keep(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _answer(self, what: str, work: Callable[[], Awaitable[Sample | SlowReading]]) -> None:
        asked = self._open[what]
        try:
            reading = await work()
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

    async def _section(self, section: Section) -> SlowReading:
        spec, watched = self.spec, self._watched
        match section:
            case "mounts":
                return await self._mounts.read(spec.disks)
            case "ports":
                return await aside(lambda: read_ports(watched))
            case "health":
                return await aside(read_health)
            case "events":
                cursors = self._cursors
                return await aside(lambda: self._events.read(spec.events, cursors))
            case "lines":
                return await aside(lambda: read_part("lines", told_to("lines", spec)))
            case "processes":
                return await aside(lambda: read_processes(spec.processes))
        raise ValueError(f"{section} is not read on this machine")  # its clock is the one others are held against

    async def _now(self) -> Sample:
        return self._sample()

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
        kernel = times.system + getattr(times, "irq", 0.0) + getattr(times, "softirq", 0.0)
        return CpuTicks(
            round((total - times.idle - iowait) * ticks),
            round(total * ticks),
            round(iowait * ticks),
            user=round((times.user + times.nice - guest) * ticks),
            system=round(kernel * ticks),
            steal=round(getattr(times, "steal", 0.0) * ticks),
        )

    def _interfaces(self) -> tuple[InterfaceCounters, ...]:
        if not self.spec.lines:
            return ()
        # Without nowrap psutil would hide a reset from us; the rules want to see it.
        counters = psutil.net_io_counters(pernic=True, nowrap=False)
        return tuple(
            InterfaceCounters(name, c.bytes_recv, c.errin, c.dropin, c.bytes_sent, c.errout, c.dropout, _link(name))
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


def _link(interface: str) -> str:
    try:
        with open(f"/sys/class/net/{interface}/operstate", "rb") as file:
            return clean_bytes(file.read(20).strip(), 20)
    except OSError:
        return ""
