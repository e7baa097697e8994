"""The things of a host that are judged each for itself, and what became of them from one board to the next. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from duty.board import HostView
from duty.phrases import N_, Phrase
from duty.quality import State
from duty.series import READ
from tui.sayings import QUALITY_WORDS, STATE_WORDS, listed
from wire.words import _, say

BAD = (State.WARN, State.UNKNOWN, State.ACT)
_HOST = ""
_NAMES = {
    _HOST: N_("{host}"),
    "process": N_("process {key} on {host}"),
    "line": N_("line {key} on {host}"),
    "disk": N_("disk {key} on {host}"),
    "app": N_("application {key} on {host}"),
    "event": N_("log {key} on {host}"),
    "machine": N_("the machine {host}"),
    "clock": N_("the clock of {host}"),
    "section": N_("reading of {key} on {host}"),
}

Place = tuple[str, str, str]
"""(host, kind, key)."""


class Part(NamedTuple):
    """One judged thing. ``why``: worst first."""

    place: Place
    state: State
    why: tuple[Phrase, ...]
    spoken: str
    """The word of its state, not yet translated."""

    @property
    def name(self) -> str:
        """What it is and where, in the reader's language."""
        host, kind, key = self.place
        return _(_NAMES[kind], host=host, key=key)

    @property
    def word(self) -> str:
        """How it is, in one word."""
        return _(self.spoken)

    @property
    def reason(self) -> str:
        """All that is said against it."""
        return listed(say(why) for why in self.why)


class Change(NamedTuple):
    """A thing that is otherwise than at the board before."""

    before: Part
    after: Part

    @property
    def worse(self) -> bool:
        """Whether it is of more concern now."""
        return self.after.state > self.before.state


def parts_of(host: HostView) -> dict[Place, Part]:
    """The host itself first. While it is not read, it stands for all it has: what that was is no news."""
    if host.quality not in READ:
        own = _part(host.id, _HOST, "", max(host.state, State.UNKNOWN), host.why)
        return {own.place: own._replace(spoken=QUALITY_WORDS[host.quality])}
    things = list(_things(host))
    # Reasons without a thing before them are the host's own, unless a section or the machine has said them.
    said = {why for part in things for why in part.why}
    left = tuple(why for why in host.why if not why.of and why not in said)
    worst = max((part.state for part in things), default=State.OK)
    state = State.OK if not left else host.state if host.state > worst else State.WARN
    own = _part(host.id, _HOST, "", state, left)
    return {part.place: part for part in (own, *things)}


def _things(host: HostView) -> Iterator[Part]:
    for process in host.processes:
        yield _part(host.id, "process", process.key, process.state, process.why)
    for app in host.apps:
        yield _part(host.id, "app", app.key, app.state, app.why)
    for line in host.lines:
        yield _part(host.id, "line", line.key, line.state, line.why)
    for disk in host.disks:
        yield _part(host.id, "disk", disk.mount, disk.state, disk.why)
    for event in host.events:
        yield _part(host.id, "event", event.key, event.state, event.why)
    for kind, view in (("machine", host.health), ("clock", host.clock)):
        if view is not None and view.read_at is not None:
            yield _part(host.id, kind, "", view.state, view.why)
    for section in host.sections:
        key = f"{section.section} {section.subject}".strip()
        yield _part(host.id, "section", key, section.state, () if section.why is None else (section.why,))


def _part(host: str, kind: str, key: str, state: State, why: tuple[Phrase, ...]) -> Part:
    return Part((host, kind, key), state, why, STATE_WORDS[state])


def changes(before: Mapping[Place, Part], after: Mapping[Place, Part]) -> list[Change]:
    """What got better or worse, the gravest first. What is only now there or is gone is neither."""
    found = [Change(old, new) for place, new in after.items() if (old := before.get(place)) and _differs(old, new)]
    return sorted(found, key=lambda change: (not change.worse, -change.after.state))


def _differs(old: Part, new: Part) -> bool:
    """Whether that is worth a sentence: with and without limits is both no trouble."""
    return old.state != new.state and old.spoken != new.spoken and (old.state in BAD or new.state in BAD)


def problems(parts: Mapping[Place, Part]) -> list[Part]:
    """What is not well, the worst first."""
    return sorted((part for part in parts.values() if part.state in BAD), key=lambda part: (-part.state, part.place))
