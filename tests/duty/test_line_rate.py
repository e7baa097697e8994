"""Lines per minute of followed logs: true over time, and not known where a minute was not read whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duty.events import EventMemory, EventTrack
from duty.line_rate import LineRate
from duty.phrases import phrase
from duty.quality import Quality
from duty.readings import EventPiece
from duty.series import SeriesKey, series_of, unit_of
from duty.site import EventPattern, EventRule
from tests.support.views import view

NOW = 1_700_000_000.0
RULE = EventRule("gw-log", file="/var/log/gw.log", patterns=(EventPattern("FATAL", 2), EventPattern("ERROR", 1)))


def piece(start: str, end: str, act: int = 0, warn: int = 0, gap: str = "") -> EventPiece:
    return EventPiece("gw-log", start, end, 100, 0, (), ((0, act), (1, warn)), gap)


def rates(one: EventTrack, now: float) -> tuple[float | None, float | None]:
    seen = one.view(now)
    return seen.act_per_min, seen.warn_per_min


def followed() -> EventTrack:
    """A log in which nothing was for a minute."""
    one = EventTrack("gw1", RULE)
    one.see(piece("-", "a"), NOW)
    one.same(NOW + 60)
    return one


def test_a_rate_is_known_after_a_minute_that_was_read() -> None:
    one = EventTrack("gw1", RULE)
    assert rates(one, NOW) == (None, None)
    one.see(piece("-", "a", 5, 5), NOW)
    for at, cursor in ((15, "b"), (30, "c"), (45, "d")):
        one.see(piece(one.memory.cursor, cursor, 1, 2), NOW + at)
        assert rates(one, NOW + at) == (None, None)
    one.same(NOW + 60)
    assert rates(one, NOW + 60) == (3.0, 6.0), "what came with the first reading belongs to no minute"
    one.same(NOW + 75)
    assert rates(one, NOW + 75) == (2.0, 4.0)
    one.same(NOW + 120)
    assert rates(one, NOW + 120) == (0.0, 0.0), "read and nothing new is a zero that was read"


def test_a_log_that_is_read_seldom_has_the_rate_of_the_time_between() -> None:
    one = EventTrack("gw1", RULE)
    one.see(piece("-", "a"), NOW)
    one.see(piece("a", "b", 10), NOW + 300)
    assert rates(one, NOW + 300) == (2.0, 0.0)


def test_where_lines_may_be_missing_the_rate_is_not_known() -> None:
    one = followed()
    assert rates(one, NOW + 60) == (0.0, 0.0)
    one.see(piece("a", "b", 1, gap="cut"), NOW + 75)
    assert rates(one, NOW + 75) == (None, None)
    one.same(NOW + 135)
    assert rates(one, NOW + 135) == (0.0, 0.0)


def test_a_log_that_cannot_be_read_has_none() -> None:
    one = followed()
    one.unread = phrase("permission denied")
    assert rates(one, NOW + 61) == (None, None)
    one.unread = None
    assert one.view(NOW + 61, phrase("the section hangs")).act_per_min is None


def test_a_new_start_of_the_watch_invents_no_minute() -> None:
    one = EventTrack("gw1", RULE, EventMemory("/var/log/gw.log", "a", read_at=NOW - 3600))
    one.see(piece("a", "b", 1000), NOW)
    one.same(NOW + 60)
    assert rates(one, NOW + 60) == (0.0, 0.0)


def test_another_source_and_a_clock_set_back_begin_anew() -> None:
    one = followed()
    one.same(NOW + 30)
    assert rates(one, NOW + 30) == (None, None)
    one.same(NOW + 90)
    assert rates(one, NOW + 90) == (0.0, 0.0)
    one.adopt(EventRule("gw-log", file="/var/log/other.log", patterns=RULE.patterns))
    assert rates(one, NOW + 90) == (None, None)


@given(st.lists(st.tuples(st.floats(0.01, 100), st.integers(0, 1000)), min_size=1, max_size=200))
def test_no_line_is_counted_twice_and_memory_stays_small(steps: list[tuple[float, int]]) -> None:
    rate, at = LineRate(), NOW
    read = [(NOW, 0)]
    rate.see(NOW, 0, 0)
    for wait, lines in steps:
        at += wait
        read.append((at, lines))
        rate.see(at, lines, 0)
        since = rate._marks[0][0]
        if rate.act is not None:
            counted = sum(lines for when, lines in read if when > since)
            assert rate.act == pytest.approx(counted * 60 / (at - since)) and at - since >= 60
        assert len(rate._marks) <= 130


def test_rates_are_series_of_their_log_and_a_gap_where_it_is_not_read() -> None:
    one = EventTrack("gw1", RULE)
    one.see(piece("-", "a"), NOW)
    act, warn = SeriesKey("event", "gw-log", "act"), SeriesKey("event", "gw-log", "warn")
    assert act not in dict(series_of(view("gw1", NOW, events=(one.view(NOW),))))
    one.see(piece("a", "b", 3, 4), NOW + 60)
    host = view("gw1", NOW + 60, events=(one.view(NOW + 60),))
    found = dict(series_of(host))
    assert (found[act], found[warn], unit_of(act)) == (3.0, 4.0, "/min")
    assert not list(series_of(view("gw1", NOW + 60, events=host.events, quality=Quality.STALE)))
