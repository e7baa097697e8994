"""What all SSH connections of one site share: deadlines, the bound on parallel dials, known hosts, jump hosts."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from collectors.known_hosts import KnownHostsCache

if TYPE_CHECKING:
    from collectors.apps.checks import CheckRoom
    from collectors.jumps import JumpPool
    from collectors.ssh_feed import SshFeed

T = TypeVar("T")


@dataclass(frozen=True)
class Deadlines:
    """Seconds after which waiting ends."""

    connect_s: float = 8.0
    """For the TCP connection, names resolved included."""
    login_s: float = 15.0
    """From the TCP connection to being let in."""
    ready_s: float = 15.0
    """From being let in to the probe's ``=O``."""
    keepalive_s: float = 4.0
    keepalive_count: int = 2
    slow_s: float = 5.0
    """An unanswered question makes the link slow."""
    give_up_s: float = 120.0
    """A question unanswered for so long ends the connection."""
    section_s: float = 60.0
    """An unanswered section is a failure and may be asked again."""
    linger_s: float = 10.0
    """A jump connection that nobody uses is kept for so long."""

    @property
    def silent_s(self) -> float:
        """After how long a half-open connection is found out."""
        return self.keepalive_s * (self.keepalive_count + 1)


@dataclass(frozen=True)
class Backoff:
    """Waiting between dials: doubling from ``first_s`` to ``cap_s``, with jitter, so that a fleet does not march."""

    first_s: float = 1.0
    cap_s: float = 30.0
    lockout_first_s: float = 30.0
    """Where the host did not let us in: servers ban who knocks with wrong keys again and again."""
    lockout_cap_s: float = 300.0
    reset_s: float = 30.0
    """A connection that answered for so long makes the next back-off begin anew."""

    def wait(self, attempt: int, locked_out: bool, draw: float) -> float:
        """Seconds to wait after the ``attempt``-th failure (from 1). ``draw``: a random number in [0, 1)."""
        first, cap = (self.lockout_first_s, self.lockout_cap_s) if locked_out else (self.first_s, self.cap_s)
        return min(cap, first * 2.0 ** min(attempt - 1, 16)) * (0.5 + 0.5 * draw)


@dataclass
class SshEnvironment:
    """One for a site, used by its feeds on one event loop. Clocks and chance come in, so that tests can hold them."""

    max_dials: int = 20
    deadlines: Deadlines = field(default_factory=Deadlines)
    backoff: Backoff = field(default_factory=Backoff)
    wall: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    draw: Callable[[], float] = random.random

    def __post_init__(self) -> None:
        from collectors.apps.checks import CheckRoom
        from collectors.jumps import JumpPool

        self.room: CheckRoom = CheckRoom()
        self.dials = asyncio.Semaphore(self.max_dials)
        self.known_hosts = KnownHostsCache()
        self.feeds: dict[str, SshFeed] = {}
        self.jumps: JumpPool = JumpPool(self)
        self._watching: asyncio.TimerHandle | None = None

    def enter(self, feed: SshFeed) -> None:
        """A feed starts running: others may tunnel through it, and its open questions are looked after."""
        self.feeds[feed.spec.id] = feed
        if self._watching is None:
            self._watch()

    def leave(self, feed: SshFeed) -> None:
        """The feed has ended."""
        if self.feeds.get(feed.spec.id) is feed:
            del self.feeds[feed.spec.id]
        if not self.feeds and self._watching is not None:
            self._watching.cancel()
            self._watching = None

    def _watch(self) -> None:
        """One timer for all feeds: a timer for each would cost more than the answers do."""
        now = self.monotonic()
        for feed in list(self.feeds.values()):
            feed.look_at_clock(now)
        pause = min(1.0, self.deadlines.slow_s / 4)
        self._watching = asyncio.get_running_loop().call_later(pause, self._watch)

    async def close(self) -> None:
        """Close what is shared. The feeds have been cancelled before."""
        if self._watching is not None:
            self._watching.cancel()
            self._watching = None
        self.jumps.close()
        for _ in range(3):  # closing is said in call_soon steps; nothing here waits for a network
            await asyncio.sleep(0)


_abandoned: set[asyncio.Task[object]] = set()


async def bounded(work: Coroutine[object, object, T], seconds: float, dispose: Callable[[T], object]) -> T:
    """The result of ``work``, or :class:`TimeoutError` after ``seconds``.

    Unlike ``asyncio.wait_for`` it does not wait for the cancelled work to end: closing a connection through a dead
    jump host can hang for ever. What comes out of abandoned work after all is given to ``dispose``.
    """
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait({task}, timeout=seconds)
    except asyncio.CancelledError:
        abandon(task, dispose)
        raise
    if not task.done():
        abandon(task, dispose)
        raise TimeoutError
    return task.result()


def abandon(task: asyncio.Task[T], dispose: Callable[[T], object]) -> None:
    """Cancel ``task`` and never wait for it."""

    def ended(_: object) -> None:
        _abandoned.discard(task)
        if not task.cancelled() and task.exception() is None:
            dispose(task.result())

    _abandoned.add(task)
    task.add_done_callback(ended)
    task.cancel()
