"""From what the engine says to what is kept and then told: in order, saved first, told second."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from enum import Enum
from heapq import merge
from typing import Final, Literal, NamedTuple

import msgspec

from duty.alarm_batch import Batch, Kept
from duty.corrections import Correction
from duty.drills import PRIORITY, interrupted, is_emergency
from duty.duty_rules import DutyRules
from duty.events import EventMemory, EventStep
from duty.incident_details import Details, Evidence, Opening
from duty.incident_rules import Change
from duty.incidents import ended_before, open_for, root_of
from duty.moment import Moment
from duty.phrases import Phrase, phrase
from duty.records import (
    DRILL,
    DUTY,
    Incident,
    IncidentMove,
    IncidentState,
    LogEntry,
    LogKind,
    Move,
    NewLogEntry,
    Refused,
    Subject,
)
from storage.failures import StoreFailed
from watch.alarm_book import Act, AlarmBook
from watch.keeper import Keeper
from watch.past import as_seen
from wire.alarms import AlarmsChanged
from wire.messages import IncidentChanged, LogWritten

Event = IncidentChanged | LogWritten | AlarmsChanged


class Waiting(Enum):
    """A place in the queue for what waits elsewhere."""

    STEPS = "steps"
    ALARMS = "alarms"


STEPS: Final = Waiting.STEPS
ALARMS: Final = Waiting.ALARMS
Begun = tuple[Change, Moment, Evidence | None]
"""A fault that began to count or ended, when, and what was known then."""


class RealAlarm(NamedTuple):
    """Something real that interrupts drills: its priority, its sentence, when (UTC epoch seconds)."""

    priority: int
    said: Phrase
    at: float


Item = NewLogEntry | Begun | Act | RealAlarm | Literal[Waiting.STEPS, Waiting.ALARMS]
Freeze = Callable[[Evidence | None, Subject], Awaitable[Evidence | None]]
Witness = Callable[[Subject, float, str], Evidence | None]
"""What is known of a thing at a time, for an alarm of that definition; ``None`` where there is no such thing."""

RETRY_S = 1.0
"""Seconds between attempts while the store does not write."""
MAX_WAITING = 10_000
"""Lines of the engine kept in memory meanwhile."""
MAX_ENTRIES = 200
"""Lines about one followed log that wait meanwhile; older ones are given up, their lines are counted in its memory."""
RECENT_LOG = 300
"""Newest lines of the log kept in memory for screens that join."""


class Recorder:
    """Keeps and tells. An operator's command waits for its record; the engine's own lines queue behind each other."""

    def __init__(
        self, keeper: Keeper, publish: Callable[[Event], None], loaded: Callable[[], None] = lambda: None
    ) -> None:
        """``loaded`` is called when the records of before are there, which may be late."""
        self.keeper = keeper
        self._loaded = False
        self._tell_loaded = loaded
        self.incidents: dict[int, Incident] = {}
        self.events: dict[str, dict[str, EventMemory]] = {}
        """What was known of followed logs when the records were read, by host and key."""
        self._steps: dict[tuple[str, str], EventStep] = {}
        """What of them waits to be kept: one value a log, however long the store does not write."""
        self.recent: list[LogEntry] = []
        """Newest first."""
        self.rules = DutyRules()
        """What the site judges incidents by; the service keeps it current."""
        self.witness: Witness = lambda _subject, _at, _definition: None
        """Asked for the evidence in the moment in which a fault begins to count."""
        self.freeze: Freeze = as_seen
        """Adds to what is known in that moment what is read from the past, once it is written down."""
        self.practised: Callable[[str], bool] = lambda _host: False
        """Whether a host is made ill on purpose: what comes of it is not real."""
        self.lost = 0
        """Lines of the engine that were given up because the store did not write for too long."""
        self.kept = Kept()
        """What was kept of alarms when the records were read."""
        self.book = AlarmBook(keeper.keep_alarms, self._tell_alarms)
        self._publish = publish
        self._queue: asyncio.Queue[Item] = asyncio.Queue()
        self._logger = logging.getLogger("watchkeeper.recorder")

    async def load(self) -> None:
        """Read back what holds from before: incidents and the newest lines.

        Where the store does not work, that is done by :meth:`run` as soon as it does.
        """
        try:
            self.incidents = {one.id: one for one in await self.keeper.incidents()}
            self.events = await self.keeper.events()
            self.kept = await self.keeper.alarms()
            lines = [await self.keeper.read_log(limit=RECENT_LOG, chain=chain) for chain in (DRILL, DUTY)]
            # Each chain by its own numbers; where their clocks agree the duty log comes first.
            self.recent = list(merge(*reversed(lines), key=lambda one: one.entered_at, reverse=True))[:RECENT_LOG]
        except StoreFailed as failed:
            self._logger.warning("the records of before are not read yet: %s", failed)
            return
        self.book.resume(self.kept)
        self._loaded = True
        self._tell_loaded()

    # --- from the engine: queued, in order -------------------------------------------------------------------

    def log(self, entry: NewLogEntry) -> None:
        """A line for the duty log that the engine itself writes."""
        self._queued(entry)

    def condition(self, change: Change, at: Moment) -> None:
        """A fault that opens an incident began to count, or ended."""
        evidence = self.witness(change.subject, at.wall, change.definition) if change.on else None
        self._queued((change, at, evidence))

    def alarms(self, batch: Batch) -> None:
        """What a turn made of alarms: however long the store does not write, one value waits."""
        if self.book.take(batch):
            self._queue.put_nowait(ALARMS)

    async def act(self, batch: Batch, settled: Callable[[bool], None]) -> None:
        """Keep what a person does with alarms, behind all that was said before; then it is told.

        ``settled`` hears, before anything else happens, whether it was kept. Raises :class:`StoreFailed`, and
        :class:`duty.records.Refused` where the store takes too long: then it is not done.
        """
        try:
            self._refuse_unloaded()
            if self.keeper.error is not None:
                raise StoreFailed(self.keeper.error)
        except StoreFailed:
            settled(False)
            raise
        act = Act(batch, settled)
        self._queue.put_nowait(act)
        await act.wait()

    def real_alarm(self, priority: int, said: Phrase, at: float, host: str = "") -> None:
        """An alarm of this priority was announced on ``host`` (UTC epoch seconds): every drill gives way to priority 1.

        Queued behind what came before it, so that a drill that is being opened is among them; the suspension is kept
        first and told second, as all moves are.
        """
        if priority <= PRIORITY and not self.practised(host):
            self._queued(RealAlarm(priority, said, at))

    def event(self, step: EventStep) -> None:
        """Something was read of a followed log: where it stands, with the lines of the log that came of it."""
        place = (step.host, step.key)
        waiting = self._steps.get(place)
        if waiting is not None:
            self._steps[place] = self._joined(waiting, step)
            return
        self._steps[place] = step
        if len(self._steps) == 1:
            self._queue.put_nowait(STEPS)

    async def run(self) -> None:
        """Work through the queue until cancelled."""
        while not self._loaded:
            await asyncio.sleep(RETRY_S)
            await self.load()
        while True:
            item = await self._queue.get()
            try:
                kept = await self._kept(item)
                while not kept:
                    await asyncio.sleep(RETRY_S)
                    kept = await self._kept(item)
                self._say_lost(item)
            finally:
                self._queue.task_done()

    async def _kept(self, item: Item) -> bool:
        """Keep one item of the queue. False: the store does not write; it stays first in order, with its own time."""
        try:
            if item is STEPS:
                await self._keep_events()
            elif item is ALARMS:
                await self.book.keep_waiting()
            elif isinstance(item, Act):
                await self.book.keep_act(item)
            elif isinstance(item, NewLogEntry):
                await self.write(item)
            elif isinstance(item, RealAlarm):
                await self._suspend(item)
            else:
                await self._condition(*item)
        except StoreFailed as failed:
            self._logger.warning("not recorded yet: %s", failed)
            return False
        except Refused as refused:  # the incident moved on between queueing and now
            self._logger.info("not recorded: %s", refused)
        return True

    def _queued(self, item: NewLogEntry | Begun | RealAlarm) -> None:
        # What opens and ends incidents outlives mere lines: without it an incident would stand for ever.
        most = MAX_WAITING if isinstance(item, NewLogEntry) else 2 * MAX_WAITING
        if self._queue.qsize() >= most:
            self.lost += 1
            self._logger.error("%d lines lost: the store has not written for too long", self.lost)
            return
        self._queue.put_nowait(item)

    async def _keep_events(self) -> None:
        """All that waits, in one transaction. What does not get kept waits on, joined by what comes meanwhile."""
        steps, self._steps = self._steps, {}
        if not steps:
            return
        try:
            entries = await self.keeper.keep_events(list(steps.values()))
        except StoreFailed:
            later, self._steps = self._steps, steps
            for place, step in later.items():
                before = self._steps.get(place)
                self._steps[place] = step if before is None else self._joined(before, step)
            raise
        for entry in entries:
            self._remember(entry)

    def _joined(self, before: EventStep, after: EventStep) -> EventStep:
        entries = (*before.entries, *after.entries)
        self.lost += max(0, len(entries) - MAX_ENTRIES)
        return EventStep(after.host, after.key, after.memory, entries[-MAX_ENTRIES:])

    def _say_lost(self, kept: Item) -> None:
        """The store writes again: say behind the lines that waited how many could not."""
        self.lost, self.book.lost = self.lost + self.book.lost, 0
        if not self.lost or not isinstance(kept, NewLogEntry | tuple):
            return
        said = phrase("{count} lines of the watch were lost: the store did not write for too long", count=self.lost)
        match kept:
            case NewLogEntry(event_at=at) | RealAlarm(at=at):
                pass
            case _:
                at = kept[1].wall
        self.lost = 0
        self._queue.put_nowait(NewLogEntry(kind=LogKind.WATCH, actor="", event_at=at, said=said))

    def _refuse_unloaded(self) -> None:
        if not self._loaded:
            raise StoreFailed(phrase("the records of before are not read yet: try again"))

    async def drained(self) -> None:
        """Wait until everything queued so far is kept."""
        await self._queue.join()

    async def _suspend(self, alarm: RealAlarm) -> None:
        for drill in interrupted(self.incidents.values(), alarm.priority):
            await self.move(drill.id, Move.SUSPENDED, at=alarm.at, actor="", said=alarm.said, automatic=True)

    async def _condition(self, change: Change, at: Moment, evidence: Evidence | None) -> None:
        known = open_for(self.incidents, change.subject)
        if change.on and known is None:
            await self.move(
                None,
                Move.OPENED,
                at=at.wall,
                actor="",
                said=change.said,
                subject=change.subject,
                level=change.level,
                automatic=True,
                details=Opening(
                    await self.freeze(evidence, change.subject),
                    after=ended_before(self.incidents, change.subject, at.wall),
                ),
            )
        elif change.on and known is not None:
            if not known.active:
                await self.move(known.id, Move.AGAIN, at=at.wall, actor="", said=change.said, automatic=True)
            # Also where that was done already, and the store failed before this.
            root = root_of(self.incidents, known)
            if root.id != known.id and root.state is IncidentState.RESOLVED:
                await self.move(root.id, Move.AGAIN, at=at.wall, actor="", said=change.said, automatic=True)
        elif not change.on and known is not None and known.active:
            await self.move(known.id, Move.RETURNED, at=at.wall, actor="", said=known.said, automatic=True)

    # --- both --------------------------------------------------------------------------------------------------

    async def write(self, entry: NewLogEntry) -> LogEntry:
        """Keep one line of the log, then tell everybody."""
        self._refuse_unloaded()
        kept = await self.keeper.write_log(entry)
        self._remember(kept)
        return kept

    async def correct(self, asked: Correction) -> LogEntry:
        """Keep a line that puts another right, then tell everybody. Raises :class:`duty.records.Refused`."""
        self._refuse_unloaded()
        kept = await self.keeper.correct(asked)
        for place, known in enumerate(self.recent):
            if (known.chain, known.seq) == (asked.chain, asked.seq):
                self.recent[place] = msgspec.structs.replace(known, corrected_by=kept.seq)
        self._remember(kept)
        return kept

    async def move(
        self,
        incident: int | None,
        move: Move,
        *,
        at: float,
        actor: str,
        text: str = "",
        said: Phrase | None = None,
        subject: Subject = Subject(),  # noqa: B008 - frozen
        level: int | None = None,
        automatic: bool = False,
        other: int | None = None,
        details: Details | None = None,
        session: str = "",
    ) -> Incident:
        """Keep one move of an incident (``None``: of a new one) and its line, then tell everybody.

        Raises :class:`duty.records.Refused`.
        """
        self._refuse_unloaded()
        moved = await self.keeper.move(
            IncidentMove(
                seq=0,
                incident=incident or 0,
                move=move,
                at=at,
                actor=actor,
                text=text,
                said=said,
                subject=subject,
                level=level,
                automatic=automatic,
                other=other,
                details=details,
            ),
            session,
            self.rules.unreviewed,
            self.rules.alone,
        )
        self.incidents[moved.incident.id] = moved.incident
        self._publish(IncidentChanged(moved.move, moved.incident))
        self._remember(moved.entry)
        if moved.beside is not None:
            self._remember(moved.beside)
        if is_emergency(moved.incident, move):
            title = moved.incident.said or phrase("incident {number} of level 1", number=moved.incident.id)
            self.real_alarm(PRIORITY, title, at, moved.incident.subject.host)
        return moved.incident

    def _tell_alarms(self, changed: AlarmsChanged, entries: list[LogEntry]) -> None:
        for event in changed.events:
            if event.announced:
                self.real_alarm(event.priority, event.said, event.at, event.key.subject.host)
        if changed != AlarmsChanged():
            self._publish(changed)
        for entry in entries:
            self._remember(entry)

    def _remember(self, entry: LogEntry) -> None:
        self.recent.insert(0, entry)
        del self.recent[RECENT_LOG:]
        self._publish(LogWritten(entry))
