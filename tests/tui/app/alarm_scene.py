"""A handful of alarms for tests of the screen: one of each state, of things of the small site."""

from __future__ import annotations

from duty.alarm_def import AlarmKey
from duty.phrases import phrase
from tests.support.fake_alarms import FakeAlarms, key
from wire.alarms import AcknowledgeAlarms, Seen, ShelveAlarm

DEAD = key("process.missing", "ogw1", "process", "orderd")
LINE = key("line.no_link", "qgw1", "line", "exchange A")
FULL = key("disk.filling", "qgw1", "disk", "/")
SLOW = key("app.slow", "local", "app", "web")
LOG = key("event.act", "qgw1", "event", "quote-log")


def rtt(number: int) -> AlarmKey:
    return key("ping.rtt", "qgw1", "ping", f"exchange A 10.0.0.{number}")


def set_scene(alarms: FakeAlarms) -> None:
    """One of priority 1 that hides three, one that returned unseen, one acknowledged, one shelved."""
    alarms.comes(LINE, phrase("interface {name} has no link", name="eth1"), ago=180)
    for number in range(1, 4):
        alarms.comes(rtt(number), phrase("RTT is {value}", value="120 ms"), ago=170 + number, grave=False)
    alarms.hide(LINE, *(rtt(number) for number in range(1, 4)))
    alarms.comes(DEAD, ago=90)
    alarms.goes(DEAD)
    alarms.comes(FULL, phrase("{share} used", share="96 %"), ago=3600)
    acknowledged(alarms, FULL, "zhang")
    alarms.comes(SLOW, phrase("answers in {time}", time="1.2 s"), ago=700, grave=False)
    alarms.do("zhang", ShelveAlarm(0, SLOW, "vendor looks at it", alarms.at.wall + 1200))


def acknowledged(alarms: FakeAlarms, of: AlarmKey, who: str) -> None:
    alarms.do(who, AcknowledgeAlarms(0, (Seen(of, alarms.alarms[of].event),)))
