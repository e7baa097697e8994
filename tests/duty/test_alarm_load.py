"""The load on the person on duty, floods, and alarms that behave badly."""

import msgspec
import pytest

from duty.alarm_def import AlarmKey
from duty.alarm_load import Flood, Load, Pace, counted, is_chattering, is_fleeting, is_stale, resumed
from duty.alarm_order import standing
from duty.alarm_record import AlarmEvent
from duty.moment import Moment
from duty.records import Subject
from tests.support.alarms import KEY, Driven, hide, out, shelf

START = Moment(1_700_000_000.0, 500.0)


def later(seconds: float) -> Moment:
    return Moment(START.wall + seconds, START.mono + seconds)


def came(host: str, at: Moment, priority: int = 3) -> AlarmEvent:
    event = Driven(AlarmKey(Subject(host, "host", host), KEY.definition)).bad().events[0]
    return msgspec.structs.replace(event, at=at.wall, mono=at.mono, priority=priority)


def storm(load: Load, number: int, first: float, step: float = 1.0) -> tuple[Load, list[Flood]]:
    ended: list[Flood] = []
    for n in range(number):
        at = later(first + n * step)
        load, flood = counted(load, [came(f"h{n}", at, 1 if n == 0 else 3)], at)
        ended += [flood] if flood else []
    return load, ended


@pytest.mark.parametrize(
    ("number", "pace"),
    [
        (0, Pace.ACCEPTABLE),
        (1, Pace.ACCEPTABLE),
        (2, Pace.HIGH),
        (3, Pace.OVER),
        (10, Pace.OVER),
        (11, Pace.FLOOD),
    ],
)
def test_the_pace_against_the_figures(number: int, pace: Pace) -> None:
    load, _ = storm(Load(), number, 0.0)
    assert load.per_window == number and load.pace is pace


def test_ten_minutes_are_looked_at() -> None:
    load, _ = storm(Load(), 3, 0.0, 100.0)
    assert counted(load, [], later(599.0))[0] is load, "nothing to change is the same object"
    assert counted(load, [], later(600.0))[0].per_window == 2
    assert counted(load, [], later(900.0))[0] == Load()


def test_a_flood_from_its_first_to_its_end() -> None:
    load, ended = storm(Load(), 41, 0.0, 0.5)
    assert load.flood is not None and not ended
    assert load.flood.first_out.key.subject.host == "h0" and load.flood.started_at == START.wall
    assert (load.flood.count, load.flood.most, load.flood.by_priority) == (41, 41, ((1, 1), (3, 40)))
    load, flood = counted(load, [], later(617.5))
    assert flood is None and load.per_window == 5 and load.pace is Pace.FLOOD, "five are not fewer than five"
    load, flood = counted(load, [], later(618.0))
    assert flood is not None and flood.ended_at == START.wall + 618.0 and flood.count == 41
    assert flood.lasted_s == 618.0
    assert str(flood.said) == "flood of alarms: 41 announced, at most 41 in ten minutes; the first was of h0 host h0"
    assert load.flood is None and load.per_window == 4 and load.pace is Pace.OVER
    assert counted(load, [], later(618.5))[1] is None, "told once"


def test_ten_are_no_flood_yet() -> None:
    assert storm(Load(), 10, 0.0)[0].flood is None


def test_what_is_not_announced_is_no_load_and_shelved_is_counted_apart() -> None:
    """I16."""
    for cover, aside in ((shelf, 1), (hide, 0), (out, 0)):
        it = cover(Driven())
        told = len(it.events)
        load, _ = counted(Load(), it.bad().events[told:], it.at)
        assert load.per_window == 0 and len(load.shelved) == aside, cover
    assert counted(load, [], later(10_000.0))[0].shelved == ()


def test_i16_standing_excludes_suppressed_and_out_of_service_and_counts_shelved_apart() -> None:
    found = standing(
        it.alarm
        for it in (
            Driven(), Driven().well(), Driven().bad(), Driven().bad().ack(), Driven().bad().well(),
            shelf(Driven().bad()), hide(Driven().bad()), hide(Driven()), out(Driven().bad()),
        )
    )  # fmt: skip
    assert (found.unacknowledged, found.acknowledged, found.returned) == (1, 1, 1)
    assert (found.shelved, found.suppressed, found.hidden, found.out_of_service) == (1, 2, 1, 1)


def test_a_change_of_shift_is_no_new_load() -> None:
    it = Driven().bad().ack()
    told = len(it.events)
    assert it.change_shift().events[told:] and counted(Load(), it.events[told:], it.at) == (Load(), None)


def test_it_comes_back_after_a_restart() -> None:
    load, _ = storm(Load(), 12, 0.0)
    kept = msgspec.json.decode(msgspec.json.encode(load), type=Load)
    assert kept == load
    now = Moment(START.wall + 21.0, 3.0)
    back = resumed(kept, later(11.0), now, same_boot=False)
    assert [one.mono for one in back.recent] == [float(n) - 18.0 for n in range(12)]
    assert resumed(kept, later(11.0), later(21.0), same_boot=True) == kept
    back, flood = counted(back, [came("late", now)], now)
    assert back.per_window == 13 and back.flood is not None and back.flood.count == 13 and flood is None
    _, flood = counted(back, [], Moment(now.wall + 600.0, now.mono + 600.0))
    assert flood is not None and flood.lasted_s == 621.0


def test_chattering_is_three_in_a_minute() -> None:
    it = Driven().bad().well(28).bad().well(29).bad()
    assert is_chattering(it.alarm, it.at) and it.alarm.raised[-1] - it.alarm.raised[0] == 59.0
    it.well(60)
    assert is_chattering(it.alarm, it.at)
    it.well()
    assert not is_chattering(it.alarm, it.at), "a minute of quiet ends it"
    it = Driven().bad().well(30).bad().well(30).bad()
    assert not is_chattering(it.alarm, it.at)
    it = Driven().bad().well().bad()
    assert not is_chattering(it.alarm, it.at)


def test_fleeting_and_stale() -> None:
    assert is_fleeting(Driven().bad(8).well().alarm)
    assert not is_fleeting(Driven().bad(8).alarm) and not is_fleeting(Driven().alarm)
    assert not is_fleeting(Driven().bad(60).well().alarm)
    it = Driven().bad().ack()
    assert not is_stale(it.alarm, it.wait(86_400.0).at)
    assert is_stale(it.alarm, it.wait(1.0).at)
    assert not is_stale(it.well().alarm, it.at)
