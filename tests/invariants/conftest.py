"""A real watch of this machine, its store, and two people at its door: what must always hold is tried on the whole."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from cli.main import main
from config.paths import prepare
from duty.alarm_def import AlarmKey
from duty.alarm_record import Alarm
from duty.records import Subject
from tests.end_to_end.conftest import Program
from tests.support.screens import PATIENCE_S, BareScreen
from tests.support.watches import Watch, watching
from wire.alarms import AlarmsChanged, LoadView
from wire.messages import BoardUpdate, Command, Drawn, Reply, Resync, Welcome

SITE = """
[site]
name = "Desk"
interval = "250ms"
slow_interval = "250ms"
[hosts.me]
local = true
disks = []
health = "off"
clock = "off"
processes = [{rules}]
[[alarm]]
key = "process.missing"
on_delay = "0s"
off_delay = "0s"
"""
NAMES = ("wk-one", "wk-two")


def key_of(name: str) -> AlarmKey:
    """The alarm that the process ``name`` is missing."""
    return AlarmKey(Subject("me", "process", name), "process.missing")


class Person:
    """One at a screen: what they ask, and what they were told of alarms."""

    def __init__(self, screen: BareScreen) -> None:
        self.screen = screen
        self.alarms: dict[AlarmKey, Alarm] = {}
        self.load = LoadView()
        self._asked = 0
        self._read = 0

    async def ask(self, kind: Callable[..., Command], *words: Any, **more: Any) -> Reply:
        self._asked += 1
        self.screen.say(kind(self._asked, *words, **more))
        while (reply := await self.screen.hear(Reply)).ask != self._asked:
            pass
        return reply

    async def refused(self, kind: Callable[..., Command], *words: Any, **more: Any) -> str:
        reply = await self.ask(kind, *words, **more)
        assert not reply.ok and reply.why is not None, "it was done"
        return str(reply.why)

    async def done(self, kind: Callable[..., Command], *words: Any, **more: Any) -> Reply:
        reply = await self.ask(kind, *words, **more)
        assert reply.ok, str(reply.why)
        return reply

    async def until(self, holds: Callable[[], Any]) -> None:
        """Take what the watch says until this holds."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                self._take()
                if holds():
                    return
                data = await self.screen.reader.read(2**16)
                assert data, "the watch has hung up"
                self.screen._take(data)

    def _take(self) -> None:
        for message in self.screen.heard[self._read :]:
            match message:
                case Welcome() | Resync():
                    self.alarms = {one.key: one for one in message.alarms.alarms}
                    self.load = message.alarms.load
                case AlarmsChanged():
                    self.alarms |= {one.key: one for one in message.alarms}
                    self.load = message.load or self.load
                case BoardUpdate():
                    self.screen.say(Drawn(message.seq))
        self._read = len(self.screen.heard)


class Room:
    """The watch, its people, and the processes it watches."""

    def __init__(self, watch: Watch, programs: dict[str, Program], people: tuple[Person, Person]) -> None:
        self.watch, self.programs = watch, programs
        self.li, self.wang = people

    async def down(self, name: str) -> Alarm:
        """End a process; the alarm as everybody was told of it."""
        self.programs[name].kill()
        await self.li.until(lambda: (one := self.li.alarms.get(key_of(name))) is not None and one.active)
        return self.li.alarms[key_of(name)]

    async def up(self, name: str) -> Alarm:
        """Start it again, and wait until that was seen."""
        self.programs[name].start()
        await self.li.until(lambda: not self.li.alarms[key_of(name)].active)
        return self.li.alarms[key_of(name)]

    def stop(self) -> None:
        """The watch is killed: from here on only its store speaks."""
        self.watch.kill()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the store holds, by any other program."""
        with contextlib.closing(sqlite3.connect(f"file:{self.watch.store}?mode=ro", uri=True)) as store:
            return store.execute(query).fetchall()

    def say(self, *words: str) -> int:
        """A command in a shell; its exit code."""
        return main(["--site", str(self.watch.site), *words])


@pytest.fixture
async def room(own_world: Path) -> AsyncIterator[Room]:
    programs = {name: Program(own_world / "programs" / name) for name in NAMES}
    site = own_world / "desk" / "watchkeeper.toml"
    site.parent.mkdir()
    rules = ", ".join(one.rule.removeprefix("processes = [").removesuffix("]") for one in programs.values())
    site.write_text(SITE.format(rules=rules))
    prepare(Watch(site).places)
    try:
        async with watching(site) as watch:
            people = Person(await watch.screen("li")), Person(await watch.screen("wang"))
            for one in people:
                await one.until(
                    lambda one=one: any(
                        isinstance(m, BoardUpdate) and any(len(h.processes) == 2 and h.samples for h in m.hosts)
                        for m in one.screen.heard
                    )
                )
            yield Room(watch, programs, people)
    finally:
        for program in programs.values():
            program.kill()
