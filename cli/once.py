"""One reading of the site without a screen: printed, and told by the exit code."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable

from cli.board_json import board_as_json
from cli.codes import Exit
from cli.speak import err, out
from cli.target import Target, target_of
from duty.alarm_batch import Batch
from duty.board import Board, HostView
from duty.connection import Link
from duty.events import EventStep
from duty.incident_rules import Change
from duty.moment import Moment
from duty.quality import Quality, State
from duty.records import NewLogEntry
from wire.words import _, say

_WORDS: dict[State, Callable[[], str]] = {
    State.OK: lambda: _("well"),
    State.UNJUDGED: lambda: _("read, not judged"),
    State.WARN: lambda: _("warning"),
    State.UNKNOWN: lambda: _("unknown"),
    State.ACT: lambda: _("act"),
}


def run(args: argparse.Namespace) -> int:
    """Read the site once; 0, 1 or 2 by the worst state."""
    target = target_of(args)
    if isinstance(target, int):
        return target
    return asyncio.run(_once(target, args.wait, args.practice_hosts, json=args.json))


async def _once(target: Target, wait_s: float, hosts: int | None, *, json: bool) -> int:
    from practice.orders import FleetFailed
    from watch.reading import read_once
    from watch.site_source import BadSite

    try:
        board = await read_once(target.site, _Nowhere(), wait_s, hosts)
    except BadSite as bad:
        for problem in bad.problems:
            err(problem)
        return Exit.BAD
    except FleetFailed as failed:
        err(say(failed.why))
        return Exit.BAD
    if json:
        out(board_as_json(board, code_of(board)))
    else:
        for host in board.hosts:
            _print(host, wait_s)
    return code_of(board)


def code_of(board: Board) -> int:
    """The exit code of a board: unknown counts as bad, because nobody can vouch for it."""
    worst = max((host.state for host in board.hosts), default=State.UNKNOWN)
    if worst in (State.ACT, State.UNKNOWN):
        return Exit.BAD
    return Exit.WATCH if worst is State.WARN else Exit.WELL


def _print(host: HostView, waited_s: float) -> None:
    name = f"{host.id} ({host.label})" if host.label else host.id
    out(f"{name}: {_WORDS[host.state]()}")
    for why in host.why:
        out(f"    {say(why)}")
    if host.connection.link in (Link.IDLE, Link.DIALLING):
        out("    " + _("No answer in the {seconds} s that were waited; --wait waits longer.", seconds=f"{waited_s:g}"))
    if host.connection.advice is not None and host.quality is Quality.UNREACHABLE:
        out(f"    {say(host.connection.advice)}")


class _Nowhere:
    """A recorder for a reading that leaves no record."""

    def log(self, entry: NewLogEntry) -> None:
        """Not kept."""

    def condition(self, change: Change, at: Moment) -> None:
        """Not kept."""

    def alarms(self, batch: Batch) -> None:
        """Not kept."""

    def event(self, step: EventStep) -> None:
        """Not kept."""
