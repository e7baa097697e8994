"""The life of an incident: which move is legal in which state, and what the moves so far make of it.

open → accepted → mitigated → resolved → reviewed → closed, and beside these merged; a drill is an incident like any
other but for its mark. Source: the lifecycle of the domain model, and its invariant I11.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from duty import drills
from duty.incident_details import LINK_KINDS, Escalated, Link, Opening, Reported, Resolution, Review, Stepped
from duty.phrases import Phrase, phrase
from duty.records import ENDED, Incident, IncidentMove, IncidentState, Move, Refused, Subject

LEVELS = (1, 2, 3, 4)
"""Fault levels, 1 the gravest. Source: the default profile of the domain model."""
REOPEN_S = 30 * 86_400.0
"""Seconds after its end within which an incident is opened again instead of a new one. Source: domain model 4.3."""
UNREVIEWED = frozenset({3, 4})
"""Levels that are closed without a review unless the profile asks for one. Source: domain model 4.6."""
ALONE = frozenset({3, 4})
"""Levels that one person may both resolve and close. Source: invariant I10 of the domain model."""

_S, _M = IncidentState, Move
_LIVE = (_S.OPEN, _S.ACCEPTED, _S.MITIGATED, _S.RESOLVED, _S.REVIEWED)
_TABLE: dict[tuple[IncidentState, Move], IncidentState] = {
    # Words and links are welcome whenever they come, a report too: it may be made after the end.
    **{(state, move): state for state in _S for move in (_M.NOTED, _M.LINKED, _M.REPORTED)},
    **{
        (state, move): state
        for state in _LIVE
        for move in (_M.RAISED, _M.LOWERED, _M.STEPPED, _M.SUSPENDED, _M.RESUMED)
    },
    **{(state, _M.ABANDONED): _S.CLOSED for state in _LIVE},
    (_S.OPEN, _M.TAKEN): _S.ACCEPTED,
    (_S.OPEN, _M.AGAIN): _S.OPEN,
    (_S.OPEN, _M.RETURNED): _S.OPEN,
    (_S.OPEN, _M.ESCALATED): _S.OPEN,
    (_S.OPEN, _M.MERGED): _S.MERGED,
    (_S.ACCEPTED, _M.TAKEN): _S.ACCEPTED,
    (_S.ACCEPTED, _M.AGAIN): _S.ACCEPTED,
    (_S.ACCEPTED, _M.RETURNED): _S.ACCEPTED,
    (_S.ACCEPTED, _M.MITIGATED): _S.MITIGATED,
    (_S.ACCEPTED, _M.RESOLVED): _S.RESOLVED,
    (_S.ACCEPTED, _M.MERGED): _S.MERGED,
    (_S.MITIGATED, _M.TAKEN): _S.MITIGATED,
    # The way round may hold all the same: whether the service is lost again is for a person to say.
    (_S.MITIGATED, _M.AGAIN): _S.MITIGATED,
    (_S.MITIGATED, _M.RETURNED): _S.MITIGATED,
    (_S.MITIGATED, _M.RESOLVED): _S.RESOLVED,
    (_S.MITIGATED, _M.REOPENED): _S.ACCEPTED,
    (_S.MITIGATED, _M.MERGED): _S.MERGED,
    # It was not resolved then, and nobody may be at it any more.
    (_S.RESOLVED, _M.AGAIN): _S.OPEN,
    (_S.RESOLVED, _M.REOPENED): _S.OPEN,
    (_S.RESOLVED, _M.REVIEWED): _S.REVIEWED,
    (_S.RESOLVED, _M.CLOSED): _S.CLOSED,
    (_S.REVIEWED, _M.REVIEWED): _S.REVIEWED,
    (_S.REVIEWED, _M.REOPENED): _S.OPEN,
    (_S.REVIEWED, _M.CLOSED): _S.CLOSED,
    (_S.CLOSED, _M.REOPENED): _S.OPEN,
    (_S.MERGED, _M.AGAIN): _S.MERGED,
    (_S.MERGED, _M.RETURNED): _S.MERGED,
    (_S.MERGED, _M.REOPENED): _S.OPEN,
}
_KEPT: dict[tuple[IncidentState, Move], IncidentState] = {
    (_S.OPEN, _M.CLOSED): _S.CLOSED,
    (_S.ACCEPTED, _M.CLOSED): _S.CLOSED,
}
"""Moves that stores hold from before there was more than open, taken and closed. Nobody can make them now."""


class Around(msgspec.Struct, frozen=True):
    """What the legality of a move depends on beside the incident itself."""

    holding: tuple[int, ...] = ()
    """Incidents merged into it whose fault still holds."""
    target: Incident | None = None
    """The incident it is to be merged into, if there is one of that number."""
    unreviewed: frozenset[int] = UNREVIEWED
    """Levels that may be closed without a review."""
    alone: frozenset[int] = ALONE
    """Levels that may be closed by who resolved them."""


def step(incident: Incident | None, move: IncidentMove, around: Around = Around()) -> Incident:  # noqa: B008 - frozen
    """The incident after ``move``. ``None`` before the first move, which must open it.

    Raises :class:`Refused` for a move that is not legal now, with the reason.
    """
    if incident is None:
        return _opened(move)
    state = _TABLE.get((incident.state, move.move))
    why = refusal(incident, move.move) if state is None else _objection(incident, move, around)
    if why is not None or state is None:
        raise Refused(why or phrase("incident {number} is {state} already", number=incident.id, state=incident.state))
    return _after(incident, move, state)


def recall(incident: Incident | None, move: IncidentMove) -> Incident:
    """The incident after a move that was kept: judged by the table alone, for its reasons held when it was made.

    Raises :class:`Refused` where no version of the rules could have kept it.
    """
    if incident is None:
        return _opened(move)
    place = (incident.state, move.move)
    state = _TABLE.get(place) or _KEPT.get(place)
    if state is None:
        raise Refused(phrase("incident {number} is {state} already", number=incident.id, state=incident.state))
    return _after(incident, move, state)


def _opened(move: IncidentMove) -> Incident:
    if move.move is not Move.OPENED or move.level not in LEVELS:
        raise Refused(phrase("there is no incident {number}", number=move.incident))
    opening = move.details if isinstance(move.details, Opening) else Opening()
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
        classified_at=move.at,
        drill=opening.drill,
        after=opening.after,
        alarms=opening.alarms,
        scenario=opening.scenario,
        began_at=opening.began_at,
    )


def refusal(incident: Incident, move: Move) -> Phrase | None:
    """Why the state of ``incident`` does not allow ``move``; ``None`` where it does."""
    if (incident.state, move) in _TABLE:
        return None
    number, state = incident.id, incident.state
    if state is IncidentState.MERGED:
        into = incident.merged_into or 0
        return phrase("incident {number} was merged into incident {other}", number=number, other=into)
    if state is IncidentState.CLOSED:
        return phrase("incident {number} is closed", number=number)
    if move is Move.REOPENED:
        return phrase("incident {number} has not ended", number=number)
    if move in (Move.REVIEWED, Move.CLOSED):
        return phrase("incident {number} is not resolved yet", number=number)
    if state in (IncidentState.RESOLVED, IncidentState.REVIEWED):
        return phrase("incident {number} is resolved: open it again first", number=number)
    if state is IncidentState.OPEN and move in (Move.MITIGATED, Move.RESOLVED):
        return phrase("incident {number} is nobody's yet: take it first", number=number)
    return phrase("incident {number} is {state} already", number=number, state=state.value)


def _objection(incident: Incident, move: IncidentMove, around: Around) -> Phrase | None:
    """Why a move that the state allows is not made all the same."""
    number = incident.id
    if (why := drills.objection(incident, move)) is not None:
        return why
    match move.move:
        case Move.TAKEN if incident.owner == move.actor:
            return phrase("you have incident {number} already", number=number)
        case Move.MITIGATED | Move.NOTED if not move.text:
            return phrase("nothing was written")
        case Move.RESOLVED:
            return _unresolvable(incident, move, around)
        case Move.REVIEWED:
            if not isinstance(move.details, Review) or not (move.details.happened and move.details.root_cause):
                return phrase("a review says what happened and what the root cause was")
        case Move.CLOSED:
            return needs_review(incident, around.unreviewed) or needs_second(incident, move.actor, around.alone)
        case Move.REOPENED:
            return _unopenable(incident, move)
        case Move.MERGED:
            return _unmergeable(incident, move, around.target)
        case Move.RAISED | Move.LOWERED:
            return _unlevelled(incident, move)
        case Move.LINKED:
            if not isinstance(move.details, Link) or move.details.kind not in LINK_KINDS or not move.details.key:
                return phrase("a link says of which kind and which one")
        case Move.STEPPED:
            if not isinstance(move.details, Stepped):
                return phrase("a step says of which procedure it is")
            if move.details.skipped and not move.text:
                return phrase("a step is skipped only with a reason")
        case Move.REPORTED:
            if not isinstance(move.details, Reported) or not move.details.to:
                return phrase("a report says who was told")
    return None


def holds(incident: Incident) -> bool:
    """Whether what it was opened for is known to hold. Of one opened by hand nothing is known."""
    return incident.automatic and incident.active


def _unresolvable(incident: Incident, move: IncidentMove, around: Around) -> Phrase | None:
    if holds(incident):
        return phrase("incident {number} cannot be resolved: the fault still holds", number=incident.id)
    if around.holding:
        return phrase(
            "incident {number} cannot be resolved: the fault of incident {other}, merged into it, still holds",
            number=incident.id,
            other=around.holding[0],
        )
    if not isinstance(move.details, Resolution):
        return phrase("resolving needs a cause code")
    return None if move.text else phrase("resolving needs what was done")


def needs_review(incident: Incident, unreviewed: frozenset[int] = UNREVIEWED) -> Phrase | None:
    """Why a resolved incident cannot be closed yet; ``None`` where it can."""
    if incident.state is IncidentState.REVIEWED or incident.drill or incident.level in unreviewed:
        return None
    return phrase(
        "incident {number} is of level {level}: it is reviewed before it is closed",
        number=incident.id,
        level=incident.level,
    )


def needs_second(incident: Incident, who: str, alone: frozenset[int] = ALONE) -> Phrase | None:
    """Why ``who`` does not close it: what was grave is not ended by one person's word (I10). ``None`` where they may.

    Names are those under which the kernel knows who speaks, so the second one has a login of their own.
    """
    if incident.drill or incident.level in alone or incident.resolved_by != who:
        return None
    return phrase(
        "incident {number} is of level {level} and you resolved it: another person closes it",
        number=incident.id,
        level=incident.level,
    )


def _unopenable(incident: Incident, move: IncidentMove) -> Phrase | None:
    if not move.text:
        return phrase("say why incident {number} is opened again", number=incident.id)
    if incident.ended_at is not None and move.at - incident.ended_at > REOPEN_S:
        return phrase("incident {number} ended more than 30 days ago: open a new one", number=incident.id)
    return None


def _unmergeable(incident: Incident, move: IncidentMove, target: Incident | None) -> Phrase | None:
    if target is None:
        return phrase("there is no incident {number}", number=move.other or 0)
    if target.id == incident.id:
        return phrase("an incident is not merged into itself")
    if target.state in ENDED or target.state in (IncidentState.RESOLVED, IncidentState.REVIEWED):
        return phrase("incident {number} has ended: nothing is merged into it", number=target.id)
    if target.drill != incident.drill:
        return phrase("a drill and a real incident are not merged")
    return None


def _unlevelled(incident: Incident, move: IncidentMove) -> Phrase | None:
    if move.level not in LEVELS:
        return phrase("a level is 1, 2, 3 or 4")
    if move.level == incident.level:
        return phrase("incident {number} is of level {level} already", number=incident.id, level=incident.level)
    if (move.level < incident.level) != (move.move is Move.RAISED):
        return phrase("incident {number} is of level {level} by now", number=incident.id, level=incident.level)
    if move.move is Move.LOWERED and not move.text:
        return phrase("a level is lowered only with a reason")
    return None


def _after(incident: Incident, move: IncidentMove, state: IncidentState) -> Incident:
    return msgspec.structs.replace(incident, state=state, changed_at=move.at, **_changes(incident, move))


def _changes(incident: Incident, move: IncidentMove) -> dict[str, object]:
    match move.move:
        case Move.TAKEN:
            first = incident.accepted_at if incident.accepted_at is not None else move.at
            return {"owner": move.actor, "accepted_at": first}
        case Move.NOTED:
            return {"last_note": move.text}
        case Move.AGAIN:
            again = _undone(incident) if incident.state is IncidentState.RESOLVED else {}
            return {**again, "count": incident.count + 1, "active": True}
        case Move.RETURNED:
            return {"active": False}
        case Move.MITIGATED:
            return {"mitigated_at": move.at, "last_note": move.text}
        case Move.RESOLVED:
            cause = move.details.cause if isinstance(move.details, Resolution) else None
            service = incident.mitigated_at if incident.mitigated_at is not None else move.at
            return {
                "resolved_at": move.at, "resolved_by": move.actor, "cause": cause, "last_note": move.text,
                "mitigated_at": service, "active": False, "ended_at": move.at,
            }  # fmt: skip
        case Move.REVIEWED:
            return {"reviewed_at": move.at}
        case Move.CLOSED:
            note = move.text or incident.last_note
            return {"closed_at": move.at, "ended_at": move.at, "active": False, "last_note": note}
        case Move.REOPENED:
            if incident.state is IncidentState.MITIGATED:
                return {"mitigated_at": None, "last_note": move.text}
            return {**_undone(incident), "last_note": move.text}
        case Move.MERGED:
            return {"merged_into": move.other, "ended_at": move.at, "last_note": move.text or incident.last_note}
        case Move.RAISED | Move.LOWERED:
            return {"level": move.level, "classified_at": move.at, "escalated": 0}
        case Move.LINKED if isinstance(move.details, Link) and move.details.kind == "alarm":
            return {"alarms": tuple(dict.fromkeys((*incident.alarms, move.details.key)))}
        case Move.REPORTED if isinstance(move.details, Reported):
            return {"reported": {**incident.reported, move.details.clock: move.details.at}}
        case Move.ESCALATED if isinstance(move.details, Escalated):
            return {"escalated": move.details.step}
        case Move.SUSPENDED:
            return {"pauses": (*incident.pauses, (move.at, None))}
        case Move.RESUMED:
            return {"pauses": _ended(incident, move.at)}
        case Move.ABANDONED:
            return {
                "closed_at": move.at, "ended_at": move.at, "active": False, "last_note": move.text,
                "pauses": _ended(incident, move.at),
            }  # fmt: skip
    return {}


def _ended(incident: Incident, at: float) -> tuple[tuple[float, float | None], ...]:
    if not incident.suspended:
        return incident.pauses
    return (*incident.pauses[:-1], (incident.pauses[-1][0], at))


def _undone(incident: Incident) -> dict[str, object]:
    """What was said of its end holds no longer, and whoever had it may be gone."""
    return {
        "owner": "", "accepted_at": None, "mitigated_at": None, "resolved_at": None, "resolved_by": "", "cause": None,
        "reviewed_at": None, "closed_at": None, "ended_at": None, "merged_into": None, "escalated": 0,
        "reopened": incident.reopened + 1, "active": incident.active or not incident.automatic,
    }  # fmt: skip


def root_of(incidents: Mapping[int, Incident], incident: Incident) -> Incident:
    """The incident that speaks for it: itself, or the one it was merged into, however often."""
    seen = {incident.id}
    while incident.merged_into is not None and incident.merged_into not in seen:
        found = incidents.get(incident.merged_into)
        if found is None:
            break
        incident = found
        seen.add(incident.id)
    return incident


def open_for(incidents: Mapping[int, Incident], subject: Subject) -> Incident | None:
    """The incident that was opened by rule for ``subject`` and has not ended: the same fault joins it."""
    for incident in incidents.values():
        if not incident.automatic or incident.subject != subject:
            continue
        if root_of(incidents, incident).state in _LIVE[:-1]:
            return incident
    return None


def ended_before(incidents: Mapping[int, Incident], subject: Subject, at: float) -> int | None:
    """The newest ended incident of ``subject`` that could still be opened again at ``at``."""
    found = [
        one
        for one in incidents.values()
        if one.subject == subject and one.ended_at is not None and at - one.ended_at <= REOPEN_S and not one.drill
    ]
    return max(found, key=lambda one: one.ended_at or 0.0).id if found else None


def untaken(incidents: Mapping[int, Incident]) -> list[Incident]:
    """Those that nobody has; a drill is none of them."""
    return [one for one in incidents.values() if one.state is IncidentState.OPEN and not one.drill]


_RANK = {_S.OPEN: 0, _S.ACCEPTED: 1, _S.MITIGATED: 2, _S.RESOLVED: 3, _S.REVIEWED: 4, _S.CLOSED: 5, _S.MERGED: 5}


def queue_order(incident: Incident) -> tuple[bool, bool, int, int, float]:
    """Sort key of the queue: not ended first, real ones first, nobody's first, gravest first, oldest first."""
    ended = incident.state in ENDED
    return (ended, incident.drill, _RANK[incident.state], incident.level, incident.opened_at)
