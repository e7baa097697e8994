"""One of a few, on one line each: arrows or the value's own key choose."""

from __future__ import annotations

from rich.text import Text
from textual import events
from textual.widget import Widget


class Choice(Widget, can_focus=True):
    """``options`` are (value, words); ``value`` is the one chosen. Left, right and the value's key move it."""

    def __init__(self, options: tuple[tuple[str, str], ...], value: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.options = options
        self.value = value

    def render(self) -> Text:
        """Every option on its line; the chosen one by sign, not by colour alone."""
        return Text("\n").join(
            Text(f"{'●' if value == self.value else '○'} {words}", style="bold" if value == self.value else "", end="")
            for value, words in self.options
        )

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """One line an option."""
        return len(self.options)

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
        if 0 <= event.y < len(self.options):
            self._choose(self.options[event.y][0])

    def _choose(self, value: str) -> None:
        self.value = value
        self.refresh()
