"""The orders of plain mode that move an incident: ``resolve 12 line switched to the other provider``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from duty.clean import clean
from duty.incident_details import LINK_KINDS, Cause, Details, Link, Reported, Resolution, Review
from duty.incidents import LEVELS
from duty.phrases import N_
from duty.records import Move
from tui.sayings import refusal
from wire.messages import MoveIncident
from wire.words import _

if TYPE_CHECKING:
    from tui.plain.speaker import Speaker

CAUSES = ", ".join(cause.value for cause in Cause)


class Asked(NamedTuple):
    """What a typed order asks for."""

    move: Move
    text: str = ""
    level: int | None = None
    other: int | None = None
    details: Details | None = None


Parse = Callable[["Speaker", int, str], Asked | str]
"""Makes a move of the words behind the number, or says what was wanted."""


def _mitigate(_speaker: Speaker, _number: int, text: str) -> Asked | str:
    return Asked(Move.MITIGATED, text)


def _resolve(_speaker: Speaker, _number: int, text: str) -> Asked | str:
    code, _blank, done = text.partition(" ")
    if code not in tuple(Cause):
        return _("Say the cause first, one of {causes}.", causes=CAUSES)
    return Asked(Move.RESOLVED, done.strip(), details=Resolution(Cause(code)))


def _review(_speaker: Speaker, _number: int, text: str) -> Asked | str:
    happened, bar, rest = text.partition("|")
    root, _bar, more = rest.partition("|")
    vendor, _bar, elsewhere = more.partition("|")
    if not bar:
        return _("Say what happened, the root cause, the vendor's part and whether it is elsewhere, with | between.")
    return Asked(Move.REVIEWED, details=Review(happened.strip(), root.strip(), vendor.strip(), elsewhere.strip()))


def _reopen(_speaker: Speaker, _number: int, text: str) -> Asked | str:
    return Asked(Move.REOPENED, text)


def _merge(_speaker: Speaker, _number: int, text: str) -> Asked | str:
    other = number_of(text)
    return _("Say into which incident, by its number.") if other is None else Asked(Move.MERGED, other=other)


def _level(speaker: Speaker, number: int, text: str) -> Asked | str:
    word, _blank, why = text.partition(" ")
    level = number_of(word)
    incident = speaker.picture.incidents.get(number)
    if level not in LEVELS:
        return _("Say the level: 1, 2, 3 or 4.")
    move = Move.RAISED if incident is None or level < incident.level else Move.LOWERED
    return Asked(move, why.strip(), level=level)


def _link(_speaker: Speaker, _number: int, text: str) -> Asked | str:
    kind, _blank, key = text.partition(" ")
    if kind not in LINK_KINDS:
        return _("Say of which kind it is, one of {kinds}, and which.", kinds=", ".join(LINK_KINDS))
    return Asked(Move.LINKED, details=Link(kind, key.strip()))


def _report(speaker: Speaker, number: int, text: str) -> Asked | str:
    """The report whose clock runs out next is the one that was made."""
    from duty.countdowns import countdowns

    picture = speaker.picture
    keys = {rule.key for rule in picture.rules.reports}
    incident = picture.incidents.get(number)
    running = countdowns(incident, picture.rules, picture.now) if incident is not None else []
    key = next((one.key for one in running if one.key in keys and one.met_at is None), "other")
    return Asked(Move.REPORTED, details=Reported(key, text, picture.now, _("phone")))


def _go_on(_speaker: Speaker, _number: int, text: str) -> Asked | str:
    return Asked(Move.RESUMED, text)


def _abandon(_speaker: Speaker, _number: int, text: str) -> Asked | str:
    return Asked(Move.ABANDONED, text)


ORDERS: dict[str, tuple[str, str, Parse]] = {
    "mitigate": ("mitigate N TEXT", N_("the service is back, by what TEXT says"), _mitigate),
    "resolve": ("resolve N CAUSE TEXT", N_("resolve incident N, with its cause code and what was done"), _resolve),
    "review": ("review N A | B | C | D", N_("review it: what happened, root cause, vendor, elsewhere"), _review),
    "reopen": ("reopen N TEXT", N_("open incident N again, and why"), _reopen),
    "merge": ("merge N M", N_("incident N is the same as incident M"), _merge),
    "level": ("level N L TEXT", N_("give incident N level L, and why"), _level),
    "link": ("link N KIND KEY", N_("link incident N with an alarm, host, change, log line, incident"), _link),
    "resume": ("resume N", N_("go on with drill N, which a real alarm suspended"), _go_on),
    "abandon": ("abandon N TEXT", N_("end drill N before it is over, and why"), _abandon),
    "report": ("report N WHO", N_("incident N was reported to WHO by phone just now"), _report),
}
"""Usage, words and parser of each."""


def doer(parse: Parse, example: str) -> Callable[[Speaker, str], Awaitable[Iterable[str]]]:
    """What does an order that begins with the number of an incident."""

    async def do(speaker: Speaker, rest: str) -> Iterable[str]:
        word, _blank, text = rest.partition(" ")
        number = number_of(word)
        if number is None:
            return wants_number(example, word)
        asked = parse(speaker, number, text.strip())
        if isinstance(asked, str):
            return (asked,)
        own = (number, asked.move)
        speaker.own.add(own)
        reply = await speaker.session.ask(lambda ask: MoveIncident(ask, number, *asked))
        if not reply.ok:
            speaker.own.discard(own)
        return (_("Written: incident {n}.", n=number) if reply.ok else refusal(reply),)

    return do


def number_of(word: str) -> int | None:
    """A number as a person types it."""
    return int(word) if word.isascii() and word.isdigit() and len(word) < 12 else None


def wants_number(example: str, found: str) -> Iterable[str]:
    """What is said where the number is missing or none."""
    if not found:
        return (_("Say which incident by its number: {example}.", example=example),)
    return (_("{found} is not the number of an incident: {example}.", found=clean(found, 40), example=example),)
