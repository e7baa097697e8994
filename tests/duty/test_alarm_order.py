"""The order of the list."""

import random

import msgspec

from duty.alarm_def import AlarmKey
from duty.alarm_order import list_order
from duty.alarm_record import Alarm
from duty.records import Subject
from tests.support.alarms import KEY, Driven, hide, out, shelf


def named(name: str, it: Driven) -> Alarm:
    return msgspec.structs.replace(it.alarm, key=AlarmKey(Subject(name, "host", name), KEY.definition))


def test_what_waits_for_somebody_stands_first() -> None:
    wanted = [
        named("new, grave, old", Driven(priority=1).bad()),
        named("new, grave", Driven(priority=1).wait(5).bad()),
        named("new", Driven().bad()),
        named("returned, grave", Driven(priority=1).bad(9).well()),
        named("returned", Driven().bad().well()),
        named("acknowledged long ago", Driven(priority=4).bad().ack()),
        named("acknowledged", Driven(priority=1).bad(9).ack()),
        named("shelved, ends soon", shelf(Driven(priority=4).bad(), 10.0)),
        named("shelved", shelf(Driven(priority=1).bad(), 20.0)),
        named("suppressed", hide(Driven().bad())),
        named("out of service", out(Driven().bad())),
        named("a", Driven().well()),
        named("b", Driven().well()),
    ]
    shuffled = wanted[:]
    random.Random(4).shuffle(shuffled)
    assert [alarm.key.subject.host for alarm in sorted(shuffled, key=list_order)] == [
        alarm.key.subject.host for alarm in wanted
    ]
