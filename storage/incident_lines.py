"""The line of the duty log that each move of an incident writes."""

from __future__ import annotations

from duty.incident_details import Escalated, Link, Reported, Stepped
from duty.incident_profile import Told
from duty.phrases import N_, Phrase, phrase
from duty.records import Incident, IncidentMove, Move

_LINKED = {
    "alarm": N_("incident {number} linked with alarm {key}"),
    "host": N_("incident {number} linked with host {key}"),
    "change": N_("incident {number} linked with change {key}"),
    "log": N_("incident {number} linked with line {key} of the duty log"),
    "incident": N_("incident {number} linked with incident {key}"),
}
_ESCALATED: dict[str, str] = {
    Told.SEAT: N_("incident {number}: nobody has taken it; the other seat has to know"),
    Told.LEAD: N_("incident {number}: nobody has taken it; the lead has to know"),
    Told.MANAGER: N_("incident {number}: nobody has taken it; the manager has to know"),
}


def sentence(move: IncidentMove) -> Phrase:
    """What happened, without the person's own words."""
    number = move.incident
    if move.said is not None and move.move is Move.OPENED:
        return move.said
    match move.move:
        case Move.OPENED:
            return phrase("incident {number} opened, level {level}", number=number, level=move.level or 0)
        case Move.TAKEN:
            return phrase("incident {number} taken", number=number)
        case Move.NOTED:
            return phrase("note on incident {number}", number=number)
        case Move.AGAIN:
            return phrase("incident {number}: the fault shows again", number=number)
        case Move.RETURNED:
            return phrase("incident {number}: well again; to be closed by a person", number=number)
        case Move.MITIGATED:
            return phrase("incident {number}: the service is back", number=number)
        case Move.RESOLVED:
            return phrase("incident {number} resolved", number=number)
        case Move.REVIEWED:
            return phrase("incident {number} reviewed", number=number)
        case Move.CLOSED:
            return phrase("incident {number} closed", number=number)
        case Move.REOPENED:
            return phrase("incident {number} opened again", number=number)
        case Move.MERGED:
            return phrase("incident {number} merged into incident {other}", number=number, other=move.other or 0)
        case Move.RAISED:
            return phrase("incident {number} raised to level {level}", number=number, level=move.level or 0)
        case Move.LOWERED:
            return phrase("incident {number} lowered to level {level}", number=number, level=move.level or 0)
        case Move.SUSPENDED:
            return phrase("drill {number} suspended: {why}", number=number, why=_why(move))
        case Move.RESUMED:
            return phrase("drill {number} goes on", number=number)
        case Move.ABANDONED:
            return phrase("drill {number} ended before it was over", number=number)
    return _with_details(move)


def beside(move: IncidentMove, incident: Incident) -> Phrase | None:
    """What the duty log says of a move of a drill: only what a real alarm did to it. ``incident``: after the move."""
    match move.move:
        case Move.SUSPENDED:
            return phrase("drill {number} suspended: {why}", number=move.incident, why=_why(move))
        case Move.RESUMED:
            return phrase("drill {number} goes on", number=move.incident)
        case Move.ABANDONED if incident.pauses:
            return phrase("drill {number} ended before it was over", number=move.incident)
    return None


def _why(move: IncidentMove) -> Phrase:
    return move.said if move.said is not None else phrase("a real alarm of priority 1")


def _with_details(move: IncidentMove) -> Phrase:
    number = move.incident
    match move.details:
        case Link(kind=kind, key=key):
            return Phrase(_LINKED.get(kind, _LINKED["log"]), {"number": number, "key": key})
        case Reported(to=to):
            return phrase("incident {number}: reported to {to}", number=number, to=to)
        case Stepped(procedure=procedure, step=step, skipped=False):
            return phrase(
                "incident {number}: step {step} of {procedure} done", number=number, step=step, procedure=procedure
            )
        case Stepped(procedure=procedure, step=step):
            return phrase(
                "incident {number}: step {step} of {procedure} skipped", number=number, step=step, procedure=procedure
            )
        case Escalated(to=to):
            return Phrase(_ESCALATED.get(to, _ESCALATED[Told.LEAD]), {"number": number})
    return phrase("incident {number}", number=number)
