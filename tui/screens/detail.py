"""What the pages of one host and of one incident share: a header, a page that follows the board, the keys."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen

from duty.records import Subject
from tui.glyphs import from_environ
from tui.keybar import KeyBar
from tui.pager import Line, Pager
from tui.widgets.header import Header

if TYPE_CHECKING:
    from tui.app import WatchkeeperApp

_BESIDE, _AROUND = 2, 4
"""Cells left and right of a page, and rows above and below it: header and keys."""


class DetailScreen(Screen[None]):
    """A page made anew from the picture each time something of it may have changed."""

    app: WatchkeeperApp
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "back", show=False)]

    def __init__(self) -> None:
        super().__init__()
        self.glyphs = from_environ(os.environ)

    def compose(self) -> ComposeResult:
        """Header, page, keys."""
        yield Header()
        yield Pager(self.page(max(20, self.app.size.width - _BESIDE)))  # the first frame is not an empty one
        yield KeyBar()

    @property
    def page_height(self) -> int:
        """Rows of the page; as they will be, while it is not there yet."""
        pager = next(iter(self.query(Pager)), None)
        return pager.size.height if pager is not None and pager.size.height else self.app.size.height - _AROUND

    def page(self, width: int) -> list[Line]:
        """The lines for ``width`` cells; each detail screen has its own."""
        return []

    def redraw(self, changed: frozenset[str] | None) -> None:
        """The whole page is made anew: it is the lines that differ that are drawn."""
        self.query_one(Header).redraw()
        pager = self.query_one(Pager)
        pager.set_lines(self.page(max(20, pager.size.width)))
        if changed is None:
            pager.refresh()

    def on_resize(self) -> None:
        """Another width, other lines."""
        self.app.owe(None)

    def subject(self) -> Subject:
        """What this page is about."""
        return Subject()

    def incident_id(self) -> int | None:
        """The incident of this page."""
        return None

    def host_id(self) -> str | None:
        """The host of this page."""
        return None

    def row_text(self) -> str:
        """The page's first seen line, as text."""
        pager = self.query_one(Pager)
        line = pager.lines[pager.top] if pager.lines else ()
        return "".join(text for text, _tone in line).strip()

    def action_back(self) -> None:
        """Back to the screen before."""
        self.app.pop_screen()
        self.app.owe(None)
