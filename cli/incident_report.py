"""The situation report of one incident: one document, as Markdown or as one HTML file that needs nothing else."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cli.report_graphs import svg, table
from duty.countdowns import countdowns, lost_s, lost_trading_s
from duty.duty_rules import DutyRules
from duty.incident_details import CAUSE_WORDS, Opening, Past, Review, Stepped
from duty.records import Incident, IncidentMove
from tui import figures
from tui.drill_words import debrief_lines
from tui.incident_facts import guidance_words, past_words, shown_words, spoken_facts
from tui.incident_words import MOVE_WORDS
from tui.sayings import INCIDENT_WORDS, about_of, title_of
from wire.words import _, language, say

_MARKED = re.compile(r"([\\`*_{}\[\]<>#|~!&])")
"""Characters that Markdown takes for more than themselves."""
_STYLE = "body{font:16px/1.5 sans-serif;max-width:50em;margin:2em auto;padding:0 1em}dt{font-weight:bold}"


@dataclass(frozen=True)
class Section:
    """A heading and its lines, each a plain text."""

    title: str
    lines: tuple[str, ...]
    past: tuple[Past, ...] = ()
    zone: str = "UTC"
    """Of the times of ``past``."""


def report(
    incident: Incident, moves: Sequence[IncidentMove], rules: DutyRules, now: float, last: Incident | None = None
) -> list[Section]:
    """The document in the language spoken now. The first section's title is the document's.

    ``last``: of a drill, the one of its kind before it.
    """
    zone = rules.time_zone
    found = [
        Section(_("Situation report: incident {number}", number=incident.id), tuple(_facts(incident, rules, now))),
        Section(_("What happened"), tuple(_timeline(moves, rules, zone))),
    ]
    if incident.drill:
        found.append(Section(_("Debrief"), tuple(debrief_lines(incident, last))))
    clocks = [
        _("{what}: due {due}, done {met}", what=_(one.what), due=figures.date(one.due_at, zone),
          met=figures.date(one.met_at, zone)) + (f" ({one.source})" if one.source else "")
        for one in countdowns(incident, rules, now)
    ]  # fmt: skip
    if clocks:
        found.append(Section(_("Clocks"), tuple(clocks)))
    for move in moves:
        if isinstance(move.details, Opening) and move.details.evidence is not None:
            evidence = move.details.evidence
            lines = [say(why) for why in evidence.why]
            lines += [*spoken_facts(evidence.subject), *spoken_facts(evidence.host), *evidence.lines]
            for alarm in evidence.alarms:
                lines.append(_("alarm {key} of priority {priority}: {thing}", key=alarm.definition,
                               priority=alarm.priority, thing=alarm.thing))  # fmt: skip
                lines += guidance_words(alarm)
            title = _("As it was at {time}", time=figures.date(evidence.at, zone))
            found.append(Section(title, tuple(lines), evidence.past, zone))
    reviews = [move.details for move in moves if isinstance(move.details, Review)]
    if reviews:
        found.append(Section(_("Review"), tuple(_review(reviews[-1]))))
    return found


def _facts(incident: Incident, rules: DutyRules, now: float) -> Iterator[str]:
    zone = rules.time_zone
    if incident.drill:
        yield _("DRILL")
    yield title_of(incident)
    yield _("level {n}", n=incident.level) + ": " + _(rules.level(incident.level).meaning)
    yield f"{_(INCIDENT_WORDS[incident.state])} {rules.people.shown(incident.owner)}".strip()
    if about := about_of(incident.subject):
        yield _("about {subject}", subject=about)
    yield _("opened {time}", time=figures.date(incident.opened_at, zone))
    wall = figures.span(lost_s(incident, now))
    lost = lost_trading_s(incident, rules, now)
    if lost is None:
        yield _("without the service for {wall}", wall=wall)
    else:
        minutes = int(lost // 60)
        yield _("without the service for {minutes} trading minutes ({wall} in all)", minutes=minutes, wall=wall)
    if incident.cause is not None:
        yield _("cause: {cause}", cause=_(CAUSE_WORDS[incident.cause]))
    yield _("written {time}, time zone {zone}", time=figures.date(now, zone), zone=zone)


def _timeline(moves: Sequence[IncidentMove], rules: DutyRules, zone: str) -> Iterator[str]:
    for move in moves:
        who = rules.people.shown(move.actor) if move.actor else _("watch")
        said = move.text or (say(move.said) if move.said else "")
        line = f"{figures.clock(move.at, zone, 0.0)} {_(MOVE_WORDS[move.move])} ({who})"
        yield f"{line}: {said}" if said else line
        if isinstance(move.details, Stepped):
            step = say(move.details.do) if move.details.do is not None else move.details.step
            yield _("skipped: {step}", step=step) if move.details.skipped else _("done: {step}", step=step)
            yield from map(shown_words, move.details.shown)


def _review(review: Review) -> Iterator[str]:
    yield _("what happened: {text}", text=review.happened)
    yield _("root cause: {text}", text=review.root_cause)
    if review.vendor:
        yield _("the vendor's part: {text}", text=review.vendor)
    if review.elsewhere:
        yield _("same fault elsewhere: {text}", text=review.elsewhere)
    for action in review.actions:
        yield _("to do by {due}, {owner}: {what}", due=action.due, owner=action.owner, what=action.what)


def markdown(sections: Sequence[Section]) -> str:
    """The document as Markdown; nothing that somebody wrote is taken for markup."""
    lines: list[str] = []
    for number, section in enumerate(sections):
        lines += [f"{'##' if number else '#'} {_escaped(section.title)}", ""]
        lines += [f"- {_escaped(line)}" for line in section.lines]
        for past in section.past:
            lines += ["", _escaped(past_words(past, section.zone)), "", *table(past, section.zone)]
        lines.append("")
    return "\n".join(lines)


def _escaped(text: str) -> str:
    return _MARKED.sub(r"\\\1", " ".join(text.split()))


def page(sections: Sequence[Section]) -> str:
    """The document as one HTML file without script or link; graphs are drawn in it."""
    title = html.escape(sections[0].title)
    body = "".join(
        f"<h{min(number + 1, 2)}>{html.escape(section.title)}</h{min(number + 1, 2)}>\n<ul>\n"
        + "".join(f"<li>{html.escape(line)}</li>\n" for line in section.lines)
        + "</ul>\n"
        + "".join(svg(past, section.zone) for past in section.past)
        for number, section in enumerate(sections)
    )
    lang = language().replace("_", "-")
    return (
        f'<!doctype html>\n<html lang="{lang}">\n<head><meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{title}</title>\n<style>{_STYLE}</style></head>\n<body>\n{body}</body>\n</html>"
    )


WRITERS = {"md": markdown, "html": page}
