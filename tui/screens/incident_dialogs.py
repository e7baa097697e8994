"""The questions about an incident: one form for each move that needs words."""

from __future__ import annotations

from duty.duty_rules import DutyRules
from duty.incident_details import CAUSE_WORDS, LINK_KINDS, Cause
from duty.incidents import LEVELS
from duty.records import Incident, Move
from tui.incident_page import LINK_WORDS
from tui.screens.form import Field, Form, Send
from wire.words import _, say

CAUSE_KEYS = dict(zip("abcdefghijklm", Cause, strict=True))
"""The key of each cause in the form."""
LINK_KEYS = dict(zip("ahcli", LINK_KINDS, strict=True))
LONG = 2000
"""Characters of a field of a review."""


def mitigate(send: Send, *, incident: Incident, title: str) -> Form:
    """What brought the service back."""
    return Form(
        _("The service is back: incident {number}", number=incident.id),
        [title],
        [Field("text", _("What brought it back"))],
        send,
    )


def resolve(send: Send, *, incident: Incident, title: str) -> Form:
    """The cause and what was done."""
    causes = tuple((key, f"{key} {_(CAUSE_WORDS[cause])}") for key, cause in CAUSE_KEYS.items())
    return Form(
        _("Resolve incident {number}", number=incident.id),
        [title],
        [Field("text", _("What was done")), Field("cause", _("Cause"), value="m", choices=causes, columns=2)],
        send,
    )


def review(send: Send, *, incident: Incident, title: str, happened: str, cause: str) -> Form:
    """The review; ``happened`` and ``cause`` come from the timeline and are to be put right."""
    action = _("To do: what; who; date (2026-12-01)")
    return Form(
        _("Review incident {number}", number=incident.id),
        [title],
        [
            Field("happened", _("What happened"), value=happened, limit=LONG),
            Field("root_cause", _("Root cause"), value=cause, limit=LONG),
            Field("vendor", _("The vendor's part"), optional=True, limit=LONG),
            Field("elsewhere", _("Same fault elsewhere?"), optional=True, limit=LONG),
            Field("first", action, optional=True),
            Field("second", action, optional=True),
            Field("third", action, optional=True),
        ],
        send,
    )


def close(send: Send, *, incident: Incident, title: str) -> Form:
    """A last word, if there is one."""
    return Form(
        _("Close incident {number}", number=incident.id),
        [title],
        [Field("text", _("Last word, if there is one"), optional=True)],
        send,
        verb=_("close it"),
    )


def reopen(send: Send, *, incident: Incident, title: str) -> Form:
    """Why it has not ended after all."""
    return Form(_("Open incident {number} again", number=incident.id), [title], [Field("text", _("Why"))], send)


def level(send: Send, *, incident: Incident, title: str, rules: DutyRules, who: str) -> Form:
    """Another level. What the person may not do is said and not offered."""
    lines = [title, _("Unsure? Take the graver one; the review settles it.")]
    offered = [number for number in LEVELS if number != incident.level]
    if (why := rules.people.may(who, Move.LOWERED)) is not None:
        offered = [number for number in offered if number < incident.level]
        lines.append(_("Not lower: {why}.", why=say(why)))
    words = {number: f"{number} {_(rules.level(number).meaning)}" for number in offered}
    fields = [
        Field(
            "level",
            _("Level"),
            value=str(offered[-1] if offered and offered[-1] < incident.level else offered[0]),
            choices=tuple((str(number), words[number]) for number in offered),
        ),
        Field("text", _("Why (must be said to lower it)"), optional=True),
    ]
    return Form(_("Another level for incident {number}", number=incident.id), lines, fields, send)


def link(send: Send, *, incident: Incident, title: str) -> Form:
    """Something that belongs to it."""
    kinds = tuple((key, f"{key} {_(LINK_WORDS[kind])}") for key, kind in LINK_KEYS.items())
    return Form(
        _("Link incident {number} with something", number=incident.id),
        [title],
        [Field("key", _("Its number or name")), Field("kind", _("What"), value="h", choices=kinds)],
        send,
    )


def report(send: Send, *, incident: Incident, title: str, clocks: tuple[tuple[str, str], ...], now: str) -> Form:
    """A report that was made. ``clocks``: which it can be, by a key each."""
    return Form(
        _("A report was made: incident {number}", number=incident.id),
        [title],
        [
            Field("to", _("To whom")),
            Field("how", _("How"), value=_("phone")),
            Field("at", _("When"), value=now),
            Field("clock", _("Which report"), value=clocks[0][0], choices=clocks),
        ],
        send,
    )
