"""How long it takes to prove a log: every row read, put into its canonical form, hashed and compared.

    python bench/verify_cost.py [ROWS] [FOLDER]

Beside it, in the same run, what cannot be saved: reading the same rows through sqlite3, and their SHA-256 alone.
"""

from __future__ import annotations

import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from duty.chain import GENESIS, Head, examine, linked
from duty.phrases import phrase
from duty.records import LogKind, NewLogEntry, Subject
from storage.proof import Proof
from storage.store import Store

AT_ONCE = 2_000
TURNS = 5


def fill(path: Path, rows: int) -> float:
    """A log of notes in Chinese and of sentences of the watch; seconds it took, many rows a transaction."""
    store = Store(path)
    began = time.perf_counter()
    for first in range(0, rows, AT_ONCE):
        at = 1_790_000_000.0 + first
        store.append_log([_line(number, at) for number in range(first, min(rows, first + AT_ONCE))], at)
    taken = time.perf_counter() - began
    store.close()
    return taken


def _line(number: int, at: float) -> NewLogEntry:
    host = f"order-gw-{number % 40}"
    subject = Subject(host, "host", host)
    if number % 2:
        return NewLogEntry(LogKind.NOTE, "wang.min", at, subject, f"行情网关断线 {number} 次, 已电话联系厂商, 等待答复")
    said = phrase("lost after {seconds} s", seconds=number % 90)
    return NewLogEntry(LogKind.CONNECTION, "", at, subject, said=said)


def verify(path: Path) -> None:
    proof = Proof(path)
    seen = examine(proof.links("duty"), Head("0" * 64))
    assert seen.fault is None
    proof.close()


def read(path: Path) -> None:
    raw = sqlite3.connect(path)
    for _row in raw.execute("SELECT * FROM log_entry WHERE chain = 'duty' ORDER BY seq"):
        pass
    raw.close()


def timed(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    with tempfile.TemporaryDirectory(dir=sys.argv[2] if len(sys.argv) > 2 else None) as folder:
        path = Path(folder) / "records.sqlite"
        filled = fill(path, rows)
        proof = Proof(path)
        bodies = [link.body for link in proof.links("duty")]  # type: ignore[union-attr]
        proof.close()

        def hashing() -> None:
            last = GENESIS
            for body in bodies:
                last = linked(last, body)

        works = {"verify": lambda: verify(path), "read with sqlite3": lambda: read(path), "SHA-256 alone": hashing}
        times = {name: [timed(work) for _ in range(TURNS)] for name, work in works.items()}
        size = path.stat().st_size
    print(f"{rows} rows, {size / 1e6:.0f} MB ({size / rows:.0f} bytes a row), filled in {filled:.1f} s; seconds")
    for name, taken in times.items():
        print(f"{name:20} {statistics.median(taken):6.2f}")


if __name__ == "__main__":
    main()
