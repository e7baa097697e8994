from hypothesis import given
from hypothesis import strategies as st

from duty.rates import WRAP_32, Trend, growth, per_second

counters = st.integers(0, 2**64)


@given(counters, counters)
def test_growth_is_never_negative(older: int, newer: int) -> None:
    grown = growth(older, newer)
    assert grown is None or grown >= 0


@given(counters, st.integers(0, 10**12))
def test_growth_is_exact_when_the_counter_rose(older: int, by: int) -> None:
    assert growth(older, older + by) == by


def test_unknown_is_never_zero() -> None:
    assert growth(None, 5) is None
    assert growth(5, None) is None
    assert per_second(None, 1.0) is None
    assert per_second(10, 0.0) is None


def test_a_fall_is_a_reset_unless_it_is_certainly_a_wrap() -> None:
    high, low = WRAP_32 - 100, 50
    assert growth(high, low, siblings_fell=False) == 150
    assert growth(high, low, siblings_fell=True) is None
    assert growth(WRAP_32 // 4, low, siblings_fell=False) is None, "not in the upper half: a reset"
    assert growth(WRAP_32 + 5, low, siblings_fell=False) is None, "a 64-bit counter does not wrap at 32"


def test_a_trend_keeps_its_length_and_its_gaps() -> None:
    trend = Trend(3)
    for value in (0.1, None, 0.25, 5.0):
        trend.add(value)
    assert trend.values() == (-1, 25, 200)
    for _ in range(100):
        trend.add(0.5)
    assert trend.values() == (50, 50, 50)
