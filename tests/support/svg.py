"""A drawn screen as an SVG in which every cell stands in its place, Chinese or not, whatever font the reader has.

Textual's own export lets the font decide how wide a run is, and loads that font from the network: wide characters
drift. Here runs of narrow characters are stretched to their cells and each wide character has a place of its own.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from html import escape
from typing import Any, NamedTuple

from rich.cells import cell_len
from rich.color import Color
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import DIMMED_MONOKAI as THEME
from textual.app import App

CELL_W, CELL_H, BASELINE = 8.4, 18, 13.5
"""Pixels of one cell, and of its text's baseline from the top."""
MARGIN = 10
FONTS = (
    "'DejaVu Sans Mono','Cascadia Mono',Menlo,Consolas,'Noto Sans Mono CJK SC','Sarasa Mono SC',"
    "'WenQuanYi Micro Hei Mono','WenQuanYi Micro Hei','PingFang SC','Microsoft YaHei',monospace"
)


class Run(NamedTuple):
    """Cells of one row that look alike. ``x``: first cell; ``wide``: each character takes two cells."""

    x: int
    y: int
    text: str
    cells: int
    wide: bool
    style: Style


def draw(app: App[Any]) -> str:
    """What ``app`` shows now."""
    width, height = app.size
    console = Console(
        width=width, height=height, file=io.StringIO(), force_terminal=True, color_system="truecolor",
        legacy_windows=False, safe_box=False,
    )  # fmt: skip
    update = app.screen._compositor.render_update(full=True, screen_stack=app._background_screens)
    assert update is not None
    rows = list(Segment.split_lines(console.render(update, console.options)))[:height]
    return _svg(width, height, [run for y, row in enumerate(rows) for run in _runs(y, row)])


def _runs(y: int, row: list[Segment]) -> Iterator[Run]:
    x = 0
    for text, style, control in row:
        if control:
            continue
        kept, wide, start = "", False, x
        for char in text:
            cells = cell_len(char)
            if kept and (cells == 2) != wide:
                yield Run(start, y, kept, x - start, wide, style or Style.null())
                kept, start = "", x
            kept, wide, x = kept + char, cells == 2, x + cells
        if kept:
            yield Run(start, y, kept, x - start, wide, style or Style.null())


def _colours(style: Style) -> tuple[str, str]:
    fore = _hex(style.color, THEME.foreground_color.hex)
    back = _hex(style.bgcolor, THEME.background_color.hex)
    if style.reverse:
        fore, back = back, fore
    return (_mixed(fore, back) if style.dim else fore), back


def _hex(colour: Color | None, default: str) -> str:
    return default if colour is None or colour.is_default else colour.get_truecolor(THEME).hex


def _mixed(fore: str, back: str) -> str:
    halves = [(int(fore[i : i + 2], 16) + int(back[i : i + 2], 16)) // 2 for i in (1, 3, 5)]
    return "#{:02x}{:02x}{:02x}".format(*halves)


def _svg(width: int, height: int, runs: list[Run]) -> str:
    backs: list[tuple[int, int, int, str]] = []
    texts: list[str] = []
    for run in runs:
        fore, back = _colours(run.style)
        if backs and backs[-1][1] == run.y and backs[-1][3] == back and backs[-1][0] + backs[-1][2] == run.x:
            backs[-1] = (backs[-1][0], run.y, backs[-1][2] + run.cells, back)
        else:
            backs.append((run.x, run.y, run.cells, back))
        if run.text.strip():
            texts.append(_text(run, fore))
    page = max(
        {back for *_, back in backs}, key=lambda colour: sum(cells for _, _, cells, back in backs if back == colour)
    )
    rects = "\n".join(
        f'<rect x="{_px(x)}" y="{y * CELL_H}" width="{_px(cells)}" height="{CELL_H + 0.5}" fill="{back}"/>'
        for x, y, cells, back in backs
        if back != page
    )
    wide, high = width * CELL_W + 2 * MARGIN, height * CELL_H + 2 * MARGIN
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:g} {high:g}" width="{wide:g}" height="{high:g}">\n'
        f"<style>text{{font:14px {FONTS};white-space:pre}}.w{{font-size:16px}}.b{{font-weight:bold}}"
        f".i{{font-style:italic}}.u{{text-decoration:underline}}.s{{text-decoration:line-through}}</style>\n"
        f'<rect width="100%" height="100%" rx="8" fill="{page}"/>\n'
        f'<g transform="translate({MARGIN},{MARGIN})" shape-rendering="crispEdges">\n{rects}\n</g>\n'
        f'<g transform="translate({MARGIN},{MARGIN})">\n' + "\n".join(texts) + "\n</g>\n</svg>\n"
    )


def _text(run: Run, fore: str) -> str:
    style = run.style
    lead = 0 if run.wide else len(run.text) - len(run.text.lstrip(" "))
    text = run.text if run.wide else run.text.strip(" ")
    x = run.x + lead
    place = " ".join(_px(x + 2 * n) for n in range(len(text))) if run.wide else _px(x)
    fit = "" if run.wide else f' textLength="{_px(cell_len(text))}"'
    looks = (("w", run.wide), ("b", style.bold), ("i", style.italic), ("u", style.underline), ("s", style.strike))
    marks = " ".join(letter for letter, on in looks if on)
    marked = f' class="{marks}"' if marks else ""
    return (
        f'<text x="{place}" y="{run.y * CELL_H + BASELINE:g}"{fit} fill="{fore}"{marked} xml:space="preserve">'
        f"{escape(text, quote=False)}</text>"
    )


def _px(cells: int) -> str:
    return f"{cells * CELL_W:.1f}".removesuffix(".0")
