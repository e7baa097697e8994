"""A log on a real server, followed by the watch as it is: the server dies, the log rotates, the watch starts anew."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec

from collectors.ssh_environment import SshEnvironment
from collectors.ssh_feed import SshFeed
from duty.records import IncidentState, LogKind, Subject
from duty.site import EventPattern, EventRule, SiteSpec
from tests.collectors.ssh.conftest import QUICK, SOON, Person, until
from tests.support.sshd import openssh, public
from watch.clock import SystemClock
from watch.engine import Engine
from watch.recorder import Recorder
from watch.records import Records


@contextlib.asynccontextmanager
async def watched(site: SiteSpec, store: Path) -> AsyncIterator[tuple[Engine, Recorder]]:
    """The watch of a site without its door: engine, feeds, recorder and store."""
    env = SshEnvironment(5, QUICK, SOON)
    records = await Records.open(store, SystemClock())
    recorder = Recorder(records, lambda _event: None)
    engine = Engine(
        site, lambda spec, of, to: SshFeed(spec, of, to, env), recorder, SystemClock(), lambda _board, _changed: None
    )
    await recorder.load()
    engine.resume(recorder.kept)
    engine.remember(recorder.events)
    tasks = [asyncio.create_task(engine.run()), asyncio.create_task(recorder.run())]
    try:
        await until(lambda: "gw" in engine.runs)
        yield engine, recorder
    finally:
        tasks[0].cancel()
        await asyncio.wait(tasks[:1])
        await recorder.drained()
        tasks[1].cancel()
        await asyncio.wait(tasks)
        await env.close()
        await records.close()


def count(engine: Engine, level: int) -> int:
    track = (engine.runs["gw"].state.events or {})["gw-log"]
    return sum(row[1 + level] for row in track.memory.minutes)


async def test_every_line_counts_once_through_all_of_it(person: Person, tmp_path: Path) -> None:
    log, store = tmp_path / "gw.log", tmp_path / "records.sqlite"
    log.write_text("ERROR of before\n")
    rule = EventRule("gw-log", file=str(log), patterns=(EventPattern("FATAL", 2), EventPattern("ERROR", 1)))
    with openssh(tmp_path / "a", [public(person.key)]) as server:
        spec = person.configure("gw", server)
        person.hosts["gw"] = msgspec.structs.replace(spec, events=(rule,), interval_s=0.2)
        site = msgspec.structs.replace(person.site(), interval_s=0.2, slow_interval_s=0.3)

        def errors(begin: int, end: int) -> None:
            with log.open("a") as file:
                file.write("".join(f"ERROR {number}\n" for number in range(begin, end)))

        async with watched(site, store) as (engine, recorder):
            await until(lambda: engine.runs["gw"].state.cursors().get("gw-log", "-") != "-")
            errors(0, 100)
            await until(lambda: count(engine, 1) == 100, lambda: count(engine, 1))
            server.stop()
            errors(100, 150)
            log.rename(tmp_path / "gw.log.1")
            errors(150, 170)
            server.start()
            await until(lambda: count(engine, 1) == 170, lambda: count(engine, 1))
        log.rename(tmp_path / "gw.log.2")
        errors(170, 200)
        log.rename(tmp_path / "gw.log.1")
        errors(200, 210)
        with log.open("a") as file:
            file.write("FATAL\n" * 5)
        async with watched(site, store) as (engine, recorder):
            await until(lambda: count(engine, 1) == 210 and count(engine, 2) == 5, lambda: count(engine, 1))
            await until(lambda: len(recorder.incidents) == 1)
            (incident,) = recorder.incidents.values()
            assert (incident.subject, incident.state) == (Subject("gw", "event", "gw-log"), IncidentState.OPEN)
            assert str(incident.said) == "gw-log on gw: FATAL"
            await until(lambda: any(entry.kind is LogKind.EVENT for entry in recorder.recent))
            lines = [str(entry.said) for entry in recorder.recent if entry.kind is LogKind.EVENT]
            assert "5 lines to act on, from FATAL to FATAL" in lines and len(lines) <= 4
        async with watched(site, store) as (engine, recorder):
            await until(lambda: bool(engine.runs["gw"].state.samples))
            await until(lambda: (engine.runs["gw"].state.events or {})["gw-log"].read_at is not None)
            assert (count(engine, 1), count(engine, 2), len(recorder.incidents)) == (210, 5, 1)
