"""Trading time between two instants, and the instant by which so much of it has passed.

Sessions are named times of the day (:class:`duty.site.SessionRule`); where two overlap the time counts once. Holidays
are not known here: a session takes place on every day of the week that it names.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from duty.sessions import minute_of, session_on
from duty.site import SessionRule

DAY_S = 86_400.0
HORIZON_DAYS = 370
"""Days that are looked ahead for trading time that is not there."""


def trading_seconds(rules: tuple[SessionRule, ...], zone: str, since: float, until: float) -> float:
    """Seconds of trading from ``since`` to ``until``, UTC epoch seconds; 0 where the end is not after the beginning."""
    if until <= since:
        return 0.0
    here = ZoneInfo(zone)
    day = _date(since, here) - timedelta(1)
    last = _date(until, here)
    total = 0.0
    reached = since  # everything before is counted
    for begin, end in _joined(rules, here, day, last):
        begin, end = max(begin, reached), min(end, until)
        if end > begin:
            total += end - begin
            reached = end
    return total


def trading_deadline(rules: tuple[SessionRule, ...], zone: str, since: float, seconds: float) -> float | None:
    """When ``seconds`` of trading have passed since ``since``; ``None`` if they do not within a year."""
    if seconds <= 0:
        return since
    if not rules:
        return None
    here = ZoneInfo(zone)
    first = _date(since, here) - timedelta(1)
    left, reached = seconds, since
    for begin, end in _joined(rules, here, first, first + timedelta(HORIZON_DAYS)):
        begin = max(begin, reached)
        if end <= begin:
            continue
        if end - begin >= left:
            return begin + left
        left -= end - begin
        reached = end
    return None


def weekdays_after(zone: str, since: float, days: int) -> float:
    """The end of the ``days``-th day from Monday to Friday after the day of ``since``. Holidays are not known."""
    here = ZoneInfo(zone)
    day = _date(since, here)
    while days > 0:
        day += timedelta(1)
        days -= day.isoweekday() <= 5
    return minute_of(day + timedelta(1), 0, here)


def _date(at: float, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(at, zone).date()


def _joined(rules: tuple[SessionRule, ...], zone: ZoneInfo, first: date, last: date) -> Iterator[tuple[float, float]]:
    """Sessions that begin on these days, in order of their beginnings."""
    day = first
    while day <= last:
        found = [session_on(rule, day, zone) for rule in rules if day.isoweekday() in rule.days]
        yield from sorted((one.since, one.until) for one in found)
        day += timedelta(1)
