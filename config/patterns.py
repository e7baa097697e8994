r"""Text that is compared on the host: names, users, paths, and the patterns of arguments and of lines in logs.

The pattern runs in whatever awk the host has. mawk, gawk and busybox agree on POSIX extended expressions without
intervals and classes such as ``\d``; anything else would match on one host and silently never on the next.
"""

from __future__ import annotations

import re
import unicodedata

from config.refusal import refuse
from duty.clean import clean
from duty.phrases import Phrase, phrase

MAX_MATCHER = 256
"""Characters of one matcher; the probe's question must stay small."""
_CLASSES = {
    "d": "[0-9]",
    "D": "[^0-9]",
    "w": "[A-Za-z0-9_]",
    "W": "[^A-Za-z0-9_]",
    "s": "[ ]",
    "S": "[^ ]",
    "b": "(^|[ ])",
    "h": "[ ]",
}
_POSIX = {
    *("alnum", "alpha", "blank", "cntrl", "digit", "graph"),
    *("lower", "print", "punct", "space", "upper", "xdigit"),
}
_LITERAL_AFTER_BACKSLASH = set(r".[]()*+?{}|^$") | {"\\"}


def plain(value: str, what: Phrase | None = None) -> str:
    """``value`` if it is short, not blank, and free of control and invisible characters; refused otherwise."""
    if not value.strip():
        raise refuse(what or phrase("some text, not an empty one"))
    if len(value) > MAX_MATCHER:
        raise refuse(phrase("at most {most} characters", most=MAX_MATCHER))
    if any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") for char in value):
        raise refuse(phrase("text without tabs, line breaks, control or invisible characters"))
    return value


def pattern(value: str) -> str:
    """An argument pattern that every awk reads the same way; refused with what to write instead."""
    plain(value)
    at = depth = 0
    while at < len(value):
        char = value[at]
        if char == "\\":
            at = _escape(value, at)
        elif char == "[":
            at = _bracket(value, at)
        elif char in "*+?{":
            at = _repeat(value, at)
        else:
            ends = char in "(|" and at + 1 == len(value)
            if ends or (char in "|)" and _nothing_before(value, at)):
                raise refuse(phrase("something on both sides of | and inside ( )"))
            if char == "^" and not _nothing_before(value, at):
                raise refuse(phrase('"^" only at the beginning; write "\\^" for the character itself'))
            if char == "$" and value[at + 1 : at + 2] not in ("", ")", "|"):
                raise refuse(phrase('"$" only at the end; write "[$]" for the character itself'))
            depth += (char == "(") - (char == ")")
            if depth < 0:
                raise refuse(phrase('balanced brackets; write "[)]" for the character itself'))
            at += 1
    if depth:
        raise refuse(phrase('balanced brackets; write "[(]" for the character itself'))
    return value


def line_pattern(value: str) -> str:
    """A pattern for lines of a log: one that does not fit an empty line, and names single bytes in brackets only."""
    pattern(value)
    at = 0
    while at < len(value):
        end = _bracket(value, at) if value[at] == "[" else at + 1 + (value[at] == "\\")
        if value[at] == "[" and not value[at:end].isascii():
            raise refuse(phrase("letters of other scripts outside of [ ]; awks compare bytes, (a|b) does the same"))
        at = end
    # A class such as [[:digit:]] always needs a character; any other set does for this question.
    if re.search(re.sub(r"\[:\w+:\]", "a", value), ""):
        raise refuse(phrase("a pattern that needs at least one character: this one fits every line"))
    return value


def _escape(value: str, at: int) -> int:
    following = value[at + 1 : at + 2]
    if not following:
        raise refuse(phrase("no single backslash at the end; write two for the character itself"))
    if following in _CLASSES:
        instead = _CLASSES[following]
        wanted = phrase(
            '"{instead}" instead of "\\{letter}", which not every awk knows', instead=instead, letter=following
        )
        raise refuse(wanted, f"'{clean(value.replace(f'{chr(92)}{following}', instead))}'")
    if following.isdigit():
        raise refuse(phrase("no back-reference such as \\1; POSIX patterns have none"))
    if following not in _LITERAL_AFTER_BACKSLASH:
        raise refuse(phrase('no "\\{letter}"; put a literal character in brackets, such as "[.]"', letter=following))
    return at + 2


def _bracket(value: str, at: int) -> int:
    """The position after the bracket expression that starts at ``at``."""
    inside = at + 1 + value.startswith("^", at + 1)
    start = inside
    inside += value.startswith("]", inside)
    while inside < len(value):
        if value.startswith(("[:", "[.", "[="), inside):
            named = re.compile(r"\[:(\w+):\]").match(value, inside)
            if named is None or named[1] not in _POSIX:
                raise refuse(phrase('a class such as "[[:digit:]]" or "[[:alpha:]]" inside the brackets'))
            inside = named.end()
        elif value[inside] == "\\":
            raise refuse(phrase("no backslash inside [ ]: awks read it differently; put it outside"))
        elif value[inside] == "]":
            return inside + 1
        elif value[inside] == "-" and inside > start and value[inside + 1 : inside + 2] != "]":
            _range(value[inside - 1], value[inside + 1 : inside + 2])
            inside += 2
        else:
            inside += 1
    raise refuse(phrase('a closing "]"; write "[[]" for the character itself'))


def _range(low: str, high: str) -> None:
    """Only ranges that mean the same in every locale, and that go upwards."""
    for kind in (str.isdigit, str.islower, str.isupper):
        if low.isascii() and high.isascii() and kind(low) and kind(high) and low <= high:
            return
    raise refuse(phrase('a range such as "a-z" or "0-9"; a "-" itself stands first or last in the brackets'))


def _repeat(value: str, at: int) -> int:
    char, following = value[at], value[at + 1 : at + 2]
    if char == "{":
        raise refuse(phrase('no {n,m}, which not every awk knows: repeat the part, or write "[{]" for the character'))
    if value[max(at - 1, 0) : at] == "(" and char == "?":
        raise refuse(phrase("no (?…) groups or lookaround; a plain ( ) group is enough"))
    if _nothing_before(value, at) or (value[at - 1] in "^$" and not _escaped(value, at - 1)):
        raise refuse(phrase('something before "{char}" to repeat; "[{char}]" is the character itself', char=char))
    if following in ("?", "+", "*"):
        raise refuse(phrase('one repetition sign only: "{pair}" (non-greedy) is not POSIX', pair=char + following))
    return at + 1


def _nothing_before(value: str, at: int) -> bool:
    """Whether a group, an alternative or the whole pattern begins right before ``at``."""
    return at == 0 or (value[at - 1] in "(|" and not _escaped(value, at - 1))


def _escaped(value: str, at: int) -> bool:
    before = value[:at]
    return (len(before) - len(before.rstrip("\\"))) % 2 == 1
