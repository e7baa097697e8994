"""The questions about alarms: a note, a shelf, a window of maintenance; and the list before many are acknowledged."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from duty.clean import clean
from tui.pager import Line, Pager, Span, wrapped
from tui.screens.form import Field, Form, Send
from tui.screens.page import PAGE_WIDTH, page_width
from tui.widgets.line_input import TEXT_LIMIT, LineInput
from wire.messages import Reply
from wire.words import _, say

HALF_HOUR, SESSION, TYPED = "3", "s", "t"
"""Keys of the ends that are offered."""
_AROUND = 10
"""Rows that are not the list's: border, title, note, keys, and some of the screen below."""


def note(send: Send, *, about: str) -> Form:
    """What an alarm was that came and went unseen."""
    return Form(
        _("Acknowledge the alarm"),
        [about, _("It came and went and nobody saw it: say what it was.")],
        [Field("note", _("Note"))],
        send,
        verb=_("acknowledge it"),
    )


def aside(title: str, send: Send, *, about: str, session_ends: str, second: str) -> Form:
    """Reason, end and who agrees. ``session_ends``: the time of the end of the session, empty where none goes on."""
    ends = [(HALF_HOUR, "3 " + _("in 30 minutes"))]
    if session_ends:
        ends.append((SESSION, "s " + _("at the end of the session, {time}", time=session_ends)))
    ends.append((TYPED, "t " + _("at the time typed below")))
    return Form(
        title,
        [about],
        [
            Field("why", _("Why")),
            Field("end", _("It ends"), value=HALF_HOUR, choices=tuple(ends)),
            Field("time", _("Time (21:30, 90m or 2026-12-01 08:00)"), optional=True),
            Field("second", second, optional=True),
        ],
        send,
    )


class BulkAck(ModalScreen[None]):
    """Lists exactly what is acknowledged by Enter: ``alarms`` are the events as they were drawn, one text each."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", show=False),
        Binding("up", "step(-1)", show=False, priority=True),
        Binding("down", "step(1)", show=False, priority=True),
        Binding("pageup", "turn(-1)", show=False, priority=True),
        Binding("pagedown", "turn(1)", show=False, priority=True),
    ]

    def __init__(self, alarms: Sequence[Span], send: Callable[[str], Awaitable[Reply]], *, note_needed: bool) -> None:
        super().__init__()
        self._alarms = alarms
        self._send = send
        self._note_needed = note_needed
        self._sending = False

    def compose(self) -> ComposeResult:
        """Title, list, note, keys."""
        with Vertical(id="page"):
            title = _("Acknowledge these alarms: {count}", count=len(self._alarms))
            yield Static(title, markup=False, classes="form-title")
            yield Pager(self._laid_out())
            label = _("Note (must be: one of them came and went unseen)") if self._note_needed else _("Note, if any")
            yield Static(label, markup=False, classes="form-label")
            yield LineInput("", id="field-note", max_length=TEXT_LIMIT, compact=True)
            yield Static("", markup=False, id="refusal")
            yield Static("", markup=False, classes="form-keys", id="page-keys")

    def on_mount(self) -> None:
        """The note has the keys; arrows move the list."""
        self.query_one(LineInput).focus()

    def _laid_out(self) -> list[Line]:
        width = page_width(self.app.size.width)
        return [line for text, tone in self._alarms for line in wrapped(text, width, tone)]

    def on_resize(self) -> None:
        """Laid out for the new width; the keys below the list stay in sight."""
        pager = self.query_one(Pager)
        pager.styles.max_height = max(1, self.app.size.height - _AROUND)
        pager.set_lines(self._laid_out())

    def on_pager_moved(self) -> None:
        """Say how much is left to read."""
        keys = _("Enter {verb} · Esc back, nothing is done", verb=_("acknowledge all of them"))
        if more := self.query_one(Pager).hidden_below:
            keys = _("{count} more lines below ↓", count=more) + " · " + keys
        self.query_one("#page-keys", Static).update(keys)

    def on_key(self, event: events.Key) -> None:
        """Enter where the list has the keys."""
        if event.key == "enter":
            event.stop()
            self._submit()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in the note."""
        event.stop()
        self._submit()

    def _submit(self) -> None:
        words = clean(self.query_one(LineInput).value.strip(), TEXT_LIMIT)
        if self._note_needed and not words:
            self.query_one("#refusal", Static).update(_("Still to fill in: {field}", field=_("Note")))
        elif not self._sending:
            self._sending = True
            self.run_worker(self._deliver(words))

    async def _deliver(self, words: str) -> None:
        try:
            reply = await self._send(words)
        finally:
            self._sending = False
        if reply.ok:
            if self.is_attached:
                self.dismiss()
            return
        why = say(reply.why) if reply.why else _("The watch refused and gave no reason.")
        self.query_one("#refusal", Static).update(why)

    def action_step(self, lines: int) -> None:
        """The list a line on, while the note keeps the keys."""
        self.query_one(Pager).action_move(lines)

    def action_turn(self, pages: int) -> None:
        """The list a screenful on."""
        self.query_one(Pager).action_page(pages)

    def action_cancel(self) -> None:
        """Nothing is done."""
        self.dismiss()


def refused_lines(refusals: Sequence[tuple[str, str]]) -> Callable[[int], list[Line]]:
    """What was left as it is, each with the reason, for a page."""

    def lines(width: int) -> list[Line]:
        found: list[Line] = []
        for thing, why in refusals:
            found += wrapped(thing, min(width, PAGE_WIDTH), "name")
            found += wrapped(why, min(width, PAGE_WIDTH), indent=2)
        return found

    return lines
