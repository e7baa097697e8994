"""One alarm under looks: delays, deadband, severity, latch, and readings that are not good."""

import pytest

from duty.alarm import look, withdraw
from duty.alarm_record import EventKind
from duty.alarm_states import AlarmState
from duty.quality import Quality, State
from tests.support.alarms import Driven, signal

NORMAL, UNACK, ACKED, RETURNED, *_ = AlarmState


def test_the_whole_life() -> None:
    it = Driven().bad()
    assert (it.state, it.alarm.event, it.alarm.count, it.announced) == (UNACK, 1, 1, 1)
    assert it.ack().state is ACKED
    assert it.well().state is NORMAL
    assert it.kinds == [EventKind.RAISED, EventKind.ACKNOWLEDGED, EventKind.RETURNED]
    assert [event.number for event in it.events] == [1, 2, 3]


def test_what_went_unseen_stays_lit() -> None:
    it = Driven().bad(8).well()
    assert it.state is RETURNED and it.alarm.lasted_s == 8.0
    assert it.well(600).state is RETURNED
    assert it.bad().state is UNACK and it.alarm.count == 2 and it.alarm.event == 2
    assert it.well().ack().state is NORMAL and it.alarm.count == 0
    assert it.bad().alarm.count == 1, "counted anew after it was normal"


@pytest.mark.parametrize(
    ("priority", "latch", "after"),
    [(1, False, RETURNED), (2, False, RETURNED), (3, False, NORMAL), (3, True, RETURNED)],
)
def test_only_low_priorities_may_go_out_by_themselves(priority: int, latch: bool, after: AlarmState) -> None:
    assert Driven(priority=priority, latch=latch).bad().well().state is after


def test_no_news_is_the_same_object_and_no_event() -> None:
    it = Driven().well()
    quiet = it.alarm
    for state in (State.OK, State.UNJUDGED):
        assert look(quiet, it.definition, signal(state, value=4.0), it.at) == (quiet, ())
        assert look(quiet, it.definition, signal(state), it.at)[0] is quiet
    it.bad()
    loud = it.alarm
    for state in (State.ACT, State.WARN):
        assert look(loud, it.definition, signal(state), it.at)[0] is loud
    it.lost()
    assert look(it.alarm, it.definition, signal(State.OK, Quality.UNREACHABLE), it.at)[0] is it.alarm


def test_an_on_delay_has_to_pass() -> None:
    it = Driven(on_delay_s=3.0)
    began = it.at.wall + 1
    assert it.bad(3).state is NORMAL
    assert it.bad().state is UNACK
    assert (it.alarm.began_at, it.events[0].at) == (began, began + 3), "when it began is not when it came"
    it = Driven(on_delay_s=3.0).bad(3).well().bad(3)
    assert it.state is NORMAL and not it.events, "it begins anew"


def test_an_off_delay_has_to_pass() -> None:
    it = Driven(off_delay_s=3.0).bad().well(3)
    assert it.state is UNACK
    assert it.bad().well(3).state is UNACK and it.alarm.count == 1, "a flicker is the same alarm"
    assert it.well().state is RETURNED


def test_a_deadband_holds_it_near_its_limit() -> None:
    it = Driven(deadband_percent=5.0).see(State.WARN, value=80.0, limit=80.0)
    assert it.see(State.OK, value=76.5, limit=80.0).alarm.active, "within 5 % of 80"
    assert it.see(State.OK, value=77.0).alarm.active, "by the limit that it came with"
    assert it.see(State.OK, value=75.9, limit=80.0).state is RETURNED


def test_a_deadband_of_a_limit_from_below() -> None:
    it = Driven(deadband_percent=10.0).see(State.WARN, value=13.0, limit=14.0)
    assert it.see(State.OK, value=15.0, limit=14.0).alarm.active
    assert it.see(State.OK, value=15.5, limit=14.0).state is RETURNED


def test_a_value_back_in_the_deadband_begins_the_off_delay_anew() -> None:
    it = Driven(deadband_percent=5.0, off_delay_s=2.0).see(State.WARN, value=80.0, limit=80.0)
    it.see(State.OK, value=70.0, limit=80.0, seconds=2).see(State.OK, value=78.0, limit=80.0)
    assert it.see(State.OK, value=70.0, limit=80.0, seconds=2).alarm.active
    assert it.see(State.OK, value=70.0, limit=80.0).state is RETURNED


def test_worse_is_a_new_event_whether_seen_or_not() -> None:
    it = Driven().warn()
    assert (it.alarm.severity, it.alarm.priority) == (State.WARN, 3)
    assert it.bad().state is UNACK and (it.alarm.event, it.alarm.priority, it.alarm.count) == (2, 2, 1)
    it = Driven().warn().ack().bad()
    assert it.state is UNACK and it.kinds[-1] is EventKind.WORSE and not it.alarm.ack_stands


def test_severity_is_held_for_as_long_as_it_lasts() -> None:
    it = Driven().bad().ack().warn(5)
    assert it.state is ACKED and it.alarm.severity is State.ACT
    assert it.bad().state is ACKED, "it was this grave when it was acknowledged"
    assert it.well().warn().alarm.severity is State.WARN, "the next one has its own"


def test_to_become_worse_takes_the_on_delay_too() -> None:
    it = Driven(on_delay_s=2.0).warn(3).ack().bad(2)
    assert it.state is ACKED
    assert it.warn().bad(2).state is ACKED, "a blip"
    assert it.bad().state is UNACK


@pytest.mark.parametrize("quality", [Quality.LATE, Quality.STALE, Quality.UNREACHABLE, Quality.NEVER])
def test_i7_what_is_not_seen_is_neither_cleared_nor_well(quality: Quality) -> None:
    it = Driven().bad().see(State.OK, quality, seconds=100)
    assert it.state is UNACK and it.alarm.active
    assert it.ack().see(State.OK, quality, seconds=100).state is ACKED
    assert it.well().state is NORMAL and it.alarm.well
    assert not it.see(State.OK, quality).alarm.well
    assert it.see(State.ACT, quality, seconds=100).state is NORMAL, "and nothing comes by it"


def test_i7_a_state_that_is_not_known_freezes_as_well() -> None:
    it = Driven().bad().ack().see(State.UNKNOWN, seconds=50)
    assert it.state is ACKED and not it.alarm.well
    assert not Driven().see(State.UNKNOWN).alarm.well
    assert not Driven().alarm.well, "nothing was read yet"


def test_i7_what_returned_and_is_acknowledged_unseen_waits_for_a_good_reading() -> None:
    it = Driven().bad().well().lost().ack()
    assert it.state is ACKED and not it.alarm.active
    assert it.lost(100).state is ACKED
    assert it.well().state is NORMAL and it.kinds[-1] is EventKind.CLEARED
    it = Driven().bad().well().lost().ack().bad()
    assert it.state is UNACK and it.alarm.event == 2 and it.alarm.count == 2, "it came again meanwhile"
    assert Driven().bad().well().lost().ack().change_shift().state is RETURNED


def test_an_on_delay_goes_on_unseen_and_an_off_delay_begins_anew() -> None:
    it = Driven(on_delay_s=10.0).bad(3).lost(20)
    assert it.state is NORMAL, "nothing comes while it is not seen"
    assert it.bad().state is UNACK
    it = Driven(off_delay_s=10.0).bad().well(9).lost(20).well(10)
    assert it.state is UNACK
    assert it.well().state is RETURNED


def test_what_is_watched_no_longer_is_told_as_it_was() -> None:
    it = Driven().bad().ack()
    (event,) = withdraw(it.alarm, it.at, "wang")
    assert (event.kind, event.state, event.number, event.actor) == (EventKind.WITHDRAWN, ACKED, 3, "wang")
    assert not event.announced and withdraw(it.well().alarm, it.at) == ()


def test_a_step_of_the_wall_clock_begins_and_ends_nothing() -> None:
    it = Driven(on_delay_s=10.0, off_delay_s=10.0, realarm_s=100.0)
    for step in (90.0, -90.0, 1e6):
        assert it.bad(5).step(step).bad(5).state is NORMAL
        assert it.bad().ack().step(step).bad(50).state is ACKED, "no re-alarm"
        assert it.well(5).step(step).well(5).state is ACKED
        assert it.well().state is NORMAL
