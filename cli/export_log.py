"""The duty log for whoever does not have this program: text, Markdown, HTML, a spreadsheet, or JSON Lines to verify."""

from __future__ import annotations

import argparse
import io
import sys
import time

from cli.codes import Exit
from cli.export import bound, site_of
from cli.log_formats import WRITERS, Heading
from cli.speak import err
from cli.target import store_of, target_of
from duty.clean import clean
from duty.records import DUTY
from storage.failures import StoreFailed
from storage.proof import Proof
from wire.words import say


def run(args: argparse.Namespace) -> int:
    """Print what is asked for."""
    target = target_of(args)
    if isinstance(target, int):
        return target
    (name, zone), now = site_of(target), time.time()
    bounds: list[float] = []
    for text, default, end in ((args.since, 0.0, False), (args.until, now + 1, True)):
        at = default if text is None else bound(text, zone, now, end=end)
        if at is None:
            return Exit.BAD
        bounds.append(at)
    chain = args.chain or DUTY
    try:
        proof = Proof(store_of(target))
        if args.format != "text" and isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # what these say of themselves, on any terminal
        try:
            heading = Heading(name, clean(chain, 80), str(zone), zone)
            WRITERS[args.format](heading, proof.entries(chain, *bounds), sys.stdout)
        finally:
            proof.close()
    except StoreFailed as failed:
        err(say(failed.why))
        return Exit.BAD
    return Exit.WELL
