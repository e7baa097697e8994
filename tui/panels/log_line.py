"""The input line of the duty log: about the thing under the cursor, kept until it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, Static
from textual.widgets.input import Selection

from duty.clean import clean
from duty.log_templates import GAP
from duty.records import Subject
from tui.cells import cell
from tui.messages import LogSubmitted
from tui.sayings import about_of
from tui.widgets.line_input import TEXT_LIMIT, LineInput
from wire.messages import Reply
from wire.words import _, say
from wire.words import language as spoken_language

if TYPE_CHECKING:
    from tui.app import WatchkeeperApp

NOTHING = Subject()
_ABOUT_SHARE = 3
"""The part of the line that may say what it is about: one in so many cells."""


class LogLine(Vertical):
    """One line, and one more above it while the watch has refused it.

    What the line is about is settled when it is begun: rows that move afterwards do not change it. A draft stays,
    with what it is about, until it is written or emptied.
    """

    app: WatchkeeperApp
    DEFAULT_CSS = """
    LogLine { height: auto; }
    LogLine #log-refused { height: auto; max-height: 2; color: $text-error; text-style: bold; display: none; }
    LogLine.-refused #log-refused { display: block; }
    LogLine Horizontal { height: 1; }
    LogLine #log-about { width: auto; height: 1; color: $accent; }
    LogLine LineInput { width: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("ctrl+t", "other", show=False),
        Binding("ctrl+o", "prepared", show=False),
    ]

    class Left(Message):
        """The operator is done with the line: the keys go back to where they were."""

    def __init__(self) -> None:
        super().__init__()
        self.about: Subject | None = None
        """What the line that is being written is about; ``None`` while there is none."""
        self._pointed = NOTHING
        self._begun_at = NOTHING
        self._spoken = spoken_language()
        self._sending = ""
        self._said: tuple[str, str] = ("", "")

    def compose(self) -> ComposeResult:
        """The reason of a refusal, what the line is about, the field."""
        yield Static("", markup=False, id="log-refused")
        with Horizontal():
            yield Static("", markup=False, id="log-about")
            # A draft that one comes back to is gone on with, not typed over.
            yield LineInput(id="log-text", max_length=TEXT_LIMIT, compact=True, select_on_focus=False)

    def on_mount(self) -> None:
        """Say what it is for."""
        self._renew()

    @property
    def field(self) -> LineInput:
        """The field."""
        return self.query_one(LineInput)

    @property
    def writing(self) -> bool:
        """Whether the keys go here."""
        return self.field.has_focus

    @property
    def draft(self) -> str:
        """What is typed and not written."""
        return self.field.value

    def point(self, subject: Subject) -> None:
        """The thing under the cursor is ``subject`` now. A line that was begun stays about what it was."""
        if (subject, spoken_language()) != (self._pointed, self._spoken):
            self._pointed, self._spoken = subject, spoken_language()
            self._renew()

    def begin(self, text: str = "") -> None:
        """Take the keys; a new line is about the thing under the cursor. ``text`` comes in where the cursor is, and the
        cursor goes to the first gap of it."""
        at = self.field.cursor_position
        self.field.focus()
        if text:
            self.field.insert(text, at)
            gap = text.find(GAP)
            self.field.selection = Selection(at + gap, at + gap + 1) if gap >= 0 else Selection.cursor(at + len(text))

    def on_descendant_focus(self) -> None:
        """By key or by click: a line begins, or a draft goes on."""
        if self.about is None:
            self.about = self._begun_at = self._pointed
        self._renew()

    def on_descendant_blur(self) -> None:
        """An empty line is about nothing in particular any more."""
        if not self.draft and not self._sending:
            self.about = None
        self._renew()

    def on_input_changed(self, event: Input.Changed) -> None:
        """What is typed concerns nobody else yet."""
        event.stop()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: write it. It stays here until the watch has said that it is written."""
        event.stop()
        text = clean(self.draft.strip(), TEXT_LIMIT)
        if self._sending:
            return
        if not text:
            self.action_leave()
            return
        self._sending = self.draft
        self._renew()
        self.post_message(LogSubmitted(text, self.about or NOTHING, self.answered))

    def answered(self, reply: Reply) -> None:
        """The watch's answer to the line that was sent."""
        sent, self._sending = self._sending, ""
        if not reply.ok:
            self._refuse(say(reply.why) if reply.why else _("The watch refused and gave no reason."))
            return
        self._refuse("")
        if self.draft != sent:  # typed on meanwhile: that is the next line
            self.field.value = self.draft.removeprefix(sent)
            self._renew()
            return
        self.field.value = ""
        self.about = None
        self._renew()
        if self.writing:
            self.post_message(self.Left())

    def _refuse(self, why: str) -> None:
        self.set_class(bool(why), "-refused")
        self.query_one("#log-refused", Static).update(_("Not written: {why}", why=why) if why else "")
        self._renew()
        if why and not self.writing:
            self.app.tell(_("Not written: {why}", why=why), warn=True)

    def action_leave(self) -> None:
        """Back to where the keys were; the draft stays."""
        if self.draft.strip():
            self.app.tell(_("The line is kept: n goes on with it."))
        else:
            self.field.value = ""
        self.post_message(self.Left())

    def action_other(self) -> None:
        """About something else: what it was begun at, what the cursor is on now, nothing."""
        choices = list(dict.fromkeys((self._begun_at, self._pointed, NOTHING)))
        at = choices.index(self.about) if self.about in choices else -1
        self.about = choices[(at + 1) % len(choices)]
        self._renew()

    def action_prepared(self) -> None:
        """Choose a prepared line about what this one is about."""
        from tui import line_doings

        line_doings.prepared(self.app, self.about or NOTHING)

    def on_resize(self) -> None:
        """Another width has room for other words."""
        self._renew()

    def _renew(self) -> None:
        """Draw what the line is about, and in an empty field what to do."""
        said = self._label(), self._hint()
        if said == self._said or not self.is_attached:
            return
        self._said = said
        self.query_one("#log-about", Static).update(said[0])
        self.field.placeholder = said[1]

    def _label(self) -> str:
        if self.about is None:
            return " n "
        if self._sending:
            return " " + _("being written…") + " "
        return " " + _("about {subject}", subject=self._named(self.about)) + ": "

    def _hint(self) -> str:
        """What can be done, in as many words as there is room for: one that is cut says nothing."""
        if self.about is not None:
            words = [
                _("Enter writes · Esc leaves, the line is kept · ^T about something else · ^O prepared lines"),
                _("Enter writes · Esc leaves · ^T about something else · ^O prepared lines"),
                _("Enter writes · Esc leaves · ^T about something else"),
                _("Enter writes · Esc leaves"),
            ]
        elif self._pointed == NOTHING:
            words = [_("Write in the duty log…")]
        else:
            named = _("Write in the duty log about {subject}…", subject=self._named(self._pointed))
            words = [named, _("Write in the duty log…")]
        room = max(8, self.size.width - 1 - cell_len(self._label()))
        fitting = next((each for each in words if cell_len(each) <= room), words[-1])
        return fitting if cell_len(fitting) <= room else cell(fitting, room)[0].rstrip()

    def _named(self, subject: Subject) -> str:
        if subject == NOTHING:
            return _("nothing in particular")
        room = max(12, self.size.width // _ABOUT_SHARE)
        name = about_of(subject)
        return name if cell_len(name) <= room else cell(name, room)[0].rstrip()

    def help_text(self) -> str:
        """What help says when the keys go here."""
        return _(
            "The line of the duty log: Enter writes it, Esc goes back and keeps it, "
            "Ctrl+T changes what it is about, Ctrl+O puts in a prepared line. F1 is this help."
        )
