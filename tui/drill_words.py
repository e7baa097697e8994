"""What a drill took, in words, beside the last one of its kind. No drawing library is loaded."""

from __future__ import annotations

from collections.abc import Iterator

from duty.drills import Debrief, debrief
from duty.records import Incident
from tui import figures
from wire.words import _


def debrief_lines(incident: Incident, last: Incident | None) -> Iterator[str]:
    """Each time of the debrief; where a drill of the same kind came before, its time beside it."""
    if incident.scenario:
        yield _("scenario: {scenario}", scenario=incident.scenario)
    now, before = debrief(incident), Debrief(None, None, None) if last is None else debrief(last)
    for words, time, then in (
        (_("time to detect: {time}"), now.detect_s, before.detect_s),
        (_("time to acknowledge: {time}"), now.acknowledge_s, before.acknowledge_s),
        (_("time to restore: {time}"), now.restore_s, before.restore_s),
    ):
        line = words.replace("{time}", _span(time))
        if last is not None:
            line += " " + _("(drill {number}: {time})", number=last.id, time=_span(then))
        yield line
    if last is None:
        yield _("no drill of this kind before it is known")
    if incident.pauses:
        yield _("interruptions: {count}; their time does not count", count=len(incident.pauses))


def _span(seconds: float | None) -> str:
    return figures.MISSING if seconds is None else figures.span(seconds)
