"""The only reader of time in the watch."""

from __future__ import annotations

import time
from typing import Protocol

from duty.moment import Moment


class Clock(Protocol):
    """Something that knows what time it is."""

    def now(self) -> Moment:
        """This moment by both clocks."""


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> Moment:
        """This moment by both clocks of the machine."""
        return Moment(time.time(), time.monotonic())
