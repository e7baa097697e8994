"""Lines per minute of a followed log, by when they were read."""

from __future__ import annotations

from collections import deque

WINDOW_S = 60.0
"""A rate is of at least so many seconds: single lines would make it jump."""
TOGETHER_S = 1.0
"""Pieces read closer together than this are one: a log that is behind is read several times a second."""


class LineRate:
    """Lines to act on and to watch per minute, over the last minute, or since the reading before if that is longer.

    Not known until a minute was read without a gap: lines that came before the first reading, or while the watch did
    not run, belong to no minute that anybody saw.
    """

    __slots__ = ("_marks", "act", "warn")

    def __init__(self) -> None:
        self._marks: deque[tuple[float, int, int]] = deque()
        """When it was read, and the lines of both kinds up to then, from some beginning on; oldest first."""
        self.act: float | None = None
        self.warn: float | None = None

    def see(self, at: float, act: int, warn: int) -> None:
        """It was read at ``at`` (UTC epoch seconds), and so many lines were new."""
        marks = self._marks
        if marks and at < marks[-1][0]:  # the console's clock was set back
            self.forget()
        total_act, total_warn = (act, warn) if not marks else (marks[-1][1] + act, marks[-1][2] + warn)
        if len(marks) > 1 and at - marks[-2][0] < TOGETHER_S:
            marks.pop()
        marks.append((at, total_act, total_warn))
        while len(marks) > 2 and marks[1][0] <= at - WINDOW_S:
            marks.popleft()
        since, before_act, before_warn = marks[0]
        if at - since < WINDOW_S:
            self.act = self.warn = None
            return
        minutes = (at - since) / 60
        self.act, self.warn = (total_act - before_act) / minutes, (total_warn - before_warn) / minutes

    def forget(self) -> None:
        """Lines may be missing: what comes is counted anew."""
        self._marks.clear()
        self.act = self.warn = None
