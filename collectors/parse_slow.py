"""Slow answers: processes found, listening ports, mounts; and the greeting."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import unquote

from collectors.parse_checks import parse_checks
from collectors.parse_events import parse_events
from collectors.parse_health import clock, health
from collectors.parse_lines import line_readings
from collectors.parsing import MAX_FAILURES, failure, not_understood, unescape
from duty.clean import clean, clean_bytes
from duty.readings import (
    Identity,
    Listening,
    MountReading,
    Mounts,
    Ports,
    Processes,
    ProcessFound,
    SectionFailure,
    SlowReading,
)

Failures = tuple[SectionFailure, ...]


def parse_section(section: str, lines: list[bytes], failures: Failures) -> SlowReading | None:
    """The reading of a slow answer; ``None`` where there is no section of that name or it says nothing usable."""
    parsers: dict[str, Callable[[list[bytes], list[SectionFailure]], SlowReading | None]] = {
        "processes": _processes,
        "ports": _ports,
        "mounts": _mounts,
        "health": health,
        "time": clock,
        "lines": line_readings,
        "checks": parse_checks,
        "events": parse_events,
    }
    parser = parsers.get(section)
    if parser is None:
        return None
    rest: list[bytes] = []
    failed = list(failures)
    for line in lines:
        if line[:2] != b"! ":
            rest.append(line)
            continue
        try:
            failed.append(failure(line))
        except ValueError:
            failed.append(not_understood(section, line, "! SECTION SUBJECT CODE DETAIL"))
    return parser(rest, failed)


def identity(lines: list[bytes]) -> Identity:
    """Who answers, from the lines of the greeting. Raises ValueError."""
    mark, protocol, version, digest, restricted, ticks, page, _uid = lines[0].split(b" ")
    if mark != b"=R" or protocol != b"1":
        raise ValueError(f"protocol {protocol!r}")
    facts: dict[str, str] = {}
    for line in lines[1:]:
        _, key, value, *_rest = [*line.split(b" ", 2), b"", b""]
        facts[clean_bytes(key, 20)] = clean_bytes(unescape(value), 200)
    return Identity(
        kernel=facts.get("kernel", ""),
        hostname=facts.get("hostname", ""),
        shell=facts.get("shell", ""),
        awk=facts.get("awk", ""),
        user=facts.get("user", ""),
        probe_version=clean_bytes(version, 20),
        probe_hash=clean_bytes(digest, 64),
        restricted=restricted == b"1",
        ticks_per_s=int(ticks) or 100,
        page_bytes=int(page) or 4096,
        scope=facts.get("scope", ""),
    )


def _processes(lines: list[bytes], failed: list[SectionFailure]) -> Processes:
    found: list[ProcessFound] = []
    for line in lines:
        try:
            mark, key, pid, start, _uid, user, files, *args = line.split(b" ", 7)
            if mark != b"F":
                raise ValueError
            found.append(
                ProcessFound(
                    rule=clean(unquote(key.decode("ascii", "replace"))),
                    pid=int(pid),
                    start_ticks=int(start),
                    user=clean_bytes(unescape(user), 60),
                    args=clean_bytes(unescape(args[0]), 400) if args else "",
                    open_files=None if files == b"-" else int(files),
                )
            )
        except ValueError:
            failed.append(not_understood("processes", line, "F KEY PID START UID USER FILES ARGS"))
    subjects = [
        SectionFailure(one.section, one.why, clean(unquote(one.subject))) if one.subject else one for one in failed
    ]
    return Processes(tuple(found), tuple(subjects[:MAX_FAILURES]))


def _ports(lines: list[bytes], failed: list[SectionFailure]) -> Ports:
    listening: list[Listening] = []
    known = False
    for line in lines:
        try:
            if line[:2] == b"O ":
                known = {b"0": False, b"1": True}[line[2:]]
                continue
            mark, address, port, owners = line.split(b" ")
            if mark != b"T":
                raise ValueError
            pids = () if owners == b"-" else tuple(int(pid) for pid in owners.split(b","))
            listening.append(Listening(_address(address), int(port), pids))
        except (ValueError, KeyError):
            failed.append(not_understood("ports", line, "T ADDRESS PORT PID,PID"))
    return Ports(tuple(listening), known, tuple(failed[:MAX_FAILURES]))


@lru_cache(maxsize=1024)
def _address(data: bytes) -> str:
    text = data.decode("ascii")
    return text if text == "*" else str(ipaddress.ip_address(text))


def _mounts(lines: list[bytes], failed: list[SectionFailure]) -> Mounts:
    found: dict[str, MountReading] = {}
    for line in lines:
        try:
            reading = _hanging(line) if line[:2] == b"H " else _sized(line)
            found[reading.mount] = reading
        except ValueError:
            failed.append(not_understood("mounts", line, "D TOTAL USED AVAIL INODES IFREE RO FSTYPE SOURCE MOUNT"))
    return Mounts(tuple(found.values()), tuple(failed[:MAX_FAILURES]))


def _sized(line: bytes) -> MountReading:
    mark, total, used, available, inodes, free, read_only, fstype, source, mount = line.split(b" ")
    if mark != b"D":
        raise ValueError
    return MountReading(
        mount=_name(mount),
        source=_name(source),
        fstype=_name(fstype),
        read_only=read_only == b"1",
        total_bytes=_number(total, 1024),
        used_bytes=_number(used, 1024),
        available_bytes=_number(available, 1024),
        inodes=_number(inodes, 1),
        inodes_free=_number(free, 1),
    )


def _hanging(line: bytes) -> MountReading:
    _, waited, read_only, fstype, source, mount = line.split(b" ")
    return MountReading(
        mount=_name(mount),
        source=_name(source),
        fstype=_name(fstype),
        read_only=read_only == b"1",
        hanging_s=float(int(waited)),
    )


def _name(data: bytes) -> str:
    return clean_bytes(unescape(data), 300)


def _number(data: bytes, unit: int) -> int | None:
    if data == b"-":
        return None
    value = int(data)
    if value < 0:
        raise ValueError
    return value * unit
