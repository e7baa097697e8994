"""Acts of people between the looks of the watch, a site file read meanwhile, a store that fails in the middle."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from duty.alarm_batch import Batch, Desk
from duty.alarm_covers import shelve
from duty.alarm_def import AlarmDef, AlarmKey
from duty.alarm_load import WINDOW_S, Counted, Load
from duty.alarm_quality import FIRST_S, quality_key
from duty.alarm_record import AlarmEvent, EventKind
from duty.alarm_rules import Definitions
from duty.alarm_states import AlarmState
from duty.connection import Link
from duty.incident_details import Cause, Resolution
from duty.incident_details import Link as Linked
from duty.incident_rules import Change
from duty.moment import Moment
from duty.phrases import phrase
from duty.quality import Quality, State
from duty.records import IncidentState, LogEntry, Move, Refused, Subject
from storage.failures import StoreFailed
from tests.support.desks import BEHIND, JUMP, LINE, MISSING, SITE, TURN_S, Hand, line, process, view
from tests.support.feeds import HandClock
from tests.support.handwatch import GONE, WELL, Watch
from watch import alarm_book
from watch.alarm_book import AlarmBook
from watch.alarm_dues import Dues
from wire.alarms import AlarmsChanged, ReadAlarm
from wire.messages import MoveIncident, OpenIncident, TakeIncident

FEWER = msgspec.structs.replace(SITE, hosts=(msgspec.structs.replace(JUMP, processes=()), *BEHIND))


@pytest.fixture
async def watch(tmp_path: Path) -> AsyncIterator[Watch]:
    one = await Watch(tmp_path / "records.sqlite", HandClock()).start()
    yield one
    await one.stop()


async def test_an_act_after_a_sample_of_the_same_turn_is_not_undone_by_that_turn(watch: Watch) -> None:
    await watch.bad()
    watch.clock.seconds += 0.01
    watch.engine.desk.look(WELL, watch.clock.now())  # a sample: its turn is not closed yet
    assert (await watch.ack(note="seen")).ok
    watch.see(WELL)
    await watch.drained()
    assert watch.state is AlarmState.NORMAL
    kept = {one.key: one for one in (await watch.records.alarms()).alarms}
    assert kept[MISSING] == watch.engine.desk.alarms[MISSING]
    assert watch.recorder.book.held.alarms == ()
    assert watch.events == [EventKind.RAISED, EventKind.RETURNED, EventKind.ACKNOWLEDGED], "in this order"


async def test_an_act_under_way_when_its_thing_leaves_the_site_leaves_no_ghost(watch: Watch) -> None:
    await watch.bad()
    desk = watch.engine.desk
    real = watch.records.keep_alarms

    async def reloaded(batch: Batch) -> list[LogEntry]:
        if any(event.kind is EventKind.ACKNOWLEDGED for event in batch.events):
            desk.adopt(FEWER, watch.clock.now(), "li")
        return await real(batch)

    watch.recorder.book._write = reloaded
    assert (await watch.ack()).ok
    watch.see(view("jump", lines=(line(),)))
    await watch.drained()
    assert MISSING not in desk.alarms
    assert (await watch.records.alarms()).alarms == () == watch.recorder.book.held.alarms
    assert watch.events == [EventKind.RAISED, EventKind.ACKNOWLEDGED, EventKind.WITHDRAWN]
    (line_,) = [one for one in watch.recorder.recent if "watched no longer" in str(one.said)]
    assert line_.actor == "li"


async def test_guidance_is_there_while_the_log_cannot_be_read(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(4):
        watch.see(GONE, 3)
        watch.see(WELL, 2)
    await watch.drained()

    async def broken(**_asked: object) -> list[LogEntry]:
        raise StoreFailed(phrase("no disk"))

    monkeypatch.setattr(watch.records, "read_log", broken)
    guidance = (await watch.commands.do("wang", ReadAlarm(1, MISSING))).guidance
    assert guidance is not None and guidance.definition.action and guidance.trials == ()


async def test_what_a_merge_reopens_is_reopened_though_the_store_failed_in_between(watch: Watch) -> None:
    recorder, at = watch.recorder, watch.clock.now()
    on = Change(MISSING.subject, on=True, said=phrase("gone"))
    recorder.condition(on, at)
    await watch.drained()
    (part,) = recorder.incidents
    whole = (await recorder.move(None, Move.OPENED, at=at.wall, actor="wang", text="all", level=2)).id
    await recorder.move(part, Move.MERGED, at=at.wall, actor="wang", other=whole)
    await recorder.move(part, Move.RETURNED, at=at.wall, actor="", automatic=True)
    await recorder.move(whole, Move.TAKEN, at=at.wall, actor="wang")
    await watch.resolve(whole)
    real, fails = watch.records.move, [True]

    async def failing(asked, *more):  # type: ignore[no-untyped-def]
        if asked.incident == whole and fails.pop() if fails else False:
            raise StoreFailed(phrase("no disk"))
        return await real(asked, *more)

    watch.records.move = failing  # type: ignore[method-assign]
    recorder.condition(on, at)
    await watch.drained()
    assert recorder.incidents[part].active and recorder.incidents[whole].state is IncidentState.OPEN


async def test_an_incident_waits_for_every_alarm_of_its_own_and_of_what_was_merged_into_it(
    watch: Watch,
) -> None:
    """I11: linked is what it was opened for, what was linked by hand, and the same of its parts."""
    down = view("jump", process(count=0), lines=(line(down=True),))
    watch.see(down, 4)
    await watch.drained()
    host = Subject("jump", "host", "jump")
    opened = (await watch.commands.do("wang", OpenIncident(1, "all", 3, host, alarms=(MISSING, LINE)))).incident
    assert opened is not None and opened.alarms == (str(MISSING), str(LINE))
    other = (await watch.commands.do("wang", OpenIncident(1, "other", 3))).incident
    assert other is not None
    await watch.commands.do("wang", MoveIncident(1, opened.id, Move.MERGED, "same", other=other.id))
    await watch.commands.do("wang", TakeIncident(1, other.id))
    done = MoveIncident(1, other.id, Move.RESOLVED, "mended", details=Resolution(Cause.LINE))
    watch.see(view("jump", process(), lines=(line(down=True),)), 2)
    await watch.drained()
    with pytest.raises(Refused, match=r"its alarm line\.no_link jump .*sge-2 still holds"):
        await watch.commands.do("wang", done)
    watch.see(WELL, 90)
    await watch.drained()
    assert (await watch.commands.do("wang", done)).ok


async def test_an_alarm_that_is_linked_by_hand_is_waited_for(watch: Watch) -> None:
    await watch.bad()
    one = (await watch.commands.do("wang", OpenIncident(1, "slow", 3))).incident
    assert one is not None
    await watch.commands.do("wang", MoveIncident(1, one.id, Move.LINKED, details=Linked("alarm", str(MISSING))))
    await watch.commands.do("wang", TakeIncident(1, one.id))
    with pytest.raises(Refused, match=r"still holds"):
        await watch.commands.do(
            "wang", MoveIncident(1, one.id, Move.RESOLVED, "done", details=Resolution(Cause.SOFTWARE))
        )
    again = {each.id: each for each in await watch.records.incidents()}
    assert again[one.id].alarms == (str(MISSING),), "and after a restart"


async def test_an_act_does_not_put_back_the_load_of_before_it() -> None:
    told: list[AlarmsChanged] = []

    async def write(_batch: Batch) -> list[LogEntry]:
        return []

    book = AlarmBook(write, lambda changed, _entries: told.append(changed))
    late = Load((Counted(MISSING, 1, 2.0, 2.0, 1),))
    act = alarm_book.Act(Batch(Desk(Moment(1.0, 1.0), "boot")), lambda _kept: None)
    book.take(Batch(Desk(Moment(2.0, 2.0), "boot", late)))  # joined to what waited before the act
    await book.keep_waiting()
    await book.keep_act(act)
    assert book.load.per_window == 1 and [one.load for one in told if one.load][-1].per_window == 1  # type: ignore[union-attr]


def test_events_without_a_line_are_bounded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alarm_book, "MAX_LINES", 5)

    async def write(_batch: Batch) -> list[LogEntry]:
        return []

    book = AlarmBook(write, lambda _changed, _entries: None)
    event = AlarmEvent(MISSING, 1, EventKind.RAISED, 1, 1.0, phrase("gone"), AlarmState.SUPPRESSED, State.ACT, 1, 1.0)
    for _ in range(20):
        book.take(Batch(Desk(Moment(1.0, 1.0)), events=(event,)))
    assert book._waiting is not None and len(book._waiting.events) == 5
    assert book.lost == 0, "no line was lost"


# --- the desk ---------------------------------------------------------------------------------------------------------


def test_what_came_while_shelved_leaves_the_load_after_ten_minutes_though_nothing_happens() -> None:
    it = Hand().turn(WELL)
    it.desk.load = Load(shelved=(it.at.mono,))
    it.see(seconds=WINDOW_S + 2)
    assert it.desk.load.shelved == () and it.batches[-1].desk.load.shelved == ()


def test_a_host_that_comes_anew_has_its_time_for_the_first_reading_anew() -> None:
    never = view("jump", quality=Quality.NEVER, link=Link.DIALLING)
    it = Hand().turn(never).turn(WELL).see(seconds=120)
    it.desk.begins_anew("jump")
    it.see(never, seconds=FIRST_S - 1)
    assert quality_key(Subject("jump", "host", "jump")) not in it.desk.alarms


def test_alarms_are_not_forgotten_with_what_stood_beside_them() -> None:
    it = Hand().see(GONE, seconds=3)
    kept = msgspec.structs.replace(it.kept, desk=None)
    again = Hand(kept=kept, boot="boot-2", at=Moment(it.at.wall + 5, 10.0))
    assert again.alarm(MISSING).event == 1 and again.alarm(MISSING).active
    again.see(GONE, seconds=5)
    assert again.announced == [], "nothing fires twice"


def test_a_shelf_ends_though_the_clock_it_was_counted_by_is_not_known() -> None:
    it = Hand().see(GONE, seconds=3)
    key = MISSING
    it.desk.hold([key])
    it.desk.settle([key], [shelve(it.alarm(key), "wang", "vendor", it.at.wall + 60, it.at, None)])
    kept = msgspec.structs.replace(it.kept, alarms=(it.alarm(key),), desk=None)
    again = Hand(kept=kept, boot="boot-2", at=Moment(it.at.wall + 5, 10.0)).see(GONE, seconds=60)
    assert again.alarm(key).state is AlarmState.UNACKNOWLEDGED


def test_no_room_is_made_by_forgetting_what_an_act_is_kept_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("watch.alarm_desk.MOST_ALARMS", 1)
    it = Hand(msgspec.structs.replace(SITE, hosts=(msgspec.structs.replace(JUMP), *BEHIND)))
    it.see(GONE, seconds=3)
    it.desk.hold([MISSING])
    alarm = it.alarm(MISSING)
    normal = msgspec.structs.replace(alarm, state=AlarmState.NORMAL, active=False)
    it.desk.alarms[MISSING] = normal
    it.see(view("jump", process(), lines=(line(down=True),)), seconds=3)
    assert it.desk.alarms.get(MISSING) is normal


def test_due_times_that_were_put_off_do_not_pile_up() -> None:
    dues = Dues()
    for number in range(10_000):
        dues.put(MISSING, 30_000.0 + number)
    assert len(dues._heap) < 100
    assert dues.pop(50_000.0) == [MISSING]


def test_definitions_of_things_that_a_host_names_for_ever_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("duty.alarm_rules.MOST_KEPT", 10)
    made = Definitions(SITE)
    found: list[AlarmDef] = [made.of(AlarmKey(Subject("jump", "disk", f"/{n}"), "disk.filling")) for n in range(50)]
    assert len(made._known) <= 10 and len({one.key for one in found}) == 1


def test_a_look_costs_nothing_for_the_alarms_of_other_hosts() -> None:
    """What is counted for an incident is looked for among the alarms of its own host alone."""
    it = Hand().turn(WELL, *(view(host.id, process("quoted")) for host in BEHIND))
    it.see(*(view(host.id, process("quoted", 0)) for host in BEHIND), GONE, seconds=3)

    class Counted(dict):  # type: ignore[type-arg]
        asked = 0

        def items(self):  # type: ignore[no-untyped-def]
            Counted.asked += 1
            return super().items()

    it.desk.alarms = Counted(it.desk.alarms)
    it.desk.look(GONE, Moment(it.at.wall + TURN_S, it.at.mono + TURN_S))
    assert Counted.asked == 0


def test_withdrawing_names_who_read_the_site_file_and_from_where() -> None:
    it = Hand().see(GONE, seconds=3)
    it.desk.adopt(FEWER, it.at, "wang", "pts/3 17")
    (line_,) = it.batches[-1].lines
    assert (line_.actor, line_.session) == ("wang", "pts/3 17")
