"""The verbs of the watch itself: watch, start, stop, status."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from cli import __version__
from cli.codes import Exit
from cli.speak import err, out
from cli.target import Target, target_of
from wire.framing import Decoder, Nonsense, encode
from wire.messages import PROTOCOL, Farewell, FromWatch, Hello, Welcome
from wire.words import _, say

START_S = 30.0
STOP_S = 15.0
LOG_NAME = "watch.log"
STORE_NAME = "records.sqlite"


def watch(args: argparse.Namespace) -> int:
    """Run the watch in the foreground until told to end."""
    target = target_of(args)
    if isinstance(target, int):
        return target
    import uvloop

    return uvloop.run(_watch(target, stays=not args.until_alone, hosts=args.practice_hosts))


async def _watch(target: Target, *, stays: bool, hosts: int | None) -> int:
    from practice.fleet import FleetFailed
    from watch.plan import Plan
    from watch.service import Service
    from watch.site_source import BadSite
    from wire.door import AlreadyOpen, CannotOpen

    store = target.places.state / STORE_NAME
    plan = Plan(target.site, target.places.socket, store, __version__, stays=stays, practice_hosts=hosts)
    service = Service(plan)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, service.stop)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # the terminal it was started from may go
    try:
        await service.run()
    except BadSite as bad:
        for problem in bad.problems:
            err(problem)
        return Exit.BAD
    except AlreadyOpen:
        err(_("A watch of this site runs already."))
        return Exit.WELL
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
    code = launch(target, stays=True, hosts=args.practice_hosts).wait_ready()
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
        if greet(target.places.socket) is None:
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
        out(_("No watch of this site runs."))
        return Exit.NO_WATCH
    since = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(found.started_at))
    out(
        _(
            "The watch runs since {since} (process {pid}, version {version}).",
            since=since,
            pid=found.watch_pid,
            version=found.version,
        )
    )
    if found.history_error is not None:
        out(_("Readings are not kept: {why}", why=say(found.history_error)))
    return Exit.WELL


def greet(path: Path, seconds: float = 3.0) -> Welcome | None:
    """Ask the watch at ``path`` who it is; ``None`` if there is none."""
    decoder: Decoder[Welcome | Farewell] = Decoder(FromWatch)
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(seconds)
            line.connect(str(path))
            line.sendall(encode(Hello(PROTOCOL, __version__, "")))
            while data := line.recv(1 << 20):
                for message in decoder.feed(data):
                    if isinstance(message, Welcome):
                        return message
                    if isinstance(message, Farewell):
                        return None
    except (OSError, Nonsense):
        return None
    return None


class Launched:
    """A watch being started in the background."""

    def __init__(self, target: Target, process: subprocess.Popen[bytes], log: Path) -> None:
        self.target, self.process, self.log = target, process, log

    def wait_ready(self, seconds: float = START_S) -> int:
        """Wait until it listens; else say what it said."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.target.places.socket.exists() and greet(self.target.places.socket) is not None:
                return Exit.WELL
            if self.process.poll() is not None:
                err(self.log.read_text("utf-8", "replace").strip()[-4000:] or _("The watch ended at once."))
                return Exit.BAD
            time.sleep(0.02)
        err(_("The watch does not answer. Its own log is {path}.", path=str(self.log)))
        return Exit.NO_WATCH


def launch(target: Target, *, stays: bool, hosts: int | None = None) -> Launched:
    """Start the watch as a process of its own that no terminal's end reaches."""
    log = target.places.state / LOG_NAME
    command = [sys.executable, "-P", "-m", "cli", *target.arguments(), "watch"]
    command += [] if stays else ["--until-alone"]
    command += ["--practice-hosts", str(hosts)] if hosts is not None else []
    with log.open("wb") as file:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True, cwd="/"
        )
    return Launched(target, process, log)
