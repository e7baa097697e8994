"""One incident and all that happened to it, as lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from duty.phrases import N_
from duty.records import Incident, IncidentMove, Move
from tui import figures
from tui.glyphs import Glyphs
from tui.pager import Line, wrapped
from tui.sayings import INCIDENT_WORDS, about_of, title_of
from wire.words import _, say

MOVE_WORDS = {
    Move.OPENED: N_("opened"),
    Move.TAKEN: N_("taken"),
    Move.NOTED: N_("noted"),
    Move.AGAIN: N_("showed again"),
    Move.RETURNED: N_("well again"),
    Move.CLOSED: N_("closed"),
}


def incident_lines(
    incident: Incident, moves: Sequence[IncidentMove] | None, now: float, zone: str, glyphs: Glyphs, width: int
) -> list[Line]:
    """The page. ``moves``: oldest first, ``None`` while they are being fetched."""
    return list(_lines(incident, moves, now, zone, glyphs, width))


def _lines(
    incident: Incident, moves: Sequence[IncidentMove] | None, now: float, zone: str, glyphs: Glyphs, width: int
) -> Iterator[Line]:
    mark = glyphs.incidents[incident.state]
    title = title_of(incident)
    yield ((_("Incident {number}", number=incident.id), "title.focus"), ("  " + _("level {n}", n=incident.level), ""))
    yield from wrapped(title, width)
    words = f"{_(INCIDENT_WORDS[incident.state])} {incident.owner}".strip()
    age = _("open for {time}", time=figures.span((incident.closed_at or now) - incident.opened_at))
    yield ((f"{mark.text} ", mark.tone), (words, ""), (f"  {age}", "dim"))
    if about := about_of(incident.subject):
        yield from wrapped(_("about {subject}", subject=about), width, "dim")
    if incident.automatic:
        holds = _("the fault still holds") if incident.active else _("the fault is gone")
        yield from wrapped(_("opened by rule; {holds}", holds=holds), width, "warn" if incident.active else "ok")
    if incident.count > 1:
        yield from wrapped(_("the fault showed {count} times", count=incident.count), width, "dim")
    yield ()
    yield ((_("What happened"), "title"),)
    if moves is None:
        yield (("  " + _("asking the watch…"), "dim"),)
    for move in moves or ():
        yield (
            (f"  {figures.clock(move.at, zone, now)}  ", "dim"),
            (_(MOVE_WORDS[move.move]), ""),
            ("  " + (move.actor or _("watch")), "name"),
        )
        said = move.text or (say(move.said) if move.said else "")
        if said and said != title:
            yield from wrapped(said, width, indent=12)
