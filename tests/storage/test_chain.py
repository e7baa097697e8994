"""The duty log cannot be quietly changed: invariant I3, tried on real files with every kind of tampering."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duty.chain import GENESIS, LOG_FIELDS, Examined, Fault, Head, Link, What, canonical, canonical_of, examine, linked
from duty.records import DUTY, IncidentMove, LogKind, Move, NewLogEntry, Ref, Subject
from storage.migrations import guards
from storage.proof import MoveFault, Proof
from storage.store import Store

GW = Subject("quote-gw", "host", "quote-gw")
ROWS = 12
DRILL = "drill-2026-11-28"


def note(text: str, chain: str = DUTY) -> NewLogEntry:
    return NewLogEntry(LogKind.NOTE, "wang", 1_700_000_000.5, GW, text, chain=chain)


def filled(path: Path) -> Path:
    store = Store(path)
    for number in range(ROWS - 4):
        store.append_log([note(f"第 {number} 行")], 1_700_000_001.0)
    opened = store.move(IncidentMove(0, 0, Move.OPENED, 5.0, "wang", "x", level=3), 6.0)
    for kind in (Move.TAKEN, Move.NOTED, Move.MITIGATED):
        store.move(IncidentMove(0, opened.incident.id, kind, 5.0, "li", "y"), 6.0)
    store.append_log([note("injected", DRILL), note("found", DRILL)], 7.0)
    store.close()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture(scope="module")
def original() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        yield filled(Path(folder) / "records.sqlite")


@pytest.fixture
def path(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(original, tmp_path / "records.sqlite"))


def unguarded(path: Path) -> sqlite3.Connection:
    """The file in the hands of somebody who knows how to drop triggers and indexes."""
    raw = sqlite3.connect(path, isolation_level=None)
    for name in guards():
        raw.execute(f"DROP TRIGGER IF EXISTS {name}")
    raw.row_factory = sqlite3.Row
    return raw


def tamper(path: Path, *statements: str) -> None:
    with closing(unguarded(path)) as raw:
        for statement in statements:
            raw.execute(statement)


def look(path: Path, head: Head | None = None, chain: str = DUTY) -> Examined:
    proof = Proof(path)
    try:
        return examine(proof.links(chain), head)
    finally:
        proof.close()


def rehash(path: Path, since: int, chain: str = DUTY) -> None:
    """Make numbers and hashes from row ``since`` on fit again, as somebody would who knows how the chain is made."""
    with closing(unguarded(path)) as raw:
        before = raw.execute("SELECT hash FROM log_entry WHERE chain = ? AND seq = ?", (chain, since - 1)).fetchone()
        last = before[0] if before else GENESIS
        query = "SELECT * FROM log_entry WHERE chain = ? AND seq >= ? ORDER BY seq"
        for seq, row in enumerate([dict(row) for row in raw.execute(query, (chain, since))], since):
            row["seq"] = seq
            fresh = linked(last, canonical(row))
            raw.execute(
                "UPDATE log_entry SET seq = ?, prev_hash = ?, hash = ? WHERE id = ?", (seq, last, fresh, row["id"])
            )
            last = fresh


def test_i3_what_was_written_verifies_and_has_no_holes(path: Path) -> None:
    seen = look(path)
    assert (seen.fault, seen.count, seen.begins, seen.seq) == (None, ROWS, 1, ROWS)
    assert look(path, Head(seen.head[:12], ROWS)).found == ROWS
    proof = Proof(path)
    assert proof.moves() == (4, None)
    assert proof.chains() == [DUTY, DRILL]
    proof.close()


def test_i3_a_drill_has_a_chain_of_its_own(path: Path) -> None:
    seen = look(path, chain=DRILL)
    assert (seen.fault, seen.count, seen.begins) == (None, 2, 1)
    store = Store(path)
    assert [entry.text for entry in store.read_log(limit=50) if entry.chain != DUTY] == []
    assert [(entry.seq, entry.text) for entry in store.read_log(chain=DRILL)] == [(2, "found"), (1, "injected")]
    assert store.append_log([note("on duty"), note("on drill", DRILL)], 8.0)[0].seq == ROWS + 1
    store.close()
    tamper(path, f"DELETE FROM log_entry WHERE chain = '{DRILL}' AND seq = 1")
    assert look(path).fault is None
    assert look(path, chain=DRILL).fault == Fault(What.MISSING, 1, 1)


@pytest.mark.parametrize(
    ("statements", "fault"),
    [
        (["UPDATE log_entry SET text = 'nothing happened' WHERE seq = 5"], Fault(What.CHANGED, 5)),
        (["UPDATE log_entry SET actor = 'li' WHERE seq = 1"], Fault(What.CHANGED, 1)),
        (["UPDATE log_entry SET event_at = event_at + 1 WHERE seq = 12"], Fault(What.CHANGED, 12)),
        (["UPDATE log_entry SET hash = prev_hash WHERE seq = 5"], Fault(What.CHANGED, 5)),
        (["UPDATE log_entry SET prev_hash = hash WHERE seq = 5"], Fault(What.CHANGED, 5)),
        (["UPDATE log_entry SET form = 7 WHERE seq = 5"], Fault(What.UNREADABLE, 5, 5)),
        (["DELETE FROM log_entry WHERE seq = 5"], Fault(What.MISSING, 5, 5)),
        (["DELETE FROM log_entry WHERE seq IN (5, 6, 7)"], Fault(What.MISSING, 5, 7)),
        (["DELETE FROM log_entry WHERE seq = 1"], Fault(What.MISSING, 1, 1)),
        (
            ["DELETE FROM log_entry WHERE chain = 'duty' AND seq = 5", "UPDATE log_entry SET seq = -seq WHERE seq > 5",
             "UPDATE log_entry SET seq = -seq - 1 WHERE seq < 0"],
            Fault(What.CHANGED, 5),
        ),
        (
            ["UPDATE log_entry SET seq = 99 WHERE seq = 5", "UPDATE log_entry SET seq = 5 WHERE seq = 6",
             "UPDATE log_entry SET seq = 6 WHERE seq = 99"],
            Fault(What.REORDERED, 5, 6),
        ),
        (
            ["CREATE TABLE loose AS SELECT * FROM log_entry", "DROP TABLE log_entry",
             "ALTER TABLE loose RENAME TO log_entry",
             "INSERT INTO log_entry SELECT * FROM log_entry WHERE chain = 'duty' AND seq = 5"],
            Fault(What.DOUBLED, 5),
        ),
    ],
)  # fmt: skip
def test_the_first_row_that_is_not_as_written_is_named(path: Path, statements: list[str], fault: Fault) -> None:
    tamper(path, *statements)
    seen = look(path)
    assert seen.fault == fault
    assert seen.count == (ROWS if fault.seq > ROWS else fault.seq - 1) + (fault.what is What.DOUBLED)


def test_one_row_hashed_anew_is_named_by_the_row_behind_it(path: Path) -> None:
    tamper(path, "UPDATE log_entry SET text = 'nothing happened' WHERE chain = 'duty' AND seq = 5")
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.row_factory = sqlite3.Row
        row = dict(raw.execute("SELECT * FROM log_entry WHERE chain = 'duty' AND seq = 5").fetchone())
        raw.execute("UPDATE log_entry SET hash = ? WHERE id = ?", (linked(row["prev_hash"], canonical(row)), row["id"]))
    assert look(path).fault == Fault(What.CHANGED, 5)


def test_a_full_rehash_is_exposed_by_a_head_that_was_noted_before(path: Path) -> None:
    noted = look(path)
    tamper(path, "UPDATE log_entry SET text = 'nothing happened' WHERE chain = 'duty' AND seq = 5")
    rehash(path, 5)
    seen = look(path, Head(noted.head, noted.seq))
    assert seen.fault is None, "nothing inside the file can show it"
    assert seen.found is None, "the slip does"
    assert look(path, Head(noted.head)).found is None


def test_a_head_of_last_night_is_proved_however_long_the_log_has_grown(path: Path) -> None:
    noted = look(path)
    store = Store(path)
    store.append_log([note("after the slip was printed")] * 3, 9.0)
    store.close()
    seen = look(path, Head(noted.head[:12]))
    assert (seen.fault, seen.found, seen.seq) == (None, ROWS, ROWS + 3)
    assert look(path, Head(noted.head, ROWS + 1)).found is None, "at that number stands another"


def test_rows_cut_off_at_the_end_are_exposed_by_a_head(path: Path) -> None:
    noted = look(path)
    tamper(path, "DELETE FROM log_entry WHERE chain = 'duty' AND seq > 9")
    seen = look(path, Head(noted.head))
    assert (seen.fault, seen.seq, seen.found) == (None, 9, None)


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE incident_move SET actor = 'zhao' WHERE seq = 2", MoveFault(2, 10)),
        ("DELETE FROM incident_move WHERE seq = 3", MoveFault(3, 11, missing=True)),
        (
            "INSERT INTO incident_move SELECT 5, incident, move, at, actor, text, said_template, said_values, said_of, "
            "said_english, host, subject_kind, subject_key, level, automatic, other, details, form FROM incident_move "
            "WHERE seq = 2",
            MoveFault(5, 0),
        ),
        ("UPDATE incident_move SET form = 9 WHERE seq = 4", MoveFault(4, 12)),
        ("UPDATE incident_move SET other = 1 WHERE seq = 2", MoveFault(2, 10)),
        ("""UPDATE incident_move SET details = '{"type":"opening"}' WHERE seq = 1""", MoveFault(1, 9)),
    ],
)
def test_a_move_is_held_by_its_line_of_the_log(path: Path, statement: str, fault: MoveFault) -> None:
    tamper(path, statement)
    proof = Proof(path)
    assert proof.moves()[1] == fault
    proof.close()


COLUMNS = [name for name in LOG_FIELDS[1] if name not in ("seq", "chain")]
EDITS = st.tuples(st.just("update"), st.sampled_from(COLUMNS), st.integers(1, ROWS))
DELETES = st.tuples(st.just("delete"), st.none(), st.integers(1, ROWS))
SWAPS = st.tuples(st.just("swap"), st.integers(1, ROWS), st.integers(1, ROWS)).filter(lambda one: one[1] != one[2])
INSERTS = st.tuples(st.just("insert"), st.none(), st.integers(1, ROWS))


@settings(max_examples=60, deadline=None)
@given(st.one_of(EDITS, DELETES, SWAPS, INSERTS), st.booleans())
def test_i3_no_single_change_passes_both_the_chain_and_an_old_head(
    original: Path, change: tuple[str, Any, int], rehashed: bool
) -> None:
    """One row changed, removed, swapped or put in, its tail hashed anew or not: named, or exposed by the head."""
    how, what, seq = change
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        path = Path(shutil.copy(original, Path(folder) / "r.sqlite"))
        noted = look(path)
        with closing(unguarded(path)) as raw:
            raw.execute("DROP INDEX log_entry_of_host")
            place = f"WHERE chain = 'duty' AND seq = {seq}"
            if how == "update":
                old = raw.execute(f"SELECT {what} FROM log_entry {place}").fetchone()[0]
                new = old + 1 if isinstance(old, int) else f"{old or ''}?"
                raw.execute(f"UPDATE log_entry SET {what} = ? {place}", (new,))
            elif how == "delete":
                raw.execute(f"DELETE FROM log_entry {place}")
            elif how == "swap":
                for old, new in ((seq, 999), (what, seq), (999, what)):
                    raw.execute(f"UPDATE log_entry SET seq = {new} WHERE chain = 'duty' AND seq = {old}")
            else:
                raw.execute(f"UPDATE log_entry SET seq = -seq WHERE chain = 'duty' AND seq >= {seq}")
                names = ", ".join([*COLUMNS, "prev_hash", "hash"])
                raw.execute(
                    f"INSERT INTO log_entry (chain, seq, {names}) SELECT 'duty', {seq}, {names} FROM log_entry "
                    f"WHERE chain = 'duty' ORDER BY seq DESC LIMIT 1"
                )
                raw.execute("UPDATE log_entry SET seq = 1 - seq WHERE chain = 'duty' AND seq < 0")
        if rehashed and (how, what) != ("update", "form"):
            rehash(path, min(seq, what) if how == "swap" else seq)
        seen = look(path, Head(noted.head, noted.seq))
        assert seen.fault is not None or seen.found is None
        if not rehashed and not (how == "delete" and seq == ROWS):
            assert seen.fault is not None, "the chain alone shows it"
            assert seen.fault.seq <= (min(seq, what) if how == "swap" else seq) + 1


PLAIN = st.one_of(st.none(), st.integers(-(2**53), 2**53), st.text(st.characters(exclude_categories=("Cs",))))


@given(st.fixed_dictionaries(dict.fromkeys(LOG_FIELDS[1], PLAIN)))
def test_any_json_library_gives_the_same_bytes(row: dict[str, Any]) -> None:
    row["form"] = 1
    body = canonical(row)
    assert body.decode() == json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert canonical_of({**json.loads(body), "hash": "a", "prev_hash": "b"}) == body


def test_references_travel_with_the_line(tmp_path: Path) -> None:
    refs = (Ref("alarm", "order-gw missing"), Ref("file", "图.png", "ab" * 32, 12))
    store = Store(tmp_path / "r.sqlite")
    new = NewLogEntry(
        LogKind.NOTE,
        "wang",
        5.0,
        text="x",
        refs=refs,
        trading_day="2026-11-23",
        post="1",
        shift="night",
        session="pts/3 9",
    )
    (written,) = store.append_log([new], 6.0)
    (read,) = store.read_log()
    assert read == written
    assert (read.refs, read.trading_day, read.post, read.shift, read.session) == (
        refs,
        "2026-11-23",
        "1",
        "night",
        "pts/3 9",
    )
    store.close()


WRITER = """
import sys
from pathlib import Path
from duty.records import LogKind, NewLogEntry
from storage.store import Store
store = Store(Path(sys.argv[1]))
for number in range(60):
    store.append_log([NewLogEntry(LogKind.NOTE, sys.argv[2], 1.0, text=str(number))], 1.0)
"""


def test_two_programs_that_write_at_once_make_one_chain(tmp_path: Path) -> None:
    path = tmp_path / "r.sqlite"
    Store(path).close()
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), name]) for name in ("one", "two")]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    seen = look(path)
    assert (seen.fault, seen.count) == (None, 120)


def test_a_row_that_does_not_follow_the_newest_is_refused_by_the_file_itself(path: Path) -> None:
    with closing(sqlite3.connect(path)) as raw:
        raw.row_factory = sqlite3.Row
        row = dict(raw.execute("SELECT * FROM log_entry WHERE chain = 'duty' AND seq = 12").fetchone())
        names = ", ".join(row)
        statement = f"INSERT OR REPLACE INTO log_entry ({names}) VALUES ({', '.join(f':{name}' for name in row)})"
        for wrong in (
            {"seq": 13, "id": None},  # names the row before its own
            {"seq": 14, "id": None, "prev_hash": row["hash"]},
            {"seq": 13, "prev_hash": row["hash"]},  # in the place of another row of the file
            {"chain": "drill-new", "seq": 1, "id": None},
        ):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                raw.execute(statement, {**row, **wrong})


def test_the_walk_says_where_a_row_that_is_out_of_order_is_found() -> None:
    links: list[Link] = []
    before = GENESIS
    for seq in range(1, 6):
        body = canonical_of({"seq": seq})
        links.append(Link(seq, seq, before, linked(before, body), body))
        before = links[-1].hash
    moved = [links[0], links[2], links[3], links[1], links[4]]
    assert examine(moved).fault == Fault(What.REORDERED, 2, 2)
    assert examine([*links, links[2]]).fault == Fault(What.DOUBLED, 3)
    part = examine(links[2:], part=True)
    assert (part.fault, part.begins, part.count) == (None, 3, 3)
