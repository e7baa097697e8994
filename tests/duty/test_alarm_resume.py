"""Alarms over a restart: nothing is forgotten, nothing comes twice, and a step of the clock does nothing."""

import msgspec
import pytest

from duty.alarm_load import is_chattering
from duty.alarm_record import Alarm, Pending, Wait
from duty.alarm_states import AlarmState
from duty.quality import State
from duty.records import Refused
from tests.support.alarms import Driven, hide, lift, out, shelf

NORMAL, UNACK, ACKED, RETURNED, SHELVED, SUPPRESSED, OUT = AlarmState


@pytest.mark.parametrize("code", [msgspec.json, msgspec.msgpack])
def test_it_is_stored_and_comes_back_exactly(code: object) -> None:
    it = hide(shelf(Driven(on_delay_s=2.0).warn(3).ack()).bad(2).warn()).bad(2)
    it = out(it).see(State.ACT, value=0.1, limit=1e300)
    assert it.alarm.shelf is None and it.alarm.outage and it.alarm.suppressions and it.alarm.ack and it.alarm.raised
    for alarm in (it.alarm, Driven().alarm, Driven(off_delay_s=9.0).bad().well().alarm):
        assert code.decode(code.encode(alarm), type=Alarm) == alarm  # type: ignore[attr-defined]
    for event in it.events:
        assert code.decode(code.encode(event), type=type(event)) == event  # type: ignore[attr-defined]


def test_what_stood_stands_and_is_not_announced_anew() -> None:
    for it, state in (
        (Driven().bad(), UNACK),
        (Driven().bad().ack(), ACKED),
        (Driven().bad().well(), RETURNED),
        (shelf(Driven().bad()), SHELVED),
        (hide(Driven().bad()), SUPPRESSED),
        (out(Driven().bad()), OUT),
    ):
        told, number = len(it.events), it.alarm.event
        holds = it.alarm.active
        it.restart(3.0)
        assert it.state is state and not it.alarm.well
        it.bad(5) if holds else it.well(5)
        assert it.state is state and len(it.events) == told and it.alarm.event == number


def test_who_acknowledged_is_known_afterwards() -> None:
    it = Driven().bad().ack("wang").wait(5).restart(10.0)
    with pytest.raises(Refused, match="acknowledged already by wang, 15 s ago"):
        it.ack("li")


def test_an_on_delay_goes_on() -> None:
    it = Driven(on_delay_s=10.0).bad(5).restart(3.0)
    assert it.bad(2).state is NORMAL
    assert it.bad().state is UNACK


def test_an_off_delay_begins_anew() -> None:
    it = Driven(off_delay_s=10.0).bad().well(9).restart(3.0).well(10)
    assert it.state is UNACK and it.well().state is RETURNED


def test_the_time_before_the_end_of_the_old_watch_counts_exactly() -> None:
    it = Driven(on_delay_s=600.0).bad(500).restart(1.0)
    assert it.alarm.pending == Pending(Wait.HOLDS, it.at.mono - 500.0, it.at.wall - 500.0)


@pytest.mark.parametrize("stepped", [90.0, 3600.0, -90.0, 1e6, -1e6])
def test_a_step_of_the_clock_meanwhile_begins_and_clears_nothing(stepped: float) -> None:
    it = Driven(on_delay_s=10.0).bad(5).restart(1.0, stepped=stepped)
    assert it.bad(5).state is NORMAL, "still five to go"
    it = Driven(off_delay_s=10.0).bad().well(5).restart(1.0, stepped=stepped)
    assert it.well(10).state is UNACK
    assert Driven().bad().ack().restart(1.0, stepped=stepped).bad().state is ACKED


@pytest.mark.parametrize("stepped", [0.0, 30.0, 1e6, -1e6])
def test_while_the_machine_stays_up_all_counts_exactly_and_the_wall_clock_does_not(stepped: float) -> None:
    it = Driven(on_delay_s=200.0).bad(5).restart(100.0, stepped=stepped, same_boot=True)
    assert it.bad(95).state is NORMAL and it.bad().state is UNACK
    it = shelf(Driven().bad()).bad(20).restart(30.0, stepped=stepped, same_boot=True)
    assert it.bad(9).state is SHELVED and it.bad().state is UNACK
    it = Driven(realarm_s=60.0).bad().ack().restart(30.0, stepped=stepped, same_boot=True)
    assert it.bad(29).state is ACKED and it.bad().state is UNACK
    it = Driven(off_delay_s=10.0).bad().well(9).restart(30.0, stepped=stepped, same_boot=True).well(10)
    assert it.state is UNACK, "nobody looked in between"


def test_a_shelf_ends_when_it_was_to_end_and_never_later() -> None:
    assert shelf(Driven().bad()).bad(20).restart(30.0).bad(9).state is SHELVED
    assert shelf(Driven().bad()).bad(20).restart(30.0).bad(10).state is UNACK
    assert shelf(Driven().bad()).restart(90.0).pass_by(0).state is UNACK, "in the meantime"
    assert shelf(Driven().bad()).bad(20).restart(10.0, stepped=-3600.0).bad(40).state is UNACK
    it = hide(Driven().bad(), Driven().at.wall + 100).restart(50.0)
    assert it.bad(47).state is SUPPRESSED and it.bad(2).state is UNACK
    assert out(Driven().bad()).restart(30.0).bad(30).state is UNACK


def test_realarm_time_counts_on() -> None:
    assert Driven(realarm_s=600.0).bad().ack().bad(100).restart(400.0).bad(99).state is ACKED
    assert Driven(realarm_s=600.0).bad().ack().bad(100).restart(400.0).bad(100).state is UNACK


def test_flap_counters_survive() -> None:
    it = Driven().bad().well(5).bad().well(5).restart(10.0).bad()
    assert is_chattering(it.alarm, it.at) and it.alarm.count == 3


def test_what_came_unseen_before_a_suppression_survives_the_restart_in_it() -> None:
    assert lift(hide(Driven().bad()).well().restart(5.0).well()).state is RETURNED
    assert lift(hide(Driven().bad().well()).restart(5.0)).state is SUPPRESSED, "until it is seen"
