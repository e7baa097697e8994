"""How long until a record is safe: through the store and through bare sqlite3, in turn, in one run.

    python bench/durable_append.py [ROWS] [FOLDER] [POSTGRESQL_URL]

Both write the same line of the log, one row a transaction, WAL, synchronous=FULL, on the same disk. The turns
interleave, so that a slow moment of the disk strikes both. With a URL, of an empty schema, the store writes into that
server too, and so does bare psycopg.
"""

from __future__ import annotations

import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from duty.chain import GENESIS, canonical, linked
from duty.phrases import phrase
from duty.records import IncidentMove, LogKind, Move, NewLogEntry, Subject
from storage.rows import entry_row
from storage.server import Server
from storage.store import Store

ENTRY = NewLogEntry(
    LogKind.CONNECTION,
    "wang",
    1_700_000_000.25,
    Subject("quote-gw-1", "host", "quote-gw-1"),
    said=phrase("lost after {seconds} s", seconds=3),
)


def bare(path: Path) -> Callable[[], None]:
    """One row through sqlite3 itself, into the same table with the same guards, hashed onto the row before it."""
    store = Store(path)
    entry = store.append_log([ENTRY], 1.0)[0]
    row = {**entry_row(entry), "prev_hash": entry.hash, "hash": entry.hash}
    store.close()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous=FULL")
    statement = f"INSERT INTO log_entry ({', '.join(row)}) VALUES ({', '.join(f':{name}' for name in row)})"
    values = dict(row)

    def append() -> None:
        values["seq"] += 1
        values["prev_hash"] = values["hash"]
        values["hash"] = linked(values["prev_hash"], canonical(values))
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(statement, values)
        connection.execute("COMMIT")

    return append


def bare_server(server: Server) -> Callable[[], None]:
    """The same through psycopg itself. It has a chain of its own there."""
    import psycopg
    from psycopg.sql import SQL, Identifier, Placeholder

    store = Store(server)
    entry = store.append_log([ENTRY], 1.0)[0]
    row = {**entry_row(entry), "chain": "bare", "seq": 0, "prev_hash": GENESIS, "hash": GENESIS}
    store.close()
    connection = psycopg.connect(server.url, autocommit=True)
    names, values = SQL(", ").join(map(Identifier, row)), SQL(", ").join(map(Placeholder, row))
    statement = SQL("INSERT INTO log_entry ({}) VALUES ({})").format(names, values)

    def append() -> None:
        row["seq"] += 1
        row["prev_hash"] = row["hash"]
        row["hash"] = linked(row["prev_hash"], canonical(row))
        connection.execute(statement, row)

    return append


def kept(place: Path | Server) -> tuple[Callable[[], None], Callable[[], None]]:
    """One line of the log, and one move of an incident with its line, through the store."""
    store = Store(place)
    opened = store.move(IncidentMove(0, 0, Move.OPENED, 1.0, "wang", "quotes frozen", level=2), 1.0)
    again = IncidentMove(0, opened.incident.id, Move.AGAIN, 1.0, "")
    return (lambda: void(store.append_log([ENTRY], 1.0))), (lambda: void(store.move(again, 1.0)))


def void(_: object) -> None:
    """Nothing is done with what was written."""


def timed(work: Callable[[], None]) -> tuple[float, float]:
    """Wall and CPU milliseconds."""
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return (time.perf_counter() - wall) * 1e3, (time.process_time() - cpu) * 1e3


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 3000
    with tempfile.TemporaryDirectory(dir=sys.argv[2] if len(sys.argv) > 2 else None) as folder:
        raw = bare(Path(folder) / "raw.sqlite")
        append, move = kept(Path(folder) / "kept.sqlite")
        contenders = {"sqlite3, a line": raw, "store, a line": append, "store, a move and its line": move}
        if len(sys.argv) > 3:
            server = Server(sys.argv[3])
            line, both = kept(server)
            contenders |= {
                "psycopg, a line": bare_server(server),
                "store on a server, a line": line,
                "store on a server, a move": both,
            }
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in contenders}
        for turn in range(rows + 50):
            for name, work in contenders.items():
                taken = timed(work)
                if turn >= 50:  # the first turns fill caches and compile statements
                    times[name].append(taken)
    print(f"{rows} rows each, one transaction a row; milliseconds")
    print(f"{'':28} {'p50':>7} {'p99':>7} {'CPU':>7} {'p50 to sqlite3':>15}")
    floor = statistics.median(wall for wall, _ in times["sqlite3, a line"])
    for name, taken in times.items():
        walls = sorted(wall for wall, _ in taken)
        cpu = statistics.mean(cpu for _, cpu in taken)
        p50, p99 = statistics.median(walls), walls[int(len(walls) * 0.99)]
        print(f"{name:28} {p50:7.3f} {p99:7.3f} {cpu:7.3f} {p50 / floor:14.2f}x")


if __name__ == "__main__":
    main()
