"""One incident and all that happened to it, as lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from duty.countdowns import countdowns, lost_s, lost_trading_s, next_escalation, proposal
from duty.duty_rules import DutyRules
from duty.incident_details import CAUSE_WORDS, Escalated, Evidence, Link, Opening, Reported, Review, Stepped
from duty.incident_profile import TOLD_WORDS, Told
from duty.phrases import N_
from duty.records import ENDED, Incident, IncidentMove, Move
from tui import figures
from tui.chips import chip_lines
from tui.drill_words import debrief_lines
from tui.glyphs import Glyphs
from tui.incident_contacts import contact_lines
from tui.incident_evidence import evidence_lines
from tui.incident_facts import shown_words
from tui.incident_words import MOVE_WORDS
from tui.pager import Line, wrapped
from tui.sayings import INCIDENT_WORDS, about_of, title_of
from wire.words import _, say

LINK_WORDS = {
    "alarm": N_("alarm"),
    "host": N_("host"),
    "change": N_("change"),
    "log": N_("line of the duty log"),
    "incident": N_("incident"),
}


@dataclass(frozen=True)
class Known:
    """What the page is made of. ``moves``: oldest first, ``None`` while they are being fetched."""

    incident: Incident
    moves: Sequence[IncidentMove] | None
    parts: Sequence[Incident]
    """Incidents that were merged into it."""
    rules: DutyRules
    now: float
    zone: str
    last: Incident | None = None
    """Of a drill: the one of its kind before it."""


def incident_lines(known: Known, glyphs: Glyphs, width: int) -> list[Line]:
    """The page."""
    return [
        *_head(known, glyphs, width),
        *_clocks(known, glyphs, width),
        *_about(known, width),
        *_debrief(known, width),
        *_happened(known, width),
        *_review(known, width),
        *_evidence(known, glyphs, width),
        *contact_lines(known.rules.contacts, known.now, known.zone, glyphs, width),
    ]


def _head(known: Known, glyphs: Glyphs, width: int) -> Iterator[Line]:
    incident, now = known.incident, known.now
    mark = glyphs.incidents[incident.state]
    level = _("level {n}", n=incident.level)
    meaning = _(known.rules.level(incident.level).meaning)
    drill = ((f"{glyphs.drill.text} " + _("DRILL") + "  ", "practice"),) if incident.drill else ()
    yield (*drill, (_("Incident {number}", number=incident.id), "title.focus"), (f"  {level}: {meaning}", ""))
    yield from wrapped(title_of(incident), width)
    words = f"{_(INCIDENT_WORDS[incident.state])} {known.rules.people.shown(incident.owner)}".strip()
    until = incident.ended_at if incident.state in ENDED or incident.resolved_at else None
    age = _("open for {time}", time=figures.span((until or now) - incident.opened_at))
    yield ((f"{mark.text} ", mark.tone), (words, ""), (f"  {age}", "dim"))
    if incident.suspended:
        since = figures.clock(incident.pauses[-1][0], known.zone, now)
        words = _(
            "suspended by a real alarm since {time}: all its clocks stand; a person resumes or ends it", time=since
        )
        yield from wrapped(words, width, "alarm")
    if about := about_of(incident.subject):
        yield from wrapped(_("about {subject}", subject=about), width, "dim")
    if incident.automatic:
        holds = _("the fault still holds") if incident.active else _("the fault is gone")
        yield from wrapped(_("opened by rule; {holds}", holds=holds), width, "warn" if incident.active else "ok")
    if incident.count > 1:
        yield from wrapped(_("the fault showed {count} times", count=incident.count), width, "dim")


def _clocks(known: Known, glyphs: Glyphs, width: int) -> Iterator[Line]:
    incident, rules, now = known.incident, known.rules, known.now
    for countdown in countdowns(incident, rules, now):
        yield from chip_lines(countdown, glyphs, known.zone, now, width)
        if countdown.source:
            yield from wrapped(countdown.source, width, "dim", indent=5)
    if (following := next_escalation(incident, rules)) is not None:
        to, at = following
        words = _("{who} has to know at {time}", who=_(TOLD_WORDS[to]), time=figures.clock(at, known.zone, now))
        mark = glyphs.clocks["running"]
        yield ((f"  {mark.text} ", mark.tone), (words, ""))
    lost = lost_trading_s(incident, rules, now)
    wall = figures.span(lost_s(incident, now))
    if lost is None:
        yield from wrapped(_("without the service for {wall}", wall=wall), width, "dim", indent=2)
    else:
        minutes = int(lost // 60)
        words = _("without the service for {minutes} trading minutes ({wall} in all)", minutes=minutes, wall=wall)
        yield from wrapped(words, width, "dim", indent=2)
    if (said := proposal(incident, rules, now)) is not None:
        yield from wrapped(say(said), width, "warn", indent=2)


def _about(known: Known, width: int) -> Iterator[Line]:
    incident = known.incident
    if incident.cause is not None:
        cause = _(CAUSE_WORDS[incident.cause])
        yield from wrapped(_("cause: {cause}; done: {text}", cause=cause, text=incident.last_note), width)
    if incident.merged_into is not None:
        yield from wrapped(_("merged into incident {number}", number=incident.merged_into), width, "warn")
    if incident.after is not None:
        words = _("incident {number}, of the same thing, ended shortly before", number=incident.after)
        yield from wrapped(words, width, "warn")
    if incident.reopened:
        yield from wrapped(_("opened again {count} times", count=incident.reopened), width, "dim")
    for part in known.parts:
        words = _("merged into this: incident {number}, {title}", number=part.id, title=title_of(part))
        yield from wrapped(words, width, "warn" if part.automatic and part.active else "dim")


def _debrief(known: Known, width: int) -> Iterator[Line]:
    if not known.incident.drill:
        return
    yield ()
    yield ((_("Debrief"), "title"),)
    for words in debrief_lines(known.incident, known.last):
        yield from wrapped(words, width, indent=2)


def _happened(known: Known, width: int) -> Iterator[Line]:
    title = title_of(known.incident)
    yield ()
    yield ((_("What happened"), "title"),)
    if known.moves is None:
        yield (("  " + _("asking the watch…"), "dim"),)
    for move in known.moves or ():
        yield (
            (f"  {figures.clock(move.at, known.zone, known.now)}  ", "dim"),
            (_(MOVE_WORDS[move.move]) + _beside(move), ""),
            ("  " + (known.rules.people.shown(move.actor) if move.actor else _("watch")), "name"),
        )
        said = move.text or (say(move.said) if move.said else "")
        if said and said != title:
            yield from wrapped(said, width, indent=12)
        if isinstance(move.details, Stepped):
            for shown in move.details.shown:
                yield from wrapped(shown_words(shown), width, "dim", indent=12)


def _beside(move: IncidentMove) -> str:
    """What stands behind the word of a move on its line."""
    match move.details:
        case Escalated(to=to):
            return ": " + _(TOLD_WORDS[Told(to)]) if to in tuple(Told) else ""
        case Stepped(do=do, step=step, skipped=skipped):
            words = say(do) if do is not None else step
            return ": " + (_("skipped: {step}", step=words) if skipped else _("done: {step}", step=words))
        case Link(kind=kind, key=key):
            return f": {_(LINK_WORDS[kind])} {key}"
        case Reported(to=to, how=how):
            return ": " + _("{who}, by {how}", who=to, how=how)
    if move.level is not None and move.move is not Move.OPENED:
        return ": " + _("level {n}", n=move.level)
    return f": {move.other}" if move.other is not None else ""


def _review(known: Known, width: int) -> Iterator[Line]:
    reviews = [move for move in known.moves or () if isinstance(move.details, Review)]
    if not reviews:
        return
    review = reviews[-1].details
    assert isinstance(review, Review)
    yield ()
    yield ((_("Review"), "title"),)
    told = (
        (_("what happened: {text}", text=review.happened), True),
        (_("root cause: {text}", text=review.root_cause), True),
        (_("the vendor's part: {text}", text=review.vendor), bool(review.vendor)),
        (_("same fault elsewhere: {text}", text=review.elsewhere), bool(review.elsewhere)),
    )
    for words, there in told:
        if there:
            yield from wrapped(words, width, indent=2)
    for action in review.actions:
        words = _("to do by {due}, {owner}: {what}", due=action.due, owner=action.owner, what=action.what)
        yield from wrapped(words, width, indent=2)


def _evidence(known: Known, glyphs: Glyphs, width: int) -> Iterator[Line]:
    found: list[Evidence] = [
        move.details.evidence
        for move in known.moves or ()
        if isinstance(move.details, Opening) and move.details.evidence is not None
    ]
    for evidence in found[:1]:
        yield from evidence_lines(evidence, known.zone, known.now, glyphs, width)
