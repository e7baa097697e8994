"""This machine's feed for tests: what it says is kept, and can be waited for."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import TypeVar

from collectors.feed import Section
from collectors.local import LocalFeed
from duty.connection import Connection
from duty.readings import Sample, SectionFailure, SlowReading
from duty.site import DiskRule, HostSpec, LineRule, ProcessRule
from tests.support.screens import PATIENCE_S, until

R = TypeVar("R", bound=SlowReading)


class Heard:
    """A listener that only remembers (:class:`collectors.feed.Listener`)."""

    def __init__(self) -> None:
        self.samples: list[Sample] = []
        self.readings: list[SlowReading] = []
        self.failures: list[SectionFailure] = []
        self.connections: list[Connection] = []

    def on_sample(self, host: str, sample: Sample, received: float) -> None:
        self.samples.append(sample)

    def on_section(self, host: str, reading: SlowReading, received: float, took_s: float) -> None:
        self.readings.append(reading)

    def on_failure(self, host: str, failure: SectionFailure, received: float) -> None:
        self.failures.append(failure)

    def on_connection(self, host: str, connection: Connection) -> None:
        self.connections.append(connection)


class Machine:
    """The feed and what it said."""

    def __init__(self, feed: LocalFeed, heard: Heard) -> None:
        self.feed, self.heard = feed, heard

    async def sample(self, *watched: int) -> Sample:
        count = len(self.heard.samples)
        assert self.feed.ask_sample(watched)
        await until(lambda: len(self.heard.samples) > count)
        return self.heard.samples[-1]

    async def section(self, section: Section, kind: type[R]) -> R:
        def of_kind() -> list[R]:
            return [one for one in self.heard.readings if isinstance(one, kind)]

        count = len(of_kind())
        assert self.feed.ask_section(section)
        await until(lambda: len(of_kind()) > count)
        return of_kind()[-1]


@contextlib.asynccontextmanager
async def this_machine(
    processes: tuple[ProcessRule, ...] = (),
    disks: tuple[DiskRule, ...] = (),
    lines: tuple[LineRule, ...] = (),
) -> AsyncIterator[Machine]:
    heard = Heard()
    spec = HostSpec(id="me", address="", local=True, processes=processes, disks=disks, lines=lines)
    machine = Machine(LocalFeed(spec, heard), heard)
    task = asyncio.create_task(machine.feed.run())
    try:
        await until(lambda: bool(heard.connections))
        yield machine
    finally:
        task.cancel()
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.wait([task])
    assert task.cancelled()
