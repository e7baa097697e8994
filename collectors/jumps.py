"""Ways to a host through others: a ProxyJump chain, whose connections all hosts behind it share, or a host of the site.

Fifty hosts behind one jump host make one connection to it. A hop that is down is dialled once for all of them.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import asyncssh

from collectors.dial import Dialled, dial
from collectors.failures import DialFailed, Failure, failure, said
from collectors.ssh_options import Asked, Settings, resolve
from duty.connection import Link

if TYPE_CHECKING:
    from collectors.ssh_environment import SshEnvironment

MAX_HOPS = 8
Route = tuple[Settings, ...]


@dataclass
class _Pooled:
    """One shared jump connection, or why there is none."""

    route: Route
    users: int = 0
    dialled: Dialled | None = None
    dialling: asyncio.Task[Dialled] | None = None
    under: Lease | None = None
    failed: Failure | None = None
    attempt: int = 0
    retry_at: float = 0.0
    closing: asyncio.TimerHandle | None = None

    @property
    def name(self) -> str:
        return str(self.route[-1].asked.host)


@dataclass
class Lease:
    """The right to use a jump connection. Give it back with :meth:`release`, once or more often."""

    connection: asyncssh.SSHClientConnection
    pool: JumpPool
    pooled: _Pooled
    given_back: bool = field(default=False)

    def release(self) -> None:
        """No longer needed."""
        if not self.given_back:
            self.given_back = True
            self.pool.released(self.pooled)


class JumpPool:
    """The shared jump connections of one site."""

    def __init__(self, env: SshEnvironment) -> None:
        self._env = env
        self._pooled: dict[Route, _Pooled] = {}

    def __len__(self) -> int:
        """Jump connections that stand."""
        return sum(1 for one in self._pooled.values() if one.dialled is not None and one.dialled.stands)

    async def lease(self, route: Route) -> Lease:
        """The connection to the last hop of ``route``; dialled if nobody has done so.

        Raises:
            DialFailed: ``JUMP_DOWN``, naming the hop.
        """
        one = self._pooled.setdefault(route, _Pooled(route))
        one.users += 1
        try:
            dialled = await self._standing(one)
        except BaseException:
            self.released(one)
            raise
        return Lease(dialled.connection, self, one)

    def why_down(self, route: Route) -> Failure | None:
        """Why the last hop does not stand, if it is known not to."""
        one = self._pooled.get(route)
        return one.failed if one is not None and (one.dialled is None or not one.dialled.stands) else None

    def released(self, one: _Pooled) -> None:
        """A user has left; the last one leaves the connection to linger."""
        one.users -= 1
        if one.users == 0 and one.closing is None:
            loop = asyncio.get_running_loop()
            one.closing = loop.call_later(self._env.deadlines.linger_s, self._close_unused, one)

    def redial(self) -> None:
        """A person asks to dial now: earlier failures do not hold any more."""
        for one in self._pooled.values():
            one.retry_at = 0.0

    def close(self) -> None:
        """Close every jump connection."""
        for one in list(self._pooled.values()):
            self._close(one)

    async def _standing(self, one: _Pooled) -> Dialled:
        if one.closing is not None:
            one.closing.cancel()
            one.closing = None
        if one.dialled is not None and one.dialled.stands:
            return one.dialled
        if one.dialling is None:
            if one.failed is not None and self._env.monotonic() < one.retry_at:
                raise DialFailed(one.failed, one.retry_at)
            one.dialling = asyncio.create_task(self._dial(one))
            one.dialling.add_done_callback(_heard)
        return await asyncio.shield(one.dialling)

    async def _dial(self, one: _Pooled) -> Dialled:
        under: Lease | None = None
        try:
            under = await self.lease(one.route[:-1]) if len(one.route) > 1 else None
            dialled = await dial(one.route[-1], self._env, under.connection if under else None)
        except DialFailed as error:
            if under is not None:
                under.release()
            one.attempt += 1
            locked_out = error.failure.link is Link.NOT_LET_IN
            pause = self._env.backoff.wait(one.attempt, locked_out, self._env.draw())
            one.retry_at = max(self._env.monotonic() + pause, error.retry_at or 0.0)
            one.failed = error.failure.through(one.name)
            raise DialFailed(one.failed, one.retry_at) from None
        finally:
            one.dialling = None
        one.dialled, one.under, one.attempt, one.retry_at = dialled, under, 0, 0.0
        one.failed = None
        dialled.lost.add_done_callback(lambda lost: self._lost(one, dialled, lost.result()))
        return dialled

    def _lost(self, one: _Pooled, dialled: Dialled, why: Failure | None) -> None:
        if one.dialled is not dialled:
            return
        one.dialled = None
        one.failed = why.through(one.name) if why else None
        if one.under is not None:
            one.under.release()
            one.under = None

    def _close_unused(self, one: _Pooled) -> None:
        one.closing = None
        if one.users == 0:
            self._close(one)

    def _close(self, one: _Pooled) -> None:
        self._pooled.pop(one.route, None)
        if one.closing is not None:
            one.closing.cancel()
        if one.dialling is not None:
            one.dialling.cancel()
        if one.dialled is not None:
            one.dialled.close()


async def route_of(settings: Settings, known_hosts: tuple[str, ...] | None) -> Route:
    """The hops before ``settings`` in order, each settled by its own part of the configuration.

    The first hop's own ProxyJump comes before it, as in ssh.

    Raises:
        DialFailed: A circle, or a configuration that cannot be read.
    """
    hops: list[Settings] = []
    waiting = list(settings.jumps)
    loop = asyncio.get_running_loop()
    while waiting:
        jump = waiting.pop()
        asked = Asked(jump.host, jump.user, jump.port)
        hop = await loop.run_in_executor(None, settle, asked, settings.files, known_hosts)
        if len(hops) >= MAX_HOPS or any(hop.asked == other.asked for other in hops):
            raise DialFailed(failure("loop", error=" → ".join(str(other.asked.host) for other in reversed(hops))))
        hops.insert(0, hop)
        if not waiting:
            waiting = list(hop.jumps)
    return tuple(hops)


def settle(asked: Asked, files: tuple[str, ...] | None, known_hosts: tuple[str, ...] | None) -> Settings:
    """:func:`resolve` with its errors as failures. Reads files.

    Raises:
        DialFailed: The configuration cannot be read.
    """
    try:
        return resolve(asked, files, known_hosts)
    except (ValueError, OSError) as error:
        raise DialFailed(failure("settings", error=said(error))) from None


def _heard(task: asyncio.Task[Dialled]) -> None:
    """A dial that nobody waits for any more may fail without a word in the log."""
    if not task.cancelled():
        task.exception()
