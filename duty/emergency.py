"""Emergency procedures: what is done, in which order, when it matters; which fit an incident, and how far one is.

The model knows steps in an order and what stands beside each; whoever does a step, and that it was done, are moves of
the incident. Nothing here asks a host or a clock.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import msgspec

from duty.incident_details import Opening, Stepped
from duty.phrases import Phrase
from duty.records import Incident, IncidentMove, Move, Subject

HERE = "@"
"""In place of a host: that of the incident; alone: the very thing it is about."""


class Step(msgspec.Struct, frozen=True):
    """One thing to do. ``shows``: what to look at while doing it, :data:`HERE` in place of the incident's own host."""

    key: str
    do: Phrase
    expect: Phrase
    """What shows that it worked."""
    shows: tuple[Subject, ...] = ()


class Procedure(msgspec.Struct, frozen=True):
    """Steps in their order, and for which incidents; an empty condition holds for all."""

    key: str
    title: Phrase
    steps: tuple[Step, ...]
    alarms: tuple[str, ...] = ()
    """Keys of alarm definitions."""
    hosts: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    levels: tuple[int, ...] = ()

    @property
    def version(self) -> str:
        """Twelve digits of the SHA-256 of all it says: another word is another version."""
        return hashlib.sha256(msgspec.json.encode(self)).hexdigest()[:12]

    def step(self, key: str) -> Step | None:
        """The step of this key."""
        return next((one for one in self.steps if one.key == key), None)


class Known(msgspec.Struct, frozen=True):
    """What of an incident says which procedures fit it."""

    subject: Subject
    level: int
    role: str = ""
    """Of its host."""
    alarms: tuple[str, ...] = ()
    """Definitions of the alarms it is for; empty: none is known."""


def known_of(incident: Incident, role: str, moves: Iterable[IncidentMove] = ()) -> Known:
    """The same of an incident and its moves so far."""
    alarms = tuple(
        each.definition
        for move in moves
        if isinstance(move.details, Opening) and move.details.evidence is not None
        for each in move.details.evidence.alarms
    )
    return Known(incident.subject, incident.level, role, alarms)


def fitting(procedures: Sequence[Procedure], known: Known) -> list[Procedure]:
    """Those that fit, the most particular first, else in the order of the site file."""
    found = [(weight, one) for one in procedures if (weight := _weight(one, known)) is not None]
    return [one for _weight_of, one in sorted(found, key=lambda pair: -pair[0])]


def _weight(procedure: Procedure, known: Known) -> int | None:
    """How particularly it is for this one; ``None``: not at all. An alarm says most, then the host, role, level."""
    weight = 0
    kinds = {alarm.partition(".")[0] for alarm in procedure.alarms}
    for asked, fits, value in (
        (procedure.alarms, bool(set(procedure.alarms) & set(known.alarms)), 8),
        (procedure.hosts, known.subject.host in procedure.hosts, 4),
        (procedure.roles, known.role in procedure.roles, 2),
        (procedure.levels, known.level in procedure.levels, 1),
    ):
        if asked and fits:
            weight += value
        # Opened by hand there may be no alarm: then the kind of thing it is about has to speak for it.
        elif asked is procedure.alarms and asked and not known.alarms and known.subject.kind in kinds:
            continue
        elif asked:
            return None
    return weight


def resolved(shows: Subject, about: Subject) -> Subject:
    """The thing that is meant: :data:`HERE` is the incident's own host, or the very thing it is about."""
    if shows.host != HERE:
        return shows
    if shows.kind == "host":
        return Subject(about.host, "host", about.host)
    return Subject(about.host, shows.kind, shows.key) if shows.kind else about


def progress(procedure: Procedure, moves: Iterable[IncidentMove]) -> dict[str, IncidentMove]:
    """The newest move about each step, by the step's key."""
    return {
        move.details.step: move
        for move in moves
        if move.move is Move.STEPPED and isinstance(move.details, Stepped) and move.details.procedure == procedure.key
    }


def following(procedure: Procedure, moves: Iterable[IncidentMove]) -> Step | None:
    """The first step nobody has done or skipped."""
    made = progress(procedure, moves)
    return next((one for one in procedure.steps if one.key not in made), None)
