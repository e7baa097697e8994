"""Answer of the section ``events``: lines that fit, counts, and from where to where was read."""

from __future__ import annotations

from urllib.parse import unquote

from collectors.parsing import CODES, MAX_FAILURES, TOO_FEW, not_understood, unescape
from duty.clean import clean, clean_bytes
from duty.phrases import Phrase
from duty.readings import EventLine, EventPiece, Events, SectionFailure

MAX_LINES = 2000
"""Lines kept of one answer; the probe sends at most 21 of each pattern and file read."""
MAX_TEXT = 400
"""Characters of one line."""
_CURSOR = 300
_GAPS = ("cut", "gone", "journal")
_ABOUT_DETAIL = {CODES[code] for code in ("nofile", "notool", "denied", "notfile", "refused")}
"""Sentences about a file or a command, which the probe names behind the key of the rule."""


class _Parts:
    """What was said of each key so far; it counts when the line with the cursors comes."""

    def __init__(self) -> None:
        self.lines: dict[str, list[EventLine]] = {}
        self.counts: dict[str, dict[int, int]] = {}
        self.gaps: dict[str, str] = {}
        self.pieces: dict[str, EventPiece] = {}
        self.same: list[str] = []
        self.kept = 0

    def take(self, line: bytes) -> None:
        """One line. Raises ValueError where it does not follow the grammar."""
        mark, key_token, *words = line.split(b" ", 3) if line[:2] in (b"M ", b"O ") else line.split(b" ")
        key = _key(key_token)
        match mark, words:
            case b"M", [number, *text]:
                pattern = _pattern(number)
                self.kept += 1
                if self.kept <= MAX_LINES:
                    said = clean_bytes(unescape(text[0] if text else b""), MAX_TEXT)
                    self.lines.setdefault(key, []).append(EventLine(pattern, said))
            case b"O", [number, count]:
                counts = self.counts.setdefault(key, {})
                counts[_pattern(number)] = counts.get(_pattern(number), 0) + _whole(count)
            case b"G", [why]:
                self.gaps[key] = why.decode("ascii") if why.decode("ascii", "replace") in _GAPS else "gone"
            case b"Z", []:
                self.same.append(key)
            case b"C", [start, end, read, behind]:
                self.pieces[key] = EventPiece(
                    key=key,
                    start=_cursor(start),
                    end=_cursor(end),
                    read_bytes=_whole(read),
                    behind_bytes=_whole(behind),
                    lines=tuple(self.lines.pop(key, ())),
                    counts=tuple(sorted(self.counts.pop(key, {}).items())),
                    gap=self.gaps.pop(key, ""),
                )
            case _:
                raise ValueError


def parse_events(lines: list[bytes], failed: list[SectionFailure]) -> Events:
    """The reading. An answer that came short of lines moves no cursor: what was lost is asked again."""
    short = any(one.why.template == TOO_FEW for one in failed)
    parts = _Parts()
    found = [_about(one) for one in failed]
    for line in lines:
        try:
            parts.take(line)
        except ValueError:
            short = True
            found.append(not_understood("events", line, "M O G C Z KEY…"))
    pieces = () if short else tuple(parts.pieces.values())
    return Events(pieces, tuple(parts.same), tuple(found[:MAX_FAILURES]))


def _about(failure: SectionFailure) -> SectionFailure:
    if not failure.subject:
        return failure
    key, why = clean(unquote(failure.subject)), failure.why
    detail = why.values.get("detail", "")
    subject = detail if why.template in _ABOUT_DETAIL else key
    return SectionFailure(failure.section, Phrase(why.template, {"subject": subject, "detail": detail}), key)


def _key(token: bytes) -> str:
    return clean(unquote(token.decode("ascii")))


def _pattern(number: bytes) -> int:
    value = int(number)
    if not 1 <= value <= 99:
        raise ValueError
    return value - 1


def _cursor(token: bytes) -> str:
    if not 0 < len(token) <= _CURSOR:
        raise ValueError
    return token.decode("ascii")


def _whole(number: bytes) -> int:
    value = int(number)
    if value < 0:
        raise ValueError
    return value
