"""The verbs of the watch itself: watch, start, stop, status."""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import signal
import time

from cli import __version__
from cli.codes import Exit
from cli.launch import greet, launch
from cli.speak import err, out
from cli.target import STORE_NAME, Target, target_of
from duty.clean import clean
from duty.phrases import phrase
from wire.doorway import held
from wire.messages import Welcome
from wire.words import _, say

STOP_S = 15.0


def watch(args: argparse.Namespace) -> int:
    """Run the watch in the foreground until told to end."""
    target = target_of(args)
    if isinstance(target, int):
        return target
    gc.disable()  # looking for garbage in what is being loaded costs a tenth of the start
    import uvloop

    return uvloop.run(_watch(target, stays=not args.until_alone, hosts=args.practice_hosts))


async def _watch(target: Target, *, stays: bool, hosts: int | None) -> int:
    from practice.orders import FleetFailed
    from watch.plan import Plan
    from watch.service import Service
    from watch.site_source import BadSite
    from wire.door import AlreadyOpen, CannotOpen

    gc.freeze()
    gc.enable()
    store = target.places.state / STORE_NAME
    plan = Plan(target.site, target.places.socket, store, __version__, stays=stays, practice_hosts=hosts)
    service = Service(plan)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if number == signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN:
            continue  # started by nohup: the terminal may go
        loop.add_signal_handler(
            number, service.stop, phrase("the watch was told to end ({signal})", signal=number.name)
        )
    try:
        await service.run()
    except BadSite as bad:
        for problem in bad.problems:
            err(problem)
        return Exit.BAD
    except AlreadyOpen as already:
        first = greet(target.places.socket)
        err(say(already.why) if first is None else _("A watch of this site runs already: {it}", it=_described(first)))
        return Exit.RUNS_ALREADY
    except (CannotOpen, FleetFailed) as failed:
        err(say(failed.why))
        return Exit.BAD
    return Exit.WELL


def start(args: argparse.Namespace) -> int:
    """Start the watch in the background, to stay."""
    target = target_of(args)
    if isinstance(target, int):
        return target
    if greet(target.places.socket) is not None:
        out(_("The watch of this site runs already."))
        return Exit.WELL
    launched = launch(target, stays=True, hosts=args.practice_hosts)
    code = launched.wait_ready() if launched is not None else Exit.BAD
    if code == Exit.WELL:
        out(_("The watch runs."))
    return code


def stop(args: argparse.Namespace) -> int:
    """Stop the watch and wait until it has ended."""
    target = target_of(args)
    if isinstance(target, int):
        return target
    found = greet(target.places.socket)
    if found is None:
        err(_("No watch of this site runs."))
        return Exit.NO_WATCH
    os.kill(found.watch_pid, signal.SIGTERM)
    end = time.monotonic() + STOP_S
    while time.monotonic() < end:
        if not held(target.places.socket):
            out(_("The watch has ended."))
            return Exit.WELL
        time.sleep(0.1)
    err(_("The watch has not ended yet (process {pid}).", pid=found.watch_pid))
    return Exit.BAD


def status(args: argparse.Namespace) -> int:
    """Whether the watch runs and since when."""
    target = target_of(args)
    if isinstance(target, int):
        return target
    found = greet(target.places.socket)
    if found is None:
        taken = held(target.places.socket)
        out(_("A watch of this site is starting, ending or stuck.") if taken else _("No watch of this site runs."))
        return Exit.NO_WATCH
    out(_("The watch runs: {it}", it=_described(found)))
    if not found.stays:
        out(_("It ends when the last screen leaves."))
    who = ", ".join(found.attached)
    out(_("Screens: {who}", who=who) if who else _("No screen is attached."))
    if found.history_error is not None:
        out(_("Readings are not kept: {why}", why=say(found.history_error)))
    return Exit.WELL


def _described(found: Welcome) -> str:
    since = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(found.started_at))
    return _(
        "process {pid}, since {since}, version {version}",
        pid=found.watch_pid,
        since=since,
        version=clean(found.version),
    )
