"""How far a check has come, and how long each step took: what a failure is told by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

Step = Literal["resolve", "connect", "tls", "first_byte", "whole"]


class Course:
    """The steps of one check by a monotonic clock."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._began = self._step_began = monotonic()
        self._took: dict[Step, float] = {}
        self.step: Step = "connect"

    def begin(self, step: Step) -> None:
        """``step`` begins now; the one before it has ended."""
        self.step, self._step_began = step, self._monotonic()

    def done(self) -> None:
        """The step that was begun has ended."""
        self._took[self.step] = self._monotonic() - self._step_began

    def anew(self) -> None:
        """Begin from the start: what was measured so far belongs to an attempt that does not count."""
        self._took.clear()
        self._began = self._step_began = self._monotonic()

    def steps(self, *, whole: bool) -> tuple[tuple[str, float], ...]:
        """Seconds of each step that ended; ``whole``: the check has ended well, and took so long."""
        took: list[tuple[str, float]] = list(self._took.items())
        return (*took, ("whole", self._monotonic() - self._began)) if whole else tuple(took)
