"""One reading of the whole site, without records, door or screens."""

from __future__ import annotations

import asyncio
from pathlib import Path

from collectors.ssh_environment import SshEnvironment
from duty.board import Board, HostView
from duty.quality import Quality
from watch.clock import SystemClock
from watch.engine import Engine, Recorder
from watch.site_source import first_site, make_feed

SECOND_LOOK_S = 1.5
"""Seconds to go on after every host has spoken: rates need two samples, slow sections their time."""


async def read_once(path: Path | None, recorder: Recorder, wait_s: float, practice_hosts: int | None = None) -> Board:
    """The site's board once every host was read or has failed, or after ``wait_s`` seconds."""
    site, fleet = await first_site(path, practice_hosts)
    env = SshEnvironment(max_dials=site.max_dials)
    boards: list[Board] = []
    begun = asyncio.Event()

    def publish(board: Board, _changed: frozenset[str] | None) -> None:
        boards.append(board)
        begun.set()

    engine = Engine(
        site,
        lambda spec, of, listener: make_feed(spec, of, listener, env),
        recorder,
        SystemClock(),
        publish,
    )
    engine.events = {}  # nothing is kept of one reading: each log is seen for the first time
    task = asyncio.create_task(engine.run())
    try:
        # The first board comes with the first beat, whatever the hosts do.
        first = asyncio.create_task(begun.wait())
        await asyncio.wait([task, first], return_when=asyncio.FIRST_COMPLETED)
        first.cancel()
        async with asyncio.timeout(wait_s):
            while not (task.done() or all(map(_told, boards[-1].hosts))):
                del boards[:-1]
                await asyncio.sleep(0.1)
            await asyncio.wait([task], timeout=SECOND_LOOK_S)
    except TimeoutError:
        pass  # what was not heard by now is unknown, and the board says so
    finally:
        failed = task.done()
        task.cancel()
        await asyncio.wait([task])
        await env.close()
        if fleet is not None:
            await fleet.stop()
    if failed:
        task.result()
    return boards[-1]


def _told(host: HostView) -> bool:
    """Whether the host has said what it can, or cannot be reached."""
    if host.quality is Quality.UNREACHABLE and host.connection.attempt > 0:
        return True
    if host.quality is not Quality.GOOD or host.samples < 2:
        return False
    processes = all(p.count is not None or p.why[0].template != "not read yet" for p in host.processes)
    apps = all(a.read_at is not None or a.why[0].template != "not asked yet" for a in host.apps)
    events = all(e.read_at is not None or e.why[0].template != "not read yet" for e in host.events)
    return processes and apps and events and all(d.condition != "unread" for d in host.disks)
