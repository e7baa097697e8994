"""What a person does with alarms: worked out from the alarm as it is, kept in its place in the order, and then told.

One act at a time. While one is being kept, looks at its alarms wait; what cannot be kept is refused and not done (I17).
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterable

from duty.alarm_acks import acknowledge
from duty.alarm_batch import Batch, WindowsKept
from duty.alarm_covers import back_in_service, out_of_service, shelve, unshelve
from duty.alarm_def import AlarmDef, AlarmKey
from duty.alarm_lines import RETURNED, STARTED, alarm_ref, line_of
from duty.alarm_load import is_chattering
from duty.alarm_record import Alarm, Step
from duty.alarm_series import series_behind, shares
from duty.alarm_tuning import Trial, propose
from duty.clean import clean
from duty.evidence import unseen, with_alarms
from duty.incident_details import Evidence
from duty.incidents import root_of
from duty.maintenance import Window, begun
from duty.moment import Moment
from duty.phrases import phrase
from duty.records import Incident, LogKind, Move, NewLogEntry, Refused, Subject
from storage.failures import StoreFailed
from watch.alarm_book import ACT_S
from watch.clock import Clock
from watch.engine import Engine
from watch.history import History
from watch.recorder import Recorder
from wire.alarms import (
    AcknowledgeAlarms,
    AlarmCommand,
    AlarmRefusal,
    BeginMaintenance,
    EndMaintenance,
    Guidance,
    PutAlarmBack,
    ReadAlarm,
    ShelveAlarm,
    TakeAlarmOut,
    UnshelveAlarm,
)
from wire.messages import Reply

MAX_WORDS = 500
"""Characters of a reason or note."""
MAX_ALARMS = 500
"""Alarms acknowledged at once, and things in one window."""
HISTORY = 1000
"""Newest lines of a thing that are looked through for what a chattering alarm did."""


class AlarmActs:
    """The acts of all screens on alarms."""

    def __init__(self, engine: Engine, recorder: Recorder, clock: Clock, history: History | None = None) -> None:
        """``history``: the readings on which a deadband is tried."""
        self._engine, self._recorder, self._clock, self._kept_readings = engine, recorder, clock, history
        self._one = asyncio.Lock()

    async def do(self, who: str, command: AlarmCommand, session: str = "") -> Reply:
        """Do it for ``who``. Raises :class:`Refused` or ``StoreFailed`` with the reason where it is not done."""
        match command:
            case AcknowledgeAlarms():
                return await self._acknowledge(who, command, session)
            case ReadAlarm():
                return Reply(command.ask, ok=True, guidance=await self._guidance(command.key))
            case BeginMaintenance() | EndMaintenance():
                await self._maintenance(who, command, session)
            case _:
                await self._on_one(who, command, session)
        return Reply(command.ask, ok=True)

    async def _acknowledge(self, who: str, command: AcknowledgeAlarms, session: str) -> Reply:
        if not 0 < len(command.seen) <= MAX_ALARMS:
            raise Refused(phrase("between 1 and {most} alarms at once", most=MAX_ALARMS))
        refusals: list[AlarmRefusal] = []
        note = clean(command.note.strip(), MAX_WORDS)

        def steps(at: Moment) -> list[Step]:
            made: list[Step] = []
            for seen in {one.key: one for one in command.seen}.values():
                try:
                    alarm, definition = self._alarm(seen.key)
                    made.append(acknowledge(alarm, definition, seen.event, who, at, note))
                except Refused as refused:
                    refusals.append(AlarmRefusal(seen.key, refused.why))
            return made

        await self._kept(steps, session)
        done = len(refusals) < len({one.key for one in command.seen})
        return Reply(command.ask, ok=done, why=None if done else refusals[0].why, refusals=tuple(refusals))

    async def _on_one(
        self, who: str, command: ShelveAlarm | UnshelveAlarm | TakeAlarmOut | PutAlarmBack, session: str
    ) -> None:
        def steps(at: Moment) -> list[Step]:
            alarm, definition = self._alarm(command.key)
            match command:
                case ShelveAlarm():
                    why, until, second = _asked(command)
                    return [shelve(alarm, who, why, until, at, None, second)]
                case TakeAlarmOut():
                    why, until, second = _asked(command)
                    return [out_of_service(alarm, definition, who, why, until, at, second)]
                case UnshelveAlarm():
                    return [unshelve(alarm, definition, who, at)]
                case PutAlarmBack():
                    return [back_in_service(alarm, definition, who, at)]

        await self._kept(steps, session)

    def _alarm(self, key: AlarmKey) -> tuple[Alarm, AlarmDef]:
        desk = self._engine.desk
        alarm = desk.alarms.get(key)
        if alarm is None:
            raise Refused(phrase("there is no such alarm any more"))
        if desk.held(key):
            raise Refused(phrase("somebody else is at this alarm just now: look again"))
        return alarm, desk.definitions.of(key)

    # --- kept ------------------------------------------------------------------------------------------------

    async def _kept(self, make: Callable[[Moment], list[Step]], session: str) -> None:
        """Work the steps out when it is their turn, and keep them as one."""
        desk = self._engine.desk
        async with _Turn(self._one):
            at = self._clock.now()
            # What samples made of alarms since the last turn goes first: handed on after the act, it would undo it.
            desk.close(at)
            steps = [step for step in make(at) if step[1]]
            if not steps:
                return
            keys = [alarm.key for alarm, _ in steps]
            events = tuple(event for _, told in steps for event in told)
            lines = tuple(line for event in events if (line := line_of(event, session)) is not None)
            batch = Batch(desk.state(at), tuple(alarm for alarm, _ in steps), (), events, lines)
            desk.hold(keys)
            await self._recorder.act(batch, lambda kept: desk.settle(keys, steps if kept else ()))

    async def _maintenance(self, who: str, command: BeginMaintenance | EndMaintenance, session: str) -> None:
        desk = self._engine.desk
        async with _Turn(self._one):
            at = self._clock.now()
            if isinstance(command, BeginMaintenance):
                window = _begun(self._things(command.subjects), who, command, at)
                windows = desk.windows.with_one(window)
                minutes = round((window.until - at.wall) / 60)
                said = phrase(
                    "maintenance of {things} begins, for {minutes} min", things=things(window), minutes=minutes
                )
            else:
                found = desk.window(command.window)
                if found is None or not found.open_at(at.wall):
                    raise Refused(phrase("there is no such window open"))
                window, windows = found, desk.windows.without(found)
                said = phrase("maintenance of {things} ends", things=things(window))
            line = NewLogEntry(
                LogKind.ALARM, who, at.wall, window.subjects[0], _text(command), said=said, session=session
            )
            batch = Batch(desk.state(at), lines=(line,), kept_windows=windows)
            await self._recorder.act(batch, lambda kept: self._windows(windows) if kept else None)

    def _windows(self, windows: WindowsKept) -> None:
        self._engine.desk.windows.resume(windows)

    def _things(self, subjects: Iterable[Subject]) -> tuple[Subject, ...]:
        found = tuple(Subject(clean(s.host, 80), clean(s.kind, 20), clean(s.key, 200)) for s in subjects)
        if len(found) > MAX_ALARMS:
            raise Refused(phrase("at most {most} things in one window", most=MAX_ALARMS))
        for one in found:
            if one.host not in self._engine.runs:
                raise Refused(phrase("there is no host {host} in this site", host=one.host))
        return found

    # --- asked -----------------------------------------------------------------------------------------------

    async def _guidance(self, key: AlarmKey) -> Guidance:
        desk = self._engine.desk
        try:
            definition = desk.definitions.of(key)
        except KeyError:
            raise Refused(phrase("there is no such alarm any more")) from None
        alarm = desk.alarms.get(key)
        trials: tuple[Trial, ...] = ()
        if alarm is not None and is_chattering(alarm, self._clock.now()):
            past, values = await self._history(key), self._shares(key)
            trials = propose(definition, past, self._clock.now().wall, values, 1.0)
        return Guidance(definition, alarm, trials)

    def _shares(self, key: AlarmKey) -> list[tuple[float, float]]:
        """What was read of the alarm's number in the last minutes, as shares of its limit."""
        history, host = self._kept_readings, key.subject.host
        if history is None:
            return []
        return shares(series_behind(key), lambda one: history.kept(host, one), lambda one: history.limits(host, one))

    async def _history(self, key: AlarmKey) -> list[tuple[float, bool | None]]:
        """When the alarm came and went, by its own lines of the log, oldest first."""
        try:
            async with asyncio.timeout(ACT_S):
                lines = await self._recorder.keeper.read_log(limit=HISTORY, subject=key.subject)
        except (StoreFailed, TimeoutError):  # what to do is needed all the more
            return []
        own = [one for one in lines if one.said is not None and alarm_ref(key) in one.refs]
        went = [(one.event_at, one.said.template in STARTED) for one in own if one.said and one.said.template in _CAME]
        return list(reversed(went))

    def witnessed(self, evidence: Evidence | None, keys: tuple[AlarmKey, ...], at: float) -> Evidence | None:
        """The evidence with the alarms an incident is opened for."""
        desk = self._engine.desk
        found = [(desk.alarms[key], desk.definitions.of(key)) for key in keys[:MAX_ALARMS] if key in desk.alarms]
        return with_alarms(evidence or unseen(at), found) if found else evidence

    def bound(self, keys: tuple[AlarmKey, ...]) -> tuple[str, ...]:
        """Those of ``keys`` that are alarms here, as an incident keeps them that is opened for them."""
        return tuple(str(key) for key in dict.fromkeys(keys[:MAX_ALARMS]) if key in self._engine.desk.alarms)

    def allow(self, incident: Incident | None, move: Move) -> None:
        """Raises :class:`Refused` for an incident that cannot be resolved while one of its alarms holds (I11).

        Its alarms: of its thing, those it was opened for or that were linked to it, and the same of what was merged
        into it.
        """
        if incident is None or move is not Move.RESOLVED or incident.drill:
            return
        incidents = self._recorder.incidents
        for part in [incident, *(one for one in incidents.values() if one.merged_into is not None)]:
            if root_of(incidents, part).id != incident.id:
                continue
            name = self._holding(part)
            if name:
                raise Refused(
                    phrase(
                        "incident {number} cannot be resolved: its alarm {name} still holds",
                        number=incident.id,
                        name=name,
                    )
                )

    def _holding(self, incident: Incident) -> str:
        """The name of an alarm of the incident whose condition holds; empty: none does."""
        desk, subject = self._engine.desk, incident.subject
        key = desk.active_of(subject) if subject.key else None
        if key is not None:
            return key.definition
        linked = set(incident.alarms)
        alarms = desk.alarms.values() if linked else ()
        return next((str(one.key) for one in alarms if one.active and str(one.key) in linked), "")


_CAME = (*STARTED, RETURNED)


class _Turn:
    """The one act that is under way; who waits for too long is refused."""

    def __init__(self, lock: asyncio.Lock) -> None:
        self._lock = lock

    async def __aenter__(self) -> None:
        try:
            async with asyncio.timeout(ACT_S):
                await self._lock.acquire()
        except TimeoutError:
            raise Refused(
                phrase("the records did not take it within {seconds} s: it was not done", seconds=round(ACT_S))
            ) from None

    async def __aexit__(self, *_: object) -> None:
        self._lock.release()


def _asked(command: ShelveAlarm | TakeAlarmOut | BeginMaintenance) -> tuple[str, float, str]:
    """Reason, end and second person, as they were typed, cleaned."""
    if not math.isfinite(command.until):
        raise Refused(phrase("it has to end at a moment still to come"))
    return clean(command.why.strip(), MAX_WORDS), command.until, clean(command.second.strip(), 80)


def _begun(subjects: tuple[Subject, ...], who: str, command: BeginMaintenance, at: Moment) -> Window:
    why, until, second = _asked(command)
    return begun(subjects, who, why, until, at, second)


def _text(command: BeginMaintenance | EndMaintenance) -> str:
    return clean(command.why.strip(), MAX_WORDS) if isinstance(command, BeginMaintenance) else ""


def things(window: Window) -> str:
    """What a window covers, in a line."""
    names = [one.host if one.kind == "host" else str(one) for one in window.subjects]
    return ", ".join(names[:8]) + (f" +{len(names) - 8}" if len(names) > 8 else "")
