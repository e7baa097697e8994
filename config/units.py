"""Numbers with units as people write them in the site file. Each function returns SI units or refuses in words.

A bare number where a unit decides the meaning is refused: ``interval = 5`` could be seconds or minutes, and the
person who reads the file at night should not have to know which.
"""

from __future__ import annotations

import math
import re

from config.refusal import refuse
from duty.phrases import phrase

_NUMBER = r"(\d{1,15}(?:\.\d{1,9})?)"
_DURATION_PART = re.compile(_NUMBER + r"\s*(ms|s|min|m|h|d)")
_SIZE = re.compile(_NUMBER + r"\s*(B|kB|KB|MB|GB|TB|KiB|MiB|GiB|TiB)")
_CAPACITY = re.compile(_NUMBER + r"\s*([kmgt]?)(?:bits?|bps)(?:/s)?", re.IGNORECASE)
_RATE = re.compile(_NUMBER + r"\s*/\s*(s|min|h)")
_COUNT = re.compile(r"(\d{1,6})\s*(?:(\+)|-\s*(\d{1,6}))?")

SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
BYTES = {
    "B": 1,
    "kB": 10**3,
    "KB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "TB": 10**12,
    "KiB": 2**10,
    "MiB": 2**20,
    "GiB": 2**30,
    "TiB": 2**40,
}
_BITS = {"": 1.0, "k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12}


def is_number(value: object) -> bool:
    """Whether ``value`` is a finite TOML number (TOML's booleans are Python ints; they are not numbers here)."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def duration(value: object) -> float:
    """Seconds of ``"250ms"``, ``"2s"``, ``"5m"``, ``"1h30m"``, ``"2d"``."""
    text = value.strip() if isinstance(value, str) else ""
    seconds, at = 0.0, 0
    while part := _DURATION_PART.match(text, at):
        seconds += float(part[1]) * SECONDS[part[2]]
        at = part.end()
    if not text or at != len(text):
        bare = is_number(value) or re.fullmatch(_NUMBER, text)
        wanted = phrase('a duration with its unit, such as "250ms", "2s", "5m" or "1h"')
        raise refuse(wanted, f'"{str(value).strip()}s"' if bare else None)
    return seconds


def time_of_day(value: object) -> int:
    """Minutes since midnight of ``"20:00"``; ``"24:00"`` is midnight too."""
    found = re.fullmatch(r"(\d{1,2}):(\d{2})", value.strip()) if isinstance(value, str) else None
    minutes = int(found[1]) * 60 + int(found[2]) if found and int(found[2]) < 60 else -1
    if not 0 <= minutes <= 1440:
        raise refuse(phrase('a time of the day in quotes, such as "20:00"'))
    return minutes % 1440


def size(value: object) -> float:
    """Bytes of ``"2GiB"``, ``"500MB"``."""
    found = _SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise refuse(phrase('a size with its unit, such as "500MB" or "2GiB"'), _size_hint(value))
    return float(found[1]) * BYTES[found[2]]


def _size_hint(value: object) -> str | None:
    """The size that was most likely meant: the same with a unit we know."""
    if is_number(value):
        return f'"{value}B"'
    found = (
        re.fullmatch(_NUMBER + r"\s*([kmgt])(i?)b?", value.strip(), re.IGNORECASE) if isinstance(value, str) else None
    )
    if found is None:
        return None
    return f'"{found[1]}{found[2].upper()}{"iB" if found[3] else "B"}"'


def capacity(value: object) -> float:
    """Bits per second of ``"100Mbit"``, ``"1.5Gbit/s"``, ``"512kbps"``; more than zero."""
    found = _CAPACITY.fullmatch(value.strip()) if isinstance(value, str) else None
    bits = float(found[1]) * _BITS[found[2].lower()] if found else 0.0
    if bits <= 0:
        wanted = phrase('a contracted capacity above zero with its unit, such as "100Mbit", "2Gbit" or "512kbit"')
        raise refuse(wanted, _capacity_hint(value) if found is None else None)
    return bits


def _capacity_hint(value: object) -> str | None:
    if is_number(value):
        return f'"{value}Mbit"'
    found = re.fullmatch(_NUMBER + r"\s*([KMGTkmgt])", value.strip()) if isinstance(value, str) else None
    return f'"{found[1]}{found[2]}bit"' if found else None


def _bounded_percent(value: object, most: float) -> float | None:
    number: float | None = None
    if isinstance(value, str):
        found = re.fullmatch(_NUMBER + r"\s*%?", value.strip())
        number = float(found[1]) if found else None
    elif isinstance(value, int | float) and is_number(value):
        number = float(value)
    return number if number is not None and 0 <= number <= most else None


def percent(value: object) -> float:
    """A share of 100: ``80``, ``12.5`` or ``"80%"``."""
    number = _bounded_percent(value, 100)
    if number is None:
        raise refuse(phrase('a percentage from 0 to 100, such as 80 or "80%"'))
    return number


def cpu_percent(value: object) -> float:
    """A share of one CPU: ``150`` is one and a half."""
    number = _bounded_percent(value, 102_400)
    if number is None:
        raise refuse(phrase('a share of one CPU in percent, such as 80 or "150%"'))
    return number


def per_second(value: object) -> float:
    """Events per second: ``0.5``, ``"6/min"``, ``"10/h"``."""
    if isinstance(value, int | float) and is_number(value) and value >= 0:
        return float(value)
    found = _RATE.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise refuse(phrase('a number per second, such as 0.5, or "6/min"'))
    return float(found[1]) / SECONDS[found[2]]


def whole(value: object) -> float:
    """A count of things: a whole number from 0."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 10**9:
        raise refuse(phrase("a whole number, zero or more"))
    return float(value)


def number(value: object) -> float:
    """A plain number from 0."""
    if not isinstance(value, int | float) or not is_number(value) or not 0 <= value <= 1e9:
        raise refuse(phrase("a number, zero or more"))
    return float(value)


def count_range(value: object) -> object:
    """``3``, ``"1-4"`` or ``"2+"`` as ``{min, max}``; a table passes as it is."""
    if isinstance(value, dict):
        return value
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    found = _COUNT.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is None:
        raise refuse(phrase('how many copies: 3, "1-4", "2+" or {min = 1, max = 4}'))
    least = int(found[1])
    if found[2]:
        return {"min": least}
    return {"min": least, "max": int(found[3]) if found[3] else least}
