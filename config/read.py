"""Bytes to a TOML document, or the one reason why there is none."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from config.problems import Problem
from config.repair import Document
from duty.clean import clean
from duty.phrases import N_, Phrase, phrase

MAX_BYTES = 1024 * 1024
"""A site of 500 hosts takes some 100 KB; what is far larger is another file given by mistake."""
MAX_DEPTH = 32
"""Levels of lists and tables; a site file needs seven."""

_PLACE = re.compile(r"^(.*) \(at (?:line (\d+), column (\d+)|end of document)\)$", re.DOTALL)
_SENTENCES = (
    ("Invalid statement", N_("a key = value pair or a [table] on this line")),
    ("Expected newline", N_("nothing more on this line; a text needs quotes around it")),
    ("Cannot declare", N_("each table only once")),
    ("Cannot overwrite", N_("each key only once")),
    ("Cannot redefine", N_("each table only once")),
    ("Cannot mutate", N_("no more keys for a table that is closed already")),
    ("Duplicate inline", N_("each key only once")),
    ("Expected ']' at", N_('"]" at the end of the table name')),
    ("Expected ']]'", N_('"]]" at the end of the table name')),
    ("Expected '='", N_('"=" after the key')),
    ("Invalid initial character", N_("a key of letters, digits, - and _, or one in quotes")),
    ("Unclosed array", N_('"]" at the end of the list, "," between its items')),
    ("Unclosed inline", N_('"}" at the end of the table, "," between its keys, all on one line')),
    ("Unescaped", N_("backslashes doubled, or the text in single quotes")),
    ("Unterminated", N_("closing quotes")),
    ("Invalid value", N_("a value: a text needs quotes around it")),
    ("Invalid date", N_("a date that exists, or quotes around the text")),
    ("Illegal character", N_("no line break or control character here; close the quotes on the same line")),
    ("Found invalid character", N_("no control character here")),
)


def read(path: Path) -> tuple[str, Document] | Problem:
    """The text and the document of a file."""
    name = clean(str(path))
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return Problem(name, None, "", phrase("a site file; there is none at this path"), "")
    except IsADirectoryError:
        return Problem(name, None, "", phrase("a site file; this is a folder"), "")
    except (OSError, ValueError) as error:
        words = getattr(error, "strerror", None) or str(error)
        return Problem(name, None, "", phrase("a file that can be read"), clean(words, 200))
    if len(data) > MAX_BYTES:
        return Problem(name, None, "", phrase("a file of at most {most} KB", most=MAX_BYTES // 1024), "")
    return parse(name, data)


def parse(name: str, data: bytes) -> tuple[str, Document] | Problem:
    """The text and the document of the bytes of the file ``name``. A byte order mark is passed over."""
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        got = " ".join(f"0x{byte:02x}" for byte in data[error.start : error.start + 4])
        return Problem(name, line, "", phrase("text in UTF-8; save the file in this encoding"), got)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return _syntax(name, text, error)
    except (RecursionError, ValueError):  # nested without end; an integer of thousands of digits
        document = None
    if document is None or _too_deep(document):
        return Problem(name, None, "", phrase("TOML that can be read: lists and numbers of a sane size"), "")
    return text, document


def _too_deep(document: Document) -> bool:
    """Whether lists and tables are nested deeper than any site file means: walking them would be a risk."""
    level: list[object] = [document]
    for _depth in range(MAX_DEPTH):
        level = [inner for each in level for inner in _within(each)]
        if not level:
            return False
    return True


def _within(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _syntax(name: str, text: str, error: tomllib.TOMLDecodeError) -> Problem:
    found = _PLACE.match(str(error))
    lines = text.replace("\r\n", "\n").split("\n")
    sentence = found[1] if found else str(error)
    line = int(found[2]) if found and found[2] else len(lines)
    column = int(found[3]) if found and found[3] else len(lines[-1]) + 1
    ended = found is not None and found[2] is None
    if ended and sentence == "Invalid value":
        return Problem(
            name, line, "", phrase("more: the file ends inside a value; is a [ or { left open?"), "", None, column
        )
    wanted = next((template for start, template in _SENTENCES if sentence.startswith(start)), None)
    got = clean(lines[line - 1].strip(), 60) if line <= len(lines) else ""
    said = Phrase(wanted) if wanted else phrase("valid TOML ({error})", error=clean(sentence, 120))
    return Problem(name, line, "", said, got, None, column)
