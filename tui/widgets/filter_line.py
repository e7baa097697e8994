"""The one line of the filter: typed into in the place of the keys, and while a filter holds the sign that it does."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from duty.phrases import Phrase
from tui.filters import Filter, parse
from tui.glyphs import from_environ
from tui.widgets.line_input import LineInput
from wire.words import _, say

TEXT_LIMIT = 200


class FilterLine(Horizontal):
    """Holds the filter that is in force. What is not understood is said, and what was understood last stays.

    Where each row counts it is shown only while it is typed (``-in-heading``); then a heading bears :meth:`sign`.
    """

    DEFAULT_CSS = """
    FilterLine { height: 1; display: none; }
    FilterLine.-on, FilterLine.-typing { display: block; }
    FilterLine.-in-heading { display: none; }
    FilterLine.-in-heading.-typing { display: block; }
    FilterLine Static { width: auto; height: 1; }
    FilterLine #filter-sign { text-style: bold reverse; color: $warning; }
    FilterLine #filter-said { color: $warning; padding: 0 1; }
    FilterLine.-wrong #filter-said { color: $text-error; text-style: bold; }
    FilterLine LineInput { width: 1fr; min-width: 12; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "drop", show=False)]

    class Changed(Message):
        """Another filter is in force."""

    class Left(Message):
        """The operator is done with the line: the keys go back to where they were."""

    def __init__(self) -> None:
        super().__init__()
        self.filter = Filter()
        self._wrong: Phrase | None = None
        self._hidden = self._bad = 0
        self._said: tuple[str, str] = ("", "")
        self.glyphs = from_environ()

    def compose(self) -> ComposeResult:
        """The sign, the field, what is hidden or not understood."""
        yield Static("", markup=False, id="filter-sign")
        yield LineInput(id="filter-text", max_length=TEXT_LIMIT, compact=True)
        yield Static("", markup=False, id="filter-said")

    @property
    def field(self) -> LineInput:
        """The field."""
        return self.query_one(LineInput)

    @property
    def typing(self) -> bool:
        """Whether the keys go here."""
        return self.field.has_focus

    def begin(self) -> None:
        """Take the keys."""
        self.add_class("-typing")
        self.field.focus()
        self._renew()

    def on_descendant_focus(self) -> None:
        """By key or by click."""
        self.add_class("-typing")

    def on_descendant_blur(self) -> None:
        """What was not understood when the keys went elsewhere is not left standing as if it held."""
        self.remove_class("-typing")
        if self._wrong is not None:
            self.field.value = self.filter.text
            self._wrong = None
        self._renew()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Live: every letter counts."""
        event.stop()
        self._take(event.value, problems_only=self.filter.problems_only)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter keeps the filter; one that is not understood stays to be mended."""
        event.stop()
        if self._wrong is None:
            self.post_message(self.Left())

    def sign(self) -> str:
        """That a filter is in force, which, and what it hides, for the heading of a panel; else nothing."""
        if not self.filter.active:
            return ""
        parts = self._sign().strip(), self._words(), self.filter.text
        return f" {self.glyphs.dot} ".join(part for part in parts if part)

    def only_problems(self) -> None:
        """Only what is not well, or everything again."""
        self._take(self.filter.text, problems_only=not self.filter.problems_only)

    def action_drop(self) -> None:
        """Everything is shown again."""
        self.drop()
        self.post_message(self.Left())

    def drop(self) -> None:
        """No filter."""
        self.field.value = ""
        self._take("", problems_only=False)

    def _take(self, text: str, *, problems_only: bool) -> None:
        made = parse(text, problems_only=problems_only)
        self._wrong = made if isinstance(made, Phrase) else None
        if isinstance(made, Filter) and made != self.filter:
            self.filter = made
            self.post_message(self.Changed())
        self._renew()

    def count(self, hidden: int, bad: int) -> None:
        """So many rows are hidden from the panels that are shown, ``bad`` of them not well."""
        self._hidden, self._bad = hidden, bad
        self._renew()

    def on_resize(self) -> None:
        """Another width has room for other words."""
        self._renew()

    def _renew(self) -> None:
        if not self.is_attached:
            return
        self.set_class(self.filter.active, "-on")
        self.set_class(self._wrong is not None, "-wrong")
        said = self._sign(), self._words()
        if said != self._said:
            self._said = said
            self.query_one("#filter-sign", Static).update(said[0])
            self.query_one("#filter-said", Static).update(said[1])
            self.field.placeholder = "" if self.filter.active and not self.typing else "host: role: group: state: -…"

    def _sign(self) -> str:
        words = _("FILTER") if not self.filter.problems_only else _("ONLY PROBLEMS")
        return f" {words} "

    def _words(self) -> str:
        if self._wrong is not None:
            return say(self._wrong)
        if not self.filter.active:
            return _("Enter keeps · Esc clears")
        if self._bad:
            return _("{count} rows hidden, {bad} of them not well", count=self._hidden, bad=self._bad)
        return _("{count} rows hidden", count=self._hidden)

    def help_text(self) -> str:
        """What help says when the keys go here."""
        return _(
            "The filter of all panels: words, host: role: group: state: with values, -word for what shall not be. "
            "Enter keeps it, Esc clears it. F1 is this help."
        )
