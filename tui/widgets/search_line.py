"""The line in which it is written what to look for in the duty log."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, Static

from duty.records import LogKind
from tui.widgets.line_input import LineInput
from wire.words import _
from wire.words import language as spoken_language

TEXT_LIMIT = 400


class SearchField(LineInput):
    """The field. It has the keys as soon as the log is opened, so a ``/`` before the words is one too much."""

    def on_key(self, event: events.Key) -> None:
        """Who types ``/`` all the same looks for what follows; of a path a part is found as well."""
        if event.character == "/" and self.selected_text == self.value:
            event.stop()
            event.prevent_default()


class SearchLine(Vertical):
    """A sign, a field, how many lines there are; and below it, only where it is so, what is not understood."""

    DEFAULT_CSS = """
    SearchLine { height: auto; }
    SearchLine Horizontal { height: 1; }
    SearchLine Static { width: auto; height: 1; }
    SearchLine #search-sign { color: $accent; }
    SearchLine #search-said { color: $text-muted; padding: 0 1; }
    SearchLine #search-wrong { display: none; width: 1fr; height: auto; max-height: 2; padding: 0 1;
                               color: $text-error; text-style: bold; }
    SearchLine.-wrong #search-wrong { display: block; }
    SearchLine LineInput { width: 1fr; min-width: 20; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave('back')", show=False),
        Binding("down,tab", "leave", show=False),
        Binding("pagedown", "leave('page')", show=False),
    ]

    class Typed(Message):
        """Another text stands in the line."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Left(Message):
        """The operator is done with the line. ``to``: the ``lines``, the next ``page`` of them, or ``back``."""

        def __init__(self, to: str) -> None:
            super().__init__()
            self.to = to

    def __init__(self) -> None:
        super().__init__()
        self._said = ("", "", "")

    def compose(self) -> ComposeResult:
        """The sign, the field, what is said."""
        with Horizontal():
            yield Static("", markup=False, id="search-sign")
            yield SearchField(id="search-text", max_length=TEXT_LIMIT, compact=True)
            yield Static("", markup=False, id="search-said")
        yield Static("", markup=False, id="search-wrong")

    @property
    def field(self) -> LineInput:
        """The field."""
        return self.query_one(LineInput)

    @property
    def text(self) -> str:
        """What is typed."""
        return self.field.value if self.is_mounted else ""

    def begin(self) -> None:
        """Take the keys; what stands there is chosen, so that another text takes its place."""
        self.field.focus()
        self.field.action_select_all()

    def say(self, words: str, *, wrong: bool = False) -> None:
        """Say this beside the field, or below it where something is wrong."""
        said = ("" if wrong else words, words if wrong else "", spoken_language())
        if said == self._said or not self.is_mounted:
            return
        self._said = said
        self.set_class(wrong, "-wrong")
        self.query_one("#search-sign", Static).update(" / ")
        self.query_one("#search-said", Static).update(said[0])
        self.query_one("#search-wrong", Static).update(said[1])
        self.field.placeholder = _('words "a phrase" host: actor: kind: incident: since: until:')

    def on_mount(self) -> None:
        """Say what it is for."""
        self._said = ("?", "", "")
        self.call_after_refresh(self.say, "")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Live: every letter counts."""
        event.stop()
        self.post_message(self.Typed(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: to what was found."""
        event.stop()
        self.post_message(self.Left("lines"))

    def action_leave(self, to: str = "lines") -> None:
        """To the lines; what was typed stays. Where nothing is typed, back is out of the log."""
        self.post_message(self.Left("lines" if to == "back" and self.text else to))

    def help_text(self) -> str:
        """What help says when the keys go here."""
        return _(
            'Looks in the duty log for words, all of them, a part of a word too; "in quotes" exactly so. host: and '
            "actor: with a part of a name, kind: with one of {kinds}, incident: with a number, day: with a trading "
            "day, shift: and post: with a name, since: and until: with 2026-11-24, 21:00, yesterday or -2h. Enter "
            "goes to the lines. F1 is this help.",
            kinds=", ".join(LogKind),
        )
