"""What is wrong with a site file: where it stands, what was wanted, what is there, and what was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

import msgspec

from config.positions import Path
from duty.clean import clean
from duty.phrases import Phrase


class Problem(msgspec.Struct, frozen=True):
    """One problem. All text that comes from the file is cleaned."""

    file: str
    line: int | None
    """From 1; ``None`` where no line of the file is to blame."""
    key: str
    """Dotted path, list positions in brackets: ``hosts.gw1.disks[0].used``. Empty for the file as a whole."""
    wanted: Phrase
    got: str
    """What stands there, shortened; empty where nothing does."""
    suggestion: str | None = None
    """What could be written instead."""
    column: int | None = None
    """From 1, where it is known."""


def dotted(path: Path) -> str:
    """``("hosts", "gw1", "disks", 0)`` as a person reads it."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            bare = part.isascii() and part.replace("-", "").replace("_", "").isalnum()
            text += ("." if text else "") + (part if bare else f'"{clean(part, 60)}"')
    return clean(text, 200)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that ``word`` was probably meant to be."""
    found = difflib.get_close_matches(word[:80], sorted(known), 1, 0.6)
    return found[0] if found else None


def line_of(path: Path, lines: dict[Path, int]) -> int | None:
    """The line of ``path``, or of the nearest thing around it that stands in the file."""
    while path:
        if path in lines:
            return lines[path]
        path = path[:-1]
    return None
