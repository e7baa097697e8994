"""The embedded practice site: what would stand in the site file of the firm whose machines the fleet plays."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from pathlib import Path

from duty.site import (
    DiskRule,
    EventPattern,
    EventRule,
    HistoryRule,
    HostSpec,
    Limits,
    LineRule,
    PingRule,
    ProcessRule,
    SessionRule,
    SiteSpec,
)
from practice.applications import rule_of
from practice.models import MB, InterfaceModel, LogModel, MachineModel, ProcessModel
from practice.procedures import PROCEDURES

LOCAL_ID = "this-machine"
MIN_UPTIME_S = 60.0
EVENT_HOLD_S = 120.0
QUIET_AFTER_S = 30.0
SLOW_INTERVAL_S = 5.0
"""Drills should show within seconds, and the simulated machines do not mind being asked."""
SESSIONS = (
    SessionRule("夜盘 night", 20 * 60, 2 * 60 + 30),
    SessionRule("上午 morning", 9 * 60, 11 * 60 + 30),
    SessionRule("下午 afternoon", 13 * 60 + 30, 15 * 60 + 30),
)
"""The Shanghai Gold Exchange's, in its local time."""
_MAX_LOCAL_LINES = 4
_NOT_A_LINE = ("lo", "veth", "docker", "br-", "virbr", "ifb", "dummy")


def practice_site(
    models: Iterable[MachineModel],
    *,
    ssh_config: Path | None = None,
    known_hosts: Path | None = None,
    authority: Path | None = None,
    interval_s: float = 1.0,
    local: bool = True,
) -> SiteSpec:
    """The site of these machines, reached as ``ssh_config`` says, and of this machine itself (``local``).

    ``authority``: the file of who vouches for their certificates.
    """
    hosts = tuple(_host(model, interval_s, authority) for model in models)
    return SiteSpec(
        name="练习 practice",
        time_zone="Asia/Shanghai",
        language=None,
        hosts=(*((_this_machine(interval_s),) if local else ()), *hosts),
        source="practice",
        practice=True,
        interval_s=interval_s,
        slow_interval_s=SLOW_INTERVAL_S,
        sessions=SESSIONS,
        history=HistoryRule(size_bytes=128 << 20),
        procedures=PROCEDURES,
        ssh_config=(str(ssh_config),) if ssh_config else None,
        known_hosts=(str(known_hosts),) if known_hosts else None,
    )


def _host(model: MachineModel, interval_s: float, authority: Path | None) -> HostSpec:
    lines = tuple(
        LineRule(
            interface.line, interface.name, interface.capacity_bps, interface.capacity_bps, pings=_pings(interface)
        )
        for interface in model.interfaces
        if interface.line
    )
    return HostSpec(
        id=model.id,
        address=model.id,
        role=model.role,
        group=model.group,
        via=model.via,
        label=model.label,
        processes=tuple(_process(process, model.logs) for process in model.processes),
        lines=lines,
        disks=tuple(DiskRule(mount.mount, required=True) for mount in model.mounts),
        apps=tuple(rule_of(app, authority) for app in model.apps),
        events=tuple(_event(log) for log in model.logs),
        interval_s=interval_s,
    )


def _pings(interface: InterfaceModel) -> tuple[PingRule, ...]:
    usual = interface.rtt_ms / 1000
    if not interface.far_end:
        return ()
    return (PingRule(interface.far_end, interface.name, 5, Limits(3 * usual, 10 * usual), Limits(usual)),)


def _event(log: LogModel) -> EventRule:
    """A drill is over in minutes, so a line does not hold the state up for long."""
    patterns = (
        EventPattern("FATAL|heartbeat lost", 2),
        EventPattern("ERROR", 1, "retry succeeded"),
        EventPattern("operator login", 0),
    )
    return EventRule(log.key, file=log.file, patterns=patterns, hold_s=EVENT_HOLD_S)


def _process(model: ProcessModel, logs: Iterable[LogModel]) -> ProcessRule:
    """Interpreters are told apart by their arguments, everything else by its name."""
    log = next((log.key for log in logs if log.program == model.key), None)
    by_args = model.name == "java"
    return ProcessRule(
        key=model.key,
        name=model.name,
        args=f"-Dapp={model.key} " if by_args else None,
        user=model.user,
        count_max=1,
        min_uptime_s=MIN_UPTIME_S,
        cpu_percent=Limits(max(50.0, 220 * model.cpu), max(80.0, 300 * model.cpu)),
        rss_bytes=Limits(1.4 * model.rss_mb * MB, 1.8 * model.rss_mb * MB),
        threads=Limits(2.0 * model.threads, 4.0 * model.threads),
        open_files=Limits(2.0 * model.files, 4.0 * model.files),
        ports=tuple(str(port) for port in model.ports),
        quiet_after_s=QUIET_AFTER_S if model.works else None,
        log=log if model.works else None,
    )


def _this_machine(interval_s: float) -> HostSpec:
    """Demands nothing that a machine we know nothing about might not have."""
    return HostSpec(
        id=LOCAL_ID,
        address="",
        local=True,
        clock=None,
        role="console",
        group="this machine",
        label="本机 this machine",
        lines=tuple(LineRule(name, name) for name in _interfaces()),
        disks=(DiskRule("*"),),
        interval_s=interval_s,
    )


def _interfaces() -> tuple[str, ...]:
    """The interfaces of this machine that are up and lead somewhere, at most a few."""
    names = [name for _, name in socket.if_nameindex() if not name.startswith(_NOT_A_LINE)]
    return tuple(name for name in names if _is_up(name))[:_MAX_LOCAL_LINES]


def _is_up(name: str) -> bool:
    try:
        return Path("/sys/class/net", name, "operstate").read_text().strip() in {"up", "unknown"}
    except OSError:
        return False
