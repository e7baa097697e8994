"""What a person types into a form: a time of the day, an action with its owner and date. Pure; errors are refusals."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from duty.incident_details import ReviewAction
from duty.phrases import phrase
from duty.records import Refused

_TIME = re.compile(r"(?:(\d{4}-\d{2}-\d{2})[ T])?([01]?\d|2[0-3]):([0-5]\d)")


def past_moment(text: str, zone: str, now: float) -> float:
    """``11:41`` or ``2026-03-05 11:41`` in ``zone`` as UTC epoch seconds; a time alone is the last such time.

    Raises :class:`duty.records.Refused` where it is none.
    """
    found = _TIME.fullmatch(text.strip().replace("：", ":"))
    if found is None:
        raise Refused(phrase('a time is written "11:41" or "2026-03-05 11:41"'))
    here = ZoneInfo(zone)
    at_time = time(int(found[2]), int(found[3]))
    if found[1]:
        return datetime.combine(_date(found[1]), at_time, here).astimezone(UTC).timestamp()
    today = datetime.fromtimestamp(now, here).date()
    at = datetime.combine(today, at_time, here).astimezone(UTC).timestamp()
    if at <= now:
        return at
    return datetime.combine(today - timedelta(1), at_time, here).astimezone(UTC).timestamp()


def coming_moment(text: str, zone: str, now: float) -> float:
    """``21:30`` or ``2026-03-05 21:30`` in ``zone`` as UTC epoch seconds; a time alone is the next such time.

    Raises :class:`duty.records.Refused` where it is none, or lies in the past.
    """
    at = past_moment(text, zone, now)
    if at > now:
        return at
    if len(text.strip()) > len("21:30"):
        raise Refused(phrase("this time is over already"))
    here = ZoneInfo(zone)
    day = datetime.fromtimestamp(at, here)
    return datetime.combine(day.date() + timedelta(1), day.time(), here).astimezone(UTC).timestamp()


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
