"""The panels by number, in columns that never move: a fault that comes changes no place that can be clicked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.cells import cell_len, chop_cells
from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from duty.quality import State
from tui.glyphs import from_environ
from tui.pager import Line, Span, padded
from tui.panels.table_panel import TablePanel
from tui.themes import palette_of

if TYPE_CHECKING:
    from tui.app import WatchkeeperApp


_CALM = 8
"""Cells of a tab without a count."""


class TabStrip(Widget):
    """The panels, each with its worst state and how many rows are not well."""

    app: WatchkeeperApp
    DEFAULT_CSS = "TabStrip { height: 1; }"

    class Chosen(Message):
        """A click on the tab of panel ``number``, counted from 0."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self, panels: list[TablePanel[Any]]) -> None:
        super().__init__()
        self.glyphs = from_environ()
        self.panels = panels
        self.chosen = 0
        self._shown: Line = ()

    def column(self, panel: TablePanel[Any]) -> int:
        """Cells of a tab. One that never has a count leaves its room for one to the others."""
        width, calm = self.size.width, [one for one in self.panels if not one.troubled]
        narrow = max(1, min(_CALM, width // len(self.panels)))
        if not panel.troubled:
            return narrow
        return max(1, (width - narrow * len(calm)) // max(1, len(self.panels) - len(calm)))

    def redraw(self) -> None:
        """Draw again if anything differs."""
        spans = tuple(span for number, panel in enumerate(self.panels) for span in self._tab(number, panel))
        if spans != self._shown:
            self._shown = spans
            self.refresh()

    def _tab(self, number: int, panel: TablePanel[Any]) -> Line:
        state, count = panel.worst(self.app.seen)
        mark, column = self.glyphs.states[state], self.column(panel)
        room = column - 1
        tight = cell_len(f"{panel.number}{panel.short_title()}{mark.text}{count}") > room
        sign = mark.shape if tight else mark.text
        bad: Span = (f"{sign}{count}", mark.tone) if count and state is not State.OK else ("", "")
        words = tab_words(panel.number, (panel.title(), panel.short_title()), room - cell_len(bad[0]))
        used = cell_len(words) + cell_len(bad[0])
        tone = "tab" if number == self.chosen else "title"
        return padded(((" ", ""), (words, tone), bad, (" " * max(0, room - used), "")), column)

    def render_line(self, y: int) -> Strip:
        """The strip."""
        tones, width = palette_of(self.app.current_theme), self.size.width
        segments = [Segment(text, tones[tone or "base"]) for text, tone in padded(self._shown, width)]
        return Strip(segments).adjust_cell_length(width, tones["base"])

    def on_click(self, event: events.Click) -> None:
        """The same as the number."""
        right = 0
        for number, panel in enumerate(self.panels):
            right += self.column(panel)
            if event.x < right:
                self.post_message(self.Chosen(number))
                return


def tab_words(number: int, names: tuple[str, ...], room: int) -> str:
    """Number and the first of ``names`` that fits in ``room`` cells; the last one is cut where none does."""
    tight = f"{number}{names[-1]}"
    for words in (*(f"{number} {name}{end}" for name in names for end in (" ", "")), tight):
        if cell_len(words) <= room:
            return words
    return chop_cells(tight, room)[0] if room > 0 else ""
