"""From the tables of the file to what everyone reads: roles joined into hosts, defaults filled in."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from pathlib import Path as FilePath
from typing import Generic, TypeVar

import msgspec

from config.fields import Count, CountLevels, CpuLevels, PercentLevels, RateLevels, SizeLevels
from config.model import Host, HostDefaults, Role, SiteFile
from config.positions import Path
from config.rules import Disk, Event, Line, Process
from duty.site import DiskRule, EventRule, HostSpec, Limits, LineRule, ProcessRule, SiteSpec
from duty.site import EventPattern as SitePattern

T = TypeVar("T")
R = TypeVar("R", bound=Process | Line | Disk | Event)

AnyLevels = CountLevels | CpuLevels | PercentLevels | RateLevels | SizeLevels
_PROCESS = ProcessRule(key="")
_LINE = LineRule(key="", interface="")
_DISK = DiskRule(mount="")
_EVENT = EventRule(key="")


class Joined(msgspec.Struct, Generic[R], frozen=True):
    """One rule of a host: what the host says of it, then what its role says, and where both stand."""

    key: str
    layers: tuple[R, ...]
    places: tuple[Path, ...]


def key_of(rule: Process | Line | Disk | Event) -> str | None:
    """The identity of a rule on its host; ``None`` if nothing in it can serve as one."""
    match rule:
        case Process():
            named = rule.key or rule.name or (rule.unit and rule.unit.rpartition(".")[0])
            return named or (rule.pidfile and FilePath(rule.pidfile).stem) or None
        case Line():
            return rule.key or rule.interface
        case Disk():
            return rule.mount
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
    )


def disk_rule(rule: Joined[Disk]) -> DiskRule:
    """One mount as everyone reads it."""
    layers = rule.layers
    return DiskRule(
        mount=rule.key,
        used_percent=_limits((disk.used for disk in layers), _DISK.used_percent),
        inodes_percent=_limits((disk.inodes for disk in layers), _DISK.inodes_percent),
        required=first((disk.required for disk in layers), False),
        read_only_ok=first((disk.read_only_ok for disk in layers), False),
    )


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
        processes=tuple(map(process_rule, joined(host_id, host, file, "processes", lambda t: t.processes))),
        lines=tuple(map(line_rule, joined(host_id, host, file, "lines", lambda t: t.lines))),
        disks=disks,
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
    )
