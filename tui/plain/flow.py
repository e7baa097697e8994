"""How much is said unasked: a sentence each while that can be listened to, else one sentence that counts. Pure."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable
from enum import IntEnum
from typing import NamedTuple

from wire.words import _

MOST = 6
"""Sentences within :data:`WINDOW_S` that are said one by one."""
WINDOW_S = 10.0
"""Seconds between two sentences that count."""
_NAMED = 3


class Kind(IntEnum):
    """What a piece of news is about, the gravest first."""

    ALARM = 0
    WORSE = 1
    OPENED = 2
    MOVED = 3
    BETTER = 4
    LINE = 5


_COUNTS: dict[Kind, Callable[[int], str]] = {
    Kind.ALARM: lambda count: _("alarms: {count}", count=count),
    Kind.WORSE: lambda count: _("got worse: {count}", count=count),
    Kind.OPENED: lambda count: _("incidents opened: {count}", count=count),
    Kind.MOVED: lambda count: _("incidents moved on: {count}", count=count),
    Kind.BETTER: lambda count: _("got better: {count}", count=count),
    Kind.LINE: lambda count: _("lines in the duty log: {count}", count=count),
}


class News(NamedTuple):
    """One sentence that nobody asked for. ``rank``: higher is graver within its kind."""

    kind: Kind
    text: str
    rank: int = 0


class Flow:
    """What waits to be said. Times: seconds of one clock."""

    def __init__(self) -> None:
        self.quiet = False
        """Nothing is said unasked; it is counted."""
        self._said: deque[float] = deque(maxlen=MOST)
        self._counts: Counter[Kind] = Counter()
        self._first: list[News] = []
        """The first that wait, in order: all of them while they may still be said one by one."""
        self._gravest: list[News] = []
        self._not_before = 0.0

    def offer(self, news: Iterable[News], now: float) -> list[str]:
        """Something happened; what to say now."""
        for one in news:
            self._counts[one.kind] += 1
            if len(self._first) < MOST:
                self._first.append(one)
            # Sorting keeps order, so of equally grave ones the first is named.
            self._gravest = sorted([*self._gravest, one], key=lambda item: (item.kind, -item.rank))[:_NAMED]
        return self.due(now)

    def due(self, now: float) -> list[str]:
        """What to say at ``now``."""
        waiting = self._counts.total()
        if self.quiet or not waiting or now < self._not_before:
            return []
        while self._said and now - self._said[0] >= WINDOW_S:
            self._said.popleft()
        texts = [one.text for one in self._first]
        if waiting + len(self._said) <= MOST:
            self._said.extend([now] * len(texts))
            self._forget()
            return texts
        if waiting > 1:
            counts = ", ".join(_COUNTS[kind](self._counts[kind]) for kind in Kind if self._counts[kind])
            gravest = " ".join(one.text for one in self._gravest)
            texts = [_("Much at once; {counts}. The gravest: {gravest}", counts=counts, gravest=gravest)]
        self._not_before = now + WINDOW_S
        self._said.clear()
        self._forget()
        return texts

    def speak(self, now: float) -> list[str]:
        """Say things unasked again, first what was not said meanwhile."""
        self.quiet, self._not_before = False, 0.0
        return self.due(now)

    def wait_s(self, now: float) -> float | None:
        """Seconds until something that waits may be said; ``None``: nothing waits."""
        return None if self.quiet or not self._counts else max(0.0, self._not_before - now)

    def _forget(self) -> None:
        self._counts.clear()
        self._first, self._gravest = [], []
