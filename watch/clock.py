"""The only reader of time in the watch."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Protocol

from duty.moment import Moment
from duty.phrases import Phrase, phrase

SET_S = 2.0
"""Seconds by which the clock on the wall moves at least for that to be told. Source: the domain model's I15."""


class Clock(Protocol):
    """Something that knows what time it is."""

    def now(self) -> Moment:
        """This moment by both clocks."""


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> Moment:
        """This moment by both clocks of the machine."""
        return Moment(time.time(), time.monotonic())


class Jumps:
    """Tells when the clock on the wall moves against the running one. Nothing is judged or timed by it, but who reads
    the log has to know."""

    def __init__(self, now: Moment) -> None:
        self._ahead = now.wall - now.mono

    def look(self, now: Moment) -> Phrase | None:
        """What there is to tell since the last look."""
        ahead = now.wall - now.mono
        moved, self._ahead = ahead - self._ahead, ahead
        if abs(moved) < SET_S:
            return None
        return phrase(
            "the clock of this machine moved by {seconds} s: it was set, or the machine slept",
            seconds=f"{moved:+.0f}",
        )


def boot_id() -> str:
    """The kernel's id of this run of the machine: while it is the same, the monotonic clock went on.

    Empty where it is not known.
    """
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except (OSError, ValueError):
        return ""
