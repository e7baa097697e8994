"""What a delay or a deadband would have made of a signal's own history."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duty.alarm_load import is_chattering
from duty.alarm_record import EventKind
from duty.alarm_states import AlarmState
from duty.alarm_tuning import (
    Episode,
    Kind,
    episodes,
    is_chattering_history,
    propose,
    stood,
    try_deadband,
    try_off_delay,
    try_on_delay,
)
from duty.quality import Quality, State
from tests.support.alarms import Driven, definition

BLIPS = [(t, on) for n in range(6) for t, on in ((10.0 * n, True), (10.0 * n + 3.0, False))]
"""Six times three seconds, every ten seconds."""
LONG = [(500.0, True), (900.0, False)]
HISTORY: list[tuple[float, bool | None]] = [*BLIPS, *LONG]


def test_episodes() -> None:
    history = [(1.0, False), (2.0, True), (3.0, True), (4.0, None), (5.0, False), (6.0, None), (7.0, True)]
    assert episodes(history, 9.0) == (Episode(2.0, 5.0), Episode(7.0, 9.0)), "not known is as it was"
    assert episodes([], 9.0) == ()


def test_an_on_delay_removes_blips_and_delays_real_ones() -> None:
    trial = try_on_delay(episodes(HISTORY, 1000.0), 5.0)
    assert (trial.before, trial.removed, trial.delayed, trial.delayed_s) == (7, 6, 1, 5.0)
    assert not trial.chatters and trial.longer_s == 0.0
    trial = try_on_delay(episodes(HISTORY, 1000.0), 2.0)
    assert (trial.removed, trial.delayed, trial.chatters) == (0, 7, True)


def test_an_off_delay_joins_and_delays_nothing() -> None:
    trial = try_off_delay(episodes(HISTORY, 1000.0), 10.0)
    assert (trial.before, trial.removed, trial.delayed) == (7, 5, 0)
    assert trial.longer_s == (53.0 + 10.0 + 410.0) - (18.0 + 400.0)


def test_a_deadband_joins_values_that_dance_on_the_limit() -> None:
    values: list[tuple[float, float | None]] = [(float(t), 80.0 + (1.0 if t % 4 < 2 else -1.0)) for t in range(40)]
    values += [(40.0, None), (41.0, 60.0)]
    trial = try_deadband(values, 80.0, 2.0, 50.0)
    assert (trial.before, trial.removed, trial.chatters) == (10, 9, False)
    assert trial.longer_s == pytest.approx(41.0 - 20.0)
    assert try_deadband(values, 80.0, 1.0, 50.0).removed == 0, "one percent is not enough"
    upside = [(at, None if value is None else -value) for at, value in values]
    assert try_deadband(upside, -80.0, 2.0, 50.0, below=True).removed == 9


def test_what_is_proposed_is_the_least_that_ends_it_cheapest_first() -> None:
    found = propose(definition(), HISTORY, 1000.0)
    assert [(trial.kind, trial.amount) for trial in found] == [(Kind.OFF_DELAY, 10.0), (Kind.ON_DELAY, 5.0)]
    values = [(at, 81.0 if on else 79.0) for at, on in HISTORY]
    found = propose(definition(), HISTORY, 1000.0, values, 80.0)
    assert {trial.kind for trial in found} == set(Kind)


def test_nothing_is_proposed_for_what_does_not_chatter_or_cannot_be_helped() -> None:
    assert propose(definition(), LONG, 1000.0) == ()
    assert propose(definition(), [], 1000.0) == ()
    forever = [(float(t), t % 2 == 0) for t in range(4000)]
    assert [trial.kind for trial in propose(definition(), forever, 4000.0)] == [Kind.ON_DELAY, Kind.OFF_DELAY]
    slow = [(t, on) for n in range(9) for t, on in ((29.0 * n, True), (29.0 * n + 20.0, False))]
    found = propose(definition(priority=1), slow, 300.0)
    assert [trial.kind for trial in found] == [Kind.OFF_DELAY], "priority 1 is not kept waiting for 20 s"


@given(st.lists(st.booleans(), min_size=1, max_size=80), st.sampled_from([0.0, 1.0, 2.0, 3.0, 7.0]), st.booleans())
def test_a_trial_says_what_the_alarm_itself_would_do(looks: list[bool], delay: float, on: bool) -> None:
    """The same history through the real alarm, a look a second."""
    held = episodes([(float(t), holds) for t, holds in enumerate(looks)], float(len(looks)))
    trial = try_on_delay(held, delay) if on else try_off_delay(held, delay)
    it = Driven(on_delay_s=delay if on else 0.0, off_delay_s=0.0 if on else delay)
    for holds in looks:
        it.see(State.ACT if holds else State.OK)
    assert it.alarm.event == trial.before - trial.removed


@given(st.lists(st.floats(0, 200, allow_nan=False), max_size=60), st.floats(0, 20), st.booleans())
def test_a_deadband_never_adds_alarms(values: list[float], percent: float, below: bool) -> None:
    given_ = [(float(t), value) for t, value in enumerate(values)]
    trial = try_deadband(given_, 100.0, percent, float(len(values)), below=below)
    assert 0 <= trial.removed <= trial.before and trial.longer_s >= 0.0 and math.isfinite(trial.longer_s)
    held = stood(given_, 100.0, 0.0, float(len(values)), below=below)
    assert trial.before == len(held)
    assert not is_chattering_history(held[:2])


VALUES = st.lists(st.sampled_from([50.0, 90.0, 98.5, 99.5, 100.0, 120.0, None]), max_size=60)
DELAYS = st.sampled_from([0.0, 1.0, 3.0])


@given(VALUES, st.sampled_from([0.0, 1.0, 2.0]), DELAYS, DELAYS)
def test_the_times_it_stood_are_those_of_the_alarm_itself(
    values: list[float | None], percent: float, on: float, off: float
) -> None:
    """The same values through the real alarm, a look a second, with the delays and the deadband it has."""
    it = Driven(on_delay_s=on, off_delay_s=off, deadband_percent=percent)
    for value in values:
        if value is None:
            it.see(State.UNKNOWN, Quality.STALE)
        else:
            it.see(State.ACT if value >= 100.0 else State.OK, value=value, limit=100.0)
    found = stood([(float(t), value) for t, value in enumerate(values)], 100.0, percent, 100.0, (on, off))
    assert it.alarm.event == len(found)


def test_a_deadband_is_weighed_against_the_delays_the_alarm_has() -> None:
    values = [(float(t), 101.0 if t % 10 < 3 else 99.5) for t in range(60)]
    bare = try_deadband(values, 100.0, 1.0, 60.0)
    assert (bare.before, bare.removed) == (6, 5)
    delayed = try_deadband(values, 100.0, 1.0, 60.0, definition=definition(on_delay_s=5.0))
    assert delayed.before == 0, "none of these lasts until it comes"


def test_s4_a_blink_while_she_was_away() -> None:
    it = Driven(priority=3, warn_priority=4).bad(8).well()
    assert (it.state, it.alarm.lasted_s, it.alarm.count) == (AlarmState.RETURNED, 8.0, 1)
    it.well(13).bad(8).well(13).bad(8).well()
    assert is_chattering(it.alarm, it.at) and it.alarm.count == 3
    raised = [event.mono for event in it.events if event.kind is EventKind.RAISED]
    history = [look for at in raised for look in ((at, True), (at + 8.0, False))]
    trial = propose(it.definition, history, it.at.mono)[0]
    assert (trial.kind, trial.amount) == (Kind.ON_DELAY, 10.0)
    assert (trial.before, trial.removed, trial.delayed) == (3, 3, 0), "none of them was a real one"
    assert it.ack().state is AlarmState.NORMAL, "priority 3 asks for nothing"
