"""When a disk is full: series with a known answer, and series of which nothing may be said."""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duty.forecast import FARTHEST, Forecast, NoForecast, Points, forecast, outlook

START = 1_700_000_000.0
DAY = 86_400.0
LIMIT = 100.0
Value = Callable[[int, float, Random], float]
"""The value of reading ``i`` at ``t`` seconds from the start."""


def course(value: Value, count: int, step_s: float, seed: int = 0) -> Points:
    chance = Random(seed)
    return [(START + i * step_s, value(i, i * step_s, chance)) for i in range(count)]


def wave(t: float, height: float) -> float:
    return height * math.sin(2 * math.pi * t / DAY)


def said(points: Points, limit: float = LIMIT) -> str:
    found = forecast(points, limit, points[-1][0])
    return found.reason if isinstance(found, NoForecast) else "full"


# --- what is known exactly ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("slope", "count", "step_s"),
    [(1 / 60, 30, 60), (1 / 3600, 300, 600), (2 / DAY, 1008, 600), (0.5 / DAY, 720, 3600)],
)
def test_a_straight_line_is_full_when_it_is_full(slope: float, count: int, step_s: float) -> None:
    points = course(lambda _i, t, _r: 50 + slope * t, count, step_s)
    wanted = (LIMIT - points[-1][1]) / slope
    found = forecast(points, LIMIT, points[-1][0])
    assert isinstance(found, Forecast)
    assert found.seconds == pytest.approx(wanted, rel=1e-6)
    assert found.low_s == pytest.approx(wanted, rel=1e-4) and found.high_s == pytest.approx(wanted, rel=1e-4)


def test_time_that_has_passed_since_the_last_reading_counts() -> None:
    points = course(lambda _i, t, _r: 50 + t / 60, 30, 60)
    found = forecast(points, LIMIT, points[-1][0] + 300)
    assert isinstance(found, Forecast) and found.seconds == pytest.approx((100 - 79) * 60 - 300, abs=1)


def test_what_is_full_is_full_now() -> None:
    points = course(lambda _i, t, _r: 90 + t / 60, 12, 60)
    assert forecast(points, LIMIT, points[-1][0]) == Forecast(0.0, 0.0, 0.0)
    assert forecast([(START, 100.0)], LIMIT, START) == Forecast(0.0, 0.0, 0.0)


@pytest.mark.parametrize("days", [2, 3, 7, 14])
def test_a_daily_wave_on_growth_is_full_on_a_crest(days: int) -> None:
    points = course(lambda _i, t, r: 50 + t / DAY + wave(t, 5) + r.gauss(0, 0.1), days * 144, 600)
    limit = 50 + 1.5 * days + 5
    full = next(t for t in range(0, 100 * 86_400, 60) if 50 + t / DAY + wave(t, 5) >= limit)
    wanted = START + full - points[-1][0]
    found = forecast(points, limit, points[-1][0])
    assert isinstance(found, Forecast)
    assert found.low_s - 3600 <= wanted <= found.high_s + 3600  # the wave is known by the hour


# --- what nobody can say ----------------------------------------------------------------------------------------------

NOTHING_TO_SAY: dict[str, tuple[str, Value, int, float]] = {
    "nine readings": ("short", lambda i, _t, _r: 50.0 + i, 9, 60),
    "half a minute": ("short", lambda i, _t, _r: 50.0 + i, 30, 1),
    "far beyond what was seen": ("short", lambda _i, t, _r: 50 + t / 3600, 60, 60),
    "never moves": ("flat", lambda _i, _t, _r: 50.0, 60, 60),
    "noise": ("flat", lambda _i, _t, r: 50 + r.gauss(0, 2), 300, 600),
    "noise near the limit": ("flat", lambda _i, _t, r: 97 + r.uniform(-2, 2), 60, 60),
    "noise, few readings": ("flat", lambda _i, _t, r: 50 + r.gauss(0, 2), 12, 60),
    "a wave without growth": ("flat", lambda _i, t, r: 80 + wave(t, 15) + r.gauss(0, 0.2), 1008, 600),
    "a wave of two days and a bit": ("flat", lambda _i, t, _r: 80 + wave(t, 15), 310, 600),
    "a log rotated each night": ("flat", lambda _i, t, _r: 60 + 30 * (t % DAY) / DAY, 1008, 600),
    "so slow that it takes years": ("flat", lambda _i, t, _r: 50 + t / (20 * DAY), 1008, 600),
    "emptied slowly": ("falling", lambda _i, t, r: 90 - t / DAY + r.gauss(0, 0.1), 1008, 600),
    "a jump one reading ago": ("jumped", lambda i, _t, r: (85 if i == 59 else 50) + r.gauss(0, 0.3), 60, 60),
    "a jump five readings ago": ("jumped", lambda i, _t, r: (85 if i >= 55 else 50) + r.gauss(0, 0.3), 60, 60),
    "a jump down": ("jumped", lambda i, _t, r: (20 if i >= 55 else 50) + r.gauss(0, 0.3), 60, 60),
    "a jump half-way through a reading": ("jumped", lambda i, _t, _r: (50, 70, 90)[(i >= 54) + (i >= 55)], 60, 60),
    "a jump on growth": ("jumped", lambda i, t, _r: t / 600 + (30 if i >= 55 else 0), 60, 60),
    "a jump long ago, level since": ("flat", lambda i, _t, r: (85 if i >= 30 else 50) + r.gauss(0, 0.3), 60, 60),
    "one reading that is wrong": ("flat", lambda i, _t, r: (95 if i == 30 else 50) + r.gauss(0, 0.3), 60, 60),
}  # fmt: skip


@pytest.mark.parametrize("name", NOTHING_TO_SAY)
def test_no_forecast_and_why(name: str) -> None:
    reason, value, count, step_s = NOTHING_TO_SAY[name]
    assert said(course(value, count, step_s)) == reason


def test_nothing_is_said_of_nothing() -> None:
    assert forecast([], LIMIT, START) == forecast([(START, math.nan)] * 20, LIMIT, START)
    assert said(course(lambda i, _t, _r: float(i), 5, 60)) == "short"


def test_growth_after_a_jump_counts_by_itself() -> None:
    points = course(lambda i, _t, _r: 10.0 if i < 20 else 60 + (i - 20) * 0.5, 50, 60)
    found = forecast(points, LIMIT, points[-1][0])
    assert isinstance(found, Forecast) and found.seconds == pytest.approx((100 - 74.5) / 0.5 * 60, rel=1e-3)


def test_the_jump_says_how_long_ago_it_was() -> None:
    points = course(lambda i, _t, _r: 85.0 if i >= 55 else 50.0, 60, 60)
    found = forecast(points, LIMIT, points[-1][0])
    assert isinstance(found, NoForecast) and str(found.why) == "jumped 4 min ago"


def test_steps_that_come_again_and_again_are_growth() -> None:
    points = course(lambda _i, t, _r: 10 + 2 * (t // 3600), 240, 600)
    found = forecast(points, LIMIT, points[-1][0])
    assert isinstance(found, Forecast)
    wanted = (100 - points[-1][1]) / 2 * 3600
    assert found.low_s - 3600 <= wanted <= found.high_s + 3600


@pytest.mark.parametrize("height", [54, 60, 90])
@pytest.mark.parametrize("count", [12, 60, 144, 1008])
def test_chance_alone_is_never_growth(count: int, height: int) -> None:
    for seed in range(60):
        points = course(lambda _i, _t, r: 50 + r.gauss(0, 1), count, 600, seed)
        if max(value for _at, value in points) < height:
            assert said(points, height) != "full", seed


# --- the range holds the truth ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("noise", [0.001, 0.02, 0.1])
@pytest.mark.parametrize("count", [12, 20, 60, 200, 1000])
@pytest.mark.parametrize("kept", [0.0, 0.5, 0.9])
def test_the_truth_lies_within_the_range(count: int, noise: float, kept: float) -> None:
    """``noise`` as a share of the growth seen; ``kept``: how much of one reading's error is in the next."""
    given_, inside = 0, 0
    for seed in range(120):
        chance = Random(seed)
        slope, span = chance.uniform(0.5, 5), 60.0 * count
        full = span * chance.uniform(1.2, 6)
        error, points = 0.0, []
        for i in range(count):
            error = kept * error + chance.gauss(0, noise * slope * span) * math.sqrt(1 - kept * kept)
            points.append((START + 60 * i, slope * 60 * i + error))
        limit = slope * full
        found = forecast(points, limit, points[-1][0])
        if isinstance(found, Forecast) and points[-1][1] < limit:
            given_ += 1
            inside += found.low_s <= START + full - points[-1][0] <= found.high_s
    # With few readings nobody can tell that their errors hang together.
    least = 0.9 if kept == 0 or count >= 200 else 0.8 if count >= 60 else 0.5
    assert inside >= least * given_
    if noise <= 0.02 and kept == 0:
        assert given_ > 100


@given(
    st.lists(st.tuples(st.floats(0, 1e6), st.floats(allow_nan=True, allow_infinity=True, width=32)), max_size=40),
    st.floats(1, 1e12),
)
def test_whatever_comes_the_answer_makes_sense(points: list[tuple[float, float]], limit: float) -> None:
    now = 1e6
    points = sorted(points)
    found = forecast(points, limit, now)
    if isinstance(found, Forecast):
        assert 0 <= found.low_s <= found.seconds <= found.high_s
        if found.seconds:
            assert found.seconds <= FARTHEST * (points[-1][0] - points[0][0])


# --- the last hour against the last days ------------------------------------------------------------------------------


def hour(value: Value, before: Points) -> Points:
    end = before[-1][0]
    return [(at - START + end - 3540, v) for at, v in course(value, 60, 60)]


def test_the_last_hour_counts_where_it_leads_higher_and_much_sooner() -> None:
    far = course(lambda _i, t, _r: 40 + t / DAY, 1008, 600)
    top = far[-1][1]
    near = hour(lambda i, _t, _r: top + i * 0.2, far)
    found = outlook(near, far, LIMIT, near[-1][0])
    assert isinstance(found, Forecast) and found.seconds == pytest.approx((100 - near[-1][1]) / 0.2 * 60, rel=1e-3)


def test_the_last_days_count_where_the_hour_says_about_the_same() -> None:
    far = course(lambda _i, t, _r: 40 + t / DAY, 1008, 600)
    near = hour(lambda i, _t, _r: far[-1][1] + (i - 59) * 60 / DAY, far)
    found = outlook(near, far, far[-1][1] + 0.3, near[-1][0])
    assert isinstance(found, Forecast) and found.seconds == pytest.approx(0.3 * DAY, rel=0.01)


def test_a_rise_to_a_height_seen_each_day_is_no_alarm() -> None:
    far = course(lambda _i, t, _r: 60 + 20 * (t % DAY) / DAY, 1000, 600)
    near = hour(lambda i, _t, _r: 60 + i * 0.3, far)
    assert isinstance(forecast(near, LIMIT, near[-1][0]), Forecast)
    found = outlook(near, far, LIMIT, near[-1][0])
    assert isinstance(found, NoForecast) and found.reason == "flat"


def test_a_jump_in_the_last_hour_is_said_whatever_the_days_say() -> None:
    far = course(lambda _i, t, _r: 40 + t / DAY, 1008, 600)
    near = hour(lambda i, _t, _r: 47.0 if i < 57 else 80.0, far)
    found = outlook(near, far, LIMIT, near[-1][0])
    assert isinstance(found, NoForecast) and found.reason == "jumped"


def test_without_days_the_hour_speaks_alone() -> None:
    near = course(lambda _i, t, _r: 50 + t / 600, 60, 60)
    assert isinstance(outlook(near, near[-3:], LIMIT, near[-1][0]), Forecast)
    assert isinstance(outlook(near[:3], near[:3], LIMIT, near[2][0]), NoForecast)
