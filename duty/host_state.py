"""All that is known of one host, stepped by what comes in and read out as one frozen view."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import chain

from duty.apps import AppTrack, of_applications
from duty.board import ClockView, DiskView, HealthView, HostView, LineView, ProcessView, SectionView, Strain
from duty.clock_offset import ClockTrack
from duty.connection import Connection, Link
from duty.disks import DiskTrack
from duty.events import EventMemory, EventStep, EventTrack
from duty.host_health import Health, health_demand
from duty.lines import LineTrack
from duty.listening import by_port
from duty.machine import MachineTrack
from duty.moment import Moment
from duty.outlooks import Outlooks, of_process
from duty.phrases import Phrase, of, phrase
from duty.process_logs import hear, lose
from duty.processes import ProcessTrack
from duty.quality import Quality, State, quality_of
from duty.readings import (
    AppReading,
    ClockReading,
    Events,
    HostHealth,
    Identity,
    LineReadings,
    Ports,
    Processes,
    ProcessFound,
    Sample,
    SectionFailure,
    SlowReading,
)
from duty.sections import SectionTrack, wants
from duty.sessions import SessionPeak
from duty.site import HostSpec

_WRONG = (State.WARN, State.UNKNOWN, State.ACT)

MAX_WHY = 6
"""Reasons a host's row carries; its cells carry all of theirs."""


class HostState:
    """One host over time. Pure: every moment comes in as an argument."""

    def __init__(self, spec: HostSpec, at: Moment, events: Mapping[str, EventMemory] | None = None) -> None:
        """``events``: what was kept of its followed logs, by key; ``None`` where that is not known yet."""
        self.spec = spec
        self.events: dict[str, EventTrack] | None = None
        """``None``: what was kept is not known yet, and nothing may be asked before it is."""
        self.steps: list[EventStep] = []
        """What has to be kept of followed logs, in order; taken by whoever keeps it."""
        if events is not None:
            self.remember(events)
        self.connection = Connection(Link.IDLE, at.wall)
        self.identity: Identity | None = None
        self.health = Health()
        self._health_demand = health_demand(spec.health)
        self.processes = {rule.key: ProcessTrack(rule) for rule in spec.processes}
        self.lines = {rule.key: LineTrack(rule) for rule in spec.lines}
        self.disks = DiskTrack(spec.disks)
        self.machine = MachineTrack(spec.health) if spec.health is not None else None
        self.clock = ClockTrack(spec.clock) if spec.clock is not None else None
        self.apps = {rule.key: AppTrack(rule, at) for rule in spec.apps}
        self.sections = SectionTrack()
        self.read: Moment | None = None
        self.samples = 0
        self.dropped = 0
        self.look_again = False
        """The process table must be walked anew: a copy is gone or a new one may match."""
        self._watched: tuple[int, ...] | None = None
        """What :meth:`watched` said; ``None`` when copies have come or gone since."""
        self.told: Link | None = None
        """The connection's state that the duty log knows."""
        self.notices: list[Phrase] = []
        """What the duty log has to know of and was not told yet."""
        self._uptime_s: float | None = None
        self._btime: int | None = None
        self._state = State.UNKNOWN
        self._since = at.wall

    def update(self, spec: HostSpec, at: Moment) -> None:
        """A new site file: what is still demanded keeps its history."""
        old_processes, old_lines = self.processes, self.lines
        self.spec = spec
        self.processes = {}
        for rule in spec.processes:
            track = old_processes.get(rule.key)
            self.processes[rule.key] = track if track is not None and track.rule == rule else ProcessTrack(rule)
        self.lines = {}
        for line in spec.lines:
            kept = old_lines.get(line.key)
            if kept is not None and kept.rule.interface == line.interface:
                kept.demand(line)
                self.lines[line.key] = kept
            else:
                self.lines[line.key] = LineTrack(line)
        self.disks.demand(spec.disks)
        self.sections.demand(partial(wants, spec))
        self._demand_of_the_machine(spec)
        old_apps, self.apps = self.apps, {}
        for app in spec.apps:
            known = old_apps.get(app.key)
            if known is not None and (known.rule.kind, known.rule.target) == (app.kind, app.target):
                known.demand(app)
                self.apps[app.key] = known
            else:
                self.apps[app.key] = AppTrack(app, at)
        if self.events is not None:
            old_events, self.events = self.events, {}
            for event in spec.events:
                followed = old_events.get(event.key) or EventTrack(spec.id, event)
                followed.adopt(event)
                self.events[event.key] = followed
        self.look_again, self._watched = True, None

    def _demand_of_the_machine(self, spec: HostSpec) -> None:
        self._health_demand = health_demand(spec.health)
        if spec.health is None or self.machine is None:
            self.machine = MachineTrack(spec.health) if spec.health is not None else None
        else:
            self.machine.demand(spec.health)
        if spec.clock is None or self.clock is None:
            self.clock = ClockTrack(spec.clock) if spec.clock is not None else None
        else:
            self.clock.demand(spec.clock)

    def remember(self, events: Mapping[str, EventMemory]) -> None:
        """What was kept of its followed logs is known now: each is read on from where it was left."""
        if self.events is None:
            self.events = {rule.key: EventTrack(self.spec.id, rule, events.get(rule.key)) for rule in self.spec.events}

    def cursors(self) -> dict[str, str]:
        """From where each followed log is to be read on."""
        return {key: track.memory.cursor for key, track in (self.events or {}).items()}

    @property
    def behind(self) -> bool:
        """Whether lines of a followed log wait to be read."""
        return any(track.behind_bytes for track in (self.events or {}).values())

    def watched(self) -> tuple[int, ...]:
        """Pids to read with every sample."""
        if self._watched is None:
            self._watched = tuple(chain.from_iterable([track.pids for track in self.processes.values()]))
        return self._watched

    def on_sample(self, sample: Sample, at: Moment) -> None:
        """A fast answer was received at ``at``."""
        self.samples += 1
        before = self._uptime_s
        if before is not None and sample.uptime_s < before:
            self._rebooted()
            before = None
        self._uptime_s = sample.uptime_s
        self.read = at
        seconds = 0.0 if before is None else sample.uptime_s - before
        self.health.see(sample, seconds)
        self._btime = sample.btime if sample.btime is not None else self._btime
        counters = {one.name: one for one in sample.interfaces}
        broken = {one.section: one for one in sample.failures}
        for line in self.lines.values():
            if "interfaces" in broken and line.rule.interface not in counters:
                line.gap()
            else:
                line.see(counters.get(line.rule.interface), sample.uptime_s, at.wall)
        stats = {one.pid: one for one in sample.processes}
        for track in self.processes.values():
            if track.see(stats, sample, seconds, at.mono):
                self.look_again, self._watched = True, None
        self.look_again = self.look_again or sample.appeared
        self.sections.read("sample", sample.failures, at, None)

    def _rebooted(self) -> None:
        """The host's clock began anew: no counter of before can be compared."""
        self.notices.append(phrase("{host} was booted", host=self.spec.id))
        self.health = Health()
        self.disks.forget()
        self._btime = None
        if self.clock is not None:
            self.clock.forget()
        self.processes = {key: ProcessTrack(track.rule) for key, track in self.processes.items()}
        self.look_again, self._watched = True, None

    def on_section(self, reading: SlowReading, at: Moment, took_s: float) -> None:
        """A slow section was received whole."""
        if isinstance(reading, Identity):
            self.identity = reading
            return
        if isinstance(reading, AppReading):
            if (asked := self.apps.get(reading.key)) is not None:
                asked.see(reading, at)
            return
        if isinstance(reading, Processes):
            failed = {one.subject: one.why for one in reading.failures if one.subject}
            found: dict[str, list[ProcessFound]] = {}
            for one in reading.found:
                found.setdefault(one.rule, []).append(one)
            for key, track in self.processes.items():
                track.found(found.get(key, []), at.mono, failed.get(key))
            self._watched = None
            self.sections.read("processes", reading.failures, at, took_s)
        elif isinstance(reading, Ports):
            listening = by_port(reading)
            for track in self.processes.values():
                track.listens(listening, at.mono)
            self.sections.read("ports", reading.failures, at, took_s)
        elif isinstance(reading, HostHealth):
            if self.machine is not None:
                self.machine.see(reading, at.wall)
            self.sections.read("health", reading.failures, at, took_s)
        elif isinstance(reading, LineReadings):
            for line in self.lines.values():
                line.look(reading, at.wall)
            self.sections.read("lines", reading.failures, at, took_s)
        elif isinstance(reading, ClockReading):
            self._compare_clocks(reading, took_s)
            self.sections.read("time", reading.failures, at, took_s)
        elif isinstance(reading, Events):
            self._on_events(reading, at.wall)
            self.sections.read("events", reading.failures, at, took_s)
        else:
            self.disks.see(reading, at.wall)
            self.sections.read("mounts", reading.failures, at, took_s)

    def _compare_clocks(self, reading: ClockReading, took_s: float) -> None:
        if self.clock is None or self.read is None or self._uptime_s is None:
            return  # no sample yet: nothing says which moment of ours the reading belongs to
        received = self.read.wall + reading.uptime_s - self._uptime_s
        jumped = self.clock.see(reading, received, took_s)
        if jumped is not None:
            self.notices.append(
                phrase("the clock of {host} was set by {seconds} s", host=self.spec.id, seconds=f"{jumped:+.1f}")
            )

    def _on_events(self, reading: Events, now: float) -> None:
        tracks = self.events or {}
        failed = {one.subject: one.why for one in reading.failures}
        before = {key: track.memory.cursor for key, track in tracks.items()}
        steps = [tracks[key].same(now) for key in reading.same if key in tracks]
        steps += [tracks[piece.key].see(piece, now) for piece in reading.pieces if piece.key in tracks]
        self.steps += [step for step in steps if step is not None]
        said = {*reading.same, *(piece.key for piece in reading.pieces)}
        for key, track in tracks.items():
            track.unread = failed.get(key)
            if track.unread is None and key not in said:
                track.unread = failed.get("") or phrase("the answer does not speak of it")
        hear(self.processes.values(), tracks, before)

    def foresee(self, outlooks: Outlooks, peaks: Mapping[str, SessionPeak]) -> None:
        """What its past says: of each series that has a limit, and by line its last session's peak."""
        self.disks.foresee({key.key: one for key, one in outlooks.items() if key.kind == "disk"})
        for key, process in self.processes.items():
            process.foresee(of_process(key, outlooks))
        for app in self.apps.values():
            app.foresee(outlooks)
        for key, line in self.lines.items():
            line.remember(peaks.get(key))

    def on_failure(self, failure: SectionFailure, at: Moment) -> None:
        """A section gave nothing usable."""
        self.sections.failed(failure, at)
        if failure.section == "events" and not failure.subject:
            lose(self.processes.values())

    def hangs(self, section: str, seconds: float, at: Moment) -> None:
        """A section was asked for and has not answered for ``seconds``."""
        self.sections.hangs(section, seconds, at)
        if section == "events":
            lose(self.processes.values())

    def on_connection(self, connection: Connection) -> None:
        """The connection changed."""
        if self.connection.up and not connection.up:
            for line in self.lines.values():
                line.gap()
            if self.clock is not None:
                self.clock.forget()
            lose(self.processes.values())
        self.connection = connection

    def quality(self, at: Moment) -> Quality:
        """How far the newest reading can be trusted to be about now."""
        age = None if self.read is None else at.mono - self.read.mono
        if not self.connection.up and age is None and self.connection.link in (Link.IDLE, Link.DIALLING):
            return Quality.NEVER
        return quality_of(age, self.spec.interval_s, connected=self.connection.up)

    def view(self, at: Moment) -> HostView:
        """The host judged at ``at``."""
        processes = tuple([track.view() for track in self.processes.values()])
        lines = tuple([track.view() for track in self.lines.values()])
        disks, sections = self.disks.view(), self.sections.view()
        machine = self.machine.view() if self.machine is not None else None
        clock = self.clock.view() if self.clock is not None else None
        away = None if self.connection.up else self.connection.why or phrase("not connected yet")
        apps = tuple([track.view(at, away) for track in self.apps.values()])
        trouble = self.sections.trouble("events")
        tracks = [EventTrack(self.spec.id, rule) for rule in self.spec.events] if self.events is None else None
        events = tuple([track.view(at.wall, trouble) for track in tracks or (self.events or {}).values()])
        quality = self.quality(at)
        strained = self.health.findings(self._health_demand)
        beside = strained + self._of_the_machine(machine, clock) + of_applications(apps, away)
        beside += [(one.state, of(one.key, one.why[0])) for one in events if one.why and one.state in _WRONG]
        state, why = self._judge(quality, at, processes, lines, disks, sections, beside)
        if state is not self._state:
            self._state, self._since = state, at.wall
        why.sort(key=lambda f: -f[0])
        health = self.health
        # By position, in the order of the class: by name it would cost four times as much, once a second and host.
        return HostView(
            self.spec.id,
            self.spec.label,
            self.spec.role,
            self.spec.group,
            self.spec.via,
            state,
            quality,
            tuple([said for _, said in why[:MAX_WHY]]),
            self._since,
            None if self.read is None else self.read.wall,
            self.connection,
            self.spec.interval_s,
            self.spec.local,
            health.cpu_percent,
            health.load1,
            health.cpus,
            health.memory_percent,
            health.memory_total,
            health.swap_percent,
            self._uptime_s,
            health.iowait_percent,
            health.steal_percent,
            health.system_percent,
            health.user_percent,
            health.trend.values(),
            processes,
            lines,
            disks,
            apps,
            events,
            sections,
            machine,
            clock,
            None if self._btime is None else float(self._btime),
            self.identity,
            self.samples,
            self.dropped,
            tuple([Strain(each, said) for each, said in strained]) if strained else (),
        )

    def _judge(
        self,
        quality: Quality,
        at: Moment,
        processes: tuple[ProcessView, ...],
        lines: tuple[LineView, ...],
        disks: tuple[DiskView, ...],
        sections: tuple[SectionView, ...],
        machine: list[tuple[State, Phrase]],
    ) -> tuple[State, list[tuple[State, Phrase]]]:
        why = self._of_the_connection(quality, at)
        why += [(p.state, of(p.key, p.why[0])) for p in processes if p.why and p.state in _WRONG]
        why += [(line.state, of(line.key, line.why[0])) for line in lines if line.why and line.state in _WRONG]
        why += [(disk.state, of(disk.mount, disk.why[0])) for disk in disks if disk.why and disk.state in _WRONG]
        why += machine
        why += [(one.state, one.why) for one in sections if one.why is not None and one.state is State.UNKNOWN]
        return (max([state for state, _ in why]) if why else State.OK), why

    def _of_the_machine(self, machine: HealthView | None, clock: ClockView | None) -> list[tuple[State, Phrase]]:
        """What is wrong with the rest of the machine. What was not read yet is no fault: its section says so."""
        return [
            (view.state, view.why[0])
            for view in (machine, clock)
            if view is not None and view.read_at is not None and view.state in _WRONG
        ]

    def _of_the_connection(self, quality: Quality, at: Moment) -> list[tuple[State, Phrase]]:
        connection = self.connection
        if not connection.up:
            first = connection.link in (Link.IDLE, Link.DIALLING) and self.read is None
            return [(State.UNKNOWN if first else State.ACT, connection.why or phrase("not connected yet"))]
        if quality is Quality.NEVER:
            return [(State.UNKNOWN, phrase("connected; no reading yet"))]
        if quality is Quality.GOOD:
            return []
        assert self.read is not None
        said = connection.why or phrase("no answer for {seconds} s", seconds=round(at.mono - self.read.mono))
        return [(State.UNKNOWN, said)]
