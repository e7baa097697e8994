"""Lines that are written again and again, prepared: what they are about is filled in, what only a person knows is left.

A template is no record: what is written is what the person made of it, in their own words and language.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from duty.phrases import N_, Phrase, fill

GAP = "…"
"""Stands for what the person has to say."""
FIELDS = ("subject", "host", "incident")
"""What is filled in from the thing under the cursor: its name, its host, the number of its incident."""


class LogTemplate(msgspec.Struct, frozen=True):
    """One prepared line. ``key``: the word that it is asked for by."""

    key: str
    text: Phrase
    """With ``{fields}`` of :data:`FIELDS` and a :data:`GAP` for each thing that is to be said."""


BUILT_IN: tuple[LogTemplate, ...] = (
    LogTemplate("vendor", Phrase(N_("Vendor called about {subject}: spoke with …, they say …, next call at …"))),
    LogTemplate("provider", Phrase(N_("Line provider called about {subject}: ticket …, expected back at …"))),
    LogTemplate("exchange", Phrase(N_("Notice of the exchange: …"))),
    LogTemplate("client", Phrase(N_("A client reports: …. Told them: …"))),
    LogTemplate("restart", Phrase(N_("Restarted {subject} because …. Checked afterwards: …"))),
    LogTemplate("switch", Phrase(N_("Switched from {subject} to … because …"))),
    LogTemplate("round", Phrase(N_("Walked the round of the machine room: …"))),
    LogTemplate("ready", Phrase(N_("Ready for the session: checked …, open points: …"))),
    LogTemplate("backup", Phrase(N_("Backup of {subject} checked: …"))),
    LogTemplate("visitor", Phrase(N_("Let … into the machine room for …, left at …"))),
)
"""Every site has these; one of its own with the same key takes the place of one."""


def templates(own: Iterable[LogTemplate]) -> tuple[LogTemplate, ...]:
    """The site's own first, then those built in that it does not replace."""
    mine = tuple(own)
    keys = {one.key for one in mine}
    return (*mine, *(one for one in BUILT_IN if one.key not in keys))


def filled(text: str, *, subject: str, host: str, incident: int | None) -> str:
    """``text`` of a template, in the reader's language, about a thing; what is not known stays a gap."""
    number = "" if incident is None else str(incident)
    return fill(text, {"subject": subject or GAP, "host": host or GAP, "incident": number or GAP})


def told(text: str, words: Iterable[str]) -> str:
    """The gaps of ``text`` filled in their order; those that are left stay."""
    pieces = text.split(GAP)
    found = pieces[0]
    given = iter(words)
    for piece in pieces[1:]:
        found += next(given, GAP) + piece
    return found
