"""Files attached to a new line of the duty log: kept by their digest first, the line second."""

from __future__ import annotations

import argparse
import os
import pwd
import time
from pathlib import Path

from cli.ask import ask
from cli.codes import Exit
from cli.launch import greet
from cli.speak import err, out
from cli.target import Target, store_of, target_of
from duty.clean import clean
from duty.records import LogKind, NewLogEntry, Ref
from storage.attachments import FOLDER, keep
from storage.failures import StoreFailed
from wire.doorway import session_of_process
from wire.messages import WriteLog
from wire.words import _, say

MAX_TEXT = 5000


def run(args: argparse.Namespace) -> int:
    """Keep the files and write the line: through the watch where one runs, so that screens see it, else directly."""
    target = target_of(args)
    if isinstance(target, int):
        return target
    text = clean(args.note.strip(), MAX_TEXT)
    if not text:
        err(_("nothing was written"))
        return Exit.BAD
    try:
        refs = tuple(keep(Path(name), target.places.state / FOLDER) for name in args.files)
        seq = _written(target, text, refs)
    except StoreFailed as failed:
        err(say(failed.why))
        return Exit.BAD
    if seq is None:
        err(_("The watch did not answer: look in the duty log whether the line is there."))
        return Exit.NO_WATCH
    out(_("Written in the duty log, line {seq}.", seq=seq))
    for ref in refs:
        out(f"  {ref.key}  {ref.sha256}")
    return Exit.WELL


def _written(target: Target, text: str, refs: tuple[Ref, ...]) -> int | None:
    """The number of the line. Raises :class:`StoreFailed` where it was refused."""
    if greet(target.places.socket) is not None:
        reply = ask(target.places.socket, WriteLog(ask=1, text=text, files=refs))
        if reply is not None and not reply.ok and reply.why is not None:
            raise StoreFailed(reply.why)
        return reply.log[0].seq if reply is not None and reply.log else None
    from storage.store import Store

    store = Store(store_of(target))
    try:
        now = time.time()
        line = NewLogEntry(LogKind.NOTE, who(), now, text=text, refs=refs, session=session_of_process(os.getpid()))
        return store.append_log([line], now)[0].seq
    finally:
        store.close()


def who() -> str:
    """The user as the kernel knows it."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"
