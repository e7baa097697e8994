"""What all parsers of answers share: limits, failures of one line, escapes."""

from __future__ import annotations

import re
from typing import NamedTuple

from duty.clean import clean_bytes
from duty.phrases import N_, Phrase, phrase
from duty.readings import SectionFailure


class _Limits(NamedTuple):
    line: int = 8192
    fast: int = 64 * 1024
    slow: int = 1024 * 1024
    banner: int = 16 * 1024


LIMITS = _Limits()
"""Bytes."""
MAX_FAILURES = 20
"""Failures kept of one answer; the first ones say what is wrong."""

CODES = {
    "nofile": N_("{subject} cannot be read on this host"),
    "notool": N_("the command {subject} is missing on this host"),
    "nocommand": N_("the command {detail} is missing on this host"),
    "denied": N_("the login may not see {subject}"),
    "format": N_("{subject} does not look as expected: {detail}"),
    "hanging": N_("{subject} has not answered for {detail} s"),
    "killed": N_("{subject} was ended after {detail} s without an answer"),
    "failed": N_("{subject} could not be read"),
    "nouser": N_("the user of {subject} is not known on this host"),
    "pattern": N_("the pattern of {subject} is not understood by this host's awk"),
    "nofork": N_("{subject} could not be read: this host starts no more processes"),
    "toolong": N_("the answer was cut at the probe's own limit"),
    "notfile": N_("{subject} is not a file"),
    "refused": N_("{subject} is not read: the probe keeps away from there"),
    "unknown": N_("the probe does not know this question"),
}
TOO_FEW = N_("{count} lines came, {told} were sent")
_OCTAL = re.compile(rb"\\([0-3][0-7]{2})")


def unescape(data: bytes) -> bytes:
    """Undo ``\\ooo``."""
    return _OCTAL.sub(lambda m: bytes((int(m[1], 8),)), data) if b"\\" in data else data


def failure(line: bytes) -> SectionFailure:
    """A ``! SECTION SUBJECT CODE DETAIL…`` line. Raises ValueError if it is none."""
    _, section, subject, code, *rest = line.split(b" ", 4)
    named = "" if subject == b"-" else clean_bytes(unescape(subject), 200)
    section_name = clean_bytes(section, 20)
    template = CODES.get(code.decode("ascii", "replace"), N_("{subject}: {detail}"))
    detail = clean_bytes(unescape(rest[0]), 120) if rest else clean_bytes(code, 20)
    return SectionFailure(section_name, Phrase(template, {"subject": named or section_name, "detail": detail}), named)


def not_understood(section: str, line: bytes, wanted: str) -> SectionFailure:
    """The failure for a line that does not follow the grammar."""
    said = phrase("not understood: {line} ({wanted} wanted)", line=clean_bytes(line, 80), wanted=wanted)
    return SectionFailure(section, said, clean_bytes(line[:2], 4))
