"""What looking costs: bytes to the terminal, writes, CPU, memory and the way from a key to the glass.

    python bench/screen_cost.py [--seconds 15] [--sizes 80x24 120x40 160x48] [--only NAME ...] [--no-peers]  15 min
    python bench/screen_cost.py --only screen btop htop glances     at three sizes beside the peers: 6 min
    python bench/screen_cost.py --sizes 120x40 --no-peers           all that has a mark: 5 min
    python bench/screen_cost.py --seconds 3 --sizes 80x24 --only screen btop    a trial: 30 s

The real screen process in a terminal of its own, on a watch that publishes a board a second in which a fifth of the
figures of each of its hosts are others. In *all moves* every figure, state and reason is another one in every board,
rows change places and somebody writes in the log: a fifth of all cells of the terminal are others in every frame,
which is more than happens on any site. *plain* is the same with the frame diff turned off; the ratio of the two comes
from one run. btop, htop and Glances are measured beside it where they are installed, each refreshing once a second and
showing this machine; one that is not installed is named (`apt install btop htop glances`).

No keys are pressed while bytes and CPU are counted; afterwards keys that move the cursor are, and timed until the first
byte comes back. At 120x40 it is also held against the marks. On a machine with other work --first gives times that
can be compared.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import fcntl
import os
import pty
import random
import resource
import shutil
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Self

import pyte

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bench.screen_site import host, publish  # noqa: E402
from duty.board import SiteView  # noqa: E402
from tests.support.fake_watch import FakeWatch  # noqa: E402

SHARE = 0.2
"""Of the figures, how many are others in the next board."""
SETTLE_S = 3.0
KEYS = 40
MARKED = (120, 40)
RUN = "import sys; from tui.run import run_screen; sys.exit(run_screen({path!r}, who='bench', version='0'))"


# --- the terminal ------------------------------------------------------------------------------------------------


class Usage(NamedTuple):
    cpu_s: float
    writes: int


@dataclass
class Terminal:
    """A program in a terminal of its own; everything it writes is counted and drawn."""

    argv: list[str]
    size: tuple[int, int]
    env: dict[str, str]
    count: int = 0
    last: float = 0.0
    first: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        columns, rows = self.size
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)

    async def __aenter__(self) -> Self:
        self.master, slave = pty.openpty()
        columns, rows = self.size
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen(  # noqa: ASYNC220
            self.argv, stdin=slave, stdout=slave, stderr=subprocess.DEVNULL, cwd=ROOT, env={**os.environ, **self.env},
            start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )  # fmt: skip
        os.close(slave)
        asyncio.get_running_loop().add_reader(self.master, self._more)
        return self

    async def __aexit__(self, *_: object) -> None:
        asyncio.get_running_loop().remove_reader(self.master)
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self.master)

    def _more(self) -> None:
        try:
            data = os.read(self.master, 65536)
        except OSError:
            data = b""
        if not data:
            asyncio.get_running_loop().remove_reader(self.master)
            return
        self.last = time.perf_counter()
        self.count += len(data)
        self.first.set()
        if b"\x1b[?2026$p" in data:  # frames in one piece are understood, as new terminals do
            os.write(self.master, b"\x1b[?2026;2$y")
        if b"\x1b[6n" in data:
            os.write(self.master, b"\x1b[1;1R")
        with contextlib.suppress(Exception):  # peers write sequences pyte does not know; it only counts cells
            self._stream.feed(data.replace(b"\x1b[>", b"\x1b[?").replace(b"\x1b[<u", b""))

    @property
    def usage(self) -> Usage:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        ticks = os.sysconf("SC_CLK_TCK")
        writes = next(
            int(line.split()[1])
            for line in Path(f"/proc/{self.process.pid}/io").read_text().splitlines()
            if line.startswith("syscw")
        )
        # The scheduler's own count is exact; the ticks of stat are not, for something this small.
        running = Path(f"/proc/{self.process.pid}/task")
        exact = sum(int((task / "schedstat").read_text().split()[0]) for task in running.iterdir()) / 1e9
        return Usage(exact or (int(fields[11]) + int(fields[12])) / ticks, writes)

    @property
    def resident_mb(self) -> float:
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * resource.getpagesize() / 2**20

    def cells(self) -> str:
        return "".join(self.screen.display)

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(60):
            while not holds():  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    async def latency_ms(self, key: bytes) -> float:
        """From a key to the first byte, pressed while nothing is being drawn."""
        while time.perf_counter() - self.last < 0.06:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        self.first.clear()
        pressed = time.perf_counter()
        os.write(self.master, key)
        async with asyncio.timeout(5):
            await self.first.wait()
        return (self.last - pressed) * 1000


# --- measuring ---------------------------------------------------------------------------------------------------


class Cost(NamedTuple):
    """One run of one program at one size."""

    kb_s: float
    cpu_ms_s: float
    writes_s: float
    resident_mb: float
    changed: float
    """Share of the terminal's cells that were others a second later."""
    key_p50_ms: float
    key_p99_ms: float


async def measure(terminal: Terminal, seconds: float, keys: tuple[bytes, bytes]) -> Cost:
    await asyncio.sleep(SETTLE_S)
    count, usage, began = terminal.count, terminal.usage, time.monotonic()
    shares: list[float] = []
    before = terminal.cells()
    for second in range(round(seconds)):
        await asyncio.sleep(max(0.0, began + second + 1 - time.monotonic()))
        now = terminal.cells()
        shares.append(sum(a != b for a, b in zip(before, now, strict=False)) / max(1, len(now)))
        before = now
    wall = time.monotonic() - began
    count, after = terminal.count - count, terminal.usage
    latencies = []
    for number in range(KEYS):
        await asyncio.sleep(0.11 + 0.007 * (number % 29))
        with contextlib.suppress(TimeoutError):
            latencies.append(await terminal.latency_ms(keys[number % 2]))
    latencies = sorted(latencies) or [float("nan")]
    return Cost(
        count / wall / 1000,
        1000 * (after.cpu_s - usage.cpu_s) / wall,
        (after.writes - usage.writes) / wall,
        terminal.resident_mb,
        statistics.mean(shares),
        statistics.median(latencies),
        latencies[min(len(latencies) - 1, int(0.99 * len(latencies)))],
    )


@dataclass(frozen=True)
class Way:
    """One thing to measure."""

    name: str
    hosts: int = 40
    share: float = SHARE
    stir: bool = False
    diff: bool = True
    before: bytes = b""
    """Keys pressed first."""
    marks: tuple[tuple[str, float], ...] = ()


WAYS = (
    Way("screen", marks=(("kb_s", 4.5), ("cpu_ms_s", 30), ("key_p50_ms", 10), ("key_p99_ms", 50))),
    Way("plain", diff=False),
    Way("all moves", share=1.0, stir=True, marks=(("kb_s", 4.5), ("cpu_ms_s", 30))),
    Way("the same, plain", share=1.0, stir=True, diff=False),
    Way("16 colours", before=b"TTT", marks=(("kb_s", 3.0), ("cpu_ms_s", 30))),
    Way("the same, 16", share=1.0, stir=True, before=b"TTT", marks=(("kb_s", 3.0), ("cpu_ms_s", 30))),
    Way("nothing changes", share=0.0, marks=(("kb_s", 0.1),)),
    Way("200 hosts", hosts=200, marks=(("key_p50_ms", 10), ("key_p99_ms", 50))),
    Way("500 rows", hosts=500, marks=(("cpu_ms_s", 15),)),
)


async def watched(way: Way, size: tuple[int, int], seconds: float) -> Cost:
    now, chance = time.time(), random.Random(1)
    with tempfile.TemporaryDirectory(prefix="wk-") as folder:
        path = Path(folder) / "watch"
        site = SiteView("Gold desk", False, "Asia/Shanghai", "bench", now, None, None)
        hosts = {view.id: view for view in (host(number, now, chance) for number in range(way.hosts))}
        env = {
            "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", "HOME": folder,
            "WATCHKEEPER_FRAME_DIFF": "1" if way.diff else "0",
        }  # fmt: skip
        argv = [sys.executable, "-c", RUN.format(path=str(path))]
        async with FakeWatch(path, site, hosts) as watch, Terminal(argv, size, env) as terminal:
            await terminal.until(lambda: bool(watch.drawn))
            if way.before:
                os.write(terminal.master, way.before)
                await asyncio.sleep(6)  # what it says of them goes away again
            task = asyncio.create_task(publish(watch, way.share, way.stir))
            try:
                # Where rows change places the cursor may be at an end already; another panel always has the keys.
                return await measure(terminal, seconds, (b"2", b"1") if way.stir else (b"\x1b[B", b"\x1b[A"))
            finally:
                task.cancel()


EVERYWHERE = ("screen", "plain", "all moves", "the same, plain", "16 colours", "nothing changes")
"""What is measured at every size; the rest at that of the marks alone."""
PEERS: dict[str, tuple[list[str], tuple[bytes, bytes]]] = {
    "btop": (["btop", "--utf-force"], (b"\x1b[B", b"\x1b[A")),
    "htop": (["htop", "-d", "10"], (b"\x1b[B", b"\x1b[A")),
    "glances": (["glances", "-t", "1"], (b"1", b"1")),
}


async def peer(name: str, size: tuple[int, int], seconds: float) -> Cost:
    argv, keys = PEERS[name]
    with tempfile.TemporaryDirectory(prefix="wk-") as folder:
        settings = Path(folder, ".config", "btop")
        settings.mkdir(parents=True)  # noqa: ASYNC240
        (settings / "btop.conf").write_text("update_ms = 1000\n", "utf-8")
        env = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", "HOME": folder}
        async with Terminal(argv, size, {**env, "XDG_CONFIG_HOME": f"{folder}/.config"}) as terminal:
            await terminal.until(lambda: terminal.count > 500)
            return await measure(terminal, seconds, keys)


# --- telling -----------------------------------------------------------------------------------------------------


def row(size: tuple[int, int], name: str, cost: Cost) -> None:
    print(
        f"{size[0]:>3}x{size[1]:<3} {name:16} {cost.kb_s:7.2f} {cost.writes_s:8.1f} {cost.cpu_ms_s:8.1f} "
        f"{cost.resident_mb:7.1f} {100 * cost.changed:7.1f} {cost.key_p50_ms:8.1f} {cost.key_p99_ms:8.1f}",
        flush=True,
    )


def judge(way: Way, cost: Cost) -> list[str]:
    """Each mark of the way, held against what was measured."""
    told = []
    for name, mark in way.marks:
        value = getattr(cost, name)
        told.append(f"  {way.name}: {name} {value:.2f}, mark {mark:g}: {'met' if value <= mark else 'MISSED'}")
    return told


async def compare(options: argparse.Namespace) -> None:
    peers = [] if options.no_peers else [name for name in PEERS if shutil.which(name)]
    missing = [name for name in PEERS if not options.no_peers and not shutil.which(name)]
    if missing:
        print(f"NOT MEASURED, for they are not installed: {', '.join(missing)} (apt install {' '.join(missing)})")
    told: list[str] = []
    for size in options.sizes:
        costs: dict[str, Cost] = {}
        for way in WAYS:
            if options.only and way.name not in options.only:
                continue
            if size != MARKED and way.name not in EVERYWHERE:
                continue
            costs[way.name] = cost = await watched(way, size, options.seconds)
            row(size, way.name, cost)
            told += judge(way, cost) if size == MARKED else []
        for name in peers:
            if not options.only or name in options.only:
                costs[name] = await peer(name, size, options.seconds)
                row(size, name, costs[name])
        if "screen" in costs:
            for name, cost in costs.items():
                if name in ("plain", *PEERS):
                    bytes_ratio, cpu_ratio = (
                        getattr(cost, what) / getattr(costs["screen"], what) for what in ("kb_s", "cpu_ms_s")
                    )
                    print(f"        {name} : screen = {bytes_ratio:.2f} in bytes, {cpu_ratio:.2f} in CPU", flush=True)
    print("\n".join(["", "Marks at 120x40:", *told]) if told else "")


def size_of(text: str) -> tuple[int, int]:
    columns, rows = text.split("x")
    return int(columns), int(rows)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=15.0, help="bytes and CPU are counted for so long")
    parser.add_argument("--sizes", type=size_of, nargs="+", default=[(80, 24), (120, 40), (160, 48)])
    parser.add_argument("--only", nargs="+", default=[], help="only these ways and peers")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--first", action="store_true", help="go before other programs (root): for a busy machine")
    options = parser.parse_args()
    if options.first:  # what is started from here has the same; all of it is idle nearly always
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    print(f"a board a second, {SHARE:.0%} of the figures others in each, {options.seconds:.0f} s each")
    print(
        f"{'size':7} {'':16} {'KB/s':>7} {'writes/s':>8} {'CPU ms/s':>8} {'RSS MB':>7} {'cells %':>7} "
        f"{'key p50':>8} {'key p99':>8}"
    )
    asyncio.run(compare(options))
    return 0


if __name__ == "__main__":
    sys.exit(main())
