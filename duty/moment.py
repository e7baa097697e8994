"""A moment by both clocks of the console: the wall clock for people, the monotonic one for durations."""

from __future__ import annotations

from typing import NamedTuple


class Moment(NamedTuple):
    """``wall``: UTC epoch seconds. ``mono``: monotonic seconds, of no meaning outside this process."""

    wall: float
    mono: float
