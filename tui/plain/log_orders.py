"""The orders of plain mode for the duty log: look for words, read a line, write a late one, put one right."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import tzinfo
from typing import TYPE_CHECKING

from duty.board import HostView
from duty.clean import clean
from duty.log_templates import GAP, filled, templates, told
from duty.phrases import N_
from duty.records import LogEntry, Subject
from duty.typed import moment
from tui import figures
from tui.plain import telling
from tui.sayings import refusal
from wire.messages import Command, CorrectLog, ReadLog, WriteLog
from wire.words import _, say

if TYPE_CHECKING:
    from tui.plain.speaker import Speaker

FOUND = 20
"""Lines said at once; ``older`` goes on."""
Do = Callable[["Speaker", str], Awaitable[Iterable[str]]]


async def written(speaker: Speaker, make: Callable[[int], Command], text: str) -> Iterable[str]:
    """Ask for a line of the log; the news of what was done here is not told a second time."""
    speaker.own.add(text)
    reply = await speaker.session.ask(make)
    if not reply.ok:
        speaker.own.discard(text)
    return (_("Written in the duty log.") if reply.ok else refusal(reply),)


async def _find(speaker: Speaker, query: str) -> Iterable[str]:
    if not query:
        return (_("Say what to look for: find gateway host:ogw1 since:yesterday"),)
    speaker.found = (query, None)
    return await _older(speaker, "")


async def _older(speaker: Speaker, _rest: str) -> Iterable[str]:
    query, before = speaker.found
    if before == 0:
        return (_("There is nothing older."),)
    reply = await speaker.session.ask(lambda ask: ReadLog(ask=ask, query=query, before=before, limit=FOUND))
    if reply.page is None:
        return (refusal(reply),)
    page, zone = reply.page, _zone(speaker)
    speaker.found = (query, 0 if page.ended else page.reached)
    said = [telling.log_line(entry, zone, speaker.picture.now) for entry in page.entries]
    if not page.ended:
        return (*said, _("There may be older lines: older goes on."))
    return (*said, _("There is nothing older.")) if said else (_("Nothing in the log fits."),)


async def _line(speaker: Speaker, rest: str) -> Iterable[str]:
    number = _number(rest)
    if number is None:
        return (_("Say which line by its number: {example}.", example="line 48"),)
    found = await _read(speaker, number)
    if not isinstance(found, LogEntry):
        return found
    return telling.log_facts(found, _zone(speaker), speaker.picture.now)


async def _read(speaker: Speaker, number: int) -> LogEntry | Iterable[str]:
    reply = await speaker.session.ask(lambda ask: ReadLog(ask=ask, before=number + 1, limit=1))
    if reply.page is None:
        return (refusal(reply),)
    if not reply.page.entries or reply.page.entries[0].seq != number:
        return (_("There is no line {number} in the log.", number=number),)
    return reply.page.entries[0]


async def _correct(speaker: Speaker, rest: str) -> Iterable[str]:
    word, _blank, said = rest.partition(" ")
    number, (text, bar, reason) = _number(word), said.partition("|")
    if number is None or not bar:
        return (_("Say it so: {example}.", example=_("correct 48 what it should say | why")),)
    text = text.strip()
    return await written(speaker, lambda ask: CorrectLog(ask=ask, seq=number, text=text, reason=reason.strip()), text)


async def _late(speaker: Speaker, rest: str) -> Iterable[str]:
    found = _timed(rest, speaker.picture.now, figures.zone_of(_zone(speaker)))
    if found is None:
        return (_("Say it so: {example}.", example=_("late 21:05 what happened, or late 11-24 21:05 what happened")),)
    at, text = found
    return await written(speaker, lambda ask: WriteLog(ask=ask, text=text, event_at=at), text)


def _timed(rest: str, now: float, zone: tzinfo) -> tuple[float, str] | None:
    """The time before a line, which is one word, or a day and a time; and the line."""
    for count in (1, 2):
        words = rest.split(maxsplit=count)
        at = moment(" ".join(words[:count]), zone, now)
        if at is not None and len(words) > count:
            return at, words[count].strip()
    return None


async def _about(speaker: Speaker, rest: str) -> Iterable[str]:
    name, _blank, text = rest.partition(" ")
    host = telling.host_called(speaker.picture, name)
    if not isinstance(host, HostView):
        return (_("There is no host {name}; host alone lists them.", name=clean(name, 80)),)
    subject, text = Subject(host.id, "host", host.id), text.strip()
    return await written(speaker, lambda ask: WriteLog(ask=ask, text=text, subject=subject), text)


async def _template(speaker: Speaker, rest: str) -> Iterable[str]:
    """``template vendor ogw1 | Wang | they look | 22:00``: each part takes the place of a gap."""
    head, *words = (part.strip() for part in rest.split("|"))
    key, _blank, name = head.partition(" ")
    known = templates(speaker.picture.rules.templates)
    if not key:
        return (*(f"{one.key}: {say(one.text)}" for one in known), _("Each … is given behind the key, with | between."))
    chosen = next((one for one in known if one.key == key), None)
    if chosen is None:
        return (_("There is no prepared line {key}; template alone lists them.", key=clean(key, 40)),)
    host = telling.host_called(speaker.picture, name.strip()) if name else None
    if name and not isinstance(host, HostView):
        return (_("There is no host {name}; host alone lists them.", name=clean(name, 80)),)
    subject = Subject(host.id, "host", host.id) if isinstance(host, HostView) else Subject()
    text = told(filled(say(chosen.text), subject=subject.host, host=subject.host, incident=None), words)
    if GAP in text:
        return (_("Not written, still to say is each … of: {text}", text=text),)
    return await written(speaker, lambda ask: WriteLog(ask=ask, text=text, subject=subject), text)


def _zone(speaker: Speaker) -> str:
    site = speaker.picture.site
    return site.time_zone if site is not None else "UTC"


def _number(word: str) -> int | None:
    word = word.removeprefix("#")
    return int(word) if word.isascii() and word.isdigit() and len(word) < 18 else None


ORDERS: dict[str, tuple[str, str, Do]] = {
    "about": ("about HOST TEXT", N_("write a line about a host"), _about),
    "template": ("template KEY HOST | …", N_("write a prepared line; template alone lists them"), _template),
    "late": ("late TIME TEXT", N_("write a line about something earlier; it is marked as late"), _late),
    "correct": ("correct N TEXT | WHY", N_("correct line N; both stay"), _correct),
    "find": ("find WORDS", N_("look for words in the whole duty log; host: actor: kind: since: narrow it"), _find),
    "older": ("older", N_("older lines of what was looked for"), _older),
    "line": ("line N", N_("line N of the duty log with all that is kept of it"), _line),
}
"""Usage, words and what does it."""
