"""The numbers of a check command: against the site's limits, and against the ranges the command gives itself."""

from __future__ import annotations

from duty.board import PerfView
from duty.limits import Level
from duty.phrases import Phrase, phrase
from duty.quality import State
from duty.readings import Perf, PerfRange
from duty.site import PerfBound, PerfLimit

Findings = list[tuple[State, Phrase]]


def judge_numbers(numbers: tuple[Perf, ...], limits: tuple[PerfLimit, ...]) -> tuple[tuple[PerfView, ...], Findings]:
    """Every number judged, and what the site's limits find. A label the site waits for and that is not there is
    unknown, never well."""
    by_label = {limit.label: limit for limit in limits}
    views: list[PerfView] = []
    found: Findings = []
    for one in numbers:
        limit = by_label.pop(one.label, None)
        state, finding = _against(one, limit)
        if finding is not None:
            found.append((state, finding))
        views.append(
            PerfView(
                label=one.label,
                value=one.value,
                unit=one.unit,
                state=max(state, _own(one)),
                maximum=one.maximum,
                limit=_fault_at(one, limit),
                share_percent=share(one),
                levels=levels_of(one, limit),
            )
        )
    for label in by_label:
        found.append((State.UNKNOWN, phrase("{label} is not among its numbers", label=label)))
    return tuple(views), found


def share(one: Perf) -> float | None:
    """Percent of its maximum; a number that is a percentage and has none is its own share."""
    if one.value is None:
        return None
    if one.maximum is not None and one.maximum > 0:
        return 100 * one.value / one.maximum
    return one.value if one.unit == "%" else None


def levels_of(one: Perf | None, limit: PerfLimit | None) -> tuple[Level, ...]:
    """Every level at which a number is judged, in its own unit. ``one`` is ``None`` where the command said nothing."""
    found: list[Level] = []
    for state, bound in () if limit is None else ((State.WARN, limit.warn), (State.ACT, limit.act)):
        if bound is not None and (value := _in_unit(one, bound)) is not None:
            found.append(Level(value, state, bound.below))
    for state, own in () if one is None else ((State.WARN, one.warn), (State.ACT, one.crit)):
        if own is None:
            continue
        # "Not below zero" is what a plain range says of numbers that cannot be: no level to draw.
        if own.low is not None and (own.inside or own.low != 0):
            found.append(Level(own.low, state, not own.inside))
        if own.high is not None:
            found.append(Level(own.high, state, own.inside))
    return tuple(dict.fromkeys(found))


def in_range(value: float, bounds: PerfRange) -> bool:
    """Whether ``value`` is one that the range raises an alarm for."""
    below = bounds.low is not None and value < bounds.low
    above = bounds.high is not None and value > bounds.high
    return (not below and not above) if bounds.inside else (below or above)


def figure(value: float, unit: str) -> str:
    """A number as a sentence has it: sizes in units of 1,024, the rest as it is."""
    if unit == "B":
        for name in ("B", "KiB", "MiB", "GiB", "TiB"):
            if abs(value) < 1024 or name == "TiB":
                return f"{value:.4g} {name}"
            value /= 1024
    text = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return text if unit in ("", "c") else f"{text} {unit}"


def _own(one: Perf) -> State:
    if one.value is None:
        return State.UNKNOWN
    if one.crit is not None and in_range(one.value, one.crit):
        return State.ACT
    if one.warn is not None and in_range(one.value, one.warn):
        return State.WARN
    return State.OK


def _against(one: Perf, limit: PerfLimit | None) -> tuple[State, Phrase | None]:
    if limit is None:
        return State.OK, None
    for state, bound in ((State.ACT, limit.act), (State.WARN, limit.warn)):
        if bound is None:
            continue
        measured = share(one) if bound.percent else one.value
        if measured is None and one.value is not None:
            return State.UNKNOWN, phrase("{label} has no maximum to be a share of", label=one.label)
        if measured is None:
            return State.UNKNOWN, phrase("{label} is not known", label=one.label)
        if measured < bound.value if bound.below else measured >= bound.value:
            return state, _said(one, measured, bound)
    return State.OK, None


def _said(one: Perf, measured: float, bound: PerfBound) -> Phrase:
    unit = "%" if bound.percent else one.unit
    limit = figure(bound.value, unit)
    value = f"{measured:.1f} %" if bound.percent else figure(measured, unit)
    if bound.below:
        return phrase("{label} at {value} (not below {limit})", label=one.label, value=value, limit=limit)
    return phrase("{label} at {value} (limit {limit})", label=one.label, value=value, limit=limit)


def _fault_at(one: Perf, limit: PerfLimit | None) -> float | None:
    """The value from which on it is a fault, in the number's own unit."""
    act = limit.act if limit is not None else None
    if act is not None:
        return _in_unit(one, act)
    return one.crit.high if one.crit is not None and not one.crit.inside else None


def _in_unit(one: Perf | None, bound: PerfBound) -> float | None:
    """A bound in the number's own unit; ``None`` where it is a share of nobody knows what."""
    if not bound.percent:
        return bound.value
    if one is not None and one.maximum is not None and one.maximum > 0:
        return bound.value / 100 * one.maximum
    return bound.value if one is not None and one.unit == "%" else None
