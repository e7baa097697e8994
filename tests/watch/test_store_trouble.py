"""Trouble with the disk of the records, at the door of a real watch: said, refused, panels go on, nothing by halves."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import psutil
import pytest

from config.paths import prepare
from duty.records import LogKind, NewLogEntry
from storage.failures import StoreFailed
from storage.proof import Proof
from storage.server import BUSY_S as SERVER_BUSY_S
from storage.store import Store
from storage.whole import examined
from tests.support.disks import can_mount, fill, small_disk
from tests.support.feeds import HandClock
from tests.support.postgres import cluster
from tests.support.screens import PATIENCE_S, BareScreen
from tests.support.watches import SITE, Watch, watching
from watch.engine import BOARD_S
from watch.records import QUIET_S, STUCK_S, Records
from wire.messages import BoardUpdate, NoteIncident, OpenIncident, Reply, WriteLog

LOOK_S = 0.5
"""Between two looks of the watch at its records (:meth:`watch.service.Service._watch_store`)."""
FILLED = 500


@pytest.fixture
def site(own_world: Path) -> Path:
    path = own_world / "desk" / "watchkeeper.toml"
    path.parent.mkdir()
    path.write_text(SITE)
    prepare(Watch(path).places)
    return path


@contextmanager
def locked(store: Path) -> Iterator[None]:
    with closing(sqlite3.connect(store, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def full(store: Path) -> Iterator[None]:
    balloon = store.with_name("balloon")
    fill(balloon)
    yield
    balloon.unlink()


@contextmanager
def folder_gone(store: Path) -> Iterator[None]:
    away = store.parent.with_name("away")
    store.parent.rename(away)
    yield
    with contextlib.suppress(OSError):
        store.parent.rename(store.parent.with_name("made meanwhile"))
    away.rename(store.parent)


@contextmanager
def damaged(store: Path) -> Iterator[None]:
    whole = store.read_bytes()
    with store.open("r+b") as file:
        file.write(b"\xa5" * len(whole))
    yield
    assert store.read_bytes() == b"\xa5" * len(whole), "a damaged store is never written over"
    with store.open("r+b") as file:
        file.write(whole)


@contextmanager
def cut_short(store: Path) -> Iterator[None]:
    whole = store.read_bytes()
    with store.open("r+b") as file:
        file.truncate(len(whole) // 2)
    yield
    with store.open("r+b") as file:
        file.write(whole)


Trouble = Callable[[Path], AbstractContextManager[None]]


async def board(screen: BareScreen, holds: Callable[[BoardUpdate], object]) -> BoardUpdate:
    async with asyncio.timeout(PATIENCE_S):
        while not holds(update := await screen.draw()):
            pass
    return update


async def asked(screen: BareScreen, command: WriteLog | OpenIncident | NoteIncident) -> Reply:
    screen.say(command)
    return await screen.hear(Reply)


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (locked, "another process holds"),
        (full, "full"),
        (folder_gone, "missing"),
        (damaged, "damaged"),
        (cut_short, "damaged"),
    ],
)
async def test_trouble_is_said_acts_are_refused_panels_go_on_and_it_passes(
    site: Path, trouble: Trouble, words: str
) -> None:
    if trouble is full and not can_mount():
        trouble, words = locked, "another process holds"  # no disk of its own can be had here
    state = Watch(site).places.state
    with small_disk(state, "8m") if trouble is full else contextlib.nullcontext():
        with closing(Store(state / "records.sqlite")) as store:
            store.append_log([NewLogEntry(LogKind.NOTE, "wang", 5.0, text="of before")] * FILLED, 5.0)
        async with watching(site) as watch:
            screen = await watch.screen()
            assert (await asked(screen, OpenIncident(1, "quotes frozen", 3))).ok
            with trouble(watch.store):
                seen = await board(screen, lambda update: update.site.store_error is not None)
                assert words in str(seen.site.store_error)
                for command in (
                    WriteLog(2, "lost? " + "x" * 3000),
                    OpenIncident(3, "x" * 3000, 2),
                    NoteIncident(4, 1, "y" * 3000),
                ):
                    answer = await asked(screen, command)
                    assert not answer.ok and words in str(answer.why)
                samples = seen.hosts[0].samples if seen.hosts else 0
                await board(screen, lambda update: any(host.samples > samples for host in update.hosts))
            await board(screen, lambda update: update.site.store_error is None)
            assert (await asked(screen, WriteLog(5, "kept"))).ok
            assert watch.process is not None
            watch.process.send_signal(signal.SIGTERM)
            assert (await watch.ended())[0] == 0
            with closing(Proof(watch.store)) as proof:
                found = examined(proof)
            assert found.well and found.moves == 1
            with closing(Store(watch.store)) as store:
                texts = [line.text for line in store.read_log(limit=1000)]
            assert texts.count("kept") == 1 and not any("lost?" in text for text in texts)


def remount(folder: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", str(folder)], check=True)


async def test_a_disk_mounted_read_only_is_said_from_the_start_and_taken_up_when_it_can_be(site: Path) -> None:
    state = Watch(site).places.state
    with small_disk(state, "8m") as mounted:
        if not mounted:
            return  # no disk of its own can be had here
        state.chmod(0o700)
        Store(state / "records.sqlite").close()
        await asyncio.to_thread(remount, state, "ro")
        async with watching(site) as watch:
            screen = await watch.screen()
            seen = await board(screen, lambda update: update.site.store_error is not None)
            assert "read-only" in str(seen.site.store_error)
            assert not (await asked(screen, WriteLog(1, "x"))).ok
            await asyncio.to_thread(remount, state, "rw")
            async with asyncio.timeout(PATIENCE_S):
                while not (await asked(screen, WriteLog(2, "kept"))).ok:  # "try again": what was is read first
                    await screen.draw()
            await board(screen, lambda update: update.site.store_error is None)


async def test_a_store_that_does_not_come_back_is_said_and_refuses_at_once() -> None:
    """A server that stands still, as a hung file system does: the call itself cannot be taken back."""
    with cluster() as running:
        clock = HandClock()
        records = await Records.open(running.store(), clock)
        assert records.error is None
        backends = [one for one in psutil.Process(running.pid).children() if " wk " in " ".join(one.cmdline())]
        assert backends
        for one in backends:
            one.suspend()
        clock.seconds += QUIET_S
        await records.check_if_due()
        assert str(records.error) == "the store does not answer"
        line = NewLogEntry(LogKind.NOTE, "wang", 5.0, text="x")
        with pytest.raises(StoreFailed, match="does not answer"):
            await records.write_log(line)
        for one in backends:
            one.resume()
        while records.error is not None:
            await records.check_if_due()
        assert (await records.write_log(line)).seq == 1, "what was refused is not written later"
        await records.close()


def test_whatever_happens_to_the_store_is_on_the_screens_within_5_s() -> None:
    """The longest way to the screen: nobody writes, the store does not come back, the board was just sent."""
    assert QUIET_S + LOOK_S + STUCK_S + BOARD_S <= 5.0
    assert STUCK_S > SERVER_BUSY_S, "who waits for another writer is not stuck"
