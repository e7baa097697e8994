"""Acknowledging: what is acknowledged, by whom, and how it ends."""

import pytest

from duty.alarm_record import EventKind
from duty.alarm_states import AlarmState
from duty.quality import State
from duty.records import Refused
from tests.support.alarms import Driven

NORMAL, UNACK, ACKED, RETURNED, *_ = AlarmState


def why(it: Driven, *args: object, **more: object) -> str:
    with pytest.raises(Refused) as refusal:
        it.ack(*args, **more)  # type: ignore[arg-type]
    return str(refusal.value.why)


def test_i8_an_acknowledgement_covers_the_event_it_saw_and_no_newer_one() -> None:
    it = Driven().warn()
    seen = it.alarm.event
    it.bad()
    assert why(it, event=seen) == "something new has come of this alarm: look at it before you acknowledge it"
    assert it.state is UNACK
    assert it.ack().state is ACKED


def test_i8_what_came_again_between_look_and_key_is_not_acknowledged() -> None:
    it = Driven().bad()
    seen = it.alarm.event
    it.well().bad()
    assert "something new" in why(it, event=seen)
    it = Driven().bad().ack().well()
    seen = it.alarm.event
    assert "something new" in why(it.bad(), event=seen)


def test_what_returned_meanwhile_is_the_event_that_was_seen() -> None:
    it = Driven().bad()
    seen = it.alarm.event
    assert it.well().ack(event=seen).state is NORMAL


def test_two_acknowledge_the_same_event() -> None:
    it = Driven().bad().ack("wang").wait(4.2)
    assert why(it, "li") == "acknowledged already by wang, 4 s ago"
    assert it.alarm.ack is not None and it.alarm.ack.who == "wang"
    it.well()
    assert why(it, "li") == "acknowledged already by wang, 5 s ago", "also when it is over"
    it = Driven().bad().well().ack("wang")
    assert why(it, "li") == "acknowledged already by wang, 0 s ago"


@pytest.mark.parametrize("event", [0, -1, 2, 99])
def test_an_event_that_never_was(event: int) -> None:
    assert why(Driven().bad(), event=event) == f"this alarm has no event {event}"
    assert why(Driven(), event=event) == f"this alarm has no event {event}"


def test_priority_1_that_went_unseen_asks_for_a_note() -> None:
    it = Driven(priority=1).bad().well()
    assert "note what it was" in why(it)
    assert it.ack(note=" restarted itself ").state is NORMAL
    assert it.events[-1].text == "restarted itself" and it.alarm.ack is not None
    assert Driven(priority=1).bad().ack().state is ACKED, "not while it holds"
    assert Driven(priority=3).bad().well().ack().state is NORMAL


def test_realarm_time() -> None:
    it = Driven(realarm_s=60.0).bad().ack().bad(59)
    assert it.state is ACKED
    assert it.bad().state is UNACK and it.kinds[-1] is EventKind.REALARMED and it.events[-1].announced
    assert it.alarm.event == 2 and it.alarm.count == 1, "to be acknowledged anew, though it came once"
    assert "something new" in why(it, event=1)
    assert Driven().bad().ack().bad(10_000).state is ACKED, "without one only the shift ends it"


def test_realarm_time_passes_also_while_it_is_not_seen() -> None:
    assert Driven(realarm_s=60.0).bad().ack().lost(60).state is UNACK


def test_the_shift_ends_every_acknowledgement() -> None:
    it = Driven(realarm_s=1e6).bad().ack().change_shift()
    assert it.state is UNACK and it.kinds[-1] is EventKind.SHIFT_CHANGED
    assert it.ack("li").state is ACKED
    for driven in (Driven(), Driven().bad(), Driven().bad().well()):
        state, told = driven.state, len(driven.events)
        assert driven.change_shift().state is state and len(driven.events) == told


def test_an_acknowledgement_ends_when_it_clears() -> None:
    it = Driven().bad().ack().well().bad()
    assert it.state is UNACK and not it.alarm.ack_stands and it.alarm.severity is State.ACT
