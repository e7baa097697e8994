"""Shelves, suppression and being out of service: who may, for how long, and what is announced when they end."""

import pytest

from duty.alarm_acks import next_end
from duty.alarm_covers import SHELF_S, back_in_service, suppress, unshelve
from duty.alarm_record import EventKind
from duty.alarm_states import AlarmState
from duty.quality import State
from duty.records import Refused
from tests.support.alarms import DAY_ENDS, KEY, WHY, Driven, hide, lift, out, shelf

NORMAL, UNACK, ACKED, RETURNED, SHELVED, SUPPRESSED, OUT = AlarmState


def refused(act: object, *args: object, **more: object) -> str:
    with pytest.raises(Refused) as refusal:
        act(*args, **more)  # type: ignore[operator]
    return str(refusal.value.why)


def test_i9_every_shelf_has_owner_reason_and_end() -> None:
    assert refused(shelf, Driven().bad(), why="  ") == "say why"
    assert "still to come" in refused(shelf, Driven().bad(), seconds=0.0)
    it = shelf(Driven().bad())
    assert it.alarm.shelf is not None and it.alarm.shelf.who == "wang" and it.alarm.shelf.until == it.at.wall + 60
    assert (it.events[-1].actor, it.events[-1].text, it.events[-1].until) == (
        "wang",
        "vendor works on it",
        it.at.wall + 60,
    )


def test_i9_every_suppression_has_owner_reason_and_end() -> None:
    for owner, by, until in (("", KEY, None), ("watch", None, None), ("watch", KEY, Driven().at.wall + 9)):
        assert "owner and one end" in refused(suppress, Driven().alarm, owner, WHY, Driven().at, by, until)
    it = hide(Driven().bad(), Driven().at.wall + 100)
    assert [one.why for one in it.alarm.suppressions] == [WHY]


def test_i9_being_out_of_service_has_owner_reason_and_end() -> None:
    assert refused(out, Driven(), why="") == "say why"
    assert "still to come" in refused(out, Driven(), seconds=-1.0)


def test_i10_past_the_trading_day_takes_two() -> None:
    it = Driven().bad()
    late = DAY_ENDS - it.at.wall + 1
    assert "second person" in refused(shelf, it, late)
    assert "another one" in refused(shelf, it, late, second=" WANG ")
    assert shelf(it, late, second="li").state is SHELVED and it.events[-1].second == "li"
    assert shelf(Driven().bad(), DAY_ENDS - Driven().at.wall - 1).state is SHELVED


def test_i10_a_shelf_is_not_made_longer_by_one_either() -> None:
    it = shelf(Driven().bad())
    assert "second person" in refused(shelf, it, DAY_ENDS - it.at.wall + 1)
    assert shelf(it, 600.0).state is SHELVED and it.alarm.shelf is not None
    assert it.bad(599).state is SHELVED and it.bad().state is UNACK


def test_i10_while_the_end_of_the_trading_day_is_not_known_one_alone_has_half_an_hour() -> None:
    assert "second person" in refused(shelf, Driven().bad(), SHELF_S + 1, day_ends=None)
    assert shelf(Driven().bad(), SHELF_S, day_ends=None).state is SHELVED


@pytest.mark.parametrize(
    ("priority", "warn_priority", "two"), [(1, 4, True), (4, 2, True), (2, 2, True), (3, 4, False)]
)
def test_i10_priority_1_and_2_are_put_out_of_service_by_two(priority: int, warn_priority: int, two: bool) -> None:
    it = Driven(priority=priority, warn_priority=warn_priority)
    if two:
        assert "priority 1 or 2" in refused(out, it, second="")
        assert "another one" in refused(out, it, second="Wang")
    assert out(it, second="li" if two else "").state is OUT


def test_a_shelf_ends_where_it_began() -> None:
    assert shelf(Driven().bad().ack()).bad(60).state is ACKED, "the same, and acknowledged"
    assert shelf(Driven().bad()).bad(60).state is UNACK
    assert shelf(Driven().bad()).well(60).state is NORMAL
    it = shelf(Driven().warn().ack()).bad(60)
    assert it.state is UNACK and it.events[-1].announced, "graver than what was acknowledged"
    it = shelf(Driven().bad().ack()).well().bad(59)
    assert it.state is UNACK and it.alarm.count == 2, "not the one that was acknowledged"
    assert shelf(Driven().bad().ack()).change_shift().bad(60).state is UNACK, "nor by who is on duty now"


def test_under_a_cover_it_is_counted_and_nothing_is_announced() -> None:
    for cover in (shelf, hide, out):
        it = cover(Driven().bad())
        before = it.announced
        it.well().warn().bad().well().bad()
        assert it.announced == before and it.alarm.count == 3 and it.alarm.active, cover
        assert it.events[-1].kind is EventKind.RAISED and it.events[-1].state is it.state


def test_taken_back_by_a_person() -> None:
    it = shelf(Driven().bad()).by(unshelve, *(Driven().definition, "li"))
    assert it.state is UNACK and it.kinds[-1] is EventKind.UNSHELVED and it.events[-1].actor == "li"
    assert it.alarm.shelf is None
    assert refused(unshelve, it.alarm, it.definition, "li", it.at) == "it is not shelved"
    assert out(it).by(back_in_service, it.definition, "li").state is UNACK
    assert refused(back_in_service, it.alarm, it.definition, "li", it.at) == "it is not out of service"


def test_what_still_holds_after_a_suppression_is_announced_as_new() -> None:
    it = hide(Driven()).bad(10)
    assert it.state is SUPPRESSED and it.announced == 0
    assert lift(it).state is UNACK and it.announced == 1 and it.events[-1].said == it.alarm.said
    it = hide(Driven().bad().ack())
    event = it.alarm.event
    assert lift(it.bad()).state is UNACK and it.alarm.event == event + 1, "also if it was acknowledged before"
    assert lift(hide(Driven()).bad().well()).state is NORMAL


def test_what_nobody_saw_before_a_suppression_is_not_forgotten() -> None:
    assert lift(hide(Driven().bad()).well()).state is RETURNED
    assert lift(hide(Driven().bad().well()).well()).state is RETURNED
    it = hide(lift(hide(Driven().bad().well()).lost())).well()
    assert it.state is SUPPRESSED and lift(it).state is RETURNED, "nor by a second one"


def test_a_window_of_maintenance_ends_by_itself() -> None:
    it = Driven()
    hide(it, it.at.wall + 100).bad(99)
    assert it.state is SUPPRESSED
    assert it.bad().state is UNACK and it.kinds[-1] is EventKind.RELEASED


def test_two_rules_suppress_it_until_both_have_ended() -> None:
    it = hide(hide(Driven().bad(), Driven().at.wall + 100))
    told = len(it.events)
    assert it.bad(500).state is SUPPRESSED and len(it.events) == told, "the alarm above it holds on"
    assert lift(it).state is UNACK
    it = lift(hide(hide(Driven().bad(), Driven().at.wall + 100))).bad(50)
    assert it.state is SUPPRESSED and it.announced == 1, "maintenance goes on"
    assert it.bad(50).state is UNACK and it.announced == 2
    it = hide(hide(Driven().bad(), Driven().at.wall + 10), Driven().at.wall + 100).bad(90)
    assert it.state is SUPPRESSED and len(it.alarm.suppressions) == 1, "the newer window replaces the older"


def test_of_what_is_normal_and_stays_so_nothing_is_told() -> None:
    it = lift(hide(Driven().well()))
    assert it.state is NORMAL and it.events == []
    it = lift(hide(Driven().well()).bad().well())
    assert it.kinds == [EventKind.RAISED, EventKind.RETURNED, EventKind.RELEASED] and it.announced == 0


def test_a_shelf_and_a_suppression_at_once() -> None:
    it = hide(shelf(Driven().bad()))
    assert it.state is SHELVED and it.bad(60).state is SUPPRESSED, "the shelf ended, what explains it did not"
    assert lift(it).state is UNACK
    assert lift(hide(shelf(Driven().bad()))).bad(60).state is UNACK
    it = hide(shelf(Driven().bad()), Driven().at.wall + 20)
    assert it.bad(30).state is SHELVED and not it.alarm.suppressions
    assert hide(out(Driven().bad())).bad(60).state is SUPPRESSED


@pytest.mark.parametrize(("cover", "covered"), [(shelf, SHELVED), (out, OUT)])
def test_i7_an_end_that_nobody_can_judge_waits_for_a_good_reading(cover: object, covered: AlarmState) -> None:
    it = cover(Driven().bad().well()).lost(200)  # type: ignore[operator]
    assert it.state is covered and it.alarm.over and next_end(it.alarm, it.definition) is None
    told = len(it.events)
    assert it.lost(100).state is covered and len(it.events) == told, "told once"
    assert it.well().state is NORMAL and it.kinds[-1] is EventKind.CLEARED
    it = cover(Driven().bad().well()).lost(200).bad()  # type: ignore[operator]
    assert it.state is UNACK and it.events[-1].announced
    it = cover(Driven().bad()).lost(200)  # type: ignore[operator]
    assert it.state is UNACK, "what held when it was last seen is announced at once"


def test_i7_a_release_that_nobody_can_judge_waits_as_well() -> None:
    it = lift(hide(Driven()).lost(5))
    assert it.state is SUPPRESSED and it.alarm.over and it.well().state is NORMAL
    assert lift(hide(Driven().bad()).well().lost()).well().state is RETURNED
    it = lift(hide(Driven()).lost(5))
    assert lift(it).state is SUPPRESSED and hide(it).well(10).state is SUPPRESSED, "and begins anew"
    assert shelf(lift(hide(Driven()).lost(5))).well(60).state is NORMAL


def test_a_step_of_the_wall_clock_ends_no_cover() -> None:
    for cover, covered in ((shelf, SHELVED), (out, OUT)):
        it = cover(Driven().bad()).step(1e6)
        assert it.bad(59).state is covered and it.bad().state is UNACK


def test_out_of_service_ends_as_new() -> None:
    assert out(Driven().bad().ack()).bad(60).state is UNACK
    assert out(Driven().bad()).well(60).state is NORMAL
    assert out(shelf(Driven().see(State.WARN))).alarm.shelf is None
