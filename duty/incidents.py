"""The life of an incident: which move is legal in which state, and what the moves so far make of it."""

from __future__ import annotations

import msgspec

from duty.phrases import Phrase, phrase
from duty.records import Incident, IncidentMove, IncidentState, Move, Refused, Subject

LEVELS = (1, 2, 3, 4)
"""Fault levels, 1 the gravest. Source: the default profile of the domain model."""

_LEGAL: dict[tuple[IncidentState, Move], IncidentState] = {
    (IncidentState.OPEN, Move.TAKEN): IncidentState.TAKEN,
    (IncidentState.OPEN, Move.NOTED): IncidentState.OPEN,
    (IncidentState.OPEN, Move.AGAIN): IncidentState.OPEN,
    (IncidentState.OPEN, Move.RETURNED): IncidentState.OPEN,
    (IncidentState.OPEN, Move.CLOSED): IncidentState.CLOSED,
    (IncidentState.TAKEN, Move.TAKEN): IncidentState.TAKEN,
    (IncidentState.TAKEN, Move.NOTED): IncidentState.TAKEN,
    (IncidentState.TAKEN, Move.AGAIN): IncidentState.TAKEN,
    (IncidentState.TAKEN, Move.RETURNED): IncidentState.TAKEN,
    (IncidentState.TAKEN, Move.CLOSED): IncidentState.CLOSED,
    (IncidentState.CLOSED, Move.NOTED): IncidentState.CLOSED,
}


def step(incident: Incident | None, move: IncidentMove) -> Incident:
    """The incident after ``move``. ``None`` before the first move, which must open it.

    Raises :class:`Refused` for a move that the state does not allow, with the reason.
    """
    if incident is None:
        if move.move is not Move.OPENED or move.level not in LEVELS:
            raise Refused(phrase("there is no incident {number}", number=move.incident))
        return Incident(
            id=move.incident,
            state=IncidentState.OPEN,
            level=move.level,
            title=move.text,
            said=move.said,
            subject=move.subject,
            opened_at=move.at,
            opened_by=move.actor,
            automatic=move.automatic,
            changed_at=move.at,
        )
    state = _LEGAL.get((incident.state, move.move))
    if state is None:
        raise Refused(_why_not(incident, move))
    if move.move is Move.TAKEN and incident.owner == move.actor:
        raise Refused(phrase("you have incident {number} already", number=incident.id))
    if move.move is Move.CLOSED and incident.automatic and incident.active and not move.text:
        raise Refused(phrase("the fault still holds: say why incident {number} is closed", number=incident.id))
    return msgspec.structs.replace(incident, state=state, changed_at=move.at, **_changes(incident, move))


def _changes(incident: Incident, move: IncidentMove) -> dict[str, object]:
    match move.move:
        case Move.TAKEN:
            return {"owner": move.actor}
        case Move.NOTED:
            return {"last_note": move.text}
        case Move.AGAIN:
            return {"count": incident.count + 1, "active": True}
        case Move.RETURNED:
            return {"active": False}
        case Move.CLOSED:
            return {"closed_at": move.at, "active": False, "last_note": move.text or incident.last_note}
    return {}


def _why_not(incident: Incident, move: IncidentMove) -> Phrase:
    if incident.state is IncidentState.CLOSED:
        return phrase("incident {number} is closed", number=incident.id)
    return phrase("incident {number} is {state} already", number=incident.id, state=incident.state.value)


def open_for(incidents: dict[int, Incident], subject: Subject) -> Incident | None:
    """The open incident that was opened by rule for ``subject``, if there is one: the same fault joins it."""
    for incident in incidents.values():
        if incident.automatic and incident.subject == subject and incident.state is not IncidentState.CLOSED:
            return incident
    return None


def queue_order(incident: Incident) -> tuple[int, int, int, float]:
    """Sort key of the queue: not closed first, nobody's first, gravest first, oldest first."""
    return (
        incident.state is IncidentState.CLOSED,
        incident.state is IncidentState.TAKEN,
        incident.level,
        incident.opened_at,
    )
