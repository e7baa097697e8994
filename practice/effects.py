"""What faults do to counters and sizes: values with a start and an end, so that nothing ever jumps back."""

from __future__ import annotations

from practice.models import InterfaceModel
from practice.rhythm import FLAT, Rhythm

FULL = 0.97
"""Share of its capacity a saturated line carries, and of its size a filled disk holds."""
FILL_S = 20.0
DROPS_A_SECOND = 12.0
LOSS = 0.4
"""Share of the packets that a lossy line loses."""
SLOWER = 6.0
"""So many times slower what comes back over a lossy or a full line is."""

LEAK_S = 1200.0
"""Seconds in which a leaking process takes as much again as it should have: slow enough to be foreseen."""
LEAKED = 1.4
"""So many times what it should have, it takes at most on top of it."""

_RIPPLE = Rhythm("saturated", FLAT, depth=0.02)


class Saturation:
    """A line that carries all it can from ``begun`` on, whatever the market does."""

    __slots__ = ("begun", "ended")

    def __init__(self, begun: float) -> None:
        self.begun = begun
        self.ended: float | None = None

    def added(self, rhythm: Rhythm, interface: InterfaceModel, now: float) -> tuple[float, float, float]:
        """Bytes in, bytes out and packets dropped on top of what the line would have carried until ``now``."""
        until = now if self.ended is None else min(now, self.ended)
        if until <= self.begun or interface.capacity_bps is None:
            return 0.0, 0.0, 0.0
        usual_from, usual_to = rhythm.so_far(self.begun), rhythm.so_far(until)
        full = FULL * interface.capacity_bps / 8 * (_RIPPLE.so_far(until)[1] - _RIPPLE.so_far(self.begun)[1])
        more_in = full - interface.in_bps / 8 * (usual_to[2] - usual_from[2])
        more_out = 0.9 * full - interface.out_bps / 8 * (usual_to[3] - usual_from[3])
        return max(0.0, more_in), max(0.0, more_out), DROPS_A_SECOND * (until - self.begun)


class Fill:
    """A disk that something fills within :data:`FILL_S` seconds from ``begun`` on."""

    __slots__ = ("begun",)

    def __init__(self, begun: float) -> None:
        self.begun = begun

    def used(self, usual: float, total: float, now: float) -> float:
        """Used size at ``now``, in the unit of ``total``."""
        done = min(1.0, max(0.0, now - self.begun) / FILL_S)
        return usual + done * max(0.0, FULL * total - usual)


class Leak:
    """A process that gives nothing back from ``begun`` on."""

    __slots__ = ("begun",)

    def __init__(self, begun: float) -> None:
        self.begun = begun

    def share(self, now: float) -> float:
        """What it has taken by ``now``, in times of what it should have."""
        return min(LEAKED, max(0.0, now - self.begun) / LEAK_S)


class Stuck:
    """A process that does nothing from ``begun`` on; ``at_sum``: the sum of its course then."""

    __slots__ = ("at_sum", "begun", "letter")

    def __init__(self, begun: float, letter: str, at_sum: float) -> None:
        self.begun = begun
        self.letter = letter
        self.at_sum = at_sum
