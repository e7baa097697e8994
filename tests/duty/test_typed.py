"""Times as people type them: one reader for forms, searches and the command line."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from duty.records import Refused
from duty.typed import coming_moment, moment

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 24, 0, 30, tzinfo=SHANGHAI).timestamp()


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("00:10", "2026-11-24T00:10"),
        ("21:05", "2026-11-23T21:05"),
        (" 21:05:30 ", "2026-11-23T21:05:30"),
        ("11-23 21:05", "2026-11-23T21:05"),
        ("12-31 23:00", "2025-12-31T23:00"),
        ("2026-11-20T20:05", "2026-11-20T20:05"),
        ("2026-11-20 20:05:01", "2026-11-20T20:05:01"),
        ("2026-11-20T12:05+00:00", "2026-11-20T20:05"),
        ("2026-11-20t12:05z", "2026-11-20T20:05"),
        ("2026-11-20 09：05", "2026-11-20T09:05"),
        ("90m", "2026-11-23T23:00"),
        ("-1h30m", "2026-11-23T23:00"),
        ("1d", "2026-11-23T00:30"),
    ],
)
def test_a_time_as_people_write_it(text: str, iso: str) -> None:
    assert moment(text, SHANGHAI, NOW) == datetime.fromisoformat(iso).replace(tzinfo=SHANGHAI).timestamp()


@pytest.mark.parametrize(
    "text", ["", "now", "25:00", "2026-11-20", "20261120", "21.05", "02-30 10:00", "99999-01-01T00:00"]
)
def test_what_is_no_time(text: str) -> None:
    assert moment(text, SHANGHAI, NOW) is None


def test_the_night_on_which_clocks_are_put_back_has_every_time_once() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    now = datetime(2026, 10, 25, 12, 0, tzinfo=berlin).timestamp()
    at = moment("13:00", berlin, now)
    assert at == datetime(2026, 10, 24, 13, 0, tzinfo=berlin).timestamp()
    assert now - at == 24 * 3600, "25 hours by the clock on the wall less one"
    assert datetime.fromtimestamp(at, UTC).hour == 11


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("today", "2026-11-24", "2026-11-25"),
        ("yesterday", "2026-11-23", "2026-11-24"),
        ("2026-11-20", "2026-11-20", "2026-11-21"),
    ],
)
def test_a_day_has_a_beginning_and_an_end_and_is_no_moment_by_itself(text: str, start: str, end: str) -> None:
    found = (moment(text, SHANGHAI, NOW, day="start"), moment(text, SHANGHAI, NOW, day="end"))
    assert found == tuple(datetime.fromisoformat(at).replace(tzinfo=SHANGHAI).timestamp() for at in (start, end))
    assert moment(text, SHANGHAI, NOW) is None


@pytest.mark.parametrize(
    ("typed", "iso"),
    [
        ("21:30", "2026-11-24T21:30"),
        ("21：30", "2026-11-24T21:30"),
        ("0:10", "2026-11-25T00:10"),
        ("90m", "2026-11-24T02:00"),
        ("2026-11-25 08:00", "2026-11-25T08:00"),
    ],
)
def test_of_times_that_come_a_time_alone_is_the_next_such_time(typed: str, iso: str) -> None:
    assert coming_moment(typed, str(SHANGHAI), NOW) == datetime.fromisoformat(iso).replace(tzinfo=SHANGHAI).timestamp()


@pytest.mark.parametrize("typed", ["2026-11-24 00:10", "2026-03-01 08:00", "-2h", "soon", "", "25:00", "02-30 08:00"])
def test_what_is_no_time_that_comes_is_refused(typed: str) -> None:
    with pytest.raises(Refused):
        coming_moment(typed, str(SHANGHAI), NOW)
