"""S9: the real thing comes during a drill. The hook that the engine calls, from alarm to what is kept and told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from duty.alarm_def import AlarmKey
from duty.alarm_record import AlarmEvent, EventKind
from duty.alarm_states import AlarmState
from duty.phrases import phrase
from duty.quality import State
from duty.records import DRILL, DUTY, Incident, IncidentState, Move, Refused, Subject
from storage.failures import StoreFailed
from tests.support.feeds import HandClock
from watch.commands import Commands
from watch.recorder import Event, Recorder
from watch.records import Records
from wire.alarms import AlarmsChanged
from wire.messages import CorrectLog, IncidentChanged, MoveIncident, OpenIncident, Reply, WriteLog

FIRE = phrase("{host} is lost", host="gw")


async def never(*_: object) -> Any:
    raise AssertionError


class Desk:
    def __init__(self, recorder: Recorder, clock: HandClock, told: list[Event], path: Path) -> None:
        self.recorder, self.clock, self.told, self.path = recorder, clock, told, path
        engine: Any = SimpleNamespace(runs={})
        self.commands = Commands(engine, recorder, clock, reload=never, keep_key=never)

    async def do(self, command: Any) -> Reply:
        return await self.commands.do("li", command, "pts/1 7")

    async def drill(self, **more: Any) -> Incident:
        asked = OpenIncident(1, "the database is full", 2, Subject("db"), drill=True, **more)
        found = (await self.do(asked)).incident
        assert found is not None
        return found

    def now(self, number: int) -> Incident:
        return self.recorder.incidents[number]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    clock, path = HandClock(), tmp_path / "records.sqlite"
    records = await Records.open(path, clock)
    told: list[Event] = []
    recorder = Recorder(records, told.append)
    await recorder.load()
    running = asyncio.create_task(recorder.run())
    yield Desk(recorder, clock, told, path)
    running.cancel()
    await records.close()


async def test_s9_a_real_alarm_of_priority_1_suspends_every_drill_at_once(desk: Desk) -> None:
    one, other = await desk.drill(), await desk.drill()
    desk.recorder.real_alarm(2, FIRE, 20.0)
    await desk.recorder.drained()
    assert not desk.now(one.id).suspended
    desk.recorder.real_alarm(1, FIRE, 20.0)
    desk.recorder.real_alarm(1, FIRE, 21.0)
    await desk.recorder.drained()
    assert [desk.now(number).pauses for number in (one.id, other.id)] == [((20.0, None),)] * 2
    moved = [e.move for e in desk.told if isinstance(e, IncidentChanged) and e.move.move is Move.SUSPENDED]
    assert [(m.incident, m.said, m.automatic) for m in moved] == [(one.id, FIRE, True), (other.id, FIRE, True)]
    newest = desk.recorder.recent[:4]
    assert [(e.chain, str(e.said)) for e in newest] == [
        (DUTY, "drill 2 suspended: gw is lost"), (DRILL, "drill 2 suspended: gw is lost"),
        (DUTY, "drill 1 suspended: gw is lost"), (DRILL, "drill 1 suspended: gw is lost"),
    ]  # fmt: skip
    with pytest.raises(Refused, match="is suspended: resume or end it first"):
        await desk.do(MoveIncident(2, one.id, Move.RAISED, level=1))
    await desk.do(MoveIncident(3, one.id, Move.RESUMED))
    await desk.do(MoveIncident(4, other.id, Move.ABANDONED, "we are needed"))
    assert not desk.now(one.id).suspended and desk.now(other.id).state is IncidentState.CLOSED


async def test_an_alarm_that_is_announced_by_the_engine_does_so_once_it_is_kept(desk: Desk) -> None:
    drill = await desk.drill()
    key = AlarmKey(Subject("gw", "host", "gw"), "connection.lost")

    def event(priority: int, *, announced: bool) -> AlarmEvent:
        return AlarmEvent(
            key, 1, EventKind.RAISED, 1, 20.0, FIRE, AlarmState.UNACKNOWLEDGED, State.ACT, priority, 20.0,
            announced=announced,
        )  # fmt: skip

    desk.recorder._tell_alarms(AlarmsChanged(events=(event(1, announced=False), event(2, announced=True))), [])
    await desk.recorder.drained()
    assert not desk.now(drill.id).suspended, "what folds under another alarm rings for nobody"
    desk.recorder._tell_alarms(AlarmsChanged(events=(event(1, announced=True),)), [])
    await desk.recorder.drained()
    assert desk.now(drill.id).pauses == ((20.0, None),)


async def test_a_real_incident_of_level_1_does_so_too_and_none_begins_while_it_goes_on(desk: Desk) -> None:
    drill = await desk.drill()
    real = (await desk.do(OpenIncident(2, "trading is lost", 1))).incident
    assert real is not None
    await desk.recorder.drained()
    assert desk.now(drill.id).suspended
    for refused in (
        OpenIncident(3, "again", 2, drill=True),
        MoveIncident(4, drill.id, Move.RESUMED),
    ):
        with pytest.raises(Refused, match=f"no drill while incident {real.id} of level 1 goes on"):
            await desk.do(refused)


async def test_what_practice_makes_ill_interrupts_nothing(desk: Desk) -> None:
    drill = await desk.drill()
    desk.recorder.practised = lambda host: host == "gw"
    desk.recorder.real_alarm(1, FIRE, 20.0, "gw")
    await desk.do(OpenIncident(2, "gw is lost", 1, Subject("gw")))
    await desk.recorder.drained()
    assert not desk.now(drill.id).suspended
    desk.recorder.real_alarm(1, FIRE, 21.0, "db")
    await desk.recorder.drained()
    assert desk.now(drill.id).suspended


async def test_what_is_written_about_a_drill_stands_in_its_chain(desk: Desk) -> None:
    drill = await desk.drill(scenario="database full", began_at=desk.clock.now().wall - 30.0)
    assert (drill.scenario, drill.began_at) == ("database full", desk.clock.now().wall - 30.0)
    (noted,) = (await desk.do(WriteLog(2, "typed the wrong host", incident=drill.id))).log
    (right,) = (await desk.do(CorrectLog(3, noted.seq, "typed the right host", "misread", DRILL))).log
    assert (noted.chain, right.chain, right.supersedes) == (DRILL, DRILL, noted.seq)
    (plain,) = (await desk.do(WriteLog(4, "round walked"))).log
    assert (plain.chain, plain.seq) == (DUTY, 1), "the duty log counts by itself"
    assert [entry.corrected_by for entry in desk.recorder.recent if entry.seq == noted.seq] == [right.seq]


async def test_a_drill_is_opened_for_no_real_alarm(desk: Desk) -> None:
    key = AlarmKey(Subject("gw", "host", "gw"), "connection.lost")
    with pytest.raises(Refused, match="no drill is opened for a real alarm"):
        await desk.drill(alarms=(key,))
    with pytest.raises(Refused, match="that time has not come yet"):
        await desk.drill(began_at=desk.clock.now().wall + 60.0)


async def test_the_suspension_waits_for_a_store_that_does_not_write_and_a_new_start_knows_of_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    drill = await desk.drill()
    keeper: Any = desk.recorder.keeper
    real, failed = keeper.move, asyncio.Event()

    async def once(*asked: Any) -> Any:
        if not failed.is_set():
            failed.set()
            raise StoreFailed(phrase("the disk is full"))
        return await real(*asked)

    monkeypatch.setattr("watch.recorder.RETRY_S", 0.0)
    monkeypatch.setattr(keeper, "move", once)
    desk.recorder.real_alarm(1, FIRE, 20.0)
    await desk.recorder.drained()
    assert failed.is_set() and desk.now(drill.id).pauses == ((20.0, None),)
    again = Recorder(keeper, lambda _event: None)
    await again.load()
    assert again.incidents[drill.id].suspended
    assert {entry.chain for entry in again.recent} == {DUTY, DRILL}
