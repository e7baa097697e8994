"""What was known when an incident was opened, as lines: frozen then, whatever is read now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from duty.incident_details import Evidence, Fact
from tui import figures
from tui.glyphs import Glyphs
from tui.pager import Line, wrapped
from tui.sayings import QUALITY_WORDS, STATE_WORDS
from wire.words import _, say


def evidence_lines(evidence: Evidence, zone: str, now: float, glyphs: Glyphs, width: int) -> Iterator[Line]:
    """The section of the page."""
    yield ()
    yield ((_("As it was at {time}", time=figures.clock(evidence.at, zone, now)), "title"),)
    state, quality = glyphs.states[evidence.state], glyphs.qualities[evidence.quality]
    yield (
        (f"  {state.text} ", state.tone),
        (_(STATE_WORDS[evidence.state]), ""),
        (f"  {quality.text} ", quality.tone),
        (_(QUALITY_WORDS[evidence.quality]), ""),
    )
    for why in evidence.why:
        yield from wrapped(say(why), width, indent=2)
    for words, facts in ((_("the thing: {facts}"), evidence.subject), (_("its host: {facts}"), evidence.host)):
        if facts:
            yield from wrapped(words.replace("{facts}", "; ".join(spoken_facts(facts))), width, indent=2)
    for line in evidence.lines:
        yield from wrapped(line, width, "dim", indent=2)
    for said in evidence.guidance:
        yield from wrapped(say(said), width, indent=2)


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
        return value
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
