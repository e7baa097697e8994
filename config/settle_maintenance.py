"""From ``[[maintenance]]`` tables and ``depends_on`` to what everyone reads."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from config.maintenance import FORM, Maintenance
from duty.maintenance import Plan
from duty.records import Subject

_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def thing(written: str) -> Subject:
    """A host or a thing of it as a person writes it: ``gw1``, ``gw1 line sge-2``."""
    host, _, rest = written.partition(" ")
    kind, _, key = rest.partition(" ")
    return Subject(host, kind, key) if rest else Subject(host, "host", host)


def plan(table: Maintenance, zone: str) -> Plan:
    """One planned window as everyone reads it."""
    return Plan(
        name=table.name,
        subjects=tuple(map(thing, table.things)),
        owner=table.owner,
        why=table.reason,
        since=_epoch(table.since, zone),
        until=_epoch(table.until, zone),
        from_min=table.start,
        until_min=table.end,
        days=tuple(range(1, 8)) if table.days is None else tuple(sorted({1 + _WEEK.index(d) for d in table.days})),
    )


def _epoch(written: str | None, zone: str) -> float | None:
    return None if written is None else datetime.strptime(written, FORM).replace(tzinfo=ZoneInfo(zone)).timestamp()
