from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duty.site import SessionRule
from duty.trading_minutes import trading_deadline, trading_seconds, weekdays_after

ZONE = "Asia/Shanghai"
SGE = (
    SessionRule("night", 20 * 60, 2 * 60 + 30),
    SessionRule("morning", 9 * 60, 11 * 60 + 30),
    SessionRule("afternoon", 13 * 60 + 30, 15 * 60 + 30),
)


def at(text: str, zone: str = ZONE) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).timestamp()


@pytest.mark.parametrize(
    ("since", "until", "minutes"),
    [
        ("2026-11-24 11:26", "2026-11-24 13:33", 7),  # S8: across the midday break, 127 by the wall
        ("2026-11-24 11:30", "2026-11-24 13:30", 0),
        ("2026-11-24 23:50", "2026-11-25 00:10", 20),  # midnight
        ("2026-11-25 01:00", "2026-11-25 01:30", 30),  # of the session that began the day before
        ("2026-11-27 15:00", "2026-11-30 09:10", 30 + 390 + 10),  # Friday's night session, no weekend
        ("2026-11-28 03:00", "2026-11-29 23:00", 0),  # Saturday and Sunday
        ("2026-11-24 10:00", "2026-11-24 09:00", 0),
    ],
)
def test_minutes_between_two_instants(since: str, until: str, minutes: int) -> None:
    assert trading_seconds(SGE, ZONE, at(since), at(until)) == minutes * 60


def test_s8_wall_minutes() -> None:
    assert (at("2026-11-24 13:33") - at("2026-11-24 11:26")) / 60 == 127


@pytest.mark.parametrize(
    ("since", "minutes", "due"),
    [
        ("2026-11-24 11:26", 5, "2026-11-24 13:31"),
        ("2026-11-24 11:26", 4, "2026-11-24 11:30"),
        ("2026-11-27 15:29", 2, "2026-11-27 20:01"),
        ("2026-11-28 12:00", 1, "2026-11-30 09:01"),
    ],
)
def test_when_so_many_have_passed(since: str, minutes: int, due: str) -> None:
    assert trading_deadline(SGE, ZONE, at(since), minutes * 60) == at(due)


def test_overlapping_sessions_count_once() -> None:
    twice = (*SGE, SessionRule("auction", 9 * 60, 10 * 60))
    assert trading_seconds(twice, ZONE, at("2026-11-24 09:00"), at("2026-11-24 10:00")) == 3600


def test_where_nothing_is_traded_nothing_comes_due() -> None:
    assert trading_seconds((), ZONE, 0.0, 1e6) == 0.0
    assert trading_deadline((), ZONE, 0.0, 60.0) is None
    assert trading_deadline((SessionRule("never", 0, 60, ()),), ZONE, 0.0, 60.0) is None
    assert trading_deadline((), ZONE, 5.0, 0.0) == 5.0


def test_the_hour_that_the_clocks_skip_is_not_traded() -> None:
    london = (SessionRule("early", 0, 4 * 60, (7,)),)
    begin, end = at("2026-03-29 00:00", "Europe/London"), at("2026-03-29 04:00", "Europe/London")
    assert trading_seconds(london, "Europe/London", begin, end) == 3 * 3600


def test_working_days_leave_out_the_weekend() -> None:
    assert weekdays_after(ZONE, at("2026-11-26 11:00"), 5) == at("2026-12-04 00:00")


START = at("2026-11-23 00:00")


@given(st.integers(0, 14 * 86_400), st.integers(1, 3 * 86_400))
def test_the_deadline_is_the_first_instant_by_which_so_much_has_passed(since: int, seconds: int) -> None:
    begin = START + since
    due = trading_deadline(SGE, ZONE, begin, float(seconds))
    assert due is not None
    assert trading_seconds(SGE, ZONE, begin, due) == seconds
    assert trading_seconds(SGE, ZONE, begin, due - 1) == seconds - 1


@given(st.lists(st.integers(0, 20 * 86_400), min_size=3, max_size=3))
def test_parts_add_up_and_are_never_more_than_the_wall(moments: list[int]) -> None:
    a, b, c = (START + moment for moment in sorted(moments))
    whole = trading_seconds(SGE, ZONE, a, c)
    assert whole == trading_seconds(SGE, ZONE, a, b) + trading_seconds(SGE, ZONE, b, c)
    assert 0 <= whole <= timedelta(seconds=c - a).total_seconds()
