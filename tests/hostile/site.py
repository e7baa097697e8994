"""A site of hostile hosts and the real watch of it, which a test can make stand still."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

from collectors.feed import Feed, Listener
from collectors.ssh_environment import Backoff
from config.paths import places, prepare
from duty.board import Board
from duty.site import HostSpec, SiteSpec
from tests.hostile.host import HostileFeed
from tests.hostile.strings import Strings
from watch.plan import Plan
from watch.recorder import Event
from watch.service import Service

HEAD = """
[site]
name = "Hostile"
slow_interval = "1s"
host_key_checking = true
"""
HOST = """
[hosts.{name}]
address = "127.0.0.1"
processes = [{{ key = "gw", args = "gw" }}, {{ key = "feed", args = "feed" }}]
disks = [{{ mount = "*" }}]
lines = [{{ key = "sge", interface = "eth0", pings = [{{ target = "gw" }}] }}]
events = [{{ key = "log", file = "/var/log/gw.log", patterns = ["x"] }}]
apps = [{{ key = "check", command = "check_it", interval = "1s" }}]
"""


def site_file(folder: Path, hosts: int, refusing: int) -> Path:
    """The file of a site with so many hosts that answer, and so many whose probe refuses to start."""
    path = folder / "watchkeeper.toml"
    names = [*(f"gw{number}" for number in range(hosts)), *(f"bad{number}" for number in range(refusing))]
    path.write_text(HEAD.replace("host_key_checking = true\n", "") + "".join(HOST.format(name=name) for name in names))
    return path


class StillService(Service):
    """The real watch over feeds that are hostile. While ``still`` it tells its screens nothing."""

    strings: Strings
    still = False

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self._held: list[Event] = []
        self._board: Board | None = None

    def _feed(self, spec: HostSpec, site: SiteSpec, listener: Listener) -> Feed:
        assert self._env is not None
        self._env.backoff = Backoff(first_s=0.2, cap_s=0.5)
        feed = HostileFeed(spec, site, listener, self._env)
        feed.strings = self.strings
        return feed

    def _publish(self, event: Event) -> None:
        if self.still:
            self._held.append(event)
        else:
            super()._publish(event)

    def _publish_board(self, board: Board, changed: frozenset[str] | None) -> None:
        if self.still:
            self._board = board
        else:
            super()._publish_board(board, None if self._board is not None else changed)
            self._board = None

    def go_on(self) -> None:
        """Tell what was held back."""
        self.still = False
        for event in self._held:
            super()._publish(event)
        self._held.clear()


@contextlib.asynccontextmanager
async def hostile_watch(folder: Path, strings: Strings, hosts: int, refusing: int = 2) -> AsyncIterator[StillService]:
    """The watch, running; ended at the end."""
    site = site_file(folder, hosts, refusing)
    where = places(str(site), os.environ)
    prepare(where)
    service = StillService(Plan(site, where.socket, where.state / "records.sqlite", "1", stays=True))
    service.strings = strings
    running = asyncio.create_task(service.run())
    try:
        while not where.socket.exists():
            if running.done():
                running.result()
            await asyncio.sleep(0.02)
        yield service
        if running.done():
            running.result()
    finally:
        service.stop()
        await running
