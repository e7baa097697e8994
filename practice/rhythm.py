"""How busy a machine is over the day: a smooth, seeded course whose sum up to any moment has a closed form.

Counters of a host are sums. With a closed form a simulated counter is a pure function of the time asked for: it
never falls, needs no stepping, and two readings of the same moment agree. The waves fit a whole number of times
into a day, so that every day sums to the same.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from random import Random

DAY_S = 86_400.0
SHANGHAI_S = 8 * 3600.0
"""Offset of the exchange's local time (no daylight saving) from UTC."""

MARKET: tuple[tuple[float, float], ...] = (
    (0.0, 0.80), (2.5, 0.72), (2.6, 0.20), (8.5, 0.22), (8.9, 0.45), (9.0, 1.00), (9.4, 0.72), (11.5, 0.66),
    (11.6, 0.30), (13.4, 0.34), (13.5, 0.92), (13.9, 0.70), (15.4, 0.82), (15.6, 0.30), (19.6, 0.30),
    (19.8, 0.55), (20.0, 1.00), (20.5, 0.80), (24.0, 0.80),
)  # fmt: skip
"""(local hour, share of the day's busiest): the sessions of the exchange with their openings."""
FLAT: tuple[tuple[float, float], ...] = ((0.0, 1.0), (24.0, 1.0))

_CYCLES_A_DAY = ((4_300, 9_100), (1_500, 2_900), (500, 1_100), (60, 160))
WAVES = len(_CYCLES_A_DAY)

Vector = tuple[float, ...]
"""One number per course: the profile alone, then the profile carried by each wave."""


class Rhythm:
    """``1 + WAVES`` courses over the same profile, each between 0 and 2."""

    def __init__(self, seed: str, profile: tuple[tuple[float, float], ...] = MARKET, depth: float = 0.45) -> None:
        """``profile``: (local hour, level) knots from 0 to 24, joined by straight lines. ``depth`` of the waves."""
        rng = Random(seed)
        self._starts = [hour * 3600.0 for hour, _ in profile]
        self._levels = [level for _, level in profile]
        self._depth = depth
        self._waves = tuple(
            (2 * math.pi * rng.randrange(low, high) / DAY_S, rng.uniform(0, 2 * math.pi)) for low, high in _CYCLES_A_DAY
        )
        self._sums: list[Vector] = [(0.0,) * (1 + WAVES)]
        for piece in range(len(profile) - 1):
            self._sums.append(_add(self._sums[-1], self._piece(piece, self._starts[piece + 1])))

    def level(self, at: float) -> Vector:
        """The courses at the moment ``at`` (UTC epoch seconds)."""
        second = (at + SHANGHAI_S) % DAY_S
        piece = self._piece_of(second)
        start, slope = self._starts[piece], self._slope(piece)
        base = self._levels[piece] + slope * (second - start)
        return (base, *(base * (1 + self._depth * math.sin(w * second + p)) for w, p in self._waves))

    def so_far(self, at: float) -> Vector:
        """The courses summed from the epoch to ``at``, in seconds of level 1. Never falls as ``at`` grows."""
        days, second = divmod(at + SHANGHAI_S, DAY_S)
        piece = self._piece_of(second)
        today = _add(self._sums[piece], self._piece(piece, second))
        return tuple(days * whole + part for whole, part in zip(self._sums[-1], today, strict=True))

    def _piece_of(self, second: float) -> int:
        return min(bisect_right(self._starts, second) - 1, len(self._starts) - 2)

    def _slope(self, piece: int) -> float:
        rise = self._levels[piece + 1] - self._levels[piece]
        return rise / (self._starts[piece + 1] - self._starts[piece])

    def _piece(self, piece: int, second: float) -> Vector:
        """Sum over one straight piece of the profile, from its start to ``second`` of the day."""
        start, first, slope = self._starts[piece], self._levels[piece], self._slope(piece)
        passed = second - start
        last = first + slope * passed
        plain = (first + last) / 2 * passed
        out = [plain]
        for w, p in self._waves:
            a, b = w * start + p, w * second + p
            wave = (first * math.cos(a) - last * math.cos(b)) / w + slope * (math.sin(b) - math.sin(a)) / (w * w)
            out.append(plain + self._depth * wave)
        return tuple(out)


def _add(one: Vector, other: Vector) -> Vector:
    return tuple(a + b for a, b in zip(one, other, strict=True))
