"""The last minutes of a series in a situation report: drawn for HTML, as a small table for Markdown."""

from __future__ import annotations

import html
from collections.abc import Iterator
from itertools import pairwise

from duty.incident_details import Past
from tui import figures
from tui.incident_facts import amount, past_words
from wire.words import _

WIDTH, HEIGHT = 600, 120
ROWS = 6
"""Of a table."""


def svg(past: Past, zone: str) -> str:
    """The mean as a line between least and highest; a stretch that was not read is a gap, not a line across it."""
    top = max(point[3] for point in past.points) or 1.0
    bottom = min(0.0, *(point[1] for point in past.points))
    scale = HEIGHT / ((top - bottom) or 1.0)

    def place(at: float, value: float) -> str:
        x = WIDTH * (at + past.step_s / 2 - past.since) / (past.until - past.since)
        return f"{x:.1f},{HEIGHT - (value - bottom) * scale:.1f}"

    drawn = []
    for run in _runs(past):
        band = [place(at, high) for at, _low, _mean, high in run] + [place(at, low) for at, low, _m, _h in run[::-1]]
        line = " ".join(place(at, mean) for at, _low, mean, _high in run)
        drawn.append(f'<polygon points="{" ".join(band)}" fill="#9db8d2"/>')
        drawn.append(
            f'<polyline points="{line}" fill="none" stroke="#1f4e79" stroke-width="2" stroke-linecap="round"/>'
        )
    words = html.escape(past_words(past, zone))
    return (
        f'<figure><figcaption>{words}</figcaption><svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'height="{HEIGHT}" role="img" aria-label="{words}"><rect width="{WIDTH}" height="{HEIGHT}" fill="#f4f6f8"/>'
        f"{''.join(drawn)}</svg></figure>\n"
    )


def _runs(past: Past) -> Iterator[list[tuple[float, float, float, float]]]:
    """Points that follow each other without a gap."""
    run = [past.points[0]]
    for before, point in pairwise(past.points):
        if point[0] - before[0] > 1.5 * past.step_s:
            yield run
            run = []
        run.append(point)
    yield run


def table(past: Past, zone: str) -> Iterator[str]:
    """Rows of Markdown: the time, least, mean and highest of some minutes each; a dash where nothing was read."""
    head = (_("time"), _("least"), _("mean"), _("highest"))
    yield f"| {' | '.join(head)} |"
    yield "|" + " --- |" * len(head)
    each = (past.until - past.since) / ROWS
    for row in range(ROWS):
        since = past.since + row * each
        here = [point for point in past.points if since <= point[0] < since + each]
        values = [figures.MISSING] * 3
        if here:
            mean = sum(point[2] for point in here) / len(here)
            found = (min(point[1] for point in here), mean, max(point[3] for point in here))
            values = [amount(value, past.unit) for value in found]
        yield f"| {' | '.join((figures.clock(since, zone), *values))} |"
