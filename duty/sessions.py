"""Trading sessions as named times of the day, and the peak of a line in the last of them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from duty.maintenance import minute_of as minute_of
from duty.site import SessionRule

HEADROOM = 2.0
"""Times its last peak that a line's capacity should be (after CSRC order 218: capacity of twice the historic peak)."""


class Session(msgspec.Struct, frozen=True, array_like=True):
    """One session that takes place: UTC epoch seconds. ``day`` is the date on which it starts, as ``2026-03-05``."""

    name: str
    since: float
    until: float
    day: str


class SessionPeak(msgspec.Struct, frozen=True, array_like=True):
    """The highest rates of a line in one session, bit/s; ``None``: nothing was read of that way."""

    session: Session
    in_bps: float | None
    out_bps: float | None
    seen: float
    """Share of the session in which the line was read, 0 to 1: a peak of half a session is half the truth."""
    times: float | None = None
    """Capacity over peak, of the way that has less; ``None`` where capacity or peak is not known."""

    @property
    def enough(self) -> bool | None:
        """Whether the capacity is :data:`HEADROOM` times the peak or more."""
        return None if self.times is None else self.times >= HEADROOM


def last_session(rules: tuple[SessionRule, ...], zone: str, now: float) -> Session | None:
    """The session that ended last before ``now``; ``None`` if no day of the last eight has one."""
    ended = [one for one in _around(rules, zone, now, 8) if one.until <= now]
    return max(ended, key=lambda one: (one.until, one.since), default=None)


def session_at(rules: tuple[SessionRule, ...], zone: str, now: float) -> Session | None:
    """The session that goes on at ``now``, of several the one that ends last."""
    on = [one for one in _around(rules, zone, now, 1) if one.since <= now < one.until]
    return max(on, key=lambda one: (one.until, one.since), default=None)


def session_peak(
    session: Session, rates: tuple[float | None, float | None], seen: float, capacity: tuple[float | None, float | None]
) -> SessionPeak:
    """The peak of a line with ``capacity`` (in, out), against what it should have."""
    room = [most / peak for most, peak in zip(capacity, rates, strict=True) if most and peak]
    return SessionPeak(session, rates[0], rates[1], min(1.0, seen), min(room, default=None))


def _around(rules: tuple[SessionRule, ...], zone: str, now: float, days: int) -> list[Session]:
    """Every session that starts on the day of ``now`` or one of the ``days`` before."""
    here = ZoneInfo(zone)
    today = datetime.fromtimestamp(now, here).date()
    dates = [today - timedelta(ago) for ago in range(days + 1)]
    return [session_on(rule, day, here) for day in dates for rule in rules if day.isoweekday() in rule.days]


def session_on(rule: SessionRule, day: date, zone: ZoneInfo) -> Session:
    """The session of ``rule`` that starts on ``day``, whether or not the rule names its weekday."""
    end = day if rule.until_min > rule.from_min else day + timedelta(1)
    return Session(
        rule.name, minute_of(day, rule.from_min, zone), minute_of(end, rule.until_min, zone), day.isoformat()
    )
