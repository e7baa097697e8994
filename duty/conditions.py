"""Which faults open an incident by themselves, and when: a host that is lost, a key process that is missing, a
line in a log that somebody has to act on.

A condition must hold for a while before it counts, and it ends only on a *good* reading that shows the thing
well: while a host cannot be read, what was wrong on it stays wrong.
"""

from __future__ import annotations

import msgspec

from duty.board import EventView, HostView, ProcessView
from duty.connection import Link
from duty.phrases import Phrase, phrase
from duty.quality import Quality, State
from duty.records import Subject

HOST_HOLD_S = 5.0
"""Seconds a host must be without connection, or silent past its stale limit, before that is an incident."""
FIRST_HOLD_S = 20.0
"""The same for a host that was never reached since the watch began: dialling takes its time."""
PROCESS_HOLD_S = 2.0
"""Seconds a process must be missing: one more look at the table has then confirmed it."""


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
    if lost and not (folded and view.connection.link is Link.JUMP_DOWN):
        if view.connection.up:
            said = phrase("host {host} is silent", host=view.id)
        else:
            said = phrase("host {host} is lost", host=view.id)
        hold = HOST_HOLD_S if view.read_at is not None else FIRST_HOLD_S
        found.append(Condition(Subject(view.id, "host", view.id), 2, said, hold))
    readable = view.quality is Quality.GOOD
    if readable:
        found += [_missing(view.id, p) for p in view.processes if _is_missing(p)]
        found += [_event(view.id, event) for event in view.events if event.acting]
    return found, readable


def _is_missing(process: ProcessView) -> bool:
    return process.state is State.ACT and process.count is not None and bool(process.why) and _too_few(process)


def _too_few(process: ProcessView) -> bool:
    least = int(process.wanted.rstrip("+").split("-")[0])
    return process.count is not None and process.count < least


def _missing(host: str, process: ProcessView) -> Condition:
    said = phrase("process {process} is missing on {host}", process=process.key, host=host)
    return Condition(Subject(host, "process", process.key), 2, said, PROCESS_HOLD_S)


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

    def step(self, view: HostView, folded: bool, mono: float) -> list[Change]:
        """What changed by this view at the monotonic time ``mono``."""
        found, readable = conditions_of(view, folded)
        now = {condition.subject: condition for condition in found}
        changes: list[Change] = []
        for subject, condition in now.items():
            since, _ = self._since.setdefault(subject, (mono, condition))
            self._since[subject] = (since, condition)
            if subject not in self._counting and mono - since >= condition.hold_s:
                self._counting.add(subject)
                changes.append(Change(condition, on=True))
        for subject in [s for s in self._since if s not in now]:
            if subject.kind != "host" and not readable:
                continue  # frozen: not seen is not well
            if subject.kind == "host" and not (readable or folded):
                continue
            _, condition = self._since.pop(subject)
            if subject in self._counting:
                self._counting.discard(subject)
                changes.append(Change(condition, on=False))
        return changes
