"""Turns of many alarms: looks, roots, hiding, load. What a person is told of a storm."""

from __future__ import annotations

import msgspec

from duty.alarm import look, new_alarm
from duty.alarm_covers import suppress
from duty.alarm_def import AlarmDef, AlarmKey, Signal
from duty.alarm_folds import folds_of, host_subject, parents_of, roots_of
from duty.alarm_hiding import hide, quieted, under
from duty.alarm_lines import line_of
from duty.alarm_load import Flood, Load, counted
from duty.alarm_order import standing
from duty.alarm_record import Alarm, AlarmEvent
from duty.alarm_states import AlarmState
from duty.moment import Moment
from duty.phrases import phrase
from duty.quality import Quality, State
from duty.records import Subject
from duty.site import HostSpec, LineRule, PingRule, SiteSpec
from tests.support.alarms import KEY, Driven, definition, shelf

NORMAL, UNACK, ACKED, RETURNED, SHELVED, SUPPRESSED, OUT = AlarmState
LINE = AlarmKey(Subject("jump", "line", "SGE-2"), "line.down")
OTHER = AlarmKey(Subject("other", "host", "other"), "host.lost")
DEFINITIONS: dict[str, AlarmDef] = {
    "host.lost": definition(key="host.lost", priority=2, cuts=True),
    "line.down": definition(key="line.down", priority=1, cuts=True),
}
FAR = tuple(HostSpec(f"far{n}", f"10.9.0.{n}", via="jump") for n in range(40))
SITE = SiteSpec(
    "desk",
    "UTC",
    None,
    (
        HostSpec("jump", "j", lines=(LineRule("SGE-2", "eth1", pings=tuple(PingRule(far.address) for far in FAR)),)),
        *FAR,
        HostSpec("other", "10.2.0.1", via="jump"),
    ),
    "site",
)


def lost(n: int) -> AlarmKey:
    return AlarmKey(host_subject(f"far{n}"), "host.lost")


class Desk:
    """All alarms of a site, turn by turn."""

    def __init__(self) -> None:
        self.parents = parents_of(SITE)
        self.alarms: dict[AlarmKey, Alarm] = {}
        self.events: list[AlarmEvent] = []
        self.load = Load()
        self.floods: list[Flood] = []
        self.at = Moment(1_700_000_000.0, 0.0)

    def turn(self, *bad: AlarmKey, seconds: float = 1.0, unseen: tuple[AlarmKey, ...] = ()) -> Desk:
        """One look at everything: ``bad`` holds, of ``unseen`` nothing is read."""
        self.at = Moment(self.at.wall + seconds, self.at.mono + seconds)
        before = dict(self.alarms)
        new: list[AlarmEvent] = []
        for key in {*bad, *self.alarms}:
            quality = Quality.UNREACHABLE if key in unseen else Quality.GOOD
            seen = Signal(key, State.ACT if key in bad else State.OK, quality, phrase("bad"))
            alarm = self.alarms.get(key) or new_alarm(key)
            self.alarms[key], events = look(alarm, DEFINITIONS[key.definition], seen, self.at)
            new += events
        changed, events = hide(self.alarms, before, lambda key: DEFINITIONS[key.definition], self.roots(), self.at)
        self.alarms |= changed
        told = quieted([*new, *events], self.alarms)
        self.events += told
        self.load, flood = counted(self.load, told, self.at)
        self.floods += [flood] if flood else []
        return self

    def roots(self) -> dict[AlarmKey, AlarmKey]:
        return roots_of(self.alarms, DEFINITIONS, self.parents)

    def announced(self) -> list[AlarmKey]:
        return [event.key for event in self.events if event.announced]


def test_s3_a_line_drops_and_forty_come_with_it() -> None:
    desk = Desk().turn(OTHER).turn(LINE, OTHER, *(lost(n) for n in range(20)))
    desk.turn(LINE, OTHER, *(lost(n) for n in range(40)), seconds=20.0)
    assert desk.announced() == [OTHER, LINE], "one line of it, and the one that is really bad elsewhere"
    (fold,) = folds_of(desk.alarms, desk.roots())
    assert fold.root == LINE and len(fold.hidden) == 40
    numbers = standing(desk.alarms.values())
    assert (numbers.unacknowledged, numbers.suppressed, numbers.hidden) == (2, 40, 40)
    assert desk.load.per_window == 2 and desk.load.flood is None
    desk.turn(OTHER, lost(3), lost(7), seconds=60.0)
    assert sorted(desk.announced()[2:], key=str) == [lost(3), lost(7)], "what stayed bad, as new, in the next turn"
    assert desk.alarms[LINE].state is RETURNED
    assert [desk.alarms[lost(n)].state for n in (0, 3)] == [NORMAL, UNACK], "what was never announced asks for nothing"


def test_s3_what_came_before_its_root_folds_later_and_is_named_first_out() -> None:
    desk = Desk().turn(*(lost(n) for n in range(12)))
    assert len(desk.announced()) == 12 and desk.load.flood is not None
    desk.turn(LINE, *(lost(n) for n in range(40)), seconds=5.0)
    assert len(desk.announced()) == 13 and desk.announced()[-1] == LINE
    (fold,) = folds_of(desk.alarms, desk.roots())
    assert fold.first_out in {lost(n) for n in range(12)} and len(fold.hidden) == 40
    desk.turn(seconds=30.0)
    assert standing(desk.alarms.values()).returned == 13, "what was announced and not seen is not forgotten"
    desk.turn(seconds=600.0)
    assert len(desk.floods) == 1 and desk.floods[0].count == 13


def test_what_flickers_under_its_root_is_never_announced() -> None:
    desk = Desk().turn(LINE)
    for _ in range(5):
        desk.turn(LINE, lost(1)).turn(LINE)
    assert desk.announced() == [LINE] and desk.alarms[lost(1)].state is NORMAL
    assert desk.alarms[lost(1)].event == 5


def test_what_waited_before_the_turn_in_which_it_came_again_is_not_forgotten() -> None:
    desk = Desk().turn(lost(1)).turn().turn(LINE, lost(1))
    assert desk.alarms[lost(1)].state is SUPPRESSED
    assert desk.turn(LINE).alarms[lost(1)].state is RETURNED


def test_what_is_not_seen_when_its_root_returns() -> None:
    desk = Desk().turn(LINE, lost(1)).turn(LINE, lost(1), unseen=(lost(1),))
    desk.turn(unseen=(lost(1),))
    assert desk.alarms[lost(1)].state is UNACK, "it held when it was last seen"
    desk = Desk().turn(LINE, lost(1)).turn(LINE, lost(1))
    told = len(desk.events)
    assert desk.turn(LINE, lost(1)).events[told:] == [], "and a turn without news tells nothing"


def test_a_root_changes_and_a_window_stays() -> None:
    jump = AlarmKey(host_subject("jump"), "host.lost")
    desk = Desk().turn(LINE, lost(1))
    assert under(desk.alarms[lost(1)]) == LINE
    desk.turn(LINE, jump, lost(1))
    assert under(desk.alarms[lost(1)]) == jump == under(desk.alarms[LINE])
    until = desk.at.wall + 1000.0
    desk.alarms[lost(1)], _ = suppress(desk.alarms[lost(1)], "wang", phrase("maintenance"), desk.at, until=until)
    desk.turn(lost(1))
    assert desk.alarms[lost(1)].state is SUPPRESSED and under(desk.alarms[lost(1)]) is None
    assert lost(1) not in desk.announced()


def test_a_shelved_alarm_under_a_root_is_told_of_once_and_stays_shelved() -> None:
    it = shelf(Driven().bad())
    after, events = hide({KEY: it.alarm}, {}, lambda _key: it.definition, {KEY: LINE}, it.at)
    assert after[KEY].state is SHELVED and under(after[KEY]) == LINE and events == []
    assert hide(after, after, lambda _key: it.definition, {KEY: LINE}, it.at) == ({}, [])


def test_only_what_is_suppressed_is_quieted() -> None:
    it = Driven().bad()
    assert quieted(it.events, {KEY: it.alarm}) == tuple(it.events)
    hidden = msgspec.structs.replace(it.alarm, state=SUPPRESSED)
    assert [event.announced for event in quieted(it.events, {KEY: hidden})] == [False]


def test_what_folds_as_it_comes_has_no_line_of_its_own() -> None:
    it = Driven().bad()
    assert line_of(it.events[-1]) is not None
    changed, told = hide({KEY: it.alarm}, {}, lambda _key: it.definition, {KEY: LINE}, it.at)
    assert [line_of(event) for event in quieted([*it.events, *told], changed)] == [None, None]
