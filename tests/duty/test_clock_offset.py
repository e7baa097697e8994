"""The host's clock against the console's: offsets that are certain, steps, and the service that keeps it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duty.clock_offset import REMEMBERED_S, ClockTrack
from duty.quality import State
from duty.readings import ClockReading
from duty.site import ClockRule

NOW = 1_795_500_000.0


def reading(offset: float, at: float = NOW, **more: object) -> ClockReading:
    return ClockReading(epoch_s=at + offset, uptime_s=100.0, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("offset", "state", "words"),
    [
        (0.0, State.OK, None),
        (0.4, State.OK, None),
        (0.6, State.WARN, "its clock is 0.6 s ahead (limit 0.5 s)"),
        (-0.6, State.WARN, "its clock is 0.6 s behind (limit 0.5 s)"),
        (3.0, State.ACT, "its clock is 3.0 s ahead (limit 2 s)"),
        (-3.0, State.ACT, "its clock is 3.0 s behind (limit 2 s)"),
    ],
)
def test_distance(offset: float, state: State, words: str | None) -> None:
    track = ClockTrack(ClockRule())
    assert track.see(reading(offset), NOW, 0.0) is None
    view = track.view()
    assert (view.state, [str(why) for why in view.why]) == (state, [words] if words else [])


def test_before_the_first_reading_it_is_unknown() -> None:
    assert ClockTrack(ClockRule()).view().state is State.UNKNOWN


def test_what_slow_answers_leave_open_is_not_held_against_the_host() -> None:
    track = ClockTrack(ClockRule())
    track.see(reading(0.9), NOW, 1.0)
    assert track.view().state is State.WARN and track.view().offset_s == pytest.approx(1.4)
    track = ClockTrack(ClockRule())
    track.see(reading(0.2), NOW, 1.0)
    assert track.view().state is State.OK
    whole = ClockTrack(ClockRule())
    whole.see(reading(1.2, resolution_s=1.0), NOW, 0.0)
    assert whole.view().state is State.OK, "a host that tells whole seconds only may be right"


@given(st.floats(-1e6, 1e6), st.floats(0, 5))
def test_the_true_offset_lies_within_the_margin(offset: float, trip: float) -> None:
    track = ClockTrack(ClockRule())
    # The sample was underway for half the trip before it was received.
    track.see(reading(offset), NOW + trip / 2, trip)
    view = track.view()
    assert view.offset_s is not None and view.margin_s is not None
    assert abs(view.offset_s - offset) <= view.margin_s + 1e-6


def test_a_step_is_told_once_and_seen_for_a_while() -> None:
    track = ClockTrack(ClockRule())
    assert track.see(reading(0.0), NOW, 0.0) is None
    assert track.see(reading(90.0, NOW + 15), NOW + 15, 0.0) == pytest.approx(90.0)
    assert track.see(reading(90.0, NOW + 30), NOW + 30, 0.0) is None
    assert track.see(reading(0.0, NOW + 45), NOW + 45, 0.0) == pytest.approx(-90.0)
    assert [str(why) for why in track.view().why] == ["its clock was set by -90.0 s"]
    later = NOW + 45 + REMEMBERED_S
    track.see(reading(0.0, later), later, 0.0)
    assert track.view().state is State.OK and track.view().jumped_at == NOW + 45


def test_after_a_boot_the_first_offset_is_no_step() -> None:
    track = ClockTrack(ClockRule())
    track.see(reading(0.0), NOW, 0.0)
    track.forget()
    assert track.see(reading(5.0, NOW + 60), NOW + 60, 0.0) is None


@pytest.mark.parametrize(
    ("service", "synchronized", "state"),
    [("chrony", True, State.OK), ("chrony", False, State.ACT), ("chrony", None, State.UNKNOWN), ("", None, State.ACT)],
)
def test_a_service_that_must_keep_it(service: str, synchronized: bool | None, state: State) -> None:
    track = ClockTrack(ClockRule(service=True))
    track.see(reading(0.0, service=service, synchronized=synchronized), NOW, 0.0)
    assert track.view().state is state


def test_what_is_known_of_a_clock_stands_until_it_is_read_anew() -> None:
    track = ClockTrack(ClockRule())
    track.see(reading(3.0), NOW, 0.0)
    track.forget()
    assert track.view() == track.judged() and track.judged().state is State.ACT
    assert track.see(reading(0.0, NOW + 60), NOW + 60, 0.0) is None, "another boot is no step of the clock"
    assert track.view().state is State.OK
