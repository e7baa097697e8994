"""An exported log read back: the rows of a chain out of JSON Lines or CSV, each only in the form it is written in.

What could be read in two ways is not read at all: two programs would prove two different records.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import count
from typing import BinaryIO

import msgspec
from sqlalchemy import Integer

from cli.export import harmful
from cli.log_formats import SHOWN
from duty.chain import Link, Plain, Unreadable
from storage import exported
from storage.tables import LOG


class NoExport(Exception):
    """The file is none of the forms that can be proved."""


def links(file: BinaryIO) -> Iterator[Link | Unreadable]:
    """The rows of ``file``. Raises :class:`NoExport` where it is neither JSON Lines nor CSV of ours."""
    first = file.read(1)
    file.seek(0)
    if first in (b"{", b""):
        return exported.links(file)
    if first == SHOWN[0][:1].encode():
        return _from_csv(file)
    raise NoExport


def _from_csv(file: BinaryIO) -> Iterator[Link | Unreadable]:
    rows = csv.reader(io.TextIOWrapper(file, "utf-8", newline=""), strict=True)
    names = next(rows, [])
    if tuple(names[: len(SHOWN)]) != SHOWN or len(set(names)) != len(names):
        raise NoExport
    for place in count(1):
        try:
            cells = next(rows, None)
            if cells is None:
                return
            yield exported.link_of({name: _value(name, cell) for name, cell in _pairs(names, cells)})
        except (ValueError, csv.Error, msgspec.MsgspecError):
            yield Unreadable(place)


def _pairs(names: list[str], cells: list[str]) -> list[tuple[str, str]]:
    """The columns of the record, without those that are only shown."""
    return list(zip(names, cells, strict=True))[len(SHOWN) :]


def _value(name: str, cell: str) -> Plain:
    """A cell as it stands in the store: there nothing is empty that may be null. Raises ValueError."""
    column = LOG.c.get(name)
    if column is None:
        raise ValueError(name)
    if column.nullable and not cell:
        return None
    if not isinstance(column.type, Integer):
        return harmful(cell)
    if str(int(cell)) != cell:
        raise ValueError(cell)
    return int(cell)
