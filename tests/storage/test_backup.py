"""Records saved while they are written, put back, and their oldest lines archived: on either engine, always proved."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from duty.chain import Fault, What, examine
from duty.incident_details import Cause, Resolution
from duty.records import DUTY, IncidentMove, IncidentState, LogKind, Move, NewLogEntry, Ref, Refused
from storage.archive import MOVES_END, archive
from storage.attachments import Kept, keep, state
from storage.backup import FILES, proved, put_back, save
from storage.exported import links
from storage.failures import StoreFailed
from storage.proof import Proof
from storage.server import Server
from storage.store import Store
from storage.whole import examined
from tests.support.raw_store import run, unguard

Place = Path | Server
DONE = Resolution(Cause.SOFTWARE)


def note(text: str, chain: str = DUTY, refs: tuple[Ref, ...] = ()) -> NewLogEntry:
    return NewLogEntry(LogKind.NOTE, "wang", 5.0, text=text, chain=chain, refs=refs)


def step(store: Store, at: float, move: Move, incident: int = 0, **more: object) -> int:
    asked = IncidentMove(0, incident, move, at, "wang", "x", level=3, **more)  # type: ignore[arg-type]
    return store.move(asked, at).incident.id


def closed(store: Store, at: float) -> int:
    number = step(store, at, Move.OPENED)
    step(store, at, Move.TAKEN, number)
    step(store, at, Move.RESOLVED, number, details=DONE)
    return step(store, at, Move.CLOSED, number)


def whole(place: Place) -> tuple[bool, int, int]:
    with closing(Proof(place)) as proof:
        found = examined(proof)
    return found.well, found.lines, found.moves


@pytest.fixture
def store(place: Place) -> Store:
    made = Store(place)
    made.append_log([note(f"第 {number} 行") for number in range(10)], 100.0)
    closed(made, 200.0)
    made.append_log([note("drilled", "drill-1")], 250.0)
    return made


def test_a_backup_of_a_store_in_use_is_a_store_that_verifies(store: Store, tmp_path: Path) -> None:
    files = tmp_path / "files"
    (tmp_path / "图.png").write_bytes(b"picture")
    ref = keep(tmp_path / "图.png", files)
    store.append_log([note("see", refs=(ref, Ref("file", "gone.txt", "ab" * 32, 3)))], 300.0)
    to = tmp_path / "away" / "monday.sqlite"
    found = save(store.place, files, to)
    store.append_log([note("later")], 400.0)
    assert (found.well, found.lines, found.moves) == (True, 16, 4)
    assert whole(to) == (True, 16, 4) and whole(store.place) == (True, 17, 4)
    assert to.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in to.parent.iterdir()) == ["monday.sqlite", "monday.sqlite.files"]
    assert state(ref, to.with_name(to.name + FILES)) is Kept.WHOLE
    with pytest.raises(StoreFailed, match="never replaces"):
        save(store.place, files, to)
    store.close()


WRITER = """
import sys
from pathlib import Path
from duty.records import LogKind, NewLogEntry
from storage.server import Server
from storage.store import Store
store = Store(Server(sys.argv[1]) if "://" in sys.argv[1] else Path(sys.argv[1]))
while True:
    entry = store.append_log([NewLogEntry(LogKind.NOTE, "li", 1.0, text="x" * 500)], 1.0)[0]
    print(entry.seq, flush=True)
"""


def test_backups_beside_a_writer_hold_all_that_was_acknowledged_before_them(store: Store, tmp_path: Path) -> None:
    name = store.place.url if isinstance(store.place, Server) else str(store.place)
    with subprocess.Popen([sys.executable, "-c", WRITER, name], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        for number in range(4):
            written = int([writer.stdout.readline() for _ in range(15)][-1])
            found = save(store.place, tmp_path / "files", tmp_path / f"{number}.sqlite")
            assert found.well and found.chains[DUTY].seq >= written
        writer.kill()
    assert whole(store.place)[0]
    store.close()


def test_a_backup_comes_back_and_what_was_there_is_kept(store: Store, tmp_path: Path) -> None:
    to, files = tmp_path / "b.sqlite", tmp_path / "files"
    save(store.place, files, to)
    before = store.read_log(limit=100)
    store.append_log([note("after the backup")], 400.0)
    store.close()
    if isinstance(store.place, Server):
        with pytest.raises(StoreFailed, match="not empty"):
            put_back(to, store.place, files, "aside")
        return
    kept = put_back(to, store.place, files, "aside")
    assert kept is not None and whole(kept) == (True, 16, 4)
    with closing(Store(store.place)) as again:
        assert again.read_log(limit=100) == before
        assert again.append_log([note("on")], 500.0)[0].seq == before[0].seq + 1
    assert whole(store.place)[0] and proved(to).well


@pytest.mark.parametrize("way", ["sqlite to postgresql", "postgresql to sqlite"])
def test_records_move_from_one_engine_to_the_other(
    new_place: Callable[[str, Path], Place], tmp_path: Path, way: str
) -> None:
    source, target = (new_place(engine, tmp_path / engine) for engine in way.split(" to "))
    with closing(Store(source)) as old:
        old.append_log([note("断线"), note("drilled", "drill-1")], 100.0)
        closed(old, 200.0)
        archive(source, 150.0, tmp_path / "oldest.jsonl", actor="li", now=300.0)
        open_one = step(old, 400.0, Move.OPENED)
        lines, incidents = old.read_log(limit=100), old.incidents()
    save(source, tmp_path / "files", tmp_path / "b.sqlite")
    put_back(tmp_path / "b.sqlite", target, tmp_path / "files", "aside")
    assert whole(target) == whole(source)
    with closing(Store(target)) as new:
        assert (new.read_log(limit=100), new.incidents()) == (lines, incidents)
        assert step(new, 500.0, Move.OPENED) == open_one + 1
        with pytest.raises(IntegrityError, match="append-only"):
            run(target, "UPDATE log_entry SET text = 'y'")
    assert whole(target)[0]


def test_no_backup_is_made_of_a_store_that_does_not_verify(store: Store, tmp_path: Path) -> None:
    unguard(store.place)
    run(store.place, "UPDATE log_entry SET text = 'quiet' WHERE seq = 3")
    with pytest.raises(StoreFailed, match="does not verify"):
        save(store.place, tmp_path / "files", tmp_path / "out" / "b.sqlite")
    assert list((tmp_path / "out").iterdir()) == []
    with pytest.raises(StoreFailed, match="does not verify"):
        archive(store.place, 1e9, tmp_path / "out" / "a.jsonl", actor="li", now=1e9)
    assert list((tmp_path / "out").iterdir()) == []
    store.close()


def test_a_damaged_store_is_kept_aside_as_it_is(tmp_path: Path) -> None:
    place, to = tmp_path / "s" / "records.sqlite", tmp_path / "b.sqlite"
    with closing(Store(place)) as store:
        store.append_log([note("x")], 1.0)
    save(place, tmp_path / "files", to)
    place.write_bytes(b"no database at all" * 500)
    place.with_name("records.sqlite-wal").write_bytes(b"rest")
    with pytest.raises(StoreFailed, match="damaged"):
        save(place, tmp_path / "files", tmp_path / "c.sqlite")
    kept = put_back(to, place, tmp_path / "files", "aside")
    assert kept is not None and kept.read_bytes() == b"no database at all" * 500
    assert kept.with_name(kept.name + "-wal").read_bytes() == b"rest"
    assert whole(place) == (True, 1, 0)


def test_the_oldest_lines_leave_as_a_proved_file_and_the_rest_verifies_from_there(store: Store, tmp_path: Path) -> None:
    to, head = tmp_path / "2025.jsonl", store.read_log(limit=100)[-14].hash
    store.append_log([note("今年")], 1000.0)
    gone = archive(store.place, 900.0, to, actor="li", now=2000.0)
    assert (gone.first, gone.last, gone.head, gone.moves) == (1, 14, head, 4)
    with to.open("rb") as file:
        seen = examine(links(file))
    assert (seen.fault, seen.count, seen.head) == (None, 14, head)
    moves = [json.loads(line) for line in to.with_name(to.name + MOVES_END).read_text("utf-8").splitlines()]
    assert [one["move"] for one in moves] == ["opened", "taken", "resolved", "closed"]
    lines = store.read_log(limit=100)
    assert [line.seq for line in lines] == [16, 15]
    assert str(lines[0].said) == "lines 1 to 14 were archived" and lines[0].actor == "li"
    assert store.incidents() == []
    with pytest.raises(Refused):
        step(store, 2000.0, Move.NOTED, 1)
    assert step(store, 2100.0, Move.OPENED) == 2, "no number is given twice"
    with closing(Proof(store.place)) as proof:
        assert proof.begins_after(DUTY) == (14, head)
        assert examined(proof).well
        assert examine(proof.links(DUTY)).fault == Fault(What.MISSING, 1, 14), "without what is recorded"
    second = archive(store.place, 2050.0, tmp_path / "2026.jsonl", actor="li", now=3000.0)
    assert (second.first, second.last) == (15, 16)
    assert whole(store.place)[0]
    store.close()


@pytest.mark.parametrize(
    "statement", ["DELETE FROM log_entry WHERE seq = 15", "DELETE FROM incident_move WHERE seq = 5"]
)
def test_what_was_not_archived_cannot_be_removed_afterwards_either(
    store: Store, tmp_path: Path, statement: str
) -> None:
    step(store, 1000.0, Move.OPENED)
    archive(store.place, 900.0, tmp_path / "a.jsonl", actor="li", now=2000.0)
    for refused in (statement, "DELETE FROM log_segment", "UPDATE log_segment SET last_seq = 15"):
        with pytest.raises(IntegrityError, match="append-only"):
            run(store.place, refused)
    store.close()


def test_lines_that_were_cut_off_are_not_taken_for_archived(store: Store) -> None:
    """Whoever takes guards away may also write the row that says where the chain begins: no line tells of it then."""
    unguard(store.place)
    ((head,),) = run(store.place, "SELECT hash FROM log_entry WHERE chain = 'duty' AND seq = 5")
    run(store.place, f"INSERT INTO log_segment VALUES ('duty', 5, 1, '{head}', 0, 0, 'ab', 1)")
    run(store.place, "DELETE FROM log_entry WHERE chain = 'duty' AND seq <= 5")
    with closing(Proof(store.place)) as proof:
        found = examined(proof)
    assert (found.chains[DUTY].fault, found.untold, found.well) == (None, (DUTY,), False)
    store.close()


def test_an_incident_that_is_not_over_keeps_its_lines_and_those_behind(store: Store, tmp_path: Path) -> None:
    open_one = step(store, 300.0, Move.OPENED)
    part = closed(store, 400.0)
    store.append_log([note("last")], 500.0)
    first = archive(store.place, 900.0, tmp_path / "a.jsonl", actor="li", now=2000.0)
    assert first.last == 14
    assert [one.id for one in store.incidents()] == [open_one, part]
    with pytest.raises(StoreFailed, match="not closed"):
        archive(store.place, 900.0, tmp_path / "b.jsonl", actor="li", now=2000.0)
    for move in (Move.TAKEN, Move.RESOLVED, Move.CLOSED):
        step(store, 2500.0, move, open_one, details=DONE if move is Move.RESOLVED else None)
    assert archive(store.place, 2600.0, tmp_path / "b.jsonl", actor="li", now=3000.0).last == 24
    assert whole(store.place)[0]
    store.close()


def test_a_merged_incident_stays_with_the_one_it_was_merged_into(store: Store, tmp_path: Path) -> None:
    root, part = step(store, 300.0, Move.OPENED), step(store, 310.0, Move.OPENED)
    step(store, 320.0, Move.MERGED, part, other=root)
    store.append_log([note("last")], 500.0)
    assert archive(store.place, 900.0, tmp_path / "a.jsonl", actor="li", now=2000.0).last == 14
    assert {one.id: one.state for one in store.incidents()}[part] is IncidentState.MERGED
    store.close()


def test_a_disk_without_room_leaves_no_backup_and_no_line_leaves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "s" / "records.sqlite"
    with closing(Store(place)) as store:
        store.append_log([note("x" * 3000)] * 100, 1.0)
    out = tmp_path / "out"
    code = """
import resource, signal, sys
from pathlib import Path
from storage.archive import archive
from storage.backup import save
from storage.failures import StoreFailed
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
place, out = Path(sys.argv[1]), Path(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
works = (
    lambda: save(place, out, out / "b.sqlite"),
    lambda: archive(place, 1e9, out / "a.jsonl", actor="", now=1e9),
)
for work in works:
    try:
        work()
    except StoreFailed as failed:
        print(failed.why.template)
"""
    ran = subprocess.run([sys.executable, "-c", code, str(place), str(out)], capture_output=True, text=True, check=True)
    assert len(ran.stdout.splitlines()) == 2, "both said why"
    assert not out.exists() or list(out.iterdir()) == []
    assert whole(place) == (True, 100, 0)
    assert run(place, "SELECT COUNT(*) FROM log_segment") == [(0,)]
