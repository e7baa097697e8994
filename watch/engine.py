"""The engine: poll, step the state, hand what must be kept to the recorder, publish frozen boards.

It knows no screen, no socket and no store: it is given feeds, a clock, a recorder and a publish function.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Protocol

from collectors.feed import Feed, Listener, words_of
from duty.alarm_batch import Batch, Kept
from duty.alarm_def import AlarmKey
from duty.board import Board, HostView, SiteView
from duty.connection import Connection, Link
from duty.events import EventMemory, EventStep
from duty.evidence import evidence_of, guided, unseen, with_past
from duty.host_state import HostState
from duty.incident_details import Evidence
from duty.incident_rules import Change
from duty.moment import Moment
from duty.outlooks import Outlooks
from duty.phrases import Phrase, phrase
from duty.readings import Sample, SectionFailure, SlowReading
from duty.records import LogKind, NewLogEntry, Subject
from duty.sessions import SessionPeak
from duty.site import HostSpec, SiteSpec
from watch.alarm_desk import AlarmDesk
from watch.clock import Clock, Jumps
from watch.host_run import HostRun

SLOTS = 5
"""Groups of hosts asked together each second. A few batches cost a quarter of one timer a host, and five of them a
twentieth less than ten (measured at 500 hosts)."""
SLOT_S = 0.2
BOARD_S = 1.0
"""Seconds between boards when nothing of note happens."""
STALL_S = 1.0
"""Seconds behind from which on turns are not made up for any more."""
URGENT_S = 0.2
"""At least so many seconds between boards when a state has changed."""

_UNTRIED = (Link.IDLE, Link.DIALLING)

FeedFactory = Callable[[HostSpec, SiteSpec, Listener], Feed]


class Recorder(Protocol):
    """What must be kept: taken in order, saved, and only then told."""

    def log(self, entry: NewLogEntry) -> None:
        """A line for the duty log that the engine itself writes."""

    def condition(self, change: Change, at: Moment) -> None:
        """A fault that opens an incident began to count, or ended."""

    def alarms(self, batch: Batch) -> None:
        """What a turn made of alarms."""

    def event(self, step: EventStep) -> None:
        """Something was read of a followed log."""


class Engine:
    """The run of one site. Everything happens on one event loop; nothing in here blocks."""

    def __init__(
        self,
        site: SiteSpec,
        make_feed: FeedFactory,
        recorder: Recorder,
        clock: Clock,
        publish: Callable[[Board, frozenset[str] | None], None],
        keep: Callable[[HostView], None] = lambda _view: None,
        boot: str = "",
    ) -> None:
        """``keep`` is handed each host's view whenever it is another one. ``boot``: the kernel's id of this run of the
        machine, to which monotonic seconds belong."""
        self.site = site
        self.clock = clock
        self.started = clock.now()
        self.loaded_at = self.started.wall
        self.config_error: Phrase | None = None
        self.store_error: Phrase | None = None
        self.history_error: Phrase | None = None
        self.faults: tuple[str, ...] = ()
        self.events: dict[str, dict[str, EventMemory]] | None = None
        """What was kept of followed logs, by host and key; ``None`` until it is known: no log is read before."""
        self.runs: dict[str, HostRun] = {}
        self._make_feed = make_feed
        self._recorder = recorder
        self._publish = publish
        self._keep = keep
        self.desk = AlarmDesk(site, recorder.alarms, recorder.condition, boot)
        self._views: dict[str, HostView] = {}
        self._dirty: dict[str, None] = {}
        """Hosts of which something was heard since they were judged, in that order."""
        self._changed: set[str] = set()
        """Hosts that are not as the last board showed them."""
        self._urgent = False
        self._all = True
        self._seq = 0
        self._board_at = 0.0
        self._tasks: asyncio.TaskGroup | None = None
        self._jumps = Jumps(self.started)

    # --- the run ---------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Watch until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            try:
                for spec in self.site.hosts:
                    self._start(spec)
                await self._beat()
            finally:
                for run in self.runs.values():
                    if run.task is not None:
                        run.task.cancel()

    def announce(self) -> None:
        """The first board, while nothing watches the hosts yet: all of them are on it, unread."""
        now = self.clock.now()
        self._seq += 1
        hosts = tuple(HostState(spec, now).view(now) for spec in self.site.hosts)
        self._publish(Board(at=now.wall, seq=self._seq, site=self.site_view(), hosts=hosts), None)

    async def _beat(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        slot = 0
        while True:
            self.turn(slot)
            slot = (slot + 1) % SLOTS
            # A late turn is made up for, or each would cost every host a little of its second.
            due += SLOT_S
            if loop.time() - due > STALL_S:
                due = loop.time()
            await asyncio.sleep(due - loop.time())

    def turn(self, slot: int) -> None:
        """One fifth of a second: ask the hosts of this slot, judge those that were heard, publish if it is time.

        No turn asks more than a fifth of them: a longer piece of work would make the answers of the others late.
        """
        now = self.clock.now()
        if (said := self._jumps.look(now)) is not None:
            self._recorder.log(NewLogEntry(LogKind.WATCH, "", now.wall, said=said))
        turns = list(islice(self.runs.values(), slot, None, SLOTS))
        for run in turns:
            if not run.ask(now):
                self._dirty[run.spec.id] = None
        for host in self.desk.due(now):
            self._dirty[host] = None
        self._judge_heard(now, turns)
        self.desk.close(now)
        # Turns are not exact: without the half slot every other board would come a turn late.
        if now.mono - self._board_at >= (URGENT_S if self._urgent else BOARD_S) - SLOT_S / 2:
            self._publish_board(now)

    def _start(self, spec: HostSpec) -> None:
        assert self._tasks is not None
        feed = self._make_feed(spec, self.site, self)
        events = None if self.events is None else self.events.get(spec.id, {})
        run = HostRun(feed, HostState(spec, self.clock.now(), events), self.site.slow_interval_s)
        self.runs[spec.id] = run
        run.task = self._tasks.create_task(self._feed(feed), name=f"feed {spec.id}")
        self._dirty[spec.id] = None

    async def _feed(self, feed: Feed) -> None:
        try:
            await feed.run()
        except asyncio.CancelledError:
            raise
        except Exception as error:  # one host's bug may not end the watch of the others
            now = self.clock.now()
            self.on_connection(feed.spec.id, Connection(Link.BROKEN, now.wall, why=words_of(error)))

    def resume(self, kept: Kept = Kept(), waiting: Iterable[Subject] = ()) -> None:  # noqa: B008 - frozen
        """Alarms as they were kept, and what incidents of before wait for: from here on alarms are looked at."""
        self.desk.resume(kept, waiting, self.clock.now())
        for host in self.runs:
            self._dirty[host] = None

    def remember(self, events: dict[str, dict[str, EventMemory]]) -> None:
        """What was kept of followed logs is known now: they are read on from there."""
        self.events = events
        for host, run in self.runs.items():
            run.state.remember(events.get(host, {}))

    # --- what the feeds say ----------------------------------------------------------------------------------

    def on_sample(self, host: str, sample: Sample, received: float) -> None:
        """A fast answer (:class:`collectors.feed.Listener`)."""
        if (run := self.runs.get(host)) is not None:
            at = self._moment(received)
            run.state.on_sample(sample, at)
            if run.state.notices:
                self._pass_on(run, at)
            # At once, while all that is known of the host is in the CPU's caches: later it costs half as much again.
            self._judge(run, at)

    def on_section(self, host: str, reading: SlowReading, received: float, took_s: float) -> None:
        """A slow section, whole."""
        if (run := self.runs.get(host)) is not None:
            at = self._moment(received)
            run.state.on_section(reading, at, took_s)
            self._dirty[host] = None
            self._pass_on(run, at)
            steps, run.state.steps = run.state.steps, []
            for step in steps:
                self._recorder.event(step)
                self._urgent = self._urgent or bool(step.entries)

    def on_failure(self, host: str, failure: SectionFailure, received: float) -> None:
        """A section that gave nothing usable."""
        if (run := self.runs.get(host)) is not None:
            run.state.on_failure(failure, self._moment(received))
            self._dirty[host] = None

    def on_connection(self, host: str, connection: Connection) -> None:
        """The connection changed its state."""
        run = self.runs.get(host)
        if run is None:
            return
        before = run.state.connection
        run.state.on_connection(connection)
        self._dirty[host] = None
        if connection.up and not before.up:
            # Its numbers are not left waiting for its slot.
            now = self.clock.now()
            run.connected(now.mono)
            run.ask(now)
        if self._worth_a_line(connection, run.state):
            self._recorder.log(connection_line(host, connection))
        if before.link is not connection.link:
            self._urgent = True

    def _pass_on(self, run: HostRun, at: Moment) -> None:
        """Put what the host's state found worth a line into the duty log."""
        host = run.spec.id
        for said in run.state.notices:
            self._recorder.log(NewLogEntry(LogKind.STATE, "", at.wall, Subject(host, "host", host), said=said))
        run.state.notices.clear()

    def _worth_a_line(self, connection: Connection, state: HostState) -> bool:
        """Each gain, each loss and each new reason once: not every attempt of a long outage."""
        link = Link.UP if connection.up else connection.link
        if link in _UNTRIED or state.told is link:
            return False
        via = self.runs.get(state.spec.via) if state.spec.via else None
        if link is Link.JUMP_DOWN and via is not None and via.state.connection.link in _UNTRIED:
            return False  # nothing has failed: the host before it is being dialled
        state.told = link
        return True

    def _moment(self, received: float) -> Moment:
        now = self.clock.now()
        return Moment(now.wall - (now.mono - received), received)

    # --- boards ----------------------------------------------------------------------------------------------

    def _judge_heard(self, now: Moment, turns: list[HostRun]) -> None:
        """Judge the hosts of which more than a sample was heard, and those of this slot that change by time alone."""
        due, self._dirty = self._dirty, {}
        for run in turns:
            if run.changes_by_itself(now):
                due[run.spec.id] = None
        for host in due:
            heard = self.runs.get(host)
            if heard is not None:  # else a new site file has taken it out since
                self._judge(heard, now)

    def _judge(self, run: HostRun, now: Moment) -> None:
        host = run.spec.id
        self._dirty.pop(host, None)
        view, before = run.state.view(now), self._views.get(host)
        if view != before:
            self._views[host] = view
            self._changed.add(host)
            self._keep(view)
            if before is None or view.state is not before.state or view.quality is not before.quality:
                self._urgent = True
        self.desk.look(view, now)

    def _publish_board(self, now: Moment) -> None:
        changed, self._changed = frozenset(self._changed), set()
        full, self._all = self._all, False
        self._board_at, self._urgent = now.mono, False
        self._publish(self.board(now), None if full else changed)

    def board(self, now: Moment) -> Board:
        """Everything as it stands."""
        self._seq += 1
        hosts = tuple(self._views[host] for host in self.runs if host in self._views)
        return Board(at=now.wall, seq=self._seq, site=self.site_view(), hosts=hosts)

    def site_view(self) -> SiteView:
        """What is true of the whole site."""
        site = self.site
        return SiteView(
            name=site.name,
            practice=site.practice,
            time_zone=site.time_zone,
            source=site.source,
            loaded_at=self.loaded_at,
            config_error=self.config_error,
            store_error=self.store_error,
            history_error=self.history_error,
            faults=self.faults,
        )

    def foresee(self, host: str, outlooks: Outlooks, peaks: Mapping[str, SessionPeak]) -> None:
        """What the past of a host says: by series when its limit is reached, by line its last session's peak."""
        if (run := self.runs.get(host)) is not None:
            run.state.foresee(outlooks, peaks)
            self._dirty[host] = None

    def evidence(self, subject: Subject, at: float, definition: str = "") -> Evidence | None:
        """What is known of a thing at ``at`` (UTC epoch seconds); ``None`` where it is not of a host of this site.

        ``definition``: of the alarm it is asked for, whose guidance is kept with it.
        """
        view = self._views.get(subject.host)
        if view is not None:
            guidance = self.desk.guidance(definition, subject) if definition else ()
            seen, key = evidence_of(view, subject, at, guidance), AlarmKey(subject, definition)
            if (alarm := self.desk.alarms.get(key)) is None:
                return seen
            return with_past(seen, [guided(self.desk.definitions.of(key), alarm)])
        return unseen(at) if subject.host in self.runs else None

    def touch(self) -> None:
        """Something about the site changed: publish soon."""
        self._urgent = True

    # --- a new site file -------------------------------------------------------------------------------------

    def adopt(self, site: SiteSpec, who: str = "", session: str = "") -> tuple[int, int, int]:
        """Take a new site, read for ``who``: hosts that stay keep connection and state.

        Returns (added, kept, removed).
        """
        wanted = {spec.id: spec for spec in site.hosts}
        self.site, self.loaded_at, self.config_error = site, self.clock.now().wall, None
        removed = [host for host, run in self.runs.items() if host not in wanted or _moved(run.spec, wanted[host])]
        for host in removed:
            self._stop(host)
        kept = 0
        for spec in site.hosts:
            run = self.runs.get(spec.id)
            if run is None:
                self._start(spec)
                continue
            kept += 1
            run.slow_s = site.slow_interval_s
            if run.spec != spec:
                run.state.update(spec, self.clock.now())
                run.feed.update(spec)
                self._dirty[spec.id] = None
        self.runs = {spec.id: self.runs[spec.id] for spec in site.hosts}
        self.desk.adopt(site, self.clock.now(), who, session)
        self._all = self._urgent = True
        return len(site.hosts) - kept, kept, len([host for host in removed if host not in wanted])

    def _stop(self, host: str) -> None:
        run = self.runs.pop(host)
        self.desk.begins_anew(host)
        if self.events is not None:  # should it come back, its logs are read on from here, not from what was kept first
            self.events[host] = {key: track.memory for key, track in (run.state.events or {}).items()}
        self._views.pop(host, None)
        if run.task is not None:
            run.task.cancel()


def _moved(old: HostSpec, new: HostSpec) -> bool:
    """Whether the connection itself would be another one."""
    return any(
        getattr(old, name) != getattr(new, name) for name in ("address", "local", "port", "user", "identity", "via")
    )


def connection_line(host: str, connection: Connection) -> NewLogEntry:
    """The log's line about a connection gained or lost."""
    if connection.up:
        said = phrase("connected to {host}", host=host)
    else:
        said = connection.why or phrase("no connection to {host}", host=host)
        said = Phrase(said.template, said.values, host)
    return NewLogEntry(
        kind=LogKind.CONNECTION, actor="", event_at=connection.since, subject=Subject(host, "host", host), said=said
    )
