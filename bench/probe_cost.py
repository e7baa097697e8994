"""What one look at a host costs that host: our probe beside node_exporter, psutil and a plain `cat; df; ps`.

    python bench/probe_cost.py [--processes 300 2000] [--samples 15] [--rounds 2] [--only WORD …]

All give cpu, memory, load, uptime, interfaces and 20 processes (the plain way and node_exporter give more: they cannot
ask for less). The machine is filled up to so many processes with sleeping ones, which end with the bench however it
ends. Each way is asked alone, first back to back, then once a second, when the caches have gone cold.

CPU is user and system time of everything the way runs, from the processes' own CPU clocks (nanoseconds), of ended
children from their parent's account. Writes are counted by a socket that keeps each write apart (node_exporter's from
/proc/PID/io), forks from /proc/stat: the fewest in many short batches, for the rest of the machine only adds to them.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import os
import shutil
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import psutil
from ways_to_look import (
    WATCHED,
    ExporterWay,
    PlainWay,
    ProbeWay,
    PsutilWay,
    Way,
    crowd,
    probe_command,
    through_sshd,
)

from collectors.feed import SECTIONS
from tests.support.probes import path_with_awk
from tests.support.sshd import OPENSSH

PAIRS = ("dash+mawk", "bash+mawk", "mksh+mawk", "dash+gawk", "busybox+busybox")
MARKS_MS = {"dash+mawk": 1.2, "dash+gawk": 2.2, "busybox+busybox": 2.2}
MARK_BYTES = 2048
BATCHES, BATCH_S = 30, 0.02
SECTION_TIMES = 12


class Cost(NamedTuple):
    """One way's figures."""

    busy_ms: float
    """CPU a sample, back to back."""
    paced_ms: float
    """Once a second: mean."""
    middle_ms: float
    """Once a second: median."""
    sshd_ms: float | None
    bytes: float
    writes: float
    forks: float
    pss_kb: float


# --- measuring ----------------------------------------------------------------------------------------------------


def forks_so_far() -> int:
    with open("/proc/stat") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("processes "))


def forks_a_sample(way: Way) -> float:
    """The fewest in many short batches: what else the machine starts meanwhile is not in all of them."""
    began = time.monotonic()
    way.ask()
    batch = max(1, min(10, int(BATCH_S / (time.monotonic() - began))))
    found = []
    for _ in range(BATCHES):
        before = forks_so_far()
        for _ in range(batch):
            way.ask()
        found.append((forks_so_far() - before) / batch)
    return min(found)


def measure(way: Way, samples: int) -> Cost:
    for _ in range(5):
        way.ask()
    forks = forks_a_sample(way)
    before_ms, asked, end = way.cpu_ms(), 0, time.monotonic() + 1.5
    while asked < 10 or (asked < 1000 and time.monotonic() < end):
        way.ask()
        asked += 1
    busy = (way.cpu_ms() - before_ms) / asked
    sizes, spent, sshd, wrote = [], [way.cpu_ms()], way.sshd_ms(), way.writes()
    for _ in range(samples):
        time.sleep(1)
        sizes.append(way.ask())
        time.sleep(0.02)  # what it does after answering belongs to the sample
        spent.append(way.cpu_ms())
    each = [after - before for before, after in itertools.pairwise(spent)]
    server = None if sshd is None else ((way.sshd_ms() or 0.0) - sshd) / samples
    writes = (way.writes() - wrote) / samples
    size = statistics.mean(sizes)
    return Cost(busy, statistics.mean(each), statistics.median(each), server, size, writes, forks, way.pss_kb())


Opener = Callable[[Sequence[int]], contextlib.AbstractContextManager[Way]]


def openers(folder: Path) -> dict[str, Opener]:
    """Every way there is on this machine; says which are not."""
    known: dict[str, Opener] = {}
    for pair in PAIRS:
        shell, awk = pair.split("+")
        missing = [name for name in (shell, awk) if not shutil.which(name)]
        if missing:
            print(f"left out: {pair}, {missing[0]} is not installed")
            continue
        path = path_with_awk(folder / f"path-{awk}", awk)
        known[pair] = lambda watched, pair=pair, shell=shell, path=path: contextlib.closing(  # type: ignore[misc]
            ProbeWay(pair, probe_command(shell), path, watched)
        )
    if shutil.which("ssh") and os.path.exists(OPENSSH):
        known["through sshd"] = lambda watched: through_sshd(folder, watched)
    known["psutil"] = lambda watched: contextlib.closing(PsutilWay(watched))
    if shutil.which("prometheus-node-exporter"):
        known["node_exporter"] = lambda watched: contextlib.closing(ExporterWay())
    else:
        print("left out: node_exporter (apt install prometheus-node-exporter)")
    known["cat; df; ps"] = lambda watched: contextlib.closing(PlainWay())
    return known


def middle(runs: list[Cost]) -> Cost:
    """The median of each column."""
    columns = zip(*runs, strict=True)
    return Cost(*(None if None in column else statistics.median(column) for column in columns))  # type: ignore[arg-type]


HEAD = ("way", "busy ms", "1 Hz ms", "median", "ratio", "sshd ms", "bytes", "writes", "forks", "PSS MB")
FORM = "{:16} {:>8} {:>8} {:>8} {:>7} {:>8} {:>8} {:>7} {:>6} {:>7}"


def compare(total: int, known: dict[str, Opener], samples: int, rounds: int) -> dict[str, Cost]:
    """Measures and prints both tables of one size of machine."""
    costs: dict[str, list[Cost]] = {name: [] for name in known}
    with crowd(total) as watched:
        there = len(psutil.pids())
        for _ in range(rounds):
            for name, opener in known.items():
                with opener(watched) as way:
                    costs[name].append(measure(way, samples))
        print(f"\n{there} processes, {WATCHED} watched; {rounds} rounds of {samples} samples a second apart")
        table = {name: middle(runs) for name, runs in costs.items()}
        report(table)
        print(f"\n{'slow sections':16}" + "".join(f" {name + ' ms':>13}" for name in SECTIONS))
        for name in [name for name in known if name in PAIRS]:
            with known[name](watched) as way:
                assert isinstance(way, ProbeWay)
                spent = [way.section_ms(section, SECTION_TIMES) for section in SECTIONS]
            print(f"{name:16}" + "".join(f" {ms:13.1f}" for ms in spent), flush=True)
    return table


def report(table: dict[str, Cost]) -> None:
    """Ratios are to the first way."""
    print(FORM.format(*HEAD))
    base = next(iter(table.values())).paced_ms
    for name, c in table.items():
        sshd = "" if c.sshd_ms is None else f"{c.sshd_ms:.2f}"
        figures = f"{c.busy_ms:.2f}", f"{c.paced_ms:.2f}", f"{c.middle_ms:.2f}", f"{c.paced_ms / base:.1f}", sshd
        rest = f"{c.bytes:.0f}", f"{c.writes:.1f}", f"{c.forks:.1f}", f"{c.pss_kb / 1024:.1f}"
        print(FORM.format(name, *figures, *rest), flush=True)


def judge(tables: dict[int, dict[str, Cost]]) -> None:
    """The marks the probe is held to, beside what was measured."""
    print()
    for name, mark in MARKS_MS.items():
        for total, table in tables.items():
            if name not in table:
                continue
            c = table[name]
            held = c.paced_ms <= mark and c.forks == 0 and c.writes == 1 and c.bytes <= MARK_BYTES
            print(
                f"{name}, {total} processes: {c.paced_ms:.2f} of {mark} ms, {c.bytes:.0f} of {MARK_BYTES} bytes, "
                f"{c.writes:.1f} of 1 write, {c.forks:.1f} of 0 forks: {'held' if held else 'MISSED'}"
            )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--processes", type=int, nargs="+", default=[300, 2000], help="on the machine, in all")
    parser.add_argument("--samples", type=int, default=15, help="once a second, each way and round")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--only", nargs="+", metavar="WORD", help="ways whose name contains one of these")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with tempfile.TemporaryDirectory() as folder:
            known = openers(Path(folder))
            if options.only:
                known = {name: way for name, way in known.items() if any(word in name for word in options.only)}
            if not known:
                parser.error("no way of that name")
            judge({total: compare(total, known, options.samples, options.rounds) for total in options.processes})
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
