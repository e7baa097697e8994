"""How well a thing is (State) and how sure we are of it (Quality): two axes, never mixed.

Source: the quality axis of the domain model (good, late, stale, unreachable); while quality is not good a state
is the last one known and is never drawn as well.
"""

from __future__ import annotations

from enum import IntEnum

STALE_FLOOR_S = 30.0
"""Seconds: a reading is not called stale before this age, however short the period."""


class State(IntEnum):
    """What the rules say of a value; the order is the order of concern."""

    OK = 0
    UNJUDGED = 1
    """Read, but nothing is demanded of it (capacity unknown, no limit set). Not green."""
    WARN = 2
    UNKNOWN = 3
    """Could not be read, or not yet. Never green, never "recovered"."""
    ACT = 4
    """Somebody has to do something."""


class Quality(IntEnum):
    """How far a reading can be trusted to be about now."""

    GOOD = 0
    LATE = 1
    """Older than two periods."""
    STALE = 2
    """Older than three periods and than thirty seconds."""
    UNREACHABLE = 3
    """There is no connection over which a newer reading could come."""
    NEVER = 4
    """No reading yet since the watch began."""


def quality_of(age_s: float | None, period_s: float, *, connected: bool) -> Quality:
    """Quality from the age of the newest reading.

    ``age_s``: seconds since the reading was received, by the console's monotonic clock; ``None`` if there is none.
    ``connected``: whether the connection stands (a standing connection may still be silent).
    """
    if not connected:
        return Quality.UNREACHABLE
    if age_s is None:
        return Quality.NEVER
    if age_s > max(3 * period_s, STALE_FLOOR_S):
        return Quality.STALE
    if age_s > 2 * period_s:
        return Quality.LATE
    return Quality.GOOD


def worst(states: list[State]) -> State:
    """The state of most concern; ``UNJUDGED`` of nothing."""
    return max(states, default=State.UNJUDGED)
