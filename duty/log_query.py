"""The words in which the duty log is asked: free words, "an exact phrase", and ``field:value``; all must hold.

``host:`` and ``actor:`` take a part of the name, ``kind:`` a kind of line, ``incident:`` a number; several values
stand with commas between them, and one of them must fit. ``day:`` is a trading day, ``shift:`` and ``post:`` are names,
as they were when the line was written; a line of which that is not known fits none. ``since:`` and ``until:`` take a
moment in the site's time zone.
``chain:drill`` looks through the log of drills instead of the duty log.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import tzinfo
from difflib import get_close_matches

import msgspec

from duty.log_words import Say, folded, searched
from duty.phrases import Phrase, phrase
from duty.records import DRILL, DUTY, LogEntry, LogKind
from duty.typed import moment, no_bound

FIELDS = ("host", "actor", "kind", "incident", "day", "shift", "post", "since", "until", "chain")
CHAINS = (DUTY, DRILL)
THE_WATCH = "watch"
"""What ``actor:`` calls the watch itself, which writes without a name."""
QUOTES = '"“”'
_WORD = re.compile(rf"(?:([A-Za-z]+)[:：])?(?:[{QUOTES}]([^{QUOTES}]*)[{QUOTES}]?|([^\s{QUOTES}]+))")


class LogQuery(msgspec.Struct, frozen=True):
    """What is asked for. Words and names are folded; times are UTC epoch seconds of the event, ``until`` left out."""

    terms: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    kinds: tuple[LogKind, ...] = ()
    incidents: tuple[int, ...] = ()
    since: float | None = None
    until: float | None = None
    chain: str = DUTY
    """Lines of one chain only: numbers count within it."""
    days: tuple[str, ...] = ()
    """Trading days."""
    shifts: tuple[str, ...] = ()
    posts: tuple[str, ...] = ()

    @property
    def everything(self) -> bool:
        """Whether every line of the chain fits."""
        return self == LogQuery(chain=self.chain)

    def fits(self, entry: LogEntry, say: Say) -> bool:
        """Whether ``entry`` is one of those asked for. This is what a search means; an index only gets there sooner."""
        if entry.chain != self.chain:
            return False
        if self.kinds and entry.kind not in self.kinds:
            return False
        if self.incidents and entry.incident not in self.incidents:
            return False
        if self.since is not None and entry.event_at < self.since:
            return False
        if self.until is not None and entry.event_at >= self.until:
            return False
        written = ((self.days, entry.trading_day), (self.shifts, entry.shift), (self.posts, entry.post))
        if any(asked and folded(value) not in asked for asked, value in written):
            return False
        if self.hosts and not any(host in folded(entry.subject.host) for host in self.hosts):
            return False
        if self.actors and not any(is_actor(actor, entry.actor) for actor in self.actors):
            return False
        if not self.terms:
            return True
        text = searched(entry, say)
        return all(term in text for term in self.terms)


def is_actor(asked: str, actor: str) -> bool:
    """Whether ``asked`` of a query means ``actor`` of a line."""
    return asked in folded(actor) if actor else asked == THE_WATCH


def parse(text: str, zone: tzinfo, now: float) -> LogQuery | Phrase:
    """The query that ``text`` says, or why it cannot be understood. ``now``: UTC epoch seconds."""
    found: dict[str, list[str]] = {}
    for field, value in _words(text):
        if field and field not in FIELDS:
            return _unknown(field, value)
        if not field or value:  # a field without its value is still being typed
            found.setdefault(field, []).append(value)
    values = {field: _split(given) for field, given in found.items()}
    kinds = _kinds(values.get("kind", ()))
    if isinstance(kinds, Phrase):
        return kinds
    chain = next(iter(values.get("chain", ())), DUTY)
    if chain not in CHAINS:
        return phrase("{text} is no chain; there are {chains}", text=chain, chains=", ".join(CHAINS))
    numbers = [one.removeprefix("#") for one in values.get("incident", ())]
    for number in numbers:
        if not (number.isascii() and number.isdigit() and len(number) < 18):
            return phrase("{text} is no number of an incident", text=number)
    ends: dict[str, float | None] = {"since": None, "until": None}
    for name in ends:
        for given in found.get(name, ()):
            ends[name] = moment(given, zone, now, day="end" if name == "until" else "start")
            if ends[name] is None:
                return no_bound(given)
    since, until = ends["since"], ends["until"]
    if since is not None and until is not None and since >= until:
        return phrase("since: is not before until:")
    return LogQuery(
        terms=tuple(dict.fromkeys(term for term in map(folded, found.get("", ())) if term)),
        hosts=values.get("host", ()),
        actors=values.get("actor", ()),
        kinds=kinds,
        incidents=tuple(dict.fromkeys(map(int, numbers))),
        days=values.get("day", ()),
        shifts=values.get("shift", ()),
        posts=values.get("post", ()),
        since=since,
        until=until,
        chain=chain,
    )


def _words(text: str) -> Iterator[tuple[str, str]]:
    for field, quoted, plain in _WORD.findall(text):
        word = plain or quoted
        stem = word.rstrip(":：")
        if not field and stem != word and stem.casefold() in FIELDS:
            yield stem.casefold(), ""
        else:
            yield field.casefold(), word.strip()


def _split(given: list[str]) -> tuple[str, ...]:
    parts = (folded(part) for one in given for part in re.split("[,，]", one))
    return tuple(dict.fromkeys(part for part in parts if part))


def _unknown(field: str, value: str) -> Phrase:
    near = get_close_matches(field, FIELDS, 1, 0.5)
    if near:
        return phrase("{field}: is no field; did you mean {near}:?", field=field, near=near[0])
    return phrase(
        '{field}: is no field; there are {fields}; as words: "{field}:{value}"',
        field=field,
        fields=", ".join(FIELDS),
        value=value,
    )


def _kinds(given: tuple[str, ...]) -> tuple[LogKind, ...] | Phrase:
    names = [kind.value for kind in LogKind]
    for one in given:
        if one not in names:
            near = get_close_matches(one, names, 1, 0.5)
            if near:
                return phrase("{text} is no kind of line; did you mean {near}?", text=one, near=near[0])
            return phrase("{text} is no kind of line; there are {kinds}", text=one, kinds=", ".join(names))
    return tuple(LogKind(one) for one in given)
