"""A page of prepared lines: moved by keys and wheel, drawn line by line, and only where a line changed."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len, chop_cells
from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.themes import palette_of

Span = tuple[str, str]
"""A piece of text and its tone (of ``tui.themes``), empty for the plain one."""
Line = tuple[Span, ...]
_WHEEL = 3


class Pager(Widget, can_focus=True):
    """Shows ``lines`` from ``top`` on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown,space", "page(1)", show=False),
        Binding("home", "move(-1000000)", show=False),
        Binding("end", "move(1000000)", show=False),
    ]

    class Moved(Message):
        """Another part of the page is seen, or the terminal has another size."""

    def __init__(self, lines: list[Line] | None = None, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.lines: list[Line] = lines or []
        self.top = 0

    def set_lines(self, lines: list[Line]) -> None:
        """Show these from now on; what did not change is not drawn again."""
        before, self.lines = self.lines, lines
        if len(before) != len(lines):
            self._move_to(self.top)
            self.post_message(self.Moved())
            self.refresh(layout=self.styles.is_auto_height)
            return
        width = self.size.width
        regions = [
            Region(0, y, width, 1)
            for y in range(self.size.height)
            if self.top + y < len(lines) and lines[self.top + y] != before[self.top + y]
        ]
        if regions:
            self.refresh(*regions)

    @property
    def hidden_below(self) -> int:
        """Lines below the last one seen."""
        return max(0, len(self.lines) - self.top - self.size.height)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as there are."""
        return len(self.lines)

    def render_line(self, y: int) -> Strip:
        """Line ``y`` of what is seen."""
        tones = palette_of(self.app.current_theme)
        width = self.size.width
        if self.top + y >= len(self.lines):
            return Strip.blank(width, tones["base"])
        segments = [Segment(text, tones[tone or "base"]) for text, tone in self.lines[self.top + y]]
        return Strip(segments).adjust_cell_length(width, tones["base"])

    def action_move(self, lines: int) -> None:
        """Up or down."""
        self._move_to(self.top + lines)

    def action_page(self, pages: int) -> None:
        """A screenful up or down, one line kept."""
        self._move_to(self.top + pages * max(1, self.size.height - 1))

    def reveal(self, line: int) -> None:
        """Bring a line into sight, with some of what follows it."""
        if not self.top <= line < self.top + self.size.height - 3:
            self._move_to(line - 2)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel."""
        event.stop()
        self._move_to(self.top + _WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel."""
        event.stop()
        self._move_to(self.top - _WHEEL)

    def on_resize(self) -> None:
        """Another size may show the end of the page."""
        self._move_to(self.top)
        self.post_message(self.Moved())

    def _move_to(self, top: int) -> None:
        top = max(0, min(top, len(self.lines) - self.size.height))
        if top != self.top:
            self.top = top
            self.refresh()
            self.post_message(self.Moved())


def wrapped(text: str, width: int, tone: str = "", *, indent: int = 0) -> list[Line]:
    """``text`` as lines of at most ``width`` cells, broken at spaces where there are any; ``indent`` cells before."""
    room = max(8, width - indent)
    rows: list[str] = []
    row = ""
    for word in text.split(" "):
        for piece in chop_cells(word, room) or [""]:
            candidate = f"{row} {piece}" if row else piece
            if cell_len(candidate) <= room:
                row = candidate
            else:
                rows.append(row)
                row = piece
    rows.append(row)
    return [((" " * indent, ""), (row, tone)) for row in rows]


def padded(line: Line, width: int) -> Line:
    """``line`` made exactly ``width`` cells long, cut where it is longer."""
    kept: list[Span] = []
    left = width
    for text, tone in line:
        if cell_len(text) > left:
            text = chop_cells(text, left)[0] if left > 0 else ""
        kept.append((text, tone))
        left -= cell_len(text)
    return (*kept, (" " * left, ""))
