"""clean(): the one gate for text that we did not write: names, log lines, banners, file names, operators' input.

No library removes escape sequences from what it prints (Rich and Textual pass ESC, C1 and OSC through), and
bidirectional or invisible characters make one name look like another. What passes here is plain, of bounded
length and of predictable width; it is still *text*, never markup: draw it as such.
"""

from __future__ import annotations

import unicodedata

DEFAULT_LIMIT = 512
"""Characters kept of one foreign string unless the caller says otherwise."""
MAX_MARKS = 2
"""Combining marks kept on one letter; stacked marks bleed into the rows around."""

_INVISIBLE = (
    *range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2060, 0x2070),
    0x061C, 0xFEFF, 0x00AD, 0x180E, 0x3164, 0xFFA0, 0x115F, 0x1160, 0x034F,
    *range(0xE0000, 0xE0080), *range(0xFFF9, 0xFFFC),
)  # fmt: skip
_SELECTORS = (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))

_TABLE: dict[int, str] = {
    **{c: chr(0x2400 + c) for c in range(0x20)},  # C0 becomes its visible picture
    0x09: " ",
    0x7F: "\u2421",
    **dict.fromkeys(range(0x80, 0xA0), "\ufffd"),  # C1: U+009B is CSI to a terminal
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),  # lone surrogates cannot be encoded
    **dict.fromkeys(_INVISIBLE, "\u00b7"),
    **dict.fromkeys(_SELECTORS, ""),  # terminals disagree on the width they select
    **dict.fromkeys(range(0x1F3FB, 0x1F400), ""),  # and on that of a skin's colour behind a face
    **{0x1F1E6 + n: chr(0x41 + n) for n in range(26)},  # and of flags: the two letters they are made of
}
_MARKS = frozenset(("Mn", "Me", "Mc"))
"""Those of kind Mc have a place of their own in print; in a terminal most of them have none."""
_NO_LETTER = "\u25cc"
"""In place of a mark that has no letter: it would be drawn onto whatever stands before this text."""
_JAMO = frozenset(map(chr, (*range(0x1160, 0x1200), *range(0xD7B0, 0xD800))))
"""Vowels and finals of Hangul, drawn onto the letter before them like marks."""


def clean(text: str, limit: int = DEFAULT_LIMIT) -> str:
    """``text`` with every control, invisible and direction-changing character made harmless and visible.

    Longer than ``limit`` characters is cut, and the cut shows as an ellipsis. Idempotent.
    """
    if len(text) > limit:
        text = text[: limit - 1] + "\u2026"
    if text.isascii() and text.isprintable():
        return text
    text = text.translate(_TABLE)
    if not text.isprintable():
        text = "".join(map(_known, text))
    if _MARKS.isdisjoint(map(unicodedata.category, text)) and _JAMO.isdisjoint(text):
        return text
    kept: list[str] = []
    marks = 0
    for char in text:
        if char in _JAMO or unicodedata.category(char) in _MARKS:
            marks += 1
            if not kept or kept[-1].isspace():
                char, marks = _NO_LETTER, 0
        else:
            marks = 0
        if marks <= MAX_MARKS:
            kept.append(char)
    return "".join(kept)


def _known(char: str) -> str:
    """``char``, or a sign in its place: of what is private or not in Unicode yet nobody knows how wide it is."""
    kind = unicodedata.category(char)
    if char.isprintable() or kind == "Zs":
        return char
    return "\u00b7" if kind == "Cf" else "\ufffd"


def clean_bytes(data: bytes, limit: int = DEFAULT_LIMIT) -> str:
    """Decode bytes from outside (UTF-8, wrong bytes as U+FFFD) and :func:`clean` them."""
    return clean(data[: 4 * limit].decode("utf-8", "replace"), limit)
