"""What watching costs the console: CPU per sample and memory per host, beside bare asyncssh doing the same exchanges.

    python bench/console_cost.py [--hosts 50 200 500] [--seconds 20] [--rounds 2]

A practice fleet answers in a process of its own, on another CPU where there is one. *console* is the whole engine:
decrypt, parse, rates, state, judging, boards. *bare* asks the same questions at the same pace over the same
connections and throws the answers away unread. Both run in fresh processes, in turn, against the same fleet, with
garbage collection as the watch has it; the ratio between them is what can be trusted on a machine with other work.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

import asyncssh
import msgspec
import uvloop

from collectors import probe
from collectors.answers import AnswerReader, Ready, SectionAnswer
from collectors.dial import CIPHERS
from collectors.feed import SECTIONS
from collectors.ssh_environment import SshEnvironment
from collectors.ssh_feed import SshFeed
from duty.board import Board
from duty.conditions import Change
from duty.events import EventStep
from duty.moment import Moment
from duty.readings import Processes
from duty.records import NewLogEntry
from duty.site import HostSpec, SiteSpec
from practice.fleet import PracticeFleet
from watch.clock import SystemClock
from watch.engine import SLOT_S, SLOTS, Engine

SLOW_S = 15.0
"""The site's usual clock for the heavier sections."""
SETTLE_S = 6.0
CONNECT_S = 120.0
DIALS = 20


class Cost(NamedTuple):
    """One run of one way."""

    us_per_sample: float
    kb_per_host: float
    core_percent: float
    samples: int
    missed: int


class Quiet:
    """A recorder that keeps nothing: the store is measured by its own bench."""

    def log(self, entry: NewLogEntry) -> None:
        return None

    def condition(self, change: Change, at: Moment) -> None:
        return None

    def event(self, step: EventStep) -> None:
        """Not kept."""


# --- the two ways -------------------------------------------------------------------------------------------------


async def console(site: SiteSpec, measure: Callable[[Callable[[], int]], Awaitable[Cost]]) -> Cost:
    env = SshEnvironment(max_dials=DIALS)
    flowing = asyncio.Event()

    def publish(board: Board, changed: frozenset[str] | None) -> None:
        if all(host.samples > 1 for host in board.hosts):
            flowing.set()

    engine = Engine(site, lambda spec, of, listener: SshFeed(spec, of, listener, env), Quiet(), SystemClock(), publish)
    task = asyncio.create_task(engine.run())
    try:
        async with asyncio.timeout(CONNECT_S):
            await flowing.wait()
        return await measure(lambda: sum(run.state.samples for run in engine.runs.values()))
    finally:
        task.cancel()
        await asyncio.wait([task])
        await env.close()


class Ear(asyncssh.SSHClientSession[bytes]):
    """Reads answers until the host is set up; from then on only counts the pieces."""

    def __init__(self) -> None:
        self.pieces = 0
        self.heard: asyncio.Queue[object] | None = asyncio.Queue()
        self._reader = AnswerReader()

    def data_received(self, data: bytes, datatype: asyncssh.DataType) -> None:
        self.pieces += 1
        if self.heard is not None:
            for answer in self._reader.feed(data):
                self.heard.put_nowait(answer)


class BareHost:
    """One connection, set up as the console would, then asked without looking."""

    def __init__(self, channel: asyncssh.SSHClientChannel[bytes], ear: Ear) -> None:
        self.ear = ear
        self.asked = 0
        self._channel = channel
        self._slow_at = time.monotonic()

    async def set_up(self, spec: HostSpec) -> None:
        assert self.ear.heard is not None
        self._channel.write(probe.opening())
        assert isinstance(await self.ear.heard.get(), Ready)
        self._channel.write(probe.setup(spec) + probe.ask_section(1, "processes"))
        answer = await self.ear.heard.get()
        assert isinstance(answer, SectionAnswer) and isinstance(answer.reading, Processes)
        self._channel.write(probe.watch(tuple(sorted(each.pid for each in answer.reading.found))))
        self.ear.heard, self.ear.pieces = None, 0

    def ask(self, now: float) -> None:
        self.asked += 1
        self._channel.write(probe.ask_sample(self.asked))
        if now >= self._slow_at:
            self._slow_at = now + SLOW_S
            for section in SECTIONS:
                self._channel.write(probe.ask_section(self.asked, section))


async def bare(site: SiteSpec, measure: Callable[[Callable[[], int]], Awaitable[Cost]]) -> Cost:
    assert site.ssh_config and site.known_hosts
    config, known_hosts = list(site.ssh_config), site.known_hosts[0]
    jumps: dict[str, asyncssh.SSHClientConnection] = {}
    gate = asyncio.Semaphore(DIALS)

    async def connect(spec: HostSpec) -> asyncssh.SSHClientConnection:
        return await asyncssh.connect(
            spec.address,
            tunnel=jumps.get(spec.via) if spec.via else None,
            config=config,
            known_hosts=known_hosts,
            agent_path=None,
            encryption_algs=CIPHERS,
            compression_algs=None,
        )

    async def open_host(spec: HostSpec) -> BareHost:
        async with gate:
            connection = jumps.get(spec.id) or await connect(spec)
            ear = Ear()
            channel, _ = await connection.create_session(lambda: ear, probe.exec_command(), encoding=None)
            host = BareHost(channel, ear)
            await host.set_up(spec)
            return host

    for spec in site.hosts:
        if any(other.via == spec.id for other in site.hosts):
            jumps[spec.id] = await connect(spec)
    hosts = await asyncio.gather(*(open_host(spec) for spec in site.hosts))
    task = asyncio.create_task(_beat(hosts))
    try:
        cost = await measure(lambda: sum(host.asked for host in hosts))
        asked, heard = sum(host.asked for host in hosts), sum(host.ear.pieces for host in hosts)
        if heard < asked - 2 * len(hosts):
            raise SystemExit(f"bare: {asked} questions and only {heard} answers")
        return cost
    finally:
        task.cancel()
        await asyncio.wait([task])


async def _beat(hosts: list[BareHost]) -> None:
    """The engine's own rhythm: a tenth of the hosts every tenth of a second."""
    loop = asyncio.get_running_loop()
    due, slot = loop.time(), 0
    while True:
        now = time.monotonic()
        for host in hosts[slot::SLOTS]:
            host.ask(now)
        slot = (slot + 1) % SLOTS
        due = max(due + SLOT_S, loop.time())
        await asyncio.sleep(due - loop.time())


WAYS = {"bare": bare, "console": console}


# --- measuring ----------------------------------------------------------------------------------------------------


async def measured(way: str, site: SiteSpec, seconds: float) -> Cost:
    before_kb = _resident_kb()

    async def measure(samples: Callable[[], int]) -> Cost:
        gc.collect()
        gc.freeze()
        await asyncio.sleep(SETTLE_S)
        count, cpu, wall = samples(), time.process_time(), time.monotonic()
        await asyncio.sleep(seconds)
        count, cpu, wall = samples() - count, time.process_time() - cpu, time.monotonic() - wall
        due = round(len(site.hosts) * wall)
        kb = (_resident_kb() - before_kb) / len(site.hosts)
        return Cost(1e6 * cpu / max(1, count), kb, 100 * cpu / wall, count, max(0, due - count))

    return await WAYS[way](site, measure)


def _resident_kb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1024


def run_way(way: str, site: SiteSpec, seconds: float, cpu: int) -> Cost:
    """One way in a fresh process."""
    order = json.dumps({"way": way, "seconds": seconds, "cpu": cpu, "site": msgspec.to_builtins(site)})
    done = subprocess.run(
        [sys.executable, __file__, "--worker"], input=order, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{way} failed:\n{done.stderr[-3000:]}")
    return Cost(*json.loads(done.stdout))


def worker() -> int:
    order = json.loads(sys.stdin.read())
    os.sched_setaffinity(0, {order["cpu"]})
    site = msgspec.convert(order["site"], SiteSpec)
    _raise_file_limit()
    print(json.dumps(uvloop.run(measured(order["way"], site, order["seconds"]))))
    return 0


def _raise_file_limit() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 8192)), hard))


async def compare(count: int, seconds: float, rounds: int, here: int, there: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        fleet = PracticeFleet(Path(folder) / "fleet", hosts=count)
        await fleet.start()
        try:
            assert fleet.pid is not None
            os.sched_setaffinity(fleet.pid, {there})
            hosts = tuple(spec for spec in fleet.site.hosts if not spec.local)
            site = msgspec.structs.replace(fleet.site, hosts=hosts, slow_interval_s=SLOW_S)
            costs: dict[str, list[Cost]] = {way: [] for way in WAYS}
            for _ in range(rounds):
                for way in WAYS:
                    costs[way].append(await asyncio.to_thread(run_way, way, site, seconds, here))
        finally:
            await fleet.stop()
    report(count, costs)


def report(count: int, costs: dict[str, list[Cost]]) -> None:
    middle = {
        way: Cost(*(statistics.median(column) for column in zip(*runs, strict=True))) for way, runs in costs.items()
    }
    for way, cost in middle.items():
        print(
            f"{count:5} {way:8} {cost.us_per_sample:9.0f} {cost.core_percent:9.1f} {cost.kb_per_host:9.0f} "
            f"{cost.samples:8.0f} {cost.missed:7.0f}"
        )
    ratio = middle["console"].us_per_sample / middle["bare"].us_per_sample
    memory = middle["console"].kb_per_host / middle["bare"].kb_per_host
    print(f"{count:5} {'ratio':8} {ratio:9.2f} {'':9} {memory:9.2f}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hosts", type=int, nargs="+", default=[50, 200, 500])
    parser.add_argument("--seconds", type=float, default=20.0, help="measured for so long, each way and round")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        return worker()
    cpus = sorted(os.sched_getaffinity(0))
    print(f"one question a second and host, {options.rounds} rounds of {options.seconds:.0f} s each way")
    print(f"{'hosts':>5} {'way':8} {'us/sample':>9} {'% of core':>9} {'KB/host':>9} {'samples':>8} {'missed':>7}")
    for count in options.hosts:
        asyncio.run(compare(count, options.seconds, options.rounds, cpus[0], cpus[-1]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
