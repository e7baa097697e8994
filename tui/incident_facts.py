"""The values of frozen evidence in words. No drawing library is loaded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from duty.incident_details import Fact
from tui import figures
from wire.words import _


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
