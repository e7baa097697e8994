"""From the tables of the file to what everyone reads: roles joined into hosts, defaults filled in."""

from __future__ import annotations

import math
import shlex
from collections.abc import Callable, Iterable
from pathlib import Path as FilePath
from typing import Generic, TypeVar

import msgspec

from config import settle_duty, stores
from config.alarm_settle import alarm_rule
from config.emergency_settle import procedure
from config.fields import (
    Count,
    CountLevels,
    CpuLevels,
    PercentLevels,
    PlainLevels,
    RateLevels,
    SecondsLevels,
    SizeLevels,
    WithinLevels,
)
from config.machine import Clock, Health
from config.model import Host, HostDefaults, Role, SiteFile
from config.positions import Path
from config.rules import App, DaysLevels, Disk, Event, Line, NumberLevels, Ping, Process
from config.settle_maintenance import plan, thing
from config.targets import bracketed, page, split
from duty.site import (
    AppKind,
    AppRule,
    ClockRule,
    DiskRule,
    EventRule,
    HealthRule,
    HistoryRule,
    HostSpec,
    Limits,
    LineRule,
    PerfLimit,
    PingRule,
    ProcessRule,
    SiteSpec,
)
from duty.site import EventPattern as SitePattern

ANY = "any"
"""Written as the source of pings, it leaves it to the host's routes."""

T = TypeVar("T")
R = TypeVar("R", bound=Process | Line | Disk | Event | App)

AnyLevels = (
    CountLevels
    | CpuLevels
    | DaysLevels
    | NumberLevels
    | PercentLevels
    | PlainLevels
    | RateLevels
    | SecondsLevels
    | SizeLevels
    | WithinLevels
)
_PROCESS = ProcessRule(key="")
_LINE = LineRule(key="", interface="")
_DISK = DiskRule(mount="")
_PING = PingRule(target="")
_HEALTH = HealthRule()
_CLOCK = ClockRule()
CERT_DAYS = Limits(30, 7)
_DEADLINES: dict[AppKind, float] = {"command": 10.0}
_INTERVALS: dict[AppKind, float] = {"tls": 300.0, "command": 60.0}
_EVENT = EventRule(key="")


class Joined(msgspec.Struct, Generic[R], frozen=True):
    """One rule of a host: what the host says of it, then what its role says, and where both stand."""

    key: str
    layers: tuple[R, ...]
    places: tuple[Path, ...]


def key_of(rule: Process | Line | Disk | Event | App) -> str | None:
    """The identity of a rule on its host; ``None`` if nothing in it can serve as one."""
    match rule:
        case Process():
            named = rule.key or rule.name or (rule.unit and rule.unit.rpartition(".")[0])
            return named or (rule.pidfile and FilePath(rule.pidfile).stem) or None
        case Line():
            return rule.key or rule.interface
        case Disk():
            return rule.mount
        case App():
            return rule.key
        case Event():
            unit = rule.unit and rule.unit.rpartition(".")[0]
            return rule.key or (rule.file and FilePath(rule.file).name) or unit or rule.journal


def role_of(host: Host, file: SiteFile) -> Role | None:
    """The role whose defaults the host takes; ``None`` too for one that does not exist."""
    return file.roles.get(host.role) if host.role else None


def _placed(
    source: HostDefaults | None, place: Path, listed: str, rules: Callable[[HostDefaults], list[R] | None]
) -> list[tuple[R, Path]]:
    return [(rule, (*place, listed, number)) for number, rule in enumerate(rules(source) or [])] if source else []


def joined(
    host_id: str, host: Host, file: SiteFile, listed: str, rules: Callable[[HostDefaults], list[R] | None]
) -> list[Joined[R]]:
    """The rules of one kind for one host, the role's first, in the order of the file; without a key left out.

    An empty list of the host takes none of the role's.
    """
    found: dict[str, Joined[R]] = {}
    role = role_of(host, file)
    defaults = [] if rules(host) == [] else _placed(role, ("roles", str(host.role)), listed, rules)
    for rule, here in (*defaults, *_placed(host, ("hosts", host_id), listed, rules)):
        if key := key_of(rule):
            below = found.get(key)
            layers = (rule, *below.layers) if below else (rule,)
            found[key] = Joined(key, layers, (here, *below.places) if below else (here,))
    return list(found.values())


def first(values: Iterable[T | None], default: T) -> T:
    """The first value that is given."""
    return next((value for value in values if value is not None), default)


def _given(values: Iterable[T | None]) -> T | None:
    return next((value for value in values if value is not None), None)


def _limits(values: Iterable[AnyLevels | None], default: Limits) -> Limits:
    levels = _given(values)
    return Limits(levels.warn, levels.act) if levels else default


def process_rule(rule: Joined[Process]) -> ProcessRule:
    """One process as everyone reads it."""
    layers = rule.layers
    count = first((p.count for p in layers), Count(min=_PROCESS.count_min, max=_PROCESS.count_max))
    stuck = first((p.stuck_after for p in layers), _PROCESS.stuck_d_s or math.inf)
    quiet = first((p.quiet_after for p in layers), math.inf)
    return ProcessRule(
        key=rule.key,
        name=_given(p.name for p in layers),
        args=_given(p.args for p in layers),
        user=_given(p.user for p in layers),
        unit=_given(p.unit for p in layers),
        pidfile=_given(p.pidfile for p in layers),
        count_min=count.min,
        count_max=count.max,
        min_uptime_s=_given(p.min_uptime for p in layers),
        cpu_percent=_limits((p.cpu for p in layers), _PROCESS.cpu_percent),
        rss_bytes=_limits((p.rss for p in layers), _PROCESS.rss_bytes),
        threads=_limits((p.threads for p in layers), _PROCESS.threads),
        open_files=_limits((p.open_files for p in layers), _PROCESS.open_files),
        stuck_d_s=None if math.isinf(stuck) else stuck,
        quiet_after_s=None if math.isinf(quiet) else quiet,
        log=_given(p.log for p in layers),
        zombies=_limits((p.zombies for p in layers), _PROCESS.zombies),
        ports=tuple(dict.fromkeys(_given(p.ports for p in layers) or ())),
    )


def line_rule(rule: Joined[Line]) -> LineRule:
    """One line as everyone reads it."""
    layers = rule.layers
    capacity = _given(line.capacity for line in layers)
    return LineRule(
        key=rule.key,
        interface=first((line.interface for line in layers), ""),
        capacity_in_bps=capacity.inward if capacity else None,
        capacity_out_bps=capacity.out if capacity else None,
        use_percent=_limits((line.use for line in layers), _LINE.use_percent),
        errors_per_s=_limits((line.errors for line in layers), _LINE.errors_per_s),
        drops_per_s=_limits((line.drops for line in layers), _LINE.drops_per_s),
        queue_packets=_limits((line.queue for line in layers), _LINE.queue_packets),
        retransmitted_percent=_limits((line.retransmitted for line in layers), _LINE.retransmitted_percent),
        pings=tuple(
            ping_rule(ping, first((line.interface for line in layers), ""))
            for ping in _given(line.pings for line in layers) or ()
        ),
    )


def ping_rule(ping: Ping, interface: str) -> PingRule:
    """One ping target as everyone reads it."""
    return PingRule(
        target=ping.target,
        source=None if ping.source == ANY else ping.source or interface,
        count=ping.count or _PING.count,
        rtt_s=_limits((ping.rtt,), _PING.rtt_s),
        jitter_s=_limits((ping.jitter,), _PING.jitter_s),
        loss_percent=_limits((ping.loss,), _PING.loss_percent),
    )


def disk_rule(rule: Joined[Disk]) -> DiskRule:
    """One mount as everyone reads it."""
    layers = rule.layers
    return DiskRule(
        mount=rule.key,
        used_percent=_limits((disk.used for disk in layers), _DISK.used_percent),
        inodes_percent=_limits((disk.inodes for disk in layers), _DISK.inodes_percent),
        full_within_s=_limits((disk.full_within for disk in layers), _DISK.full_within_s),
        required=first((disk.required for disk in layers), False),
        read_only_ok=first((disk.read_only_ok for disk in layers), False),
    )


def health_rule(layers: tuple[Health, ...]) -> HealthRule | None:
    """The machine as everyone reads it; ``None`` where the nearest word on it is "off"."""
    if layers and layers[0].off:
        return None
    return HealthRule(
        cpu_percent=_limits((one.cpu for one in layers), _HEALTH.cpu_percent),
        iowait_percent=_limits((one.iowait for one in layers), _HEALTH.iowait_percent),
        steal_percent=_limits((one.steal for one in layers), _HEALTH.steal_percent),
        load_per_cpu=_limits((one.load for one in layers), _HEALTH.load_per_cpu),
        memory_percent=_limits((one.memory for one in layers), _HEALTH.memory_percent),
        swap_percent=_limits((one.swap for one in layers), _HEALTH.swap_percent),
        pressure_percent=_limits((one.pressure for one in layers), _HEALTH.pressure_percent),
        files_percent=_limits((one.files for one in layers), _HEALTH.files_percent),
        device_busy_percent=_limits((one.device_busy for one in layers), _HEALTH.device_busy_percent),
        device_await_s=_limits((one.device_wait for one in layers), _HEALTH.device_await_s),
        celsius=_limits((one.temperature for one in layers), _HEALTH.celsius),
        failed_units=_limits((one.failed_units for one in layers), _HEALTH.failed_units),
        oom_kills=_limits((one.oom_kills for one in layers), _HEALTH.oom_kills),
    )


def clock_rule(layers: tuple[Clock, ...]) -> ClockRule | None:
    """The clock as everyone reads it; ``None`` where the nearest word on it is "off"."""
    if layers and layers[0].off:
        return None
    return ClockRule(
        offset_s=_limits((one.offset for one in layers), _CLOCK.offset_s),
        service=first((one.service for one in layers), _CLOCK.service),
    )


def app_kind(layers: Iterable[App]) -> AppKind | None:
    """How it is asked; ``None`` where nothing says so."""
    for app in layers:
        if app.tcp is not None:
            return "tcp"
        if app.url is not None:
            return "http"
        if app.tls is not None:
            return "tls"
        if app.command is not None:
            return "command"
    return None


def app_rule(rule: Joined[App], folder: FilePath, *, local: bool) -> AppRule:
    """One application as everyone reads it; relative paths start at ``folder``."""
    layers = rule.layers
    kind = app_kind(layers) or "tcp"
    limits = _given(app.limits for app in layers) or {}
    authorities = _given(app.ca for app in layers)
    made = AppRule(
        key=rule.key,
        kind=kind,
        target="",
        from_console=local or _given(app.origin for app in layers) == "console",
        banner=_given(app.banner for app in layers),
        status=tuple(_given(app.status for app in layers) or ()),
        expect=_given(app.expect for app in layers),
        time_s=_limits((app.time for app in layers), Limits()),
        cert_days=_limits((app.cert_days for app in layers), CERT_DAYS),
        verify=first((app.verify for app in layers), True),
        ca=None if authorities is None else str(_from(folder, authorities)),
        server_name=_given(app.server_name for app in layers),
        limits=tuple(_perf_limit(label, levels) for label, levels in limits.items()),
        deadline_s=first((app.deadline for app in layers), _DEADLINES.get(kind, 5.0)),
        interval_s=first((app.interval for app in layers), _INTERVALS.get(kind, 15.0)),
        hold_s=first((app.hold for app in layers), 3.0),
    )
    if kind == "command":
        command = first((app.command for app in layers), "")
        return msgspec.structs.replace(made, target=command, argv=tuple(shlex.split(command)))
    if kind == "http":
        url = first((app.url for app in layers), "")
        secure, address, port, path = page(url)
        return msgspec.structs.replace(made, target=url, address=address, port=port, path=path, secure=secure)
    address, port = split(first((app.tcp if kind == "tcp" else app.tls for app in layers), ":1"))
    return msgspec.structs.replace(made, target=f"{bracketed(address)}:{port}", address=address, port=port)


def _perf_limit(label: str, levels: NumberLevels) -> PerfLimit:
    return PerfLimit(label, levels.warn, levels.act)


LEVELS = {"note": 0, "warn": 1, "act": 2}


def event_rule(rule: Joined[Event]) -> EventRule:
    """One followed log as everyone reads it: the gravest patterns first, for a line counts once."""
    layers = rule.layers
    patterns = [
        SitePattern(one.pattern, LEVELS[one.level or "warn"], one.ignore)
        for one in _given(event.patterns for event in layers) or ()
    ]
    return EventRule(
        key=rule.key,
        file=_given(event.file for event in layers),
        unit=_given(event.unit for event in layers),
        patterns=tuple(sorted(patterns, key=lambda one: -one.level)),
        hold_s=first((event.hold for event in layers), _EVENT.hold_s),
    )


def _host(host_id: str, host: Host, file: SiteFile, folder: FilePath) -> HostSpec:
    role = role_of(host, file)
    layers: tuple[HostDefaults, ...] = (host, role) if role else (host,)
    identity = _given(layer.identity for layer in layers)
    disks = tuple(map(disk_rule, joined(host_id, host, file, "disks", lambda t: t.disks)))
    if all(layer.disks is None for layer in layers):
        disks = (DiskRule(mount="*"),)
    return HostSpec(
        id=host_id,
        address="" if host.local else host.address or host_id,
        local=host.local,
        port=None if host.local else _given(layer.port for layer in layers),
        user=None if host.local else _given(layer.user for layer in layers),
        identity=str(_from(folder, identity)) if identity and not host.local else None,
        role=host.role or "",
        group=first((layer.group for layer in layers), ""),
        via=None if host.local else _given(layer.via for layer in layers),
        label=host.label or "",
        depends_on=tuple(map(thing, host.depends_on or ())),
        processes=tuple(map(process_rule, joined(host_id, host, file, "processes", lambda t: t.processes))),
        lines=tuple(map(line_rule, joined(host_id, host, file, "lines", lambda t: t.lines))),
        disks=disks,
        health=health_rule(tuple(layer.health for layer in layers if layer.health is not None)),
        clock=None if host.local else clock_rule(tuple(layer.clock for layer in layers if layer.clock is not None)),
        apps=tuple(
            app_rule(rule, folder, local=host.local) for rule in joined(host_id, host, file, "apps", lambda t: t.apps)
        ),
        events=tuple(map(event_rule, joined(host_id, host, file, "events", lambda t: t.events))),
        interval_s=first((layer.interval for layer in layers), file.site.interval),
    )


def _from(folder: FilePath, written: str) -> FilePath:
    """A path of the file: ``~`` is the person's home, a relative one starts at the file's folder."""
    try:
        return folder / FilePath(written).expanduser()
    except RuntimeError:  # no such user
        return folder / written


def paths(written: list[str] | None, folder: FilePath) -> tuple[str, ...] | None:
    """A list of paths of the file, absolute."""
    return None if written is None else tuple(str(_from(folder, path)) for path in written)


def settle(file: SiteFile, source: FilePath) -> SiteSpec:
    """The site of a file without problems."""
    site, folder = file.site, source.absolute().parent
    return SiteSpec(
        name=site.name,
        time_zone=site.time_zone,
        language=site.language,
        hosts=tuple(_host(host_id, host, file, folder) for host_id, host in file.hosts.items()),
        source=str(source.absolute()),
        interval_s=site.interval,
        slow_interval_s=site.slow_interval,
        ssh_config=paths(site.ssh_config, folder),
        known_hosts=paths(site.known_hosts, folder),
        max_dials=site.max_dials,
        sessions=tuple(map(settle_duty.session_rule, site.sessions)),
        history=HistoryRule(round(site.history.size), site.history.days),
        store=stores.settled(site.store, folder),
        people=settle_duty.people(file),
        contacts=settle_duty.contacts(file),
        levels=settle_duty.levels(file),
        reports=settle_duty.reports(file),
        templates=settle_duty.templates(file),
        alarms=tuple(map(alarm_rule, file.alarm)),
        procedures=tuple(map(procedure, file.emergency)),
        maintenance=tuple(plan(table, site.time_zone) for table in file.maintenance),
        open_incident_at=file.incidents.open_at,
    )
