"""A store that does not work: named for what it is, nothing half-written, and working again by itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest

from duty.records import IncidentMove, LogKind, Move, NewLogEntry
from storage.failures import StoreFailed
from storage.migrations import SCHEMA
from storage.store import Store
from tests.support.disks import as_ordinary_user, can_mount, fill, small_disk


@pytest.fixture
def path(own_world: Path) -> Path:
    return own_world / "state" / "wk" / "records.sqlite"


def note(text: str) -> NewLogEntry:
    return NewLogEntry(kind=LogKind.NOTE, actor="wang", event_at=5.0, text=text)


def opened(text: str = "x") -> IncidentMove:
    return IncidentMove(0, 0, Move.OPENED, 5.0, "wang", text, level=3)


@contextmanager
def full_disk(path: Path, store: Store) -> Iterator[None]:
    balloon = path.with_name("balloon")
    fill(balloon)
    yield
    balloon.unlink()


@contextmanager
def no_pages(path: Path, store: Store) -> Iterator[None]:
    with store._database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    yield
    with store._database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1000000")


@contextmanager
def locked(path: Path, store: Store) -> Iterator[None]:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.close()


@contextmanager
def moved_away(path: Path, store: Store) -> Iterator[None]:
    elsewhere = path.with_suffix(".old")
    path.rename(elsewhere)
    yield
    elsewhere.rename(path)


@contextmanager
def replaced(path: Path, store: Store) -> Iterator[None]:
    with moved_away(path, store):
        path.write_bytes(b"")
        yield
        path.unlink()


Trouble = Callable[[Path, Store], AbstractContextManager[None]]
TROUBLES = [
    ("full", no_pages),
    ("another process holds", locked),
    ("is missing", moved_away),
    ("replaced while in use", replaced),
    *([("full", full_disk)] if can_mount() else []),
]


@pytest.mark.parametrize(("words", "trouble"), TROUBLES, ids=lambda value: getattr(value, "__name__", ""))
def test_trouble_while_it_is_open_is_named_and_passes(
    path: Path, monkeypatch: pytest.MonkeyPatch, words: str, trouble: Trouble
) -> None:
    monkeypatch.setattr("storage.database.BUSY_S", 0.1)
    path.parent.mkdir()
    with small_disk(path.parent):
        store = Store(path)
        store.append_log([note("before")], 1.0)
        store.move(opened(), 1.0)
        with trouble(path, store):
            with pytest.raises(StoreFailed, match=words):
                for _ in range(200):
                    store.append_log([note("x" * 5000)], 1.0)
            with pytest.raises(StoreFailed, match=words):
                for _ in range(200):
                    store.move(opened("x" * 5000), 1.0)
            if trouble in (no_pages, locked, full_disk):
                assert store.read_log(limit=1000)[-1].text == "before", "reading goes on"
        lines, moves = len(store.read_log(limit=1000)), len(store.incidents())
        assert sum(line.kind is LogKind.INCIDENT for line in store.read_log(limit=1000)) == moves, "nothing by halves"
        assert store.append_log([note("after")], 1.0)[0].seq == lines + 1
        assert store.move(opened(), 1.0).move.seq == moves + 1
        store.check(1.0)
        store.close()


def test_a_full_disk_is_found_by_looking(path: Path) -> None:
    path.parent.mkdir()
    with small_disk(path.parent) as real:
        store = Store(path)
        trouble = full_disk if real else no_pages
        with trouble(path, store), pytest.raises(StoreFailed, match="full"):
            for _ in range(1000):  # what has room in pages there are already may still be written
                store.check(1.0)
                store.append_log([note("x" * 3000)], 1.0)
        store.check(1.0)
        store.close()


def test_a_file_without_the_right_to_write_can_be_read(path: Path) -> None:
    store = Store(path)
    store.append_log([note("kept")], 1.0)
    store.close()
    path.chmod(0o400)
    for folder in (path.parents[2], path.parents[1]):
        folder.chmod(0o711)
    with as_ordinary_user(path, path.parent):
        store = Store(path)
        assert [entry.text for entry in store.read_log()] == ["kept"]
        with pytest.raises(StoreFailed, match="read-only"):
            store.append_log([note("x")], 1.0)
        with pytest.raises(StoreFailed, match="read-only"):
            store.check(1.0)
        store.close()


def test_a_folder_without_the_right_to_write_is_named(own_world: Path) -> None:
    own_world.chmod(0o711)
    with as_ordinary_user(), pytest.raises(StoreFailed, match="read-only"):
        folder = own_world / "state"
        if folder.stat().st_uid != 0:
            folder.chmod(0o500)
        Store(folder / "wk" / "records.sqlite")


def garbage(path: Path) -> None:
    path.write_bytes(b"not a database, but long enough to look like one" * 100)


def truncated(path: Path) -> None:
    store = Store(path)
    store.append_log([note("x" * 3000)] * 50, 1.0)
    store.close()
    path.write_bytes(path.read_bytes()[:8192])


def of_another_program(path: Path) -> None:
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("CREATE TABLE bookmarks (url TEXT)")


def of_a_newer_program(path: Path) -> None:
    Store(path).close()
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("UPDATE meta SET value='99' WHERE key='schema'")


def of_a_strange_kind(path: Path) -> None:
    store = Store(path)
    store.append_log([note("x")], 1.0)
    store.close()
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("DROP TRIGGER log_entry_no_update")
        raw.execute("UPDATE log_entry SET kind='gossip'")


def of_impossible_moves(path: Path) -> None:
    store = Store(path)
    store.move(opened(), 1.0)
    store.move(IncidentMove(0, 1, Move.TAKEN, 5.0, "li"), 1.0)
    store.move(opened(), 1.0)
    store.close()
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("DROP TRIGGER incident_move_no_update")
        raw.execute("UPDATE incident_move SET incident=1 WHERE seq=3")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (garbage, "damaged"),
        (truncated, "damaged"),
        (of_another_program, "another program's database"),
        (of_a_newer_program, f"schema 99, this one knows {SCHEMA}"),
        (of_a_strange_kind, "log_entry 1 makes no sense"),
        (of_impossible_moves, "incident_move 3 makes no sense"),
    ],
)
def test_a_file_that_is_no_good_store_is_named_and_left_alone(
    path: Path, make: Callable[[Path], None], words: str
) -> None:
    path.parent.mkdir()
    make(path)
    before = path.read_bytes()
    with pytest.raises(StoreFailed, match=words):
        store = Store(path)
        store.incidents()
        store.read_log()
    if make in (garbage, of_another_program, of_a_newer_program):
        assert path.read_bytes() == before


def test_guards_taken_away_are_put_back_at_the_next_start(path: Path) -> None:
    Store(path).close()
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("DROP TRIGGER log_entry_no_update")
    store = Store(path)
    store.append_log([note("x")], 1.0)
    store.close()
    with sqlite3.connect(path) as raw, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        raw.execute("UPDATE log_entry SET text='y'")


def test_only_its_user_can_read_it_and_each_connection_is_durable(path: Path) -> None:
    store = Store(path)
    assert [p.stat().st_mode & 0o777 for p in (path.parent, path)] == [0o700, 0o600]
    with store._database.engine.connect() as connection:
        asked = {
            pragma: connection.exec_driver_sql(f"PRAGMA {pragma}").scalar()
            for pragma in ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers")
        }
    assert asked == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1}
    store.close()
