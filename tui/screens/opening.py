"""What is seen until the first board comes: a moment, or the seconds a watch needs to start."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Static

from wire.words import _


class OpeningScreen(Screen[None]):
    """One line in the middle."""

    def compose(self) -> ComposeResult:
        """The line."""
        yield Static(_("Opening the watch…"), markup=False, id="opening")
