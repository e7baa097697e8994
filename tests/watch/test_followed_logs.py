"""Followed logs in the watch: asked from where they were left, kept with their lines, one incident for each."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from duty.events import EventMemory, EventStep, EventTrack
from duty.host_state import HostState
from duty.moment import Moment
from duty.phrases import phrase
from duty.quality import State
from duty.readings import EventLine, EventPiece, Events, Sample, SectionFailure
from duty.records import LogKind, NewLogEntry, Subject
from duty.site import EventPattern, EventRule, HostSpec, SiteSpec
from storage.store import Store
from tests.support.feeds import HandClock
from tests.support.watchful import Watchful
from tests.watch.test_engine import Bench, bench_of
from watch.recorder import Event, Recorder
from watch.records import Records
from wire.messages import LogWritten

RULE = EventRule("gw-log", file="/var/log/gw.log", patterns=(EventPattern("FATAL", 2), EventPattern("ERROR", 1)))
GW = HostSpec(id="gw", address="gw", events=(RULE,), health=None, clock=None)
SITE = SiteSpec(name="test", time_zone="UTC", language=None, hosts=(GW,), source="test.toml")


def piece(start: str, end: str, *texts: str, behind: int = 0) -> EventPiece:
    lines = tuple(EventLine(0 if "FATAL" in text else 1, text) for text in texts)
    counts = {number: sum(one.pattern == number for one in lines) for number in {one.pattern for one in lines}}
    return EventPiece("gw-log", start, end, 10, behind, lines, tuple(sorted(counts.items())))


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async for one in bench_of(SITE):
        yield one


async def test_no_log_is_read_before_it_is_known_where_it_was_left(bench: Bench) -> None:
    feed = bench.feeds["gw"]
    feed.connect()
    bench.engine.on_sample("gw", Sample(1, 100.0), bench.clock.now().mono)
    await bench.until(lambda: bool(feed.samples) and bool(bench.host("gw").samples))
    assert not feed.sections
    (view,) = bench.host("gw").events
    assert view.state is State.UNKNOWN, "unknown is never green"
    bench.engine.remember({"gw": {"gw-log": EventMemory(RULE.source, cursor="left here")}})
    await bench.until(lambda: "events" in feed.sections)
    assert feed.cursors[-1] == {"gw-log": "left here"}


async def test_what_is_read_is_handed_on_to_be_kept_and_asked_on_from_there(bench: Bench) -> None:
    feed, engine = bench.feeds["gw"], bench.engine
    engine.remember({})
    feed.connect()
    await bench.until(lambda: "events" in feed.sections)
    engine.on_section("gw", Events((piece("-", "a"),)), bench.clock.now().mono, 0.1)
    engine.on_section("gw", Events((piece("a", "b", "ERROR 1", behind=9),)), bench.clock.now().mono, 0.1)
    engine.on_section("gw", Events((piece("a", "b", "ERROR 1"),)), bench.clock.now().mono, 0.1)
    assert [step.memory.cursor for step in bench.steps] == ["a", "b"], "the same answer twice counts once"
    asked, at = len(feed.sections), bench.clock.seconds
    await bench.until(lambda: len(feed.sections) > asked)
    assert bench.clock.seconds - at < 3, "more waits: it is not left for five seconds"
    assert feed.cursors[-1] == {"gw-log": "b"}
    engine.on_section("gw", Events((), same=("gw-log",)), bench.clock.now().mono, 0.1)
    asked, at = len(feed.sections), bench.clock.seconds
    await bench.until(lambda: len(feed.sections) > asked)
    assert 3 < bench.clock.seconds - at < 7


async def test_a_host_that_comes_back_is_read_on_from_where_it_was_left(bench: Bench) -> None:
    feed, engine = bench.feeds["gw"], bench.engine
    engine.remember({})
    feed.connect()
    engine.on_section("gw", Events((piece("-", "a"),)), bench.clock.now().mono, 0.1)
    engine.adopt(msgspec.structs.replace(SITE, hosts=(HostSpec(id="other", address="other"),)))
    engine.adopt(SITE)
    assert engine.runs["gw"].state.cursors() == {"gw-log": "a"}


def test_a_line_to_act_on_is_one_incident_that_returns_when_its_time_is_over() -> None:
    state, watchful = HostState(GW, Moment(0.0, 0.0), {}), Watchful(GW)
    from duty.connection import Connection, Link

    state.on_connection(Connection(Link.UP, 0.0))

    def step(seconds: float, *pieces: EventPiece) -> list[tuple[Subject, bool, str]]:
        at = Moment(1000.0 + seconds, seconds)
        state.on_sample(Sample(1, 100.0 + seconds), at)
        state.on_section(Events(pieces), at, 0.1)
        view = state.view(at)
        return [(c.subject, c.on, str(c.said)) for c in watchful.step(view, at.mono)]

    assert step(1, piece("-", "a")) == []
    subject = Subject("gw", "event", "gw-log")
    assert step(2, piece("a", "b", "ERROR 1")) == []
    assert step(3, piece("b", "c", "FATAL 1", "FATAL 2")) == [(subject, True, "gw-log on gw: FATAL 2")]
    assert step(60, piece("c", "d", "FATAL 3")) == [], "further ones join it"
    assert step(1000, piece("d", "e")) == []
    assert [(one[0], one[1]) for one in step(1900, piece("e", "f"))] == [(subject, False)]


def test_a_section_that_cannot_be_read_is_unknown_and_keeps_what_was_said() -> None:
    state = HostState(GW, Moment(0.0, 0.0), {})
    at = Moment(1000.0, 10.0)
    state.on_section(Events((piece("-", "a"),)), at, 0.1)
    state.on_failure(SectionFailure("events", phrase("too large")), at)
    (view,) = state.view(at).events
    assert (view.state, [str(why) for why in view.why]) == (State.UNKNOWN, ["too large"])
    state.on_section(Events((), same=("gw-log",)), at, 0.1)
    assert state.view(at).events[0].state is State.OK
    state.on_section(Events(()), at, 0.1)
    assert [str(why) for why in state.view(at).events[0].why] == ["the answer does not speak of it"]


def steps(count: int, begin: int = 0) -> list[EventStep]:
    """One log read on, an error each time; with the times at which the duty log is told."""
    track = EventTrack("gw", RULE)
    made: list[EventStep] = []
    for number in range(begin + count):
        start = track.memory.cursor
        step = track.see(piece(start, f"c{number}", f"ERROR {number}"), 1000.0 + 70 * number)
        assert step is not None
        made.append(step)
    return made[begin:]


async def test_a_log_and_its_lines_are_kept_as_one_and_told_after(tmp_path: Path) -> None:
    records = await Records.open(tmp_path / "records.sqlite", HandClock())
    told: list[Event] = []
    recorder = Recorder(records, told.append)
    await recorder.load()
    task = asyncio.create_task(recorder.run())
    for step in steps(5):
        recorder.event(step)
    await recorder.drained()
    texts = [str(event.entry.said) for event in told if isinstance(event, LogWritten)]
    assert texts == [f"ERROR {number}" for number in range(5)]
    assert {event.entry.kind for event in told if isinstance(event, LogWritten)} == {LogKind.EVENT}
    task.cancel()
    await records.close()
    store = Store(tmp_path / "records.sqlite")
    memory = store.events()["gw"]["gw-log"]
    assert memory.cursor == "c4" and memory == steps(5)[-1].memory
    assert [str(entry.said) for entry in store.read_log()] == texts[::-1]
    store.close()


async def test_while_the_store_does_not_write_one_value_a_log_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("watch.recorder.RETRY_S", 0.02)
    monkeypatch.setattr("storage.database.BUSY_S", 0.05)
    path = tmp_path / "records.sqlite"
    records = await Records.open(path, HandClock())
    told: list[Event] = []
    recorder = Recorder(records, told.append)
    await recorder.load()
    task = asyncio.create_task(recorder.run())
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    made = steps(400)
    for number, step in enumerate(made):
        recorder.event(step)
        if number % 40 == 0:
            await asyncio.sleep(0.01)
    recorder.log(NewLogEntry(LogKind.CONNECTION, "", 5.0, text="after"))
    assert recorder._queue.qsize() <= 3 and not told
    other.execute("ROLLBACK")
    await recorder.drained()
    texts = [event.entry.text or str(event.entry.said) for event in told if isinstance(event, LogWritten)]
    told_of = [text for text in texts if text.startswith("ERROR")]
    given_up = 400 - len(told_of)
    assert f"{given_up} lines of the watch were lost: the store did not write for too long" in texts
    assert 200 <= len(told_of) < 400, "the newest, however long it lasts"
    assert told_of[-200:] == [f"ERROR {number}" for number in range(200, 400)]
    assert (await records.events())["gw"]["gw-log"] == made[-1].memory
    task.cancel()
    await records.close()


def test_a_store_of_before_learns_to_keep_logs_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    raw = sqlite3.connect(path)
    raw.executescript((Path(__file__).parents[1] / "storage" / "old" / "schema-1.sql").read_text("utf-8"))
    raw.close()
    store = Store(path)
    assert store.events() == {} and len(store.read_log()) == 12
    store.keep_events(steps(1), 7.0)
    assert store.events()["gw"]["gw-log"].cursor == "c0"
    store.close()
    raw = sqlite3.connect(path)
    raw.execute("UPDATE event_memory SET memory='{\"source\": 3}'")
    raw.commit()
    raw.close()
    store = Store(path)
    assert store.events() == {}, "a row that makes no sense is a log that was never seen"
    store.close()
