"""A field of one line: nothing that was pasted is lost, nothing blinks, and an input method finds the cursor."""

from __future__ import annotations

from textual import events
from textual.geometry import Offset
from textual.widgets import Input

TEXT_LIMIT = 500
"""Characters of what is written into the duty log by hand."""


class LineInput(Input):
    """Textual's field, mended for typing on slow lines and in Chinese."""

    def on_mount(self) -> None:
        """A cursor that blinks is a write to the terminal every half second."""
        self.cursor_blink = False

    def on_paste(self, event: events.Paste) -> None:
        """Several lines become one; Textual keeps the first and drops the others without a word."""
        event.prevent_default()
        event.stop()
        text = " ".join(line.strip() for line in event.text.splitlines() if line.strip())
        start, end = sorted(self.selection)
        if self.max_length:
            text = text[: max(0, self.max_length - len(self.value) + end - start)]  # too much would be refused whole
        if self.selection.is_empty:
            self.insert_text_at_cursor(text)
        else:
            self.replace(text, *self.selection)

    @property
    def cursor_screen_offset(self) -> Offset:
        """Where an input method shows its candidates; at the end of a text Textual is one cell too far."""
        offset = super().cursor_screen_offset
        return offset - Offset(1, 0) if self.cursor_at_end else offset
