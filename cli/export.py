"""The history of a site for other programs: CSV or JSON, read from the store itself."""

from __future__ import annotations

import argparse
import csv
import json
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, tzinfo
from fnmatch import fnmatchcase
from typing import Any, TextIO
from zoneinfo import ZoneInfo

from cli.codes import Exit
from cli.speak import err
from cli.target import Target, target_of
from duty.clean import clean
from duty.series import unit_of
from duty.typed import moment, no_bound
from storage.failures import StoreFailed
from storage.history import HistoryStore, Piece
from storage.history_levels import HOUR, MINUTE, TEN
from storage.history_tables import PERIODS
from wire.words import say

NAME = "history.sqlite"
LEVELS = {"minute": MINUTE, "10min": TEN, "hour": HOUR}
HEAD = ("time", "host", "kind", "key", "field", "unit", "seconds", "readings", "min", "mean", "max")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What makes a spreadsheet run a cell that begins with it."""

Cells = tuple[str | int | float, ...]
"""One row, in the order of :data:`HEAD`."""


def run(args: argparse.Namespace) -> int:
    """Print what is asked for."""
    target = target_of(args)
    if isinstance(target, int):
        return target
    zone, now = site_of(target)[1], time.time()
    asked = {"since": args.since, "until": "0s" if args.until is None else args.until}
    moments = {name: bound(text, zone, now, end=name == "until") for name, text in asked.items()}
    if None in moments.values():
        return Exit.BAD
    since, until = moments["since"] or 0.0, moments["until"] or 0.0
    try:
        store = HistoryStore(target.places.state / NAME, 1 << 30, 1, reading=True)
        try:
            found = rows(store, args.host or "*", args.series or "*", LEVELS.get(args.level), since, until, zone)
            WRITERS[args.format](found, sys.stdout)
        finally:
            store.close()
    except StoreFailed as failed:
        err(say(failed.why))
        return Exit.BAD
    return Exit.WELL


def rows(
    store: HistoryStore, hosts: str, series: str, level: int | None, since: float, until: float, zone: tzinfo
) -> Iterator[Cells]:
    """Host after host, oldest first; ``hosts`` and ``series`` are patterns, no ``level`` is the finest at each time."""
    for host in store.hosts():
        if not fnmatchcase(host, hosts):
            continue
        wanted = {key for key in store.series(host) if fnmatchcase(str(key), series)}
        for piece in _pieces(store, host, level, since, until):
            for at, rolls in store.whole(host, piece.level, piece.since, piece.until):
                stamp = datetime.fromtimestamp(at, zone).isoformat()
                for key in sorted(wanted & rolls.keys()):
                    roll = rolls[key]
                    numbers = (plain(roll.low), plain(roll.mean), plain(roll.high))
                    names = (clean(host), key.kind, clean(key.key), clean(key.field), unit_of(key))
                    yield (stamp, *names, PERIODS[piece.level], roll.readings, *numbers)


def _pieces(store: HistoryStore, host: str, level: int | None, since: float, until: float) -> list[Piece]:
    return store.pieces(host, MINUTE, since, until) if level is None else [Piece(level, since, until)]


def bound(text: str, zone: tzinfo, now: float, *, end: bool) -> float | None:
    """What was asked for as UTC epoch seconds, of a day its beginning or ``end``; ``None``, which was said, if none."""
    at = moment(text, zone, now, day="end" if end else "start")
    if at is None:
        err(say(no_bound(clean(text, 80))))
    return at


def plain(value: float) -> float | int:
    """A kept number with the seven digits that were kept; whole where it is."""
    short = float(f"{value:.7g}")
    return int(short) if short.is_integer() else short


def write_csv(found: Iterator[Cells], to: TextIO) -> None:
    """A line of names, then one for each row."""
    sheet = csv.writer(to, lineterminator="\n")
    sheet.writerow(HEAD)
    for cells in found:
        sheet.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in cells])


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula: names come from hosts, and whoever names a disk is not trusted."""
    return f"'{text}" if text.startswith((*FORMULA, "'")) else text


def harmful(cell: str) -> str:
    """The text of which :func:`harmless` made this cell. Raises ValueError for one that it never makes."""
    text = cell.removeprefix("'")
    if harmless(text) != cell:
        raise ValueError(cell)
    return text


def write_json(found: Iterator[Cells], to: TextIO) -> None:
    """One list of objects, an object a line."""
    to.write("[")
    for number, cells in enumerate(found):
        to.write((",\n" if number else "\n") + json.dumps(dict(zip(HEAD, cells, strict=True)), ensure_ascii=False))
    to.write("\n]\n")


WRITERS: dict[str, Callable[[Iterator[Any], TextIO], None]] = {"csv": write_csv, "json": write_json}


def site_of(target: Target) -> tuple[str, ZoneInfo]:
    """Name and time zone of the site; its folder and UTC where its file cannot be read: each time says its zone."""
    if target.site is None:
        from practice.site import practice_site

        site = practice_site(())
        return site.name, ZoneInfo(site.time_zone)
    from config.load import load_site

    loaded = load_site(target.site)
    if loaded.site is None:
        return clean(target.site.parent.name), ZoneInfo("UTC")
    return loaded.site.name, ZoneInfo(loaded.site.time_zone)
