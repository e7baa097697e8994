"""What comes through a real server, under each shell, is what psutil says of the same machine at the same time.

psutil is asked just before and just after. A counter lies between the two. A gauge may move in between and lies
between them within its tolerance, stated below. What does not move is equal.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import psutil
import pytest

from collectors.feed import Section
from collectors.ssh_environment import SshEnvironment
from collectors.ssh_feed import SshFeed
from duty.readings import Mounts, Ports, Processes, Sample, SlowReading
from duty.site import DiskRule, HostSpec, LineRule, ProcessRule
from tests.collectors.ssh.conftest import QUICK, SOON, Person, until
from tests.support.sshd import PATIENCE_S, Server, dropbear, openssh, public

MB = 1 << 20
TICKS = os.sysconf("SC_CLK_TCK")
CPU_TICKS = 20
"""The kernel's idle and iowait counters of a CPU may go back a little."""
CPU_SHARE = 0.05
MEMORY = 128 * MB
RSS = MB
DISK = 64 * MB
LOAD = 0.02
"""In so short a time the kernel makes at most one new value."""
BRIEF_S = 2.0
"""When psutil's two looks are further apart than this, the machine was busy elsewhere: asked again."""

AWK_OF = {"dash": "mawk", "bash": "gawk", "busybox": "busybox", "mksh": "mawk"}
NAME = f"wk-worker-{os.getpid()}"
"""No other test's, however many run beside it."""
WORKER = """
import socket, sys, threading, time
held = bytearray(30_000_000)
files = [open('/dev/null') for _ in range(7)]
door = socket.create_server(('127.0.0.1', 0))
for _ in range(3):
    threading.Thread(target=threading.Event().wait, daemon=True).start()
print(door.getsockname()[1], flush=True)
while True:
    until = time.thread_time() + 0.02
    while time.thread_time() < until:
        pass
    time.sleep(0.02)
"""

A = TypeVar("A")
T = TypeVar("T")


@dataclass(frozen=True)
class Look:
    """The machine as psutil sees it at one moment."""

    at: float
    uptime: float
    total_ticks: float
    busy_ticks: float
    available: int
    free: int
    swap_free: int
    load: tuple[float, float, float]
    received: int
    sent: int
    worker_ticks: float
    worker_rss: int


def look(worker: psutil.Process) -> Look:
    times, memory = psutil.cpu_times(), psutil.virtual_memory()
    total = sum(times) - times.guest - times.guest_nice
    loop = psutil.net_io_counters(pernic=True, nowrap=False)["lo"]
    used = worker.cpu_times()
    return Look(
        time.monotonic(),
        time.clock_gettime(time.CLOCK_BOOTTIME),
        total * TICKS,
        (total - times.idle - times.iowait) * TICKS,
        memory.available,
        memory.free,
        psutil.swap_memory().free,
        psutil.getloadavg(),
        loop.bytes_recv,
        loop.bytes_sent,
        (used.user + used.system) * TICKS,
        worker.memory_info().rss,
    )


def between(before: float, value: float | None, after: float, tolerance: float = 0) -> bool:
    low, high = sorted((before, after))
    return value is not None and low - tolerance <= value <= high + tolerance


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[tuple[psutil.Process, int]]:
    """A process with memory, threads, files and a listening port, that works half of the time."""
    program = tmp_path / "worker.py"
    program.write_text(WORKER)
    with subprocess.Popen([sys.executable, program, NAME], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield psutil.Process(process.pid), int(process.stdout.readline())
        finally:
            process.kill()


@dataclass
class Asked:
    """A feed that is asked one thing at a time."""

    person: Person
    feed: SshFeed
    worker: psutil.Process

    async def sample(self) -> tuple[Look, Sample, Look]:
        heard = self.person.heard.samples.setdefault("gw", [])

        async def ask() -> Sample:
            count = len(heard)
            await until(lambda: self.feed.ask_sample((self.worker.pid,)))
            await until(lambda: len(heard) > count)
            return heard[-1]

        return await self._brief(ask, lambda: look(self.worker))

    async def section(self, name: Section, seen: Callable[[], T]) -> tuple[T, SlowReading, T]:
        sections = self.person.heard.sections["gw"]

        async def ask() -> SlowReading:
            count = len(sections)
            await until(lambda: self.feed.ask_section(name))
            await until(lambda: len(sections) > count)
            return sections[-1]

        return await self._brief(ask, seen)

    async def _brief(self, ask: Callable[[], Awaitable[A]], seen: Callable[[], T]) -> tuple[T, A, T]:
        end = time.monotonic() + PATIENCE_S
        while True:
            began, before = time.monotonic(), seen()
            answer = await ask()
            after = seen()
            if time.monotonic() - began < BRIEF_S or time.monotonic() > end:
                return before, answer, after


@contextlib.asynccontextmanager
async def asking(person: Person, spec: HostSpec, worker: psutil.Process) -> AsyncIterator[Asked]:
    person.hosts["gw"] = spec
    env = SshEnvironment(1, QUICK, SOON)
    feed = SshFeed(spec, person.site(), person.heard, env)
    task = asyncio.create_task(feed.run())
    try:
        await until(
            lambda: person.heard.sections.get("gw"),
            lambda: [(c.link, str(c.why)) for c in person.heard.connections.get("gw", [])],
        )
        yield Asked(person, feed, worker)
    finally:
        task.cancel()
        await asyncio.wait([task])
        await env.close()


@pytest.mark.parametrize("shell", AWK_OF)
@pytest.mark.parametrize("start", [openssh, dropbear])
async def test_the_same_numbers(
    person: Person,
    tmp_path: Path,
    start: Callable[..., contextlib.AbstractContextManager[Server]],
    shell: str,
    worker: tuple[psutil.Process, int],
) -> None:
    process, port = worker
    shell_program, awk_program = (shutil.which(name) for name in (shell, AWK_OF[shell]))
    awk = shutil.which("awk")
    assert shell_program and awk_program and awk
    instead = {"/bin/sh": shell_program, awk: awk_program}
    shared = next(p.mountpoint for p in psutil.disk_partitions(all=True) if p.fstype == "tmpfs")
    with start(tmp_path / "server", [public(person.key)], instead=instead) as server:
        spec = person.configure("gw", server)
        spec = HostSpec(
            spec.id,
            spec.address,
            processes=(ProcessRule("worker", args=NAME),),
            lines=(LineRule("loop", "lo"),),
            disks=(DiskRule("*"), DiskRule(shared)),
        )
        async with asking(person, spec, process) as asked:
            assert person.heard.identity("gw").awk == AWK_OF[shell]
            assert runs(server, shell_program), "the probe is run by another shell"
            await same_gauges_and_counters(asked)
            await same_share(asked)
            await same_process(asked, process)
            await same_ports(asked, process.pid, port)
            await same_mounts(asked, shared)
    assert not person.heard.failures


def runs(server: Server, program: str) -> bool:
    """Whether the server has started ``program``, under whatever name."""
    assert server.process is not None
    inode = os.stat(program).st_ino
    family = psutil.Process(server.process.pid).children(recursive=True)
    return any(os.stat(f"/proc/{one.pid}/exe").st_ino == inode for one in family)


async def same_gauges_and_counters(asked: Asked) -> None:
    before, sample, after = await asked.sample()
    assert not sample.failures
    assert between(before.uptime, sample.uptime_s, after.uptime, 0.02)
    assert sample.cpus == psutil.cpu_count() and sample.ticks_per_s == TICKS
    assert sample.btime == pytest.approx(psutil.boot_time(), abs=1)
    assert sample.cpu is not None
    assert between(before.total_ticks, sample.cpu.total, after.total_ticks, CPU_TICKS)
    assert between(before.busy_ticks, sample.cpu.busy, after.busy_ticks, CPU_TICKS)
    memory = sample.memory
    assert memory is not None
    assert (memory.total, memory.swap_total) == (psutil.virtual_memory().total, psutil.swap_memory().total)
    assert between(before.available, memory.available, after.available, MEMORY)
    assert between(before.free, memory.free, after.free, MEMORY)
    assert between(before.swap_free, memory.swap_free, after.swap_free, MEMORY)
    assert sample.load is not None
    assert all(between(*three, LOAD) for three in zip(before.load, sample.load, after.load, strict=True))
    (loop,) = sample.interfaces
    assert loop.name == "lo"
    assert between(before.received, loop.rx_bytes, after.received)
    assert between(before.sent, loop.tx_bytes, after.sent)
    (stat,) = sample.processes
    assert (stat.pid, stat.threads) == (asked.worker.pid, asked.worker.num_threads()) and stat.threads == 4
    assert between(before.worker_rss, stat.rss_bytes, after.worker_rss, RSS) and stat.rss_bytes > 30_000_000
    assert between(before.worker_ticks, stat.cpu_ticks, after.worker_ticks, 2)


async def same_share(asked: Asked) -> None:
    """The share of the CPUs that is used, over a second and more, of the machine and of the process."""
    first, one, _ = await asked.sample()
    await until(lambda: time.monotonic() > first.at + 1.5)
    last, two, _ = await asked.sample()
    assert one.cpu is not None and two.cpu is not None
    share = (two.cpu.busy - one.cpu.busy) / (two.cpu.total - one.cpu.total)
    seen = (last.busy_ticks - first.busy_ticks) / (last.total_ticks - first.total_ticks)
    assert share == pytest.approx(seen, abs=CPU_SHARE)
    used = (two.processes[0].cpu_ticks - one.processes[0].cpu_ticks) / (two.uptime_s - one.uptime_s) / TICKS
    seen = (last.worker_ticks - first.worker_ticks) / (last.uptime - first.uptime) / TICKS
    assert used == pytest.approx(seen, abs=CPU_SHARE) and used > 0.05


async def same_process(asked: Asked, process: psutil.Process) -> None:
    before, reading, after = await asked.section("processes", process.num_fds)
    assert isinstance(reading, Processes) and not reading.failures
    (found,) = reading.found
    assert (found.pid, found.user, found.args) == (process.pid, process.username(), " ".join(process.cmdline()))
    assert before == found.open_files == after and after > 7
    assert psutil.boot_time() + found.start_ticks / TICKS == pytest.approx(process.create_time(), abs=0.05)


async def same_ports(asked: Asked, pid: int, port: int) -> None:
    def listening() -> set[tuple[str, int]]:
        return {
            (c.laddr.ip, c.laddr.port)
            for c in psutil.net_connections("tcp")
            if c.laddr and c.status == psutil.CONN_LISTEN
        }

    for _attempt in range(20):
        before, reading, after = await asked.section("ports", listening)
        assert isinstance(reading, Ports) and not reading.failures
        owners = {(one.address, one.port): one.owners for one in reading.listening}
        if before & after <= owners.keys() <= before | after:
            break
        # Another program opened one between two of these looks and closed it again: an equal look has to come.
    else:
        raise AssertionError(f"{sorted(owners)} is never between {sorted(before)} and {sorted(after)}")
    # Without root the server lives in a user namespace of its own, which may not look into processes outside.
    assert reading.owners_known is (os.getuid() == 0)
    assert owners["127.0.0.1", port] == ((pid,) if reading.owners_known else ())
    assert all(held == () for place, held in owners.items() if place != ("127.0.0.1", port))


async def same_mounts(asked: Asked, shared: str) -> None:
    def usage() -> dict[str, tuple[int, int, int, int, int]]:
        places = {p.mountpoint for p in psutil.disk_partitions(all=True)}
        found = {}
        for place in places:
            with contextlib.suppress(OSError):
                used, nodes = psutil.disk_usage(place), os.statvfs(place)
                found[place] = (used.total, used.used, used.free, nodes.f_files, nodes.f_ffree)
        return found

    before, reading, after = await asked.section("mounts", usage)
    assert isinstance(reading, Mounts) and not reading.failures
    assert {"/", shared} <= {one.mount for one in reading.mounts}
    for one in reading.mounts:
        (total, used, free, nodes, nodes_free), last = before[one.mount], after[one.mount]
        assert one.total_bytes == pytest.approx(total, abs=1024)
        assert between(used, one.used_bytes, last[1], DISK) and between(free, one.available_bytes, last[2], DISK)
        assert one.inodes == (nodes or None)
        assert nodes == 0 or between(nodes_free, one.inodes_free, last[4], 2000)
