"""A form above the screen: some lines, some fields, and it stays open, with all that was typed, until it is done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from duty.clean import clean
from tui.screens.choice import Choice
from tui.widgets.line_input import TEXT_LIMIT, LineInput
from wire.messages import Reply
from wire.words import _, say

Send = Callable[[dict[str, str]], Awaitable[Reply]]
"""Characters in one field."""
ROOMY = 9
"""Rows of fields up to which there is a blank line above each: more would not fit a terminal of 24 lines."""


@dataclass(frozen=True)
class Field:
    """One thing to fill in: a text, or one of ``choices`` (value, words). ``exactly``: the only text accepted.

    ``limit``: characters of a text at most.
    """

    name: str
    label: str
    value: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    exactly: str = ""
    optional: bool = False
    limit: int = TEXT_LIMIT
    columns: int = 1
    """Of the choices."""


class Form(ModalScreen[None]):
    """Asks and sends. ``send`` gets the values and answers, or takes nothing where there is nobody to ask.

    ``also``: keys besides Enter that send a form without fields. ``grave``: drawn as a warning.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", show=False),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]

    def __init__(
        self,
        title: str,
        lines: Sequence[str],
        fields: Sequence[Field],
        send: Send | Callable[[], None],
        *,
        verb: str = "",
        also: tuple[str, ...] = (),
        grave: bool = False,
    ) -> None:
        rows = sum(2 + len(field.choices) // field.columns for field in fields)
        looks = (("grave", grave), ("dense", rows > ROOMY))
        super().__init__(classes=" ".join(name for name, there in looks if there) or None)
        self._title = title
        self._lines = lines
        self._fields = fields
        self._send = send
        self._verb = verb or _("write it")
        self._also = also
        self._sending = False

    def compose(self) -> ComposeResult:
        """Title, lines, fields, the place of a refusal, the keys."""
        with Vertical(id="form"):
            yield Static(self._title, markup=False, classes="form-title")
            for line in self._lines:
                yield Static(line, markup=False, classes="form-line")
            for field in self._fields:
                yield Static(field.label, markup=False, classes="form-label")
                if field.choices:
                    yield Choice(field.choices, field.value, id=f"field-{field.name}", columns=field.columns)
                else:
                    yield LineInput(
                        field.value,
                        id=f"field-{field.name}",
                        max_length=field.limit,
                        compact=True,
                        select_on_focus=not field.value,
                    )
            yield Static("", markup=False, id="refusal")
            yield Static(
                _("Enter {verb} · Esc back, nothing is done", verb=self._verb), markup=False, classes="form-keys"
            )

    def values(self) -> dict[str, str]:
        """What is filled in now, cleaned."""
        found: dict[str, str] = {}
        for field in self._fields:
            widget = self.query_one(f"#field-{field.name}")
            found[field.name] = clean(getattr(widget, "value", "").strip(), field.limit)
        return found

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in a field."""
        event.stop()
        self.submit()

    def on_key(self, event: events.Key) -> None:
        """Enter elsewhere, and the keys of a form without fields."""
        if event.key == "enter" or event.key in self._also:
            event.stop()
            self.submit()

    def submit(self) -> None:
        """Send it if it is complete; otherwise go to what is missing and say so."""
        if self._sending:
            return
        values = self.values()
        for field in self._fields:
            missing = not values[field.name] and not field.optional
            if missing or (field.exactly and values[field.name] != field.exactly):
                self.query_one(f"#field-{field.name}").focus()
                self._say(
                    _("Only the word {word} accepts it.", word=field.exactly)
                    if field.exactly
                    else _("Still to fill in: {field}", field=field.label)
                )
                return
        self._sending = True
        self.run_worker(self._deliver(values))

    async def _deliver(self, values: dict[str, str]) -> None:
        try:
            answer = self._send(values) if self._fields else self._send()  # type: ignore[call-arg]
            reply = await answer if answer is not None else None
        finally:
            self._sending = False
        if reply is None or reply.ok:
            if self.is_attached:
                self.dismiss()
            return
        self._say(say(reply.why) if reply.why else _("The watch refused and gave no reason."))

    def _say(self, text: str) -> None:
        self.query_one("#refusal", Static).update(text)

    def action_cancel(self) -> None:
        """Nothing is done."""
        self.dismiss()
