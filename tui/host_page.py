"""Everything known of one host as blocks of lines: pure, so that what the page says can be read in a test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from duty.board import HostView
from duty.connection import LINK_WORDS, Link
from duty.disks import full_in
from duty.forecast import Forecast
from duty.outlooks import towards
from duty.phrases import Phrase
from duty.quality import Quality, State
from duty.records import Incident, LogEntry
from duty.sessions import HEADROOM, SessionPeak
from tui import figures
from tui.glyphs import Glyphs
from tui.host_apps import app_lines
from tui.host_health import clock_lines, health_lines
from tui.log_rows import beside, letter_of, said_of, tone_of
from tui.pager import Line, Span, padded, wrapped
from tui.sayings import INCIDENT_WORDS, QUALITY_WORDS, STATE_WORDS
from wire.words import _, say

TWO_COLUMNS = 140
"""Cells: from this width on the blocks stand in two columns."""
_LABEL = 15

EVENT_STATES = (State.OK, State.WARN, State.ACT)


@dataclass(frozen=True)
class Page:
    """What the page is made of. ``now``: UTC epoch seconds; ``zone``: the site's time zone."""

    host: HostView
    incidents: tuple[Incident, ...]
    log: tuple[LogEntry, ...]
    now: float
    zone: str
    glyphs: Glyphs
    graphs: tuple[Line, ...] = ()

    def when(self, at: float | None) -> str:
        """A moment and how long ago it is."""
        if at is None:
            return figures.MISSING
        ago = figures.span(self.now - at)
        return _("{time}, {ago} ago", time=figures.clock(at, self.zone, self.now), ago=ago)

    def mark(self, state: State) -> Span:
        """The sign of a state; of a host that is not read well it is the last one known, drawn as old."""
        mark = self.glyphs.states[state]
        return (f"{mark.text} ", mark.tone if self.host.quality is Quality.GOOD else "old")


def page_lines(page: Page, width: int) -> list[Line]:
    """All blocks, in one column or two."""
    head = [*_head(page, width), *page.graphs]
    makers = (
        _connection, _figures, health_lines, clock_lines, _unread, _processes, app_lines, _lines, _disks, _events,
        _identity, _incidents, _log,
    )  # fmt: skip
    columns = 2 if width >= TWO_COLUMNS else 1
    room = (width - 3 * (columns - 1)) // columns
    blocks = [list(maker(page, room)) for maker in makers]
    if columns == 1:
        return [*head, *(line for block in blocks for line in block)]
    left: list[Line] = []
    right: list[Line] = []
    half = (sum(map(len, blocks)) + 1) // 2
    for block in blocks:
        (left if len(left) + len(block) // 2 <= half and not right else right).extend(block)
    return [*head, *(_beside(a, b, room) for a, b in zip_longest(left, right, fillvalue=()))]


def _beside(left: Line, right: Line, room: int) -> Line:
    return (*padded(left, room), ("   ", ""), *right)


def _head(page: Page, width: int) -> Iterator[Line]:
    host = page.host
    mark = page.glyphs.qualities[host.quality]
    label = " · ".join(part for part in (host.label, host.role, host.group) if part)
    yield ((f"{host.id}", "title.focus"), (f"  {label}", "dim"))
    yield (
        page.mark(host.state),
        (_(STATE_WORDS[host.state]), ""),
        ("  " + _("since {when}", when=page.when(host.since)), "dim"),
    )
    yield ((f"{mark.text} ", mark.tone), (_(QUALITY_WORDS[host.quality]), ""), (_age(page), "dim"))
    for why in host.why:
        yield from wrapped(say(why), width, "warn", indent=3)


def _age(page: Page) -> str:
    if page.host.read_at is None:
        return ""
    if page.host.quality is Quality.GOOD:
        return "  " + _("last reading {ago} ago", ago=figures.span(page.now - page.host.read_at))
    return "  " + _("the figures below are of {when}", when=page.when(page.host.read_at))


def _connection(page: Page, width: int) -> Iterator[Line]:
    host, connection = page.host, page.host.connection
    yield from _title(_("Connection"))
    if host.local:
        yield from _row(_("way"), _("this machine, read without a connection"), width)
        return
    tone = "ok" if connection.link is Link.UP else "warn" if connection.up else "act"
    yield from _row(_("state"), _(LINK_WORDS[connection.link]), width, tone)
    yield from _row(_("since"), page.when(connection.since), width)
    yield from _said(_("why"), connection.why, width)
    yield from _said(_("what to do"), connection.advice, width)
    if connection.attempt:
        yield from _row(_("attempts"), str(connection.attempt), width)
    if connection.next_try is not None:
        yield from _row(_("next try"), _("in {time}", time=figures.span(connection.next_try - page.now)), width)
    person = f"{connection.user}@" if connection.user else ""
    yield from _row(_("address"), person + (connection.address or figures.MISSING), width)
    if connection.route:
        yield from _row(_("through"), " → ".join(connection.route), width)
    for label, value in ((_("server"), connection.server), (_("cipher"), connection.cipher)):
        if value:
            yield from _row(label, value, width)
    for label, key in ((_("host key"), connection.host_key), (_("offered key"), connection.offered_key)):
        if key is not None:
            yield from _row(label, f"{key.algorithm} {key.fingerprint}", width)
    if connection.offered_key is not None:
        yield from _row("", _("k shows it and lets you accept it"), width, "accent")


def _figures(page: Page, width: int) -> Iterator[Line]:
    host = page.host
    yield from _title(_("This host"))
    cpus = _("{count} CPUs", count=host.cpus) if host.cpus is not None else ""
    yield from _row(_("CPU"), " · ".join(filter(None, (figures.percent(host.cpu_percent), cpus))), width)
    yield from _row(_("load"), figures.number(host.load1), width)
    memory = _("{share} of {total}", share=figures.percent(host.memory_percent), total=figures.size(host.memory_total))
    yield from _row(_("memory"), memory if host.memory_total is not None else figures.MISSING, width)
    yield from _row(_("swap"), figures.percent(host.swap_percent), width)
    booted = (
        "" if host.booted_at is None else _("booted {time}", time=figures.clock(host.booted_at, page.zone, page.now))
    )
    yield from _row(_("up for"), " · ".join(filter(None, (figures.span(host.uptime_s), booted))), width)
    counts = _(
        "{count} readings, one each {interval} s, {dropped} dropped",
        count=host.samples, interval=host.interval_s, dropped=host.dropped,
    )  # fmt: skip
    yield from _row(_("readings"), counts, width)


def _unread(page: Page, width: int) -> Iterator[Line]:
    yield from _title(_("What is read, and what could not be"))
    if not page.host.sections:
        yield (("  " + _("nothing yet"), "dim"),)
    for section in sorted(page.host.sections, key=lambda s: (-s.state, s.section)):
        name = f"{section.section} {section.subject}".strip()
        took = _(" in {ms} ms", ms=round(section.took_s * 1000)) if section.took_s is not None else ""
        read = (
            figures.MISSING if section.read_at is None else _("{ago} ago", ago=figures.span(page.now - section.read_at))
        )
        yield (page.mark(section.state), (name, ""), ("  " + _("read {when}", when=read) + took, "dim"))
        if section.why is not None:
            yield from wrapped(say(section.why), width, "warn", indent=5)
            yield from wrapped(_("since {when}", when=page.when(section.since)), width, "dim", indent=5)


def _processes(page: Page, width: int) -> Iterator[Line]:
    yield from _title(_("Processes"))
    if not page.host.processes:
        yield (("  " + _("none is watched on this host"), "dim"),)
    for process in page.host.processes:
        count = figures.MISSING if process.count is None else str(process.count)
        pids = " ".join(map(str, process.pids))
        yield (
            page.mark(process.state),
            (process.key, "name"),
            ("  " + _("{count} of {wanted} running", count=count, wanted=process.wanted), ""),
            (f"  {pids}", "dim"),
        )
        facts = (
            _("CPU {value}", value=figures.percent(process.cpu_percent)),
            _("memory {value}", value=figures.size(process.rss_bytes)),
            _("threads {value}", value=figures.number(process.threads)),
            _("files {value}", value=figures.number(process.open_files)),
            _("up {value}", value=figures.span(process.uptime_s)),
            _("restarts {value}", value=process.restarts),
            *(f"{page.glyphs.states[state].shape}{port}" for port, state in process.ports),
        )
        yield from wrapped(" · ".join(facts), width, "dim", indent=5)
        if process.args:
            yield from wrapped(f"{process.user} {process.args}".strip(), width, "dim", indent=5)
        if process.time_to_limit is not None:
            ahead = towards(process.limit_of, process.time_to_limit)
            if ahead not in process.why:
                yield from wrapped(say(ahead), width, "dim", indent=5)
        yield from _reasons(process.why, width)


def _lines(page: Page, width: int) -> Iterator[Line]:
    yield from _title(_("Lines"))
    if not page.host.lines:
        yield (("  " + _("none is watched on this host"), "dim"),)
    for line in page.host.lines:
        yield (page.mark(line.state), (line.key, "name"), (f"  {line.interface}", "dim"))
        for label, now, capacity, peak in (
            (_("in"), line.in_bps, line.capacity_in_bps, line.peak_in_bps),
            (_("out"), line.out_bps, line.capacity_out_bps, line.peak_out_bps),
        ):
            text = _(
                "{way} {rate} of {capacity}, peak {peak}",
                way=label, rate=figures.rate(now), capacity=figures.rate(capacity), peak=figures.rate(peak),
            )  # fmt: skip
            yield from wrapped(text, width, "dim", indent=5)
        faults = _(
            "errors {errors}/s · drops {drops}/s",
            errors=figures.number(line.errors_per_s), drops=figures.number(line.drops_per_s),
        )  # fmt: skip
        yield from wrapped(faults, width, "dim", indent=5)
        waits = _(
            "{count} packets wait · {share} of TCP segments sent again",
            count=figures.number(line.queue_packets), share=figures.percent(line.retransmitted_percent),
        )  # fmt: skip
        yield from wrapped(waits, width, "dim", indent=5)
        for ping in line.pings:
            text = _(
                "ping {target}: {rtt}, jitter {jitter}, lost {lost}",
                target=ping.target, rtt=figures.millis(ping.rtt_s), jitter=figures.millis(ping.jitter_s),
                lost=figures.percent(ping.loss_percent),
            )  # fmt: skip
            yield (("     ", ""), page.mark(ping.state), (text, "dim"))
        if line.session is not None:
            yield from _session(line.session, width)
        yield from _reasons(line.why, width)


def _session(peak: SessionPeak, width: int) -> Iterator[Line]:
    """The peak of the last session, and whether the capacity is as far above it as it should be."""
    text = _(
        "peak of {session} {day}: in {inward}, out {outward}",
        session=peak.session.name, day=peak.session.day,
        inward=figures.rate(peak.in_bps), outward=figures.rate(peak.out_bps),
    )  # fmt: skip
    if peak.seen < 0.95:
        text += " · " + _("only {share} of it was seen", share=figures.percent(100 * peak.seen))
    yield from wrapped(text, width, "dim", indent=5)
    if peak.times is not None:
        room = _("capacity is {times} times that peak", times=f"{peak.times:.1f}")
        if not peak.enough:
            room = _(
                "capacity is {times} times that peak, less than {wanted}",
                times=f"{peak.times:.1f}",
                wanted=f"{HEADROOM:g}",
            )
        yield from wrapped(room, width, "dim" if peak.enough else "warn", indent=5)


def _disks(page: Page, width: int) -> Iterator[Line]:
    yield from _title(_("Disks"))
    if not page.host.disks:
        yield (("  " + _("none is watched on this host"), "dim"),)
    for disk in page.host.disks:
        text = _(
            "{share} used · inodes {inodes} · {free} free of {total}",
            share=figures.percent(disk.used_percent), inodes=figures.percent(disk.inodes_percent),
            free=figures.size(disk.available_bytes), total=figures.size(disk.total_bytes),
        )  # fmt: skip
        yield (page.mark(disk.state), (disk.mount, "name"), (f"  {disk.source} {disk.fstype}", "dim"))
        yield from wrapped(text, width, "dim", indent=5)
        soon = disk.time_to_full
        if isinstance(soon, Forecast):
            yield from wrapped(say(full_in(soon)), width, indent=5)
        elif soon is not None:
            yield from wrapped(_("no time to full: {why}", why=say(soon.why)), width, "dim", indent=5)
        yield from _reasons(disk.why, width)


def _events(page: Page, width: int) -> Iterator[Line]:
    if not page.host.events:
        return
    yield from _title(_("Key events"))
    for event in page.host.events:
        yield (page.mark(event.state), (event.key, "name"), (f"  {event.source}", "dim"))
        text = _(
            "last hour: {act} to act on · {warn} to watch · {note} noted",
            act=figures.number(event.act_hour), warn=figures.number(event.warn_hour),
            note=figures.number(event.note_hour),
        )  # fmt: skip
        yield from wrapped(text, width, "dim", indent=5)
        if event.behind_bytes:
            behind = _("{size} are still to be read", size=figures.size(event.behind_bytes))
            yield from wrapped(behind, width, "warn", indent=5)
        yield from _reasons(event.why, width)
        for line in event.last:
            tone = page.glyphs.states[EVENT_STATES[line.level]].tone if line.level else "dim"
            yield from wrapped(f"{page.when(line.at)} {line.text}", width, tone, indent=5)


def _identity(page: Page, width: int) -> Iterator[Line]:
    identity = page.host.identity
    if identity is None:
        return
    yield from _title(_("Who answers"))
    yield from _row(_("hostname"), identity.hostname, width)
    yield from _row(_("kernel"), identity.kernel, width)
    yield from _row(_("shell, awk"), f"{identity.shell}, {identity.awk}", width)
    yield from _row(_("login"), identity.user, width)
    key = _("a key that allows the probe only") if identity.restricted else _("a key that allows everything")
    yield from _row(_("probe"), f"{identity.probe_version} {identity.probe_hash[:12]} · {key}", width)
    if identity.scope:
        yield from _row(_("scope"), identity.scope, width, "warn")


def _incidents(page: Page, width: int) -> Iterator[Line]:
    yield from _title(_("Incidents"))
    if not page.incidents:
        yield (("  " + _("none of this host"), "dim"),)
    for incident in page.incidents:
        mark = page.glyphs.incidents[incident.state]
        title = incident.title or (say(incident.said) if incident.said else str(incident.subject))
        words = f"{_(INCIDENT_WORDS[incident.state])} {incident.owner}".strip()
        yield ((f"{mark.text} ", mark.tone), (f"{incident.id} ", "name"), (f"L{incident.level} {words}", ""))
        yield from wrapped(title, width, indent=5)
        yield from wrapped(_("opened {when}", when=page.when(incident.opened_at)), width, "dim", indent=5)


def _log(page: Page, width: int) -> Iterator[Line]:
    yield from _title(_("Duty log"))
    if not page.log:
        yield (("  " + _("no line about this host"), "dim"),)
    for entry in beside(page.log):
        stamp = figures.clock(entry.event_at, page.zone, page.now)
        parts = (stamp, letter_of(entry), entry.actor or _("watch"))
        words = f"{' '.join(part for part in parts if part)}: {said_of(entry, page.zone)}"
        yield from wrapped(words, width, tone_of(entry, ""), indent=2)


def _title(words: str) -> Iterator[Line]:
    yield ()
    yield ((words, "title"),)


def _row(label: str, value: str, width: int, tone: str = "") -> Iterator[Line]:
    first = True
    for line in wrapped(value, width, tone, indent=_LABEL):
        yield (*padded(((f"  {label}", "dim"),), _LABEL), *line[1:]) if first else line
        first = False


def _said(label: str, said: Phrase | None, width: int) -> Iterator[Line]:
    if said is not None:
        yield from _row(label, say(said), width, "warn")


def _reasons(reasons: tuple[Phrase, ...], width: int) -> Iterator[Line]:
    for why in reasons:
        yield from wrapped(say(why), width, "warn", indent=5)
