"""The store on a real SQLite file."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from duty.phrases import of, phrase
from duty.records import IncidentMove, IncidentState, LogKind, Move, NewLogEntry, Refused, Subject
from storage.failures import StoreFailed
from storage.store import Store

GW = Subject("quote-gw", "host", "quote-gw")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "records.sqlite"


def note(text: str, subject: Subject = GW, at: float = 1_700_000_000.123456) -> NewLogEntry:
    return NewLogEntry(kind=LogKind.NOTE, actor="wang", event_at=at, subject=subject, text=text)


def move(kind: Move, incident: int = 0, actor: str = "wang", text: str = "", **more: object) -> IncidentMove:
    values: dict[str, object] = {"seq": 0, "incident": incident, "move": kind, "at": 5.0, "actor": actor, "text": text}
    return IncidentMove(**{**values, **more})  # type: ignore[arg-type]


def test_what_was_written_is_read_back_after_a_restart(path: Path) -> None:
    store = Store(path)
    said = of("quote-gw", phrase("lost after {seconds} s", seconds=3))
    written = store.append_log(
        [note("行情网关断线 \u00e9"), NewLogEntry(LogKind.CONNECTION, "", 7.0, GW, said=said)], 1_700_000_001.5
    )
    store.close()
    again = Store(path)
    assert again.read_log() == written[::-1]
    assert [entry.seq for entry in written] == [1, 2]
    assert written[0].event_at == pytest.approx(1_700_000_000.123456, abs=1e-6)
    assert written[1].said == said
    again.close()
    row = sqlite3.connect(path).execute("select said_english from log_entry where seq=2").fetchone()
    assert row == ("quote-gw: lost after 3 s",), "readable without this program"


def test_pages_and_filters(path: Path) -> None:
    store = Store(path)
    other = Subject("risk", "process", "riskd")
    store.append_log([note(str(n), GW if n % 2 else other) for n in range(10)], 1.0)
    assert [e.text for e in store.read_log(limit=3)] == ["9", "8", "7"]
    assert [e.text for e in store.read_log(before=8, limit=2)] == ["6", "5"]
    assert [e.text for e in store.read_log(subject=other, limit=2)] == ["8", "6"]
    assert [e.text for e in store.read_log(subject=Subject("risk", "host", "risk"), limit=1)] == ["8"]
    assert store.read_log(incident=3) == []


@pytest.mark.parametrize("table", ["log_entry", "incident_move"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {t} SET actor='somebody else'",
        "DELETE FROM {t} WHERE seq=1",
        "INSERT OR REPLACE INTO {t} SELECT * FROM {t} WHERE seq=1",
        "REPLACE INTO {t} SELECT * FROM {t} WHERE seq=1",
    ],
)
def test_rows_stay_as_they_were_written(path: Path, table: str, statement: str) -> None:
    store = Store(path)
    store.append_log([note("first")], 1.0)
    store.move(move(Move.OPENED, text="x", level=3), 1.0)
    store.close()
    raw = sqlite3.connect(path)  # recursive triggers are off here, as in anybody's shell
    before = raw.execute(f"SELECT * FROM {table}").fetchall()
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        raw.execute(statement.format(t=table))
    assert raw.execute(f"SELECT * FROM {table}").fetchall() == before


def test_a_hole_in_the_numbers_is_refused(path: Path) -> None:
    Store(path).close()
    raw = sqlite3.connect(path)
    columns = "seq,kind,event_at,entered_at,actor,host,subject_kind,subject_key,text"
    with pytest.raises(sqlite3.IntegrityError, match="next number"):
        raw.execute(f"INSERT INTO log_entry ({columns}) VALUES (2,'note',1,1,'a','','','','x')")


def test_the_life_of_an_incident_is_kept_with_its_lines(path: Path) -> None:
    store = Store(path)
    opened = store.move(move(Move.OPENED, text="quotes frozen", level=2, subject=GW), 6.0)
    number = opened.incident.id
    store.move(move(Move.TAKEN, number, "li"), 6.0)
    store.move(move(Move.NOTED, number, "li", "vendor called"), 6.0)
    closed = store.move(move(Move.CLOSED, number, "li", "restarted"), 6.0)
    store.close()
    store = Store(path)
    (incident,) = store.incidents()
    assert incident == closed.incident
    assert (incident.state, incident.owner, incident.last_note) == (IncidentState.CLOSED, "li", "restarted")
    assert [m.move for m in store.moves(number)] == [Move.OPENED, Move.TAKEN, Move.NOTED, Move.CLOSED]
    assert [m.seq for m in store.moves(number)] == [1, 2, 3, 4]
    lines = store.read_log(incident=number)
    assert [str(line.said) for line in reversed(lines)] == [
        "incident 1 opened, level 2", "incident 1 taken", "note on incident 1", "incident 1 closed",
    ]  # fmt: skip
    assert all(line.subject == GW for line in lines), "a line speaks of what the incident is about"


def test_two_stores_one_incident_one_taker(path: Path) -> None:
    one, two = Store(path), Store(path)
    number = one.move(move(Move.OPENED, text="x", level=3), 1.0).incident.id
    one.move(move(Move.CLOSED, number, "wang", "done"), 1.0)
    with pytest.raises(Refused, match="is closed"):
        two.move(move(Move.TAKEN, number, "li"), 1.0)
    assert len(two.moves(number)) == 2 and len(two.read_log()) == 2, "a refused move leaves nothing"


def test_a_locked_store_says_so_and_goes_on_when_free(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.database.BUSY_S", 0.1)
    store = Store(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreFailed, match="another process holds the store"):
        store.append_log([note("x")], 1.0)
    other.execute("ROLLBACK")
    assert store.append_log([note("x")], 1.0)[0].seq == 1


def test_a_full_store_says_so_keeps_what_it_has_and_recovers(path: Path) -> None:
    store = Store(path)
    store.append_log([note("kept")], 1.0)
    with store._database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    with pytest.raises(StoreFailed, match="full"):
        for _ in range(100):
            store.append_log([note("x" * 5000)], 1.0)
    count = len(store.read_log(limit=1000))
    with store._database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1000000")
    assert store.append_log([note("after")], 1.0)[0].seq == count + 1


def test_a_file_that_is_no_store_is_named(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(b"not a database, but long enough to look like one" * 100)
    with pytest.raises(StoreFailed, match="damaged"):
        Store(path)


def test_a_store_of_a_newer_program_is_refused(path: Path) -> None:
    Store(path).close()
    raw = sqlite3.connect(path)
    raw.execute("UPDATE meta SET value='99' WHERE key='schema'")
    raw.commit()
    with pytest.raises(StoreFailed, match="newer program"):
        Store(path)


WRITER = """
import sys
from pathlib import Path
from duty.records import LogKind, NewLogEntry
from storage.store import Store
store = Store(Path(sys.argv[1]))
while True:
    entry = store.append_log([NewLogEntry(LogKind.NOTE, "wang", 1.0, text="x")], 1.0)[0]
    print(entry.seq, flush=True)
"""


def kill_writer_once(path: Path, lines: int) -> int:
    """Run a writer, kill it after some acknowledged rows; returns the last row it acknowledged."""
    with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        for _ in range(lines):
            writer.stdout.readline()
        os.kill(writer.pid, signal.SIGKILL)
        rest = [line for line in writer.stdout.read().split("\n") if line]
        return int(rest[-1]) if rest else lines


@pytest.mark.parametrize("lines", [1, 7, 20])
def test_every_acknowledged_row_survives_kill_9(path: Path, lines: int) -> None:
    for _ in range(2):
        acknowledged = kill_writer_once(path, lines)
        kept = Store(path).read_log(limit=100_000)
        assert len(kept) >= acknowledged
        assert [e.seq for e in kept] == list(range(len(kept), 0, -1)), "no holes"
