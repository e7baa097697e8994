"""A film of a terminal as one SVG that plays by itself wherever pictures are shown: no script, no font, no player.

The frames stand side by side on a strip that jumps from one to the next. A row that comes again is written once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pyte
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import DIMMED_MONOKAI

from tests.support.svg import CELL_H, MARGIN, Picture, Writer, card, file, picture

_NAMED = {"brown": "yellow", "brightbrown": "bright_yellow"}
_CAPTION = Style.parse("bold #0f1419 on #8ecae6")


class Frame(NamedTuple):
    """What was on the screen from second ``at`` on."""

    at: float
    picture: Picture


def photograph(screen: pyte.Screen, caption: str) -> Picture:
    """What a terminal shows, and below it what is being done."""
    rows = [_row(screen, y) for y in range(screen.lines)]
    said = [Segment(f" {caption} ", _CAPTION)] if caption else []
    return picture(screen.columns, [*rows, [], said], DIMMED_MONOKAI)


def _row(screen: pyte.Screen, y: int) -> list[Segment]:
    return [Segment(cell.data, _style(cell)) for cell in (screen.buffer[y][x] for x in range(screen.columns))]


def _style(cell: pyte.screens.Char) -> Style:
    return Style(
        color=_colour(cell.fg), bgcolor=_colour(cell.bg), bold=cell.bold, italic=cell.italics,
        underline=cell.underscore, strike=cell.strikethrough, reverse=cell.reverse,
    )  # fmt: skip


def _colour(name: str) -> str:
    if len(name) == 6 and set(name) <= set("0123456789abcdef"):
        return f"#{name}"
    return _NAMED.get(name, name.replace("bright", "bright_"))


def film(frames: Sequence[Frame], seconds: float, still: int) -> str:
    """A file of these frames. ``still``: the frame for readers who want nothing to move."""
    writer = Writer()
    first = frames[0].picture
    wide = first.width
    strip, keys = [], []
    for number, (at, each) in enumerate(frames):
        uses = "".join(writer.use(row, first.ground, y * CELL_H) for y, row in enumerate(each.rows))
        strip.append(f'<g transform="translate({number * wide})">{uses}</g>')
        keys.append(f"{100 * at / seconds:.2f}%{{transform:translateX(-{number * wide}px)}}")
    keys.append(f"100%{{transform:translateX(-{(len(frames) - 1) * wide}px)}}")
    moves = (
        f".film{{animation:film {seconds:.1f}s steps(1,end) infinite}}@keyframes film{{{''.join(keys)}}}"
        f"@media(prefers-reduced-motion:reduce){{.film{{animation:none;transform:translateX(-{still * wide}px)}}}}"
    )
    parts = [
        writer.shared(),
        card(first, 0, 0),
        f'<g transform="translate({MARGIN},{MARGIN})"><g class="film">',
        *strip,
        "</g></g>",
    ]
    return file(wide, first.height, writer.styles() + moves, parts)
