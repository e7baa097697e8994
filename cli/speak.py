"""The one door to standard output and error, and the language it speaks."""

from __future__ import annotations

import gettext
import os
import re
import sys
import textwrap
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from wire.words import DOMAIN, LANGUAGES, LOCALE, language, language_from, speak

WIDTH = 100
"""Columns of running text."""
_VARIABLES = ("WATCHKEEPER_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
_PIECE = re.compile(
    r"\s+|[\u2e80-\uffef](?:[\u3001-\u3011\uff01-\uff0f\uff1a-\uff1f\u2019\u201d]|\s)*|[^\s\u2e80-\uffef]+"
)
"""What is not broken in running text: a word, or a Chinese sign with the marks that may not begin a line."""
_NO_CHOICE = ("", "C", "POSIX")
"""Values with which a person has not chosen a language."""


def out(text: str) -> None:
    """Print one result."""
    print(text)


def err(text: str) -> None:
    """Print what went wrong."""
    sys.stdout.flush()
    print(text, file=sys.stderr)


def wrapped(text: str, indent: int) -> str:
    """``text`` in lines of at most :data:`WIDTH`, each but the first indented."""
    if cells(text) == len(text):
        return textwrap.fill(
            text, WIDTH, subsequent_indent=" " * indent, break_on_hyphens=False, break_long_words=False
        )
    lines, line = [], ""
    for piece in _PIECE.findall(text):
        if line.strip() and cells(line + piece.rstrip()) > WIDTH:
            lines.append(line.rstrip())
            line, piece = " " * indent, piece.lstrip()
        line += piece
    return "\n".join([*lines, line.rstrip()])


def choose_language(asked: str | None, site: Path | None, environ: Mapping[str, str]) -> None:
    """Speak what was asked for, else what the person's variables say, else the site's language."""
    chosen = (environ.get(name, "").split(".")[0] for name in _VARIABLES)
    if asked is None and all(code in _NO_CHOICE for code in chosen):
        asked = _language_of(site) if site else None
    speak(language_from(dict(environ), asked))


def _language_of(site: Path) -> str | None:
    """The language of a site file that need not be right otherwise."""
    try:
        with site.open("rb") as file:
            table = tomllib.load(file).get("site")
    except (OSError, ValueError, RecursionError):
        return None
    found = table.get("language") if isinstance(table, dict) else None
    return found if found in LANGUAGES else None


@contextmanager
def own_words_for_libraries() -> Iterator[None]:
    """Let argparse, which asks gettext's default domain, find its sentences in our catalog."""
    before = os.environ.get("LANGUAGE")
    gettext.bindtextdomain(DOMAIN, LOCALE)
    domain = gettext.textdomain()
    gettext.textdomain(DOMAIN)
    os.environ["LANGUAGE"] = language()
    try:
        yield
    finally:
        gettext.textdomain(domain)
        if before is None:
            del os.environ["LANGUAGE"]
        else:
            os.environ["LANGUAGE"] = before


def cells(text: str) -> int:
    """Columns that ``text`` takes in a terminal: a Chinese sign takes two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def padded(text: str, width: int) -> str:
    """``text`` filled up to ``width`` columns of a terminal."""
    return text + " " * max(0, width - cells(text))
