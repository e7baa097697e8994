"""What of a line of the duty log is looked at by a search, and how: folded, so that case and width do not matter.

A text is found where it stands as a part of what was written: by the person, by the engine in any language that ships,
in the names of host and thing, in the name of who wrote it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import NamedTuple, Protocol

from duty.phrases import Phrase
from duty.records import LogEntry

Say = Callable[[Phrase], tuple[str, ...]]


class Speech(Protocol):
    """Puts the engine's sentences into every language that ships."""

    @property
    def edition(self) -> str:
        """Another one whenever a sentence may be said in other words: what was made of those before is made anew."""

    @property
    def say(self) -> Say:
        """A sentence in each language."""


class Spoken(NamedTuple):
    """A :class:`Speech` that is there."""

    edition: str
    say: Say


ENGLISH = Spoken("en", lambda said: (str(said),))
"""For who has no catalogs."""


def folded(text: str) -> str:
    """``text`` as it is compared: compatibility forms (NFKC), no case, each run of blanks as one."""
    if text.isascii():
        return " ".join(text.lower().split())
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(text.split())


def searched(entry: LogEntry, say: Say) -> str:
    """All of an entry that free words are looked for in, folded, a line for each part of it."""
    said = say(entry.said) if entry.said is not None else ()
    parts = (entry.text, *said, entry.subject.host, entry.subject.key, entry.actor)
    return "\n".join(map(folded, filter(None, parts)))


def marks(text: str, terms: Iterable[str]) -> list[tuple[int, int]]:
    """Where in ``text`` the folded ``terms`` stand: begin and end of each stretch, in order, none touching another."""
    terms = [term for term in terms if term]
    if not terms:
        return []
    letters: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        for letter in _folded_char(char):
            if letter != " " or (letters and letters[-1] != " "):
                letters.append(letter)
                places.append(place)
    line = "".join(letters)
    hit = [False] * len(text)
    for term in terms:
        at = line.find(term)
        while at >= 0:
            first, last = places[at], places[at + len(term) - 1]
            hit[first : last + 1] = [True] * (last + 1 - first)
            at = line.find(term, at + 1)
    found: list[tuple[int, int]] = []
    for place, is_hit in enumerate(hit):
        if is_hit and found and found[-1][1] == place:
            found[-1] = (found[-1][0], place + 1)
        elif is_hit:
            found.append((place, place + 1))
    return found


@lru_cache(4096)
def _folded_char(char: str) -> str:
    return " " if char.isspace() else folded(char)
