"""Pens: what a style does to a terminal, and the shortest way from one to the next."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from rich.color import Color, ColorSystem
from rich.style import Style

_CODES = (
    ("bold", "1", "22"),
    ("dim", "2", "22"),
    ("italic", "3", "23"),
    ("underline", "4", "24"),
    ("blink", "5", "25"),
    ("blink2", "6", "25"),
    ("reverse", "7", "27"),
    ("conceal", "8", "28"),
    ("strike", "9", "29"),
    ("underline2", "21", "24"),
    ("frame", "51", "54"),
    ("encircle", "52", "54"),
    ("overline", "53", "55"),
)
_ON_BLANKS = ("underline", "reverse", "strike", "underline2", "frame", "encircle", "overline")
_KEPT = 4096


class Pen(NamedTuple):
    """Colours as parameters of SGR (empty: the terminal's own), attributes by name, a link."""

    fore: str = ""
    back: str = ""
    attributes: frozenset[str] = frozenset()
    link: str = ""


PLAIN = Pen()


class Pens:
    """The pens of one terminal. Styles that look the same there have equal pens."""

    def __init__(self, color_system: ColorSystem | None) -> None:
        self._system = color_system or ColorSystem.TRUECOLOR
        self._of_style: dict[Style, Pen] = {}

    def of(self, style: Style | None) -> Pen:
        """The pen of a style."""
        if style is None:
            return PLAIN
        pen = self._of_style.get(style)
        if pen is None:
            if len(self._of_style) >= _KEPT:
                self._of_style.clear()
            pen = self._of_style[style] = self._made(style)
        return pen

    def _made(self, style: Style) -> Pen:
        attributes = frozenset(name for name, _on, _off in _CODES if getattr(style, name))
        link = style.link if style.link and style.link.isprintable() else ""
        return Pen(self._code(style.color, True), self._code(style.bgcolor, False), attributes, link)

    def _code(self, color: Color | None, foreground: bool) -> str:
        if color is None or color.is_default:
            return ""
        return ";".join(color.downgrade(self._system).get_ansi_codes(foreground))


@lru_cache(_KEPT)
def blank(pen: Pen) -> Pen:
    """What is left of a pen on a blank: no letter shows its colour or its weight."""
    kept = pen.attributes.intersection(_ON_BLANKS)
    return pen if kept else Pen("", pen.back, kept, pen.link)


@lru_cache(_KEPT)
def change(old: Pen, new: Pen) -> str:
    """What to write between two pens, the shorter of starting anew and altering what differs."""
    link = "" if old.link == new.link else f"\x1b]8;;{new.link}\x1b\\"
    if new[:3] == old[:3]:
        return link
    if new[:3] == PLAIN[:3]:
        return link + "\x1b[m"
    altered = _altered(old, new)
    anew = ["0", *_colours(new), *(on for name, on, _off in _CODES if name in new.attributes)]
    return f"{link}\x1b[{min(';'.join(altered), ';'.join(anew), key=len)}m"


def _altered(old: Pen, new: Pen) -> list[str]:
    gone = old.attributes - new.attributes
    ended = dict.fromkeys(off for name, _on, off in _CODES if name in gone)
    # The code that ends bold ends dim as well: what is still wanted has to be said again.
    begun = [on for name, on, off in _CODES if name in new.attributes and (name not in old.attributes or off in ended)]
    colours = []
    if old.fore != new.fore:
        colours.append(new.fore or "39")
    if old.back != new.back:
        colours.append(new.back or "49")
    return [*ended, *begun, *colours]


def _colours(pen: Pen) -> list[str]:
    return [code for code in (pen.fore, pen.back) if code]
