"""A machine that slept: rates stay those of its own clock, nothing is taken for a reboot, nothing unknown is green."""

from __future__ import annotations

import pytest

from duty.board import HostView
from duty.moment import Moment
from duty.quality import Quality, State
from tests.duty.test_host_state import SPEC, at, running, sample
from tests.support.watchful import Watchful

NIGHT_S = 8 * 3600.0


def rate(view: HostView) -> float | None:
    return view.lines[0].in_bps


def test_one_whose_clock_counts_its_sleep_has_no_spike() -> None:
    state = running()
    state.on_sample(sample(101.0 + NIGHT_S, busy=60, rx=3_600_000), at(1 + NIGHT_S))
    view = state.view(at(1 + NIGHT_S))
    assert rate(view) == pytest.approx(8 * 3_600_000 / NIGHT_S), "what came is shared out over the whole time"
    assert view.processes[0].count == 1 and view.processes[0].restarts == 0 and not state.look_again
    assert (view.quality, view.state) == (Quality.GOOD, State.OK)


def test_one_whose_clock_stood_still_goes_on_where_it_was() -> None:
    state = running()
    asleep = state.view(at(1 + NIGHT_S))
    assert (asleep.quality, asleep.state) == (Quality.STALE, State.UNKNOWN), "not heard for a night is not well"
    state.on_sample(sample(102.0, busy=100, rx=1_000), at(2 + NIGHT_S))
    view = state.view(at(2 + NIGHT_S))
    assert (rate(view), view.cpu_percent) == (8_000.0, 50.0), "a second by its own clock"
    assert view.processes[0].restarts == 0 and (view.quality, view.state) == (Quality.GOOD, State.OK)


def test_a_console_that_slept_calls_nobody_late_or_lost() -> None:
    """Its monotonic clock stands still meanwhile and the wall clock jumps: ages are of the first."""
    state, watch = running(), Watchful(SPEC)
    woken = Moment(at(2).wall + NIGHT_S, at(2).mono)
    view = state.view(woken)
    assert (view.quality, view.state) == (Quality.GOOD, State.OK)
    assert watch.step(view, woken.mono) == []
