"""The last line: the main keys, those that cannot be used now drawn back. A click does the same as the key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.strip import Strip
from textual.widget import Widget

from tui.actions import ACTIONS, BY_ID, Action, spoken_keys
from tui.themes import palette_of
from wire.words import _

if TYPE_CHECKING:
    from tui.app import WatchkeeperApp

Cell = tuple[str, str, bool, str]
"""Keys, words, whether it can be done now, the action's id."""


def cells_for(cells: list[Cell], width: int) -> list[Cell]:
    """As many cells as fit in ``width``; help stays whatever goes."""
    kept = list(cells)
    while kept and sum(_length(cell) for cell in kept) > width:
        spare = [index for index, cell in enumerate(kept) if cell[3] != "help"]
        if not spare:
            break
        # What cannot be done now goes first, then what stands last.
        dead = [index for index in spare if not kept[index][2]]
        del kept[(dead or spare)[-1]]
    return kept


def _length(cell: Cell) -> int:
    return cell_len(cell[0]) + cell_len(cell[1]) + 3


class KeyBar(Widget):
    """One line of keys and words, made from the table of actions."""

    app: WatchkeeperApp

    def __init__(self) -> None:
        super().__init__(id="keybar")
        self._cells: list[Cell] = []
        self._offered: tuple[int, list[Cell]] = (0, [])
        """The width and the cells that :attr:`_cells` were fitted from."""

    def renew(self) -> None:
        """See again what can be done now; fitted and drawn again only where that changed."""
        offered = self.size.width, [self._cell(action) for action in ACTIONS if action.short]
        if offered != self._offered:
            self._offered, self._cells = offered, cells_for(offered[1], offered[0])
            self.refresh()

    def _cell(self, action: Action) -> Cell:
        return spoken_keys(action).split(" ")[0], _(action.short), action.why_not(self.app) is None, action.id

    def render_line(self, y: int) -> Strip:
        """The line."""
        tones = palette_of(self.app.current_theme)
        base, key, dead = tones["base"], tones["accent"], tones["dim"]
        segments: list[Segment] = []
        if not self._cells:  # the first frame has its keys
            self.renew()
        for keys, words, alive, _id in self._cells:
            segments += [Segment(f" {keys}", key if alive else dead), Segment(f" {words} ", base if alive else dead)]
        return Strip(segments).adjust_cell_length(self.size.width, base)

    def on_resize(self) -> None:
        """Another width has room for other cells."""
        self.renew()

    def on_click(self, event: events.Click) -> None:
        """Do what was clicked."""
        left = 0
        for cell in self._cells:
            left += _length(cell)
            if event.x < left:
                self.app.perform(BY_ID[cell[3]])
                return
