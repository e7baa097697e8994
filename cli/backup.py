"""The records saved while they are kept, put back, and their oldest lines archived."""

from __future__ import annotations

import argparse
import os
import time
from contextlib import closing
from datetime import datetime
from pathlib import Path

from cli.attach_file import who
from cli.codes import Exit
from cli.export import site_of
from cli.record import SHORT
from cli.speak import err, out
from cli.target import Target, store_of, target_of
from duty.clean import clean
from duty.phrases import Phrase, phrase
from duty.records import DUTY, LogKind, NewLogEntry
from duty.typed import moment
from storage.archive import archive
from storage.attachments import FOLDER
from storage.backup import proved, put_back, save
from storage.failures import StoreFailed
from storage.whole import Whole
from wire.doorway import held, session_of_process
from wire.words import _, say


def backup(args: argparse.Namespace) -> int:
    """Save the records, whether the watch runs or not."""
    target = target_of(args)
    if isinstance(target, int):
        return target
    try:
        whole = save(store_of(target), target.places.state / FOLDER, Path(args.file))
    except StoreFailed as failed:
        err(say(failed.why))
        return Exit.BAD
    out(_("Saved and verified: {path}", path=clean(args.file, 400)))
    _told(whole)
    return Exit.WELL


def restore(args: argparse.Namespace) -> int:
    """Put a backup in the place of the records, which are kept aside."""
    target = target_of(args)
    if isinstance(target, int):
        return target
    if held(target.places.socket):
        err(_("The watch of this site runs: stop it first, watchkeeper stop."))
        return Exit.RUNS_ALREADY
    try:
        return _restored(target, Path(args.file), unverified=args.unverified)
    except StoreFailed as failed:
        err(say(failed.why))
        return Exit.BAD


def _restored(target: Target, file: Path, *, unverified: bool) -> int:
    whole = proved(file)
    if not whole.well and not unverified:
        err(_("The backup does not verify: watchkeeper verify FILE says more. --unverified restores it all the same."))
        return Exit.WATCH
    store, now = store_of(target), time.time()
    aside = datetime.fromtimestamp(now).strftime("before-%Y%m%dT%H%M%S")
    kept = put_back(file, store, target.places.state / FOLDER, aside)
    if kept is not None:
        out(_("The records of before are kept aside: {path}", path=str(kept)))
    said = phrase("the records were restored from a backup: {lines} lines", lines=whole.lines)
    if not whole.well:
        said = phrase("the records were restored from a backup that does not verify: {lines} lines", lines=whole.lines)
    _write(target, said, file.name, now)
    out(_("Restored from {path}", path=clean(str(file), 400)))
    _told(whole)
    return Exit.WELL


def archived(args: argparse.Namespace) -> int:
    """Move the oldest lines into a file of their own."""
    target = target_of(args)
    if isinstance(target, int):
        return target
    now, zone = time.time(), site_of(target)[1]
    before = moment(args.before, zone, now, day="start")
    if before is None or before > now:
        err(_('{text} is no time in the past: write "2026-03-05T20:00", or how long ago, as "400d"',
              text=clean(args.before, 80)))  # fmt: skip
        return Exit.BAD
    try:
        gone = archive(
            store_of(target), before, Path(args.file), actor=who(), session=session_of_process(os.getpid()), now=now
        )
    except StoreFailed as failed:
        err(say(failed.why))
        return Exit.BAD
    out(_("Lines {first} to {last} left the store and are in {path}, verified.",
          first=gone.first, last=gone.last, path=clean(args.file, 400)))  # fmt: skip
    out(_("Moves of incidents that left with them: {count}", count=gone.moves))
    out(_("head {short}", short=gone.head[:SHORT]))
    out(f"     {gone.head}")
    out(_("Line {seq} of the log tells of it.", seq=gone.line.seq))
    return Exit.WELL


def _write(target: Target, said: Phrase, text: str, now: float) -> None:
    from storage.store import Store

    with closing(Store(store_of(target))) as store:
        session = session_of_process(os.getpid())
        line = NewLogEntry(LogKind.WATCH, who(), now, said=said, text=clean(text, 200), session=session)
        store.append_log([line], now)


def _told(whole: Whole) -> None:
    for name, seen in whole.chains.items():
        out(_("{name}: {count} lines, {first} to {last}, head {short}", name=clean(name, 80), count=seen.count,
              first=seen.begins, last=seen.seq, short=seen.head[:SHORT]))  # fmt: skip
    if not whole.chains:
        out(_("{name}: no line is written yet.", name=DUTY))
    out(_("Moves of incidents: {count}", count=whole.moves))
