"""Sentences that travel: an English template and its values, put into the reader's language where they are read.

The engine says *what* it means once; each screen, slip or export renders it in its own language. A template is
a gettext msgid written in our source and marked with ``N_``; the values are already cleaned text or numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Union

import msgspec

Value = Union[str, int, float, "Phrase"]
"""What can stand in a field; a sentence in a sentence is translated with it."""

_FIELD = re.compile(r"\{([a-z_][a-z0-9_]*)\}")


class Phrase(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A template with named ``{fields}`` and the values for them."""

    template: str
    values: dict[str, Value] = {}
    of: str = ""
    """The thing it is said of, as its name is; put in front when it is read."""

    def __str__(self) -> str:
        return render(self, str)

    def __hash__(self) -> int:
        return hash((self.template, tuple(self.values.items()), self.of))


def N_(template: str) -> str:  # noqa: N802 - gettext's own name for "extract, do not translate here"
    """Mark ``template`` for extraction; it is translated where it is read."""
    return template


def phrase(template: str, **values: Value) -> Phrase:
    """Build a :class:`Phrase`. The template must be a literal (extraction reads ``phrase("…")`` too)."""
    return Phrase(template, values)


OWN = "{own}"
"""Template of words that the site file gives in its own languages."""


def own(words: dict[str, str]) -> Phrase:
    """Words of the site by language; a reader of a language without any gets the first. At least one is given."""
    return Phrase(OWN, {"own": next(iter(words.values())), **words})


def fill(template: str, values: Mapping[str, str | int | float]) -> str:
    """Put values into ``{fields}``; a field without a value stays as written.

    Not ``str.format``: a template read back from a store must not be able to reach attributes.
    """
    return _FIELD.sub(lambda m: str(values[m[1]]) if m[1] in values else m[0], template)


def render(said: Phrase, translate: Callable[[str], str]) -> str:
    """The phrase in the language of ``translate`` (gettext's function)."""
    values = {name: render(one, translate) if isinstance(one, Phrase) else one for name, one in said.values.items()}
    text = fill(translate(said.template), values)
    return f"{said.of}: {text}" if said.of else text


def of(name: str, said: Phrase) -> Phrase:
    """The same sentence, said of ``name``."""
    return Phrase(said.template, said.values, name)
