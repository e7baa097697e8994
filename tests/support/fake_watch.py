"""A watch without an engine: the real protocol on a real socket, boards as told, commands answered by the rules.

``python -m tests.support.fake_watch --attach`` opens the real screen on it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

import msgspec

from duty.board import HostView, SiteView
from duty.corrections import Correction, corrected
from duty.duty_rules import DutyRules
from duty.graph import Graph
from duty.incident_details import Opening
from duty.incidents import Around, holds, step
from duty.log_query import parse
from duty.phrases import Phrase
from duty.quality import Quality
from duty.records import Incident, IncidentMove, LogEntry, LogKind, LogPage, Move, Refused, Subject
from duty.series import SeriesKey
from tests.support.fake_alarms import FakeAlarms
from wire.alarms import ReadAlarm
from wire.framing import Decoder, encode
from wire.messages import (
    PROTOCOL,
    BoardUpdate,
    CloseIncident,
    Command,
    CorrectLog,
    Drawn,
    FaultKind,
    FromScreen,
    Hello,
    IncidentChanged,
    InjectFault,
    LogWritten,
    Message,
    MoveIncident,
    NoteIncident,
    OpenIncident,
    ReadHistory,
    ReadIncident,
    ReadLog,
    ReadSeries,
    Reply,
    TakeIncident,
    Welcome,
    WriteLog,
)
from wire.words import EVERY_LANGUAGE

NOTHING = Subject()


@dataclass
class Guest:
    """One screen that is connected. ``owed``: hosts it has not got yet; ``None``: all."""

    writer: asyncio.StreamWriter
    who: str = ""
    owed: set[str] | None = None
    free: bool = False

    def say(self, message: Message) -> None:
        if not self.writer.is_closing():
            self.writer.write(encode(message))


@dataclass
class FakeWatch:
    """Speaks at ``path``. ``refuse``: kinds of command that are refused, with the reason."""

    path: Path
    site: SiteView
    hosts: dict[str, HostView]
    incidents: dict[int, Incident] = field(default_factory=dict)
    log: list[LogEntry] = field(default_factory=list)
    faults: tuple[FaultKind, ...] = ()
    rules: DutyRules = field(default_factory=DutyRules)
    stays: bool = True
    protocol: int = PROTOCOL
    clock: Callable[[], float] = time.time
    refuse: dict[type[Command], Phrase] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    commands: list[Command] = field(default_factory=list)
    asked: list[Command] = field(default_factory=list)
    """Questions about the past: pages ask them by themselves."""
    drawn: list[int] = field(default_factory=list)
    hellos: list[Hello] = field(default_factory=list)
    guests: list[Guest] = field(default_factory=list)
    moves: list[IncidentMove] = field(default_factory=list)
    seq: int = 0
    series: tuple[SeriesKey, ...] = ()
    """The series there are of every host."""
    past: Callable[[ReadHistory], Graph] | None = None
    """What was read of one."""

    def __post_init__(self) -> None:
        self.alarms = FakeAlarms(self.clock, self._tell)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_unix_server(self._serve, str(self.path))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Gone, as a watch that was ended: every screen is hung up and nobody listens."""
        self._server.close()
        self.hang_up()
        self.path.unlink(missing_ok=True)
        await asyncio.sleep(0)

    def hang_up(self) -> None:
        for guest in self.guests:
            guest.writer.close()
        self.guests.clear()

    def change(self, *hosts: HostView, site: SiteView | None = None) -> None:
        """These hosts are like this from now on; each screen hears of it when it has drawn the board before."""
        self.hosts.update((host.id, host) for host in hosts)
        self.site = site or self.site
        for guest in self.guests:
            if guest.owed is not None:
                guest.owed.update(host.id for host in hosts)
            self._board(guest)

    def write(
        self,
        text: str,
        actor: str,
        subject: Subject = NOTHING,
        incident: int | None = None,
        at: float | None = None,
        **more: object,
    ) -> None:
        now = self.clock()
        entry = LogEntry(
            max((one.seq for one in self.log), default=0) + 1, LogKind.NOTE, now if at is None else at, now, actor,
            subject, text, more.pop("said", None), incident, **more,  # type: ignore[arg-type]
        )  # fmt: skip
        self.log.insert(0, entry)
        self._tell(LogWritten(entry))

    def correct(self, who: str, asked: CorrectLog) -> None:
        """Put a line right, by the real rules."""
        original = next(entry for entry in self.log if entry.seq == asked.seq)
        made = corrected(original, Correction(asked.seq, who, asked.text, asked.reason))
        self.write(
            made.text, who, made.subject, made.incident, made.event_at, said=made.said, supersedes=made.supersedes
        )
        place = self.log.index(original)
        self.log[place] = msgspec.structs.replace(original, corrected_by=self.log[0].seq)

    def move(self, incident: int, move: Move, actor: str, text: str = "", **more: object) -> Incident:
        """Let an incident move, by the real rules."""
        made = IncidentMove(len(self.moves) + 1, incident, move, self.clock(), actor, text, **more)  # type: ignore[arg-type]
        parts = [one for one in self.incidents.values() if one.merged_into == incident and holds(one)]
        around = Around(
            holding=tuple(one.id for one in parts),
            target=self.incidents.get(made.other or 0),
            unreviewed=self.rules.unreviewed,
            alone=self.rules.alone,
        )
        now = step(self.incidents.get(incident), made, around)
        self.moves.append(made)
        self.incidents[incident] = now
        self._tell(IncidentChanged(made, now))
        return now

    def _tell(self, message: Message) -> None:
        for guest in self.guests:
            guest.say(message)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        guest = Guest(writer)
        decoder: Decoder[Message] = Decoder(FromScreen)
        try:
            while data := await reader.read(65536):
                for message in decoder.feed(data):
                    self._hear(guest, message)
                await writer.drain()
        except OSError:
            pass
        finally:
            if guest in self.guests:
                self.guests.remove(guest)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    def _hear(self, guest: Guest, message: Message) -> None:
        match message:
            case Hello():
                self._welcome(guest, message)
            case Drawn():
                self.drawn.append(message.seq)
                guest.free = True
                if guest.owed:
                    self._board(guest)
            case Command():
                (
                    self.asked if isinstance(message, ReadAlarm | ReadHistory | ReadSeries | ReadLog) else self.commands
                ).append(message)
                guest.say(self._answer(guest, message))

    def _welcome(self, guest: Guest, hello: Hello) -> None:
        self.hellos.append(hello)
        guest.who = hello.who
        guest.say(
            Welcome(
                self.protocol,
                "test",
                os.getpid(),
                self.clock(),
                self.stays,
                hello.who,
                tuple(self.incidents.values()),
                tuple(self.log),
                self.faults,
                self.rules,
                alarms=self.alarms.held(),
            )
        )
        guest.free = True
        self.guests.append(guest)
        self._board(guest)

    def _board(self, guest: Guest) -> None:
        if not guest.free:
            return
        self.seq += 1
        full = guest.owed is None
        hosts: Iterable[HostView] = self.hosts.values() if full else (self.hosts[key] for key in guest.owed or ())
        guest.say(BoardUpdate(self.seq, self.clock(), full, self.site, tuple(hosts)))
        guest.owed, guest.free = set(), False

    def _answer(self, guest: Guest, command: Command) -> Reply:
        why = self.refuse.get(type(command))
        if why is not None:
            return Reply(command.ask, False, why, problems=self.problems)
        try:
            return self._do(guest.who, command)
        except Refused as refused:
            return Reply(command.ask, False, refused.why)

    def _do(self, who: str, command: Command) -> Reply:
        incident: Incident | None = None
        moves: tuple[IncidentMove, ...] = ()
        if self.alarms.answers(command):
            return self.alarms.do(who, command)
        match command:
            case ReadLog():
                return self._read(command)
            case ReadSeries():
                return Reply(command.ask, True, series=self.series)
            case ReadHistory() if self.past is not None:
                return Reply(command.ask, True, graph=self.past(command))
            case WriteLog(text=text, subject=subject, incident=about, event_at=at):
                self.write(text, who, subject, about, at)
            case CorrectLog():
                self.correct(who, command)
            case OpenIncident(title=title, level=level, subject=subject):
                number = max(self.incidents, default=0) + 1
                opening = Opening(drill=command.drill, scenario=command.scenario, began_at=command.began_at)
                incident = self.move(number, Move.OPENED, who, title, level=level, subject=subject, details=opening)
            case TakeIncident(incident=number):
                incident = self.move(number, Move.TAKEN, who)
            case NoteIncident(incident=number, text=text):
                incident = self.move(number, Move.NOTED, who, text)
            case CloseIncident(incident=number, text=text):
                incident = self.move(number, Move.CLOSED, who, text)
            case MoveIncident(incident=number, move=move):
                if (why := self.rules.people.may(who, move)) is not None:
                    raise Refused(why)
                told = {"level": command.level, "other": command.other, "details": command.details}
                incident = self.move(number, move, who, command.text, **told)
            case ReadIncident(incident=number):
                moves = tuple(move for move in self.moves if move.incident == number)
            case InjectFault(host=host, fault=fault, on=on, subject=subject):
                self._inject(f"{host}: {fault} {subject}".strip(), on=on)
        return Reply(command.ask, True, incident=incident, moves=moves)

    def _read(self, command: ReadLog) -> Reply:
        """By the real rules, without an index."""
        query = parse(command.query, ZoneInfo(self.site.time_zone), self.clock())
        if isinstance(query, Phrase):
            raise Refused(query)
        up = command.after is not None
        among = [
            one for one in self.log if (one.seq > (command.after or 0) if up else one.seq < (command.before or 2**62))
        ]
        found = [one for one in among if query.fits(one, EVERY_LANGUAGE.say)]
        page = found[-command.limit :] if up else found[: command.limit]
        ended = len(page) == len(found)
        edge = (among[0].seq if up else among[-1].seq) if among else command.after or command.before or 0
        reached = edge if ended else (page[0] if up else page[-1]).seq
        return Reply(command.ask, True, page=LogPage(tuple(page), reached, ended))

    def _inject(self, words: str, *, on: bool) -> None:
        faults = tuple(fault for fault in self.site.faults if fault != words)
        self.change(site=msgspec.structs.replace(self.site, faults=(*faults, words) if on else faults))


async def _serve_for(watch: FakeWatch, lively: bool) -> None:
    async with watch:
        while True:
            await asyncio.sleep(1)
            if lively:
                watch.change(
                    *(
                        msgspec.structs.replace(host, read_at=watch.clock())
                        for host in watch.hosts.values()
                        if host.quality is Quality.GOOD
                    )
                )


def main() -> int:
    from tests.tui.app.alarm_scene import set_scene
    from tests.tui.app.sites import NOW, watch_at

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--attach", action="store_true", help="open the real screen on it")
    parser.add_argument("--socket", default="")
    parser.add_argument("--still", action="store_true", help="readings do not go on")
    parser.add_argument("--lang", default="en")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="wk-") as folder:
        path = Path(given.socket or f"{folder}/watch")
        began = time.time()
        watch = watch_at(path, practice=True, clock=lambda: NOW + time.time() - began, stays=False)
        set_scene(watch.alarms)
        if not given.attach:
            asyncio.run(_serve_for(watch, not given.still))
            return 0
        server = os.fork()
        if server == 0:
            asyncio.run(_serve_for(watch, not given.still))
        try:
            return _attach(path, given.lang)
        finally:
            os.kill(server, 9)
            os.waitpid(server, 0)


def _attach(path: Path, language: str) -> int:
    from tui.run import run_screen
    from wire.words import speak

    speak(language)
    return run_screen(str(path), who="li.wei", version="0.1.0", starting=lambda: None)


if __name__ == "__main__":
    sys.exit(main())
