"""The store on a real file and on a real PostgreSQL."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Integer
from sqlalchemy.exc import IntegrityError

from duty.incident_details import Cause, Details, Escalated, Link, Reported, Resolution, Review, ReviewAction
from duty.phrases import of, phrase
from duty.records import Incident, IncidentMove, IncidentState, LogKind, Move, NewLogEntry, Refused, Subject
from storage.server import Server
from storage.store import Store
from storage.tables import LOG
from tests.support.raw_store import run

Place = Path | Server
GW = Subject("quote-gw", "host", "quote-gw")
DONE = Resolution(Cause.SOFTWARE)


def end(store: Store, number: int) -> None:
    """Take, resolve and close an incident of a level that asks for no review."""
    store.move(move(Move.TAKEN, number), 1.0)
    store.move(move(Move.RESOLVED, number, text="done", details=DONE), 1.0)
    store.move(move(Move.CLOSED, number), 1.0)


def note(text: str, subject: Subject = GW, at: float = 1_700_000_000.123456) -> NewLogEntry:
    return NewLogEntry(kind=LogKind.NOTE, actor="wang", event_at=at, subject=subject, text=text)


def move(kind: Move, incident: int = 0, actor: str = "wang", text: str = "", **more: object) -> IncidentMove:
    values: dict[str, object] = {"seq": 0, "incident": incident, "move": kind, "at": 5.0, "actor": actor, "text": text}
    return IncidentMove(**{**values, **more})  # type: ignore[arg-type]


def test_what_was_written_is_read_back_after_a_restart(place: Place) -> None:
    store = Store(place)
    said = of("quote-gw", phrase("lost after {seconds} s", seconds=3))
    written = store.append_log(
        [note("行情网关断线 \u00e9"), NewLogEntry(LogKind.CONNECTION, "", 7.0, GW, said=said)], 1_700_000_001.5
    )
    store.close()
    again = Store(place)
    assert again.read_log() == written[::-1]
    assert [entry.seq for entry in written] == [1, 2]
    assert written[0].event_at == pytest.approx(1_700_000_000.123456, abs=1e-6)
    assert written[1].said == said
    again.close()
    (row,) = run(place, "SELECT said_english FROM log_entry WHERE seq = 2")
    assert row == ("quote-gw: lost after 3 s",), "readable without this program"


def test_a_sentence_in_a_sentence_is_read_back(place: Place) -> None:
    store = Store(place)
    said = phrase("practice fault begins: {fault} {subject}", fault=phrase("Line saturates"), subject="SGE-2")
    store.append_log([NewLogEntry(LogKind.PRACTICE, "wang", 7.0, GW, said=said)], 8.0)
    store.close()
    again = Store(place)
    assert [entry.said for entry in again.read_log()] == [said]
    again.close()
    (row,) = run(place, "SELECT said_english FROM log_entry")
    assert row == ("practice fault begins: Line saturates SGE-2",)


def test_pages_and_filters(place: Place) -> None:
    store = Store(place)
    other = Subject("risk", "process", "riskd")
    store.append_log([note(str(n), GW if n % 2 else other) for n in range(10)], 1.0)
    assert [e.text for e in store.read_log(limit=3)] == ["9", "8", "7"]
    assert [e.text for e in store.read_log(before=8, limit=2)] == ["6", "5"]
    assert [e.text for e in store.read_log(subject=other, limit=2)] == ["8", "6"]
    assert [e.text for e in store.read_log(subject=Subject("risk", "host", "risk"), limit=1)] == ["8"]
    assert store.read_log(incident=3) == []


ANYWHERE = (
    "UPDATE {t} SET actor='somebody else'",
    "DELETE FROM {t} WHERE seq=1",
    "INSERT INTO {t} SELECT * FROM {t} WHERE true ON CONFLICT DO NOTHING",
)
ON_SQLITE = (
    "INSERT OR REPLACE INTO {t} SELECT * FROM {t} WHERE seq=1",
    "REPLACE INTO {t} SELECT * FROM {t} WHERE seq=1",
    "UPDATE OR REPLACE {t} SET seq=7 WHERE seq=1",
    "INSERT INTO {t} SELECT * FROM {t} WHERE true ON CONFLICT DO UPDATE SET actor='somebody else'",
    "INSERT OR IGNORE INTO {t} SELECT * FROM {t} WHERE seq=1",
)
ON_POSTGRESQL = (
    "TRUNCATE {t}",
    "INSERT INTO {t} SELECT * FROM {t} WHERE true ON CONFLICT (seq) DO UPDATE SET actor='somebody else'",
    "WITH gone AS (DELETE FROM {t} RETURNING *) INSERT INTO {t} SELECT * FROM gone",
)


@pytest.mark.parametrize("table", ["log_entry", "incident_move"])
@pytest.mark.parametrize("statement", [*ANYWHERE, *ON_SQLITE, *ON_POSTGRESQL])
def test_rows_stay_as_they_were_written(place: Place, table: str, statement: str) -> None:
    if statement in (ON_SQLITE if isinstance(place, Server) else ON_POSTGRESQL):
        return  # it does not speak this language
    if table == "log_entry":
        statement = statement.replace("CONFLICT (seq)", "CONFLICT (chain, seq)")
    store = Store(place)
    store.append_log([note("first")], 1.0)
    store.move(move(Move.OPENED, text="x", level=3), 1.0)
    store.close()
    before = run(place, f"SELECT * FROM {table}")
    with pytest.raises(IntegrityError, match="append-only"):
        run(place, statement.format(t=table))
    assert run(place, f"SELECT * FROM {table}") == before


def test_a_hole_in_the_numbers_is_refused(place: Place) -> None:
    Store(place).close()
    names = [column.name for column in LOG.c if not column.nullable and column.name != "id"]
    values = ["2" if isinstance(LOG.c[name].type, Integer) else "'duty'" for name in names]
    with pytest.raises(IntegrityError, match="next number"):
        run(place, f"INSERT INTO log_entry ({', '.join(names)}) VALUES ({', '.join(values)})")


def test_the_life_of_an_incident_is_kept_with_its_lines(place: Place) -> None:
    store = Store(place)
    opened = store.move(move(Move.OPENED, text="quotes frozen", level=2, subject=GW), 6.0)
    number = opened.incident.id
    store.move(move(Move.TAKEN, number, "li"), 6.0)
    store.move(move(Move.NOTED, number, "li", "vendor called"), 6.0)
    store.move(move(Move.RESOLVED, number, "li", "restarted", details=DONE), 6.0)
    found = Review("it stood still", "a leak", actions=(ReviewAction("mend it", "li", "2026-12-01"),))
    store.move(move(Move.REVIEWED, number, "li", details=found), 6.0)
    with pytest.raises(Refused, match="another person closes it"):
        store.move(move(Move.CLOSED, number, "li", "over"), 6.0)
    closed = store.move(move(Move.CLOSED, number, "zhao", "over"), 6.0, "pts/4 812")
    store.close()
    store = Store(place)
    (incident,) = store.incidents()
    assert incident == closed.incident
    assert (incident.state, incident.owner, incident.last_note) == (IncidentState.CLOSED, "li", "over")
    kinds = [Move.OPENED, Move.TAKEN, Move.NOTED, Move.RESOLVED, Move.REVIEWED, Move.CLOSED]
    assert [m.move for m in store.moves(number)] == kinds
    assert [m.seq for m in store.moves(number)] == [1, 2, 3, 4, 5, 6]
    assert [m.details for m in store.moves(number)][3:5] == [DONE, found]
    lines = store.read_log(incident=number)
    assert (lines[0].actor, lines[0].session) == ("zhao", "pts/4 812"), "the second signs by name and session"
    assert [str(line.said) for line in reversed(lines)] == [
        "incident 1 opened, level 2", "incident 1 taken", "note on incident 1", "incident 1 resolved",
        "incident 1 reviewed", "incident 1 closed",
    ]  # fmt: skip
    assert all(line.subject == GW for line in lines), "a line speaks of what the incident is about"


def test_two_stores_one_incident_one_taker(place: Place) -> None:
    one, two = Store(place), Store(place)
    number = one.move(move(Move.OPENED, text="x", level=3), 1.0).incident.id
    end(one, number)
    with pytest.raises(Refused, match="is closed"):
        two.move(move(Move.TAKEN, number, "li"), 1.0)
    assert len(two.moves(number)) == 4 and len(two.read_log()) == 4, "a refused move leaves nothing"


WRITER = """
import sys
import tempfile
from pathlib import Path
from duty.records import Incident, IncidentMove, Move
from storage.store import Store
from storage.server import Server
store = Store(Server(sys.argv[1]) if "://" in sys.argv[1] else Path(sys.argv[1]))
while True:
    moved = store.move(IncidentMove(0, 0, Move.OPENED, 1.0, "wang", "x", level=3), 1.0)
    assert moved.entry.seq == moved.move.seq
    print(moved.move.seq, flush=True)
"""


def kill_writer_once(place: Place, lines: int) -> int:
    """Run a writer, kill it after some acknowledged rows; returns the last row it acknowledged."""
    name = place.url if isinstance(place, Server) else str(place)
    with subprocess.Popen([sys.executable, "-c", WRITER, name], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        for _ in range(lines):
            writer.stdout.readline()
        os.kill(writer.pid, signal.SIGKILL)
        rest = [line for line in writer.stdout.read().split("\n") if line]
        return int(rest[-1]) if rest else lines


def test_every_acknowledged_row_survives_kill_9(place: Place) -> None:
    acknowledged = 0
    for lines in (1, 2, 3, 5, 8, 13, 4, 1, 6, 9):
        acknowledged = max(acknowledged, kill_writer_once(place, lines))
        store = Store(place)
        kept = store.read_log(limit=100_000)
        assert len(kept) >= acknowledged
        assert [e.seq for e in kept] == list(range(len(kept), 0, -1)), "no holes"
        assert [e.incident for e in reversed(kept)] == [one.id for one in store.incidents()], "no move without its line"
        store.close()


DETAILS: dict[Move, Details] = {
    Move.RESOLVED: DONE, Move.REVIEWED: Review("x", "y"), Move.LINKED: Link("host", "gw"),
    Move.REPORTED: Reported("first", "the exchange", 1.0), Move.ESCALATED: Escalated(1, "lead"),
}  # fmt: skip
MOVES = st.tuples(st.sampled_from([m for m in Move if m is not Move.OPENED]), st.integers(1, 3), st.sampled_from("ab"))


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
@settings(max_examples=25, deadline=None)
@given(st.lists(st.none() | MOVES, max_size=25))
def test_two_stores_and_a_fresh_one_agree_on_any_moves(
    new_place: Callable[[str, Path], Place], engine: str, asked: list[tuple[Move, int, str] | None]
) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        place = new_place(engine, Path(folder))
        stores = [Store(place), Store(place)]
        now: dict[int, Incident] = {}
        made = 0
        for turn, one in enumerate(asked):
            kind, number, actor = one or (Move.OPENED, 0, "a")
            try:
                asked_now = move(kind, number, actor, "x", level=3, other=1, details=DETAILS.get(kind))
                moved = stores[turn % 2].move(asked_now, 1.0)
            except Refused:
                continue
            made += 1
            now[moved.incident.id] = moved.incident
            assert (moved.move.seq, moved.entry.seq) == (made, made)
        fresh = Store(place)
        assert {one.id: one for one in fresh.incidents()} == now
        assert [m for n in now for m in fresh.moves(n)] == [m for n in now for m in stores[0].moves(n)]
        for store in (*stores, fresh):
            store.close()


def test_closed_incidents_of_long_ago_stay_in_the_store(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.store.CLOSED_KEPT", 2)
    store = Store(place)
    for _ in range(5):
        store.move(move(Move.OPENED, text="x", level=3), 1.0)
    for number in (4, 1, 2):
        end(store, number)
    assert sorted(one.id for one in store.incidents()) == [1, 2, 3, 5]
    assert store.move(move(Move.NOTED, 4, text="later"), 1.0).incident.last_note == "later"
