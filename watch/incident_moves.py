"""What a person asks to be done with an incident: cleaned, and refused where their role is too low."""

from __future__ import annotations

import math

from duty.clean import clean
from duty.drills import pressing
from duty.emergency import resolved
from duty.evidence import trusted, unseen
from duty.incident_details import Details, Link, Reported, Resolution, Review, ReviewAction, Shown, Stepped
from duty.phrases import phrase
from duty.records import Incident, Move, Refused
from watch.recorder import Recorder
from wire.messages import MoveIncident

MAX_TEXT = 5000
"""Characters of one entry: a pasted stack trace fits, a file does not."""
MAX_ACTIONS = 50
"""Actions of one review."""
EARLY_S = 60.0
"""Seconds that the clock of who reports may be ahead."""


async def asked_move(recorder: Recorder, who: str, asked: MoveIncident, at: float, session: str) -> Incident:
    """Make the move for ``who``. Raises :class:`duty.records.Refused` with the reason where it cannot be made."""
    if (why := recorder.rules.people.may(who, asked.move)) is not None:
        raise Refused(why)
    if asked.move is Move.RESUMED and (why := pressing(recorder.incidents.values(), recorder.practised)) is not None:
        raise Refused(why)
    details = _cleaned(asked.details, at)
    if isinstance(details, Stepped):
        details = _stepped(recorder, asked.incident, details, at)
    return await recorder.move(
        asked.incident,
        asked.move,
        at=at,
        actor=who,
        text=clean(asked.text.strip(), MAX_TEXT),
        level=asked.level,
        other=asked.other,
        details=details,
        session=session,
    )


def spoken(text: str) -> str:
    """A person's words, cleaned; nothing said is refused."""
    cleaned = clean(text.strip(), MAX_TEXT)
    if not cleaned:
        raise Refused(phrase("nothing was written"))
    return cleaned


def _cleaned(details: Details | None, at: float) -> Details | None:
    match details:
        case None | Resolution() | Stepped():
            return details
        case Link(kind=kind, key=key):
            return Link(clean(kind, 20), clean(key.strip(), 200))
        case Reported():
            if not math.isfinite(details.at) or details.at > at + EARLY_S:
                raise Refused(phrase("a report is not made in the future"))
            return Reported(_words(details.clock), _words(details.to), details.at, _words(details.how))
        case Review():
            if len(details.actions) > MAX_ACTIONS:
                raise Refused(phrase("a review has at most {count} actions", count=MAX_ACTIONS))
            actions = tuple(ReviewAction(_words(a.what), _words(a.owner), _words(a.due)) for a in details.actions)
            return Review(
                happened=clean(details.happened.strip(), MAX_TEXT),
                root_cause=clean(details.root_cause.strip(), MAX_TEXT),
                vendor=clean(details.vendor.strip(), MAX_TEXT),
                elsewhere=clean(details.elsewhere.strip(), MAX_TEXT),
                actions=actions,
            )
    raise Refused(phrase("no person does that: the watch does"))


def _stepped(recorder: Recorder, number: int, asked: Stepped, at: float) -> Stepped:
    """The step as the site has it, with what stands beside it as the watch sees it itself: the claim is a person's."""
    procedure = next((one for one in recorder.rules.procedures if one.key == asked.procedure), None)
    if procedure is None:
        raise Refused(phrase("there is no procedure {key} in this site", key=_words(asked.procedure)))
    if procedure.version != asked.version:
        raise Refused(phrase("procedure {key} was changed: look again", key=procedure.key))
    step, incident = procedure.step(asked.step), recorder.incidents.get(number)
    if step is None:
        raise Refused(phrase("procedure {key} has no step {step}", key=procedure.key, step=_words(asked.step)))
    if incident is None:
        raise Refused(phrase("there is no incident {number}", number=number))
    things = [resolved(one, incident.subject) for one in step.shows]
    seen = tuple(Shown(str(thing), trusted(recorder.witness(thing, at, "") or unseen(at), thing)) for thing in things)
    return Stepped(procedure.key, step.key, asked.skipped, procedure.version, procedure.title, step.do, seen)


def _words(text: str) -> str:
    return clean(text.strip(), 500)
