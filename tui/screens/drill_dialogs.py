"""The questions about a drill: one to begin it, one to go on with it or end it."""

from __future__ import annotations

from duty.duty_rules import DutyRules
from duty.incident_details import Details
from duty.incidents import LEVELS
from duty.records import Incident, Move
from tui.screens.form import Field, Form, Send
from wire.words import _

RESUME, END = "g", "e"


def begin(send: Send, *, about: str, rules: DutyRules) -> Form:
    """Title, scenario, level, and when its fault began, where who plays it has one begun."""
    lines = [_("about {subject}", subject=about)] if about else []
    return Form(
        _("Begin a drill"),
        [*lines, _("It has a log of its own and counts in no figure. A real alarm of priority 1 suspends it.")],
        [
            Field("title", _("What is wrong")),
            Field("scenario", _("Scenario; drills of one scenario are compared"), optional=True),
            Field("began", _("When its fault began (21:05), if it has"), optional=True),
            Field(
                "level",
                _("Level"),
                value=str(LEVELS[1]),
                choices=tuple((str(level), f"{level} {_(rules.level(level).meaning)}") for level in LEVELS),
            ),
        ],
        send,
        verb=_("begin it"),
    )


def turned(send: Send, *, incident: Incident, title: str) -> Form:
    """Go on with one that is suspended, or end it; one that goes on is only ended."""
    end = (END, f"{END} " + _("end it before it is over"))
    choices = ((RESUME, f"{RESUME} " + _("go on with it")), end) if incident.suspended else (end,)
    return Form(
        _("Drill {number}", number=incident.id),
        [title],
        [
            Field("turn", _("What"), value=choices[0][0], choices=choices),
            Field("text", _("Why (must be said to end it)"), optional=True),
        ],
        send,
    )


def turn(values: dict[str, str]) -> tuple[Move, str, Details | None]:
    """The move of a filled form."""
    return Move.RESUMED if values["turn"] == RESUME else Move.ABANDONED, values["text"], None
