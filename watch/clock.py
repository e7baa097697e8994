"""The only reader of time in the watch."""

from __future__ import annotations

import time
from pathlib import Path
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


def boot_id() -> str:
    """The kernel's id of this run of the machine: while it is the same, the monotonic clock went on.

    Empty where it is not known.
    """
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except (OSError, ValueError):
        return ""
