"""Host views made to order for tests and benches that need numbers rather than a host."""

from __future__ import annotations

from typing import Any

from duty.board import DiskView, HostView, LineView, ProcessView
from duty.connection import Connection, Link
from duty.quality import Quality, State

GIB = 1 << 30


def process(key: str, at: float, **more: Any) -> ProcessView:
    """A process that uses a little of everything."""
    given: dict[str, Any] = {"cpu_percent": 12.5, "rss_bytes": 300 << 20, "threads": 8, "open_files": 70}
    return ProcessView(key, State.OK, (), 1, "1", **{**given, **more})


def line(key: str, at: float, rates: tuple[float | None, float | None] = (2.5e6, 1e6)) -> LineView:
    """A line of 10 Mbit/s."""
    return LineView(key, "eth1", State.OK, (), *rates, 10e6, 10e6, 0.0, 0.0, read_at=at)


def disk(mount: str, at: float | None, used: float | None = 40.0) -> DiskView:
    """A disk of 100 GiB, filled to ``used`` GiB."""
    left = None if used is None else int((100 - used) * GIB)
    filled = None if used is None else int(used * GIB)
    return DiskView(mount, State.OK, (), "ok", "/dev/sda1", "ext4", 100 * GIB, filled, left, used, 5.0, read_at=at)


def view(host: str, at: float, **more: Any) -> HostView:
    """A host read at ``at``."""
    given: dict[str, Any] = {
        "quality": Quality.GOOD,
        "cpu_percent": 20.0,
        "load1": 0.5,
        "memory_percent": 40.0,
        "swap_percent": 0.0,
        "interval_s": 1.0,
    }
    return HostView(
        id=host, label="", role="", group="", via=None, state=State.OK, why=(), since=at, read_at=at,
        connection=Connection(Link.UP, at), **{**given, **more},
    )  # fmt: skip
