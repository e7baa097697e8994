"""Windows of maintenance: what is worked on purpose is watched on, and not announced until the window ends.

A window from the site file is planned; one opened from a screen is ad hoc. Each has an owner, a reason and an end (I9).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from duty.moment import Moment
from duty.phrases import phrase
from duty.records import Refused, Subject

DAY_S = 86_400.0
ALONE_S = 4 * 3600.0
"""Seconds for which one person alone may open a window: half a shift. Ours to defend."""
MOST_S = 24 * 3600.0
"""Seconds no window opened from a screen outlasts: what takes longer is planned, in the site file."""


class Window(msgspec.Struct, frozen=True):
    """One window, planned, open or over."""

    id: str
    """Names it for ever: ``site:`` and its name in the site file, or ``adhoc:`` and a number."""
    subjects: tuple[Subject, ...]
    """What it covers; of kind ``host``: everything on that host."""
    owner: str
    why: str
    since: float
    until: float
    """UTC epoch seconds."""
    second: str = ""
    """Who agreed, where one person alone may not."""

    def covers(self, subject: Subject) -> bool:
        """Whether it covers the thing."""
        return any(subject == one or (one.kind == "host" and one.host == subject.host) for one in self.subjects)

    def open_at(self, at: float) -> bool:
        """Whether it is open at ``at``, UTC epoch seconds."""
        return self.since <= at < self.until


class Plan(msgspec.Struct, frozen=True):
    """A window of the site file: once, from ``since`` to ``until``, or each day of ``days`` at a time of the day."""

    name: str
    subjects: tuple[Subject, ...]
    owner: str
    why: str
    since: float | None = None
    until: float | None = None
    """UTC epoch seconds; ``None``: it comes by the day."""
    from_min: int | None = None
    until_min: int | None = None
    """Minutes after midnight in the site's time zone; where the end is not later, it is on the next day."""
    days: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)
    """Weekdays on which it begins, Monday is 1."""


def planned(plans: tuple[Plan, ...], zone: str, at: float) -> tuple[Window, ...]:
    """The windows of the site file that are open at ``at`` (UTC epoch seconds) or begin within a day of it."""
    here = ZoneInfo(zone)
    today = datetime.fromtimestamp(at, here).date()
    found: list[Window] = []
    for plan in plans:
        once = plan.since is not None and plan.until is not None
        times = [(plan.since or 0.0, plan.until or 0.0)] if once else _daily(plan, today, here)
        for since, until in times:
            if since <= at + DAY_S and at < until:
                found.append(Window(f"site:{plan.name}", plan.subjects, plan.owner, plan.why, since, until))
    return tuple(sorted(found, key=lambda one: (one.since, one.id)))


def _daily(plan: Plan, today: date, zone: ZoneInfo) -> list[tuple[float, float]]:
    begin, end = plan.from_min or 0, plan.until_min or 0
    days = [today + timedelta(ahead) for ahead in (-1, 0, 1)]
    return [
        (minute_of(day, begin, zone), minute_of(day if end > begin else day + timedelta(1), end, zone))
        for day in days
        if day.isoweekday() in plan.days
    ]


def minute_of(day: date, minute: int, zone: ZoneInfo) -> float:
    """A time of the day in UTC. One that the change of clocks skips is as much later as the clocks jump."""
    local = datetime.combine(day, time(minute // 60, minute % 60), zone)
    return local.astimezone(UTC).timestamp()


def begun(subjects: tuple[Subject, ...], who: str, why: str, until: float, at: Moment, second: str = "") -> Window:
    """The window that ``who`` opens now. Raises :class:`Refused`: no thing, no reason, no end that may be."""
    if not subjects:
        raise Refused(phrase("name the hosts or things that are worked on"))
    if not why.strip():
        raise Refused(phrase("say why"))
    if not at.wall < until <= at.wall + MOST_S:
        raise Refused(phrase("a window ends within {hours} h", hours=round(MOST_S / 3600)))
    if until > at.wall + ALONE_S:
        if not second:
            raise Refused(phrase("for longer than {hours} h a second person has to agree", hours=round(ALONE_S / 3600)))
        if second.casefold() == who.casefold():
            raise Refused(phrase("the second person has to be another one than the first"))
    return Window(f"adhoc:{round(at.wall * 1000)}", subjects, who, why.strip(), at.wall, until, second)
