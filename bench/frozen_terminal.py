"""A terminal that stops reading: what the watch and the screen behind it do meanwhile, and how soon it is fresh again.

    python bench/frozen_terminal.py [--seconds 300] [--before SECONDS] [--size 120x40] [--hosts 40]     11 minutes
    python bench/frozen_terminal.py --seconds 40 --before 5                                   a trial: about a minute

A practice watch, in which everything changes every second, with two screens in terminals of their own. Both are read
for --before seconds (as long as --seconds if not given); then one terminal is no longer read for --seconds, as if it
were stopped with Ctrl+S or its window hung (Ctrl+L is pressed on it some times, which fills what the kernel takes for
it), while the other goes on; then it is read again. Somebody who only listens
counts boards and readings all the while.

- *gap*: the longest time between two boards to the listener; *missed*: readings that each remote host owed by its
  interval and that did not come.
- *grown*: resident memory at the end of a span against its start. While the terminal is frozen the watch may take 8 MB
  more than while it is read (what it keeps for a slow screen is bounded by 4 MB of events and 256 KB unsent; its own
  memory of the last ten minutes grows either way), and the screen 4 MB.
- *fresh*: from the first byte that is read again until the clock of that screen says what the other one's says;
  *the same*: until the two show the same in all lines below the header. Bytes are all that came until then.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bench.screen_cost import Terminal, size_of  # noqa: E402
from config.paths import places  # noqa: E402
from duty.board import HostView  # noqa: E402
from tests.support.screens import BareScreen  # noqa: E402

WATCH = "import sys; from cli.main import main; sys.exit(main(['--practice', 'watch', *sys.argv[1:]]))"
SCREEN = "import sys; from tui.run import run_screen; sys.exit(run_screen({path!r}, who='bench', version='0'))"
GAP_MARK_S = 2.0
WATCH_MARK_MB = 8.0
SCREEN_MARK_MB = 4.0
FRESH_MARK_MS = 1000.0
SETTLE_S = 8.0
STOOD_S = 3.0
"""A screen writes at least its clock once a second: one that has not for so long cannot."""
HEADER = 2
"""Lines of the header, in which the clock is."""


def resident_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def written(pid: int) -> int:
    """Bytes the process has written so far."""
    lines = Path(f"/proc/{pid}/io").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("wchar"))


@dataclass
class Listener:
    """A screen that draws nothing and notes when boards came."""

    gap_s: float = 0.0
    boards: int = 0
    hosts: dict[str, HostView] = field(default_factory=dict)
    _last: float = 0.0

    async def listen(self, path: Path) -> None:
        screen = await BareScreen.join(path, "")
        while True:
            board = await screen.draw()
            screen.heard.clear()
            now = time.monotonic()
            self.gap_s = max(self.gap_s, now - self._last if self._last else 0.0)
            self._last, self.boards = now, self.boards + 1
            self.hosts.update((host.id, host) for host in board.hosts)

    def anew(self) -> dict[str, int]:
        """Forget the longest gap; how many readings each remote host has given so far."""
        self.gap_s, self.boards = 0.0, 0
        return {host.id: host.samples for host in self.hosts.values() if not host.local}


@dataclass
class Span:
    """What happened in one stretch of time."""

    name: str
    seconds: float
    gap_s: float
    boards: int
    missed: int
    grown_mb: dict[str, float]
    wrote_until_s: float
    """When the screen that is to be frozen wrote last."""


async def span(name: str, seconds: float, listener: Listener, pids: dict[str, int]) -> Span:
    before, samples, began = {who: resident_mb(pid) for who, pid in pids.items()}, listener.anew(), time.monotonic()
    wrote, wrote_until_s = written(pids["frozen"]), 0.0
    while (left := began + seconds - time.monotonic()) > 0:
        await asyncio.sleep(min(1.0, left))
        if wrote != (wrote := written(pids["frozen"])):
            wrote_until_s = time.monotonic() - began
    wall = time.monotonic() - began
    missed = sum(
        max(0, int(wall / host.interval_s) - 1 - (host.samples - samples[host.id]))
        for host in listener.hosts.values()
        if host.id in samples
    )
    grown = {who: resident_mb(pid) - before[who] for who, pid in pids.items()}
    return Span(name, wall, listener.gap_s, listener.boards, missed, grown, wrote_until_s)


def look_away(terminal: Terminal) -> None:
    asyncio.get_running_loop().remove_reader(terminal.master)


def look_again(terminal: Terminal) -> None:
    asyncio.get_running_loop().add_reader(terminal.master, terminal._more)


async def fill(terminal: Terminal) -> None:
    """Have the screen painted anew until the kernel takes no more for it, as someone does to whom nothing happens."""
    for _press in range(12):
        os.write(terminal.master, b"\x0c")
        await asyncio.sleep(0.25)


async def until(holds: Callable[[], bool], seconds: float = 60.0) -> float:
    """Milliseconds until ``holds()``."""
    began = time.perf_counter()
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.005)
    return 1000 * (time.perf_counter() - began)


def clock_of(terminal: Terminal) -> str:
    """The time in the header."""
    words = terminal.screen.display[0].split()
    return next((word for word in words if word.count(":") == 2), "")


def told(spans: list[Span], fresh_ms: float, fresh_bytes: int, same_ms: float) -> None:
    print(f"{'':8} {'s':>5} {'boards':>7} {'gap s':>6} {'missed':>7}   grown MB")
    for one in spans:
        grown = "  ".join(f"{who} {mb:+.1f}" for who, mb in one.grown_mb.items())
        print(f"{one.name:8} {one.seconds:5.0f} {one.boards:7} {one.gap_s:6.2f} {one.missed:7}   {grown}")
    before, frozen = spans
    stood_s = frozen.seconds - frozen.wrote_until_s
    print(f"the frozen screen could write for {frozen.wrote_until_s:.0f} s and then stood for {stood_s:.0f} s")
    if stood_s < STOOD_S:
        print("  that is no freeze: more --seconds or more --hosts")
    print(f"fresh after {fresh_ms:.0f} ms and {fresh_bytes} bytes; the same as the other after {same_ms:.0f} ms")
    marks = (
        ("gap s", frozen.gap_s, GAP_MARK_S),
        ("readings missed", float(frozen.missed), 0.0),
        ("watch MB more than before", frozen.grown_mb["watch"] - max(0.0, before.grown_mb["watch"]), WATCH_MARK_MB),
        ("screen MB", frozen.grown_mb["frozen"], SCREEN_MARK_MB),
        ("fresh ms", fresh_ms, FRESH_MARK_MS),
    )
    for name, value, mark in marks:
        print(f"  {name} {value:.2f}, mark {mark:g}: {'met' if value <= mark else 'MISSED'}")


async def measure(seconds: float, before_s: float, size: tuple[int, int], hosts: int) -> None:
    with tempfile.TemporaryDirectory(prefix="wk-") as folder:
        env = {
            "HOME": folder, "LANG": "C.UTF-8", "TERM": "xterm-256color", "COLORTERM": "truecolor",
            **{f"XDG_{kind}_HOME": f"{folder}/{kind.lower()}" for kind in ("CONFIG", "STATE", "DATA", "CACHE")},
            "XDG_RUNTIME_DIR": f"{folder}/run",
        }  # fmt: skip
        Path(folder, "run").mkdir(mode=0o700)  # noqa: ASYNC240
        path = places("practice", env).socket
        watch = subprocess.Popen(  # noqa: ASYNC220
            [sys.executable, "-c", WATCH, "--practice-hosts", str(hosts)], cwd=ROOT, env={**os.environ, **env},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        listener, listening = Listener(), None
        argv = [sys.executable, "-c", SCREEN.format(path=str(path))]
        try:
            await until(path.exists)
            listening = asyncio.create_task(listener.listen(path))
            async with Terminal(argv, size, env) as frozen, Terminal(argv, size, env) as reading:
                await until(lambda: bool(clock_of(frozen) and clock_of(reading)))
                await asyncio.sleep(SETTLE_S)
                pids = {"watch": watch.pid, "frozen": frozen.process.pid, "reading": reading.process.pid}
                spans = [await span("read", before_s, listener, pids)]
                look_away(frozen)
                await fill(frozen)
                spans.append(await span("frozen", seconds, listener, pids))
                count = frozen.count
                look_again(frozen)
                await until(lambda: frozen.count > count)
                fresh_ms = await until(lambda: clock_of(frozen) == clock_of(reading) != "")
                fresh_bytes = frozen.count - count
                same_ms = fresh_ms + await until(
                    lambda: frozen.screen.display[HEADER:] == reading.screen.display[HEADER:]
                )
                told(spans, fresh_ms, fresh_bytes, same_ms)
        finally:
            if listening is not None:
                listening.cancel()
                await asyncio.wait([listening])
            watch.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                watch.wait(15)
            watch.kill()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=300.0, help="how long the terminal is not read")
    parser.add_argument("--before", type=float, help="how long both are read before; as long if not given")
    parser.add_argument("--size", type=size_of, default=(120, 40))
    parser.add_argument("--hosts", type=int, default=40, help="of the practice fleet")
    options = parser.parse_args()
    before = options.seconds if options.before is None else options.before
    print(f"both read for {before:.0f} s, one not read for {options.seconds:.0f} s", flush=True)
    asyncio.run(measure(options.seconds, before, options.size, options.hosts))
    return 0


if __name__ == "__main__":
    sys.exit(main())
