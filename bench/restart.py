"""How long a watch takes to have its records back, with an empty store and with 100,000 incidents.

    python bench/restart.py [INCIDENTS] [OPEN] [POSTGRESQL_URL]        about 3 minutes; 10000 500 for a trial

Makes INCIDENTS (100,000) incidents, OPEN (5,000) of which are not closed, evenly among the others; each closed one was
opened, taken, resolved and closed. Then fresh processes, in turn on the empty and the filled store, do what the watch
does at its start: open the store, read incidents and the newest lines, and what is known of followed logs. The
files are in the page cache; imports are not counted. With a URL, of an empty schema, PostgreSQL takes its turns too.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import insert

from duty.incident_details import Cause, Resolution
from duty.records import IncidentMove, LogKind, Move, NewLogEntry, Subject
from storage.incident_lines import sentence
from storage.log_rows import append, move_ref
from storage.rows import move_row
from storage.server import Server, place_of
from storage.store import Store
from storage.tables import MOVES

ROUNDS = 7
LIFE = (Move.OPENED, Move.TAKEN, Move.RESOLVED, Move.CLOSED)
AT_ONCE = 4_000
START = """
import asyncio, json, resource, sys, time
from watch.clock import SystemClock
from watch.recorder import Recorder
from watch.records import Records
from storage.server import place_of
from pathlib import Path

async def main():
    begun = time.perf_counter()
    cpu = time.process_time()
    records = await Records.open(place_of(sys.argv[1], Path()), SystemClock())
    opened = time.perf_counter()
    recorder = Recorder(records, lambda event: None)
    await recorder.load()
    ended = time.perf_counter()
    assert records.error is None
    print(json.dumps({
        "open": (opened - begun) * 1e3, "load": (ended - opened) * 1e3, "cpu": (time.process_time() - cpu) * 1e3,
        "incidents": len(recorder.incidents), "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }), flush=True)
    await records.close()

asyncio.run(main())
"""


def moves(incidents: int, not_closed: int) -> Iterator[IncidentMove]:
    """The moves of all of them, incident after incident."""
    every, seq = max(1, incidents // max(1, not_closed)), 0
    for number in range(1, incidents + 1):
        life = LIFE[: 1 + number // every % 3] if number % every == 0 else LIFE
        about = Subject(f"gw-{number % 40}", "process", "order-gw")
        for move in life:
            seq += 1
            details = Resolution(Cause.SOFTWARE) if move is Move.RESOLVED else None
            at = 1_700_000_000.0 + 60 * number
            yield IncidentMove(
                seq, number, move, at, "wang", "断线 lost", subject=about, level=1 + number % 4, details=details
            )


def fill(store: Store, incidents: int, not_closed: int) -> int:
    """Write them, each move with its line; how many moves it were."""
    waiting, count = [], 0
    for move in moves(incidents, not_closed):
        waiting.append(move)
        if len(waiting) == AT_ONCE:
            count += write(store, waiting)
            waiting = []
    return count + write(store, waiting)


def write(store: Store, some: list[IncidentMove]) -> int:
    """Some moves and their lines in one transaction, which the store itself does for one alone."""
    with store._database.writing() as connection:
        if some:
            connection.execute(insert(MOVES), [move_row(move) for move in some])
        lines = [
            NewLogEntry(
                LogKind.INCIDENT, one.actor, one.at, one.subject, one.text, sentence(one), one.incident,
                refs=(move_ref(one),),
            )
            for one in some
        ]  # fmt: skip
        append(connection, lines, 1_800_000_000.0)
    return len(some)


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("incidents", nargs="?", type=int, default=100_000)
    asked.add_argument("open", nargs="?", type=int, default=5_000)
    asked.add_argument("url", nargs="?")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="wk-") as folder:
        places = {"empty": str(Path(folder) / "empty.sqlite"), "SQLite": str(Path(folder) / "filled.sqlite")}
        if given.url:
            places["PostgreSQL"] = str(given.url)
        for name, place in places.items():
            store, begun = Store(place_of(place, Path())), time.perf_counter()
            if name != "empty":
                count = fill(store, given.incidents, given.open)
                print(f"{name}: {given.incidents} incidents, {count} moves in {time.perf_counter() - begun:.0f} s")
                while store.index(5000):
                    pass
            if isinstance(store.place, Server):
                with store._database.writing() as connection:
                    connection.exec_driver_sql("ANALYZE")
            store.close()
        rounds: dict[str, list[dict[str, float]]] = {name: [] for name in places}
        for _ in range(ROUNDS):
            for name, place in places.items():
                ran = subprocess.run([sys.executable, "-c", START, place], capture_output=True, text=True, check=True)
                rounds[name].append(json.loads(ran.stdout))
    print(f"{'':12} {'open ms':>9} {'load ms':>9} {'CPU ms':>9} {'read back':>10} {'peak MB':>8}   medians of {ROUNDS}")
    for name, taken in rounds.items():
        one = {key: statistics.median(each[key] for each in taken) for key in taken[0]}
        times = f"{one['open']:9.1f} {one['load']:9.1f} {one['cpu']:9.1f}"
        print(f"{name:12} {times} {one['incidents']:10.0f} {one['mb']:8.0f}")


if __name__ == "__main__":
    main()
