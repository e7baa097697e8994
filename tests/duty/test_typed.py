"""What a person types as a time that comes."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from duty.records import Refused
from duty.typed import coming_moment

ZONE = "Asia/Shanghai"


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE)).timestamp()


NOW = at("2026-03-05 20:15")


@pytest.mark.parametrize(
    ("typed", "means"),
    [
        ("21:30", "2026-03-05 21:30"),
        ("21：30", "2026-03-05 21:30"),
        ("20:15", "2026-03-06 20:15"),
        ("8:00", "2026-03-06 08:00"),
        ("2026-03-07 08:00", "2026-03-07 08:00"),
    ],
)
def test_a_time_alone_is_the_next_such_time(typed: str, means: str) -> None:
    assert coming_moment(typed, ZONE, NOW) == at(means)


@pytest.mark.parametrize("typed", ["2026-03-05 20:15", "2026-03-01 08:00", "soon", "", "25:00", "2026-02-30 08:00"])
def test_what_is_no_time_that_comes_is_refused(typed: str) -> None:
    with pytest.raises(Refused):
        coming_moment(typed, ZONE, NOW)
