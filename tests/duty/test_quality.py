import pytest

from duty.quality import Quality, State, quality_of, worst


@pytest.mark.parametrize(
    ("age", "period", "connected", "expected"),
    [
        (0.1, 1, True, Quality.GOOD),
        (2.0, 1, True, Quality.GOOD),
        (2.1, 1, True, Quality.LATE),
        (30.0, 1, True, Quality.LATE),
        (30.1, 1, True, Quality.STALE),
        (31.0, 60, True, Quality.GOOD),
        (181.0, 60, True, Quality.STALE),
        (None, 1, True, Quality.NEVER),
        (None, 1, False, Quality.UNREACHABLE),
        (0.1, 1, False, Quality.UNREACHABLE),
    ],
)
def test_quality_by_age(age: float | None, period: float, connected: bool, expected: Quality) -> None:
    assert quality_of(age, period, connected=connected) is expected


def test_unknown_is_worse_than_a_warning_and_not_green() -> None:
    assert worst([State.OK, State.WARN, State.UNKNOWN]) is State.UNKNOWN
    assert worst([State.UNKNOWN, State.ACT]) is State.ACT
    assert worst([]) is State.UNJUDGED
