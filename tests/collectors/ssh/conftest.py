"""A person's ``~/.ssh`` for each test: a key, a configuration, a known_hosts; and a listener that keeps all."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from collectors.ssh_environment import Backoff, Deadlines, SshEnvironment
from collectors.ssh_feed import SshFeed
from duty.connection import Connection, Link
from duty.readings import Identity, Sample, SectionFailure, SlowReading
from duty.site import HostSpec, SiteSpec
from tests.support.sshd import PATIENCE_S, USER, Server, new_key, public

QUICK = Deadlines(
    connect_s=3, login_s=6, ready_s=8, keepalive_s=1, keepalive_count=2, slow_s=0.5, give_up_s=30, linger_s=0.3
)
SOON = Backoff(first_s=0.05, cap_s=0.3, lockout_first_s=0.1, lockout_cap_s=0.3, reset_s=5)


@dataclass
class Heard:
    """Keeps everything by host."""

    samples: dict[str, list[Sample]] = field(default_factory=dict)
    sections: dict[str, list[SlowReading]] = field(default_factory=dict)
    failures: dict[str, list[SectionFailure]] = field(default_factory=dict)
    connections: dict[str, list[Connection]] = field(default_factory=dict)

    def on_sample(self, host: str, sample: Sample, received: float) -> None:
        self.samples.setdefault(host, []).append(sample)

    def on_section(self, host: str, reading: SlowReading, received: float, took_s: float) -> None:
        self.sections.setdefault(host, []).append(reading)

    def on_failure(self, host: str, failure: SectionFailure, received: float) -> None:
        self.failures.setdefault(host, []).append(failure)

    def on_connection(self, host: str, connection: Connection) -> None:
        self.connections.setdefault(host, []).append(connection)

    def identity(self, host: str) -> Identity:
        return next(one for one in self.sections[host] if isinstance(one, Identity))

    def links(self, host: str) -> list[Link]:
        return [one.link for one in self.connections[host]]


async def until(holds: Callable[[], object], what: Callable[[], object] = lambda: "") -> None:
    end = asyncio.get_running_loop().time() + PATIENCE_S
    while not holds():
        assert asyncio.get_running_loop().time() < end, what()
        await asyncio.sleep(0.01)


@dataclass
class Person:
    """Somebody's ``~/.ssh`` and the site she watches."""

    folder: Path
    heard: Heard = field(default_factory=Heard)
    env: SshEnvironment = field(init=False)
    """What the feeds share that are watched now."""
    hosts: dict[str, HostSpec] = field(default_factory=dict)

    @property
    def key(self) -> Path:
        return self.folder / "id_ed25519"

    @property
    def known_hosts(self) -> Path:
        return self.folder / "known_hosts"

    def configure(self, alias: str, server: Server | int, *lines: str, known: bool = True) -> HostSpec:
        """A ``Host`` block, a known key, and a host of the site of this name."""
        port = server if isinstance(server, int) else server.port
        block = [f"Host {alias}", "HostName 127.0.0.1", f"Port {port}", *lines]
        with (self.folder / "config").open("a") as config:
            config.write("\n  ".join(block) + "\n")
        if known and isinstance(server, Server):
            self.know(server)
        self.hosts[alias] = HostSpec(alias, alias)
        return self.hosts[alias]

    def know(self, server: Server, marker: str = "") -> None:
        with self.known_hosts.open("a") as file:
            file.write(f"{marker}[127.0.0.1]:{server.port} {public(server.host_key)}\n")

    def site(self) -> SiteSpec:
        common = f"Host *\n  User {USER}\n  IdentityFile {self.key}\n  IdentitiesOnly yes\n"
        whole = self.folder / "whole"
        own = self.folder / "config"
        whole.write_text(
            (own.read_text() if own.exists() else "") + common + f"  UserKnownHostsFile {self.known_hosts}\n"
        )
        return SiteSpec("here", "UTC", None, tuple(self.hosts.values()), "test", ssh_config=(str(whole),))

    @contextlib.asynccontextmanager
    async def watching(
        self, *hosts: str, limits: Deadlines = QUICK, dials: int = 5
    ) -> AsyncIterator[dict[str, SshFeed]]:
        """Feeds of these hosts (of all, if none is named), run and asked all the time."""
        env = self.env = SshEnvironment(dials, limits, SOON)
        site = self.site()
        feeds = {name: SshFeed(self.hosts[name], site, self.heard, env) for name in hosts or self.hosts}
        tasks = [asyncio.create_task(feed.run()) for feed in feeds.values()]
        tasks.append(asyncio.create_task(_ask(list(feeds.values()))))
        try:
            yield feeds
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=PATIENCE_S)
            await env.close()

    async def hears(self, host: str, count: int = 2) -> None:
        """Wait for this many more samples."""
        before = len(self.heard.samples.get(host, ()))
        await until(
            lambda: len(self.heard.samples.get(host, ())) >= before + count,
            lambda: [(c.link, str(c.why)) for c in self.heard.connections.get(host, [])][-6:],
        )

    async def sees(self, host: str, link: Link) -> Connection:
        """Wait until the link is this, and return the connection as it then was."""
        await until(
            lambda: any(one.link is link for one in self.heard.connections.get(host, ())),
            lambda: [(c.link, str(c.why)) for c in self.heard.connections.get(host, [])][-6:],
        )
        return next(one for one in reversed(self.heard.connections[host]) if one.link is link)

    def forget(self) -> None:
        """Begin to listen anew."""
        self.heard.connections.clear()
        self.heard.samples.clear()


async def _ask(feeds: list[SshFeed]) -> None:
    while True:
        for feed in feeds:
            feed.ask_sample((1,))
        await asyncio.sleep(0.05)


@pytest.fixture
def person(tmp_path: Path) -> Iterator[Person]:
    folder = tmp_path / "person"
    folder.mkdir()
    new_key(folder / "id_ed25519", "duty@desk")
    yield Person(folder)
