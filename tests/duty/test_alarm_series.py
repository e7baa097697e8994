"""Which kept readings stand behind an alarm, as shares of its limit."""

from __future__ import annotations

from duty.alarm_def import AlarmKey
from duty.alarm_rules import KNOWN
from duty.alarm_series import _FIELDS, _MACHINE, series_behind, shares
from duty.limits import Level
from duty.quality import State
from duty.records import Subject
from duty.series import KINDS, SeriesKey


def test_every_series_that_is_named_is_one_that_is_kept() -> None:
    kept = {(kind.name, name) for kind in KINDS for name, _, _ in kind.fields}
    for definition in (*_FIELDS, *_MACHINE, "machine.pressure"):
        assert definition in KNOWN
        series = series_behind(AlarmKey(Subject("gw", "any", "thing"), definition))
        assert series and {(one.kind, one.field) for one in series} <= kept, definition


def test_what_has_no_number_has_no_series() -> None:
    assert series_behind(AlarmKey(Subject("gw", "process", "relay"), "process.missing")) == ()


def test_the_higher_direction_of_a_line_counts_each_against_its_own_limit() -> None:
    into, out = series_behind(AlarmKey(Subject("gw", "line", "sge"), "line.use"))
    assert (into.field, out.field) == ("in", "out")
    readings = {into: [(1.0, 50.0), (2.0, 90.0)], out: [(1.0, 400.0), (3.0, 100.0)]}
    limits = {
        into: (Level(100.0, State.ACT), Level(80.0, State.WARN)),
        out: (Level(400.0, State.WARN),),
    }
    assert shares((into, out), readings.__getitem__, limits.__getitem__) == [(1.0, 1.0), (2.0, 1.125), (3.0, 0.25)]


def test_what_has_no_limit_or_is_bad_below_it_says_nothing() -> None:
    series = SeriesKey("perf", "check free", "value")
    for levels in ((), (Level(0.0, State.WARN),), (Level(5.0, State.WARN, True), Level(9.0, State.ACT))):
        assert shares((series,), lambda _one: [(1.0, 4.0)], lambda _one, found=levels: found) == []
