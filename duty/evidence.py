"""The evidence of an incident: what was known of its thing and of its host at the moment it was opened."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from duty.alarm_def import AlarmDef
from duty.alarm_record import Alarm
from duty.board import AppView, DiskView, EventView, HostView, LineView, ProcessView
from duty.connection import LINK_WORDS
from duty.disks import CONDITION_WORDS
from duty.graph import Graph
from duty.incident_details import AlarmGuidance, Evidence, Fact, Past
from duty.phrases import N_, Phrase
from duty.quality import Quality, State
from duty.records import Subject
from duty.series import READ, SeriesKey, series_of

LINES = 8
"""Newest lines of the followed logs that are kept, of all logs together."""
LINE_LENGTH = 300
"""Characters kept of one."""

WINDOW_S = 900.0
"""Seconds of the past that are kept with an incident."""
POINTS = 60
"""Of a graph: a quarter of a minute each."""
GRAPHS = 4
"""Series that are kept of one thing."""

_KINDS = ("process", "line", "disk", "app", "event")
Thing = ProcessView | LineView | DiskView | AppView | EventView


def evidence_of(view: HostView, subject: Subject, at: float, guidance: tuple[Phrase, ...] = ()) -> Evidence:
    """What ``view`` says of ``subject`` and its host at ``at`` (UTC epoch seconds)."""
    thing = _thing(view, subject)
    return Evidence(
        at=at,
        state=view.state if thing is None else thing.state,
        quality=view.quality,
        why=(view.why if thing is None else thing.why)[:8],
        subject=tuple(_facts(thing, view, at)),
        host=tuple(_host(view, at)),
        lines=tuple(_lines(view)),
        guidance=guidance,
    )


def guided(definition: AlarmDef, alarm: Alarm) -> AlarmGuidance:
    """An alarm that an incident is opened for, with the guidance in force for it: kept as it is now."""
    return AlarmGuidance(
        definition=definition.key,
        thing=str(alarm.key.subject),
        priority=alarm.priority or definition.priority,
        quality=alarm.quality,
        cause=definition.cause,
        consequence=definition.consequence,
        action=definition.action,
        respond_s=definition.respond_s,
        said=alarm.said,
        value=alarm.value,
        limit=alarm.limit,
    )


def past_of(graph: Graph) -> Past:
    """A graph as it is kept."""
    key, points = graph.series, tuple((one.at, one.low, one.mean, one.high) for one in graph.points)
    return Past(key.kind, key.key, key.field, graph.unit, graph.since, graph.until, graph.step_s, points)


def with_past(evidence: Evidence, alarms: Iterable[AlarmGuidance] = (), past: Iterable[Past] = ()) -> Evidence:
    """The evidence with the alarms it is for and the last minutes of its series, those without a point left out."""
    return msgspec.structs.replace(
        evidence, alarms=(*evidence.alarms, *alarms), past=tuple(one for one in past if one.points)
    )


def series_for(view: HostView, subject: Subject) -> list[SeriesKey]:
    """The series of ``subject`` worth keeping, at most :data:`GRAPHS`; of the host itself where it has none."""
    kinds = {"line": ("line", "ping"), "clock": ("clock",), "machine": ("host",)}.get(subject.kind, (subject.kind,))
    known = [key for key, _value in series_of(view)]
    own = [key for key in known if key.kind in kinds and key.key.split(" ")[0] == subject.key]
    return (own or [key for key in known if key.kind == "host"])[:GRAPHS]


def live(view: HostView | None, thing: Subject, at: float) -> Evidence:
    """What stands beside a step about ``thing``: its values as they are, never better than they are known."""
    return unseen(at) if view is None else trusted(evidence_of(view, thing, at), thing)


def trusted(seen: Evidence, thing: Subject) -> Evidence:
    """``seen`` for a step: what is not read well is unknown at best, what is not found on its host was never read.

    The host's own values stand there only where the step is about the host.
    """
    if thing.kind in _KINDS and not seen.subject:
        return unseen(seen.at)
    state = seen.state if seen.quality in READ else max(seen.state, State.UNKNOWN)
    host = () if thing.kind in _KINDS else seen.host
    return msgspec.structs.replace(seen, state=state, host=host, lines=())


def unseen(at: float) -> Evidence:
    """Nothing is known: no such host, or nothing was read yet."""
    return Evidence(at=at, state=State.UNKNOWN, quality=Quality.NEVER)


def with_alarms(evidence: Evidence, alarms: Iterable[tuple[Alarm, AlarmDef]]) -> Evidence:
    """The evidence with the alarms an incident is opened for: what they said, their values, the guidance in force."""
    facts, why, guidance = list(evidence.subject), list(evidence.why), list(evidence.guidance)
    frozen = list(evidence.alarms)
    for alarm, definition in alarms:
        frozen.append(guided(definition, alarm))
        facts.append(Fact(N_("value at the alarm"), alarm.value, "", _age(evidence.at, alarm.began_at)))
        facts.append(Fact(N_("limit of the alarm"), alarm.limit))
        if alarm.said is not None and alarm.said not in why:
            why.append(alarm.said)
        guidance += [
            words for words in (definition.cause, definition.consequence, definition.action) if words not in guidance
        ]
    return msgspec.structs.replace(
        evidence, subject=tuple(facts), why=tuple(why), guidance=tuple(guidance), alarms=tuple(frozen)
    )


def _thing(view: HostView, subject: Subject) -> Thing | None:
    things: dict[str, Iterable[Thing]] = {
        "process": view.processes,
        "line": view.lines,
        "disk": view.disks,
        "app": view.apps,
        "event": view.events,
    }
    for thing in things.get(subject.kind, ()):
        if (thing.mount if isinstance(thing, DiskView) else thing.key) == subject.key:
            return thing
    return None


def _facts(thing: Thing | None, view: HostView, at: float) -> Iterable[Fact]:
    age = _age(at, view.read_at)
    match thing:
        case ProcessView():
            yield Fact(N_("copies running"), thing.count, "count", age)
            yield Fact(N_("copies wanted"), thing.wanted)
            yield Fact(N_("up for"), thing.uptime_s, "s", age)
            yield Fact(N_("CPU"), thing.cpu_percent, "percent", age)
            yield Fact(N_("memory"), thing.rss_bytes, "bytes", age)
            yield Fact(N_("threads"), thing.threads, "count", age)
            yield Fact(N_("open files"), thing.open_files, "count", age)
            yield Fact(N_("restarts seen"), thing.restarts, "count")
        case LineView():
            age = _age(at, thing.read_at)
            yield Fact(N_("in"), thing.in_bps, "bit/s", age)
            yield Fact(N_("out"), thing.out_bps, "bit/s", age)
            yield Fact(N_("errors per second"), thing.errors_per_s, "", age)
            yield Fact(N_("drops per second"), thing.drops_per_s, "", age)
            for ping in thing.pings:
                yield Fact(N_("RTT"), ping.rtt_s, "s", _age(at, ping.read_at))
                yield Fact(N_("loss"), ping.loss_percent, "percent", _age(at, ping.read_at))
        case DiskView():
            age = _age(at, thing.read_at)
            yield Fact(N_("condition"), CONDITION_WORDS[thing.condition], "msgid", age)
            yield Fact(N_("used"), thing.used_percent, "percent", age)
            yield Fact(N_("available"), thing.available_bytes, "bytes", age)
            yield Fact(N_("inodes used"), thing.inodes_percent, "percent", age)
        case AppView():
            age = _age(at, thing.read_at)
            yield Fact(N_("asked at"), thing.target)
            yield Fact(N_("answer in"), thing.response_s, "s", age)
            yield Fact(N_("faults in a row"), thing.fails, "count", age)
            yield Fact(N_("days of the certificate"), thing.cert_days, "count", age)
            yield Fact(N_("it said"), thing.text[:LINE_LENGTH] or None, "", age)
        case EventView():
            age = _age(at, thing.read_at)
            yield Fact(N_("lines to act on, last hour"), thing.act_hour, "count", age)
            yield Fact(N_("lines to watch, last hour"), thing.warn_hour, "count", age)


def _host(view: HostView, at: float) -> Iterable[Fact]:
    age = _age(at, view.read_at)
    yield Fact(N_("SSH connection"), LINK_WORDS[view.connection.link], "msgid", max(0.0, at - view.connection.since))
    yield Fact(N_("CPU"), view.cpu_percent, "percent", age)
    yield Fact(N_("load"), view.load1, "", age)
    yield Fact(N_("memory"), view.memory_percent, "percent", age)
    yield Fact(N_("swap"), view.swap_percent, "percent", age)
    yield Fact(N_("up for"), view.uptime_s, "s", age)


def _lines(view: HostView) -> Iterable[str]:
    seen = [(line.at, event.key, line.text) for event in view.events for line in event.last]
    for _at, key, text in sorted(seen, reverse=True)[:LINES]:
        yield f"{key}: {text[:LINE_LENGTH]}"


def _age(at: float, read_at: float | None) -> float | None:
    return None if read_at is None else max(0.0, at - read_at)
