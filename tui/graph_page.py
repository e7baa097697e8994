"""The page of one graph as lines of text: what it shows, the graph, what is drawn into it, the series to choose from.

Pure: values in, lines out, as many as asked for and none wider.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from rich.cells import cell_len

from duty.board import HostView
from duty.graph import Graph
from duty.phrases import N_
from duty.quality import State
from duty.records import Incident
from duty.series import SeriesKey
from tui import figures
from tui.cells import cell
from tui.graphs import ASCII, BRAILLE, Axis, Frame, Limit, Mark, Point, graph, span_of
from tui.pager import Line, Span, padded, wrapped
from tui.sayings import title_of
from tui.series_words import series_words
from wire.words import _

WIDE = 110
"""Cells from which the series are listed beside the graph."""
_LIST = 30
_LEVELS = {
    (False, False): N_("warning from"), (True, False): N_("act from"),
    (False, True): N_("warning below"), (True, True): N_("act below"),
}  # fmt: skip
"""(to be acted on, bad when low) → what a limit is called; the value follows."""
_GRAVITY = ("accent", "warn", "act")
_SILENCE = 2.5
"""Usual distances of two readings after which there is a gap."""
_STEPS = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 7.5, 10.0)


class GraphPage(NamedTuple):
    """What there is to show. ``said``: a sentence in the place of the graph, where there is none."""

    host: str
    series: SeriesKey | None
    choices: Sequence[SeriesKey]
    span_words: str
    since: float
    until: float
    graph: Graph | None
    said: str
    note: str
    view: HostView | None
    incidents: Sequence[Incident]
    zone: str
    ascii: bool = False
    moment: float | None = None
    """A moment in the middle of it that is looked at, UTC epoch seconds."""


def value_words(unit: str) -> Callable[[float | None], str]:
    """How a value of this unit is written."""
    plain: dict[str, Callable[[float | None], str]] = {
        "%": figures.percent,
        "B": figures.size,
        "bit/s": figures.rate,
        "s": _seconds,
        "B/s": lambda value: figures.MISSING if value is None else f"{figures.size(value)}/s",
    }
    if unit in plain:
        return plain[unit]
    return lambda value: figures.MISSING if value is None else f"{value:.4g}{' ' + unit if unit else ''}"


def _seconds(value: float | None) -> str:
    return figures.millis(value) if value is None or abs(value) < 10 else f"{value:,.1f} s"


class Across(NamedTuple):
    """A level drawn across the graph, and what it is called."""

    value: float
    tone: str
    name: str


def limits_of(graph: Graph, view: HostView | None) -> list[Across]:
    """What the watch says is a limit, lowest first, and behind it how much there can be, by what the board knows."""
    found = [
        Across(one.value, "act" if one.state is State.ACT else "warn", _(_LEVELS[one.state is State.ACT, one.below]))
        for one in sorted(graph.limits, key=lambda one: one.value)
    ]
    room = _room(graph.series, view)
    return found if room is None else [*found, room]


def _room(series: SeriesKey, view: HostView | None) -> Across | None:
    if view is None:
        return None
    if series.kind == "line":
        line = next((one for one in view.lines if one.key == series.key), None)
        way = {"in": "capacity_in_bps", "out": "capacity_out_bps"}.get(series.field)
        capacity = getattr(line, way) if line is not None and way is not None else None
        return Across(capacity, "accent", _("contracted capacity")) if capacity else None
    if series.kind == "disk" and series.field == "used":
        disk = next((one for one in view.disks if one.mount == series.key), None)
        if disk is not None and disk.used_bytes is not None and disk.available_bytes is not None:
            return Across(disk.used_bytes + disk.available_bytes, "accent", _("full"))
    if (series.kind, series.field) == ("host", "load") and view.cpus:
        return Across(view.cpus, "accent", _("processors"))
    return None


def page_lines(page: GraphPage, width: int, height: int) -> list[Line]:
    """The whole page, ``height`` lines."""
    listed = width >= WIDE and len(page.choices) > 1
    room = width - _LIST - 2 if listed else width
    lines = _body(page, room, height, listed=listed)
    lines = [padded(line, room) for line in (*lines, *(((("", ""),),) * height))[:height]]
    if not listed:
        return lines
    rule = "| " if page.ascii else "│ "
    return [(*side, (rule, "rule"), *line) for side, line in zip(_list(page, height), lines, strict=True)]


def _body(page: GraphPage, width: int, height: int, *, listed: bool) -> list[Line]:
    head: list[Line] = [_title(page, width)]
    if page.note:
        head.append(((cell(page.note, width - 1)[0], "notice"),))
    foot: list[Line] = [] if listed else [_chooser(page, width)]
    if page.graph is None or page.series is None or not page.graph.points:
        return [*head, (), *wrapped(page.said, width, "dim"), *((),) * (height - len(head) - len(foot) - 2), *foot][
            -height:
        ]
    words = value_words(page.graph.unit)
    limits = limits_of(page.graph, page.view)
    head.append(_figures(page.graph, words, width))
    points = joined(page.graph)
    # Drawn from the mildest on, so that of two at one height the graver is seen.
    drawn = [Limit(one.value, one.tone) for one in sorted(limits, key=lambda one: _GRAVITY.index(one.tone))]
    bottom, top = nice(*span_of(points, drawn), page.graph.unit)
    marks = [Mark(one.opened_at, "act") for one in page.incidents]
    if page.moment is not None:
        marks.append(Mark(page.moment, "accent"))
    below = [*_limits(page, limits, words, (bottom, top), width), *_moments(page, width)]
    foot = [*below[: max(0, height - len(head) - len(foot) - 6)], *foot]
    rows = max(3, height - len(head) - len(foot) - 1)
    names = [words(top - (top - bottom) * row / max(1, rows - 1)) for row in (0, (rows - 1) // 2, rows - 1)]
    axis = Axis(words, lambda at: _moment(at, page), max(cell_len(name) for name in names))
    frame = Frame(width - 1, rows, page.since, page.until, bottom, top)
    kind = ASCII if page.ascii else BRAILLE
    return [*head, *graph(points, frame, axis, limits=drawn, marks=marks, kind=kind), *foot]


def joined(graph: Graph) -> list[Point]:
    """The points, those between two readings of the usual distance filled in: only a longer silence is a gap."""
    points, step = graph.points, graph.step_s
    usual = median((after.at - before.at for before, after in pairwise(points)), step)
    made: list[Point] = []
    for before, after in pairwise((*points, points[-1])):
        places = round((after.at - before.at) / step) if after.at - before.at <= _SILENCE * usual else 1
        made += [
            Point(before.at + (place + 0.5) * step, before.low, before.mean, before.high)
            for place in range(max(1, places))
        ]
    return made


def median(values: Iterable[float], least: float) -> float:
    """The value in the middle, ``least`` where there is none."""
    ordered = sorted(values)
    return max(least, ordered[len(ordered) // 2]) if ordered else least


def _title(page: GraphPage, width: int) -> Line:
    name = f"{page.host}  {series_words(page.series)}" if page.series is not None else page.host
    spans = f"[ ] {page.span_words}"
    room = max(8, width - cell_len(spans) - 3)
    return (cell(name, room, "title.focus"), (" " + spans, "accent"))


def _figures(graph: Graph, words: Callable[[float | None], str], width: int) -> Line:
    points = graph.points
    mean = sum(point.mean for point in points) / len(points)
    text = _(
        "newest {newest} · least {low} · mean {mean} · highest {high}",
        newest=words(points[-1].mean),
        low=words(min(point.low for point in points)),
        mean=words(mean),
        high=words(max(point.high for point in points)),
    )
    step = _("a point is {span}", span=figures.span(max(graph.step_s, graph.finest_s, 1.0)))
    return ((cell(f"{text} · {step}", width - 1)[0], ""),)


def _limits(
    page: GraphPage,
    limits: Sequence[Across],
    words: Callable[[float | None], str],
    ends: tuple[float, float],
    width: int,
) -> list[Line]:
    """The limits with their values, as many in a line as there is room for."""
    lines: list[Line] = []
    used = width
    for one in limits:
        outside = _("above what is drawn") if one.value > ends[1] else ""
        outside = _("below what is drawn") if one.value < ends[0] else outside
        text = " ".join(filter(None, (one.name, words(one.value), outside)))
        sign: Span = ("-- " if page.ascii else "┄┄ ", one.tone)
        if used + cell_len(text) + 6 >= width:
            lines.append((sign, (text, "dim")))
            used = cell_len(text) + 3
        else:
            lines[-1] = (*lines[-1], ("   ", ""), sign, (text, "dim"))
            used += cell_len(text) + 6
    return lines


def _moments(page: GraphPage, width: int) -> list[Line]:
    """The incidents whose beginning is drawn, the newest first."""
    within = [one for one in page.incidents if page.since <= one.opened_at <= page.until]
    sign = "|  " if page.ascii else "┆  "
    lines: list[Line] = []
    if page.moment is not None:
        when = figures.moment(page.moment, page.zone)
        lines.append(((sign, "accent"), (cell(_("{time}: the line of the duty log", time=when), width - 5)[0], "dim")))
    for one in sorted(within, key=lambda incident: -incident.opened_at):
        text = _("incident {number}", number=one.id)
        when = figures.clock(one.opened_at, page.zone, page.until)
        lines.append(((sign, "act"), (cell(f"{when} {text}: {title_of(one)}", max(8, width - 5))[0], "dim")))
    return lines


def _chooser(page: GraphPage, width: int) -> Line:
    """The series in one line: which of how many, and the next."""
    if page.series is None or page.series not in page.choices:
        return ()
    at = page.choices.index(page.series)
    after = [series_words(one) for one in (*page.choices[at + 1 :], *page.choices[:at])]
    back, on = "<>" if page.ascii else "◂▸"
    here: Span = (f" {back} {at + 1}/{len(page.choices)} {series_words(page.series)} {on} ", "tab")
    room = max(1, width - cell_len(here[0]) - 2)
    return (here, (" " + cell(", ".join(after), room)[0], "dim"))


def _list(page: GraphPage, height: int) -> list[Line]:
    at = page.choices.index(page.series) if page.series in page.choices else 0
    top = max(0, min(at - height // 2, len(page.choices) - height))
    mark = "> " if page.ascii else "▸ "
    lines: list[Line] = []
    for number in range(top, top + height):
        if number >= len(page.choices):
            lines.append(((" " * (_LIST - 1) + " ", ""),))
            continue
        chosen = number == at
        lines.append(
            (cell((mark if chosen else "  ") + series_words(page.choices[number]), _LIST - 1, "tab" if chosen else ""),)
        )
    return lines


def _moment(at: float, page: GraphPage) -> str:
    if page.until - page.since > 2 * 86_400:
        return figures.date(at, page.zone)[5:]
    if page.until - page.since > 12 * 3600:
        return figures.date(at, page.zone)[5:]
    return figures.clock(at, page.zone) if page.until - page.since <= 600 else figures.clock(at, page.zone)[:5]


def nice(bottom: float, top: float, unit: str) -> tuple[float, float]:
    """Ends that are read without counting: a share ends at 100 at most, others at a round number."""
    if unit == "%" and bottom >= 0 and 50 < top <= 100:
        return 0.0, 100.0
    return (-_ceiling(-bottom, unit) if bottom < 0 else bottom), (_ceiling(top, unit) if top > 0 else top)


def _ceiling(value: float, unit: str) -> float:
    if not math.isfinite(value) or value < 1e-300 or value > 1e300:
        return value
    scale = 1.0
    if unit in ("B", "B/s"):
        while value / scale >= 1024:
            scale *= 1024
    power = scale * 10.0 ** math.floor(math.log10(value / scale))
    return next((step * power for step in _STEPS if step * power >= value), value)
