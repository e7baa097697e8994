"""The incidents of a site for who has no screen: the list, one of them, its situation report. Read from the store."""

from __future__ import annotations

import argparse
import time

from cli.codes import Exit
from cli.incident_report import WRITERS, report
from cli.speak import err, out
from cli.target import Target, store_of, target_of
from duty.drills import last_like
from duty.duty_rules import DutyRules, rules_of
from duty.incidents import queue_order
from duty.records import Incident, IncidentMove
from storage.failures import StoreFailed
from storage.store import Store
from tui import figures
from tui.sayings import INCIDENT_WORDS, title_of
from wire.words import _, say


def listed(args: argparse.Namespace) -> int:
    """Every incident that has not ended and the newest that have, a line each."""
    target = target_of(args)
    if isinstance(target, int):
        return target
    store = _open(target)
    if isinstance(store, int):
        return store
    try:
        found = store.incidents()
    except StoreFailed as failed:
        err(say(failed.why))
        return Exit.BAD
    finally:
        store.close()
    zone = _rules(target).time_zone
    for one in sorted(found, key=queue_order):
        out(_line(one, zone))
    if not found:
        out(_("no incident"))
    return Exit.WELL


def _line(one: Incident, zone: str) -> str:
    values: dict[str, str | int] = {
        "number": one.id,
        "level": one.level,
        "state": _(INCIDENT_WORDS[one.state]),
        "time": figures.date(one.opened_at, zone),
        "title": title_of(one),
    }
    if one.drill:
        return _("{number}  level {level}  {state}  {time}  DRILL: {title}", **values)
    return _("{number}  level {level}  {state}  {time}  {title}", **values)


def shown(args: argparse.Namespace) -> int:
    """One incident: all that is known of it, or its situation report."""
    target = target_of(args)
    if isinstance(target, int):
        return target
    store = _open(target)
    if isinstance(store, int):
        return store
    try:
        incident = store.incident(args.number)
        moves: list[IncidentMove] = store.moves(args.number) if incident is not None else []
        last = last_like(store.incidents(), incident) if incident is not None and incident.drill else None
    except StoreFailed as failed:
        err(say(failed.why))
        return Exit.BAD
    finally:
        store.close()
    if incident is None:
        err(_("there is no incident {number}", number=args.number))
        return Exit.BAD
    sections = report(incident, moves, _rules(target), time.time(), last)
    out(WRITERS[args.format](sections if args.report else sections[:2]))
    return Exit.WELL


def _open(target: Target) -> Store | int:
    """The store, which has to be there: asking makes none."""
    try:
        return Store(store_of(target), reading=True)
    except StoreFailed as failed:
        err(say(failed.why))
        return Exit.BAD


def _rules(target: Target) -> DutyRules:
    """The rules of the site; the built-in ones where its file cannot be read just now."""
    if target.site is None:
        from practice.site import practice_site

        return rules_of(practice_site(()))
    from config.load import load_site

    loaded = load_site(target.site)
    return rules_of(loaded.site) if loaded.site is not None else DutyRules()
