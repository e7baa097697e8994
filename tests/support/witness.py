"""A second screen that only remembers: every board and event of a real watch, with the watch's own times."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from duty.board import DiskView, HostView, LineView, ProcessView
from duty.phrases import Phrase
from duty.quality import Quality
from duty.records import Incident, IncidentMove, LogEntry, Move
from tui.session import Session
from wire.messages import PROTOCOL, BoardUpdate, FromWatch, Hello, IncidentChanged, LogWritten, Welcome

PATIENCE_S = 60.0
BOARD_S = 1.1
"""Between two boards of a watch that has the machine for itself: one second, told in steps of a tenth."""


@dataclass(frozen=True)
class Seen:
    """The site at one moment. ``at``: UTC epoch seconds by the watch's clock."""

    at: float
    hosts: dict[str, HostView]

    def process(self, host: str, key: str) -> ProcessView:
        return next(one for one in self.hosts[host].processes if one.key == key)

    def disk(self, host: str, mount: str) -> DiskView:
        return next(one for one in self.hosts[host].disks if one.mount == mount)

    def line(self, host: str, key: str) -> LineView:
        return next(one for one in self.hosts[host].lines if one.key == key)


class Witness:
    """Keeps everything, oldest first."""

    def __init__(self, path: Path) -> None:
        self.boards: list[Seen] = []
        self.log: list[LogEntry] = []
        self.moves: list[IncidentMove] = []
        self.incidents: dict[int, Incident] = {}
        self.watch_pid = 0
        self._session = Session(str(path), Hello(PROTOCOL, "1", "witness"), self)

    # --- what the watch says (:class:`tui.session.Listener`) ----------------------------------------------------

    def heard(self, message: FromWatch) -> None:
        match message:
            case Welcome():
                self.watch_pid = message.watch_pid
                self.log = list(reversed(message.log))
                self.incidents = {one.id: one for one in message.incidents}
            case BoardUpdate():
                before = {} if message.full or not self.boards else self.boards[-1].hosts
                self.boards.append(Seen(message.at, {**before, **{host.id: host for host in message.hosts}}))
                self._session.drawn(message.seq)
            case IncidentChanged():
                self.moves.append(message.move)
                self.incidents[message.incident.id] = message.incident
            case LogWritten():
                self.log.append(message.entry)

    def parted(self, why: Phrase) -> None:
        """The watch is gone."""

    @contextlib.asynccontextmanager
    async def looking(self) -> AsyncIterator[Witness]:
        task = asyncio.create_task(self._session.run(lambda: None))
        try:
            await self.first(lambda seen: bool(seen.hosts))
            yield self
        finally:
            task.cancel()
            await asyncio.wait([task])

    # --- what a test asks ---------------------------------------------------------------------------------------

    @property
    def now(self) -> Seen:
        return self.boards[-1]

    async def until(self, holds: Callable[[], object]) -> None:
        end = time.monotonic() + PATIENCE_S
        while not holds():
            assert time.monotonic() < end, f"never came: {self._told()}"
            await asyncio.sleep(0.02)

    async def first(self, holds: Callable[[Seen], bool], since: float = 0.0) -> Seen:
        """The first board since ``since`` (UTC epoch seconds) of which this holds."""
        found: list[Seen] = []

        def look() -> bool:
            found.extend(seen for seen in self.boards if seen.at >= since and holds(seen))
            return bool(found)

        await self.until(look)
        return found[0]

    async def move(self, move: Move, subject: str, since: float) -> IncidentMove:
        """The first move of this kind about ``subject`` since ``since``."""

        def found() -> list[IncidentMove]:
            return [m for m in self.moves if m.move is move and str(m.subject) == subject and m.at >= since]

        await self.until(found)
        return found()[0]

    async def goes_on(self, *hosts: str, since: float, count: int = 2) -> None:
        """Each of these is read on, and well: since then ``count`` further readings, on boards that call them good."""
        for host in hosts:

            def good(host: str = host) -> bool:
                reads = {
                    seen.hosts[host].read_at
                    for seen in self.boards
                    if seen.hosts[host].quality is Quality.GOOD and (seen.hosts[host].read_at or 0) > since
                }
                return len(reads) >= count

            await self.until(good)

    def lateness(self, since: float, until: float, host: str, interval_s: float) -> float:
        """Seconds that this machine took away from the watch in that time: boards, and readings of ``host`` (which
        is well), that came later than they are made. What the watch itself is to blame for is never more."""
        boards = [seen for seen in self.boards if since - BOARD_S <= seen.at <= until]
        reads = sorted({at for seen in boards if (at := seen.hosts[host].read_at) is not None})
        return _excess([seen.at for seen in boards], BOARD_S) + _excess(reads, 1.2 * interval_s)

    def _told(self) -> str:
        hosts = self.now.hosts.values() if self.boards else ()
        return "\n".join(
            f"{host.id} {host.state.name} {host.quality.name} {host.connection.link} {[str(why) for why in host.why]}"
            for host in hosts
        )


def _excess(moments: list[float], period: float) -> float:
    return sum(max(0.0, later - earlier - period) for earlier, later in pairwise(moments))
