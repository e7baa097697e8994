"""A real watch in a process of its own, for tests of its start, its end and what lies between."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import psutil

from config.paths import places
from tests.support.screens import PATIENCE_S, BareScreen, until

ROOT = Path(__file__).parents[2]
SITE = """
[site]
name = "Desk"
slow_interval = "1s"
[hosts.me]
local = true
interval = "250ms"
"""
QUICK = """
import watch.engine, watch.records, watch.service
watch.engine.BOARD_S, watch.records.QUIET_S, watch.service.LEAVE_S = 0.1, 0.3, 0.3
"""
"""The patience of a real watch, which a test has not."""


class Watch:
    """The watch of one site (``None``: practice), and where it is."""

    def __init__(self, site: Path | None, *options: str, code: str = "") -> None:
        self.site, self.options = site, options
        self.places = places(str(site) if site else "practice", os.environ)
        self.socket = self.places.socket
        self.store = self.places.state / "records.sqlite"
        self._code = code + "import sys; from cli.main import main; sys.exit(main())"
        self.process: subprocess.Popen[str] | None = None

    @property
    def command(self) -> list[str]:
        chosen = ["--site", str(self.site)] if self.site else ["--practice"]
        return [sys.executable, "-c", self._code, *chosen]

    def start(self) -> subprocess.Popen[str]:
        self.process = subprocess.Popen(
            [*self.command, "watch", *self.options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=ROOT,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),
        )
        return self.process

    async def screen(self, who: str = "li") -> BareScreen:
        """Wait until it listens, and join it."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    return await BareScreen.join(self.socket, who)
                except (OSError, EOFError):
                    await asyncio.sleep(0.02)

    async def ended(self) -> tuple[int, str]:
        """Its exit code and what it said."""
        assert self.process is not None
        said, _ = await asyncio.to_thread(self.process.communicate, timeout=30)
        return self.process.returncode, said

    def family(self) -> list[psutil.Process]:
        """Every process it has started."""
        assert self.process is not None
        return psutil.Process(self.process.pid).children(recursive=True)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            if self.process.stdout is not None:
                self.process.stdout.close()


@contextlib.asynccontextmanager
async def watching(site: Path | None, *options: str, code: str = "") -> AsyncIterator[Watch]:
    """A watch that is killed at the end; ``code`` runs before it."""
    watch = Watch(site, *options, code=QUICK + code)
    watch.start()
    try:
        yield watch
    finally:
        watch.kill()


def watches_of(site: Path) -> list[psutil.Process]:
    """Processes that run the watch of this site."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if "watch" in words and str(site) in words and not ended(process):
            found.append(process)
    return found


def end_watches_of(site: Path) -> None:
    """Kill what a failed test has left."""
    for process in watches_of(site):
        process.kill()


def ended(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


async def all_ended(processes: list[psutil.Process]) -> None:
    await until(lambda: all(map(ended, processes)))
