"""The invariants of alarms and sign-offs on a real watch: over its door, with processes that really end."""

from __future__ import annotations

import math
import sqlite3
import time
from contextlib import closing

import storage.database
import watch.engine
import watch.records
from duty.alarm_record import EventKind
from duty.alarm_states import AlarmState
from duty.incident_details import Cause, Resolution
from duty.records import Move, Subject
from tests.invariants.conftest import Room
from tests.support.desks import MISSING, Hand, line, lost, process, view
from wire.alarms import AcknowledgeAlarms, BeginMaintenance, Seen, ShelveAlarm, TakeAlarmOut
from wire.messages import BoardUpdate, IncidentChanged, MoveIncident, OpenIncident, TakeIncident, WriteLog

ONE, TWO = "wk-one", "wk-two"


def test_i7_what_is_not_seen_is_neither_normal_nor_returned_nor_well() -> None:
    hand = (
        Hand()
        .see(view("jump", process(), lines=(line(),)))
        .see(view("jump", process(count=0), lines=(line(),)), seconds=3)
    )
    before = hand.alarm(MISSING)
    assert before.active and before.state is AlarmState.UNACKNOWLEDGED
    hand.see(lost(), seconds=60)
    after = hand.restart().see(lost(), seconds=60).alarm(MISSING)
    for one in (hand.alarm(MISSING), after):
        assert one.active and one.state is not AlarmState.NORMAL and not one.well and not one.known
    ended = (EventKind.RETURNED, EventKind.CLEARED)
    assert not [event for event in hand.events if event.key == MISSING and event.kind in ended]


async def test_i8_an_acknowledgement_is_of_the_event_it_saw(room: Room) -> None:
    seen = await room.down(ONE)
    await room.up(ONE)
    newer = await room.down(ONE)
    assert newer.event > seen.event
    old, new = Seen(seen.key, seen.event), Seen(seen.key, newer.event)
    assert "something new has come" in await room.li.refused(AcknowledgeAlarms, (old,))
    assert room.li.alarms[seen.key].state is AlarmState.UNACKNOWLEDGED
    await room.wang.done(AcknowledgeAlarms, (new,))
    await room.li.until(lambda: room.li.alarms[seen.key].state is AlarmState.ACKNOWLEDGED)
    assert "acknowledged already by" in await room.li.refused(AcknowledgeAlarms, (new,))
    room.stop()
    acked = room.rows("SELECT count(*) FROM log_entry WHERE kind = 'alarm' AND said_english LIKE '%: acknowledged by%'")
    assert acked == [(1,)], "two acknowledgements of one event are one"


async def test_i9_what_keeps_an_alarm_quiet_has_an_owner_a_reason_and_an_end(room: Room) -> None:
    alarm = await room.down(ONE)
    soon = time.time() + 600
    for until in (math.inf, math.nan, time.time() - 60):
        await room.li.refused(ShelveAlarm, alarm.key, "vendor is at it", until)
        await room.li.refused(TakeAlarmOut, alarm.key, "vendor is at it", until, "zhang")
        await room.li.refused(BeginMaintenance, (alarm.key.subject,), "patching", until)
    for words in ("", "   "):
        await room.li.refused(ShelveAlarm, alarm.key, words, soon)
        await room.li.refused(TakeAlarmOut, alarm.key, words, soon, "zhang")
        await room.li.refused(BeginMaintenance, (alarm.key.subject,), words, soon)
    await room.li.done(ShelveAlarm, alarm.key, "vendor is at it", soon)
    await room.wang.until(
        lambda: (one := room.wang.alarms.get(alarm.key)) is not None and one.state is AlarmState.SHELVED
    )
    shelf = room.wang.alarms[alarm.key].shelf
    assert shelf is not None and shelf.who and shelf.why == "vendor is at it" and shelf.until == soon
    room.stop()
    ((who, text),) = room.rows("SELECT actor, text FROM log_entry WHERE text LIKE 'vendor%'")
    assert (who, text) == (shelf.who, "vendor is at it")


async def test_i10_one_person_alone_neither_shelves_for_long_nor_takes_out_of_service(room: Room) -> None:
    alarm = await room.down(ONE)
    assert alarm.priority == 1
    night = time.time() + 12 * 3600
    await room.li.refused(ShelveAlarm, alarm.key, "until the morning", night)
    await room.li.refused(TakeAlarmOut, alarm.key, "being replaced", time.time() + 60)
    assert room.li.alarms[alarm.key].state is AlarmState.UNACKNOWLEDGED
    await room.li.done(ShelveAlarm, alarm.key, "until the morning", night, "zhang")
    await room.li.until(lambda: room.li.alarms[alarm.key].state is AlarmState.SHELVED)
    shelf = room.li.alarms[alarm.key].shelf
    assert shelf is not None and shelf.second == "zhang" != shelf.who


async def test_i11_an_incident_is_not_resolved_while_its_alarm_holds(room: Room) -> None:
    alarm = await room.down(ONE)
    await room.li.until(lambda: any(isinstance(one, IncidentChanged) for one in room.li.screen.heard))
    opened = next(one.incident for one in room.li.screen.heard if isinstance(one, IncidentChanged))
    assert opened.automatic and opened.subject == alarm.key.subject
    await room.li.done(TakeIncident, opened.id)
    resolve = (opened.id, Move.RESOLVED, "restarted")
    assert "still holds" in await room.li.refused(MoveIncident, *resolve, details=Resolution(Cause.SOFTWARE))
    await room.li.done(AcknowledgeAlarms, (Seen(alarm.key, alarm.event),))
    assert "still holds" in await room.li.refused(MoveIncident, *resolve, details=Resolution(Cause.SOFTWARE))
    await room.up(ONE)
    await room.li.until(
        lambda: any(isinstance(m, IncidentChanged) and m.move.move is Move.RETURNED for m in room.li.screen.heard)
    )
    await room.li.done(MoveIncident, *resolve, details=Resolution(Cause.SOFTWARE))


async def test_i16_the_load_counts_no_drill_no_covered_alarm_and_shelved_ones_apart(room: Room) -> None:
    await room.li.done(OpenIncident, "primary database full", 1, drill=True)
    first = await room.down(ONE)
    await room.li.until(lambda: room.li.load.per_window == 1)
    await room.li.done(ShelveAlarm, first.key, "vendor is at it", time.time() + 600)
    await room.up(ONE)
    await room.down(ONE)
    await room.li.until(lambda: room.li.load.shelved == 1)
    assert room.li.load.per_window == 1
    await room.li.done(BeginMaintenance, (Subject("me", "process", TWO),), "patching", time.time() + 600)
    covered = await room.down(TWO)
    assert covered.state is AlarmState.SUPPRESSED
    assert (room.li.load.per_window, room.li.load.shelved) == (1, 1)


async def test_i17_while_records_are_not_written_it_is_said_and_every_sign_off_refused(room: Room) -> None:
    alarm = await room.down(ONE)
    with closing(sqlite3.connect(room.watch.store, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        before = other.execute("SELECT count(*) FROM log_entry").fetchone()
        await room.li.until(
            lambda: any(isinstance(m, BoardUpdate) and m.site.store_error is not None for m in room.li.screen.heard)
        )
        for kind, words in (
            (WriteLog, ("lost?",)),
            (OpenIncident, ("lost?", 2)),
            (AcknowledgeAlarms, ((Seen(alarm.key, alarm.event),), "lost?")),
            (ShelveAlarm, (alarm.key, "lost?", time.time() + 600)),
        ):
            why = await room.li.refused(kind, *words)
            assert "another process holds the store" in why or "the store does not answer" in why
        assert other.execute("SELECT count(*) FROM log_entry").fetchone() == before, "nothing is half written"
        assert room.li.alarms[alarm.key].state is AlarmState.UNACKNOWLEDGED
    await room.li.until(
        lambda: [m for m in room.li.screen.heard if isinstance(m, BoardUpdate)][-1].site.store_error is None
    )
    await room.li.done(AcknowledgeAlarms, (Seen(alarm.key, alarm.event),), "seen")
    room.stop()
    assert room.rows("SELECT count(*) FROM log_entry WHERE text = 'lost?'") == [(0,)]


def test_i17_the_waits_on_the_way_to_the_screen_are_shorter_than_five_seconds_together() -> None:
    look_s = 0.5  # between two looks at the store's state
    board_s = watch.engine.URGENT_S + watch.engine.SLOT_S
    assert watch.records.QUIET_S + storage.database.BUSY_S + look_s + board_s < 5.0
