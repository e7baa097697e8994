"""The questions the screen asks: each a form with its words; what a refusal means for what was typed: nothing."""

from __future__ import annotations

from collections.abc import Callable

from duty.board import HostView
from duty.connection import HostKey, Link
from duty.duty_rules import DutyRules
from duty.incidents import LEVELS
from duty.records import Incident, LogEntry
from tui.screens.form import Field, Form, Send
from tui.widgets.line_input import TEXT_LIMIT
from wire.words import _


def note(send: Send, *, about: str, text: str = "") -> Form:
    """A line for the duty log. ``about``: what it is about, empty for nothing in particular; ``text`` stands in it."""
    return Form(
        _("Write a line in the duty log"),
        [_("about {subject}", subject=about)] if about else [],
        [
            Field("text", _("Line"), value=text),
            Field("when", _("When it happened, if not now (21:05, 11-24 21:05)"), optional=True),
        ],
        send,
    )


def correct(send: Send, *, entry: LogEntry, stamp: str) -> Form:
    """What a line should have said, and why. ``stamp``: when the line is of."""
    return Form(
        _("Correct line {seq} of the duty log", seq=entry.seq),
        [
            _("{time} {who}: {text}", time=stamp, who=entry.actor, text=entry.text),
            _("The line stays as it is, struck through; the correction stands beside it."),
        ],
        [
            Field("text", _("What it should say"), value=entry.text, limit=max(TEXT_LIMIT, len(entry.text))),
            Field("reason", _("Why")),
        ],
        send,
    )


def open_incident(
    send: Send, *, about: str, rules: DutyRules, title: str = "", level: int | None = None, there: int | None = None
) -> Form:
    """Title and level of a new incident, and whether it is a drill.

    ``title``, ``level``: to begin with. ``there``: an incident about the same thing that goes on.
    """
    real, drill = _("a real one"), _("a drill")
    lines = [_("about {subject}", subject=about)] if about else []
    if there is not None:
        lines.append(_("Incident {number} about it goes on: this will be another one.", number=there))
    return Form(
        _("Open an incident"),
        lines,
        [
            Field("title", _("What is wrong"), value=title[:TEXT_LIMIT]),
            Field(
                "level",
                _("Level"),
                value=str(level if level in LEVELS else LEVELS[-2]),
                choices=tuple((str(one), f"{one} {_(rules.level(one).meaning)}") for one in LEVELS),
            ),
            Field("drill", _("Kind"), value="r", choices=(("r", f"r {real}"), ("d", f"d {drill}")), columns=2),
        ],
        send,
    )


def add_note(send: Send, *, incident: Incident, title: str) -> Form:
    """A note to an incident."""
    return Form(_("Add a note to incident {number}", number=incident.id), [title], [Field("text", _("Note"))], send)


def accept_key(send: Send, *, host: HostView, offered: HostKey) -> Form:
    """The key a host offers, in full; accepted only by typing the word."""
    connection = host.connection
    lines = [
        _("{host} at {address} offers this key:", host=host.id, address=connection.address or "–"),
        f"  {offered.algorithm}",
        f"  {offered.fingerprint}",
    ]
    if connection.link is Link.KEY_CHANGED:
        lines.append(_("WARNING: it is not the key that was known. Somebody may stand between you and the host."))
        if connection.host_key is not None:
            lines.append(_("Known until now: {fingerprint}", fingerprint=connection.host_key.fingerprint))
    lines.append(_("Compare the fingerprint with one you got another way: on the host, ssh-keygen -lf its key file."))
    word = _("yes")
    return Form(
        _("Accept the host key of {host}?", host=host.id),
        lines,
        [Field("word", _("Type {word} to accept", word=word), exactly=word)],
        send,
        verb=_("accept it"),
        grave=connection.link is Link.KEY_CHANGED,
    )


def confirm_quit(leave: Callable[[], None]) -> Form:
    """Leaving may end the watch: say so first."""
    return Form(
        _("Leave this screen?"),
        [
            _("This watch was started for its screens: if yours is the last one, the watch ends with it."),
            _("Nothing is collected and no incident is opened until it is started again."),
        ],
        [],
        leave,
        verb=_("leave"),
        also=("q", "y"),
    )
