"""Words of boards and records as every way of reading them says them, drawn or plain. No drawing library is loaded."""

from __future__ import annotations

from collections.abc import Iterable

from duty.phrases import N_
from duty.quality import Quality, State
from duty.records import Incident, IncidentState, LogEntry, Subject
from wire.messages import Reply
from wire.words import _, say


def listed(parts: Iterable[str]) -> str:
    """Several things said one after the other in a line."""
    # For translators: between two things in a list; Chinese has a sign of its own for it.
    return _("; ").join(parts)


STATE_WORDS = {
    State.OK: N_("well"),
    State.UNJUDGED: N_("read, no limits set"),
    State.WARN: N_("warning"),
    State.UNKNOWN: N_("unknown"),
    State.ACT: N_("act"),
}
QUALITY_WORDS = {
    Quality.GOOD: N_("good"),
    Quality.LATE: N_("late"),
    Quality.STALE: N_("stale"),
    Quality.UNREACHABLE: N_("unreachable"),
    Quality.NEVER: N_("nothing read yet"),
}
INCIDENT_WORDS = {
    IncidentState.OPEN: N_("open"),
    IncidentState.ACCEPTED: N_("taken"),
    IncidentState.MITIGATED: N_("mitigated"),
    IncidentState.RESOLVED: N_("resolved"),
    IncidentState.REVIEWED: N_("reviewed"),
    IncidentState.CLOSED: N_("closed"),
    IncidentState.MERGED: N_("merged"),
}


def title_of(incident: Incident) -> str:
    """What an incident is called, in the reader's language."""
    return incident.title or (say(incident.said) if incident.said else str(incident.subject))


def about_of(subject: Subject) -> str:
    """The thing a line is about, short."""
    return subject.host if subject.kind == "host" or not subject.key else f"{subject.host} {subject.key}".strip()


def words_of(entry: LogEntry) -> str:
    """The engine's sentence and the person's words; of a correction first what is right."""
    if entry.supersedes is not None and entry.said is not None:
        return _("{text} ({said})", text=entry.text, said=say(entry.said))
    return ": ".join(part for part in (say(entry.said) if entry.said is not None else "", entry.text) if part)


def refusal(reply: Reply) -> str:
    """Why the watch did not do it."""
    return say(reply.why) if reply.why else _("The watch refused and gave no reason.")
