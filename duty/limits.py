"""A value against its two limits."""

from __future__ import annotations

import math

import msgspec

from duty.quality import State
from duty.site import Limits


class Level(msgspec.Struct, frozen=True, array_like=True):
    """Where a number becomes a warning or a fault."""

    value: float
    state: State
    """``WARN`` or ``ACT``: what it is from here on."""
    below: bool = False
    """It is bad below the level; else at the level and above."""


def above(value: float | None, limits: Limits) -> State:
    """State of a value that is bad when high. Not known is ``UNKNOWN`` where a limit waits for it."""
    if limits.warn is None and limits.act is None:
        return State.OK
    if value is None:
        return State.UNKNOWN
    if limits.act is not None and value >= limits.act:
        return State.ACT
    if limits.warn is not None and value >= limits.warn:
        return State.WARN
    return State.OK


def within(value: float, limits: Limits) -> State:
    """State of a time that is bad when short: it lasts no longer than a limit."""
    if limits.act is not None and value <= limits.act:
        return State.ACT
    return State.WARN if limits.warn is not None and value <= limits.warn else State.OK


def passed(value: float, limits: Limits) -> float:
    """The highest limit that ``value`` has reached, for the sentence that says so."""
    if limits.act is not None and value >= limits.act:
        return limits.act
    return limits.warn if limits.warn is not None else 0.0


def lowest(limits: Limits) -> float:
    """From which value on a limit is reached; infinite where there is none."""
    return min([limit for limit in (limits.warn, limits.act) if limit is not None], default=math.inf)
