"""From the word typed in a shell to the first screen, beside the smallest application of the same library.

    python bench/start_cost.py [--rounds 15] [--size 120x40]          about 1 minute; --rounds 3 for a trial

*attach*   a watch runs already: `watchkeeper` becomes its screen. Mark: 450 ms.
*begin*    no watch runs: the same command starts one first. Mark: 900 ms.
*textual*  `python -c` with an application of one line of text: what any program on this library takes.

Each is a fresh process in a terminal of its own, in turn within a round, so that the ratios come from one run. The time
goes from the start of the process to the bytes with which the terminal shows the site's host (its one line of text);
the files are in the page cache and compiled, the first round is left out. The site is this machine alone.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bench.screen_cost import Terminal, size_of  # noqa: E402

MARKS_MS = {"attach": 450.0, "begin": 900.0}
HOST = "benchhost"
SITE = f'[site]\nname = "Bench"\n[hosts.{HOST}]\nlocal = true\n'
BARE = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("benchhost")
Bare().run()
"""
BARE_COMMAND = ["sh", "-c", 'exec "$0" "$@" 2>&1', sys.executable, "-c", BARE]
"""Textual itself draws to standard error."""
PATIENCE_S = 30.0


class World:
    """A home of its own, with a site file: nothing of the person who measures takes part."""

    def __init__(self, folder: Path) -> None:
        self.site = folder / "site.toml"
        self.site.write_text(SITE, "utf-8")
        self.env = {
            "HOME": str(folder), "LANG": "C.UTF-8", "TERM": "xterm-256color", "COLORTERM": "truecolor",
            **{f"XDG_{kind}_HOME": str(folder / kind.lower()) for kind in ("CONFIG", "STATE", "DATA", "CACHE")},
            "XDG_RUNTIME_DIR": str(folder / "run"),
            # As after a first start in any shell, also where this one forbids to keep what was compiled.
            "PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(folder / "compiled"),
        }  # fmt: skip
        (folder / "run").mkdir(mode=0o700)

    def command(self, *words: str) -> list[str]:
        code = "import sys; from cli.main import main; sys.exit(main())"
        return [sys.executable, "-c", code, "--site", str(self.site), *words]

    def call(self, *words: str) -> None:
        """Run one word of the program and wait for it."""
        subprocess.run(
            self.command(*words), env={**os.environ, **self.env}, cwd=ROOT, capture_output=True, check=False, timeout=60
        )


async def first_screen_ms(argv: list[str], size: tuple[int, int], env: dict[str, str]) -> float:
    """Start ``argv`` in a terminal and wait until the host is on it; milliseconds."""
    began = time.perf_counter()
    async with Terminal(argv, size, env) as terminal:
        shown = 0.0
        async with asyncio.timeout(PATIENCE_S):
            seen = -1
            while not shown:
                if terminal.count != seen:
                    seen, at = terminal.count, terminal.last
                    shown = at if HOST in terminal.cells() else 0.0
                await asyncio.sleep(0.001)
        return (shown - began) * 1000


async def measure(rounds: int, size: tuple[int, int]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {"textual": [], "attach": [], "begin": []}
    with tempfile.TemporaryDirectory(prefix="wk-") as folder:
        world = World(Path(folder))
        try:
            for number in range(rounds + 1):
                times = {"textual": await first_screen_ms(BARE_COMMAND, size, world.env)}
                world.call("stop")
                times["begin"] = await first_screen_ms(world.command(), size, world.env)
                world.call("stop")
                world.call("start")
                times["attach"] = await first_screen_ms(world.command(), size, world.env)
                if number:
                    for way, took in times.items():
                        found[way].append(took)
        finally:
            world.call("stop")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--size", type=size_of, default=(120, 40))
    options = parser.parse_args()
    found = asyncio.run(measure(options.rounds, options.size))
    bare = statistics.median(found["textual"])
    print(f"to the first screen at {options.size[0]}x{options.size[1]}, {options.rounds} rounds, milliseconds")
    print(f"{'':8} {'median':>7} {'least':>7} {'most':>7} {'ratio':>6}")
    for way, times in found.items():
        middle = statistics.median(times)
        mark = MARKS_MS.get(way)
        said = "" if mark is None else f"  mark {mark:.0f}: {'met' if middle <= mark else 'MISSED'}"
        print(f"{way:8} {middle:7.0f} {min(times):7.0f} {max(times):7.0f} {middle / bare:6.2f}{said}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
