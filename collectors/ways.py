"""The way to a host of the site: straight, through a ProxyJump chain, or through another host's standing connection."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import asyncssh

from collectors.failures import DialFailed, Failure, failure
from collectors.jumps import MAX_HOPS, Lease, Route, route_of, settle
from collectors.ssh_options import Asked, Settings
from duty.connection import Link
from duty.site import HostSpec, SiteSpec

if TYPE_CHECKING:
    from collectors.ssh_environment import SshEnvironment
    from collectors.ssh_feed import SshFeed


@dataclass
class Way:
    """How a host is reached. ``names``: the jump hosts in order."""

    env: SshEnvironment
    names: tuple[str, ...] = ()
    route: Route = ()
    through: SshFeed | None = None

    @property
    def direct(self) -> asyncssh.SSHClientConnection | None:
        """The standing connection of the site's host on the way; ``None`` where the way is straight."""
        return self.through.tunnel if self.through is not None else None

    async def lease(self) -> Lease | None:
        """A share in the jump connection, where there is a chain; checks that the site's host stands, where it is one.

        Raises:
            DialFailed: ``JUMP_DOWN``, naming the hop; ``DIALLING`` while the site's host is dialled itself.
        """
        if self.through is not None:
            limits = self.env.deadlines
            await self.through.settled_within(limits.connect_s + limits.login_s)
            down = self.why_down()
            if down is not None:
                # The host on the way wakes those behind it when it stands: until then there is nothing to try. While
                # it is dialled for the first time it has not failed, and neither have they: they wait on.
                pause = 0.0 if down.link is Link.DIALLING else self.env.backoff.cap_s
                raise DialFailed(down, self.env.monotonic() + pause)
        return await self.env.jumps.lease(self.route) if self.route else None

    def why_down(self) -> Failure | None:
        """Why the hop before the host does not stand; ``None`` if it does, or if there is none."""
        if self.through is not None:
            if self.through.tunnel is not None:
                return None
            down, hop = self.through.why_no_tunnel, self.through.spec.id
            return failure("waiting").on(hop) if down is None else down.through(hop)
        return self.env.jumps.why_down(self.route) if self.route else None


async def settings_of(spec: HostSpec, site: SiteSpec) -> Settings:
    """What is in force for one host of the site.

    Raises:
        DialFailed: The SSH configuration cannot be read.
    """
    asked = Asked(spec.address, spec.user, spec.port, spec.identity)
    return await asyncio.get_running_loop().run_in_executor(None, settle, asked, site.ssh_config, site.known_hosts)


async def way_to(spec: HostSpec, site: SiteSpec, settings: Settings, env: SshEnvironment) -> Way:
    """The way to ``spec``: ``via`` of the site goes before ProxyJump of the SSH configuration.

    Raises:
        DialFailed: A circle, or a configuration that cannot be read.
    """
    if spec.via is None:
        route = await route_of(settings, site.known_hosts)
        return Way(env, tuple(str(hop.asked.host) for hop in route), route)
    chain = _chain(spec, site)
    names = tuple(host.id for host in chain)
    running = env.feeds.get(spec.via)
    if running is not None:
        return Way(env, names, through=running)
    hops = [await settings_of(host, site) for host in chain]
    before = await route_of(hops[0], site.known_hosts)
    return Way(env, (*(str(hop.asked.host) for hop in before), *names), (*before, *hops))


def _chain(spec: HostSpec, site: SiteSpec) -> list[HostSpec]:
    hosts = {host.id: host for host in site.hosts}
    chain: list[HostSpec] = []
    via = spec.via
    while via is not None:
        host = hosts.get(via)
        if host is None or host.local or host in chain or len(chain) >= MAX_HOPS:
            raise DialFailed(failure("loop", error=" → ".join([via, *(one.id for one in chain), spec.id])))
        chain.insert(0, host)
        via = host.via
    return chain
