"""Something to read above the screen: help, the problems of a site file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.pager import Line, Pager, wrapped
from wire.words import _

PAGE_WIDTH = 90
"""Cells of text at most."""
_AROUND = 7
"""Rows that are not the page's: border, title, keys, and some of the screen below."""


def page_width(terminal: int) -> int:
    """Cells of text on a page above a screen of ``terminal`` cells."""
    return min(PAGE_WIDTH, terminal - 8)


class PageScreen(ModalScreen[None]):
    """A title and a page. ``lines``: texts to wrap, or what makes the lines for a width."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,enter", "leave", show=False),
    ]

    def __init__(self, title: str, lines: Sequence[str] | Callable[[int], list[Line]]) -> None:
        super().__init__()
        self._title = title
        self._lines = lines

    def compose(self) -> ComposeResult:
        """Title, page, keys."""
        with Vertical(id="page"):
            yield Static(self._title, markup=False, classes="form-title")
            yield Pager(self._laid_out())
            yield Static("", markup=False, classes="form-keys", id="page-keys")

    def _laid_out(self) -> list[Line]:
        width = page_width(self.app.size.width)
        if callable(self._lines):
            return self._lines(width)
        return [line for text in self._lines for line in wrapped(text, width)]

    def on_pager_moved(self) -> None:
        """Say how much is left to read."""
        more = self.query_one(Pager).hidden_below
        keys = _("Esc back")
        if more:
            keys = _("{count} more lines below ↓", count=more) + " · " + keys
        self.query_one("#page-keys", Static).update(keys)

    def on_resize(self) -> None:
        """Lay the lines out for the new width; the keys below them stay in sight."""
        pager = self.query_one(Pager)
        pager.styles.max_height = max(1, self.app.size.height - _AROUND)
        pager.set_lines(self._laid_out())

    def action_leave(self) -> None:
        """Back to where one was."""
        self.dismiss()
