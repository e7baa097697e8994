"""The graphs on the page of one host: its main numbers over the last hour, a line each or side by side.

Pure: values in, lines out. How many lines there are follows from the size of the page and from what the host has,
never from what was answered: nothing moves when the answers come.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from rich.cells import cell_len

from duty.board import HostView
from duty.graph import Graph
from duty.quality import State
from duty.records import Incident
from duty.series import SeriesKey, unit_of
from tui import cells, figures
from tui.cells import cell
from tui.glyphs import Glyphs
from tui.graph_page import Across, joined, limits_of, nice, value_words
from tui.graphs import ASCII, BRAILLE, LEVELS, Axis, Frame, Limit, Mark, column_of, graph, reaches, span_of
from tui.pager import Line, Span, padded
from tui.series_words import series_words
from wire.words import _

SPAN_S = 3600.0
NARROW = 70
"""Cells below which a graph in a line has neither its top nor its limits beside it."""
_GAP = 3
"""Cells between two graphs side by side."""
_NAME, _VALUE, _ENDS = 25, 12, 21
"""Cells of one graph in a line: what it is, its newest value, what it is drawn against."""


def _plain(value: float | None, glyphs: Glyphs) -> str:
    return glyphs.missing if value is None else f"{value:.3g}"


_SHORT: dict[str, Callable[[float | None, Glyphs], str]] = {
    "bit/s": cells.short_rate,
    "B": cells.short_size,
    "s": cells.short_millis,
    "%": cells.percent,
}


class Layout(NamedTuple):
    """How the graphs of a page are laid out: ``columns`` of 1 are lines of text with a graph in each."""

    columns: int
    rows: int
    """Rows of each plot."""
    most: int
    """Graphs there is room for."""
    width: int
    """Cells of one, with all that stands beside it."""

    @property
    def points(self) -> int:
        """Points that can be told apart in one, two a cell."""
        return 2 * max(10, self.width - (_NAME + _VALUE + _ENDS if self.columns == 1 else 0))


def layout(width: int, height: int) -> Layout:
    """The layout for a page of ``width`` by ``height`` cells; in a corner of the screen there is room for none."""
    if height < 16:
        return Layout(1, 1, 0, width)
    if height < 36 or width < 100:
        return Layout(1, 1, 6 if height < 30 else 10, width)
    columns = 3 if width >= 140 else 2
    return Layout(columns, 4 if height >= 40 else 3, 3 * columns, (width - _GAP * (columns - 1)) // columns)


class SmallGraphs(NamedTuple):
    """What there is to draw. ``graphs``: what was answered, by series; ``why``: why there is nothing newer."""

    series: Sequence[SeriesKey]
    graphs: Mapping[SeriesKey, Graph | None]
    until: float | None
    """UTC epoch seconds of the right edge; ``None``: not answered yet."""
    why: str
    view: HostView
    incidents: Sequence[Incident]
    zone: str
    glyphs: Glyphs

    @property
    def ascii(self) -> bool:
        """Whether the terminal has no wide signs."""
        return self.glyphs.name == "ascii"


def chosen(view: HostView, most: int, mount: str | None) -> tuple[SeriesKey, ...]:
    """The main numbers of a host: CPU, memory, its lines with their first ping, and the mount ``mount``."""
    wanted = [SeriesKey("host", "", "cpu"), SeriesKey("host", "", "memory")]
    for line in view.lines:
        wanted += [SeriesKey("line", line.key, "in"), SeriesKey("line", line.key, "out")]
        wanted += [SeriesKey("ping", f"{ping.line} {ping.target}", "rtt") for ping in line.pings[:1]]
    last = [] if mount is None else [SeriesKey("disk", mount, "used_percent")]
    if not view.lines:
        wanted += [SeriesKey("host", "", "load")]
    return (*wanted[: max(0, most - len(last))], *last)[:most]


def fullest(view: HostView, before: str | None) -> str | None:
    """The mount that is fullest; the one of ``before`` for as long as it is there, so that graphs stay in place."""
    if any(disk.mount == before for disk in view.disks):
        return before
    known = [disk for disk in view.disks if disk.used_percent is not None]
    return max(known, key=lambda disk: disk.used_percent or 0.0).mount if known else None


class Block(NamedTuple):
    """One number drawn: what costs time to draw, and what stands beside its newest value."""

    name: str
    words: Callable[[float | None], str]
    beside: tuple[Span, ...]
    """Its highest value and its limits."""
    body: tuple[Line, ...]
    """The plot, each line as wide as it is to be."""


def draw(asked: SmallGraphs, plan: Layout) -> tuple[Line, list[Block]]:
    """The title and the graphs. This is the dear part: to be done anew when there are other readings."""
    make = _in_a_line if plan.columns == 1 else _plot
    return _title(asked, plan), [make(asked, series, plan) for series in asked.series[: plan.most]]


def graph_lines(drawn: tuple[Line, list[Block]], newest: Sequence[float | None], plan: Layout, cut: str) -> list[Line]:
    """A blank, a title, and the graphs, each with its newest value; nothing where there is room for none."""
    title, blocks = drawn
    if not blocks:
        return []
    told = [(block, block.words(value)) for block, value in zip(blocks, newest, strict=True)]
    if plan.columns == 1:
        rows = [_row(block, value, plan.width, cut) for block, value in told]
        return [(), title, *rows]
    across = [told[first : first + plan.columns] for first in range(0, len(told), plan.columns)]
    lines: list[Line] = [(), title]
    for row in across:
        heads = [padded(_head(block, value, plan.width, cut), plan.width) for block, value in row]
        lines.append(_beside(heads))
        lines += [_beside(part) for part in zip(*(block.body for block, _value in row), strict=True)]
    return lines


def _row(block: Block, value: str, width: int, cut: str) -> Line:
    name = cell(f" {block.name}", 15 if width < NARROW else _NAME - 1, "dim", cut=cut)
    return (name, cell(value, _VALUE - 1, right=True, cut=cut), *block.body[0])


def _head(block: Block, value: str, width: int, cut: str) -> Line:
    """The name whole, its newest value, then what has room."""
    own = cell(block.name, min(cell_len(block.name), width - 1), "name", cut=cut)
    return (own, *_fitting(((f" {value}", ""), *block.beside), width - cell_len(own[0])))


def _beside(lines: Sequence[Line]) -> Line:
    made = list(lines[0])
    for line in lines[1:]:
        made += [(" " * _GAP, ""), *line]
    return tuple(made)


def _title(asked: SmallGraphs, plan: Layout) -> Line:
    words = _("The last hour")
    whole = plan.columns * (plan.width + _GAP) - _GAP
    if asked.why:
        said, tone = _("The history cannot be read: {why}", why=asked.why), "warn"
    elif asked.until is None:
        said, tone = _("The history is being read…"), "dim"
    else:
        parts = (
            _("until {time}", time=figures.clock(asked.until, asked.zone, asked.until)),
            _("{sign} a limit", sign="--" if asked.ascii else "┄") if plan.columns > 1 else "",
            _("{sign} an incident", sign="|" if asked.ascii else "┆"),
            _("g: all numbers, large"),
        )
        said, tone = " · ".join(filter(None, parts)), "dim"
    return (
        (words, "title"),
        ("  ", ""),
        (cell(said, max(8, whole - cell_len(words) - 3), cut=asked.glyphs.cut)[0], tone),
    )


class _Drawn(NamedTuple):
    """One series ready to be drawn."""

    graph: Graph
    words: Callable[[float | None], str]
    limits: list[Across]
    bottom: float
    top: float


def _ready(asked: SmallGraphs, series: SeriesKey) -> _Drawn | None:
    """``None`` where nothing was read."""
    found = asked.graphs.get(series)
    if found is None or not found.points:
        return None
    limits = limits_of(found, asked.view)
    ends = nice(*span_of(joined(found), [Limit(one.value, one.tone) for one in limits]), found.unit)
    return _Drawn(found, value_words(found.unit), limits, *ends)


def _name(series: SeriesKey) -> str:
    """Shorter than on the page of graphs: of a mount there is one number here."""
    return " ".join([series.key, _("used")]) if series.kind == "disk" else series_words(series)


def _missing(asked: SmallGraphs) -> str:
    return "" if asked.until is None else _("nothing was read")


def _in_a_line(asked: SmallGraphs, series: SeriesKey, plan: Layout) -> Block:
    """The graph, what its top is, the limits: what stands behind name and value in one line."""
    narrow = plan.width < NARROW
    whole = plan.width - (16 if narrow else _NAME) - _VALUE
    name, drawn = _name(series), _ready(asked, series)
    if drawn is None:
        gone = cell(_missing(asked), whole - 1, "dim", cut=asked.glyphs.cut)
        return Block(name, value_words(unit_of(series)), (), ((gone,),))
    line = tuple(_columns(asked, drawn, whole - (0 if narrow else _ENDS)))
    ends = () if narrow else ((" ", ""), *_ends(drawn, _ENDS - 1, asked.glyphs))
    return Block(name, drawn.words, (), ((*line, *ends),))


def _columns(asked: SmallGraphs, drawn: _Drawn, width: int) -> Iterator[Span]:
    """The highest of each column; what passes a limit has its tone, a moment of an incident stands in its column."""
    found = drawn.graph
    frame = Frame(width, 1, found.since, found.until, drawn.bottom, drawn.top)
    signs = LEVELS[ASCII if asked.ascii else "blocks"]
    marks = {column_of(at, frame) for at in _moments(asked, found)}
    for column, reach in enumerate(reaches(joined(found), frame, width)):
        if column in marks:
            yield ("|" if asked.ascii else "┆"), "act"
        elif reach is None:
            yield " ", ""
        else:
            share = (reach[2] - drawn.bottom) / (drawn.top - drawn.bottom)
            yield signs[max(1, min(len(signs) - 1, 1 + int(share * (len(signs) - 1))))], _tone(found, reach)


def _tone(found: Graph, reach: tuple[float, float, float]) -> str:
    passed = [one.state for one in found.limits if (reach[0] < one.value if one.below else reach[2] >= one.value)]
    return "spark" if not passed else "act" if State.ACT in passed else "warn"


def _ends(drawn: _Drawn, width: int, glyphs: Glyphs) -> list[Span]:
    """Top of the graph, and behind it each limit in its tone, as far as there is room; the unit stands on the left."""
    short = _SHORT.get(drawn.graph.unit, _plain)
    ascii = glyphs.name == "ascii"
    texts = [(f"{'^' if ascii else '↑'}{short(drawn.top, glyphs)}", "dim")]
    texts += [(f" {'-' if ascii else '┄'}{short(one.value, glyphs)}", one.tone) for one in drawn.limits]
    return _fitting(texts, width)


def _fitting(texts: Iterable[Span], width: int) -> list[Span]:
    """Those that have room, in order."""
    spans: list[Span] = []
    for text, tone in texts:
        if cell_len(text) <= width:
            spans.append((text, tone))
            width -= cell_len(text)
    return spans


def _plot(asked: SmallGraphs, series: SeriesKey, plan: Layout) -> Block:
    """One of those side by side: the plot, the times below."""
    name, drawn = _name(series), _ready(asked, series)
    if drawn is None:
        body: list[Line] = [((f"  {_missing(asked)}", "dim"),), *((),) * plan.rows]
        return Block(name, value_words(unit_of(series)), (), tuple(padded(line, plan.width) for line in body))
    words, found = drawn.words, drawn.graph
    label = max(7, cell_len(words(drawn.top)), cell_len(words(drawn.bottom)))
    body = graph(
        joined(found),
        Frame(plan.width, plan.rows, found.since, found.until, drawn.bottom, drawn.top),
        Axis(words, lambda at: figures.clock(at, asked.zone)[:5], label),
        limits=[Limit(one.value, one.tone) for one in drawn.limits],
        marks=[Mark(at, "act") for at in _moments(asked, found)],
        kind=ASCII if asked.ascii else BRAILLE,
    )
    dash = "--" if asked.ascii else "┄"
    highest = _("highest {value}", value=words(max(point.high for point in found.points)))
    beside = ((f" · {highest}", "dim"), *((f"  {dash} {words(one.value)}", one.tone) for one in drawn.limits))
    return Block(name, words, beside, tuple(padded(line, plan.width) for line in body))


def _moments(asked: SmallGraphs, found: Graph) -> list[float]:
    return [one.opened_at for one in asked.incidents if found.since <= one.opened_at <= found.until]
