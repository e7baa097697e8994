"""What is said when it is asked for: the whole in short, what is wrong, one host, incidents, the duty log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from duty.board import HostView
from duty.incidents import queue_order, untaken
from duty.quality import Quality, State
from duty.records import ENDED, Incident, IncidentMove, LogEntry, LogKind, Move
from tui import figures
from tui.log_rows import beside, said_of
from tui.picture import Picture
from tui.plain import moves
from tui.plain.alarms import in_short
from tui.plain.flow import Kind, News
from tui.plain.parts import Change, Part, parts_of, problems
from tui.sayings import INCIDENT_WORDS, QUALITY_WORDS, STATE_WORDS, about_of, title_of
from wire.words import _, say

SHORT = 8
"""Problems and incidents a summary names."""
LONG = 50
"""Problems that are said when they are asked for."""
LOG_LINES = 10


def summary(picture: Picture) -> Iterator[str]:
    """The site in short."""
    site = picture.site
    if site is None:
        yield _("Nothing is known yet.")
        return
    when = {"time": figures.clock(picture.now, site.time_zone, 0.0), "zone": site.time_zone}
    if site.practice:
        yield _("PRACTICE. Site {name}, {time} {zone}.", name=site.name, **when)
    else:
        yield _("Site {name}, {time} {zone}.", name=site.name, **when)
    yield from _alarms(picture)
    counts = Counter(host.quality for host in picture.hosts.values())
    yield _(
        "Hosts: {good} good, {late} late, {stale} stale, {lost} unreachable, {never} unread.",
        good=counts[Quality.GOOD],
        late=counts[Quality.LATE],
        stale=counts[Quality.STALE],
        lost=counts[Quality.UNREACHABLE],
        never=counts[Quality.NEVER],
    )
    yield in_short(picture)
    yield from wrong(picture, SHORT)
    yield from incidents(picture, SHORT)
    words = {kind.name: say(kind.words) for kind in picture.faults}
    for active in site.faults:
        host, _colon, rest = active.partition(": ")
        name, _space, subject = rest.partition(" ")
        what = f"{host}: {words.get(name, name)} {subject}".strip()
        yield _("Practice fault on {fault}.", fault=what)


def _alarms(picture: Picture) -> Iterator[str]:
    """What is wrong with the watch itself."""
    site = picture.site
    assert site is not None
    if not picture.connected:
        since = figures.clock(picture.gone_since, site.time_zone, picture.now)
        yield _("NO WATCH since {time}: what is said is old.", time=since)
    if site.store_error is not None:
        yield _("RECORDS ARE NOT WRITTEN: {why}", why=say(site.store_error))
    if site.config_error is not None:
        yield say(site.config_error)
    if site.history_error is not None:
        yield _("READINGS ARE NOT KEPT: {why}", why=say(site.history_error))
    for one in picture.incidents.values():
        if one.suspended and one.state not in ENDED:
            yield _("Drill {number} SUSPENDED by a real alarm: a person resumes or ends it.", number=one.id)


def wrong(picture: Picture, most: int = LONG) -> Iterator[str]:
    """What is not well, the worst first."""
    found = problems({place: part for host in picture.hosts.values() for place, part in parts_of(host).items()})
    if not found:
        yield _("Nothing is wrong.")
        return
    yield _("Things not well: {count}, the worst first.", count=len(found))
    for part in found[:most]:
        yield problem(part)
    if len(found) > most:
        yield _("And {count} more.", count=len(found) - most)


def problem(part: Part) -> str:
    """One thing that is not well."""
    if not part.why:
        return _("{thing}: {state}.", thing=part.name, state=part.word)
    return _("{thing}: {state}: {why}.", thing=part.name, state=part.word, why=part.reason)


def incidents(picture: Picture, most: int = LONG) -> Iterator[str]:
    """Those that are not closed, in the order of the queue."""
    live = [one for one in picture.incidents.values() if one.state not in ENDED]
    if not live:
        yield _("No incident is open.")
        return
    nobodys = len(untaken(picture.incidents))
    yield _("Open incidents: {count}, taken by nobody: {nobodys}.", count=len(live), nobodys=nobodys)
    for one in sorted(live, key=queue_order)[:most]:
        yield _incident(one, picture.now)
    if len(live) > most:
        yield _("And {count} more.", count=len(live) - most)


def _incident(one: Incident, now: float) -> str:
    who = f"{_(INCIDENT_WORDS[one.state])} {one.owner}".strip()
    if not one.automatic:
        fault = _("opened by {who}", who=one.opened_by)
    else:
        fault = _("the fault still holds") if one.active else _("the fault is gone")
    return _(
        "Incident {number}, level {level}, {who}, for {time}, {fault}: {title}.",
        number=one.id,
        level=one.level,
        who=who,
        time=figures.span(now - one.opened_at),
        fault=fault,
        title=_("DRILL: {title}", title=title_of(one)) if one.drill else title_of(one),
    )


def host_called(picture: Picture, name: str) -> HostView | list[str]:
    """The host of this id or label, or the one whose id begins so; else the ids that might be meant."""
    hosts = picture.hosts
    if name in hosts:
        return hosts[name]
    wanted = name.casefold()
    same = [one for one in hosts.values() if wanted in (one.id.casefold(), one.label.casefold())]
    begun = same or [one for one in hosts.values() if one.id.casefold().startswith(wanted)]
    return begun[0] if len(begun) == 1 else [one.id for one in begun]


def host_lines(picture: Picture, host: HostView) -> Iterator[str]:
    """One host: how it is, its figures, and each thing, the worst first."""
    zone = picture.site.time_zone if picture.site is not None else "UTC"
    yield _(
        "{host}, {label}: {state} since {time}, readings {quality}.",
        host=host.id,
        label=" ".join(part for part in (host.label, host.role, host.group) if part) or figures.MISSING,
        state=_(STATE_WORDS[host.state]),
        time=figures.clock(host.since, zone, picture.now),
        quality=_(QUALITY_WORDS[host.quality]),
    )
    for said in (host.connection.why, host.connection.advice):
        if said is not None:
            yield say(said) + "."
    yield _(
        "CPU {cpu}, load {load}, memory {memory}, swap {swap}, up for {uptime}.",
        cpu=figures.percent(host.cpu_percent),
        load=figures.number(host.load1),
        memory=figures.percent(host.memory_percent),
        swap=figures.percent(host.swap_percent),
        uptime=figures.span(host.uptime_s),
    )
    facts = dict(_facts(host))
    things = [part for part in parts_of(host).values() if part.place[1]]
    for part in sorted(things, key=lambda part: -part.state):
        _host, kind, key = part.place
        if kind != "section" or part.why:
            known = facts.get((kind, key))
            figured = [_("{facts}.", facts=known)] if known else []
            yield " ".join([problem(part), *figured])


def _facts(host: HostView) -> Iterator[tuple[tuple[str, str], str]]:
    """The figures of its things, by kind and key."""
    for process in host.processes:
        count = figures.MISSING if process.count is None else process.count
        told = _(
            "{count} of {wanted} running, CPU {cpu}, memory {memory}",
            count=count,
            wanted=process.wanted,
            cpu=figures.percent(process.cpu_percent),
            memory=figures.size(process.rss_bytes),
        )
        yield ("process", process.key), told
    for line in host.lines:
        both = _("in {inward}, out {outward}", inward=figures.rate(line.in_bps), outward=figures.rate(line.out_bps))
        yield ("line", line.key), both
    for disk in host.disks:
        yield ("disk", disk.mount), _("{share} used", share=figures.percent(disk.used_percent))
    for app in host.apps:
        yield ("app", app.key), _("answer in {time}", time=figures.millis(app.response_s))


def log_lines(picture: Picture) -> Iterator[str]:
    """The newest lines of the duty log, newest first."""
    if not picture.log:
        yield _("The duty log is empty.")
    zone = picture.site.time_zone if picture.site is not None else "UTC"
    for entry in beside(picture.log[:LOG_LINES]):
        told = _numbered(entry, zone, picture.now)
        yield told if entry.corrected_by is None else _("{line} (corrected, see the next line)", line=told)


def log_line(entry: LogEntry, zone: str, now: float) -> str:
    """One line wherever it stands, with its number. ``zone``: the site's time zone."""
    told = _numbered(entry, zone, now)
    return (
        told if entry.corrected_by is None else _("{line} (corrected by line {seq})", line=told, seq=entry.corrected_by)
    )


def log_facts(entry: LogEntry, zone: str, now: float) -> Iterator[str]:
    """One line with all that is kept of it."""
    yield log_line(entry, zone, now)
    happened, entered = figures.moment(entry.event_at, zone), figures.moment(entry.entered_at, zone)
    yield _("Happened {happened}, written {entered}.", happened=happened, entered=entered)
    if entry.supersedes is not None:
        yield _("It corrects line {seq}.", seq=entry.supersedes)
    if entry.incident is not None:
        yield _("It belongs to incident {number}.", number=entry.incident)
    if entry.session:
        yield _("Login session: {session}.", session=entry.session)
    for ref in entry.refs:
        yield _("It refers to: {ref}.", ref=" ".join(filter(None, (ref.kind, ref.key, ref.sha256))))
    yield _("Hash: {hash}.", hash=entry.hash or figures.MISSING)


def _numbered(entry: LogEntry, zone: str, now: float) -> str:
    time = figures.clock(entry.event_at, zone, now)
    return _("line {seq}, {time}, {words}", seq=entry.seq, time=time, words=_entry(entry, zone))


def _entry(entry: LogEntry, zone: str) -> str:
    about = about_of(entry.subject)
    who = entry.actor or _("watch")
    words = said_of(entry, zone)
    return f"{who}, {about}: {words}" if about else f"{who}: {words}"


# --- what nobody asked for ----------------------------------------------------------------------------------------


def change_news(change: Change) -> News:
    """A thing got worse or better."""
    after = change.after
    values = {"thing": after.name, "state": after.word, "before": change.before.word, "why": after.reason}
    if not change.worse:
        if after.state in (State.OK, State.UNJUDGED):
            return News(Kind.BETTER, _("Better: {thing} is {state}, was {before}.", **values))
        return News(Kind.BETTER, _("Better: {thing} is {state}, was {before}: {why}.", **values))
    return News(Kind.WORSE, _("Worse: {thing} is {state}, was {before}: {why}.", **values), after.state)


def move_news(move: IncidentMove, incident: Incident) -> News:
    """Something happened to an incident."""
    values: dict[str, str | int] = {
        "number": incident.id,
        "level": incident.level,
        "title": title_of(incident),
        "who": move.actor or _("watch"),
        "text": move.text,
    }
    match move.move:
        case Move.OPENED:
            text = _("Incident {number} opened by {who}, level {level}: {title}.", **values)
            return News(Kind.OPENED, _drill(text, there=incident.drill), -incident.level)
        case Move.TAKEN:
            text = _("Incident {number} taken by {who}: {title}.", **values)
        case Move.NOTED:
            text = _("Note to incident {number} by {who}: {text}.", **values)
        case Move.AGAIN:
            text = _("Incident {number}: the fault shows again: {title}.", **values)
        case Move.RETURNED:
            text = _("Incident {number}: well again, a person has to close it: {title}.", **values)
        case Move.CLOSED if move.text:
            text = _("Incident {number} closed by {who}: {text}.", **values)
        case Move.CLOSED:
            text = _("Incident {number} closed by {who}.", **values)
        case _:
            text = moves.sentence(move, values)
    return News(Kind.MOVED, _drill(text, there=incident.drill))


def _drill(text: str, *, there: bool) -> str:
    return _("DRILL: {words}", words=text) if there else text


def entry_news(entry: LogEntry, zone: str) -> News | None:
    """A line of the duty log, unless its event is told by itself. ``zone``: the site's time zone."""
    told = entry.kind in (LogKind.INCIDENT, LogKind.ALARM) or (entry.kind is LogKind.CONNECTION and not entry.actor)
    if told:
        return None
    return News(Kind.LINE, _("Duty log: {entry}.", entry=_entry(entry, zone)))
