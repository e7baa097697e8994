"""The sentence of each further move of an incident, as plain mode says it."""

from __future__ import annotations

from collections.abc import Mapping

from duty.incident_details import Escalated, Link, Reported
from duty.incident_profile import Told
from duty.records import IncidentMove, Move
from wire.words import _


def sentence(move: IncidentMove, values: Mapping[str, str | int]) -> str:
    """What happened. ``values``: number, level, title, who and text of it."""
    match move.move:
        case Move.MITIGATED:
            return _("Incident {number}: the service is back, says {who}: {text}.", **values)
        case Move.RESOLVED:
            return _("Incident {number} resolved by {who}: {text}.", **values)
        case Move.REVIEWED:
            return _("Incident {number} reviewed by {who}.", **values)
        case Move.REOPENED:
            return _("Incident {number} opened again by {who}: {text}.", **values)
        case Move.MERGED:
            return _("Incident {number} merged into incident {other} by {who}.", other=move.other or 0, **values)
        case Move.RAISED:
            return _("Incident {number} raised to level {level} by {who}.", **values)
        case Move.LOWERED:
            return _("Incident {number} lowered to level {level} by {who}: {text}.", **values)
        case Move.SUSPENDED:
            return _("Drill {number} SUSPENDED by a real alarm: a person resumes or ends it.", **values)
        case Move.RESUMED:
            return _("Drill {number} goes on, says {who}.", **values)
        case Move.ABANDONED:
            return _("Drill {number} ended before it was over, by {who}: {text}.", **values)
    match move.details:
        case Escalated(to=Told.SEAT):
            return _("Incident {number}: nobody has taken it, the other seat has to know: {title}.", **values)
        case Escalated(to=Told.MANAGER):
            return _("Incident {number}: nobody has taken it, the manager has to know: {title}.", **values)
        case Escalated():
            return _("Incident {number}: nobody has taken it, the lead has to know: {title}.", **values)
        case Link(key=key):
            return _("Incident {number} linked with {key} by {who}.", key=key, **values)
        case Reported(to=to):
            return _("Incident {number} reported to {whom} by {who}.", whom=to, **values)
    return _("Incident {number} moved: {title}.", **values)
