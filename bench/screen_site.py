"""The site that ``screen_cost.py`` looks at: made hosts whose figures move as told."""

from __future__ import annotations

import asyncio
import random
import time
from typing import Any

from msgspec import structs

from duty.board import DiskView, HostView, LineView, ProcessView
from duty.connection import Connection, Link
from duty.phrases import phrase
from duty.quality import Quality, State
from tests.support.fake_watch import FakeWatch


def host(number: int, now: float, chance: random.Random) -> HostView:
    return HostView(
        f"gw-{number:03}", "order gateway", "gateway", "trading", None, State.OK, Quality.GOOD, (), now - 600, now,
        Connection(Link.UP, now - 3600, address="10.0.0.1:22", user="ops"), 1.0,
        cpu_percent=chance.uniform(2, 90), memory_percent=chance.uniform(20, 80), cpus=8, load1=1.0,
        cpu_trend=trend(chance),
        processes=tuple(
            ProcessView(name, State.OK, (), 1, "1", pids=(100 + number,), uptime_s=90_000.0 + 3600 * number,
                        cpu_percent=chance.uniform(0, 90), rss_bytes=chance.randrange(10 << 20, 900 << 20))
            for name in ("order-gw", "feed")
        ),
        lines=(LineView("SGE-1", "eth1", State.OK, (), chance.uniform(1e6, 9e6), chance.uniform(1e6, 9e6), 1e7, 1e7,
                        trend_in=trend(chance), trend_out=trend(chance)),),
        disks=(DiskView("/data", State.OK, (), "ok", "/dev/sda1", "xfs", 100 << 30, 40 << 30, 60 << 30,
                        chance.uniform(10, 80), 3.0),),
    )  # fmt: skip


def trend(chance: random.Random) -> tuple[int, ...]:
    return tuple(chance.randrange(101) for _value in range(20))


def words(chance: random.Random) -> str:
    return " ".join("".join(chance.choices("aeilnorst", k=chance.randrange(2, 9))) for _word in range(6))


def stirred(view: HostView, chance: random.Random) -> HostView:
    """The host in another state, all of its things as well, for other reasons: its rows go elsewhere and say more."""
    state = chance.choice((State.OK, State.WARN, State.ACT))

    def same(things: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(structs.replace(thing, state=state, why=(phrase("{x}", x=words(chance)),)) for thing in things)

    return structs.replace(
        view,
        state=state,
        why=(phrase("{x}", x=words(chance)),),
        processes=same(view.processes),
        lines=same(view.lines),
        disks=same(view.disks),
    )


def moved(view: HostView, now: float, chance: random.Random, share: float) -> HostView:
    """The host a second later: each of its figures is another one with the chance ``share``."""

    def some() -> bool:
        return chance.random() < share

    def on(values: tuple[int, ...]) -> tuple[int, ...]:
        return (*values[1:], chance.randrange(101)) if some() else values

    return structs.replace(
        view,
        read_at=now,
        samples=view.samples + 1,
        cpu_percent=chance.uniform(2, 90) if some() else view.cpu_percent,
        memory_percent=chance.uniform(20, 80) if some() else view.memory_percent,
        cpu_trend=on(view.cpu_trend),
        processes=tuple(
            structs.replace(
                process,
                uptime_s=chance.uniform(9e4, 9e6) if some() else process.uptime_s,
                cpu_percent=chance.uniform(0, 90) if some() else process.cpu_percent,
                rss_bytes=chance.randrange(10 << 20, 900 << 20) if some() else process.rss_bytes,
            )
            for process in view.processes
        ),
        lines=tuple(
            structs.replace(
                line,
                in_bps=chance.uniform(1e6, 9e6) if some() else line.in_bps,
                out_bps=chance.uniform(1e6, 9e6) if some() else line.out_bps,
                trend_in=on(line.trend_in),
                trend_out=on(line.trend_out),
            )
            for line in view.lines
        ),
        disks=tuple(
            structs.replace(
                disk,
                used_percent=chance.uniform(10, 80) if some() else disk.used_percent,
                available_bytes=chance.randrange(1 << 30, 90 << 30) if some() else disk.available_bytes,
            )
            for disk in view.disks
        ),
    )


async def publish(watch: FakeWatch, share: float, stir: bool = False) -> None:
    """A board a second; all hosts have been read again, with other figures or the same.

    ``stir``: all are in other states for other reasons as well, and somebody writes in the log.
    """
    chance = random.Random(7)
    due = time.monotonic()
    while True:
        due += 1
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        now = time.time()
        views = [moved(view, now, chance, share) for view in watch.hosts.values()]
        watch.change(*(stirred(view, chance) if stir else view for view in views))
        if stir:
            watch.write(words(chance) + words(chance), words(chance)[:8])
