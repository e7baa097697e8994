"""The practice fleet's applications, asked as the watch asks them: through the machines' own SSH connections."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from collectors.ssh_environment import SshEnvironment
from collectors.ssh_feed import SshFeed
from duty.apps import AppTrack
from duty.board import AppView
from duty.connection import Link
from duty.moment import Moment
from duty.quality import State
from duty.readings import AppReading
from practice.fleet import PracticeFleet
from tests.collectors.ssh.conftest import Heard, until


class Desk:
    """Feeds of some machines of a fleet, and what was heard of their applications."""

    def __init__(self, fleet: PracticeFleet) -> None:
        self.fleet, self.site = fleet, fleet.site
        self.heard = Heard()
        self.env = SshEnvironment()
        self.feeds: dict[str, SshFeed] = {}
        self.tasks: list[asyncio.Task[None]] = []

    async def connect(self, *hosts: str) -> None:
        for host in hosts:
            spec = next(spec for spec in self.site.hosts if spec.id == host)
            self.feeds[host] = SshFeed(spec, self.site, self.heard, self.env)
            self.tasks.append(asyncio.create_task(self.feeds[host].run()))
        await until(lambda: all(feed.connection.link is Link.UP for feed in self.feeds.values()))

    async def ask(self, host: str, key: str) -> AppView:
        """Ask once; what the rules make of it."""

        def heard() -> list[AppReading]:
            found = self.heard.sections.get(host, ())
            return [one for one in found if isinstance(one, AppReading) and one.key == key]

        feed, before = self.feeds[host], len(heard())
        rule = next(rule for rule in feed.spec.apps if rule.key == key)
        await until(lambda: feed.ask_app(rule) or len(heard()) > before)
        await until(lambda: len(heard()) > before)
        now = Moment(self.env.wall(), self.env.monotonic())
        track = AppTrack(rule, now)
        track.see(heard()[-1], now)
        return track.view(now, None)

    async def close(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.wait(self.tasks)
        await self.env.close()


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    fleet = PracticeFleet(tmp_path / "fleet", seed="test")
    await fleet.start()
    made = Desk(fleet)
    await made.connect("jump-1", "trade-front-1", "settle-db-1", "risk-1")
    yield made
    await made.close()
    await fleet.stop()


async def test_all_is_well_until_something_happens(desk: Desk) -> None:
    front, web = await desk.ask("trade-front-1", "front"), await desk.ask("trade-front-1", "web")
    db, postgres = await desk.ask("settle-db-1", "db-free"), await desk.ask("settle-db-1", "postgres")
    health = await desk.ask("risk-1", "risk-health")
    for view in (front, web, db, postgres, health):
        assert view.state is State.OK, view
    assert front.text == "FRONT 4.2.1" and web.text == "200 OK" and db.text.startswith("POSTGRES_SIZE OK")
    assert web.certificate is not None and web.certificate.verified and web.cert_days == pytest.approx(82, abs=0.1)
    size = db.perf[0]
    assert (
        size.unit == "B" and size.share_percent == pytest.approx(61, abs=3) and size.limit == pytest.approx(360 * 2**30)
    )
    assert front.response_s is not None and 0 < front.response_s < 0.3


async def test_a_certificate_that_ends_tomorrow(desk: Desk) -> None:
    assert await desk.fleet.inject("trade-front-1", "certificate_near_end", True, "web") is None
    web = await desk.ask("trade-front-1", "web")
    assert web.state is State.ACT and web.cert_days is not None and 0 < web.cert_days < 1
    assert "the certificate ends in 20 h" in str(web.why[0])
    await desk.fleet.inject("trade-front-1", "certificate_near_end", False, "web")
    assert (await desk.ask("trade-front-1", "web")).state is State.OK


async def test_a_slow_application_and_one_whose_process_is_gone(desk: Desk) -> None:
    await desk.fleet.inject("trade-front-1", "slow_application", True, "front")
    front = await desk.ask("trade-front-1", "front")
    assert front.state is State.ACT and "ms (limit 1000 ms)" in str(front.why[0])
    await desk.fleet.inject("trade-front-1", "process_dies", True, "trade-front")
    front = await desk.ask("trade-front-1", "front")
    assert front.state is State.ACT and "refuses the connection" in str(front.why[0])


async def test_a_database_that_fills(desk: Desk) -> None:
    await desk.fleet.inject("settle-db-1", "database_filling", True, "db-free")
    end = asyncio.get_running_loop().time() + 60
    while (db := await desk.ask("settle-db-1", "db-free")).state is not State.ACT:
        assert asyncio.get_running_loop().time() < end
        await asyncio.sleep(0.5)
    assert "size at 9" in str(db.why[0]) and "(limit 90 %)" in str(db.why[0])
    assert await desk.fleet.inject("settle-db-1", "process_dies", True, "postgres") is None
    db = await desk.ask("settle-db-1", "db-free")
    assert db.state is State.ACT and any("could not connect" in str(why) for why in db.why)
