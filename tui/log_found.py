"""Lines of the duty log as rows: when, who, about what, what; what was looked for is underlined wherever it stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.cells import cell_len

from duty.log_query import LogQuery
from duty.log_words import marks
from duty.records import LogEntry
from tui import figures
from tui.cells import cell
from tui.glyphs import Glyphs
from tui.log_rows import drill_mark, letter_of, said_of, tone_of
from tui.pager import Line, Span
from tui.sayings import about_of
from wire.words import _

HIT = "hit"
"""The tone of what was looked for."""
_ROOMY = 120
"""Cells from which a time has its year."""


def marked(text: str, width: int, terms: Sequence[str], tone: str = "", *, cut: str = "…") -> Line:
    """``text`` in ``width`` cells and a blank, ``terms`` marked; the first of them is brought in where it stands too
    far on the right."""
    found = marks(text, terms)
    if found and cell_len(text[: found[0][1]]) > width - (cell_len(text) > width):
        begin = found[0][0]
        start = begin
        while start > 0 and cell_len(text[start - 1 : begin]) < width // 3:
            start -= 1
        if start:
            text = cut + text[start:]
            found = marks(text, terms)
    shown = cell(text, width, tone, cut=cut)[0]
    end = next((at for at, pair in enumerate(zip(shown, text, strict=False)) if pair[0] != pair[1]), len(text))
    line: list[Span] = []
    at = 0
    for first, last in found:
        first, last = min(first, end), min(last, end)
        line += [(shown[at:first], tone), (shown[first:last], HIT)]
        at = max(at, last)
    line.append((shown[at:], tone))
    return tuple(span for span in line if span[0])


def log_columns(
    width: int, zone: str, now: float, query: LogQuery, glyphs: Glyphs
) -> tuple[Line, Callable[[LogEntry], Line]]:
    """The names of the columns for ``width`` cells, and what draws a line under them."""
    roomy = width >= _ROOMY
    when = 19 if roomy else 14
    who = 12 if roomy else 8
    about = min(28, max(12, width // 6))
    rest = max(10, width - when - who - about - 4)
    head = (
        cell(_("time"), when, "head"), cell(_("who"), who, "head"), cell(_("about"), about, "head"),
        cell(_("what"), rest, "head"),
    )  # fmt: skip
    cut = glyphs.cut

    def draw(entry: LogEntry) -> Line:
        actor, tone = (entry.actor, "name") if entry.actor else (_("watch"), "dim")
        time = figures.moment(entry.event_at, zone)
        if not roomy:  # the year where it is another one, else the second
            time = time[5:] if time[:4] == figures.moment(now, zone)[:4] else time[2:16]
        return (
            cell(time, when, "dim", cut=cut),
            *marked(actor, who, (*query.terms, *query.actors), tone, cut=cut),
            *marked(about_of(entry.subject), about, (*query.terms, *query.hosts), "dim", cut=cut),
            *marked(
                f"{letter_of(entry)} {drill_mark(entry, glyphs)}{said_of(entry, zone)}".lstrip(),
                rest,
                query.terms,
                tone_of(entry, "" if entry.actor else "dim"),
                cut=cut,
            ),
        )

    return head, draw
