"""Readings rolled up: count, least, mean and highest of each series of a host over one stretch of time, as bytes.

A row holds all series of a host, column after column, so that one series is read without unpacking the others.
Numbers are kept with seven digits (32-bit floats): what was measured is not known better.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from operator import mul
from typing import NamedTuple

MAX_COUNT = 0xFFFF
_BYTES = 2 + 3 * 4


class Rollup(NamedTuple):
    """One series over one stretch of time; without readings ``readings`` is 0 and the rest means nothing."""

    readings: int
    low: float
    mean: float
    high: float


NOTHING = Rollup(0, 0.0, 0.0, 0.0)


def rolled(values: Sequence[float]) -> Rollup:
    """The roll-up of single readings; what is not a finite number is no reading."""
    total = sum(values)
    if total - total != 0.0:
        values = [value for value in values if value - value == 0.0]
        total = sum(values)
    return Rollup(len(values), min(values), total / len(values), max(values)) if values else NOTHING


def merged(parts: Sequence[Rollup]) -> Rollup:
    """The roll-up of roll-ups."""
    known = [part for part in parts if part.readings]
    if len(known) < 2:
        return known[0] if known else NOTHING
    count = sum(part.readings for part in known)
    mean = sum(part.mean * part.readings for part in known) / count
    return Rollup(min(count, MAX_COUNT), min(p.low for p in known), mean, max(p.high for p in known))


def merged_rows(rows: Sequence[bytes]) -> bytes:
    """Rows of the same series as one row: :func:`merged` of each, several times as fast."""
    count = width(rows[0])
    numbers = [struct.unpack(f"<{count}H{3 * count}f", row) for row in rows]
    columns = list(zip(*numbers, strict=True))
    made = []
    for place in range(count):
        readings, low, mean, high = columns[place::count]
        if 0 in readings:
            made.append(merged(list(map(Rollup, readings, low, mean, high))))
            continue
        total = sum(readings)
        made.append(Rollup(min(total, MAX_COUNT), min(low), sum(map(mul, mean, readings)) / total, max(high)))
    return pack(made)


def pack(row: Sequence[Rollup]) -> bytes:
    """A row of roll-ups as bytes."""
    columns = list(zip(*row, strict=True)) or [()] * 4
    return struct.pack(f"<{len(row)}H{3 * len(row)}f", *columns[0], *columns[1], *columns[2], *columns[3])


def row_bytes(series: int) -> int:
    """Length of a row of so many series."""
    return series * _BYTES


def width(data: bytes) -> int:
    """How many series a row holds. Raises ``ValueError`` where the bytes are no row."""
    count, rest = divmod(len(data), _BYTES)
    if rest:
        raise ValueError("not a row of roll-ups")
    return count


def unpack(data: bytes) -> list[Rollup]:
    """The whole row."""
    count = width(data)
    numbers = struct.unpack(f"<{count}H{3 * count}f", data)
    columns = [numbers[part * count : (part + 1) * count] for part in range(4)]
    return [Rollup(*four) for four in zip(*columns, strict=True)]


def column(data: bytes, place: int) -> Rollup:
    """One series of a row; one that the row is too short for has no readings in it."""
    count = width(data)
    if place >= count:
        return NOTHING
    floats = 2 * count + 4 * place
    (readings,) = struct.unpack_from("<H", data, 2 * place)
    (low,) = struct.unpack_from("<f", data, floats)
    (mean,) = struct.unpack_from("<f", data, floats + 4 * count)
    (high,) = struct.unpack_from("<f", data, floats + 8 * count)
    return Rollup(readings, low, mean, high)
