"""What watching costs the console: CPU per sample and memory per host, beside bare asyncssh doing the same exchanges.

    python bench/console_cost.py [--hosts 50 200 500] [--seconds 60] [--rounds 1]

A practice fleet answers in a process of its own, on another CPU where there is one. In the fleet everything changes
every second; hosts with idle processes cost less. Each way runs in a fresh process, in turn, against the same fleet,
with garbage collection as the watch has it; the ratio to *bare* is what can be trusted on a machine with other work.

The history is written once a minute, so a fair measurement takes whole minutes.

*bare*     asks the same questions at the same pace over the same connections and throws the answers away unread.
*console*  the whole engine: decrypt, parse, rates, state, judging, history, boards given to a listener. Nobody looks.
*screen*   the same with one screen attached that confirms every board at once: each changed host is encoded for it
           (once for any number of screens) and written to a Unix socket. The screen is another process on the other
           CPU; what it does with a board is not counted.

*missed*: samples that the pace asked for and that did not come, because a turn was late or a question was dropped.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import json
import os
import resource
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import uvloop
from bare_ssh import DIALS, SLOW_S, Cost, bare

from collectors.ssh_environment import SshEnvironment
from collectors.ssh_feed import SshFeed
from duty.alarm_batch import Batch
from duty.board import Board
from duty.events import EventStep
from duty.incident_rules import Change
from duty.moment import Moment
from duty.phrases import phrase
from duty.records import NewLogEntry
from duty.site import SiteSpec
from practice.fleet import PracticeFleet
from watch.clock import SystemClock
from watch.engine import Engine
from watch.foresight import Foresight
from watch.history import History
from wire.door import Door
from wire.framing import encode
from wire.messages import PROTOCOL, Command, Drawn, Hello, Reply, Resync, Welcome

SETTLE_S = {"bare": 6.0, "console": 70.0, "screen": 70.0}
"""Until the first minute of the history is written: at its first look it reads the whole of the last session."""
CONNECT_S = 120.0


class Quiet:
    """A recorder that keeps nothing: the store is measured by its own bench."""

    def log(self, entry: NewLogEntry) -> None:
        return None

    def condition(self, change: Change, at: Moment) -> None:
        return None

    def alarms(self, batch: Batch) -> None:
        """Not kept."""

    def event(self, step: EventStep) -> None:
        """Not kept."""


# --- the ways -------------------------------------------------------------------------------------------------


async def screen(site: SiteSpec, measure: Callable[[Callable[[], int]], Awaitable[Cost]]) -> Cost:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run" / "door.sock"
        door = await Door.open(path, Nobody())
        viewer = await asyncio.create_subprocess_exec(
            sys.executable, __file__, "--viewer", str(path), stdout=asyncio.subprocess.PIPE
        )
        try:
            return await console(site, measure, door)
        finally:
            viewer.terminate()
            told, _ = await viewer.communicate()
            await door.close(phrase("the bench ends"))
            if int(told or 0) == 0:
                raise SystemExit("screen: it was shown nothing")


class Nobody:
    """The door's handler for a screen that asks for nothing."""

    def welcome(self, who: str, hello: Hello) -> Welcome:
        return Welcome(PROTOCOL, "bench", os.getpid(), 0.0, False, who, (), ())

    def resync(self) -> Resync:
        return Resync((), ())

    async def command(self, who: str, command: Command, session: str = "") -> Reply:
        return Reply(command.ask, ok=False)

    def seats_changed(self, count: int) -> None:
        return None

    def came(self, who: str, session: str) -> None:
        pass

    def went(self, who: str, session: str) -> None:
        pass


def viewer(path: str) -> int:
    """A screen that draws nothing: confirms each board as it comes, and at the end says how many there were."""
    elsewhere = set(range(os.cpu_count() or 1)) - os.sched_getaffinity(0)
    with contextlib.suppress(OSError):  # one CPU only, or the others are not ours: then beside what is measured
        os.sched_setaffinity(0, elsewhere)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    number = msgspec.msgpack.Decoder(Seen)
    boards = 0
    with socket.socket(socket.AF_UNIX) as door:
        door.connect(path)
        door.sendall(encode(Hello(PROTOCOL, "bench", "bench")))
        stream = door.makefile("rb")
        try:
            while length := stream.read(4):
                seen = number.decode(stream.read(int.from_bytes(length, "big")))
                if seen.type == "BoardUpdate":
                    boards += 1
                    door.sendall(encode(Drawn(seen.seq)))
        finally:
            print(boards, flush=True)
    return 0


class Seen(msgspec.Struct):
    """As much of a message as must be understood to confirm it."""

    type: str
    seq: int = 0


async def console(
    site: SiteSpec, measure: Callable[[Callable[[], int]], Awaitable[Cost]], door: Door | None = None
) -> Cost:
    env = SshEnvironment(max_dials=DIALS)
    flowing = asyncio.Event()

    def publish(board: Board, changed: frozenset[str] | None) -> None:
        if not flowing.is_set() and all(host.samples > 1 for host in board.hosts):
            flowing.set()
        if door is not None:
            door.publish_board(board, changed)

    def foreseen(host: str, seen: Foresight) -> None:
        engine.foresee(host, seen.outlooks, seen.peaks)

    folder = tempfile.TemporaryDirectory()
    history = History(Path(folder.name) / "history.sqlite", site, SystemClock(), foreseen)
    engine = Engine(
        site,
        lambda spec, of, listener: SshFeed(spec, of, listener, env),
        Quiet(),
        SystemClock(),
        publish,
        history.see,
    )
    engine.resume()
    task = asyncio.create_task(engine.run())
    keeping = asyncio.create_task(history.run())
    try:
        async with asyncio.timeout(CONNECT_S):
            await flowing.wait()
        return await measure(lambda: sum(run.state.samples for run in engine.runs.values()))
    finally:
        task.cancel()
        keeping.cancel()
        await asyncio.wait([task, keeping])
        await history.close()
        await env.close()
        folder.cleanup()


WAYS = {"bare": bare, "console": console, "screen": screen}


# --- measuring ----------------------------------------------------------------------------------------------------


async def measured(way: str, site: SiteSpec, seconds: float) -> Cost:
    before_kb = _resident_kb()

    async def measure(samples: Callable[[], int]) -> Cost:
        gc.collect()
        gc.freeze()
        await asyncio.sleep(SETTLE_S[way])
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
    for way in ("console", "screen"):
        ratio = middle[way].us_per_sample / middle["bare"].us_per_sample
        memory = middle[way].kb_per_host / middle["bare"].kb_per_host
        spread = " ".join(f"{cost.us_per_sample:.0f}" for cost in costs[way])
        print(f"{count:5} {way + '/bare':12} {ratio:5.2f} {'':9} {memory:9.2f}   rounds: {spread}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hosts", type=int, nargs="+", default=[50, 200, 500])
    parser.add_argument(
        "--seconds", type=float, default=60.0, help="measured for so long, each way and round: whole minutes are fair"
    )
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--viewer", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.viewer:
        return viewer(options.viewer)
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
