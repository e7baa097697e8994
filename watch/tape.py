"""The newest readings of one host at full rate, in memory: one row of numbers each, times beside them."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence

from duty.board import HostView
from duty.series import NUL, Columns, SeriesKey

SPARE = 32
"""Rows written beyond the length before the oldest are dropped together: dropping moves all that stay."""
LEAST_ROWS = 90
"""A minute and what is received until it is closed: what is read at different moments fills a row a second."""


class Tape:
    """Rows in the order of their times; a row as old as one that is there takes the place of all from there on.

    That is what a clock set back leaves of the past. Values are 32-bit floats, :data:`~duty.series.NUL` where a
    series has none.
    """

    __slots__ = ("_columns", "_values", "_width", "length", "times")

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self.length = 0
        """Rows that are kept; at times :data:`SPARE` more."""
        self._width = 0
        self.times = array("d")
        self._values = array("f")

    @property
    def keys(self) -> tuple[SeriesKey, ...]:
        """The series of a row, in order."""
        return self._columns.keys

    @property
    def surplus(self) -> int:
        """Things of the host for which there was no room."""
        return self._columns.surplus

    def see(self, view: HostView) -> None:
        """Take what a view says that was not there before."""
        times = self.times
        newest = times[-1] if times else 0.0
        row, at = self._columns.row(view, newest)
        if at == 0.0 and newest - (view.read_at or newest) > 1.0:  # read before the newest: the clock was set back
            row, at = self._columns.row(view)
            self._forget_from(at)
        if at == 0.0:
            return
        if len(row) != self._width:
            self._widen(len(row))
        times.append(at)
        self._values.fromlist(row)
        if len(times) >= self.length + SPARE:
            drop = len(times) - self.length
            del times[:drop]
            del self._values[: drop * self._width]

    def _forget_from(self, at: float) -> None:
        first = bisect_left(self.times, at)
        del self.times[first:]
        del self._values[first * self._width :]

    def _widen(self, width: int) -> None:
        """New series come behind the others, unknown until now."""
        rows, old = len(self.times), self._width
        values = array("f", [NUL]) * (rows * width)
        for place in range(old):
            values[place::width] = self._values[place::old]
        self._values, self._width = values, width

    def block(self, since: float, until: float) -> tuple[tuple[SeriesKey, ...], array[float]]:
        """Series and rows from ``since`` up to ``until``, row after row; a copy."""
        first, end = bisect_left(self.times, since), bisect_left(self.times, until)
        return self.keys[: self._width], self._values[first * self._width : end * self._width]

    def column(self, key: SeriesKey, since: float, until: float) -> list[tuple[float, float]]:
        """(UTC epoch seconds, value) of one series, without its gaps."""
        if key not in (keys := self.keys[: self._width]):
            return []
        first, end = bisect_left(self.times, since), bisect_left(self.times, until)
        values: Sequence[float] = self._values[first * self._width + keys.index(key) : end * self._width : self._width]
        return [(at, value) for at, value in zip(self.times[first:end], values, strict=True) if value == value]


class HostTapes:
    """Both tapes of one host: what comes with every sample, and what slow sections read."""

    __slots__ = ("_slow_parts", "fast", "slow")

    def __init__(self, interval_s: float, slow_s: float, span_s: float, limit: int) -> None:
        """``span_s`` seconds of readings each ``interval_s`` and ``slow_s``; at most ``limit`` series each."""
        self._slow_parts: tuple[object, ...] = ()
        self.fast = Tape(Columns(slow=False, limit=limit))
        self.slow = Tape(Columns(slow=True, limit=limit))
        self.span(interval_s, slow_s, span_s)

    def span(self, interval_s: float, slow_s: float, span_s: float) -> None:
        """Keep that much from now on: a new site file may ask for readings more often."""
        self.fast.length, self.slow.length = _rows(span_s, interval_s), _rows(span_s, slow_s)

    def see(self, view: HostView) -> None:
        """Take what a view says that was not there before."""
        self.fast.see(view)
        # Views are kept until something in them changes, so this compares objects, not numbers.
        looked = [line.looked_at for line in view.lines]
        # Those of logs are made anew each second.
        looked += [event.read_at for event in view.events]
        parts = (view.disks, view.apps, view.health, view.clock, looked)
        if parts != self._slow_parts:
            self._slow_parts = parts
            self.slow.see(view)


def _rows(span_s: float, interval_s: float) -> int:
    return max(LEAST_ROWS, min(1200, round(span_s / interval_s)))
