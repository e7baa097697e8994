"""One alarm: its state in words, what to do about it, its value now, and what belongs to it, as lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from duty.alarm_def import AlarmKey
from duty.alarm_folds import first_out
from duty.alarm_hiding import under
from duty.alarm_quality import QUALITY, quality_signal
from duty.alarm_record import Alarm
from duty.alarm_signals import signal_now
from duty.alarm_states import AlarmState
from duty.board import HostView
from duty.evidence import evidence_of
from duty.maintenance import Window
from duty.records import Incident, LogEntry
from tui import figures
from tui.alarm_guidance import in_time, priorities, texts, trial_words
from tui.alarm_words import ALARM_WORDS, reason_of, tags, thing_of
from tui.glyphs import Glyphs
from tui.incident_facts import spoken_facts
from tui.log_rows import said_of
from tui.pager import Line, wrapped
from tui.sayings import INCIDENT_WORDS, QUALITY_WORDS, STATE_WORDS, listed, title_of
from wire.alarms import Guidance
from wire.words import _, say


@dataclass(frozen=True)
class Known:
    """What the page is made of. ``alarm``: ``None`` where it is normal and nothing is kept of it."""

    key: AlarmKey
    alarm: Alarm | None
    guidance: Guidance | None
    """``None`` while it is being fetched."""
    host: HostView | None
    beneath: Sequence[Alarm]
    incidents: Sequence[Incident]
    log: Sequence[LogEntry]
    window: Window | None
    now: float
    zone: str


def alarm_lines(known: Known, glyphs: Glyphs, width: int) -> list[Line]:
    """The page."""
    return [
        *_head(known, glyphs, width),
        *_state(known, width),
        *_guidance(known, width),
        *_now(known, glyphs, width),
        *_beneath(known, glyphs, width),
        *_trials(known, width),
        *_belongs(known, glyphs, width),
    ]


def _head(known: Known, glyphs: Glyphs, width: int) -> Iterator[Line]:
    alarm = known.alarm
    state = AlarmState.NORMAL if alarm is None else alarm.state
    # Normal is well only by a good reading (I7).
    well = alarm is not None and alarm.well
    mark = glyphs.alarms[state]
    priority = (f"P{alarm.priority} ", "name") if alarm is not None and alarm.priority else ("", "")
    yield (priority, (thing_of(known.key), "title.focus"), (f"  {known.key.definition}", "dim"))
    if alarm is not None and alarm.said is not None:
        yield from wrapped(reason_of(alarm), width)
    tone = mark.tone if state is not AlarmState.NORMAL or well else "dim"
    yield ((f"{mark.text} ", tone), (_(ALARM_WORDS[state]), ""))


def _state(known: Known, width: int) -> Iterator[Line]:
    alarm = known.alarm
    if alarm is None:
        return
    for words, tone in _told(alarm, known):
        yield from wrapped(words, width, tone, indent=3)


def _told(alarm: Alarm, known: Known) -> Iterator[tuple[str, str]]:
    """Everything that is known of its state, with dates and persons."""

    def at(moment: float | None) -> str:
        return figures.clock(moment, known.zone, known.now)

    if alarm.began_at is not None:
        age = figures.span(known.now - alarm.began_at)
        yield _("came {time}, {age} ago", time=at(alarm.began_at), age=age), ""
    if alarm.count > 1:
        words = _("came {count} times since it was normal, first {time}", count=alarm.count, time=at(alarm.first_at))
        yield words, ""
    for words in tags(alarm, known.now):
        yield words, "warn"
    if alarm.returned_at is not None:
        yield _("returned {time}", time=at(alarm.returned_at)), "ok" if alarm.known else ""
    if alarm.active and alarm.state not in (AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED):
        yield _("its condition holds"), "warn"
    if (ack := alarm.ack) is not None:
        said = _("acknowledged {time} by {who}", time=at(ack.at), who=ack.who)
        yield said + (f": {ack.note}" if ack.note else ""), "" if alarm.ack_stands else "dim"
    for cover, words in ((alarm.shelf, _("shelved")), (alarm.outage, _("out of service"))):
        if cover is not None:
            yield _cover(words, cover.who, cover.second, cover.why, at(cover.at), at(cover.until)), ""
    for one in alarm.suppressions:
        root = _(" while {thing} holds", thing=thing_of(one.by)) if one.by is not None else ""
        end = _(" until {time}", time=at(one.until)) if one.until is not None else ""
        yield _("suppressed since {time}", time=at(one.at)) + root + end + f": {say(one.why)}", ""
    if known.window is not None:
        window = known.window
        yield (
            _("maintenance until {time}, {owner}: {why}", time=at(window.until), owner=window.owner, why=window.why),
            "notice",
        )


def _cover(words: str, who: str, second: str, why: str, at: str, until: str) -> str:
    by = _("{who} with {second}", who=who, second=second) if second else who
    return _("{what} {time} by {who} until {end}: {why}", what=words, time=at, who=by, end=until, why=why)


def _guidance(known: Known, width: int) -> Iterator[Line]:
    yield ()
    if known.guidance is None:
        yield ((_("asking the watch…"), "dim"),)
        return
    made = known.guidance.definition
    labels = {_("cause"): "", _("consequence"): "", _("action"): "name"}
    for label, said in texts(made):
        yield ((label, "title"),)
        yield from wrapped(say(said), width, labels.get(label, ""), indent=2)
    behaviour = " · ".join((_("priority") + " " + priorities(made), *in_time(made)))
    yield from wrapped(behaviour, width, "dim")
    if made.owner or made.review_by:
        review = _("to be looked at again by {date}", date=made.review_by) if made.review_by else ""
        owner = _("answers for it") + f": {made.owner}" if made.owner else ""
        yield from wrapped(" · ".join(part for part in (owner, review) if part), width, "dim")


def _now(known: Known, glyphs: Glyphs, width: int) -> Iterator[Line]:
    """The value of its very signal, read now, beside what it was when the alarm came."""
    yield ()
    yield ((_("Now"), "title"),)
    host = known.host
    if host is None:
        yield from wrapped(_("{host} is no longer in the site file.", host=known.key.subject.host), width, "warn")
        return
    of_quality = known.key.definition == QUALITY
    signal = quality_signal(known.key.subject, host.quality) if of_quality else signal_now(known.key, host)
    state, quality = glyphs.states[signal.state], glyphs.qualities[signal.quality]
    yield (
        (f"  {state.text} ", state.tone),
        (_(STATE_WORDS[signal.state]), ""),
        (f"  {quality.text} ", quality.tone),
        (_(QUALITY_WORDS[signal.quality]), ""),
    )
    yield from wrapped(say(signal.said), width, indent=2)
    alarm = known.alarm
    limit = signal.limit if signal.limit is not None else alarm.limit if alarm is not None else None
    if signal.value is not None or limit is not None:
        words = _("value {value}, limit {limit}", value=figures.number(signal.value), limit=figures.number(limit))
        if alarm is not None and alarm.value is not None:
            words += " · " + _("when it came: {value}", value=figures.number(alarm.value))
        yield from wrapped(words, width, indent=2)
    facts = evidence_of(host, known.key.subject, known.now)
    if facts.subject:
        yield from wrapped(listed(spoken_facts(facts.subject)), width, "dim", indent=2)


def _beneath(known: Known, glyphs: Glyphs, width: int) -> Iterator[Line]:
    root = under(known.alarm) if known.alarm is not None else None
    if root is not None:
        yield ()
        yield from wrapped(_("hidden under {thing}: act on that one", thing=thing_of(root)), width, "warn")
    if known.beneath:
        yield ()
        yield ((_("Hidden under it: {count}", count=len(known.beneath)), "title"),)
        yield from wrapped(_first_words(known), width, indent=2)
        for child in known.beneath:
            sign = glyphs.states[child.severity]
            words = f"{thing_of(child.key)}: {reason_of(child)}"
            first, *more = wrapped(words, width - 5)
            yield ((f"  {sign.text} ", sign.tone), *first)
            yield from ((("     ", ""), *line) for line in more)


def _first_words(known: Known) -> str:
    alarms = known.beneath if known.alarm is None else (known.alarm, *known.beneath)
    first = first_out(alarms)
    return _(
        "first out: {thing}, {time}",
        thing=thing_of(first.key),
        time=figures.clock(first.began_at, known.zone, known.now),
    )


def _trials(known: Known, width: int) -> Iterator[Line]:
    trials = known.guidance.trials if known.guidance is not None else ()
    if trials:
        yield ()
        yield ((_("Proposed, from its own history"), "title"),)
        for trial in trials:
            yield from wrapped(trial_words(trial), width, indent=2)


def _belongs(known: Known, glyphs: Glyphs, width: int) -> Iterator[Line]:
    if known.incidents:
        yield ()
        yield ((_("Incidents"), "title"),)
        for incident in known.incidents:
            mark = glyphs.incidents[incident.state]
            words = f"{incident.id} {_(INCIDENT_WORDS[incident.state])} {incident.owner or ''} {title_of(incident)}"
            yield ((f"  {mark.text} ", mark.tone), (" ".join(words.split()), ""))
    if known.log:
        yield ()
        yield ((_("Duty log"), "title"),)
        for entry in known.log:
            who = entry.actor or _("watch")
            words = f"{figures.clock(entry.event_at, known.zone, known.now)} {who}: {said_of(entry, known.zone)}"
            yield from wrapped(words, width, indent=2)
    yield ()
    yield ((_("Enter: its host, incident, graphs · o: open an incident from it · Esc back"), "dim"),)
