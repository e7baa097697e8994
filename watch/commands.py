"""What an operator asks for, done: every command answered, done or refused with the reason."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol
from zoneinfo import ZoneInfo

from duty.chain import is_digest
from duty.clean import clean
from duty.connection import HostKey
from duty.corrections import Correction, event_time
from duty.drills import pressing
from duty.incident_details import Opening
from duty.log_query import parse
from duty.phrases import N_, Phrase, phrase
from duty.records import DRILL, DUTY, Incident, LogKind, LogPage, Move, NewLogEntry, Ref, Refused, Subject
from storage.database import StoreFailed
from watch.alarm_acts import AlarmActs
from watch.clock import Clock
from watch.engine import Engine
from watch.history import History
from watch.host_run import HostRun
from watch.incident_moves import MAX_TEXT, asked_move, spoken
from watch.recorder import Recorder
from wire.alarms import (
    AcknowledgeAlarms,
    BeginMaintenance,
    EndMaintenance,
    PutAlarmBack,
    ReadAlarm,
    ShelveAlarm,
    TakeAlarmOut,
    UnshelveAlarm,
)
from wire.messages import (
    AcceptKey,
    CloseIncident,
    Command,
    CorrectLog,
    FaultKind,
    InjectFault,
    MoveIncident,
    NoteIncident,
    OpenIncident,
    ReadHistory,
    ReadIncident,
    ReadLog,
    ReadSeries,
    Redial,
    ReloadSite,
    Reply,
    TakeIncident,
    WriteLog,
)

MAX_FILES = 16
"""Files attached to one entry."""
MAX_QUERY = 400
"""Characters of what is looked for."""
ANSWER_S = 4.5
"""Seconds after which a person is answered whatever the store does (I17: within 5 s)."""
_KEPT = (
    WriteLog, CorrectLog, OpenIncident, TakeIncident, NoteIncident, CloseIncident, MoveIncident, AcknowledgeAlarms,
    ShelveAlarm, UnshelveAlarm, TakeAlarmOut, PutAlarmBack, BeginMaintenance, EndMaintenance,
)  # fmt: skip
_READ = (ReadLog, ReadIncident, ReadAlarm)


class Fleet(Protocol):
    """The practice fleet as far as commands reach it."""

    async def inject(self, host: str, fault: str, on: bool, subject: str = "") -> Phrase | None:
        """Let a fault happen or end. ``None`` when done, else the reason why not."""

    @property
    def faults(self) -> tuple[FaultKind, ...]:
        """The faults there are, in words."""

    @property
    def active(self) -> tuple[str, ...]:
        """The faults that hold now."""


Reload = Callable[[str, str], Awaitable[tuple[Phrase | None, tuple[str, ...]]]]
KeepKey = Callable[[str, HostKey], Awaitable[None]]


class Commands:
    """The commands of all screens.

    ``reload`` takes the site file anew for who asks, from which login; ``keep_key`` writes known_hosts.
    """

    def __init__(
        self,
        engine: Engine,
        recorder: Recorder,
        clock: Clock,
        *,
        reload: Reload,
        keep_key: KeepKey,
        fleet: Fleet | None = None,
        history: History | None = None,
    ) -> None:
        self.engine = engine
        self.recorder = recorder
        self.clock = clock
        self._reload = reload
        self._keep_key = keep_key
        self.fleet = fleet
        self.history = history
        self.alarms = AlarmActs(engine, recorder, clock, history)
        self._late: set[asyncio.Task[Reply]] = set()
        """What was answered before it ended."""

    async def do(self, who: str, command: Command, session: str = "") -> Reply:
        """Do it for ``who``. Raises :class:`duty.records.Refused` with the reason where it cannot be done."""
        if isinstance(command, _KEPT):
            late = phrase("the store does not answer: whether this was kept is seen when it does; look first")
        elif isinstance(command, _READ):
            late = phrase("the store does not answer")
        else:
            return await self._do(who, command, session)
        work = asyncio.ensure_future(self._do(who, command, session))
        try:
            done, _ = await asyncio.wait((work,), timeout=ANSWER_S)
        except asyncio.CancelledError:  # the watch ends
            work.cancel()
            raise
        if done:
            return work.result()
        # What the store has in its hand cannot be taken back: it goes on, and is told to all when it was kept.
        self._late.add(work)
        work.add_done_callback(self._ended)
        raise Refused(late)

    def _ended(self, work: asyncio.Task[Reply]) -> None:
        self._late.discard(work)
        if not work.cancelled():
            work.exception()  # whoever asked has been answered

    async def _do(self, who: str, command: Command, session: str) -> Reply:
        match command:
            case WriteLog():
                return await self._note(who, command, session)
            case CorrectLog():
                text, reason = spoken(command.text), clean(command.reason.strip(), MAX_TEXT)
                asked = Correction(command.seq, who, text, reason, clean(command.chain, 20), session)
                return Reply(command.ask, ok=True, log=(await self.recorder.correct(asked),))
            case OpenIncident() | TakeIncident() | NoteIncident() | CloseIncident() | MoveIncident():
                return Reply(command.ask, ok=True, incident=await self._move(who, command, session))
            case ReadLog():
                return Reply(command.ask, ok=True, page=await self._read(command))
            case ReadIncident():
                moves = await self.recorder.keeper.moves(command.incident)
                return Reply(command.ask, ok=True, moves=tuple(moves))
            case ReadHistory() | ReadSeries():
                return await self._past(command)
            case (
                AcknowledgeAlarms() | ShelveAlarm() | UnshelveAlarm() | TakeAlarmOut() | PutAlarmBack()
                | BeginMaintenance() | EndMaintenance() | ReadAlarm()
            ):  # fmt: skip
                return await self.alarms.do(who, command, session)
            case ReloadSite():
                why, problems = await self._reload(who, session)
                return Reply(command.ask, ok=why is None, why=why, problems=problems)
            case AcceptKey():
                await self._accept(who, command, session)
            case Redial():
                self._run(command.host).feed.redial()
            case InjectFault():
                await self._inject(who, command, session)
            case _:
                raise Refused(phrase("this watch does not know that command"))
        return Reply(command.ask, ok=True)

    async def _note(self, who: str, command: WriteLog, session: str) -> Reply:
        text = spoken(command.text)
        entry = NewLogEntry(
            kind=LogKind.NOTE,
            actor=who,
            event_at=event_time(command.event_at, self.clock.now().wall),
            subject=_plain(command.subject),
            text=text,
            incident=command.incident,
            chain=self._chain_of(command.incident),
            session=session,
            refs=_files(command.files),
        )
        return Reply(command.ask, ok=True, log=(await self.recorder.write(entry),))

    def _chain_of(self, number: int | None) -> str:
        """Where a line about an incident stands."""
        incident = self.recorder.incidents.get(number or 0)
        return DRILL if incident is not None and incident.drill else DUTY

    async def _opening(self, command: OpenIncident, subject: Subject, at: float) -> Opening:
        if command.drill and command.alarms:
            raise Refused(phrase("no drill is opened for a real alarm"))
        if command.drill and (why := pressing(self.recorder.incidents.values(), self.recorder.practised)) is not None:
            raise Refused(why)
        evidence = self.recorder.witness(subject, at, "")
        bound: tuple[str, ...] = ()
        if command.alarms:
            evidence = self.alarms.witnessed(evidence, command.alarms, at)
            bound = self.alarms.bound(command.alarms)
        seen = await self.recorder.freeze(evidence, subject)
        if not command.drill:
            return Opening(seen, alarms=bound)
        began = None if command.began_at is None else event_time(command.began_at, at)
        scenario = clean(command.scenario.strip(), MAX_QUERY)
        return Opening(seen, drill=True, scenario=scenario, began_at=began)

    async def _move(self, who: str, command: Command, session: str) -> Incident:
        at = self.clock.now().wall
        match command:
            case MoveIncident():
                self.alarms.allow(self.recorder.incidents.get(command.incident), command.move)
                return await asked_move(self.recorder, who, command, at, session)
            case OpenIncident():
                text, subject = spoken(command.title), _plain(command.subject)
                if not subject.key and command.alarms:
                    subject = _plain(command.alarms[0].subject)
                opening = await self._opening(command, subject, at)
                return await self.recorder.move(
                    None,
                    Move.OPENED,
                    at=at,
                    actor=who,
                    text=text,
                    subject=subject,
                    level=command.level,
                    details=opening,
                    session=session,
                )
            case NoteIncident():
                text = spoken(command.text)
                return await self.recorder.move(
                    command.incident, Move.NOTED, at=at, actor=who, text=text, session=session
                )
            case CloseIncident():
                text = clean(command.text.strip(), MAX_TEXT)
                return await self.recorder.move(
                    command.incident, Move.CLOSED, at=at, actor=who, text=text, session=session
                )
            case TakeIncident():
                return await self.recorder.move(command.incident, Move.TAKEN, at=at, actor=who, session=session)
        raise Refused(phrase("this watch does not know that command"))

    async def _read(self, command: ReadLog) -> LogPage:
        query = parse(clean(command.query, MAX_QUERY), ZoneInfo(self.engine.site.time_zone), self.clock.now().wall)
        if isinstance(query, Phrase):
            raise Refused(query)
        return await self.recorder.keeper.search(
            query,
            before=command.before,
            after=command.after,
            limit=max(1, min(command.limit, 1000)),
            asker=clean(command.asker, 80),
        )

    async def _past(self, command: ReadHistory | ReadSeries) -> Reply:
        if self.history is None:
            raise Refused(phrase("this watch keeps no history"))
        if isinstance(command, ReadSeries):
            return Reply(command.ask, ok=True, series=await self.history.series(command.host))
        if not (math.isfinite(command.since) and math.isfinite(command.until) and command.since < command.until):
            raise Refused(phrase("a graph needs a beginning before its end"))
        graph = await self.history.graph(command.host, command.series, command.since, command.until, command.points)
        return Reply(command.ask, ok=True, graph=graph)

    def _run(self, host: str) -> HostRun:
        run = self.engine.runs.get(host)
        if run is None:
            raise Refused(phrase("there is no host {host} in this site", host=clean(host, 80)))
        return run

    async def _accept(self, who: str, command: AcceptKey, session: str) -> None:
        run = self._run(command.host)
        offered = run.state.connection.offered_key
        if offered is None:
            raise Refused(phrase("{host} offers no key to accept now", host=command.host))
        # Exactly the key that the person was shown: another one may have been offered since.
        if offered.fingerprint != command.fingerprint:
            raise Refused(phrase("{host} offers another key by now: look again", host=command.host))
        await self._keep_key(command.host, offered)
        said = phrase("host key {fingerprint} accepted", fingerprint=offered.fingerprint)
        await self.recorder.write(self._line(LogKind.CONNECTION, who, command.host, said, session))
        run.feed.redial()

    async def _inject(self, who: str, command: InjectFault, session: str) -> None:
        if self.fleet is None:
            raise Refused(phrase("faults can be injected in practice only"))
        if (why := await self.fleet.inject(command.host, command.fault, command.on, command.subject)) is not None:
            raise Refused(why)
        said = practised(self.fleet.faults, command)
        self.engine.faults = self.fleet.active
        self.engine.touch()
        await self.recorder.write(self._line(LogKind.PRACTICE, who, command.host, said, session))

    def _line(self, kind: LogKind, who: str, host: str, said: Phrase, session: str) -> NewLogEntry:
        return NewLogEntry(
            kind=kind,
            actor=who,
            event_at=self.clock.now().wall,
            subject=Subject(host, "host", host),
            said=said,
            session=session,
        )


PRACTISED_BEFORE = N_("practice fault {fault} begins"), N_("practice fault {fault} ends")
"""How rows of an earlier program say it, with the fault's name; they are still read and translated."""


def practised(kinds: Iterable[FaultKind], command: InjectFault) -> Phrase:
    """The line of the log about a fault that began or ended, in the fault's own words."""
    words = next((kind.words for kind in kinds if kind.name == command.fault), None)
    fault = clean(command.fault, 80) if words is None else words
    if not command.subject:
        template = N_("practice fault begins: {fault}") if command.on else N_("practice fault ends: {fault}")
        return Phrase(template, {"fault": fault})
    template = (
        N_("practice fault begins: {fault} {subject}") if command.on else N_("practice fault ends: {fault} {subject}")
    )
    return Phrase(template, {"fault": fault, "subject": clean(command.subject, 80)})


def _files(files: tuple[Ref, ...]) -> tuple[Ref, ...]:
    if len(files) > MAX_FILES:
        raise Refused(phrase("more than {most} files in one line", most=MAX_FILES))
    for ref in files:
        if ref.kind != "file" or not is_digest(ref.sha256) or ref.size < 0:
            raise Refused(phrase("a file is named by the SHA-256 of its bytes"))
    return tuple(Ref("file", clean(ref.key, 200), ref.sha256, ref.size) for ref in files)


def _plain(subject: Subject) -> Subject:
    return Subject(clean(subject.host, 80), clean(subject.kind, 20), clean(subject.key, 200))


async def answered(work: Awaitable[Reply], ask: int, problem: Callable[[Exception], Phrase]) -> Reply:
    """The reply of ``work``; what it raises becomes a refusal, so that no command is ever left unanswered."""
    try:
        return await work
    except asyncio.CancelledError:
        raise
    except (Refused, StoreFailed) as refused:
        return Reply(ask, ok=False, why=refused.why)
    except Exception as error:  # a bug in one command may not end the watch
        return Reply(ask, ok=False, why=problem(error))
