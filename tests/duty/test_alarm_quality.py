"""The quality axis: an alarm of its own beside what is wrong with a thing."""

import pytest

from duty.alarm import look
from duty.alarm_quality import DEFINITION, FIRST_S, quality_key, quality_signal, seen_well
from duty.alarm_states import AlarmState
from duty.quality import Quality, State
from tests.support.alarms import KEY, Driven

NORMAL, UNACK, ACKED, RETURNED, *_ = AlarmState
SUBJECT = KEY.subject


class Axis(Driven):
    def __init__(self) -> None:
        super().__init__(quality_key(SUBJECT))
        self.definition = DEFINITION

    def seen(self, quality: Quality, seconds: int = 1, waited_s: float = 0.0) -> "Axis":
        for _ in range(seconds):
            self.wait(1.0)
            self.take(look(self.alarm, self.definition, quality_signal(SUBJECT, quality, waited_s), self.at))
        return self


def test_late_is_not_announced_and_not_well() -> None:
    it = Axis().seen(Quality.GOOD)
    assert it.alarm.well
    assert it.seen(Quality.LATE, 60).state is NORMAL and not it.alarm.well


def test_stale_is_announced_and_unreachable_anew() -> None:
    it = Axis().seen(Quality.GOOD).seen(Quality.STALE)
    assert (it.state, it.alarm.priority) == (UNACK, DEFINITION.warn_priority)
    it.ack().seen(Quality.UNREACHABLE)
    assert (it.state, it.alarm.priority) == (UNACK, DEFINITION.priority)


def test_only_a_good_reading_ends_it() -> None:
    it = Axis().seen(Quality.UNREACHABLE).ack().seen(Quality.LATE, 60)
    assert it.state is ACKED and it.alarm.active
    assert it.seen(Quality.GOOD).state is NORMAL
    assert Axis().seen(Quality.UNREACHABLE).seen(Quality.GOOD).state is RETURNED


@pytest.mark.parametrize(("waited", "after"), [(FIRST_S - 1, NORMAL), (FIRST_S, UNACK)])
def test_a_thing_that_was_never_read_has_its_time(waited: float, after: AlarmState) -> None:
    it = Axis().seen(Quality.NEVER, waited_s=waited)
    assert it.state is after and not it.alarm.well


def test_the_two_axes_are_acknowledged_apart() -> None:
    process, axis = Driven().bad(), Axis().seen(Quality.GOOD)
    process.see(State.OK, Quality.UNREACHABLE)
    axis.seen(Quality.UNREACHABLE).ack()
    assert axis.state is ACKED and process.state is UNACK, "what was wrong is not acknowledged by it"
    process.ack()
    axis.seen(Quality.GOOD).seen(Quality.UNREACHABLE)
    assert axis.state is UNACK and process.state is ACKED


def test_i7_well_takes_both_axes() -> None:
    process, axis = Driven().well(), Axis().seen(Quality.GOOD)
    assert seen_well(process.alarm, axis.alarm) and seen_well(process.alarm, None)
    assert not seen_well(process.alarm, Axis().alarm)
    for quality in Quality:
        process = Driven().see(State.OK, quality)
        assert seen_well(process.alarm, None) is (quality is Quality.GOOD)
        axis = Axis().seen(quality, waited_s=FIRST_S)
        assert seen_well(Driven().well().alarm, axis.alarm) is (quality is Quality.GOOD)
