"""Which series the rows of a host hold, in which order: said once, not with every row."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Table, delete, insert, select

from duty.phrases import phrase
from duty.series import SeriesKey
from storage.failures import StoreFailed
from storage.history_tables import HOSTS, LAYOUTS
from storage.rollups import NOTHING, pack, row_bytes, unpack

_KEYS = msgspec.json.Decoder(tuple[SeriesKey, ...])


class Layout(NamedTuple):
    """The series of a row, in order."""

    id: int
    born: int
    keys: tuple[SeriesKey, ...]
    places: dict[SeriesKey, int]

    def fits(self, data: bytes) -> bool:
        """Whether these can be the bytes of a row of this layout."""
        return len(data) == row_bytes(len(self.keys))

    def laid_out(self, theirs: Layout, data: bytes) -> bytes:
        """A row of another layout in this one; series that this one has no more are left out."""
        row = [NOTHING] * len(self.keys)
        for key, roll in zip(theirs.keys, unpack(data), strict=True):
            if (place := self.places.get(key)) is not None:
                row[place] = roll
        return pack(row)


class Layouts:
    """What the file knows of hosts and layouts, in memory."""

    def __init__(self, connection: Connection) -> None:
        """Read all of them. Raises :class:`StoreFailed` for what makes no sense."""
        self.hosts: dict[str, int] = {row.name: row.id for row in connection.execute(select(HOSTS))}
        self._of: dict[int, dict[int, Layout]] = {}
        """By host, by id; the one with the highest id is in use."""
        for row in connection.execute(select(LAYOUTS)):
            try:
                self._know(row.host, row.id, row.born, _KEYS.decode(row.keys))
            except msgspec.MsgspecError as error:
                raise StoreFailed(
                    phrase("the store is damaged: {table} {seq} makes no sense", table=LAYOUTS.name, seq=row.id)
                ) from error

    def host(self, connection: Connection, name: str) -> int:
        """The number of a host, given to it now if it has none."""
        number = self.hosts.get(name)
        if number is None:
            number = self.hosts[name] = _insert(connection, HOSTS, {"name": name})
        return number

    def of(self, host: int) -> dict[int, Layout]:
        """All layouts of a host, by number."""
        return self._of.get(host, {})

    def newest(self, host: int) -> Layout | None:
        """The layout in use."""
        known = self.of(host)
        return known[max(known)] if known else None

    def fitting(self, connection: Connection, host: int, keys: tuple[SeriesKey, ...], born: int) -> Layout:
        """The layout in use if it has all of ``keys``, else a new one, used from ``born`` on.

        New series come behind those of before, so that things that come and go make no layouts; once more than half
        of them is long gone, it begins anew.
        """
        last = self.newest(host)
        if last is not None and last.keys == keys:
            return last
        if last is not None and len(last.keys) <= 2 * len(keys):
            missing = tuple(key for key in keys if key not in last.places)
            if not missing:
                return last
            keys = (*last.keys, *missing)
        row = {"host": host, "born": born, "keys": msgspec.json.encode(keys).decode()}
        return self._know(host, _insert(connection, LAYOUTS, row), born, keys)

    def forget(self, connection: Connection, host: int, oldest: int) -> None:
        """Delete the layouts of a host that were replaced before ``oldest``, the time of its first row."""
        numbers = sorted(self.of(host))
        gone = [one for one, following in pairwise(numbers) if self._of[host][following].born <= oldest]
        if gone:
            connection.execute(delete(LAYOUTS).where(LAYOUTS.c.id.in_(gone)))
            for number in gone:
                del self._of[host][number]

    def _know(self, host: int, number: int, born: int, keys: tuple[SeriesKey, ...]) -> Layout:
        layout = Layout(number, born, keys, {key: place for place, key in enumerate(keys)})
        self._of.setdefault(host, {})[number] = layout
        return layout


def _insert(connection: Connection, table: Table, row: dict[str, Any]) -> int:
    """The number that a new row was given."""
    key = connection.execute(insert(table).values(row)).inserted_primary_key
    assert key is not None
    return int(key[0])
