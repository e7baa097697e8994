"""Which faults open an incident by themselves, and when: a host that is lost, a key process that is missing, a
line in a log that somebody has to act on.

A condition must hold for a while before it counts, and it ends only on a *good* reading that shows the thing
well: while a host cannot be read, what was wrong on it stays wrong.
"""

from __future__ import annotations

import msgspec

from duty.board import AppView, EventView, HostView, ProcessView
from duty.connection import Link
from duty.phrases import Phrase, of, phrase
from duty.quality import Quality, State
from duty.records import Subject

HOST_HOLD_S = 5.0
"""Seconds a host must be without connection, or silent past its stale limit, before that is an incident."""
FIRST_HOLD_S = 20.0
"""The same for a host that was never reached since the watch began: dialling takes its time."""
CLOCK_HOLD_S = 20.0
"""Seconds a clock must be off: one more reading has then confirmed it."""
MACHINE_HOLD_S = 20.0
"""The same for what is wrong with the machine itself."""
PROCESS_HOLD_S = 2.0
"""Seconds a process must be missing: one more look at the table has then confirmed it."""
APP_FAILS = 2
"""Faults in a row until an application counts as failing: one alone may be a restart or a lost packet."""

_WAITS = (Link.IDLE, Link.DIALLING, Link.JUMP_DOWN)
"""What a host can be that cannot be dialled because the host before it is not reached."""


class Condition(msgspec.Struct, frozen=True):
    """A fault that holds now and is of the kind that opens an incident."""

    subject: Subject
    level: int
    said: Phrase
    hold_s: float


class Change(msgspec.Struct, frozen=True):
    """A condition that began to count (``on``) or ended."""

    condition: Condition
    on: bool


def conditions_of(view: HostView, folded: bool) -> tuple[list[Condition], bool]:
    """The conditions of a host and whether its cells can be believed now (``False``: they are frozen).

    ``folded``: the host through which it is reached is lost itself; then this one adds no incident of its own.
    """
    found: list[Condition] = []
    lost = not view.connection.up or view.quality is Quality.STALE
    if lost and not (folded and view.connection.link in _WAITS):
        if view.connection.up:
            said = phrase("host {host} is silent", host=view.id)
        else:
            said = phrase("host {host} is lost", host=view.id)
        hold = HOST_HOLD_S if view.read_at is not None else FIRST_HOLD_S
        found.append(Condition(Subject(view.id, "host", view.id), 2, said, hold))
    readable = view.quality is Quality.GOOD
    if readable and view.state is State.ACT:
        found += [_missing(view.id, p) for p in view.processes if _is_missing(p)]
        found += _of_the_machine(view)
        found += [_event(view.id, event) for event in view.events if event.acting]
    # What is known of an application comes by ways of its own: it says by itself when it is unknown.
    found += [_failing(view.id, a) for a in view.apps if a.state is State.ACT and a.fails >= APP_FAILS]
    return found, readable


def _failing(host: str, app: AppView) -> Condition:
    return Condition(Subject(host, "app", app.key), 2, of(f"{app.key} ({host})", app.why[0]), app.hold_s)


def _unsure(view: HostView) -> set[str]:
    """Applications that are not known to be well: unknown now, or a fault that is not confirmed yet."""
    return {app.key for app in view.apps if app.state in (State.UNKNOWN, State.ACT)}


def _is_missing(process: ProcessView) -> bool:
    return process.state is State.ACT and process.count is not None and bool(process.why) and _too_few(process)


def _too_few(process: ProcessView) -> bool:
    least = int(process.wanted.rstrip("+").split("-")[0])
    return process.count is not None and process.count < least


def _unread(view: HostView, subject: Subject) -> bool:
    """It is still demanded, but whether it is there is not known: just after a start, or while it cannot be read."""
    match subject.kind:
        case "clock":
            return view.clock is not None and view.clock.read_at is None
        case "event":
            return any(event.key == subject.key and event.state is State.UNKNOWN for event in view.events)
        case "machine":
            return view.health is not None and view.health.read_at is None
    return any(process.key == subject.key and process.count is None for process in view.processes)


def _missing(host: str, process: ProcessView) -> Condition:
    said = phrase("process {process} is missing on {host}", process=process.key, host=host)
    return Condition(Subject(host, "process", process.key), 2, said, PROCESS_HOLD_S)


def _of_the_machine(view: HostView) -> list[Condition]:
    found: list[Condition] = []
    if view.clock is not None and view.clock.state is State.ACT:
        said = phrase("the clock of {host} is wrong", host=view.id)
        found.append(Condition(Subject(view.id, "clock", "clock"), 3, said, CLOCK_HOLD_S))
    if view.health is not None and view.health.state is State.ACT:
        said = of(view.id, view.health.why[0])
        found.append(Condition(Subject(view.id, "machine", "machine"), 3, said, MACHINE_HOLD_S))
    return found


def _event(host: str, event: EventView) -> Condition:
    """One incident for a log, however many lines there are: the line that began it says what it is about."""
    line = event.why[0].values.get("line", "") if event.why else ""
    said = phrase("{key} on {host}: {line}", key=event.key, host=host, line=line)
    return Condition(Subject(host, "event", event.key), 2, said, 0.0)


class Watchfulness:
    """Remembers since when each condition of one host holds, and says when one begins to count or ends."""

    def __init__(self) -> None:
        self._since: dict[Subject, tuple[float, Condition]] = {}
        self._counting: set[Subject] = set()

    def resume(self, subjects: list[Subject]) -> None:
        """After a restart: incidents of before that still wait for their fault to end."""
        for subject in subjects:
            self._counting.add(subject)
            self._since[subject] = (0.0, Condition(subject, 2, phrase("{what}", what=str(subject)), 0.0))

    @property
    def counting(self) -> frozenset[Subject]:
        """What counts now: began, and did not end."""
        return frozenset(self._counting)

    def end(self) -> list[Change]:
        """It is watched no longer: what counts is let go."""
        found = [Change(self._since[subject][1], on=False) for subject in self._counting]
        self._since.clear()
        self._counting.clear()
        return found

    @property
    def holds(self) -> bool:
        """Whether any condition holds, counted or not yet."""
        return bool(self._since)

    def step(self, view: HostView, folded: bool, mono: float) -> list[Change]:
        """What changed by this view at the monotonic time ``mono``."""
        found, readable = conditions_of(view, folded)
        if not found and not self._since:
            return []
        now = {condition.subject: condition for condition in found}
        changes: list[Change] = []
        for subject, condition in now.items():
            since, _ = self._since.setdefault(subject, (mono, condition))
            self._since[subject] = (since, condition)
            if subject not in self._counting and mono - since >= condition.hold_s:
                self._counting.add(subject)
                changes.append(Change(condition, on=True))
        unsure = _unsure(view)
        for subject in [s for s in self._since if s not in now]:
            if subject.kind == "app":
                if subject.key in unsure:
                    continue
            elif subject.kind != "host" and (not readable or _unread(view, subject)):
                continue  # frozen: not seen is not well
            if subject.kind == "host" and not (readable or folded):
                continue
            _, condition = self._since.pop(subject)
            if subject in self._counting:
                self._counting.discard(subject)
                changes.append(Change(condition, on=False))
        return changes
