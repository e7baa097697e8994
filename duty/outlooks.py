"""What the past of a host says of what grows towards a limit: which of several comes first, when it is a warning."""

from __future__ import annotations

import math
from collections.abc import Mapping

from duty.board import PerfView, ProcessView
from duty.forecast import DAY_S, Forecast, Outlook
from duty.phrases import Phrase, phrase
from duty.quality import State
from duty.series import SeriesKey
from duty.site import Limits, ProcessRule

Outlooks = Mapping[SeriesKey, Outlook]
"""Of one host, by series."""

NEAR_S = DAY_S
"""A limit that is reached sooner is a warning now."""
LIMITED = (("rss", "rss"), ("threads", "threads"), ("open_files", "files"))
"""(name in the rule, field of the series) of what grows in a process and can have a limit."""


def near(outlook: Outlook | None) -> bool:
    """Whether the limit comes soon. One that is reached already speaks for itself."""
    return isinstance(outlook, Forecast) and 0 < outlook.seconds < NEAR_S


def soonest(outlooks: Mapping[str, Outlook]) -> tuple[str, Outlook] | None:
    """The outlook that matters, with its name: the soonest forecast, else the first reason why there is none."""
    if not outlooks:
        return None
    return min(outlooks.items(), key=lambda one: one[1].seconds if isinstance(one[1], Forecast) else math.inf)


def limit_in(what: str, forecast: Forecast) -> Phrase:
    """The forecast as a sentence, in the unit that suits the answer; the range is rounded outwards."""
    if forecast.seconds <= 0:
        return phrase("{what} has reached its limit", what=what)
    best, low, high = forecast.seconds, forecast.low_s, forecast.high_s
    unit = 86_400 if best >= 2 * 86_400 else 3_600 if best >= 2 * 3_600 else 60
    values: dict[str, int] = {
        "best": round(best / unit),
        "low": math.floor(low / unit),
        "high": math.ceil(high / unit),
    }
    if unit == 86_400:
        return phrase("{what} reaches its limit in {best} d ({low}-{high} d)", what=what, **values)
    if unit == 3_600:
        return phrase("{what} reaches its limit in {best} h ({low}-{high} h)", what=what, **values)
    return phrase("{what} reaches its limit in {best} min ({low}-{high} min)", what=what, **values)


def towards(what: str, outlook: Outlook) -> Phrase:
    """When ``what`` reaches its limit, or why nobody can say."""
    if isinstance(outlook, Forecast):
        return limit_in(what, outlook)
    if outlook.reason == "short":
        return phrase("{what}: no time to its limit, history too short", what=what)
    if outlook.reason == "jumped":
        return phrase("{what}: no time to its limit, it jumped a short while ago", what=what)
    if outlook.reason == "flat":
        return phrase("{what}: no time to its limit, flat", what=what)
    return phrase("{what}: no time to its limit, moving away from it", what=what)


def limits_of(rule: ProcessRule) -> dict[str, float]:
    """What of a process has a limit to grow to, by the series' field: where it is a fault, else where it warns."""
    found = {"rss": _top(rule.rss_bytes), "threads": _top(rule.threads), "files": _top(rule.open_files)}
    return {field: limit for field, limit in found.items() if limit is not None}


def _top(limits: Limits) -> float | None:
    return limits.act if limits.act is not None else limits.warn


def of_process(key: str, outlooks: Outlooks) -> dict[str, Outlook]:
    """What the past of a process says, by the names the limits have in its rule."""
    found = {name: outlooks.get(SeriesKey("process", key, field)) for name, field in LIMITED}
    return {name: one for name, one in found.items() if one is not None}


def bound_of(number: PerfView) -> tuple[float, bool] | None:
    """What a number moves towards, and whether it does so by falling; ``None``: it has no such bound, or passed it."""
    if number.value is None or number.state is State.ACT:
        return None
    if number.limit is not None:
        # A number that is beyond its limit and well all the same has to stay above it.
        return number.limit, number.value > number.limit
    if number.maximum is not None and number.maximum > 0:
        return number.maximum, False
    return None


def beyond(process: ProcessView, field: str, limit: float) -> bool:
    """Whether a value of a process has reached ``limit`` already: nothing is left to foresee."""
    value = {"rss": process.rss_bytes, "threads": process.threads, "files": process.open_files}[field]
    return value is None or value >= limit
