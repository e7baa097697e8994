"""The chain of the duty log: what of a line is hashed, and what is wrong with a chain that does not hold.

The canonical form of a row is a JSON object as RFC 8785 writes it: keys in order, no blanks, UTF-8. All values are
text, whole numbers or null, so ``json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False)`` of any
Python gives the same bytes. The hash of a row is the SHA-256 of the hash before it (64 hex digits as ASCII, zeros
before the first) followed by the canonical form. ``docs/record.md`` says it for people who have only an export.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from enum import StrEnum

import msgspec

GENESIS = "0" * 64
"""In place of a hash before the first row of a chain."""

LOG_FIELDS: dict[int, tuple[str, ...]] = {
    1: (
        "actor", "chain", "entered_at", "event_at", "form", "host", "incident", "kind", "post", "refs", "said_english",
        "said_of", "said_template", "said_values", "seq", "session", "shift", "subject_key", "subject_kind",
        "supersedes", "text", "trading_day",
    ),
}  # fmt: skip
"""What of a row of the log is hashed, by its ``form``. A form never changes: a new column is a new form."""
LOG_FORM = max(LOG_FIELDS)

MOVE_FIELDS: dict[int, tuple[str, ...]] = {
    1: (
        "actor", "at", "automatic", "details", "form", "host", "incident", "level", "move", "other", "said_english",
        "said_of", "said_template", "said_values", "seq", "subject_key", "subject_kind", "text",
    ),
}  # fmt: skip
"""The same for a move of an incident, whose hash stands in its line of the log."""
MOVE_FORM = max(MOVE_FIELDS)

_HEX = frozenset("0123456789abcdef")
Plain = str | int | None
"""What a column of a record may hold."""
_ENCODER = msgspec.json.Encoder(order="sorted")


def canonical(row: Mapping[str, Plain], fields: Mapping[int, tuple[str, ...]] = LOG_FIELDS) -> bytes:
    """The bytes of a row that are hashed. Raises KeyError for a form or a column that is not known."""
    form = row["form"]
    names = fields[form if isinstance(form, int) else 0]
    return _ENCODER.encode({name: row[name] for name in names})


def canonical_of(export: Mapping[str, object]) -> bytes:
    """The same of a row as it stands in an export: all of it but its two hashes."""
    return _ENCODER.encode({name: value for name, value in export.items() if name not in ("hash", "prev_hash")})


def digest(data: bytes) -> str:
    """SHA-256 in lower-case hex."""
    return hashlib.sha256(data).hexdigest()


def is_digest(text: str) -> bool:
    """Whether ``text`` is one."""
    return len(text) == 64 and set(text) <= _HEX


def linked(before: str, body: bytes) -> str:
    """The hash of the row with the canonical form ``body`` after the row with the hash ``before``."""
    return hashlib.sha256(before.encode() + body).hexdigest()


class Link(msgspec.Struct, frozen=True, gc=False):
    """One row of a chain, as far as the chain is concerned. ``entered_at``: microseconds since the epoch, UTC."""

    seq: int
    entered_at: int
    prev_hash: str
    hash: str
    body: bytes
    """Its canonical form."""


class Unreadable(msgspec.Struct, frozen=True):
    """A row that is none: ``place`` counts from 1."""

    place: int


class What(StrEnum):
    """What can be wrong with a chain at one row."""

    CHANGED = "changed"
    MISSING = "missing"
    REORDERED = "reordered"
    DOUBLED = "doubled"
    UNREADABLE = "unreadable"


class Fault(msgspec.Struct, frozen=True):
    """The first thing that is wrong, and at which row. ``until``: the last missing row, or where the row is found."""

    what: What
    seq: int
    until: int = 0


class Head(msgspec.Struct, frozen=True):
    """A hash that was noted outside: all of it or its first digits, and the row it stood at where that is known."""

    digits: str
    seq: int | None = None


class Examined(msgspec.Struct):
    """What the walk along a chain found. Up to ``fault`` every row is the one that was written."""

    count: int = 0
    """Rows that follow from each other."""
    begins: int = 0
    """The first row's number: 1, or later in a part of a chain."""
    seq: int = 0
    """The last row's number."""
    head: str = GENESIS
    first_at: int | None = None
    last_at: int | None = None
    fault: Fault | None = None
    found: int | None = None
    """The row at which the head that was looked for stands."""


def examine(
    links: Iterable[Link | Unreadable],
    looked_for: Head | None = None,
    *,
    part: bool = False,
    after: tuple[int, str] = (0, GENESIS),
) -> Examined:
    """Walk along a chain from its first row, or from wherever a ``part`` of it begins, to the first fault.

    ``after``: number and hash of the row before the first, where rows were archived.

    Rows behind a fault are looked at only to say better what happened.
    """
    seen = Examined(seq=after[0], head=after[1])
    wanted: str | None = None
    for link in links:
        if isinstance(link, Unreadable):
            seen.fault = seen.fault or Fault(What.UNREADABLE, seen.seq + 1, link.place)
            continue
        if seen.fault is None:
            if seen.count == 0 and part:
                seen.seq, seen.head = link.seq - 1, link.prev_hash
            seen.fault = _fault(seen, link)
            wanted = seen.head
        elif _explains(seen.fault, wanted, link):
            seen.fault = Fault(What.REORDERED, seen.fault.seq, link.seq)
            wanted = None
        if seen.fault is None:
            _take(seen, link, looked_for)
    return seen


def _take(seen: Examined, link: Link, looked_for: Head | None) -> None:
    if seen.count == 0:
        seen.begins, seen.first_at = link.seq, link.entered_at
    seen.count += 1
    seen.seq, seen.head, seen.last_at = link.seq, link.hash, link.entered_at
    if looked_for is not None and looked_for.seq in (None, link.seq) and link.hash.startswith(looked_for.digits):
        seen.found = link.seq


def _fault(seen: Examined, link: Link) -> Fault | None:
    due = seen.seq + 1
    if link.seq > due:
        return Fault(What.MISSING, due, link.seq - 1)
    if link.seq < due:
        return Fault(What.DOUBLED, link.seq)
    if link.prev_hash == seen.head:
        return None if linked(seen.head, link.body) == link.hash else Fault(What.CHANGED, due)
    # It holds by itself and names another row before it: that one was exchanged and hashed anew.
    if seen.count and linked(link.prev_hash, link.body) == link.hash:
        return Fault(What.CHANGED, due - 1)
    return Fault(What.CHANGED, due)


def _explains(fault: Fault, wanted: str | None, link: Link) -> bool:
    """Whether ``link`` is the row that was due at the fault and stands further on instead."""
    if wanted is None:
        return False
    if fault.what is What.MISSING:
        return link.seq == fault.seq
    return fault.what is What.CHANGED and link.prev_hash == wanted
