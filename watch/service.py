"""The watch as a process: engine, records, door and practice fleet joined, from start to a clean end."""

from __future__ import annotations

import asyncio
import gc
import os
from typing import TYPE_CHECKING

from collectors.aside import aside
from collectors.feed import Feed, Listener, words_of
from config.load import load_site
from duty.board import Board
from duty.clean import clean
from duty.connection import HostKey
from duty.duty_rules import rules_of
from duty.phrases import Phrase, phrase
from duty.records import IncidentState, LogKind, NewLogEntry, Refused
from duty.site import HostSpec, SiteSpec
from storage.server import place_of
from watch.attendance import Attendance
from watch.clock import Clock, SystemClock, boot_id
from watch.commands import Commands, answered
from watch.engine import Engine
from watch.escalation import Escalation
from watch.foresight import Foresight
from watch.history import History
from watch.past import LastMinutes
from watch.plan import Plan
from watch.recorder import Event, Recorder
from watch.records import Records
from watch.site_source import first_site, line_of, load_feeds, make_feed, ssh_environment
from wire.door import Door
from wire.doorway import Doorway, open_doorway
from wire.messages import PROTOCOL, Command, Hello, Reply, Resync, Welcome
from wire.words import EVERY_LANGUAGE

if TYPE_CHECKING:
    from collectors.ssh_environment import SshEnvironment
    from practice.fleet import PracticeFleet

HISTORY_NAME = "history.sqlite"
"""The file of history, beside the records."""
LEAVE_S = 3.0
"""Seconds the watch waits for another screen after the last one left."""
FIRST_S = 60.0
"""Seconds it waits for its first screen."""
GC_FREEZE_S = 20.0
"""A full collection takes 25-46 ms at 500 hosts: what is there once the hosts are connected is set aside."""

_ALL_LEFT = phrase("the last screen has left")


class Service:
    """One watch of one site (:class:`wire.door.Handler`)."""

    def __init__(self, plan: Plan, clock: Clock | None = None) -> None:
        self.plan = plan
        self.clock = clock or SystemClock()
        self.started_at = self.clock.now().wall
        self.door: Door | None = None
        self.fleet: PracticeFleet | None = None
        self.records: Records | None = None
        self._past: History | None = None
        self.ended = asyncio.Event()
        self._why = phrase("the watch ends")
        self._idle: asyncio.TimerHandle | None = None
        self._env: SshEnvironment | None = None
        self._begun = asyncio.Event()
        """The hosts are being watched: from here on it can do what screens ask for."""
        self._looked_at = False
        """A screen has been here: who only asks whether a watch runs is none."""

    # --- the run ---------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Watch until told to end. Raises :class:`BadSite`, or what the door or the fleet cannot do at start."""
        # The place first: whoever comes second leaves before it has touched a record or started a fleet.
        place = open_doorway(self.plan.socket)
        try:
            begun = asyncio.create_task(self._begin(place))
            told = asyncio.create_task(self.ended.wait())
            await asyncio.wait([begun, told], return_when=asyncio.FIRST_COMPLETED)
            told.cancel()
            begun.cancel()  # without effect on one that is done
            await asyncio.wait([begun, told])
            if not begun.cancelled():
                begun.result()
                await self._until_ended()
        finally:
            try:
                await self._end()
            finally:
                place.release()

    async def _begin(self, place: Doorway) -> None:
        site, self.fleet = await first_site(self.plan.site, self.plan.practice_hosts)
        records = self.records = await Records.open(place_of(site.store, self.plan.store), self.clock, EVERY_LANGUAGE)
        self.recorder = Recorder(records, self._publish, self._loaded)
        self.attendance = Attendance(self.recorder.log, self.clock)
        history = self.history = self._past = History(
            self.plan.store.with_name(HISTORY_NAME), site, self.clock, self._foreseen
        )
        self.engine = Engine(site, self._feed, self.recorder, self.clock, self._publish_board, history.see, boot_id())
        self.recorder.rules, self.recorder.witness = rules_of(site), self.engine.evidence
        self.recorder.practised, self.recorder.freeze = self._is_practised, LastMinutes(history).freeze
        await self.recorder.load()
        self.commands = Commands(
            self.engine,
            self.recorder,
            self.clock,
            reload=self._reload,
            keep_key=self._keep_key,
            fleet=self.fleet,
            history=history,
        )
        self.door = await Door.open(place, self)
        self.engine.announce()
        self._line(phrase("the watch begins: {site}, {hosts} hosts", site=site.name, hosts=len(site.hosts)))
        self._arm(FIRST_S)
        asyncio.get_running_loop().call_later(GC_FREEZE_S, _freeze)

    def _is_practised(self, host: str) -> bool:
        return any(active.startswith(f"{host}:") for active in self.engine.faults)

    def _loaded(self) -> None:
        self.engine.resume(
            self.recorder.kept,
            (
                one.subject
                for one in self.recorder.incidents.values()
                if one.automatic and one.active and one.state is not IncidentState.CLOSED
            ),
        )
        self.engine.remember(self.recorder.events)
        if self.door is not None:
            self.door.resync()

    async def _until_ended(self) -> None:
        tasks = [asyncio.create_task(self._collect()), asyncio.create_task(self.recorder.run())]
        ended = asyncio.create_task(self.ended.wait())
        watching = asyncio.create_task(self._watch_store())
        keeping = asyncio.create_task(self.history.run())
        escalating = asyncio.create_task(Escalation(self.recorder, self.clock).run())
        try:
            done, _ = await asyncio.wait(
                [*tasks, ended, watching, keeping, escalating], return_when=asyncio.FIRST_COMPLETED
            )
            for one in done:
                one.result()
        except Exception as error:
            while isinstance(error, ExceptionGroup):
                error = error.exceptions[0]
            self._why = phrase("the watch failed: {error}", error=clean(f"{type(error).__name__}: {error}", 200))
            raise
        finally:
            if self.door is not None:
                self.door.shut()
            self.attendance.end(said=self._why == _ALL_LEFT)
            self._line(self._why)
            tasks[0].cancel()
            await asyncio.wait([tasks[0]])
            try:
                async with asyncio.timeout(LEAVE_S):
                    await self.recorder.drained()
            except TimeoutError:
                pass  # the store does not write: what is queued cannot be kept, and the log has said so
            for one in (tasks[1], ended, watching, keeping, escalating):
                one.cancel()
            await asyncio.wait([tasks[1], ended, watching, keeping, escalating])

    async def _collect(self) -> None:
        await aside(load_feeds)
        self._env = ssh_environment(self.engine.site)
        self._begun.set()
        await self.engine.run()

    async def _end(self) -> None:
        if self.door is not None:
            await self.door.close(self._why)
        if self._env is not None:
            await self._env.close()
        if self.fleet is not None:
            await self.fleet.stop()
        if self._past is not None:
            await self._past.close()
        if self.records is not None:
            await self.records.close()

    def stop(self, why: Phrase | None = None) -> None:
        """End soon and cleanly."""
        self._why = why or self._why
        self.ended.set()

    async def _watch_store(self) -> None:
        """Say on every screen that records cannot be written, within 5 s even while nothing is to be written."""
        assert self.records is not None
        while True:
            await self.records.check_if_due()
            error = self.records.error
            if error != self.engine.store_error:
                self.engine.store_error = error
                self.engine.touch()
            if self.history.error != self.engine.history_error:
                self.engine.history_error = self.history.error
                self.engine.touch()
            await asyncio.sleep(0.5)

    def _foreseen(self, host: str, seen: Foresight) -> None:
        self.engine.foresee(host, seen.outlooks, seen.peaks)

    # --- the site --------------------------------------------------------------------------------------------

    async def _reload(self, who: str = "", session: str = "") -> tuple[Phrase | None, tuple[str, ...]]:
        if self.plan.site is None:
            return phrase("the practice site has no file to read again"), ()
        file = self.plan.site
        loaded = await aside(lambda: load_site(file))
        if loaded.site is None:
            why = phrase(
                "the site file has {count} problems; the one before stays in force", count=len(loaded.problems)
            )
            self.engine.config_error = why
            self.engine.touch()
            self._line(why, LogKind.CONFIG, who, session)
            return why, tuple(line_of(problem) for problem in loaded.problems)
        if loaded.site.store != self.engine.site.store:
            self._line(
                phrase("the site file names another store: it is taken at the next start of the watch"),
                LogKind.CONFIG,
                who,
                session,
            )
        added, kept, removed = self.engine.adopt(loaded.site, who, session)
        self.history.adopt(loaded.site)
        self.recorder.rules = rules_of(loaded.site)
        if self.door is not None:  # people, levels and contacts do not come with the boards
            self.door.resync()
        self._line(
            phrase(
                "site file read: {added} hosts new, {kept} kept, {removed} gone",
                added=added,
                kept=kept,
                removed=removed,
            ),
            LogKind.CONFIG,
            who,
            session,
        )
        return None, ()

    def _feed(self, spec: HostSpec, site: SiteSpec, listener: Listener) -> Feed:
        assert self._env is not None
        return make_feed(spec, site, listener, self._env)

    async def _keep_key(self, host: str, key: HostKey) -> None:
        from collectors.ssh_feed import SshFeed

        feed = self.engine.runs[host].feed
        if not isinstance(feed, SshFeed):
            raise Refused(phrase("{host} is not reached over SSH", host=host))
        if (why := feed.accept_offered(key.fingerprint)) is not None:
            raise Refused(why)

    # --- the door's handler ------------------------------------------------------------------------------------

    def welcome(self, who: str, hello: Hello) -> Welcome:
        """First words for a new screen, from memory."""
        self._looked_at = self._looked_at or bool(hello.who)
        return Welcome(
            protocol=PROTOCOL,
            version=self.plan.version,
            watch_pid=os.getpid(),
            started_at=self.started_at,
            stays=self.plan.stays,
            who=who,
            incidents=tuple(self.recorder.incidents.values()),
            log=tuple(self.recorder.recent),
            faults=self.fleet.faults if self.fleet is not None else (),
            attached=self.door.seated_names if self.door is not None else (),
            history_error=self.history.error,
            rules=self.recorder.rules,
            alarms=self.recorder.book.held,
        )

    def resync(self) -> Resync:
        """The state the events so far led to."""
        records = self.recorder
        return Resync(tuple(records.incidents.values()), tuple(records.recent), records.rules, records.book.held)

    async def command(self, who: str, command: Command, session: str) -> Reply:
        """Do what a screen asks."""
        await self._begun.wait()
        return await answered(self.commands.do(who, command, session), command.ask, _problem)

    def came(self, who: str, session: str) -> None:
        """A person's screen attached."""
        self.attendance.came(who, session)

    def went(self, who: str, session: str) -> None:
        """It left."""
        self.attendance.went(who, session)

    def seats_changed(self, count: int) -> None:
        """The last screen leaving ends a watch that was started for a screen."""
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        if count == 0:
            self._arm(LEAVE_S if self._looked_at else FIRST_S)

    def _arm(self, seconds: float) -> None:
        if not self.plan.stays:
            self._idle = asyncio.get_running_loop().call_later(seconds, self.stop, _ALL_LEFT)

    # --- out ---------------------------------------------------------------------------------------------------

    def _publish(self, event: Event) -> None:
        if self.door is not None:
            self.door.publish(event)

    def _publish_board(self, board: Board, changed: frozenset[str] | None) -> None:
        if self.door is not None:
            self.door.publish_board(board, changed)

    def _line(self, said: Phrase, kind: LogKind = LogKind.WATCH, who: str = "", session: str = "") -> None:
        self.recorder.log(NewLogEntry(kind, who, self.clock.now().wall, said=said, session=session))


def _freeze() -> None:
    gc.collect()
    gc.freeze()


def _problem(error: Exception) -> Phrase:
    return words_of(error)
