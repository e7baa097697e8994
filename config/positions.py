"""On which line each key of a TOML document stands. The standard parser reads the values but forgets the places.

This walks a document that the standard parser has already accepted, so it only follows structure: table headers,
dotted keys, inline tables, arrays, and strings that may hide any of these. A property test holds it to the parser.
"""

from __future__ import annotations

import re
import tomllib

Path = tuple[str | int, ...]
"""Keys and list positions from the root of the document: ``("hosts", "gw1", "disks", 0, "used")``."""

_BLANK = re.compile(r"[ \t\r\n]*(?:#[^\n]*[ \t\r\n]*)*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_BASIC = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_LITERAL = re.compile(r"'[^'\n]*'")
_LONG_BASIC = re.compile(r'"""(?:[^"\\]|\\.|"(?!""))*"""(?:"{1,2}(?!"))?', re.DOTALL)
_LONG_LITERAL = re.compile(r"'''(?:[^']|'(?!''))*'''(?:'{1,2}(?!'))?", re.DOTALL)
_SCALAR = re.compile(r"[^,\]}#\n]+")


def positions(text: str) -> dict[Path, int]:
    """Line number (from 1) of every table, key and list item of ``text``, which must be valid TOML."""
    return _Walk(text).document()


class _Walk:
    def __init__(self, text: str) -> None:
        self.text = text.replace("\r\n", "\n")
        self.at = 0
        self.found: dict[Path, int] = {}
        self.tables_in_list: dict[Path, int] = {}
        self.line = 1
        self.counted = 0

    def document(self) -> dict[Path, int]:
        here: Path = ()
        while self._skip_blank():
            if self.text[self.at] == "[":
                here = self._header()
            else:
                self._pair(here)
        return self.found

    def _header(self) -> Path:
        line = self._line_of(self.at)
        brackets = 2 if self.text.startswith("[[", self.at) else 1
        self.at += brackets
        keys = self._dotted()
        self.at += brackets
        for depth in range(1, len(keys)):
            self.found.setdefault(self._resolve(keys[:depth]), line)
        here = self._resolve(keys)
        if brackets == 2:
            number = self.tables_in_list.get(here, 0)
            self.tables_in_list[here] = number + 1
            self.found.setdefault(here, line)
            here = (*here, number)
        self.found[here] = line  # the header itself, even where a longer one has named this table before
        return here

    def _resolve(self, keys: list[str]) -> Path:
        """On the way, a key that names a list of tables means the last of them."""
        here: Path = ()
        for key in keys[:-1]:
            here = (*here, key)
            number = self.tables_in_list.get(here, 0)
            here = (*here, number - 1) if number else here
        return (*here, keys[-1])

    def _pair(self, here: Path) -> None:
        start = self.at
        for key in self._dotted():
            here = (*here, key)
            if here not in self.found:
                self.found[here] = self._line_of(start)
        self.at += 1  # the equals sign
        self._skip_blank()
        self._value(here)

    def _dotted(self) -> list[str]:
        keys = []
        while True:
            self._skip_spaces()
            keys.append(self._key_part())
            self._skip_spaces()
            if not self.text.startswith(".", self.at):
                return keys
            self.at += 1

    def _key_part(self) -> str:
        for kind in (_BARE, _BASIC, _LITERAL):
            if part := kind.match(self.text, self.at):
                self.at = part.end()
                return part[0] if kind is _BARE else str(tomllib.loads(f"key = {part[0]}")["key"])
        raise ValueError(f"no key at line {self._line_of(self.at)}")

    def _value(self, here: Path) -> None:
        if self.text.startswith("[", self.at):
            self._items(here)
        elif self.text.startswith("{", self.at):
            self._inline(here)
        else:
            for kind in (_LONG_BASIC, _LONG_LITERAL, _BASIC, _LITERAL, _SCALAR):
                if part := kind.match(self.text, self.at):
                    self.at = part.end()
                    return

    def _items(self, here: Path) -> None:
        self.at += 1
        number = 0
        while self._skip_blank() and self.text[self.at] != "]":
            self._note((*here, number))
            self._value((*here, number))
            number += 1
            self._skip_comma()
        self.at += 1

    def _inline(self, here: Path) -> None:
        self.at += 1
        while self._skip_blank() and self.text[self.at] != "}":
            self._pair(here)
            self._skip_comma()
        self.at += 1

    def _skip_comma(self) -> None:
        self._skip_blank()
        self.at += self.text.startswith(",", self.at)

    def _skip_spaces(self) -> None:
        while self.text.startswith((" ", "\t"), self.at):
            self.at += 1

    def _skip_blank(self) -> bool:
        """Pass white space and comments; whether anything follows."""
        while (gap := _BLANK.match(self.text, self.at)) and gap.end() > self.at:
            self.at = gap.end()
        return self.at < len(self.text)

    def _note(self, path: Path) -> None:
        if path not in self.found:
            self.found[path] = self._line_of(self.at)

    def _line_of(self, at: int) -> int:
        if at < self.counted:
            return self.line - self.text.count("\n", at, self.counted)
        self.line += self.text.count("\n", self.counted, at)
        self.counted = at
        return self.line
