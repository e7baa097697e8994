"""The emergency procedure inside an incident, as lines: each step with the live values of what it speaks of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from duty.board import HostView
from duty.emergency import Claim, Procedure, Step, claim, progress, resolved
from duty.evidence import live
from duty.incident_details import Evidence, Stepped
from duty.quality import State
from duty.records import Incident, IncidentMove
from duty.roles import People
from tui import figures
from tui.glyphs import Glyphs
from tui.incident_facts import CLAIM_WORDS, shown_words, spoken_facts
from tui.pager import Line, wrapped
from tui.sayings import QUALITY_WORDS, STATE_WORDS, about_of, listed
from wire.words import _, say

_INDENT = 6


@dataclass(frozen=True)
class Open:
    """What the page is made of. ``procedures``: those that fit, the one at ``at`` is open; ``step``: the chosen one."""

    incident: Incident
    procedures: Sequence[Procedure]
    at: int
    step: int
    moves: Sequence[IncidentMove]
    hosts: Mapping[str, HostView]
    people: People
    now: float
    zone: str


def emergency_lines(page: Open, glyphs: Glyphs, width: int) -> tuple[list[Line], int]:
    """The page, and the number of the line at which the chosen step begins."""
    lines: list[Line] = []
    drill = ((f"{glyphs.drill.text} " + _("DRILL") + "  ", "practice"),) if page.incident.drill else ()
    lines.append((*drill, (_("Emergency procedures, incident {number}", number=page.incident.id), "title.focus")))
    if not page.procedures:
        return [*lines, *wrapped(_("No procedure of the site file fits this incident."), width, "warn")], 0
    for number, one in enumerate(page.procedures):
        mark = glyphs.cursor if number == page.at else " "
        done = len(progress(one, page.moves))
        words = _("{title}: {done} of {steps} steps", title=say(one.title), done=done, steps=len(one.steps))
        lines += wrapped(f"{mark} {words}", width, "name" if number == page.at else "dim")
    lines.append(())
    chosen = 0
    procedure = page.procedures[page.at]
    made = progress(procedure, page.moves)
    for number, step in enumerate(procedure.steps):
        if number == page.step:
            chosen = len(lines)
        lines += _step(page, number, step, made.get(step.key), glyphs, width)
    return lines, chosen


def _step(page: Open, number: int, step: Step, made: IncidentMove | None, glyphs: Glyphs, width: int) -> Iterator[Line]:
    here = glyphs.cursor if number == page.step else " "
    sign, tone = _sign(made, glyphs)
    for place, line in enumerate(wrapped(say(step.do), width - _INDENT, "name" if number == page.step else "")):
        head = f"{here}{sign} {number + 1} " if place == 0 else ""
        yield ((head.ljust(_INDENT), tone), *line)
    yield from wrapped(_("expected: {text}", text=say(step.expect)), width, "dim", indent=_INDENT)
    for shows in step.shows:
        thing = resolved(shows, page.incident.subject)
        yield from shown_lines(about_of(thing), live(page.hosts.get(thing.host), thing, page.now), glyphs, width)
    if made is not None and isinstance(made.details, Stepped):
        yield from wrapped(_told(page, made, made.details), width, tone, indent=_INDENT)
        yield from claim_lines(made.details, width, _INDENT)


def _sign(made: IncidentMove | None, glyphs: Glyphs) -> tuple[str, str]:
    """Shape and letter: to be done, skipped, done; done by a person's word against the telemetry, or without any."""
    if made is None or not isinstance(made.details, Stepped):
        return glyphs.dot + "T", "dim"
    if made.details.skipped:
        return glyphs.missing + "S", "warn"
    match claim(made.details):
        case Claim.CONFLICT:
            return glyphs.states[State.ACT].shape + "C", "act"
        case Claim.NO_EVIDENCE:
            return glyphs.states[State.UNKNOWN].shape + "N", "unknown"
    return glyphs.states[State.OK].shape + "D", "ok"


def _told(page: Open, made: IncidentMove, details: Stepped) -> str:
    who = page.people.shown(made.actor)
    at = figures.clock(made.at, page.zone, page.now)
    if details.skipped:
        return _("skipped {time} by {who}: {why}", time=at, who=who, why=made.text)
    words = _("done {time} by {who}", time=at, who=who)
    return f"{words}: {made.text}" if made.text else words


def claim_lines(made: Stepped, width: int, indent: int) -> Iterator[Line]:
    """The word that a step is done beside what was seen at that moment, where the two do not agree."""
    found = claim(made)
    if found not in CLAIM_WORDS:
        return
    tone = "act" if found is Claim.CONFLICT else "unknown"
    yield from wrapped(_(CLAIM_WORDS[found]), width, tone, indent=indent)
    for one in made.shown:
        yield from wrapped(shown_words(one), width, tone, indent=indent + 2)


def shown_lines(name: str, seen: Evidence, glyphs: Glyphs, width: int, indent: int = _INDENT) -> Iterator[Line]:
    """A thing with its state, how sure that is, and its values, each with its age. Not read well is never green."""
    state, quality = glyphs.states[seen.state], glyphs.qualities[seen.quality]
    yield (
        (" " * indent, ""), (f"{state.text} ", state.tone), (f"{name}  {_(STATE_WORDS[seen.state])}  ", ""),
        (f"{quality.text} ", quality.tone), (_(QUALITY_WORDS[seen.quality]), ""),
    )  # fmt: skip
    if facts := listed(spoken_facts(seen.subject or seen.host)):
        yield from wrapped(facts, width, "dim", indent=indent + 3)
    for why in seen.why[:3]:
        yield from wrapped(say(why), width, "dim", indent=indent + 3)
