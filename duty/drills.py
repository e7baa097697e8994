"""Drills: what one may not do, what interrupts it, and what it shows when it is over.

A drill is an incident that was opened as one. It never reaches anybody outside, counts in no figure, and gives way to
the real thing. Source: domain model 4.3 and scenario S9.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import msgspec

from duty.incident_details import Link
from duty.log_words import folded
from duty.phrases import Phrase, phrase
from duty.records import ENDED, Incident, IncidentMove, IncidentState, Move

PRIORITY = 1
"""Priority of an alarm, and level of an incident, that interrupts every drill."""
_WHILE_SUSPENDED = (Move.RESUMED, Move.ABANDONED, Move.NOTED)
_OF_DRILLS = (Move.SUSPENDED, Move.RESUMED, Move.ABANDONED)
_PRODUCTION = ("alarm", "change")
"""Kinds of links that would put a mark on what is real."""


def objection(incident: Incident, move: IncidentMove) -> Phrase | None:
    """Why ``move`` is not made because this is a drill, or because it is none; ``None`` where it may be."""
    number = incident.id
    if not incident.drill:
        return phrase("incident {number} is no drill", number=number) if move.move in _OF_DRILLS else None
    if move.move is Move.SUSPENDED and incident.suspended:
        return phrase("drill {number} is suspended already", number=number)
    if move.move is Move.RESUMED and not incident.suspended:
        return phrase("drill {number} is not suspended", number=number)
    if move.move in (Move.RESUMED, Move.ABANDONED) and not move.actor:
        return phrase("only a person resumes or ends a drill")
    if move.move is Move.ABANDONED and not move.text:
        return phrase("say why drill {number} ends here", number=number)
    if incident.suspended and move.move not in _WHILE_SUSPENDED:
        return phrase("drill {number} is suspended: resume or end it first", number=number)
    if move.move is Move.REPORTED:
        return phrase("in a drill nobody outside is told: write a note instead")
    if isinstance(move.details, Link) and move.details.kind in _PRODUCTION:
        return phrase("a drill is not linked with what is real")
    return None


def running(incidents: Iterable[Incident]) -> list[Incident]:
    """Drills that go on, the oldest first."""
    live = [one for one in incidents if one.drill and one.state not in ENDED and not one.suspended]
    return sorted(live, key=lambda one: one.id)


def interrupted(incidents: Iterable[Incident], priority: int) -> list[Incident]:
    """Drills that a real alarm of this priority suspends: all that go on, at once, or none."""
    return running(incidents) if priority <= PRIORITY else []


def is_emergency(incident: Incident, move: Move) -> bool:
    """Whether ``move`` made this a real incident of the gravest level: as good as a real alarm of priority 1."""
    grave = not incident.drill and incident.level == PRIORITY
    return grave and move in (Move.OPENED, Move.RAISED, Move.AGAIN, Move.REOPENED)


def pressing(incidents: Iterable[Incident], practised: Callable[[str], bool]) -> Phrase | None:
    """Why no drill begins or goes on now: a real incident of level 1 whose service is not back.

    ``practised``: whether a host is made ill on purpose, in practice.
    """
    for one in incidents:
        lost = one.state in (IncidentState.OPEN, IncidentState.ACCEPTED) and one.level == PRIORITY
        if lost and not one.drill and not practised(one.subject.host):
            return phrase("no drill while incident {number} of level 1 goes on", number=one.id)
    return None


class Debrief(msgspec.Struct, frozen=True):
    """What a drill took, in seconds without its interruptions; ``None``: not known, or it did not happen."""

    detect_s: float | None
    """From when its fault began until the incident was opened."""
    acknowledge_s: float | None
    """From then until somebody took it."""
    restore_s: float | None
    """From when it was opened until the service was back."""


def debrief(incident: Incident) -> Debrief:
    """The times of one drill."""
    begun, opened = incident.began_at, incident.opened_at
    return Debrief(
        None if begun is None else max(0.0, opened - begun),
        _taken(incident, incident.accepted_at),
        _taken(incident, incident.mitigated_at),
    )


def last_like(incidents: Mapping[int, Incident] | Iterable[Incident], incident: Incident) -> Incident | None:
    """The drill of the same kind before this one whose service was brought back; ``None``: none is known."""
    known = incidents.values() if isinstance(incidents, Mapping) else incidents
    found = [
        one
        for one in known
        if one.drill
        and one.id != incident.id
        and one.opened_at <= incident.opened_at
        and one.mitigated_at is not None
        and kind_of(one) == kind_of(incident)
    ]
    return max(found, key=lambda one: (one.opened_at, one.id)) if found else None


def kind_of(drill: Incident) -> str:
    """What is practised: the scenario, or the title where none was named; folded, to be compared."""
    return folded(drill.scenario or drill.title)


def paused_s(incident: Incident, since: float, until: float) -> float:
    """Seconds between two moments (UTC epoch seconds) in which a drill was suspended."""
    ends = ((begin, until if end is None else end) for begin, end in incident.pauses)
    return sum(max(0.0, min(end, until) - max(begin, since)) for begin, end in ends)


def _taken(incident: Incident, at: float | None) -> float | None:
    if at is None:
        return None
    return at - incident.opened_at - paused_s(incident, incident.opened_at, at)
