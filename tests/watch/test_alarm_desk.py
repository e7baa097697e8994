"""The alarms of a site turn by turn: what comes of looks, in time, folded, and over a restart."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from duty.alarm_acks import acknowledge
from duty.alarm_batch import Batch
from duty.alarm_covers import shelve
from duty.alarm_def import AlarmKey
from duty.alarm_load import FLOOD
from duty.alarm_quality import FIRST_S, quality_key
from duty.alarm_record import EventKind
from duty.alarm_states import AlarmState
from duty.board import HostView, SectionView
from duty.connection import Link
from duty.maintenance import Plan, Window
from duty.phrases import phrase
from duty.quality import Quality, State
from duty.records import Subject
from tests.support.desks import (
    BEHIND,
    JUMP,
    LINE,
    LOST,
    MISSING,
    SITE,
    TURN_S,
    Hand,
    line,
    lost,
    process,
    view,
)
from watch.alarm_desk import BEAT_S

WELL = view("jump", process(), lines=(line(),))
GONE = view("jump", process(count=0), lines=(line(),))


def act(it: Hand, step_of: object, *args: object) -> None:
    """A person's act, kept at once."""
    key = MISSING
    it.desk.hold([key])
    step = step_of(it.alarm(key), *args)  # type: ignore[operator]
    it.desk.settle([key], [step])


def ack(it: Hand, who: str = "wang") -> None:
    act(it, acknowledge, it.desk.definitions.of(MISSING), it.alarm(MISSING).event, who, it.at)


def test_a_site_that_is_well_hands_on_nothing() -> None:
    it = Hand().see(WELL, *(view(host.id, process("quoted")) for host in BEHIND), seconds=10)
    assert [batch for batch in it.batches if batch.alarms or batch.events or batch.lines] == []
    assert not it.desk.alarms, "an alarm that never came is none"


def test_a_delay_that_runs_out_is_told_in_the_turn_after_it_though_nothing_new_is_heard() -> None:
    it = Hand().turn(GONE)
    began = it.at.mono
    while MISSING not in it.announced:
        it.turn()
        assert it.at.mono - began < 3.0
    assert it.at.mono - began == pytest.approx(2.0, abs=1.5 * TURN_S)


def test_priority_1_is_handed_on_within_five_seconds_of_the_look_that_shows_it() -> None:
    it = Hand().turn(WELL).turn(lost())
    began = it.at.mono
    while LOST not in it.announced:
        it.turn()
        assert it.at.mono - began < 5.0
    assert it.alarm(LOST).priority == 1


def test_what_is_not_seen_well_again_does_not_end() -> None:
    it = Hand().see(GONE, seconds=3).see(lost(), seconds=30)
    assert it.alarm(MISSING).active and not it.alarm(MISSING).known
    assert [change.on for change in it.changes] == [True, True] and it.changes[0].subject == MISSING.subject
    it.see(lost(link=Link.REFUSED), seconds=30)
    assert it.alarm(LOST).active, "refused instead of lost is not reached"
    it.see(WELL, seconds=2)
    assert not it.alarm(MISSING).active and not it.alarm(LOST).active
    assert {change.subject for change in it.changes if not change.on} == {MISSING.subject, LOST.subject}


def test_37_hosts_behind_a_jump_host_fold_under_it() -> None:
    it = Hand().turn(WELL, *(view(host.id, process("quoted")) for host in BEHIND))
    behind = [lost(host.id) for host in BEHIND]
    it.see(*behind, lost(), seconds=4)
    it.see(*behind, lost(), seconds=20)
    assert it.announced == [LOST], "one root cause, one line"
    hidden = [one for one in it.desk.alarms.values() if one.state is AlarmState.SUPPRESSED and one.active]
    assert {one.key.subject.host for one in hidden} == {"jump", *(host.id for host in BEHIND)}
    assert [change.subject.host for change in it.changes if change.on] == ["jump"], "and one incident"
    stays = AlarmKey(Subject("h03", "process", "quoted"), "process.missing")
    back = [view(host.id, process("quoted", 0 if host.id == "h03" else 1)) for host in BEHIND]
    it.see(*back, WELL, seconds=3)
    assert it.announced[1:] == [stays], "what stayed bad is new"
    assert it.desk.load.per_window == 2 and it.desk.load.flood is None


def test_a_line_that_is_down_hides_the_hosts_it_leads_to() -> None:
    it = Hand().turn(WELL)
    down = view("jump", process(), lines=(line(down=True),))
    it.see(down, *(lost(host.id) for host in BEHIND), seconds=30)
    assert it.announced == [LINE]
    roots = {one.suppressions[0].by for one in it.desk.alarms.values() if one.suppressions}
    assert roots == {LINE}


def test_a_flood_is_one_line_when_it_has_ended() -> None:
    flat = tuple(msgspec.structs.replace(host, via=None) for host in BEHIND)
    it = Hand(msgspec.structs.replace(SITE, hosts=(JUMP, *flat)))
    it.see(*(lost(host.id) for host in flat), seconds=6)
    assert it.desk.load.flood is not None and len(it.announced) == len(flat) > FLOOD
    it.see(*(view(host.id, process("quoted")) for host in flat), seconds=1)
    it.see(seconds=601)
    assert it.desk.load.flood is None
    floods = [one for batch in it.batches for one in batch.lines if "flood" in str(one.said)]
    assert len(floods) == 1 and "37 announced" in str(floods[0].said)


def test_a_host_that_was_never_read_is_an_alarm_after_a_while() -> None:
    never = view("jump", quality=Quality.NEVER, link=Link.DIALLING)
    it = Hand().turn(never)
    began = it.at.mono
    while quality_key(Subject("jump", "host", "jump")) not in it.announced:
        it.turn()
        assert it.at.mono - began < 2 * FIRST_S
    assert it.at.mono - began > FIRST_S


def test_a_window_covers_what_comes_in_it_and_its_end_announces_what_stayed() -> None:
    it = Hand().turn(WELL)
    window = Window("adhoc:1", (Subject("jump", "host", "jump"),), "wang", "vendor", it.at.wall, it.at.wall + 60)
    it.desk.windows.resume(it.desk.windows.with_one(window))
    it.see(GONE, seconds=50)
    assert it.alarm(MISSING).state is AlarmState.SUPPRESSED and it.announced == [] == it.changes
    it.see(GONE, seconds=20)
    assert it.announced == [MISSING] and [change.on for change in it.changes] == [True]


def test_a_window_that_is_ended_early_announces_at_once() -> None:
    it = Hand().turn(WELL)
    window = Window("adhoc:1", (MISSING.subject,), "wang", "vendor", it.at.wall, it.at.wall + 600)
    it.desk.windows.resume(it.desk.windows.with_one(window))
    it.see(GONE, seconds=10)
    it.desk.windows.resume(it.desk.windows.without(window))
    it.turn(GONE)
    assert it.announced == [MISSING]


# --- over a restart -----------------------------------------------------------------------------------------------


def test_a_delay_in_progress_goes_on_over_a_restart_and_fires_once() -> None:
    it = Hand().turn(GONE).restart(away=1.0)
    it.see(GONE, seconds=5)
    assert it.announced == [MISSING] and it.alarm(MISSING).count == 1
    assert it.alarm(MISSING).began == pytest.approx(500.2)
    again = it.restart(away=1.0).see(GONE, seconds=10)
    assert again.events == [] and again.alarm(MISSING).active, "nothing fires twice"
    assert [change.subject for change in again.changes] == [MISSING.subject], "its incident is there, or comes now"


def test_an_acknowledgement_and_a_shelf_are_there_after_a_restart() -> None:
    it = Hand().see(GONE, seconds=3)
    ack(it)
    it.turn(GONE)
    kept = it.alarm(MISSING)
    it.batches.append(msgspec.structs.replace(it.batches[-1], alarms=(kept,), events=(), lines=()))
    again = it.restart().see(GONE, seconds=5)
    assert again.alarm(MISSING).state is AlarmState.ACKNOWLEDGED and again.alarm(MISSING).ack == kept.ack
    act(again, shelve, "wang", "vendor", again.at.wall + 20, again.at, None)
    again.batches.append(
        msgspec.structs.replace(again.batches[-1], alarms=(again.alarm(MISSING),), events=(), lines=())
    )
    third = again.restart(boot="boot-2", mono=7.0).see(GONE, seconds=5)
    assert third.alarm(MISSING).state is AlarmState.SHELVED and third.announced == []
    third.see(GONE, seconds=20)
    assert third.alarm(MISSING).state is AlarmState.ACKNOWLEDGED, "the same fault, acknowledged before"


def test_what_was_kept_of_a_thing_that_is_gone_is_withdrawn_with_a_line() -> None:
    it = Hand().see(GONE, seconds=3)
    it.site = msgspec.structs.replace(SITE, hosts=BEHIND)
    again = it.restart()
    assert MISSING not in again.desk.alarms and again.batches[0].gone == (MISSING,)
    assert [event.kind for event in again.events] == [EventKind.WITHDRAWN]
    assert [str(line.said) for line in again.batches[0].lines] == ["alarm process.missing: watched no longer"]


def test_a_new_site_file_withdraws_what_it_no_longer_names_and_ends_its_incident() -> None:
    it = Hand().see(GONE, seconds=3)
    changed = msgspec.structs.replace(SITE, hosts=(msgspec.structs.replace(JUMP, processes=()), *BEHIND))
    it.desk.adopt(changed, it.at, "wang")
    assert MISSING not in it.desk.alarms
    assert [(change.subject, change.on) for change in it.changes] == [(MISSING.subject, True), (MISSING.subject, False)]


def test_while_an_alarm_is_in_hand_the_moment_is_kept_every_few_seconds() -> None:
    it = Hand().see(GONE, seconds=3)
    count = len(it.batches)
    it.see(GONE, seconds=3 * BEAT_S)
    assert 2 <= len(it.batches) - count <= 4
    assert it.batches[-1].alarms == () and it.batches[-1].desk.moment.mono == pytest.approx(it.at.mono, abs=BEAT_S)


def test_while_an_act_is_kept_the_alarm_stays_as_it_was_seen() -> None:
    it = Hand().see(GONE, seconds=3)
    it.desk.hold([MISSING])
    it.see(WELL, seconds=2)
    assert it.alarm(MISSING).state is AlarmState.UNACKNOWLEDGED
    it.desk.settle([MISSING], [])
    it.see(WELL, seconds=1)
    assert it.alarm(MISSING).state is AlarmState.RETURNED


def test_before_the_records_are_read_nothing_is_looked_at() -> None:
    it = Hand()
    it.desk.ready = False
    it.see(GONE, seconds=5)
    assert it.batches == [] and not it.desk.alarms


def test_an_incident_older_than_any_alarm_waits_until_its_thing_is_seen_well() -> None:
    it = Hand()
    it.desk.resume(it.kept, [MISSING.subject, Subject("long gone", "app", "web")], it.at)
    assert [change.subject.host for change in it.changes] == ["long gone"]
    unread = msgspec.structs.replace(process(), count=None, state=State.UNKNOWN)
    it.see(lost(), view("jump", unread), seconds=3)
    assert len([change for change in it.changes if change.subject == MISSING.subject]) == 0
    it.see(WELL, seconds=1)
    assert (it.changes[-1].subject, it.changes[-1].on) == (MISSING.subject, False)


def quick(view: HostView) -> HostView:
    return msgspec.structs.replace(view, uptime_s=10.0)


def test_a_host_that_has_just_booted_is_told_though_it_is_well() -> None:
    it = Hand().see(quick(WELL), seconds=1)
    assert [key.definition for key in it.announced] == ["machine.rebooted"]


def test_from_the_priority_the_site_names_every_alarm_opens_an_incident() -> None:
    it = Hand(msgspec.structs.replace(SITE, open_incident_at=1))
    it.see(view("jump", process(), lines=(line(down=True),)), seconds=3)
    assert [(change.subject, change.level) for change in it.changes] == [(LINE.subject, 2)]
    quiet = Hand().see(view("jump", process(), lines=(line(down=True),)), seconds=3)
    assert quiet.announced == [LINE] and quiet.changes == [], "a line opens none unless the site says so"


def test_what_a_host_depends_on_beside_its_way_hides_it_too() -> None:
    behind = tuple(msgspec.structs.replace(host, via=None, depends_on=(LINE.subject,)) for host in BEHIND)
    it = Hand(msgspec.structs.replace(SITE, hosts=(JUMP, *behind)))
    it.see(view("jump", process(), lines=(line(down=True),)), *(lost(host.id) for host in BEHIND), seconds=10)
    assert it.announced == [LINE]


def test_a_window_of_the_site_file_opens_and_ends_by_the_clock() -> None:
    it = Hand()
    plan = Plan("vendor", (LOST.subject,), "li", "new disks", it.at.wall + 10, it.at.wall + 30)
    it.desk.adopt(msgspec.structs.replace(SITE, maintenance=(plan,)), it.at)
    it.see(WELL, seconds=11).see(GONE, seconds=10)
    assert it.alarm(MISSING).state is AlarmState.SUPPRESSED and it.announced == []
    it.see(GONE, seconds=15)
    assert it.announced == [MISSING]


SEEN = (WELL, GONE, lost(), lost(link=Link.REFUSED), view("jump", process(), lines=(line(down=True),)))


@given(st.lists(st.tuples(st.sampled_from(SEEN), st.integers(1, 6), st.booleans()), max_size=12))
def test_a_watch_that_is_killed_at_any_moment_comes_to_the_same_alarms(
    course: list[tuple[HostView, int, bool]],
) -> None:
    """What was handed on was kept; all else is lost with the watch. A restart takes as long as a turn."""
    clean, killed = Hand(), Hand()
    announced: list[AlarmKey] = []
    for seen, seconds, dies in course:
        clean.see(seen, seconds=seconds)
        killed.see(seen, seconds=seconds)
        if dies:
            announced += killed.announced
            clean.see(seen)
            before, killed = killed, killed.restart(away=TURN_S)
            killed.batches.insert(0, Batch(before.desk.state(before.at), tuple(before.kept.alarms)))
            killed.desk.look(seen, killed.at)
            killed.desk.close(killed.at)
    announced += killed.announced
    assert announced == clean.announced, "nothing is forgotten and nothing fires twice"
    assert table(killed) == table(clean)


def table(it: Hand) -> dict[AlarmKey, tuple[AlarmState, bool, int, int]]:
    return {key: (one.state, one.active, one.count, one.event) for key, one in it.desk.alarms.items() if one.told}


def test_a_host_that_names_new_things_for_ever_fills_neither_memory_nor_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("watch.alarm_desk.MOST_ALARMS", 10)
    it = Hand()
    for number in range(40):
        name = f"mount {number}"
        failed = SectionView("mounts", State.UNKNOWN, phrase("no right"), 1.0, 1.0, 0.1, name)
        it.see(msgspec.structs.replace(WELL, state=State.UNKNOWN, sections=(failed,)), seconds=31)
    assert len(it.desk.alarms) == len(it.kept.alarms) == 10
    it.see(*(lost(host.id) for host in BEHIND), seconds=5)
    assert len(it.desk.alarms) > 10, "other hosts have room of their own"
