"""The windows of maintenance of a site: those opened from a screen, those of the site file, and which are open."""

from __future__ import annotations

from collections.abc import Callable

from duty.alarm_batch import WindowsKept
from duty.maintenance import Window
from duty.records import Subject

Planned = Callable[[float], tuple[Window, ...]]
"""The windows of the site file that are open at a time (UTC epoch seconds) or begin within a day."""
PLAN_S = 30.0
"""Seconds for which the plan is not looked at again, unless one begins or ends."""


class Windows:
    """Windows follow the clock on the wall: they are said by the time of the day."""

    def __init__(self, planned: Planned = lambda _at: ()) -> None:
        self.ad_hoc: tuple[Window, ...] = ()
        self.ended: dict[str, float] = {}
        """Windows of the site file that were ended before their time: id, and the end they had."""
        self.told: tuple[Window, ...] = ()
        """Open ones and the planned ones of the next day, as of the last look."""
        self.open: tuple[Window, ...] = ()
        self._planned = planned
        self._look_at = 0.0

    def plan(self, planned: Planned) -> None:
        """A new site file."""
        self._planned, self._look_at = planned, 0.0

    def look(self, wall: float) -> bool:
        """What is open at ``wall``. Whether anything is other than before."""
        if wall < self._look_at and wall > self._look_at - 2 * PLAN_S:
            return False
        before = self.told, self.open
        self.ad_hoc = tuple(one for one in self.ad_hoc if wall < one.until)
        planned = tuple(one for one in self._planned(wall) if self.ended.get(one.id) != one.until)
        self.ended = {name: until for name, until in self.ended.items() if wall < until}
        self.told = (*self.ad_hoc, *planned)
        self.open = tuple(one for one in self.told if one.open_at(wall))
        edges = [edge for one in self.told for edge in (one.since, one.until) if edge > wall]
        self._look_at = min([wall + PLAN_S, *edges])
        return (self.told, self.open) != before

    def covering(self, subject: Subject) -> Window | None:
        """The open window that covers ``subject`` for longest."""
        found = [one for one in self.open if one.covers(subject)]
        return max(found, key=lambda one: one.until) if found else None

    def with_one(self, window: Window) -> WindowsKept:
        """As they are with one more, opened from a screen."""
        return WindowsKept((*self.ad_hoc, window), self.ended)

    def without(self, window: Window) -> WindowsKept:
        """As they are with one ended now."""
        left = tuple(one for one in self.ad_hoc if one.id != window.id)
        if len(left) < len(self.ad_hoc):
            return WindowsKept(left, self.ended)
        return WindowsKept(self.ad_hoc, {**self.ended, window.id: window.until})

    def resume(self, kept: WindowsKept) -> None:
        """As they were kept."""
        self.ad_hoc, self.ended, self._look_at = kept.ad_hoc, dict(kept.ended), 0.0
