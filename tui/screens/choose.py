"""A list to choose from, narrowed by typing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from wire.words import _


class Choose(ModalScreen[None]):
    """``options`` are (words, what choosing it does). Typing keeps those with every word typed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", show=False),
        Binding("down", "step('cursor_down')", show=False, priority=True),
        Binding("up", "step('cursor_up')", show=False, priority=True),
        Binding("pagedown", "step('page_down')", show=False, priority=True),
        Binding("pageup", "step('page_up')", show=False, priority=True),
    ]

    def __init__(self, title: str, options: Sequence[tuple[str, Callable[[], None]]]) -> None:
        super().__init__()
        self._title = title
        self._options = options

    def compose(self) -> ComposeResult:
        """Title, filter, list, keys."""
        with Vertical(id="choose"):
            yield Static(self._title, markup=False, classes="form-title")
            yield Input(placeholder=_("type to narrow the list"), compact=True)
            yield OptionList(*self._matching(""))
            yield Static(_("Enter choose · Esc back, nothing is done"), markup=False, classes="form-keys")

    def _matching(self, typed: str) -> list[Option]:
        words = typed.lower().split()
        return [
            Option(Content(text), id=str(index))
            for index, (text, _do) in enumerate(self._options)
            if all(word in text.lower() for word in words)
        ]

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list."""
        listed = self.query_one(OptionList)
        listed.clear_options()
        listed.add_options(self._matching(event.value))
        listed.highlighted = 0 if listed.option_count else None

    def on_input_submitted(self) -> None:
        """Choose the option under the cursor of the list."""
        self.query_one(OptionList).action_select()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Do it."""
        _text, do = self._options[int(event.option.id or 0)]
        self.dismiss()
        do()

    def action_step(self, name: str) -> None:
        """Move in the list while the filter keeps the focus."""
        getattr(self.query_one(OptionList), f"action_{name}")()

    def action_cancel(self) -> None:
        """Nothing is done."""
        self.dismiss()
