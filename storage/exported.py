"""Lines of the log as an export has them: JSON Lines, each the whole row, so that the file proves itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from duty.chain import Link, Plain, Unreadable, canonical_of

_ENCODER = msgspec.json.Encoder(order="sorted")


class _Exported(msgspec.Struct):
    """What of an exported line the walk needs by name; the rest of it is hashed as it stands."""

    seq: int
    entered_at: int
    prev_hash: str
    hash: str


def line_of(columns: dict[str, Any]) -> bytes:
    """One row as it is exported, with its end of line."""
    return _ENCODER.encode(columns) + b"\n"


def links(lines: Iterable[bytes]) -> Iterator[Link | Unreadable]:
    """The rows of an export, as the walk along a chain takes them."""
    for place, line in enumerate(lines, 1):
        text = line.rstrip(b"\r\n")
        try:
            row = msgspec.json.decode(text, type=dict[str, Plain])
            # Only as it was exported: a key that stands there twice would be read one way here and another elsewhere.
            if _ENCODER.encode(row) != text:
                raise ValueError
            yield link_of(row)
        except (ValueError, msgspec.MsgspecError):
            yield Unreadable(place)


def link_of(row: dict[str, Plain]) -> Link:
    """One row, read back. Raises :class:`msgspec.ValidationError` where it lacks what the walk needs."""
    one = msgspec.convert(row, _Exported)
    return Link(one.seq, one.entered_at, one.prev_hash, one.hash, canonical_of(row))
