"""What of a frame the terminal does not show yet: cells that differ from those last written, and nothing else.

Textual sends every region that may have changed again, whole, each piece with all its colours. Here the cells that were
written are remembered; of a frame only runs of other cells are written, and between them only what differs of the pen.
A cell holds the text that begins in it; the further cells of a wide character hold nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len, split_graphemes
from rich.color import ColorSystem
from textual._compositor import ChopsUpdate, LayoutUpdate  # private: Textual is pinned, the replay tests hold it
from textual.geometry import Size
from textual.strip import Strip

from tui.pens import PLAIN, Pen, Pens, blank, change

_BRIDGE = 5
"""Cells that are rather written again than stepped over: the step costs as many bytes."""

_JOINERS = frozenset("\u200d\ufe0f")


class Row:
    """One line of the terminal. ``cells``: ``None`` where it is not known what is shown."""

    __slots__ = ("cells", "pens")

    def __init__(self, cells: list[str | None], pens: list[Pen]) -> None:
        self.cells = cells
        self.pens = pens


class FrameDiff:
    """Remembers what is on one terminal."""

    def __init__(self, color_system: ColorSystem | None) -> None:
        self._pens = Pens(color_system)
        self._size = Size(0, 0)
        self._rows: list[Row] = []

    def forget(self) -> None:
        """It is no longer known what the terminal shows; the next whole frame is written whole."""
        self._size = Size(0, 0)

    def changes(self, update: ChopsUpdate | LayoutUpdate) -> str:
        """What to write so that the terminal shows ``update``; from now on it is taken to be shown."""
        self._fit(_size_of(update))
        writer = _Writer()
        for y, pieces in _lines(update):
            if y < len(self._rows):
                self._rows[y] = self._write(writer, y, self._rows[y], pieces)
        return writer.text()

    def _fit(self, size: Size) -> None:
        if size != self._size:
            self._size = size
            self._rows = [Row([None] * size.width, [PLAIN] * size.width) for _y in range(size.height)]

    def _write(self, writer: _Writer, y: int, shown: Row, pieces: Iterator[tuple[int, Strip]]) -> Row:
        wanted = Row(shown.cells.copy(), shown.pens.copy())
        for x, strip in pieces:
            self._lay(wanted, x, strip)
        if wanted.cells == shown.cells and wanted.pens == shown.pens:
            return shown
        if "" in wanted.cells or "" in shown.cells:
            _mend(wanted)
        for start, end in _runs(shown, wanted):
            writer.run(y, start, end, wanted)
        return wanted

    def _lay(self, row: Row, x: int, strip: Strip) -> None:
        width = self._size.width
        for text, style, control in strip:
            if control or not text:
                continue
            cells = text if text.isascii() and text.isprintable() else _cells(text)
            pen = self._pens.of(style)
            if x + len(cells) > width:
                cells = _cut(cells, width - x)
            row.cells[x : x + len(cells)] = cells
            row.pens[x : x + len(cells)] = [pen] * len(cells)
            x += len(cells)


class _Piece(NamedTuple):
    """Neighbouring cells that are written with one pen. ``end``: the cell behind, -1 where terminals disagree on it."""

    y: int
    x: int
    pen: Pen
    text: str
    end: int


class _Writer:
    """Collects what is written in one frame."""

    def __init__(self) -> None:
        self._pieces: list[_Piece] = []

    def text(self) -> str:
        """All of it: line by line or pen by pen, whichever is shorter.

        In full colour a step of the cursor costs less than a change of pen, with few colours it is the other way round.
        The order makes no difference to what is shown: every cell that a piece touches is written.
        """
        by_pen = sorted(self._pieces, key=lambda piece: (piece.pen.back, sorted(piece.pen.attributes), piece.pen.fore))
        return min(_encoded(self._pieces), _encoded(by_pen), key=len)

    def run(self, y: int, start: int, end: int, row: Row) -> None:
        """Cells ``start`` to ``end`` of line ``y``."""
        x = start
        while x < end:
            first, pen, texts, sure = x, _pen_at(row, x, end), [], True
            while x < end and sure and (row.pens[x] == pen or _looks_same(row.cells[x], row.pens[x], pen)):
                text = row.cells[x] or ""
                texts.append(text)
                x += _width(text) if text and not text.isascii() else 1
                sure = _JOINERS.isdisjoint(text)
            self._pieces.append(_Piece(y, first, pen, "".join(texts), x if sure else -1))


def _pen_at(row: Row, x: int, end: int) -> Pen:
    """The pen to begin a piece with: blanks take that of the letter behind them where it makes no difference."""
    letter = x
    while letter < end and row.cells[letter] == " " and blank(row.pens[letter]) == blank(row.pens[x]):
        letter += 1
    return row.pens[letter] if letter < end and blank(row.pens[letter]) == blank(row.pens[x]) else row.pens[x]


def _encoded(pieces: Sequence[_Piece]) -> str:
    out: list[str] = []
    pen, row, at = PLAIN, -1, -1
    for piece in pieces:
        if piece.y != row:
            out.append(f"\x1b[{piece.y + 1};{piece.x + 1}H")
        elif piece.x != at:
            out.append(f"\x1b[{piece.x + 1}G")
        out += (change(pen, piece.pen), piece.text)
        pen, row, at = piece.pen, piece.y, piece.end
    out.append(change(pen, PLAIN))
    return "".join(out)


def _runs(shown: Row, wanted: Row) -> Iterator[tuple[int, int]]:
    """Runs of cells to write, whole characters each."""
    start = end = -1
    cells, pens = wanted.cells, wanted.pens
    for x, (before, text) in enumerate(zip(shown.cells, cells, strict=True)):
        if text is None or (text == before and _looks_same(text, shown.pens[x], pens[x])):
            continue
        if x < end:
            continue
        head = x
        while cells[head] == "":
            head -= 1
        if start >= 0 and not _bridged(wanted, end, head):
            yield start, end
            start = -1
        if start < 0:
            start = head
        end = max(x + 1, head + _width(cells[head] or " "))
    if start >= 0:
        yield start, end


def _looks_same(text: str | None, one: Pen, other: Pen) -> bool:
    return one == other or (text == " " and blank(one) == blank(other))


def _bridged(row: Row, end: int, head: int) -> bool:
    """Whether the cells between two runs are few, plain, and drawn with the pen of the first run."""
    if head - end > _BRIDGE:
        return False
    pen = row.pens[end - 1]
    return all(
        (text := row.cells[x]) is not None and text.isascii() and text and _looks_same(text, pen, row.pens[x])
        for x in range(end, head)
    )


def _mend(row: Row) -> None:
    """Where half of a wide character was overwritten the other half is a blank."""
    x, width = 0, len(row.cells)
    while x < width:
        text = row.cells[x]
        if text == "":
            row.cells[x] = " "
        elif text and not text.isascii() and (wide := _width(text)) > 1:
            if row.cells[x + 1 : x + wide] == [""] * (wide - 1):
                x += wide
                continue
            row.cells[x] = " "
        x += 1


def _cut(cells: Sequence[str], width: int) -> Sequence[str]:
    """The cells that are on the terminal; no half of a wide character is."""
    kept = cells[: max(0, width)]
    return [*kept[:-1], " "] if kept and kept[-1] and _width(kept[-1]) > 1 else kept


@lru_cache(8192)
def _cells(text: str) -> Sequence[str]:
    """``text`` cell by cell. What has no width of its own belongs to the cell before."""
    spans, total = split_graphemes(text)
    if total != cell_len(text):
        return [text] + [""] * (cell_len(text) - 1) if cell_len(text) else []
    cells: list[str] = []
    for start, end, width in spans:
        if width:
            cells += [text[start:end]] + [""] * (width - 1)
        elif cells:
            head = max(at for at, cell in enumerate(cells) if cell)
            cells[head] += text[start:end]
    # A wide letter that was cut in half has left a blank: what stood on the letter has nothing to stand on.
    return tuple([" " if cell[:1] == " " else cell for cell in cells])


@lru_cache(8192)
def _width(text: str) -> int:
    return max(1, cell_len(text))


def _size_of(update: ChopsUpdate | LayoutUpdate) -> Size:
    if isinstance(update, LayoutUpdate):
        return update.region.size
    return Size(max((ends[-1] for ends in update.chop_ends if ends), default=0), len(update.chops))


def _lines(update: ChopsUpdate | LayoutUpdate) -> Iterator[tuple[int, Iterator[tuple[int, Strip]]]]:
    """The lines of a frame that were drawn: ``y`` and pieces with the cell where each begins."""
    if isinstance(update, LayoutUpdate):
        for y, strips in enumerate(update.strips, update.region.y):
            yield y, _side_by_side(update.region.x, strips)
    else:
        for y, left, right in update.spans:
            yield y, _chopped(update, y, left, right)


def _side_by_side(x: int, strips: object) -> Iterator[tuple[int, Strip]]:
    for strip in strips:  # type: ignore[attr-defined]
        yield x, strip
        x += strip.cell_length


def _chopped(update: ChopsUpdate, y: int, left: int, right: int) -> Iterator[tuple[int, Strip]]:
    # Whole, also what reaches beyond the span: Textual cuts there, and a wide character on the edge becomes a blank.
    for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
        if strip is not None and x < right and end > left:
            yield x, strip
