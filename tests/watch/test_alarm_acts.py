"""What people do with alarms, on a real store: exact, kept before it is told, refused while it cannot be kept."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from duty.alarm_record import EventKind
from duty.alarm_states import AlarmState
from duty.alarm_tuning import Kind
from duty.incident_details import Cause, Opening, Resolution
from duty.phrases import phrase
from duty.records import LogKind, Move, NewLogEntry, Refused
from storage.failures import StoreFailed
from tests.support.desks import LOST, MISSING, lost
from tests.support.feeds import HandClock
from tests.support.handwatch import GONE, WELL, Watch
from tests.support.screens import until
from wire.alarms import (
    AcknowledgeAlarms,
    BeginMaintenance,
    EndMaintenance,
    PutAlarmBack,
    ReadAlarm,
    Seen,
    ShelveAlarm,
    TakeAlarmOut,
    UnshelveAlarm,
)
from wire.messages import MoveIncident, OpenIncident


@pytest.fixture
async def watch(tmp_path: Path) -> AsyncIterator[Watch]:
    one = await Watch(tmp_path / "records.sqlite", HandClock()).start()
    yield one
    await one.stop()


async def test_what_is_told_is_in_the_store_and_in_the_log(watch: Watch) -> None:
    await watch.bad()
    assert watch.events == [EventKind.RAISED]
    assert [one.key for one in watch.recorder.book.held.alarms] == [MISSING]
    assert (await watch.records.alarms()).alarms == (watch.engine.desk.alarms[MISSING],)
    (entry,) = [one for one in watch.recorder.recent if one.kind is LogKind.ALARM]
    assert str(entry.said) == "alarm process.missing, priority 1: not running" and entry.subject == MISSING.subject
    assert watch.recorder.book.held.load.per_window == 1


async def test_i8_an_acknowledgement_is_of_the_event_that_was_seen_and_of_no_newer_one(watch: Watch) -> None:
    await watch.bad()
    watch.see(WELL)
    watch.see(GONE, 3)
    reply = await watch.ack(event=1)
    assert not reply.ok and "something new" in str(reply.why) and watch.state is AlarmState.UNACKNOWLEDGED
    assert (await watch.ack(event=2)).ok and watch.state is AlarmState.ACKNOWLEDGED
    assert watch.changed[-1].alarms[0].ack is not None and watch.changed[-1].alarms[0].ack.who == "wang"


async def test_of_two_who_acknowledge_at_once_one_is_told_who_was_first(watch: Watch) -> None:
    await watch.bad()
    one, two = await asyncio.gather(watch.ack(who="wang"), watch.ack(who="li"))
    assert one.ok and not two.ok and "acknowledged already by wang, 0 s ago" in str(two.why)
    lines = [str(entry.said) for entry in await watch.records.read_log() if entry.actor]
    assert lines == ["alarm process.missing: acknowledged by wang"]


async def test_each_of_several_is_for_itself(watch: Watch) -> None:
    await watch.bad()
    command = AcknowledgeAlarms(1, (Seen(MISSING, 1), Seen(LOST, 1)))
    reply = await watch.commands.do("wang", command)
    assert reply.ok and [one.key for one in reply.refusals] == [LOST]
    assert watch.state is AlarmState.ACKNOWLEDGED


async def test_a_shelf_by_one_person_ends_within_half_an_hour_and_can_be_taken_back(watch: Watch) -> None:
    await watch.bad()
    later = watch.clock.now().wall + 7200
    for second in ("", "Wang "):
        with pytest.raises(Refused, match="second person"):
            await watch.commands.do("wang", ShelveAlarm(1, MISSING, "vendor", later, second))
    await watch.commands.do("wang", ShelveAlarm(1, MISSING, "vendor", later, "li\x1b[31m"))
    shelf = watch.engine.desk.alarms[MISSING].shelf
    assert watch.state is AlarmState.SHELVED and shelf is not None and "\x1b" not in shelf.second
    await watch.commands.do("wang", UnshelveAlarm(1, MISSING))
    watch.see(GONE)
    await watch.drained()
    assert watch.state is AlarmState.UNACKNOWLEDGED
    assert watch.recorder.book.load.per_window == 2, "what comes back is announced, and counted"


async def test_out_of_service_takes_two_for_priority_1_and_comes_back(watch: Watch) -> None:
    await watch.bad()
    later = watch.clock.now().wall + 60
    with pytest.raises(Refused, match="second person"):
        await watch.commands.do("wang", TakeAlarmOut(1, MISSING, "replaced", later))
    await watch.commands.do("wang", TakeAlarmOut(1, MISSING, "replaced", later, "li"))
    assert watch.state is AlarmState.OUT_OF_SERVICE
    await watch.commands.do("wang", PutAlarmBack(1, MISSING))
    assert watch.state is AlarmState.UNACKNOWLEDGED


async def test_a_window_opened_from_a_screen_covers_and_is_ended(watch: Watch) -> None:
    watch.see(WELL)
    later = watch.clock.now().wall + 3600
    with pytest.raises(Refused, match="no host"):
        await watch.commands.do("wang", BeginMaintenance(1, (LOST.subject.__class__("x", "host", "x"),), "v", later))
    await watch.commands.do("wang", BeginMaintenance(1, (LOST.subject,), "vendor works", later))
    await watch.bad()
    assert watch.state is AlarmState.SUPPRESSED and not watch.recorder.incidents
    (window,) = watch.recorder.book.windows
    await watch.stop()
    again = await Watch(watch.path, watch.clock).start()
    again.see(GONE, 3)
    assert again.state is AlarmState.SUPPRESSED, "the window is there after a restart"
    await again.commands.do("li", EndMaintenance(2, window.id))
    again.see(GONE)
    await again.drained()
    assert again.state is AlarmState.UNACKNOWLEDGED and again.recorder.book.windows == ()
    assert [one.subject for one in again.recorder.incidents.values()] == [MISSING.subject]
    said = [str(one.said) for one in await again.records.read_log() if "maintenance of" in str(one.said)]
    assert said == ["maintenance of jump ends", "maintenance of jump begins, for 60 min"]
    await again.stop()


async def test_i17_while_the_store_does_not_write_an_act_is_refused_at_once_with_the_reason(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    await watch.bad()
    before = len(watch.told)
    watch.records.error = phrase("the disk is full")
    with pytest.raises(StoreFailed, match="disk is full"):
        await watch.ack()
    watch.see(GONE)
    assert watch.state is AlarmState.UNACKNOWLEDGED and not watch.engine.desk.held(MISSING)
    assert len(watch.told) == before
    watch.records.error = None
    assert (await watch.ack()).ok


async def test_an_act_that_waits_too_long_is_refused_and_not_done_later(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    await watch.bad()
    monkeypatch.setattr("watch.alarm_book.ACT_S", 0.05)
    busy = threading.Event()
    held = asyncio.create_task(watch.records._do(lambda _store: busy.wait(30)))
    watch.recorder.log(NewLogEntry(LogKind.WATCH, "", 1.0, text="before it"))
    await until(lambda: watch.recorder._queue.empty())
    with pytest.raises(Refused, match="was not done"):
        await watch.ack()
    busy.set()
    await held
    await watch.drained()
    watch.see(GONE)
    assert watch.state is AlarmState.UNACKNOWLEDGED and EventKind.ACKNOWLEDGED not in watch.events
    assert not [entry for entry in await watch.records.read_log() if entry.actor == "wang"]


async def test_killed_between_keeping_and_telling_nothing_is_forgotten_and_nothing_comes_twice(watch: Watch) -> None:
    await watch.bad()
    await watch.ack()
    await watch.stop()
    again = await Watch(watch.path, watch.clock).start()
    assert again.recorder.book.held.alarms == watch.recorder.book.held.alarms, "a screen that joins sees it at once"
    again.see(GONE, 10)
    await again.drained()
    assert again.state is AlarmState.ACKNOWLEDGED and again.events == []
    (incident,) = again.recorder.incidents.values()
    assert incident.count == 1
    await again.stop()


async def test_alarms_that_come_while_the_store_fails_are_told_once_when_it_writes_again(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("watch.recorder.RETRY_S", 0.02)
    real = watch.records.keep_alarms
    fails = asyncio.Event()

    async def failing(batch: object) -> object:
        fails.set()
        raise StoreFailed(phrase("the disk is full"))

    monkeypatch.setattr(watch.recorder.book, "_write", failing)
    watch.see(GONE, 3)
    await fails.wait()
    watch.see(WELL, 1)
    assert watch.changed == [], "nothing is told that is not kept"
    monkeypatch.setattr(watch.recorder.book, "_write", real)
    await watch.drained()
    assert watch.events == [EventKind.RAISED, EventKind.RETURNED]
    assert [one.state for one in watch.recorder.book.held.alarms] == [AlarmState.RETURNED]


async def test_i11_an_incident_whose_alarm_holds_is_not_resolved(watch: Watch) -> None:
    await watch.bad()
    watch.see(GONE)
    opened = await watch.commands.do("wang", OpenIncident(1, "relay", 3, MISSING.subject, alarms=(MISSING,)))
    assert opened.incident is not None
    number = opened.incident.id
    (first,) = await watch.records.moves(number)
    assert isinstance(first.details, Opening) and first.details.evidence is not None
    definition = watch.engine.desk.definitions.of(MISSING)
    assert first.details.evidence.guidance == (definition.cause, definition.consequence, definition.action)
    await watch.recorder.move(number, Move.TAKEN, at=1.0, actor="wang")
    done = MoveIncident(1, number, Move.RESOLVED, "restarted", details=Resolution(Cause.SOFTWARE))
    with pytest.raises(Refused, match=r"its alarm process\.missing still holds"):
        await watch.commands.do("wang", done)
    watch.see(WELL, 1)
    assert (await watch.commands.do("wang", done)).ok


async def test_for_a_chattering_alarm_its_own_past_proposes_a_delay(watch: Watch) -> None:
    for _ in range(4):
        watch.see(GONE, 3)
        watch.see(WELL, 2)
    await watch.drained()
    guidance = (await watch.commands.do("wang", ReadAlarm(1, MISSING))).guidance
    assert guidance is not None and guidance.alarm is not None and guidance.definition.priority == 1
    assert guidance.trials and {one.kind for one in guidance.trials} <= {Kind.ON_DELAY, Kind.OFF_DELAY}
    quiet = (await watch.commands.do("wang", ReadAlarm(1, LOST))).guidance
    assert quiet is not None and quiet.alarm is None and quiet.trials == ()


async def test_a_host_that_is_lost_opens_one_incident_with_the_guidance_of_its_alarm(watch: Watch) -> None:
    watch.see(WELL)
    watch.see(lost(), 5)
    await watch.drained()
    (incident,) = watch.recorder.incidents.values()
    assert (str(incident.said), incident.level) == ("host jump is lost", 2)
    (opened,) = await watch.records.moves(incident.id)
    assert isinstance(opened.details, Opening) and opened.details.evidence is not None
    assert opened.details.evidence.guidance[0] == watch.engine.desk.definitions.of(LOST).cause
