"""All that is known of one host, stepped by what comes in and read out as one frozen view."""

from __future__ import annotations

from collections.abc import Mapping

from duty.board import HostView, LineView, ProcessView
from duty.connection import Connection, Link
from duty.disks import judge_disks
from duty.events import EventMemory, EventStep, EventTrack
from duty.host_health import Health
from duty.lines import LineTrack
from duty.moment import Moment
from duty.phrases import Phrase, of, phrase
from duty.processes import ProcessTrack
from duty.quality import Quality, State, quality_of
from duty.readings import Events, Identity, Mounts, Ports, Processes, Sample, SectionFailure, SlowReading
from duty.sections import SectionTrack
from duty.site import HostSpec

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
        self.processes = {rule.key: ProcessTrack(rule) for rule in spec.processes}
        self.lines = {rule.key: LineTrack(rule) for rule in spec.lines}
        self.sections = SectionTrack()
        self.mounts: Mounts | None = None
        self.mounts_at: float | None = None
        self.ports: Ports | None = None
        self.ports_mono = 0.0
        self.read: Moment | None = None
        self.samples = 0
        self.dropped = 0
        self.look_again = False
        """The process table must be walked anew: a copy is gone or a new one may match."""
        self.told: Link | None = None
        """The connection's state that the duty log knows."""
        self._uptime_s: float | None = None
        self._state = State.UNKNOWN
        self._since = at.wall

    def update(self, spec: HostSpec) -> None:
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
                kept.rule = line
                self.lines[line.key] = kept
            else:
                self.lines[line.key] = LineTrack(line)
        if self.events is not None:
            old_events, self.events = self.events, {}
            for event in spec.events:
                followed = old_events.get(event.key) or EventTrack(spec.id, event)
                followed.adopt(event)
                self.events[event.key] = followed
        self.look_again = True

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
        return tuple(pid for track in self.processes.values() for pid in track.copies)

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
        counters = {one.name: one for one in sample.interfaces}
        broken = {one.section: one for one in sample.failures}
        for line in self.lines.values():
            if "interfaces" in broken and line.rule.interface not in counters:
                line.gap()
            else:
                line.see(counters.get(line.rule.interface), sample.uptime_s, at.wall)
        stats = {one.pid: one for one in sample.processes}
        for track in self.processes.values():
            if track.see(stats, sample, seconds, at.wall, at.mono):
                self.look_again = True
        self.look_again = self.look_again or sample.appeared
        self.sections.read("sample", sample.failures, at, None)

    def _rebooted(self) -> None:
        """The host's clock began anew: no counter of before can be compared."""
        self.health = Health()
        self.ports, self.mounts = None, None
        self.processes = {key: ProcessTrack(track.rule) for key, track in self.processes.items()}
        self.look_again = True

    def on_section(self, reading: SlowReading, at: Moment, took_s: float) -> None:
        """A slow section was received whole."""
        if isinstance(reading, Identity):
            self.identity = reading
            return
        if isinstance(reading, Processes):
            failed = {one.subject: one.why for one in reading.failures if one.subject}
            for key, track in self.processes.items():
                track.found([one for one in reading.found if one.rule == key], at.wall, at.mono)
                track.unread = failed.get(key)
            self.sections.read("processes", reading.failures, at, took_s)
        elif isinstance(reading, Ports):
            self.ports, self.ports_mono = reading, at.mono
            self.sections.read("ports", reading.failures, at, took_s)
        elif isinstance(reading, Events):
            self._on_events(reading, at.wall)
            self.sections.read("events", reading.failures, at, took_s)
        else:
            self.mounts, self.mounts_at = reading, at.wall
            self.sections.read("mounts", reading.failures, at, took_s)

    def _on_events(self, reading: Events, now: float) -> None:
        tracks = self.events or {}
        failed = {one.subject: one.why for one in reading.failures}
        steps = [tracks[key].same(now) for key in reading.same if key in tracks]
        steps += [tracks[piece.key].see(piece, now) for piece in reading.pieces if piece.key in tracks]
        self.steps += [step for step in steps if step is not None]
        said = {*reading.same, *(piece.key for piece in reading.pieces)}
        for key, track in tracks.items():
            track.unread = failed.get(key)
            if track.unread is None and key not in said:
                track.unread = failed.get("") or phrase("the answer does not speak of it")

    def on_failure(self, failure: SectionFailure, at: Moment) -> None:
        """A section gave nothing usable."""
        self.sections.failed(failure, at)

    def on_connection(self, connection: Connection) -> None:
        """The connection changed."""
        if self.connection.up and not connection.up:
            for line in self.lines.values():
                line.gap()
        self.connection = connection

    def quality(self, at: Moment) -> Quality:
        """How far the newest reading can be trusted to be about now."""
        age = None if self.read is None else at.mono - self.read.mono
        if not self.connection.up and age is None and self.connection.link in (Link.IDLE, Link.DIALLING):
            return Quality.NEVER
        return quality_of(age, self.spec.interval_s, connected=self.connection.up)

    def view(self, at: Moment) -> HostView:
        """The host judged at ``at``."""
        ticks = self.identity.ticks_per_s if self.identity else 100
        processes = tuple(t.view(self.ports, self.ports_mono, ticks) for t in self.processes.values())
        lines = tuple(track.view() for track in self.lines.values())
        disks = judge_disks(self.spec.disks, self.mounts, self.mounts_at)
        trouble = self.sections.trouble("events")
        tracks = [EventTrack(self.spec.id, rule) for rule in self.spec.events] if self.events is None else None
        events = tuple(track.view(at.wall, trouble) for track in tracks or (self.events or {}).values())
        sections = self.sections.views()
        quality = self.quality(at)
        state, why = self._judge(quality, at, processes, lines)
        for disk in disks:
            if disk.state in (State.WARN, State.ACT, State.UNKNOWN):
                state = max(state, disk.state)
                why.append((disk.state, of(disk.mount, disk.why[0])))
        for event in events:
            if event.state in (State.WARN, State.ACT, State.UNKNOWN):
                state = max(state, event.state)
                why.append((event.state, of(event.key, event.why[0])))
        for section in sections:
            if section.state is State.UNKNOWN and section.why is not None:
                state = max(state, State.UNKNOWN)
                why.append((State.UNKNOWN, section.why))
        if state is not self._state:
            self._state, self._since = state, at.wall
        why.sort(key=lambda f: -f[0])
        health = self.health
        return HostView(
            id=self.spec.id,
            label=self.spec.label,
            role=self.spec.role,
            group=self.spec.group,
            via=self.spec.via,
            state=state,
            quality=quality,
            why=tuple(said for _, said in why[:MAX_WHY]),
            since=self._since,
            read_at=None if self.read is None else self.read.wall,
            connection=self.connection,
            interval_s=self.spec.interval_s,
            local=self.spec.local,
            cpu_percent=health.cpu_percent,
            load1=health.load1,
            cpus=health.cpus,
            memory_percent=health.memory_percent,
            memory_total=health.memory_total,
            swap_percent=health.swap_percent,
            uptime_s=self._uptime_s,
            cpu_trend=health.trend.values(),
            processes=processes,
            lines=lines,
            disks=disks,
            events=events,
            sections=sections,
            identity=self.identity,
            samples=self.samples,
            dropped=self.dropped,
        )

    def _judge(
        self, quality: Quality, at: Moment, processes: tuple[ProcessView, ...], lines: tuple[LineView, ...]
    ) -> tuple[State, list[tuple[State, Phrase]]]:
        why: list[tuple[State, Phrase]] = []
        connection = self.connection
        if not connection.up:
            first = connection.link in (Link.IDLE, Link.DIALLING) and self.read is None
            why.append((State.UNKNOWN if first else State.ACT, connection.why or phrase("not connected yet")))
        elif quality is Quality.NEVER:
            why.append((State.UNKNOWN, phrase("connected; no reading yet")))
        elif quality in (Quality.LATE, Quality.STALE):
            assert self.read is not None
            said = connection.why or phrase("no answer for {seconds} s", seconds=round(at.mono - self.read.mono))
            why.append((State.UNKNOWN, said))
        bad = (State.WARN, State.ACT, State.UNKNOWN)
        why.extend((p.state, of(p.key, p.why[0])) for p in processes if p.state in bad and p.why)
        why.extend((line.state, of(line.key, line.why[0])) for line in lines if line.state in bad and line.why)
        state = max((one for one, _ in why), default=State.OK)
        return state, why
