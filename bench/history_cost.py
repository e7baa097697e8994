"""What history costs: memory and CPU of the newest readings, size and write cost of the store, reading any graph.

    python bench/history_cost.py [--hosts 200] [--days 30] [--size 1GiB] [--seconds 60] [--reads 400]

*memory*: hosts hand one view a second to the tapes. *store*: every minute of all days is written by a clock that only
counts; beside it the same minutes go, for a while, into a plain table with a row for each value: the ratio is what
packing is worth. *graphs*: random series over hours to weeks, 200 points, as a screen asks for them.
"""

from __future__ import annotations

import argparse
import gc
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from array import array
from collections.abc import Iterator
from pathlib import Path

from config import units
from duty.board import DiskView, HostView, LineView, ProcessView
from duty.connection import Connection, Link
from duty.graph import GraphPoint, drawn
from duty.quality import Quality, State
from duty.series import SeriesKey
from storage.history import HistoryStore, HostMinute
from storage.history_levels import HOUR, MINUTE, TEN
from storage.rollups import Rollup, rolled
from watch.history import stretches
from watch.tape import HostTapes

START = 1_700_000_000 // 86_400 * 86_400
LEVELS = {MINUTE: "minutes", TEN: "10 min", HOUR: "hours"}


def host_view(host: str, at: float) -> HostView:
    """A host with three processes, two lines and two disks: 35 numbers."""
    slow, gib = at // 15 * 15, 1 << 30
    return HostView(
        id=host, label="", role="", group="", via=None, state=State.OK, quality=Quality.GOOD, why=(), since=at,
        read_at=at, connection=Connection(Link.UP, at), interval_s=1.0,
        cpu_percent=at % 100, load1=0.5, memory_percent=40.0, swap_percent=0.0,
        processes=tuple(
            ProcessView(key, State.OK, (), 1, "1", cpu_percent=at % 50, rss_bytes=gib // 3, threads=8, open_files=70,
                        read_at=at)
            for key in ("order-gw", "sge-session", "chronyd")
        ),
        lines=tuple(
            LineView(key, "eth1", State.OK, (), 1e6 + at % 1e5, 1e5, 1e7, 1e7, 0.0, 0.0, read_at=at)
            for key in ("SGE-1", "SGE-2")
        ),
        disks=tuple(
            DiskView(mount, State.OK, (), "ok", "/dev/sda", "ext4", 100 * gib, 40 * gib, 60 * gib, 40.0, 5.0, slow)
            for mount in ("/", "/var/log")
        ),
    )  # fmt: skip


def memory(hosts: int, seconds: int) -> tuple[SeriesKey, ...]:
    tapes = [HostTapes(1.0, 15.0, 600.0, 500) for _ in range(hosts)]
    spent = 0.0
    for second in range(seconds):
        views = [host_view(f"h{number}", START + second) for number in range(hosts)]
        before = time.process_time()
        for each, seen in zip(tapes, views, strict=True):
            each.see(seen)
        spent += time.process_time() - before
    blocks = [(each.fast.block(START, START + 60), each.slow.block(START, START + 60)) for each in tapes]
    before = time.process_time()
    for pair in blocks:
        for keys, values in pair:
            for place in range(len(keys)):
                rolled(values[place :: len(keys)])
    rolling = time.process_time() - before
    keys = tapes[0].fast.keys + tapes[0].slow.keys
    per_view, per_minute = spent / hosts / seconds * 1e6, rolling / hosts * 1e6
    print(f"memory: {hosts} hosts, {len(keys)} series each")
    print(f"  one view           {per_view:8.1f} us of CPU")
    print(f"  rolling a minute up {per_minute:7.1f} us of CPU a host ({per_minute / 60:.1f} a second)")
    del tapes, blocks
    gc.collect()
    one = HostTapes(1.0, 15.0, 600.0, 500)
    for second in range(1300):
        one.see(host_view("h", START + second))
    arrays = sum(sys.getsizeof(part) for tape in (one.fast, one.slow) for part in (tape.times, tape._values))
    print(f"  10 min at full rate {arrays / 1024:7.1f} KB a host, {arrays / len(keys):.0f} bytes a series")
    return keys


def minutes(keys: tuple[SeriesKey, ...], hosts: int) -> Iterator[list[HostMinute]]:
    """Numbers that move: no two minutes of a host are alike."""
    chance = random.Random(7)
    pool = []
    for _ in range(500):
        base = [chance.uniform(1, 1e6) for _ in keys]
        pool.append([Rollup(60, b * 0.9, b, b * chance.uniform(1.0, 1.6)) for b in base])
    while True:
        yield [HostMinute(f"h{number}", keys, pool[chance.randrange(500)]) for number in range(hosts)]


def taken(folder: Path) -> int:
    return sum(each.stat().st_size for each in folder.iterdir())


def fill(store: HistoryStore, folder: Path, keys: tuple[SeriesKey, ...], hosts: int, days: float) -> None:
    source = minutes(keys, hosts)
    walls, most = array("d"), 0
    cpu = time.process_time()
    for number in range(int(days * 1440)):
        rows = next(source)
        before = time.perf_counter()
        store.write(START + 60 * number, rows)
        walls.append(time.perf_counter() - before)
        if number % 10 == 0:
            most = max(most, taken(folder))
    cpu = time.process_time() - cpu
    ordered = [wall * 1e3 for wall in sorted(walls)]
    middle, late, cpu_ms = statistics.median(ordered), ordered[int(0.99 * len(ordered))], cpu / len(walls) * 1e3
    print(f"store: {hosts} hosts, {days:g} days, {len(walls):,} minutes written")
    print(f"  a minute           {middle:8.1f} ms p50, {late:.1f} ms p99, {ordered[-1]:.0f} ms most")
    print(f"  CPU of a minute    {cpu_ms:8.1f} ms ({cpu_ms / 600:.3f} % of a core)")
    print(f"  all files          {taken(folder) / 2**20:8.1f} MB, at most {most / 2**20:.1f}")
    for level, name in LEVELS.items():
        span = store.span("h0", level)
        if span is not None:
            print(f"  {name:18} {(span[1] - span[0]) / 86400:8.1f} days back")


def plain(folder: Path, keys: tuple[SeriesKey, ...], hosts: int, count: int) -> float:
    """CPU seconds a minute with a row for each value, in plain sqlite3."""
    base = sqlite3.connect(folder / "plain.sqlite", isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL"):
        base.execute(f"PRAGMA {pragma}")
    base.execute(
        "CREATE TABLE v (host TEXT, key TEXT, at INTEGER, n INTEGER, low REAL, mean REAL, high REAL,"
        " PRIMARY KEY (host, key, at)) WITHOUT ROWID"
    )
    source = minutes(keys, hosts)
    before = time.process_time()
    for number in range(count):
        at = START + 60 * number
        base.execute("BEGIN")
        base.executemany(
            "INSERT INTO v VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(m.host, str(key), at, *roll) for m in next(source) for key, roll in zip(m.keys, m.row, strict=True)],
        )
        base.execute("COMMIT")
    spent = (time.process_time() - before) / count
    base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    base.close()
    return spent


def beside(keys: tuple[SeriesKey, ...], hosts: int, count: int = 120) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = HistoryStore(folder / "history.sqlite", 1 << 30, 30)
        source = minutes(keys, hosts)
        before = time.process_time()
        for number in range(count):
            store.write(START + 60 * number, next(source))
        ours = (time.process_time() - before) / count
        store.close()
        theirs = plain(folder, keys, hosts, count)
        sizes = [(folder / each).stat().st_size for each in ("history.sqlite", "plain.sqlite")]
        print(f"a row for each value: {theirs / ours:.1f} times the CPU, {sizes[1] / sizes[0]:.1f} times the bytes")


def graphs(store: HistoryStore, keys: tuple[SeriesKey, ...], hosts: int, days: float, reads: int) -> None:
    chance = random.Random(3)
    end = START + int(days * 1440) * 60
    print("graphs, 200 points")
    for name, hours in (("1 hour", 1), ("6 hours", 6), ("a day", 24), ("a week", 168), ("30 days", 720)):
        if hours > days * 24:
            continue
        times, points = [], 0
        for _ in range(reads):
            host, key = f"h{chance.randrange(hosts)}", chance.choice(keys)
            before = time.perf_counter()
            points = len(read(store, host, key, end - 3600 * hours, end))
            times.append((time.perf_counter() - before) * 1e3)
        times.sort()
        middle, late = statistics.median(times), times[int(0.99 * reads)]
        print(f"  {name:18} {middle:8.1f} ms p50, {late:.1f} ms p99 ({points} points)")


def read(store: HistoryStore, host: str, key: SeriesKey, since: float, until: float) -> tuple[GraphPoint, ...]:
    return drawn(stretches(store, host, key, since, until, (until - since) / 200), since, until, 200)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hosts", type=int, default=200)
    parser.add_argument("--days", type=float, default=30)
    parser.add_argument("--size", default="1GiB")
    parser.add_argument("--seconds", type=int, default=60, help="of views handed to memory")
    parser.add_argument("--reads", type=int, default=400, help="graphs of each length")
    options = parser.parse_args()
    keys = memory(options.hosts, options.seconds)
    beside(keys, options.hosts)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = HistoryStore(folder / "history.sqlite", int(units.size(options.size)), 30)
        fill(store, folder, keys, options.hosts, options.days)
        graphs(store, keys, options.hosts, options.days, options.reads)
        store.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
