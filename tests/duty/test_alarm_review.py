"""The load of a time that is over."""

import pytest

from duty.alarm_def import AlarmKey
from duty.alarm_load import Counted, Pace
from duty.alarm_review import review_of
from duty.records import Subject
from tests.support.alarms import KEY

DAY = 86_400.0


def came(at: float, host: str = "h", priority: int = 3) -> Counted:
    return Counted(AlarmKey(Subject(host, "host", host), KEY.definition), 1, at, at, priority)


def test_a_quiet_day() -> None:
    found = review_of([came(3600.0 * n) for n in range(24)], 0.0, DAY)
    assert (found.total, found.most, found.flooded, found.busy_hours) == (24, 1, 0.0, 0.0)
    assert found.per_window == pytest.approx(24 / 144) and found.pace is Pace.ACCEPTABLE
    assert found.days == 1.0 and not found.enough


def test_a_flood_in_it() -> None:
    storm = [came(7200.0 + n, f"h{n}", 1 if n == 0 else 3) for n in range(40)]
    found = review_of([*storm, came(50_000.0, "h1")], 0.0, DAY)
    assert found.most == 40 and found.flooded == pytest.approx(1 / 144) and found.busy_hours == pytest.approx(1 / 24)
    assert found.by_priority == ((1, 1 / 41), (3, 40 / 41))
    assert found.top[0] == (came(0.0, "h1").key, 2) and len(found.top) == 10
    assert found.top_share == pytest.approx(11 / 41)


@pytest.mark.parametrize(
    ("number", "pace"), [(6, Pace.ACCEPTABLE), (7, Pace.HIGH), (12, Pace.HIGH), (13, Pace.OVER), (61, Pace.FLOOD)]
)
def test_the_mean_against_the_figures(number: int, pace: Pace) -> None:
    assert review_of([came(float(n)) for n in range(number)], 0.0, 3600.0).pace is pace


def test_what_is_outside_does_not_count_and_nothing_has_no_share() -> None:
    found = review_of([came(-1.0), came(600.0)], 0.0, 600.0)
    assert found.total == 0 and found.flooded == 0.0 and found.top_share is None and found.by_priority == ()
    assert review_of([], 5.0, 5.0).flooded is None
    assert review_of([], 0.0, 30 * DAY).enough
