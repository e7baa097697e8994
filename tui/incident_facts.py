"""The values of frozen evidence in words. No drawing library is loaded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from duty.emergency import Claim
from duty.incident_details import AlarmGuidance, Fact, Past, Shown
from duty.phrases import N_
from duty.series import SeriesKey
from tui import figures
from tui.alarm_guidance import span
from tui.sayings import QUALITY_WORDS, STATE_WORDS, listed
from tui.series_words import series_words
from wire.words import _, say

CLAIM_WORDS = {
    Claim.CONFLICT: N_("CONFLICT: it was said to be done while the telemetry said otherwise"),
    Claim.NO_EVIDENCE: N_("no evidence: it was said to be done while not everything was read"),
}
"""What is said of a step that is done by a person's word alone."""


def spoken_facts(facts: Iterable[Fact]) -> Iterator[str]:
    """Each value in words, with its age where that is more than a few seconds; not known is a dash."""
    for fact in facts:
        words = f"{_(fact.label)} {value_of(fact)}"
        if fact.age_s is not None and fact.age_s > 5:
            words += " " + _("({age} old)", age=figures.span(fact.age_s))
        yield words


def value_of(fact: Fact) -> str:
    """The value in its unit."""
    value = fact.value
    if value is None:
        return figures.MISSING
    if isinstance(value, str):
        return _(value) if fact.unit == "msgid" else value
    match fact.unit:
        case "percent":
            return figures.percent(value)
        case "bytes":
            return figures.size(value)
        case "bit/s":
            return figures.rate(value)
        case "s":
            return figures.span(value) if value >= 1 else figures.millis(value)
    return figures.number(value)


def shown_words(shown: Shown) -> str:
    """What stood beside a step when it was done, in one line."""
    seen = shown.seen
    facts = listed(spoken_facts(seen.subject or seen.host))
    words = _("{thing}: {state}, {quality}", thing=shown.thing, state=_(STATE_WORDS[seen.state]),
              quality=_(QUALITY_WORDS[seen.quality]))  # fmt: skip
    return listed((words, facts)) if facts else words


def guidance_words(alarm: AlarmGuidance) -> Iterator[str]:
    """What an alarm said, and the guidance that was in force."""
    if alarm.said is not None:
        yield say(alarm.said)
    yield _("cause: {cause}", cause=say(alarm.cause))
    yield _("consequence: {text}", text=say(alarm.consequence))
    yield _("action within {span}: {text}", span=span(alarm.respond_s), text=say(alarm.action))


def past_words(past: Past, zone: str) -> str:
    """Which series, from when to when, the least and highest and the last value of it."""
    return _(
        "{series}, {since} – {until}: {low} to {high}, last {last}",
        series=series_words(SeriesKey(past.kind, past.key, past.field)),
        since=figures.clock(past.since, zone),
        until=figures.clock(past.until, zone),
        low=amount(min(point[1] for point in past.points), past.unit),
        high=amount(max(point[3] for point in past.points), past.unit),
        last=amount(past.points[-1][2], past.unit),
    )


def amount(value: float, unit: str) -> str:
    """A number of a series in its unit."""
    match unit:
        case "%":
            return figures.percent(value)
        case "B":
            return figures.size(value)
        case "bit/s":
            return figures.rate(value)
        case "s":
            return figures.span(value) if value >= 1 else figures.millis(value)
    # A mean over a minute has more digits than it is worth.
    return figures.number(float(f"{value:.3g}") if abs(value) < 100 else value) + unit
