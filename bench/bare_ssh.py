"""Bare asyncssh: the same questions at the same pace over the same connections, and the answers thrown away unread."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import asyncssh

from collectors import probe
from collectors.answers import AnswerReader, Ready, SectionAnswer
from collectors.dial import CIPHERS
from collectors.feed import SECTIONS
from duty.readings import Processes
from duty.site import HostSpec, SiteSpec
from watch.engine import SLOT_S, SLOTS

SLOW_S = 15.0
"""The site's usual clock for the heavier sections."""
DIALS = 20


class Cost(NamedTuple):
    """One run of one way."""

    us_per_sample: float
    kb_per_host: float
    core_percent: float
    samples: int
    missed: int


class Ear(asyncssh.SSHClientSession[bytes]):
    """Reads answers until the host is set up; from then on only counts the pieces."""

    def __init__(self) -> None:
        self.pieces = 0
        self.heard: asyncio.Queue[object] | None = asyncio.Queue()
        self._reader = AnswerReader()

    def data_received(self, data: bytes, datatype: asyncssh.DataType) -> None:
        self.pieces += 1
        if self.heard is not None:
            for answer in self._reader.feed(data):
                self.heard.put_nowait(answer)


class BareHost:
    """One connection, set up as the console would, then asked without looking."""

    def __init__(self, channel: asyncssh.SSHClientChannel[bytes], ear: Ear) -> None:
        self.ear = ear
        self.asked = 0
        self._channel = channel
        self._slow_at = time.monotonic()

    async def set_up(self, spec: HostSpec) -> None:
        assert self.ear.heard is not None
        self._channel.write(probe.opening(spec))
        assert isinstance(await self.ear.heard.get(), Ready)
        self._channel.write(probe.setup(spec) + probe.ask_section(1, "processes"))
        answer = await self.ear.heard.get()
        assert isinstance(answer, SectionAnswer) and isinstance(answer.reading, Processes)
        self._channel.write(probe.watch(tuple(sorted(each.pid for each in answer.reading.found))))
        self.ear.heard, self.ear.pieces = None, 0

    def ask(self, now: float) -> None:
        self.asked += 1
        self._channel.write(probe.ask_sample(self.asked))
        if now >= self._slow_at:
            self._slow_at = now + SLOW_S
            for section in SECTIONS:
                self._channel.write(probe.ask_section(self.asked, section))


async def bare(site: SiteSpec, measure: Callable[[Callable[[], int]], Awaitable[Cost]]) -> Cost:
    assert site.ssh_config and site.known_hosts
    config, known_hosts = list(site.ssh_config), site.known_hosts[0]
    jumps: dict[str, asyncssh.SSHClientConnection] = {}
    gate = asyncio.Semaphore(DIALS)

    async def connect(spec: HostSpec) -> asyncssh.SSHClientConnection:
        return await asyncssh.connect(
            spec.address,
            tunnel=jumps.get(spec.via) if spec.via else None,
            config=config,
            known_hosts=known_hosts,
            agent_path=None,
            encryption_algs=CIPHERS,
            compression_algs=None,
        )

    async def open_host(spec: HostSpec) -> BareHost:
        async with gate:
            connection = jumps.get(spec.id) or await connect(spec)
            ear = Ear()
            channel, _ = await connection.create_session(lambda: ear, probe.exec_command(), encoding=None)
            host = BareHost(channel, ear)
            await host.set_up(spec)
            return host

    for spec in site.hosts:
        if any(other.via == spec.id for other in site.hosts):
            jumps[spec.id] = await connect(spec)
    hosts = await asyncio.gather(*(open_host(spec) for spec in site.hosts))
    task = asyncio.create_task(beat(hosts))
    try:
        cost = await measure(lambda: sum(host.asked for host in hosts))
        asked, heard = sum(host.asked for host in hosts), sum(host.ear.pieces for host in hosts)
        if heard < asked - 2 * len(hosts):
            raise SystemExit(f"bare: {asked} questions and only {heard} answers")
        return cost
    finally:
        task.cancel()
        await asyncio.wait([task])


async def beat(hosts: list[BareHost]) -> None:
    """The engine's own rhythm: a fifth of the hosts every fifth of a second."""
    loop = asyncio.get_running_loop()
    due, slot = loop.time(), 0
    while True:
        now = time.monotonic()
        for host in hosts[slot::SLOTS]:
            host.ask(now)
        slot = (slot + 1) % SLOTS
        due = max(due + SLOT_S, loop.time())
        await asyncio.sleep(due - loop.time())
