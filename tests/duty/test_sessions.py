"""Trading sessions: over midnight, over weekends, over the change of clocks; peaks and headroom."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from duty.sessions import Session, last_session, session_at, session_peak
from duty.site import SessionRule

SHANGHAI = "Asia/Shanghai"
SGE = (
    SessionRule("night", 20 * 60, 2 * 60 + 30),
    SessionRule("morning", 9 * 60, 11 * 60 + 30),
    SessionRule("afternoon", 13 * 60 + 30, 15 * 60 + 30),
)


def at(text: str, zone: str = SHANGHAI) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


@pytest.mark.parametrize(
    ("now", "name", "day", "until"),
    [
        ("2026-03-04 12:00", "morning", "2026-03-04", "2026-03-04 11:30"),  # a Wednesday
        ("2026-03-04 11:30", "morning", "2026-03-04", "2026-03-04 11:30"),
        ("2026-03-04 11:29", "night", "2026-03-03", "2026-03-04 02:30"),
        ("2026-03-04 23:59", "afternoon", "2026-03-04", "2026-03-04 15:30"),
        ("2026-03-05 02:31", "night", "2026-03-04", "2026-03-05 02:30"),
        ("2026-03-08 12:00", "night", "2026-03-06", "2026-03-07 02:30"),  # Sunday: Friday's night ended on Saturday
        ("2026-03-09 08:00", "night", "2026-03-06", "2026-03-07 02:30"),  # Monday morning, before trading
    ],
)
def test_the_session_that_ended_last(now: str, name: str, day: str, until: str) -> None:
    found = last_session(SGE, SHANGHAI, at(now))
    assert found is not None
    assert (found.name, found.day, found.until) == (name, day, at(until))


def test_no_sessions_no_session() -> None:
    assert last_session((), SHANGHAI, at("2026-03-04 12:00")) is None


@pytest.mark.parametrize(
    ("day", "hours"),
    [("2026-03-28", 5.5), ("2026-03-27", 6.5), ("2026-10-24", 7.5)],  # clocks in London change at 01:00 and 02:00
)
def test_the_change_of_clocks_makes_a_night_shorter_or_longer(day: str, hours: float) -> None:
    rule = SessionRule("night", 20 * 60, 2 * 60 + 30, (1, 2, 3, 4, 5, 6, 7))
    session = last_session((rule,), "Europe/London", at(f"{day} 20:00", "Europe/London") + 10 * 3600)
    assert session is not None and session.day == day
    assert (session.until - session.since) / 3600 == hours


def test_a_time_that_the_clocks_skip_does_not_turn_the_session_round() -> None:
    rule = SessionRule("early", 30, 90, (7,))  # 01:30 does not exist in London that Sunday
    session = last_session((rule,), "Europe/London", at("2026-03-29 12:00", "Europe/London"))
    assert session is not None and 0 < session.until - session.since <= 3600


def test_a_session_of_a_whole_day() -> None:
    rule = SessionRule("all day", 0, 0, (1, 2, 3, 4, 5, 6, 7))
    session = last_session((rule,), "UTC", at("2026-03-04 12:00", "UTC"))
    assert session is not None and session.until - session.since == 86_400


@pytest.mark.parametrize(
    ("capacity", "rates", "times", "enough"),
    [
        ((10e6, 10e6), (4e6, 2e6), 2.5, True),
        ((10e6, 10e6), (2e6, 6e6), 10 / 6, False),
        ((10e6, None), (4e6, 9e6), 2.5, True),
        ((None, None), (4e6, 9e6), None, None),
        ((10e6, 10e6), (None, None), None, None),
        ((10e6, 10e6), (0.0, 0.0), None, None),
    ],
)
def test_headroom_is_capacity_over_the_last_peak(
    capacity: tuple[float | None, float | None],
    rates: tuple[float | None, float | None],
    times: float | None,
    enough: bool | None,
) -> None:
    peak = session_peak(Session("night", 0, 1, "1970-01-01"), rates, 0.5, capacity)
    assert peak.times == (None if times is None else pytest.approx(times))
    assert peak.enough is enough


@pytest.mark.parametrize(
    ("now", "name"),
    [
        ("2026-03-05 09:00", "morning"),
        ("2026-03-05 11:29", "morning"),
        ("2026-03-05 11:30", None),
        ("2026-03-06 02:29", "night"),
        ("2026-03-06 02:30", None),
        ("2026-03-05 20:00", "night"),
    ],
)
def test_the_session_that_goes_on(now: str, name: str | None) -> None:
    found = session_at(SGE, SHANGHAI, at(now))
    assert (found.name if found else None) == name
