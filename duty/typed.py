"""What a person types into a form: a time of the day, an action with its owner and date. Pure; errors are refusals."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

from duty.corrections import SKEW_S
from duty.incident_details import ReviewAction
from duty.log_words import folded
from duty.phrases import Phrase, phrase
from duty.records import Refused

_AGO = re.compile(r"-?((?:\d{1,6}[smhdw])+)")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_CLOCK = re.compile(r"(?:(\d{1,2})-(\d{1,2}) )?(\d{1,2}):(\d{2})(?::(\d{2}))?")
_DAY = timedelta(days=1)


def moment(text: str, zone: tzinfo, now: float, *, day: Literal["", "start", "end"] = "") -> float | None:
    """A time as people give it, as UTC epoch seconds; ``None`` where it is none.

    ``21:05`` or ``21:05:30`` is the last such time before ``now``, ``11-24 21:05`` the last such day; ``90m``, ``-2h``
    or ``1h30m`` is so long ago; else ISO 8601, in ``zone`` where it names none. ``day``: which end of it ``today``,
    ``yesterday`` or ``2026-11-24`` means; where it is empty a day alone is no time.
    """
    text, here = folded(text).strip(), datetime.fromtimestamp(now, zone)
    try:
        if ago := _AGO.fullmatch(text):
            return now - sum(int(one[:-1]) * _UNITS[one[-1]] for one in re.findall(r"\d+\D", ago[1]))
        if day and (date_of := _day(text, here.date())) is not None:
            return datetime.combine(date_of + _DAY if day == "end" else date_of, time(), zone).timestamp()
        if found := _CLOCK.fullmatch(text):
            return _last(found, here, now + SKEW_S)
        if ":" not in text:
            return None
        that = datetime.fromisoformat(text.upper())
        return (that if that.tzinfo is not None else that.replace(tzinfo=zone)).timestamp()
    except (ValueError, OverflowError, OSError):
        return None


def _day(text: str, today: date) -> date | None:
    if text in ("today", "yesterday"):
        return today if text == "today" else today - _DAY
    return date.fromisoformat(text) if len(text) == len("2026-11-24") and ":" not in text else None


def _last(found: re.Match[str], here: datetime, latest: float) -> float:
    """The last time the clock showed this, not after ``latest``."""
    at = time(int(found[3]), int(found[4]), int(found[5] or 0))
    if found[1]:
        that = datetime.combine(date(here.year, int(found[1]), int(found[2])), at, here.tzinfo)
        return that.timestamp() if that.timestamp() <= latest else that.replace(year=that.year - 1).timestamp()
    that = datetime.combine(here.date(), at, here.tzinfo)
    # A day back by the calendar: where clocks are changed a day is not 24 hours.
    return that.timestamp() if that.timestamp() <= latest else (that - _DAY).timestamp()


def no_time(text: str) -> Phrase:
    """What is said of a text that is no time; here is the list of all forms."""
    return phrase(
        '{text} is no time: write "21:05", "11-24 21:05", "2026-11-24 21:05", or how long ago: "90m", "2h", "3d"',
        text=text,
    )


def no_bound(text: str) -> Phrase:
    """The same where a whole day can be meant."""
    return phrase(
        '{text} is no time: write "21:05", "11-24 21:05", "2026-11-24 21:05", "today", "yesterday", "2026-11-24", '
        'or how long ago: "90m", "2h", "3d"',
        text=text,
    )


def past_moment(text: str, zone: str, now: float) -> float:
    """:func:`moment` in the zone of this name. Raises :class:`duty.records.Refused` where it is none."""
    at = moment(text, ZoneInfo(zone), now)
    if at is None:
        raise Refused(no_time(text.strip()))
    return at


def coming_moment(text: str, zone: str, now: float) -> float:
    """:func:`moment` of what comes: ``21:30`` is the next such time, ``90m`` so long from now.

    Raises :class:`duty.records.Refused` where it is none, or lies in the past.
    """
    here, words = ZoneInfo(zone), folded(text).strip()
    if (span := _AGO.fullmatch(words)) and not words.startswith("-"):
        return now + sum(int(one[:-1]) * _UNITS[one[-1]] for one in re.findall(r"\d+\D", span[1]))
    at = moment(text, here, now)
    if at is None:
        raise Refused(no_time(text.strip()))
    clock = _CLOCK.fullmatch(words)
    if at <= now and clock is not None and not clock[1]:
        at = (datetime.fromtimestamp(at, here) + _DAY).timestamp()
    if at <= now:
        raise Refused(phrase("this time is over already"))
    return at


def action_of(text: str) -> ReviewAction | None:
    """``replace the card; li; 2026-12-01`` as an action of a review; ``None`` where nothing was typed.

    Raises :class:`duty.records.Refused` where a part is missing or the date is none.
    """
    if not text.strip():
        return None
    parts = [part.strip() for part in text.replace("；", ";").split(";")]
    if len(parts) != 3 or not all(parts):
        raise Refused(phrase('an action is written "what; who; 2026-12-01"'))
    what, owner, due = parts
    return ReviewAction(what, owner, _date(due).isoformat())


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(phrase('a date is written "2026-12-01"')) from None
