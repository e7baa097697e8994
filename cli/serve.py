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
from duty.clean import clean
from duty.phrases import phrase
from wire.doorway import held
from wire.framing import Decoder, Nonsense, encode
from wire.messages import PROTOCOL, Farewell, FromWatch, Hello, Welcome
from wire.words import _, say

START_S = 30.0
STOP_S = 15.0
LOG_NAME = "watch.log"
LOG_BYTES = 1 << 20
"""A longer log of the watch is set aside as ``watch.log.1`` before the next start."""
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
    """A watch being started in the background. Raises OSError where it cannot be."""

    def __init__(self, target: Target, options: list[str]) -> None:
        self.target = target
        self.log = target.places.state / LOG_NAME
        self._command = [sys.executable, "-P", "-m", "cli", *target.arguments(), "watch", *options]
        self._start()

    def _start(self) -> None:
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        # Appended to: why the last watch ended must still be there when the next one has been started.
        with self.log.open("ab") as file:
            self._said_from = file.tell()
            # A session of its own: no terminal's end reaches it.
            self.process = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True, cwd="/"
            )

    def wait_ready(self, seconds: float = START_S) -> int:
        """Wait until it listens; else say what it said."""
        path = self.target.places.socket
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if path.exists() and greet(path) is not None:
                return Exit.WELL
            code = self.process.poll()
            if code is not None and code != Exit.RUNS_ALREADY:
                err(self._said() or _("The watch ended at once."))
                return Exit.BAD
            # Another was starting, for another screen, or ending, and did not answer yet.
            if code is not None and not held(path):
                self._start()
            time.sleep(0.02)
        err(_("The watch does not answer. Its own log is {path}.", path=str(self.log)))
        return Exit.NO_WATCH

    def _said(self) -> str:
        with self.log.open("rb") as file:
            file.seek(self._said_from)
            text = file.read().decode("utf-8", "replace").strip()
        return "\n".join(clean(line, 1000) for line in text[-4000:].splitlines())


def launch(target: Target, *, stays: bool, hosts: int | None = None) -> Launched | None:
    """Start the watch as a process of its own that no terminal's end reaches; ``None`` after saying why not."""
    options = [] if stays else ["--until-alone"]
    options += ["--practice-hosts", str(hosts)] if hosts is not None else []
    try:
        return Launched(target, options)
    except OSError as error:
        why = clean(error.strerror or str(error))
        err(_("The watch cannot be started: {path}: {error}", path=clean(str(error.filename)), error=why))
        return None
