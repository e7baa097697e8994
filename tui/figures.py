"""Figures as people read them on a page: sizes, rates, times. Not known is a dash, never a zero."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from wire.words import _

MISSING = "–"
_BINARY = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
_BITS = ("bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s")


def size(count: float | None) -> str:
    """Bytes in units of 1,024."""
    return _scaled(count, 1024, _BINARY)


def rate(bits: float | None) -> str:
    """Bits per second in units of 1,000, as lines are contracted."""
    return _scaled(bits, 1000, _BITS)


def percent(share: float | None) -> str:
    """A share in per cent, one digit after the point below ten."""
    if share is None:
        return MISSING
    return f"{share:.1f} %" if share < 10 else f"{share:.0f} %"


def millis(seconds: float | None) -> str:
    """Seconds as milliseconds."""
    return MISSING if seconds is None else f"{1000 * seconds:.1f} ms"


def number(value: float | None) -> str:
    """A plain number."""
    return MISSING if value is None else f"{value:g}" if value < 100 else f"{value:,.0f}"


def span(seconds: float | None) -> str:
    """A length of time in its two largest units."""
    if seconds is None:
        return MISSING
    whole = max(0, int(seconds))
    days, hours, minutes = whole // 86400, whole // 3600 % 24, whole // 60 % 60
    if days:
        return _("{days} d {hours} h", days=days, hours=hours)
    if hours:
        return _("{hours} h {minutes} min", hours=hours, minutes=minutes)
    if minutes:
        return _("{minutes} min {seconds} s", minutes=minutes, seconds=whole % 60)
    return _("{seconds} s", seconds=whole)


def clock(at: float | None, zone: str, now: float | None = None) -> str:
    """Time of day in ``zone`` (IANA name); with the date where it is not the day of ``now``."""
    if at is None:
        return MISSING
    moment = datetime.fromtimestamp(at, zone_of(zone))
    today = now is None or datetime.fromtimestamp(now, zone_of(zone)).date() == moment.date()
    return moment.strftime("%H:%M:%S" if today else "%Y-%m-%d %H:%M:%S")


def moment(at: float, zone: str) -> str:
    """Day and second in ``zone`` (IANA name)."""
    return datetime.fromtimestamp(at, zone_of(zone)).strftime("%Y-%m-%d %H:%M:%S")


def date(at: float | None, zone: str) -> str:
    """Day and minute in ``zone`` (IANA name)."""
    if at is None:
        return MISSING
    try:
        return datetime.fromtimestamp(at, zone_of(zone)).strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError, OSError):  # a certificate may name any year
        return MISSING


@lru_cache(8)
def zone_of(name: str) -> tzinfo:
    """The time zone of an IANA name; UTC for one that is not known."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return UTC


def _scaled(value: float | None, step: int, units: tuple[str, ...]) -> str:
    if value is None:
        return MISSING
    for unit in units[:-1]:
        if abs(value) < step:
            return f"{value:.0f} {unit}" if unit == units[0] or value >= 100 else f"{value:.1f} {unit}"
        value /= step
    return f"{value:.1f} {units[-1]}"
