"""What can be typed, a line each, and what is answered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from duty.clean import clean
from duty.phrases import N_
from duty.records import Move
from tui.plain import alarms, incident_orders, log_orders, telling
from tui.plain.incident_orders import doer, number_of, wants_number
from tui.sayings import refusal
from wire.messages import CloseIncident, Command, TakeIncident, WriteLog
from wire.words import _

if TYPE_CHECKING:
    from tui.plain.speaker import Speaker


@dataclass(frozen=True)
class Order:
    """One command. ``usage``: how it is typed; ``words``: what it does."""

    usage: str
    words: str
    do: Callable[[Speaker, str], Awaitable[Iterable[str]]]


async def obey(speaker: Speaker, line: str) -> Iterable[str]:
    """Do what was typed; what to say about it."""
    word, _blank, rest = line.strip().partition(" ")
    if not word:
        return ()
    order = ORDERS.get(word.casefold())
    if order is None:
        return (_("There is no command {word}; help lists them.", word=clean(word, 40)),)
    return await order.do(speaker, rest.strip())


async def _help(_speaker: Speaker, _rest: str) -> Iterable[str]:
    return [_("{usage}: {words}.", usage=order.usage, words=_(order.words)) for order in ORDERS.values()]


async def _status(speaker: Speaker, _rest: str) -> Iterable[str]:
    return telling.summary(speaker.picture)


async def _problems(speaker: Speaker, _rest: str) -> Iterable[str]:
    return telling.wrong(speaker.picture)


async def _host(speaker: Speaker, name: str) -> Iterable[str]:
    if not name:
        return (_("Hosts: {names}.", names=", ".join(speaker.picture.hosts)),)
    found = telling.host_called(speaker.picture, name)
    if not isinstance(found, list):
        return telling.host_lines(speaker.picture, found)
    if found:
        return (_("{name} may be: {names}.", name=clean(name, 80), names=", ".join(found)),)
    return (_("There is no host {name}; host alone lists them.", name=clean(name, 80)),)


async def _incidents(speaker: Speaker, _rest: str) -> Iterable[str]:
    return telling.incidents(speaker.picture)


async def _take(speaker: Speaker, rest: str) -> Iterable[str]:
    number = number_of(rest)
    if number is None:
        return wants_number("take 12", rest)
    return await _ask(
        speaker,
        lambda ask: TakeIncident(ask=ask, incident=number),
        (number, Move.TAKEN),
        _("Incident {n} is yours.", n=number),
    )


async def _close(speaker: Speaker, rest: str) -> Iterable[str]:
    first, _blank, text = rest.partition(" ")
    number = number_of(first)
    if number is None:
        return wants_number("close 12 …", first)
    return await _ask(
        speaker,
        lambda ask: CloseIncident(ask=ask, incident=number, text=text.strip()),
        (number, Move.CLOSED),
        _("Incident {n} is closed.", n=number),
    )


async def _note(speaker: Speaker, text: str) -> Iterable[str]:
    return await log_orders.written(speaker, lambda ask: WriteLog(ask=ask, text=text), text)


async def _log(speaker: Speaker, _rest: str) -> Iterable[str]:
    return telling.log_lines(speaker.picture)


async def _quiet(speaker: Speaker, _rest: str) -> Iterable[str]:
    speaker.flow.quiet = True
    return (_("Quiet: only a lost watch is told; speak ends this."),)


async def _speak(speaker: Speaker, _rest: str) -> Iterable[str]:
    return [_("Changes are told."), *speaker.flow.speak(speaker.monotonic())]


async def _quit(speaker: Speaker, _rest: str) -> Iterable[str]:
    return speaker.leave()


async def _ask(speaker: Speaker, make: Callable[[int], Command], own: tuple[int, Move], done: str) -> Iterable[str]:
    """Ask the watch; the news of what was done here is not told a second time."""
    speaker.own.add(own)
    reply = await speaker.session.ask(make)
    if not reply.ok:
        speaker.own.discard(own)
    return (done if reply.ok else refusal(reply),)


ORDERS: dict[str, Order] = {
    "help": Order("help", N_("this list"), _help),
    "status": Order("status", N_("the site in short"), _status),
    "problems": Order("problems", N_("everything that is not well, the worst first"), _problems),
    "host": Order("host NAME", N_("all that is known of a host; without a name, which there are"), _host),
    "alarms": Order("alarms", N_("the alarms with their numbers, what waits for somebody first"), alarms.list_them),
    "ack": Order(
        "ack N NOTE", N_("acknowledge alarm N as it was told, with a note if there is one"), alarms.acknowledge
    ),
    "incidents": Order("incidents", N_("the open incidents with their numbers"), _incidents),
    "take": Order("take N", N_("take incident N: it is yours"), _take),
    "close": Order("close N TEXT", N_("close incident N, with a last word if there is one"), _close),
    **{word: Order(usage, words, doer(parse, usage)) for word, (usage, words, parse) in incident_orders.ORDERS.items()},
    "note": Order("note TEXT", N_("write a line in the duty log"), _note),
    "log": Order("log", N_("the newest lines of the duty log"), _log),
    **{word: Order(*order) for word, order in log_orders.ORDERS.items()},
    "quiet": Order("quiet", N_("tell no changes until speak"), _quiet),
    "speak": Order("speak", N_("tell changes again, first what was not told"), _speak),
    "quit": Order("quit", N_("leave"), _quit),
}
