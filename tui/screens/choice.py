"""One of a few, on one line each or in columns: arrows or the value's own key choose."""

from __future__ import annotations

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.widget import Widget

_GAP = 2
"""Cells between two columns."""


class Choice(Widget, can_focus=True):
    """``options`` are (value, words); ``value`` is the one chosen. Left, right and the value's key move it.

    In several columns they read downwards, as in one.
    """

    def __init__(
        self, options: tuple[tuple[str, str], ...], value: str, *, id: str | None = None, columns: int = 1
    ) -> None:
        super().__init__(id=id)
        self.options = options
        self.value = value
        self._rows = -(-len(options) // columns)

    @property
    def _pitch(self) -> int:
        """Cells from the beginning of a column to that of the next."""
        return _GAP + max((cell_len(f"● {words}") for _value, words in self.options), default=0)

    def render(self) -> Text:
        """Every option; the chosen one by sign, not by colour alone."""
        lines = []
        for row in range(self._rows):
            line = Text(end="")
            for value, words in self.options[row :: self._rows]:
                text = f"{'●' if value == self.value else '○'} {words}"
                blank = " " * (self._pitch - cell_len(text)) if self._rows < len(self.options) else ""
                line.append(text, style="bold" if value == self.value else "")
                line.append(blank)
            lines.append(line)
        return Text("\n").join(lines)

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """One line an option of a column."""
        return self._rows

    def on_key(self, event: events.Key) -> None:
        """Choose by the value's own key, or step."""
        values = [value for value, _words in self.options]
        if event.character in values:
            self._choose(event.character or self.value)
        elif event.key in ("left", "right", "space"):
            step = -1 if event.key == "left" else 1
            self._choose(values[(values.index(self.value) + step) % len(values)])
        else:
            return
        event.stop()
        event.prevent_default()

    def on_click(self, event: events.Click) -> None:
        """Choose the option that was clicked."""
        self.focus()
        at = event.x // self._pitch * self._rows + event.y if self._rows < len(self.options) else event.y
        if 0 <= event.y < self._rows and 0 <= at < len(self.options):
            self._choose(self.options[at][0])

    def _choose(self, value: str) -> None:
        self.value = value
        self.refresh()
