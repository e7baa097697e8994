"""Two counters and the host's own clock make a rate; anything doubtful makes ``None``, never a spike and never zero."""

from __future__ import annotations

WRAP_32 = 1 << 32
_MOST = 200
"""Percent."""


def growth(older: int | None, newer: int | None, *, siblings_fell: bool = True) -> int | None:
    """How much a counter grew, or ``None`` where that cannot be known.

    A counter that fell was reset, unless it is certainly a 32-bit wrap: it stood in the upper half of 32 bits, now
    stands in the lower half, and its siblings (the other counters of the same thing, which a reset would have
    cleared with it) went on rising: ``siblings_fell=False``.
    """
    if older is None or newer is None:
        return None
    if newer >= older:
        return newer - older
    if siblings_fell or not WRAP_32 // 2 <= older < WRAP_32 or newer >= WRAP_32 // 2:
        return None
    return newer + WRAP_32 - older


def per_second(grown: int | None, seconds: float) -> float | None:
    """Growth per second of the host's monotonic clock; ``None`` if either is not known or the clock stood still."""
    if grown is None or seconds <= 0:
        return None
    return grown / seconds


class Trend:
    """The last values of a share, in whole percent, oldest first; -1 marks a moment without a value.

    They are drawn in eight levels, and every board carries dozens of them for each host: whole numbers up to 256 are
    never made anew by Python, neither in the watch nor in a screen that reads the board.
    """

    __slots__ = ("_values", "length")

    def __init__(self, length: int = 40) -> None:
        self.length = length
        self._values: list[int] = []

    def add(self, share: float | None) -> None:
        """Add a share (0.0 to 1.0; above 2.0 it counts as 2.0); ``None`` is a gap."""
        values = self._values
        values.append(-1 if share is None else min(round(share * 100), _MOST))
        if len(values) > 2 * self.length:
            del values[: -self.length]

    def values(self) -> tuple[int, ...]:
        """The newest ``length`` values."""
        return tuple(self._values[-self.length :])
