"""When a growing thing will be full, with a range; or why nobody can say.

The course of the last days is taken as a straight line, with a daily wave on top where two days or more show one.
The line is fitted by least squares after a robust first look has put outliers aside; its range is Fieller's interval
for the moment at which a fitted line reaches a limit, widened by how much neighbouring readings hang together. A
forecast is given only where the growth is certain: one that is wrong now and then is switched off and forgotten.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from statistics import fmean, median
from typing import Literal

import msgspec

from duty.phrases import Phrase, phrase

DAY_S = 86_400.0
MIN_POINTS = 10
MIN_SPAN_S = 300.0
"""Seconds of readings without which no line is drawn."""
FARTHEST = 10.0
"""Times the readings' own span to which a line may be drawn out."""
FARTHEST_S = 366 * DAY_S
"""What is not full within a year is as good as flat."""
CERTAIN = 2.0
"""Times its range by which a slope must differ from nothing: chance alone then makes one in many thousands."""
ACUTE = 4.0
"""So many times sooner than the long course says, the last hour's own course is believed instead."""
_POINTS = 60
_BINS = 24
_NEAR = 3
"""Readings on each side of a jump that are compared."""

Points = Sequence[tuple[float, float]]
"""(UTC epoch seconds, value), oldest first."""


class Forecast(msgspec.Struct, frozen=True, array_like=True, tag="full"):
    """Full in ``seconds`` from now; with a certainty of about 95 % not before ``low_s`` and not after ``high_s``."""

    seconds: float
    low_s: float
    high_s: float

    def later(self, seconds: float) -> Forecast:
        """The same when ``seconds`` have passed."""
        return Forecast(*(max(0.0, one - seconds) for one in (self.seconds, self.low_s, self.high_s)))


class NoForecast(msgspec.Struct, frozen=True, array_like=True, tag="none"):
    """No time can be given, and why not."""

    reason: Literal["short", "flat", "falling", "jumped"]
    why: Phrase


Outlook = Forecast | NoForecast

SHORT = NoForecast("short", phrase("history too short"))
FLAT = NoForecast("flat", phrase("flat"))
FALLING = NoForecast("falling", phrase("falling"))


def outlook(near: Points, far: Points, limit: float, now: float) -> Outlook:
    """From the last hour in detail (``near``) and the last days in coarse steps (``far``).

    The long course knows the daily wave; the last hour counts where it leads to a height not seen before, much sooner.
    """
    before = near[0][0] if near else now
    top = max((value for at, value in far if at < before), default=math.inf)
    return weighed(forecast(near, limit, now), forecast(far, limit, now), near, top)


def weighed(soon: Outlook, later: Outlook, near: Points, top: float) -> Outlook:
    """:func:`outlook` where both courses were looked at already; ``top``: the highest of ``far`` before ``near``."""
    if isinstance(soon, NoForecast):
        if soon.reason == "jumped" or (isinstance(later, NoForecast) and later.reason == "short"):
            return soon
        return later
    if isinstance(later, Forecast):
        return soon if soon.seconds * ACUTE < later.low_s else later
    if later.reason == "short":
        return soon
    return soon if near and near[-1][1] > top else later


def forecast(points: Points, limit: float, now: float) -> Outlook:
    """When the course of ``points`` reaches ``limit``, in seconds from ``now`` (UTC epoch seconds)."""
    known = [(at, value) for at, value in points if at <= now and math.isfinite(value)]
    if known and known[-1][1] >= limit:
        return Forecast(0.0, 0.0, 0.0)
    if _too_short(known):
        return SHORT
    while (first := _after_jump(known, limit)) is not None:
        jumped_at, known = known[first][0], known[first:]
        if _too_short(known):
            return NoForecast(
                "jumped", phrase("jumped {minutes} min ago", minutes=max(1, round((now - jumped_at) / 60)))
            )
    wave = _daily_wave(known)
    line = _fit([(at, value - wave[_bin(at)]) for at, value in known] if wave else known, 2 + (_BINS if wave else 0))
    if line is None or line.slope == 0 or line.doubtful:
        return FLAT
    if line.slope < 0:
        return FALLING
    found = _first_crossing(line, wave or (0.0,), limit, now)
    if found.low_s > FARTHEST_S or found.seconds > FARTHEST_S:
        return FLAT
    span = known[-1][0] - known[0][0]
    return found if found.seconds <= FARTHEST * span else SHORT


def _too_short(points: Points) -> bool:
    return len(points) < MIN_POINTS or points[-1][0] - points[0][0] < MIN_SPAN_S


# --- jumps ------------------------------------------------------------------------------------------------------------


def _after_jump(points: Points, limit: float) -> int | None:
    """The first reading after the one great step in the course; ``None`` if there is no such step.

    Two steps or more are how the thing moves (a log written in batches, a file rotated each night): no jump.
    """
    values = [value for _at, value in points]
    steps = [median(values[at : at + _NEAR]) - median(values[max(0, at - _NEAR) : at]) for at in range(1, len(values))]
    usual = median(steps)
    sizes = [abs(step - usual) for step in steps]
    where = max(range(len(sizes)), key=sizes.__getitem__)
    others = sizes[: max(0, where - _NEAR)] + sizes[where + _NEAR + 1 :]
    size = sizes[where]
    if size < 0.25 * (max(values) - min(values)) or size < 0.01 * abs(limit - values[-1]):
        return None
    # The fewer readings there are, the less their own median says of how far chance goes.
    chance = (12 + 90 / len(sizes)) * median(others) if others else 0.0
    if others and size < max(chance, 2 * max(others)):
        return None
    # Medians show the step over several places: it is where the readings themselves part most.
    around = range(max(1, where + 2 - _NEAR), min(len(values), where + 1 + _NEAR))
    return max(around, key=lambda at: abs(values[at] - values[at - 1]))


# --- the daily wave ---------------------------------------------------------------------------------------------------


def _bin(at: float) -> int:
    return int(at % DAY_S // (DAY_S / _BINS))


def _daily_wave(points: Points) -> tuple[float, ...]:
    """How far each hour of the day lies above the line; empty where there is no wave or no two days to see it in."""
    last = points[-1][0]
    days = int((last - points[0][0] + DAY_S / _BINS) // DAY_S)
    if days < 2:
        return ()
    whole: list[list[float]] = [[] for _ in range(days)]
    for at, value in points:
        if (ago := int((last - at) // DAY_S)) < days:
            whole[ago].append(value)
    if not all(whole):
        return ()
    means = [fmean(day) for day in whole]
    rise = median((means[a] - means[b]) / (b - a) for a in range(days) for b in range(a + 1, days)) / DAY_S
    plain = [(at, value - rise * (at - last)) for at, value in points]
    middle = median(value for _at, value in plain)
    hours: list[list[float]] = [[] for _ in range(_BINS)]
    for at, value in plain:
        hours[_bin(at)].append(value)
    if not all(hours):
        return ()
    wave = [fmean(hour) for hour in hours]
    level = fmean(wave)
    before = sum((value - middle) ** 2 for _at, value in plain)
    after = sum((value - wave[_bin(at)]) ** 2 for at, value in plain)
    return tuple(one - level for one in wave) if after < 0.5 * before else ()


# --- the line ---------------------------------------------------------------------------------------------------------


class _Line(msgspec.Struct, frozen=True):
    """``height`` at ``middle``, rising by ``slope`` a second; ``noise``: half the mean's range, squared."""

    middle: float
    height: float
    slope: float
    noise: float
    spread: float
    """Sum of the squared distances in time from the middle, over the number of readings."""

    @property
    def doubtful(self) -> bool:
        """Whether it may as well not rise or fall at all."""
        return self.slope**2 <= CERTAIN**2 * self.noise / self.spread

    def crossing(self, limit: float) -> tuple[float, float, float]:
        """When it reaches ``limit``: best, earliest, latest."""
        away = limit - self.height
        sure = self.slope**2 - self.noise / self.spread
        root = math.sqrt(max(0.0, (self.slope * away) ** 2 - sure * (away**2 - self.noise)))
        best = self.middle + away / self.slope
        return best, self.middle + (self.slope * away - root) / sure, self.middle + (self.slope * away + root) / sure


def _fit(points: Points, parameters: int) -> _Line | None:
    """The line through ``points``; ``None`` if all are alike."""
    means = _thinned(points)
    slope = median(
        (b[1] - a[1]) / (b[0] - a[0]) for number, a in enumerate(means) for b in means[number + 1 :] if b[0] > a[0]
    )
    rests = [value - slope * at for at, value in means]
    middle = median(rests)
    scale = 1.4826 * median(abs(rest - middle) for rest in rests)
    kept = [point for point, rest in zip(means, rests, strict=True) if abs(rest - middle) <= 4 * scale] if scale else []
    if len(kept) < 0.8 * len(means):
        kept = means
    return _least_squares(kept, parameters if len(means) > 2 * parameters else 2)


def _least_squares(points: Points, parameters: int) -> _Line | None:
    count = len(points)
    middle, height = fmean(at for at, _value in points), fmean(value for _at, value in points)
    spread = sum((at - middle) ** 2 for at, _value in points)
    if spread <= 0:
        return None
    slope = sum((at - middle) * (value - height) for at, value in points) / spread
    rests = [value - height - slope * (at - middle) for at, value in points]
    squares = sum(rest * rest for rest in rests)
    alike = sum(a * b for a, b in pairwise(rests)) / squares if squares > 0 else 0.0
    # Readings that hang together say less than their number: so many independent ones they are worth.
    alike = min(0.95, max(0.0, alike + (1 + 3 * alike) / count))
    worth = max(3.0, count * (1 - alike) / (1 + alike))
    freedom = max(1.0, worth - 2)
    variance = squares / max(1, count - parameters)
    return _Line(middle, height, slope, _t95(freedom) ** 2 * variance / worth, spread / count)


def _thinned(points: Points) -> list[tuple[float, float]]:
    """At most :data:`_POINTS` means over equal stretches of time: what follows compares each with each."""
    if len(points) <= _POINTS:
        return list(points)
    start, width = points[0][0], (points[-1][0] - points[0][0]) / _POINTS
    bins: list[list[tuple[float, float]]] = [[] for _ in range(_POINTS)]
    for point in points:
        bins[min(_POINTS - 1, int((point[0] - start) / width))].append(point)
    return [(fmean(at for at, _v in each), fmean(value for _at, value in each)) for each in bins if each]


def _t95(freedom: float) -> float:
    """Student's t for a two-sided 95 %, within 2 % from three degrees of freedom on."""
    return 1.96 + 2.37 / freedom + 2.82 / freedom**2 + (1.6 if freedom < 2 else 0.0)


def _first_crossing(line: _Line, wave: tuple[float, ...], limit: float, now: float) -> Forecast:
    """The wave reaches the limit before the line does: the earliest hour of a day at which line and wave do."""
    best, low, high = math.inf, math.inf, math.inf
    for hour, above in enumerate(wave):
        moments = [max(now, moment) for moment in line.crossing(limit - above)]
        if len(wave) > 1:
            moments = [_next_hour(moment, hour) for moment in moments]
        best, low, high = min(best, moments[0]), min(low, moments[1]), min(high, moments[2])
    return Forecast(best - now, max(0.0, low - now), max(best, high) - now)


def _next_hour(moment: float, hour: int) -> float:
    """The first moment from ``moment`` on that lies in the hour ``hour`` of the day (UTC)."""
    start = hour * (DAY_S / _BINS)
    into = moment % DAY_S
    if start <= into < start + DAY_S / _BINS:
        return moment
    return moment + (start - into) % DAY_S
