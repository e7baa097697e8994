"""A graph as lines of text: braille, blocks or ASCII, with an axis, limits and the moments of incidents drawn in.

Pure: values in, lines out. A place without a value stays empty: a gap is seen as a gap.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from tui.pager import Line, Span

BRAILLE, BLOCKS, ASCII = "braille", "blocks", "ascii"
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
LEVELS = {BLOCKS: " ▁▂▃▄▅▆▇█", ASCII: " .:-=+*#@"}


class Point(NamedTuple):
    """What was read around one moment (UTC epoch seconds); ``None``: nothing was."""

    at: float
    low: float | None
    mean: float | None
    high: float | None


class Limit(NamedTuple):
    """A level drawn across the graph."""

    value: float
    tone: str


class Mark(NamedTuple):
    """A moment drawn into the graph, such as the start of an incident."""

    at: float
    tone: str


class Frame(NamedTuple):
    """What a graph is drawn into: cells, the span of time, the values at bottom and top."""

    width: int
    height: int
    since: float
    until: float
    bottom: float
    top: float


class Axis(NamedTuple):
    """How values and moments are written at the edges."""

    value: Callable[[float], str]
    moment: Callable[[float], str]
    label: int = 7
    """Cells for the values' names, left of the graph."""


def span_of(points: Sequence[Point], limits: Sequence[Limit] = (), *, floor: float | None = 0.0) -> tuple[float, float]:
    """Bottom and top that show every value, and a limit where one is not far above them."""
    lows = [p.low for p in points if p.low is not None]
    highs = [p.high for p in points if p.high is not None]
    if not highs:
        return (floor or 0.0), (floor or 0.0) + max([1.0, *(limit.value for limit in limits)])
    top = max(highs)
    near = [limit.value for limit in limits if limit.value <= max(2 * top, top + 1e-9)]
    bottom = min(lows) if floor is None else min([floor, *lows])
    bottom = min([bottom, *(limit.value for limit in limits if 2 * bottom <= limit.value < 0)])
    top = max([top, *near])
    if top <= bottom:
        top = bottom + (abs(bottom) * 0.1 or 1.0)
    return bottom, top


def graph(
    points: Sequence[Point],
    frame: Frame,
    axis: Axis,
    *,
    limits: Sequence[Limit] = (),
    marks: Sequence[Mark] = (),
    kind: str = BRAILLE,
    tone: str = "spark",
) -> list[Line]:
    """The graph with its axes: ``frame.height`` lines and one for the times below.

    ``frame.width`` counts the cells of the whole; the plot itself is what the values' names leave.
    """
    width = max(4, frame.width - axis.label - 1)
    plot = frame._replace(width=width)
    rows = _braille(points, plot) if kind == BRAILLE else _columns(points, plot, LEVELS[kind])
    across = {_row_of(limit.value, plot): limit.tone for limit in limits if plot.bottom <= limit.value <= plot.top}
    upright = {column_of(mark.at, plot): mark.tone for mark in marks if plot.since <= mark.at <= plot.until}
    names = _names(plot, axis)
    lines: list[Line] = []
    for number, row in enumerate(rows):
        edge = "┤" if number in names else "│"
        name = names.get(number, "").rjust(axis.label)
        lines.append(((name[: axis.label], "dim"), (edge if kind != ASCII else "|", "rule"),
                      *_drawn(row, across.get(number), upright, tone, kind)))  # fmt: skip
    lines.append(((" " * (axis.label + 1), ""), (_times(plot, axis), "dim")))
    return lines


def _drawn(row: str, limit: str | None, upright: dict[int, str], tone: str, kind: str) -> list[Span]:
    """One line of the plot: what is empty shows the limit or the mark behind it."""
    across, down = ("-", "|") if kind == ASCII else ("┄", "┆")
    spans: list[Span] = []
    for column, sign in enumerate(row):
        if sign not in " \u2800":
            one: Span = (sign, upright.get(column, tone))
        elif column in upright:
            one = (down, upright[column])
        elif limit is not None:
            one = (across, limit)
        else:
            one = (" ", "")
        if spans and spans[-1][1] == one[1]:
            spans[-1] = (spans[-1][0] + one[0], one[1])
        else:
            spans.append(one)
    return spans


def _braille(points: Sequence[Point], plot: Frame) -> list[str]:
    """Two by four dots a cell: a line through the means, the reach from lowest to highest stippled behind it."""
    columns, rows = plot.width * 2, plot.height * 4
    cells = [[0] * plot.width for _ in range(plot.height)]

    def dot(column: int, level: int) -> None:
        line = rows - 1 - level
        cells[line // 4][column // 2] |= _DOTS[line % 4][column % 2]

    before: int | None = None
    for column, reach in enumerate(reaches(points, plot, columns)):
        if reach is None:
            before = None
            continue
        low, middle, high = (_level(value, plot, rows) for value in reach)
        for level in range(low, high + 1):
            if (level + column) % 2 == 0:
                dot(column, level)
        # Joined to its neighbour: a line, not a cloud of dots.
        from_level = middle if before is None else before + (middle > before) - (middle < before)
        for level in range(min(middle, from_level), max(middle, from_level) + 1):
            dot(column, level)
        before = middle
    return ["".join(chr(0x2800 + dots) for dots in row) for row in cells]


def _columns(points: Sequence[Point], plot: Frame, levels: str) -> list[str]:
    """A filled column a cell, as high as the highest value."""
    steps = len(levels) - 1
    grid: list[list[str]] = [[" "] * plot.width for _ in range(plot.height)]
    for column, reach in enumerate(reaches(points, plot, plot.width)):
        if reach is None:
            continue
        filled = _level(reach[2], plot, plot.height * steps) + 1
        for row in range(plot.height):
            grid[plot.height - 1 - row][column] = levels[max(0, min(steps, filled - row * steps))]
    return ["".join(row) for row in grid]


def reaches(points: Sequence[Point], plot: Frame, columns: int) -> list[tuple[float, float, float] | None]:
    """Lowest, mean and highest value in each column of time; ``None`` where nothing was read."""
    found: list[list[Point]] = [[] for _ in range(columns)]
    span = plot.until - plot.since
    if span <= 0:
        return [None] * columns
    for point in points:
        if point.low is None or point.high is None or not plot.since <= point.at <= plot.until:
            continue
        found[min(columns - 1, int((point.at - plot.since) / span * columns))].append(point)
    return [_reach(here) if here else None for here in found]


def _reach(points: list[Point]) -> tuple[float, float, float]:
    low = min(point.low for point in points if point.low is not None)
    high = max(point.high for point in points if point.high is not None)
    means = [point.mean for point in points if point.mean is not None]
    return low, sum(means) / len(means) if means else (low + high) / 2, high


def _level(value: float, plot: Frame, levels: int) -> int:
    share = (value - plot.bottom) / (plot.top - plot.bottom)
    return max(0, min(levels - 1, round(share * (levels - 1))))


def _row_of(value: float, plot: Frame) -> int:
    return plot.height - 1 - _level(value, plot, plot.height)


def column_of(at: float, plot: Frame) -> int:
    """The column of a moment; one outside of the frame is at its edge."""
    share = (at - plot.since) / max(1e-9, plot.until - plot.since)
    return max(0, min(plot.width - 1, int(share * plot.width)))


def _names(plot: Frame, axis: Axis) -> dict[int, str]:
    """The values written at the left: top, bottom and, where there is room, between."""
    rows = {0, plot.height - 1}
    if plot.height >= 5:
        rows.add((plot.height - 1) // 2)
    span = plot.top - plot.bottom
    last = max(1, plot.height - 1)
    return {row: axis.value(plot.top - span * row / last) for row in rows}


def _times(plot: Frame, axis: Axis) -> str:
    """The moments below: begin, middle where there is room, end."""
    first, last = axis.moment(plot.since), axis.moment(plot.until)
    middle = axis.moment((plot.since + plot.until) / 2)
    line = first.ljust(plot.width)[: plot.width - len(last)] + last if plot.width > len(first) + len(last) else last
    if plot.width >= len(first) + len(middle) + len(last) + 8:
        left = (plot.width - len(middle)) // 2
        line = line[:left] + middle + line[left + len(middle) :]
    return line
