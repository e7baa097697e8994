"""Records on a store that fails: said, nothing pretended, nothing lost that was promised, and well again by itself."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from duty.incident_rules import Change
from duty.moment import Moment
from duty.phrases import phrase
from duty.records import LogEntry, LogKind, Move, NewLogEntry, Refused, Subject
from storage.failures import StoreFailed
from storage.store import Store
from tests.support.disks import fill, small_disk
from tests.support.feeds import HandClock
from tests.support.screens import PATIENCE_S, until
from watch.commands import Commands
from watch.recorder import Event, Recorder
from watch.records import QUIET_S, Records
from wire.messages import LogWritten, ReadIncident, WriteLog

LOST = Change(Subject("gw", "host", "gw"), True, 2, phrase("host {host} is lost", host="gw"), "connection.lost")
BACK = Change(LOST.subject, on=False)


def line(text: str, actor: str = "") -> NewLogEntry:
    return NewLogEntry(LogKind.CONNECTION, actor, 5.0, text=text)


def texts(told: list[Event]) -> list[str]:
    return [event.entry.text or str(event.entry.said) for event in told if isinstance(event, LogWritten)]


class Desk:
    """Records and recorder as the watch joins them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.clock = HandClock()
        self.told: list[Event] = []
        self.loads = 0

    async def start(self) -> None:
        self.records = await Records.open(self.path, self.clock)
        self.recorder = Recorder(self.records, self.told.append, self._loaded)
        await self.recorder.load()
        self._task = asyncio.create_task(self.recorder.run())

    def _loaded(self) -> None:
        self.loads += 1

    async def drained(self) -> None:
        async with asyncio.timeout(PATIENCE_S):
            await self.recorder.drained()

    async def stop(self) -> None:
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        await self.records.close()


@pytest.fixture
async def desk(own_world: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    monkeypatch.setattr("watch.recorder.RETRY_S", 0.02)
    monkeypatch.setattr("storage.database.BUSY_S", 0.1)
    (own_world / "state" / "wk").mkdir()
    desk = Desk(own_world / "state" / "wk" / "records.sqlite")
    yield desk
    await desk.stop()


def garbage(path: Path) -> Callable[[], object]:
    path.write_bytes(b"no database at all" * 500)
    return path.unlink


def locked(path: Path) -> Callable[[], object]:
    store = Store(path)
    store.append_log([line("of yesterday")], 1.0)
    store.close()
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("PRAGMA journal_mode=DELETE")
    other.execute("BEGIN EXCLUSIVE")
    return other.close


@pytest.mark.parametrize(("trouble", "words"), [(garbage, "damaged"), (locked, "another process holds")])
async def test_a_watch_begins_on_a_store_that_does_not_work_and_takes_it_up_when_it_does(
    desk: Desk, trouble: Callable[[Path], Callable[[], object]], words: str
) -> None:
    cure = trouble(desk.path)
    await desk.start()
    assert words in str(desk.records.error)
    desk.recorder.log(line("first"))
    desk.recorder.condition(LOST, Moment(6.0, 6.0))
    with pytest.raises(StoreFailed):
        await desk.recorder.write(line("mine", "wang"))
    with pytest.raises(StoreFailed):
        await desk.recorder.move(None, Move.OPENED, at=1.0, actor="wang", text="x", level=1)
    assert desk.loads == 0 and not desk.told
    cure()
    await desk.drained()
    assert desk.loads == 1 and desk.records.error is None
    assert texts(desk.told) == ["first", "host gw is lost"]
    assert len(desk.recorder.incidents) == 1
    assert [e.text for e in desk.recorder.recent[2:]] == (["of yesterday"] if trouble is locked else [])


async def test_a_full_disk_is_said_until_it_has_room_and_then_all_that_waited_is_kept_with_both_times(
    desk: Desk,
) -> None:
    with small_disk(desk.path.parent, "32m") as real:
        await desk.start()
        if real:
            fill(balloon := desk.path.with_name("balloon"))
            cure: Callable[[], object] = balloon.unlink
        else:
            cure = _no_pages(desk.records)
        for number in range(300):
            desk.recorder.log(line(f"{number} " + "x" * 3000))
        await until(lambda: "full" in str(desk.records.error))
        await desk.records.read_log()
        await desk.records.moves(1)
        assert "full" in str(desk.records.error), "that reading works says nothing of writing"
        with pytest.raises(StoreFailed, match="full"):
            await desk.recorder.write(line("mine " + "y" * 90_000, "wang"))
        before = len(desk.told)
        assert before < 300
        desk.clock.seconds += 60
        cure()
        await desk.drained()
        assert desk.records.error is None
        kept = (await desk.records.read_log(limit=1000))[::-1]
        assert [entry.text.split()[0] for entry in kept] == [str(n) for n in range(300)]
        assert [event.entry for event in desk.told if isinstance(event, LogWritten)] == kept
        assert (kept[-1].event_at, kept[-1].entered_at) == (5.0, desk.clock.now().wall)


def _no_pages(records: Records) -> Callable[[], object]:
    assert records._store is not None
    engine = records._store._database.engine

    def allow(pages: int) -> None:
        with engine.connect() as connection:
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")

    allow(20)
    return lambda: allow(1_000_000)


async def test_more_than_can_wait_is_counted_and_said(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("watch.recorder.MAX_WAITING", 5)
    await desk.start()
    other = sqlite3.connect(desk.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for number in range(20):
        desk.recorder.log(line(str(number)))
    desk.recorder.condition(LOST, Moment(6.0, 6.0))
    other.close()
    await desk.drained()
    assert texts(desk.told) == [
        *"01234",
        "host gw is lost",
        "15 lines of the watch were lost: the store did not write for too long",
    ]


async def test_the_loop_goes_on_while_the_store_waits(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.database.BUSY_S", 20.0)
    await desk.start()
    other = sqlite3.connect(desk.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    writing = asyncio.create_task(desk.records.write_log(line("x")))
    for _ in range(10):
        await asyncio.sleep(0.01)
        assert not writing.done()
    other.close()
    assert (await writing).seq == 1


async def test_a_store_that_fails_while_nobody_writes_is_found(desk: Desk) -> None:
    await desk.start()
    other = sqlite3.connect(desk.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    await desk.records.check_if_due()
    assert desk.records.error is None, "not yet due"
    desk.clock.seconds += QUIET_S
    await desk.records.check_if_due()
    assert "another process holds" in str(desk.records.error)
    other.close()
    await desk.records.check_if_due()
    assert desk.records.error is None


async def never(*_: object) -> Any:
    raise AssertionError


async def test_i17_acts_under_way_when_the_store_hangs_are_answered_and_what_did_not_begin_is_not_done(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("watch.records.STUCK_S", 0.05)
    monkeypatch.setattr("watch.commands.ANSWER_S", 0.05)
    await desk.start()
    began, freed, really = threading.Event(), threading.Event(), Store.append_log

    def hangs(store: Store, entries: list[NewLogEntry], entered_at: float) -> list[LogEntry]:
        began.set()
        freed.wait(PATIENCE_S)
        return really(store, entries, entered_at)

    monkeypatch.setattr(Store, "append_log", hangs)
    engine: Any = SimpleNamespace(runs={})
    commands = Commands(engine, desk.recorder, desk.clock, reload=never, keep_key=never)
    with pytest.raises(Refused, match="whether this was kept"):
        await commands.do("wang", WriteLog(1, "in hand"))
    assert await asyncio.to_thread(began.wait, PATIENCE_S)
    behind = asyncio.create_task(desk.recorder.write(line("behind", "wang")))
    reading = asyncio.create_task(desk.records.moves(1))
    await asyncio.sleep(0)
    desk.clock.seconds += QUIET_S
    await desk.records.check_if_due()
    for one in (behind, reading):
        with pytest.raises(StoreFailed, match="does not answer"):
            await one
    with pytest.raises(StoreFailed, match="does not answer"):
        await commands.do("wang", ReadIncident(2, 1))
    desk.recorder.log(line("of the watch"))
    freed.set()
    await until(lambda: texts(desk.told) != [])
    while desk.records.error is not None:
        await desk.records.check_if_due()
    await desk.drained()
    assert texts(desk.told) == ["in hand", "of the watch"], "told once kept; what was refused is not written later"
    assert [entry.text for entry in await desk.records.read_log()] == ["of the watch", "in hand"]
