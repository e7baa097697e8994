"""What was known when an incident was opened, as lines: frozen then, whatever is read now."""

from __future__ import annotations

from collections.abc import Iterator

from duty.incident_details import Evidence
from tui import figures
from tui.glyphs import Glyphs
from tui.incident_facts import spoken_facts
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
