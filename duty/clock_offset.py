"""The host's clock against the console's: how far apart they are, how sure that is, and whether it was set.

The two clocks are compared through the host's uptime: a sample says which uptime belongs to which moment of the
console, the section ``time`` says which time of the host belongs to which uptime. So it does not matter how long the
section took. Source of the 2 s limit: invariant I15 of the domain model.
"""

from __future__ import annotations

from duty.board import ClockView
from duty.limits import above, passed
from duty.part import Part
from duty.phrases import Phrase, phrase
from duty.quality import State
from duty.readings import ClockReading
from duty.site import ClockRule

JUMP_S = 2.0
"""Seconds by which the offset must change between two readings to be a step and not a drift."""
REMEMBERED_S = 600.0
"""For so long a step is in sight."""
UPTIME_STEP_S = 0.01
"""The kernel says its uptime in hundredths."""


class ClockTrack(Part[ClockView]):
    """The clock of one host over time. Pure: every moment comes in as an argument."""

    def __init__(self, rule: ClockRule) -> None:
        super().__init__()
        self.rule = rule
        self._reading: ClockReading | None = None
        self._offset: float | None = None
        self._before: float | None = None
        """The offset a step is told by; ``None``: the next reading has none before it."""
        self._margin = 0.0
        self._trip: float | None = None
        self._jump: tuple[float, float] | None = None
        self._read_at: float | None = None

    def demand(self, rule: ClockRule) -> None:
        """A new site file demands other things."""
        self.rule = rule
        self.changed()

    def see(self, reading: ClockReading, received_s: float, took_s: float) -> float | None:
        """Take a reading. Returns by how much the clock was set since the last one, if it was.

        ``received_s``: the console's time when a sample with the reading's uptime came, UTC epoch seconds.
        ``took_s``: how long the section took; the quickest one is the best guess of the way there and back.
        """
        self.changed()
        self._trip = took_s if self._trip is None else min(self._trip, took_s)
        console_s = received_s - self._trip / 2
        offset = reading.epoch_s - console_s
        margin = reading.resolution_s + UPTIME_STEP_S + self._trip / 2
        before, self._before, self._offset = self._before, offset, offset
        self._reading, self._margin, self._read_at = reading, margin, console_s
        jumped = None if before is None else offset - before
        if jumped is None or abs(jumped) < JUMP_S + margin:
            return None
        self._jump = (console_s, jumped)
        return jumped

    def forget(self) -> None:
        """A boot or another way there: the next reading is the first. Until then the last one is what is known."""
        self._before = self._trip = None

    def judged(self) -> ClockView:
        """What was read last, judged."""
        reading = self._reading
        if reading is None or self._read_at is None:
            return ClockView(State.UNKNOWN, (phrase("not read yet"),), states=(State.UNKNOWN,))
        found = self._findings(reading, self._read_at)
        found.sort(key=lambda one: -one[0])
        return ClockView(
            state=found[0][0] if found else State.OK,
            why=tuple(said for _, said in found),
            offset_s=self._offset,
            margin_s=self._margin,
            service=reading.service,
            synchronized=reading.synchronized,
            stratum=reading.stratum,
            source=reading.source,
            jumped_at=self._jump[0] if self._jump else None,
            jumped_s=self._jump[1] if self._jump else None,
            read_at=self._read_at,
            states=tuple(state for state, _ in found),
        )

    def _findings(self, reading: ClockReading, now: float) -> list[tuple[State, Phrase]]:
        found: list[tuple[State, Phrase]] = []
        if self._offset is not None:
            # What cannot be told from zero is not held against the host.
            certain = max(0.0, abs(self._offset) - self._margin)
            if (state := above(certain, self.rule.offset_s)) > State.OK:
                limit = f"{passed(certain, self.rule.offset_s):g}"
                seconds = f"{abs(self._offset):.1f}"
                found.append((state, _apart(self._offset, seconds, limit)))
        if self._jump is not None and 0 <= now - self._jump[0] < REMEMBERED_S:
            found.append((State.WARN, phrase("its clock was set by {seconds} s", seconds=f"{self._jump[1]:+.1f}")))
        if self.rule.service and reading.synchronized is not True:
            if not reading.service:
                found.append((State.ACT, phrase("no time service was found")))
            elif reading.synchronized is None:
                found.append((State.UNKNOWN, phrase("the time service does not say whether it is synchronized")))
            else:
                found.append((State.ACT, phrase("{service} is not synchronized", service=reading.service)))
        return found


def _apart(offset: float, seconds: str, limit: str) -> Phrase:
    if offset > 0:
        return phrase("its clock is {seconds} s ahead (limit {limit} s)", seconds=seconds, limit=limit)
    return phrase("its clock is {seconds} s behind (limit {limit} s)", seconds=seconds, limit=limit)
