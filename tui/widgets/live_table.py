"""A table of live rows: drawn line by line, only where a line changed, and steady under the operator's cursor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.cells import cell
from tui.glyphs import Glyphs, from_environ
from tui.messages import RowChosen, RowPointed
from tui.pager import Line, padded
from tui.themes import Palette, palette_of

_WHEEL = 3
HEAD = 2
"""Lines above the first row: the title and the names of the columns."""


class Sheet(NamedTuple):
    """What a table shows: the names of its columns, the stable keys of all its rows, and what draws one of them.

    ``line`` gets a row's number and gives its cells, as wide as their columns; it is asked for seen rows only.
    """

    head: Line = ()
    keys: Sequence[str] = ()
    line: Callable[[int], Line] = lambda _row: ()


class LiveTable(Widget, can_focus=True):
    """Rows with stable keys. The cursor stays on its key, and on its place on the screen, whatever comes and goes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home", "move(-1000000)", show=False),
        Binding("end", "move(1000000)", show=False),
        Binding("enter", "choose", show=False),
    ]
    panel = ""
    """The panel's name in messages."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.glyphs: Glyphs = from_environ()
        self.words = ""
        self.notice = ""
        """What must not be overlooked about the rows, after the title."""
        self.nothing = ""
        """What is said where there are no rows."""
        self.sheet = Sheet()
        self.key: str | None = None
        self.slipped = False
        """The row the cursor was on is gone; the one in its place was not chosen by anybody."""
        self.moved = False
        """The operator has put the cursor where it is."""
        self.top = 0
        self._index = 0
        self._meant: str | None = None
        """The row the operator has put the cursor on; when it comes back after it was gone, so does the cursor."""
        self._seen: list[Line] = []
        """The rows on the screen, from ``top`` on, as they were drawn."""

    # --- what is shown -----------------------------------------------------------------------------------------

    @property
    def keys(self) -> Sequence[str]:
        """The keys of all rows, from the first to the last."""
        return self.sheet.keys

    def show(self, title: str, sheet: Sheet, nothing: str = "") -> None:
        """Show these rows from now on, ``nothing`` where there are none; only lines that differ are drawn again."""
        before = self._all_drawn()
        self.words, self.sheet, self.nothing = title, sheet, nothing
        self._keep_cursor()
        self._see()
        self._refresh_lines(before)

    def note(self, notice: str) -> None:
        """Say this after the title from now on."""
        if notice != self.notice:
            self.notice = notice
            self.refresh(Region(0, 0, self.size.width, 1))

    def _keep_cursor(self) -> None:
        keys, place = self.keys, self._index - self.top
        if not self.moved:
            # Nobody has put the cursor anywhere: the worst rows are what the panel is there to show.
            self._index = self.top = 0
            self.key, self.slipped = (keys[0] if keys else None), False
            return
        for key in (self._meant, self.key):
            if key is not None and key in keys:
                self._index, self.key = keys.index(key), key
                break
        else:
            self._index = max(0, min(self._index, len(keys) - 1))
            self.key = keys[self._index] if keys else None
        self.slipped = self.key != self._meant
        self.top = self._index - place
        self._clamp()

    def _see(self) -> None:
        rows = range(self.top, min(len(self.keys), self.top + self.room))
        self._seen = [self.sheet.line(row) for row in rows]

    def _refresh_lines(self, before: list[tuple[object, ...]]) -> None:
        """Draw again the lines that are not as ``before``."""
        now, width = self._all_drawn(), self.size.width
        changed = [y for y, drawn in enumerate(now) if y >= len(before) or drawn != before[y]]
        if changed:
            self.refresh(*(Region(0, y, width, 1) for y in changed))

    def _all_drawn(self) -> list[tuple[object, ...]]:
        return [self._drawn(y) for y in range(self.size.height)]

    def _clamp(self) -> None:
        room = self.room
        self.top = max(0, min(self.top, len(self.keys) - room))
        if self._index < self.top:
            self.top = self._index
        elif self._index >= self.top + room:
            self.top = self._index - room + 1

    @property
    def room(self) -> int:
        """Rows that fit."""
        return max(1, self.size.height - HEAD)

    def _drawn(self, y: int) -> tuple[object, ...]:
        """Everything line ``y`` depends on."""
        if y == 0:
            return self.words, self._position(), self.notice, self.has_focus
        if y == 1:
            return (self.sheet.head,)
        if y - HEAD >= len(self._seen):
            return (self.nothing,) if y == HEAD else ()
        chosen = self.top + y - HEAD == self._index
        return self._seen[y - HEAD], chosen, chosen and self.slipped, chosen and self.has_focus

    def _position(self) -> str:
        count, room = len(self.keys), self.room
        if count <= room:
            return ""
        return f"{self.top + 1}-{min(count, self.top + room)}/{count}"

    # --- drawing -----------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """Line ``y`` of the widget."""
        tones, width = palette_of(self.app.current_theme), self.size.width
        if y == 0:
            return self._strip(self._title(width), tones, width)
        if y == 1:
            return self._strip(((" ", ""), *self.sheet.head), tones, width)
        if y == HEAD and not self._seen:
            return self._strip((("    ", ""), (self.nothing, "dim")), tones, width)
        if y - HEAD >= len(self._seen):
            return Strip.blank(width, tones["base"])
        line = self._seen[y - HEAD]
        if self.top + y - HEAD != self._index:
            return self._strip(((" ", ""), *line), tones, width)
        mark = self.glyphs.slipped if self.slipped else self.glyphs.cursor
        cursor = tones["cursor" if self.has_focus else "cursor.blur"]
        return self._strip(((mark, "rule.focus" if self.has_focus else "rule"), *line), tones, width, cursor)

    def _title(self, width: int) -> Line:
        focused = self.has_focus
        rule = self.glyphs.rule_focused if focused else self.glyphs.rule
        tone, words = ("rule.focus", "title.focus") if focused else ("rule", "title")
        position = self._position()
        before: Line = ((rule, tone), (f" {self.words} ", words), *(((f"{position} ", "dim"),) if position else ()))
        if not self.notice:
            return (*before, (rule * width, tone))
        room = max(1, width - sum(cell_len(text) for text, _tone in before) - 3)
        notice = cell(self.notice, min(room, cell_len(self.notice)), cut=self.glyphs.cut)[0]
        return (*before, (f" {notice}", "notice"), (rule * width, tone))

    def _strip(self, line: Line, tones: Palette, width: int, over: Style | None = None) -> Strip:
        segments: list[Segment] = []
        for text, tone in padded(line, width):
            style = tones[tone or "base"]
            if over is not None and style.bgcolor == tones["base"].bgcolor:  # its own background is what it says
                style = style + over
            if segments and segments[-1].style == style:
                segments[-1] = Segment(segments[-1].text + text, style)
            elif text:
                segments.append(Segment(text, style))
        return Strip(segments).adjust_cell_length(width, tones["base"])

    # --- moving ------------------------------------------------------------------------------------------------

    def action_move(self, rows: int) -> None:
        """The cursor up or down."""
        if self.keys:
            self._go(self._index + rows)

    def action_page(self, pages: int) -> None:
        """A screenful up or down, one row kept."""
        self.action_move(pages * max(1, self.room - 1))

    def action_choose(self) -> None:
        """Open what is under the cursor; a row that slipped under it is only accepted as the chosen one."""
        if self.slipped:
            before = self._all_drawn()
            self.slipped, self._meant = False, self.key
            self._refresh_lines(before)
        elif self.key is not None:
            self.post_message(RowChosen(self.panel, self.key))

    def _go(self, index: int) -> None:
        before = self._all_drawn()
        self._index, self.moved = max(0, min(index, len(self.keys) - 1)), True
        self.key = self._meant = self.keys[self._index]
        self.slipped = False
        self._clamp()
        self._see()
        self._refresh_lines(before)
        self.post_message(RowPointed())

    def on_click(self, event: events.Click) -> None:
        """One click moves the cursor, two open the row."""
        index = self.top + event.y - HEAD
        if event.y >= HEAD and index < len(self.keys):
            self._go(index)
            if event.chain == 2:
                self.action_choose()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel moves the rows; the cursor stays within them."""
        event.stop()
        self.action_move(_WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel."""
        event.stop()
        self.action_move(-_WHEEL)

    def on_focus(self) -> None:
        """The title and the cursor say that keys go here."""
        self.refresh()

    def on_blur(self) -> None:
        """Keys go elsewhere: to a line that is typed, to another window. The cursor stays where it was put."""
        self.refresh()

    def hold(self) -> None:
        """Something is done about the row under the cursor: this row is meant now, and not whichever is the first."""
        if self.key is not None and not self.moved:
            self.moved, self._meant = True, self.key

    def release(self) -> None:
        """The operator has gone to another table: this one shows its worst rows again."""
        self.moved = False

    def on_resize(self) -> None:
        """Another size: the cursor stays in sight. It was drawn already, with the rows of the one before."""
        self._clamp()
        self._see()
        self.refresh()

    def row_text(self) -> str:
        """The row under the cursor as text."""
        if not self.keys:
            return ""
        return "".join(text for text, _tone in self.sheet.line(self._index)).strip()
