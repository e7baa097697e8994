"""Alarms for which something ends by time alone, the soonest first."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from itertools import count

from duty.alarm_def import AlarmKey

SPARE = 64
"""Times that hold no longer and are kept all the same: sweeping costs more than they do."""


class Dues:
    """One monotonic second an alarm at most; an alarm without one is not there."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, AlarmKey]] = []
        self._at: dict[AlarmKey, float] = {}
        self._number = count()

    def put(self, key: AlarmKey, due: float | None) -> None:
        """From now on ``key`` is due then, and at no other time."""
        if due is None:
            self._at.pop(key, None)
        elif self._at.get(key) != due:
            self._at[key] = due
            heappush(self._heap, (due, next(self._number), key))
            if len(self._heap) > 2 * len(self._at) + SPARE:
                self._sweep()

    def _sweep(self) -> None:
        """Leave out what was put to another time since: far ends of an alarm that flaps would pile up until then."""
        self._heap = [(due, next(self._number), key) for key, due in self._at.items()]
        heapify(self._heap)

    def pop(self, mono: float) -> list[AlarmKey]:
        """Those that are due at ``mono``; each is told once."""
        found: list[AlarmKey] = []
        while self._heap and self._heap[0][0] <= mono:
            due, _, key = heappop(self._heap)
            if self._at.get(key) == due:  # else it was put to another time since
                del self._at[key]
                found.append(key)
        return found
