"""The things of a host that can have alarms, each with what is said of it and how far that can be trusted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from duty.board import AppView, DiskView, EventView, HostView, LineView, PingView, ProcessView
from duty.phrases import Phrase
from duty.quality import Quality, State
from duty.records import Subject

CANNOT_ASK = "cannot be asked: the host it is asked from is not reached"
_YET = ("not read yet", "not asked yet")
_SECTION = {"ping": "lines", "disk": "mounts", "event": "events", "machine": "health", "clock": "time"}
"""The section that tells of a kind of thing, where it does not come with every sample."""


class Thing(NamedTuple):
    """One judged thing of a host."""

    host: str
    kind: str
    key: str
    states: tuple[State, ...]
    why: tuple[Phrase, ...]
    known: Quality
    """How far what is said of it can be trusted; ``GOOD``: what is not said of it is not so."""
    view: object
    """Its own view, for values."""

    @property
    def subject(self) -> Subject:
        """What its alarms are about."""
        return Subject(self.host, self.kind, self.key)


def things_of(view: HostView) -> Iterator[Thing]:
    """Every judged thing of a host, but its connection and the sections of its answer."""
    return _things(view, every=True)


def troubled_things_of(view: HostView) -> Iterator[Thing]:
    """Those of which something is said: as a rule none, and then this costs next to nothing."""
    return _things(view, every=False)


def _things(view: HostView, *, every: bool) -> Iterator[Thing]:
    host, sure = view.id, _Trust(view)
    for process in view.processes:
        if every or process.why:
            yield Thing(host, "process", process.key, process.states, process.why, sure.process(process), process)
    for line in view.lines:
        if every or line.why:
            yield Thing(host, "line", line.key, line.states, line.why, sure.line(line), line)
        for ping in line.pings:
            if every or ping.why:
                yield Thing(host, "ping", f"{line.key} {ping.target}", ping.states, ping.why, sure.ping(ping), ping)
    for disk in view.disks:
        if every or disk.why:
            yield Thing(host, "disk", disk.mount, disk.states, disk.why, sure.disk(disk), disk)
    for app in view.apps:
        if every or app.why:
            yield Thing(host, "app", app.key, app.states, app.why, _of_app(app), app)
    for event in view.events:
        if every or event.why:
            yield Thing(host, "event", event.key, event.states, event.why, sure.event(event), event)
    for kind, whole in (("machine", view.health), ("clock", view.clock)):
        if whole is not None and (every or whole.why):
            yield Thing(host, kind, kind, whole.states, whole.why, sure.whole(kind, whole.read_at), whole)
    if every or view.strained:
        states = tuple([one.state for one in view.strained])
        yield Thing(host, "machine", "machine", states, tuple([one.said for one in view.strained]), view.quality, view)


class _Trust:
    """How far the cells of one host can be believed now."""

    def __init__(self, view: HostView) -> None:
        self._host = view.quality
        self._silent = {one.section for one in view.sections if one.state is State.UNKNOWN and not one.subject}

    def _of(self, kind: str, *, read: bool) -> Quality:
        if self._host is not Quality.GOOD:
            return self._host
        if not read:
            return Quality.NEVER
        return Quality.STALE if _SECTION.get(kind) in self._silent else Quality.GOOD

    def process(self, process: ProcessView) -> Quality:
        if self._host is Quality.GOOD and process.count is None and process.why[:1] and not _not_yet(process.why):
            return Quality.STALE
        return self._of("process", read=process.count is not None)

    def line(self, line: LineView) -> Quality:
        if "interfaces" in self._silent and self._host is Quality.GOOD:
            return Quality.STALE
        return self._of("line", read=line.read_at is not None)

    def ping(self, ping: PingView) -> Quality:
        if self._host is Quality.GOOD and ping.state is State.UNKNOWN:
            return Quality.STALE
        return self._of("ping", read=True)

    def disk(self, disk: DiskView) -> Quality:
        return self._of("disk", read=disk.condition != "unread")

    def event(self, event: EventView) -> Quality:
        if self._host is Quality.GOOD and event.read_at is not None and State.UNKNOWN in event.states:
            return Quality.STALE
        return self._of("event", read=event.read_at is not None)

    def whole(self, kind: str, read_at: float | None) -> Quality:
        return self._of(kind, read=read_at is not None)


def _not_yet(why: tuple[Phrase, ...]) -> bool:
    return why[0].template in _YET


_OF_AN_ANSWER = (
    "{label} is not among its numbers",
    "{label} has no maximum to be a share of",
    "{label} is not known",
    "{text}",
    "ended with {exit} and without a word",
)
"""What can be unknown about an application that answered."""


def _of_app(app: AppView) -> Quality:
    """An application has a way and a clock of its own: it says by itself that it could not be asked."""
    if app.states[:1] != (State.UNKNOWN,) or app.why[0].template in _OF_AN_ANSWER:
        return Quality.GOOD
    if _not_yet(app.why):
        return Quality.NEVER
    return Quality.UNREACHABLE if app.why[0].template == CANNOT_ASK else Quality.STALE
