"""What was known when an incident was opened, as lines: frozen then, whatever is read now."""

from __future__ import annotations

from collections.abc import Iterator

from duty.incident_details import AlarmGuidance, Evidence, Past
from tui import figures
from tui.glyphs import Glyphs
from tui.incident_facts import guidance_words, past_words, spoken_facts
from tui.pager import Line, wrapped
from tui.sayings import QUALITY_WORDS, STATE_WORDS, listed
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
            yield from wrapped(words.replace("{facts}", listed(spoken_facts(facts))), width, indent=2)
    for line in evidence.lines:
        yield from wrapped(line, width, "dim", indent=2)
    for said in evidence.guidance if not evidence.alarms else ():
        yield from wrapped(say(said), width, indent=2)
    for alarm in evidence.alarms:
        yield from _alarm(alarm, glyphs, width)
    if evidence.past:
        yield ()
        yield ((_("The minutes before it"), "title"),)
    for past in evidence.past:
        yield from _past(past, zone, glyphs, width)


def _alarm(alarm: AlarmGuidance, glyphs: Glyphs, width: int) -> Iterator[Line]:
    quality = glyphs.qualities[alarm.quality]
    words = _("alarm {key} of priority {priority}: {thing}", key=alarm.definition, priority=alarm.priority,
              thing=alarm.thing)  # fmt: skip
    yield ((f"  {quality.text} ", quality.tone), (words, "name"))
    for line in guidance_words(alarm):
        yield from wrapped(line, width, indent=5)


def _past(past: Past, zone: str, glyphs: Glyphs, width: int) -> Iterator[Line]:
    """Name and range, and a spark for each stretch; what was not read is a gap."""
    steps = max(1, round((past.until - past.since) / past.step_s))
    levels, places = glyphs.spark, {round((at - past.since) / past.step_s): high for at, _l, _m, high in past.points}
    top = max(places.values())

    def spark(step: int) -> str:
        value = places.get(step)
        if value is None:
            return levels[0]
        return levels[1 + round((len(levels) - 2) * max(0.0, value / top if top > 0 else 0.0))]

    yield from wrapped(past_words(past, zone), width, indent=2)
    row = "".join(map(spark, range(steps)))
    yield (("  ", ""), (row[-max(8, width - 2) :], "info"))
