"""The alarms as they are kept and told: what a turn or an act made goes to the store, and from there to the screens."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

import msgspec

from duty.alarm_batch import Batch, Desk, Kept
from duty.alarm_def import AlarmKey
from duty.alarm_load import Load
from duty.alarm_record import Alarm
from duty.alarm_states import AlarmState
from duty.maintenance import Window
from duty.phrases import phrase
from duty.records import LogEntry, Refused
from storage.failures import StoreFailed
from wire.alarms import AlarmsChanged, AlarmsHeld, LoadView

ACT_S = 4.0
"""Seconds a person's act may wait for its turn or for the store; after that it is refused and not done (I17)."""
MAX_LINES = 10_000
"""Lines of alarms, and events, that wait while the store does not write; the oldest are given up."""

Write = Callable[[Batch], Awaitable[list[LogEntry]]]


class Act:
    """What a person does with alarms, in its place in the order: kept at once or not at all."""

    def __init__(self, batch: Batch, settled: Callable[[bool], None]) -> None:
        self.batch = batch
        self.begun = self.dropped = False
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._settled = settled

    def end(self, failed: Exception | None = None) -> None:
        """It was kept, or it failed."""
        if not self.done.done():
            self._settled(failed is None)
            if failed is None:
                self.done.set_result(None)
            else:
                self.done.set_exception(failed)
                self.done.exception()  # whoever asked may have left

    async def wait(self) -> None:
        """Until it was kept. Raises :class:`Refused` where that takes too long, and what keeping it raises."""
        try:
            await asyncio.wait_for(asyncio.shield(self.done), ACT_S)
        except TimeoutError:
            if self.begun:  # the store has it: whatever it answers holds
                await asyncio.shield(self.done)
                return
            self.dropped = True
            self.end(
                Refused(phrase("the records did not take it within {seconds} s: it was not done", seconds=round(ACT_S)))
            )
            await self.done


class Told(Protocol):
    """Where to it is told."""

    def __call__(self, changed: AlarmsChanged, entries: list[LogEntry]) -> None:
        """Alarms as they are now, and the lines of the log that came with them."""


class AlarmBook:
    """What is in here is in the store."""

    def __init__(self, write: Write, tell: Told) -> None:
        self.alarms: dict[AlarmKey, Alarm] = {}
        """Those that are not normal."""
        self.load = LoadView()
        self.windows: tuple[Window, ...] = ()
        self.lost = 0
        """Lines that were given up."""
        self._write, self._tell = write, tell
        self._waiting: Batch | None = None
        self._desk: Desk | None = None
        """As this watch kept it last."""

    def resume(self, kept: Kept) -> None:
        """What the store holds."""
        self.alarms = {one.key: one for one in kept.alarms if one.state is not AlarmState.NORMAL}
        if kept.desk is not None:
            self.load = load_view(kept.desk.load)
        self.windows = kept.windows.ad_hoc

    @property
    def held(self) -> AlarmsHeld:
        """All that holds."""
        return AlarmsHeld(tuple(self.alarms.values()), self.load, self.windows)

    def take(self, batch: Batch) -> bool:
        """Let it wait to be kept, joined to what waits already. Whether it needs a place in the order."""
        waiting = self._waiting
        self._waiting = batch if waiting is None else self._bounded(waiting.then(batch))
        return waiting is None

    async def keep_waiting(self) -> None:
        """Keep all that waits, then tell it. Raises :class:`StoreFailed`: then it waits on with what came since."""
        batch, self._waiting = self._waiting, None
        if batch is None:
            return
        try:
            await self._keep(batch)
        except StoreFailed:
            self._put_back(batch)
            raise

    def _put_back(self, batch: Batch) -> None:
        later, self._waiting = self._waiting, batch
        if later is not None:
            self.take(later)

    async def keep_act(self, act: Act) -> None:
        """Keep what a person did, unless they were refused meanwhile."""
        if act.dropped:
            return
        act.begun = True
        try:
            await self._keep(act.batch, lambda: act.end())
        except StoreFailed as failed:
            act.end(failed)

    async def _keep(self, batch: Batch, kept: Callable[[], None] = lambda: None) -> None:
        # A turn that came after an act may have been joined to one that waited before it: its desk is the newer one.
        if self._desk is not None and self._desk.moment.mono > batch.desk.moment.mono:
            batch = msgspec.structs.replace(batch, desk=self._desk)
        entries = await self._write(batch)
        self._desk = batch.desk
        kept()
        changed = tuple(one for one in batch.alarms if one.state is not AlarmState.NORMAL or one.key in self.alarms)
        for one in changed:
            self.alarms.pop(one.key, None)
        self.alarms |= {one.key: one for one in changed if one.state is not AlarmState.NORMAL}
        gone = tuple(key for key in batch.gone if self.alarms.pop(key, None) is not None)
        load = load_view(batch.desk.load)
        load_changed, self.load = load != self.load, load
        if batch.windows is not None:
            self.windows = batch.windows
        if changed or gone or batch.events or load_changed or batch.windows is not None:
            told = AlarmsChanged(changed, gone, batch.events, load if load_changed else None, batch.windows)
            self._tell(told, entries)
        elif entries:
            self._tell(AlarmsChanged(), entries)

    def _bounded(self, batch: Batch) -> Batch:
        # Of what folds under a root no line is written, but it is told: events are bounded by themselves.
        events = batch.events[-MAX_LINES:]
        over = len(batch.lines) - MAX_LINES
        if over <= 0:
            return batch if len(events) == len(batch.events) else msgspec.structs.replace(batch, events=events)
        self.lost += over
        return msgspec.structs.replace(batch, events=events, lines=batch.lines[over:])


def load_view(load: Load) -> LoadView:
    """The load as screens are told."""
    flood = load.flood
    return LoadView(
        load.per_window,
        len(load.shelved),
        load.pace,
        None if flood is None else flood.started_at,
        0 if flood is None else flood.count,
        None if flood is None else flood.first_out.key.subject,
    )
