"""Engine, recorder and commands on one real store, turned by hand."""

from __future__ import annotations

import asyncio
from pathlib import Path

from duty.alarm_record import EventKind
from duty.alarm_states import AlarmState
from duty.board import HostView
from duty.incident_details import Cause, Resolution
from duty.records import Move
from duty.site import SiteSpec
from tests.support.desks import MISSING, SITE, TURN_S, line, process, view
from tests.support.feeds import HandClock, HandFeed
from watch.commands import Commands
from watch.engine import Engine
from watch.history import History
from watch.recorder import Event, Recorder
from watch.records import Records
from wire.alarms import AcknowledgeAlarms, AlarmsChanged, Seen
from wire.messages import Reply

WELL = view("jump", process(), lines=(line(),))
GONE = view("jump", process(count=0), lines=(line(),))


class Watch:
    """Engine, recorder and commands on one store, turned by hand."""

    def __init__(self, path: Path, clock: HandClock, site: SiteSpec = SITE, history: History | None = None) -> None:
        self.path, self.clock, self.site, self.history = path, clock, site, history
        self.told: list[Event] = []

    async def start(self) -> Watch:
        self.records = await Records.open(self.path, self.clock)
        self.recorder = Recorder(self.records, self.told.append)
        self.engine = Engine(self.site, HandFeed, self.recorder, self.clock, lambda *_: None, boot="boot")
        self.recorder.witness = self.engine.evidence
        await self.recorder.load()
        self.engine.resume(
            self.recorder.kept,
            [one.subject for one in self.recorder.incidents.values() if one.automatic and one.active],
        )
        self.commands = Commands(
            self.engine, self.recorder, self.clock, reload=_no_reload, keep_key=_no_key, history=self.history
        )
        for spec in self.site.hosts:
            self.engine.runs[spec.id] = None  # type: ignore[assignment] - only that it is there counts
        self._task = asyncio.create_task(self.recorder.run())
        return self

    def see(self, one: HostView, seconds: float = TURN_S) -> None:
        desk = self.engine.desk
        for _ in range(max(1, round(seconds / TURN_S))):
            self.clock.seconds += TURN_S
            at = self.clock.now()
            desk.due(at)
            self.engine._views[one.id] = one
            desk.look(one, at)
            desk.close(at)

    async def drained(self) -> None:
        async with asyncio.timeout(30):
            await self.recorder.drained()

    async def bad(self) -> Watch:
        self.see(GONE, 3)
        await self.drained()
        return self

    async def stop(self) -> None:
        if not self._task.done():
            self._task.cancel()
            await asyncio.wait([self._task])
            await self.records.close()

    async def ack(self, event: int = 1, who: str = "wang", note: str = "") -> Reply:
        return await self.commands.do(who, AcknowledgeAlarms(1, (Seen(MISSING, event),), note))

    async def resolve(self, number: int) -> None:
        await self.recorder.move(
            number,
            Move.RESOLVED,
            at=self.clock.now().wall,
            actor="wang",
            text="done",
            details=Resolution(Cause.SOFTWARE),
        )

    @property
    def state(self) -> AlarmState:
        return self.engine.desk.alarms[MISSING].state

    @property
    def changed(self) -> list[AlarmsChanged]:
        return [one for one in self.told if isinstance(one, AlarmsChanged)]

    @property
    def events(self) -> list[EventKind]:
        return [event.kind for one in self.changed for event in one.events]


async def _no_reload(_who: str, _session: str) -> tuple[None, tuple[str, ...]]:
    return None, ()


async def _no_key(_host: str, _key: object) -> None:
    return None
