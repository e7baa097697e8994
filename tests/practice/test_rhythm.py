from itertools import pairwise

import pytest

from practice.rhythm import DAY_S, FLAT, MARKET, Rhythm

NOON = 1_795_500_000.0


@pytest.mark.parametrize("profile", [MARKET, FLAT])
def test_sum_is_the_integral_of_the_level(profile: tuple[tuple[float, float], ...]) -> None:
    rhythm = Rhythm("a", profile)
    step = 0.05
    for start in (NOON, NOON + 9 * 3600, NOON + 20 * 3600):
        summed = [0.0] * 5
        for tick in range(2_000):
            for course, level in enumerate(rhythm.level(start + (tick + 0.5) * step)):
                summed[course] += level * step
        closed = [b - a for a, b in zip(rhythm.so_far(start), rhythm.so_far(start + 2_000 * step), strict=True)]
        assert closed == pytest.approx(summed, rel=1e-4)


def test_sums_never_fall_and_join_at_midnight() -> None:
    rhythm = Rhythm("b")
    midnight = NOON - (NOON + 8 * 3600) % DAY_S
    moments = [midnight + second for second in range(-200, 200, 3)] + [midnight + 400 * hour for hour in range(1, 220)]
    sums = [rhythm.so_far(moment) for moment in moments]
    for before, after in pairwise(sums):
        assert all(a < b for a, b in zip(before, after, strict=True))


def test_every_day_sums_to_the_same() -> None:
    rhythm = Rhythm("c")
    first = [b - a for a, b in zip(rhythm.so_far(NOON), rhythm.so_far(NOON + DAY_S), strict=True)]
    later = [b - a for a, b in zip(rhythm.so_far(NOON + 9 * DAY_S), rhythm.so_far(NOON + 10 * DAY_S), strict=True)]
    assert later == pytest.approx(first, rel=1e-6)


def test_market_is_busier_in_session() -> None:
    rhythm = Rhythm("d")
    midnight = NOON - (NOON + 8 * 3600) % DAY_S
    night, noon, dawn = (rhythm.level(midnight + hour * 3600)[0] for hour in (21, 12.5, 5))
    assert night > 2 * noon > 0
    assert noon >= dawn > 0
