"""What an operator asks for, done: every command answered, done or refused with the reason."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from typing import Protocol

from duty.clean import clean
from duty.connection import HostKey
from duty.incident_details import Opening
from duty.phrases import Phrase, phrase
from duty.records import Incident, LogEntry, LogKind, Move, NewLogEntry, Refused, Subject
from storage.database import StoreFailed
from watch.clock import Clock
from watch.engine import Engine
from watch.history import History
from watch.host_run import HostRun
from watch.incident_moves import MAX_TEXT, asked_move, spoken
from watch.recorder import Recorder
from wire.messages import (
    AcceptKey,
    CloseIncident,
    Command,
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


class Fleet(Protocol):
    """The practice fleet as far as commands reach it."""

    async def inject(self, host: str, fault: str, on: bool, subject: str = "") -> Phrase | None:
        """Let a fault happen or end. ``None`` when done, else the reason why not."""

    @property
    def active(self) -> tuple[str, ...]:
        """The faults that hold now."""


Reload = Callable[[], Awaitable[tuple[Phrase | None, tuple[str, ...]]]]
KeepKey = Callable[[str, HostKey], Awaitable[None]]


class Commands:
    """The commands of all screens. ``reload`` takes the site file anew; ``keep_key`` writes known_hosts."""

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

    async def do(self, who: str, command: Command) -> Reply:
        """Do it for ``who``. Raises :class:`duty.records.Refused` with the reason where it cannot be done."""
        match command:
            case WriteLog():
                return await self._note(who, command)
            case OpenIncident() | TakeIncident() | NoteIncident() | CloseIncident() | MoveIncident():
                return Reply(command.ask, ok=True, incident=await self._move(who, command))
            case ReadLog():
                return Reply(command.ask, ok=True, log=tuple(await self._read(command)))
            case ReadIncident():
                moves = await self.recorder.keeper.moves(command.incident)
                return Reply(command.ask, ok=True, moves=tuple(moves))
            case ReadHistory() | ReadSeries():
                return await self._past(command)
            case ReloadSite():
                why, problems = await self._reload()
                return Reply(command.ask, ok=why is None, why=why, problems=problems)
            case AcceptKey():
                await self._accept(who, command)
            case Redial():
                self._run(command.host).feed.redial()
            case InjectFault():
                await self._inject(who, command)
            case _:
                raise Refused(phrase("this watch does not know that command"))
        return Reply(command.ask, ok=True)

    async def _note(self, who: str, command: WriteLog) -> Reply:
        text = spoken(command.text)
        entry = NewLogEntry(
            kind=LogKind.NOTE,
            actor=who,
            event_at=self.clock.now().wall,
            subject=_plain(command.subject),
            text=text,
            incident=command.incident,
        )
        return Reply(command.ask, ok=True, log=(await self.recorder.write(entry),))

    async def _move(self, who: str, command: Command) -> Incident:
        at = self.clock.now().wall
        match command:
            case MoveIncident():
                return await asked_move(self.recorder, who, command, at)
            case OpenIncident():
                text, subject = spoken(command.title), _plain(command.subject)
                opening = Opening(self.recorder.witness(subject, at), drill=command.drill)
                return await self.recorder.move(
                    None,
                    Move.OPENED,
                    at=at,
                    actor=who,
                    text=text,
                    subject=subject,
                    level=command.level,
                    details=opening,
                )
            case NoteIncident():
                text = spoken(command.text)
                return await self.recorder.move(command.incident, Move.NOTED, at=at, actor=who, text=text)
            case CloseIncident():
                text = clean(command.text.strip(), MAX_TEXT)
                return await self.recorder.move(command.incident, Move.CLOSED, at=at, actor=who, text=text)
            case TakeIncident():
                return await self.recorder.move(command.incident, Move.TAKEN, at=at, actor=who)
        raise Refused(phrase("this watch does not know that command"))

    async def _read(self, command: ReadLog) -> list[LogEntry]:
        return await self.recorder.keeper.read_log(
            before=command.before,
            limit=max(1, min(command.limit, 1000)),
            subject=command.subject,
            incident=command.incident,
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

    async def _accept(self, who: str, command: AcceptKey) -> None:
        run = self._run(command.host)
        offered = run.state.connection.offered_key
        if offered is None:
            raise Refused(phrase("{host} offers no key to accept now", host=command.host))
        # Exactly the key that the person was shown: another one may have been offered since.
        if offered.fingerprint != command.fingerprint:
            raise Refused(phrase("{host} offers another key by now: look again", host=command.host))
        await self._keep_key(command.host, offered)
        said = phrase("host key {fingerprint} accepted", fingerprint=offered.fingerprint)
        await self.recorder.write(self._line(LogKind.CONNECTION, who, command.host, said))
        run.feed.redial()

    async def _inject(self, who: str, command: InjectFault) -> None:
        if self.fleet is None:
            raise Refused(phrase("faults can be injected in practice only"))
        if (why := await self.fleet.inject(command.host, command.fault, command.on, command.subject)) is not None:
            raise Refused(why)
        what = f"{command.fault} {command.subject}".strip()
        said = (
            phrase("practice fault {fault} begins", fault=clean(what, 80))
            if command.on
            else phrase("practice fault {fault} ends", fault=clean(what, 80))
        )
        self.engine.faults = self.fleet.active
        self.engine.touch()
        await self.recorder.write(self._line(LogKind.PRACTICE, who, command.host, said))

    def _line(self, kind: LogKind, who: str, host: str, said: Phrase) -> NewLogEntry:
        return NewLogEntry(
            kind=kind, actor=who, event_at=self.clock.now().wall, subject=Subject(host, "host", host), said=said
        )


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
