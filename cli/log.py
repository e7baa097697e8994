"""The duty log in a shell: the newest lines, or those that fit a query, whether the watch runs or not."""

from __future__ import annotations

import argparse
import json
import time
from datetime import datetime, tzinfo
from typing import Any

from cli.codes import Exit
from cli.export import site_of
from cli.speak import err, out, padded
from cli.target import store_of, target_of
from duty.clean import clean
from duty.log_query import parse
from duty.phrases import Phrase
from duty.records import LogEntry
from storage.failures import StoreFailed
from storage.store import Store
from wire.words import EVERY_LANGUAGE, _, say


def run(args: argparse.Namespace) -> int:
    """Print what is asked for, newest last as a log is read in a shell. The store is only read."""
    target = target_of(args)
    if isinstance(target, int):
        return target
    zone = site_of(target)[1]
    query = parse(clean(" ".join(args.query), 400), zone, time.time())
    if isinstance(query, Phrase):
        err(say(query))
        return Exit.BAD
    try:
        store = Store(store_of(target), EVERY_LANGUAGE, reading=True)
        try:
            page = store.search(query, limit=args.limit, most=None)
        finally:
            store.close()
    except StoreFailed as failed:
        err(say(failed.why))
        return Exit.BAD
    for entry in reversed(page.entries):
        out(json.dumps(as_json(entry, zone), ensure_ascii=False) if args.json else as_text(entry, zone))
    if not page.ended and not args.json:
        err(_("There may be older lines: --limit gives more."))
    return Exit.WELL


def as_text(entry: LogEntry, zone: tzinfo) -> str:
    """One line in columns: number, time, who, about what, words."""
    about = entry.subject
    name = about.host if about.kind == "host" or not about.key else f"{about.host} {about.key}".strip()
    said = say(entry.said) if entry.said is not None else ""
    words = ": ".join(part for part in (said, entry.text) if part)
    at = datetime.fromtimestamp(entry.event_at, zone).strftime("%Y-%m-%d %H:%M:%S")
    columns = (str(entry.seq).rjust(7), at, padded(entry.actor or _("watch"), 10), padded(name, 20))
    return "  ".join((*columns, clean(words, 10_000)))


def as_json(entry: LogEntry, zone: tzinfo) -> dict[str, Any]:
    """One line with every value under its name; times as ISO 8601 with the site's offset."""
    return {
        "seq": entry.seq,
        "kind": entry.kind.value,
        "event_at": datetime.fromtimestamp(entry.event_at, zone).isoformat(),
        "entered_at": datetime.fromtimestamp(entry.entered_at, zone).isoformat(),
        "actor": entry.actor,
        "host": entry.subject.host,
        "subject_kind": entry.subject.kind,
        "subject_key": entry.subject.key,
        "text": entry.text,
        "said": say(entry.said) if entry.said is not None else None,
        "incident": entry.incident,
    }
