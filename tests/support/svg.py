"""A drawn screen as an SVG in which every cell stands in its place, Chinese or not, whatever font the reader has.

Textual's own export lets the font decide how wide a run is, and loads that font from the network: wide characters
drift. Here runs of narrow characters are stretched to their cells and each wide character has a place of its own.
A row that is shown more than once in a file, on a sheet or in a film, is written once.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Any, NamedTuple

from rich.cells import cell_len
from rich.color import Color
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import DIMMED_MONOKAI, TerminalTheme
from textual.app import App

CELL_W, CELL_H, BASELINE = 9, 18, 14
"""Pixels of one cell, and of its text's baseline from the top."""
MARGIN = 10
CAPTION = 34
"""Pixels of a line between the pictures of a sheet."""
FONTS = (
    "'DejaVu Sans Mono','Cascadia Mono',Menlo,Consolas,'Noto Sans Mono CJK SC','Sarasa Mono SC',"
    "'WenQuanYi Micro Hei Mono','WenQuanYi Micro Hei','PingFang SC','Microsoft YaHei',monospace"
)
_MARKS = {
    "w": "font-size:17px",
    "b": "font-weight:bold",
    "i": "font-style:italic",
    "u": "text-decoration:underline",
    "s": "text-decoration:line-through",
}
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Run(NamedTuple):
    """Cells of one row that look alike. ``x``: first cell; ``marks``: w (characters of two cells), b, i, u, s."""

    x: int
    text: str
    cells: int
    fore: str
    back: str
    marks: str


Row = tuple[Run, ...]


class Picture(NamedTuple):
    """What a screen showed; ``ground`` is the colour of most of its cells."""

    columns: int
    rows: tuple[Row, ...]
    ground: str

    @property
    def width(self) -> int:
        """Pixels, with the margin."""
        return self.columns * CELL_W + 2 * MARGIN

    @property
    def height(self) -> int:
        """Pixels, with the margin."""
        return len(self.rows) * CELL_H + 2 * MARGIN


def take(app: App[Any], colours: TerminalTheme = DIMMED_MONOKAI) -> Picture:
    """What ``app`` shows now, on a terminal with these 16 colours."""
    return picture(app.size.width, shown(app), colours)


def shown(app: App[Any]) -> list[list[Segment]]:
    """The rows that ``app`` shows now, with all that lies below the screen on top."""
    width, height = app.size
    console = Console(
        width=width, height=height, file=io.StringIO(), force_terminal=True, color_system="truecolor",
        legacy_windows=False, safe_box=False,
    )  # fmt: skip
    update = app.screen._compositor.render_update(full=True, screen_stack=app._background_screens)
    assert update is not None
    return list(Segment.split_lines(console.render(update, console.options)))[:height]


def picture(columns: int, rows: Iterable[Iterable[Segment]], colours: TerminalTheme) -> Picture:
    """These rows of a terminal."""
    made = tuple(tuple(_joined(_runs(row, colours))) for row in rows)
    area: dict[str, int] = {}
    for row in made:
        for run in row:
            area[run.back] = area.get(run.back, 0) + run.cells
    ground = max(area, key=lambda back: area[back]) if area else colours.background_color.hex
    return Picture(columns, made, ground)


def _runs(row: Iterable[Segment], colours: TerminalTheme) -> Iterator[Run]:
    x = 0
    for text, style, control in row:
        if control:
            continue
        look = _look(style or Style.null(), colours)
        for char in text:
            cells = cell_len(char)
            yield Run(x, char, cells, *look[:2], ("w" if cells == 2 else "") + look[2])
            x += cells


def _joined(runs: Iterable[Run]) -> Iterator[Run]:
    before: Run | None = None
    for run in runs:
        if before is not None and (before[3:] == run[3:] or _continues(run, before)):
            before = before._replace(text=before.text + run.text, cells=before.cells + run.cells)
            continue
        if before is not None:
            yield before
        before = run
    if before is not None:
        yield before


def _continues(run: Run, before: Run) -> bool:
    """Whether a space can have the look of what is before it: nobody sees the difference."""
    lined = set(before.marks + run.marks) & set("wus")
    return run.text == " " and run.back == before.back and not lined


def _look(style: Style, colours: TerminalTheme) -> tuple[str, str, str]:
    fore = _hex(style.color, colours, colours.foreground_color.hex)
    back = _hex(style.bgcolor, colours, colours.background_color.hex)
    if style.reverse:
        fore, back = back, fore
    looks = (("b", style.bold), ("i", style.italic), ("u", style.underline), ("s", style.strike))
    return _mixed(fore, back) if style.dim else fore, back, "".join(mark for mark, on in looks if on)


def _hex(colour: Color | None, colours: TerminalTheme, default: str) -> str:
    return default if colour is None or colour.is_default else colour.get_truecolor(colours).hex


def _mixed(fore: str, back: str) -> str:
    halves = [(int(fore[i : i + 2], 16) + int(back[i : i + 2], 16)) // 2 for i in (1, 3, 5)]
    return "#{:02x}{:02x}{:02x}".format(*halves)


class Writer:
    """Writes rows for one file: each row once, each look of text as a class."""

    def __init__(self) -> None:
        self._classes: dict[str, str] = {}
        self._rows: dict[str, int] = {}

    def styles(self) -> str:
        """The looks used so far."""
        return "".join(f".{name}{{{words}}}" for words, name in self._classes.items())

    def shared(self) -> str:
        """The rows used so far, for :meth:`use`."""
        return "<defs>\n" + "\n".join(f'<g id="r{n}">{row}</g>' for row, n in self._rows.items()) + "\n</defs>\n"

    def use(self, row: Row, ground: str, y: int) -> str:
        """This row by its name, its top at ``y`` pixels; nothing where there is nothing on it."""
        drawn = self.row(row, ground)
        if not drawn:
            return ""
        return f'<use href="#r{self._rows.setdefault(drawn, len(self._rows))}" y="{y + BASELINE}"/>'

    def row(self, row: Row, ground: str) -> str:
        """This row, its baseline at 0."""
        return "".join([*self._boxes(row, ground), *(self._text(run) for run in row if _inked(run))])

    def _boxes(self, row: Row, ground: str) -> Iterator[str]:
        spans: list[tuple[int, int, str]] = []
        for run in row:
            if spans and spans[-1][2] == run.back:
                spans[-1] = (spans[-1][0], spans[-1][1] + run.cells, run.back)
            else:
                spans.append((run.x, run.cells, run.back))
        for x, cells, back in spans:
            if back != ground:
                box = f"M{x * CELL_W}-{BASELINE}h{cells * CELL_W}v{CELL_H}h-{cells * CELL_W}z"
                yield f'<path class="{self._class(f"fill:{back};shape-rendering:crispEdges")}" d="{box}"/>'

    def _text(self, run: Run) -> str:
        words = ";".join([f"fill:{run.fore}", *(_MARKS[mark] for mark in run.marks)])
        if "w" in run.marks:
            place = " ".join(str((run.x + 2 * n) * CELL_W) for n in range(len(run.text)))
            return f'<text class="{self._class(words)}" x="{place}">{escape(run.text, quote=False)}</text>'
        text = run.text if "u" in run.marks else run.text.strip(" ")
        x = run.x + (0 if "u" in run.marks else len(run.text) - len(run.text.lstrip(" ")))
        fit = f'x="{x * CELL_W}" textLength="{cell_len(text) * CELL_W}"'
        return f'<text class="{self._class(words)}" {fit}>{escape(text, quote=False)}</text>'

    def _class(self, words: str) -> str:
        number = len(self._classes)
        letter = _LETTERS[number % 26]
        return self._classes.setdefault(words, f"{letter}{number // 26}" if number >= 26 else letter)


def _inked(run: Run) -> bool:
    return bool(run.text.strip()) or "u" in run.marks


def draw(app: App[Any]) -> str:
    """What ``app`` shows now, as a file."""
    return document(take(app))


def document(picture: Picture) -> str:
    """A file of one picture."""
    writer = Writer()
    rows = [writer.row(row, picture.ground) for row in picture.rows]
    body = [
        f'<g transform="translate({MARGIN},{MARGIN + y * CELL_H + BASELINE})">{row}</g>'
        for y, row in enumerate(rows)
        if row
    ]
    return file(picture.width, picture.height, writer.styles(), [card(picture, 0, 0), *body])


def sheet(title: str, pictures: Sequence[tuple[str, Picture]], across: int) -> str:
    """A file of many pictures of one size, each below its name, ``across`` in a row."""
    writer = Writer()
    wide, high = pictures[0][1].width, pictures[0][1].height
    down = -(-len(pictures) // across)
    width, height = across * (wide + MARGIN) + MARGIN, CAPTION + down * (high + CAPTION) + MARGIN
    parts = [
        '<rect width="100%" height="100%" fill="#8a8f98"/>',
        f'<text x="{2 * MARGIN}" y="23">{escape(title)}</text>',
    ]
    for number, (name, each) in enumerate(pictures):
        x, y = MARGIN + number % across * (wide + MARGIN), CAPTION + number // across * (high + CAPTION)
        parts.append(f'<text x="{x + MARGIN}" y="{y + 23}" fill="#fff">{escape(name)}</text>')
        parts.append(card(each, x, y + CAPTION))
        uses = "".join(writer.use(row, each.ground, n * CELL_H) for n, row in enumerate(each.rows))
        parts.append(f'<g transform="translate({x + MARGIN},{y + CAPTION + MARGIN})">{uses}</g>')
    return file(width, height, writer.styles(), [writer.shared(), *parts])


def card(picture: Picture, x: int, y: int) -> str:
    """The ground of a picture."""
    return f'<rect x="{x}" y="{y}" width="{picture.width}" height="{picture.height}" rx="8" fill="{picture.ground}"/>'


def file(width: int, height: int, styles: str, parts: Iterable[str]) -> str:
    """An SVG of so many pixels."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'xml:space="preserve">\n<style>text{{font:15px {FONTS};white-space:pre}}{styles}</style>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )
