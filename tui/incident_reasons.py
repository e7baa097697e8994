"""Why a move of the incident under the cursor cannot be made now, for the footer, the help and the palette.

The watch judges once more when it is asked: what a screen knows may be old.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from duty.incidents import holds, needs_review, needs_second, refusal
from duty.phrases import Phrase, phrase
from duty.records import Incident, Move

if TYPE_CHECKING:
    from tui.app import WatchkeeperApp

Reason = Callable[["WatchkeeperApp"], Phrase | None]


def cannot(move: Move) -> Reason:
    """What says why ``move`` cannot be made now."""

    def reason(app: WatchkeeperApp) -> Phrase | None:
        incident = app.incident()
        if incident is None:
            return phrase("no incident under the cursor")
        if not app.picture.connected:
            return phrase("there is no watch to ask just now")
        return (
            refusal(incident, move) or app.picture.rules.people.may(app.picture.who, move) or _more(app, incident, move)
        )

    return reason


def _more(app: WatchkeeperApp, incident: Incident, move: Move) -> Phrase | None:
    match move:
        case Move.TAKEN if incident.owner == app.picture.who:
            return phrase("you have incident {number} already", number=incident.id)
        case Move.RESOLVED if holds(incident):
            return phrase("incident {number} cannot be resolved: the fault still holds", number=incident.id)
        case Move.RESOLVED:
            return _held(app, incident)
        case Move.CLOSED:
            rules = app.picture.rules
            return needs_review(incident, rules.unreviewed) or needs_second(incident, app.picture.who, rules.alone)
        case Move.MERGED if not mergeable(app, incident):
            return phrase("there is no other incident to merge it into")
    return None


def _held(app: WatchkeeperApp, incident: Incident) -> Phrase | None:
    for part in app.picture.incidents.values():
        if part.merged_into == incident.id and holds(part):
            return phrase(
                "incident {number} cannot be resolved: the fault of incident {other}, merged into it, still holds",
                number=incident.id,
                other=part.id,
            )
    return None


def mergeable(app: WatchkeeperApp, incident: Incident) -> list[Incident]:
    """The incidents that it can be merged into, the oldest first."""
    return [
        one
        for one in sorted(app.picture.incidents.values(), key=lambda one: one.opened_at)
        if one.id != incident.id and refusal(one, Move.MERGED) is None and one.drill == incident.drill
    ]
