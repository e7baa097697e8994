"""The slow sections of this machine that are read in a thread: processes that match, listening ports; who it is."""

from __future__ import annotations

import os
import platform
import re
import socket
from pathlib import Path
from typing import NamedTuple

import psutil

from collectors.probe import HASH, VERSION
from duty.clean import clean
from duty.phrases import phrase
from duty.readings import (
    Identity,
    Listening,
    Ports,
    Processes,
    ProcessFound,
    SectionFailure,
)
from duty.site import ProcessRule

COMM_BYTES = 15
"""The kernel keeps so many bytes of a program's name."""


def local_identity() -> Identity:
    """Who this machine is."""
    return Identity(
        kernel=clean(platform.release(), 100),
        hostname=clean(socket.gethostname(), 100),
        shell="",
        awk="",
        user=clean(psutil.Process().username(), 60),
        probe_version=VERSION,
        probe_hash=HASH,
        restricted=False,
        ticks_per_s=os.sysconf("SC_CLK_TCK"),
        page_bytes=os.sysconf("SC_PAGE_SIZE"),
        scope="container" if Path("/.dockerenv").exists() else "",
    )


class _Seen(NamedTuple):
    """One process as the rules look at it."""

    pid: int
    comm: str
    base: str
    """The program's name in its own arguments, without folder and without what stands behind ``:`` or a blank."""
    text: str
    """The arguments joined by blanks; ``[comm]`` where there are none, as kernel threads and zombies have it."""
    start_ticks: int


def read_processes(rules: tuple[ProcessRule, ...]) -> Processes:
    """Every process against every rule, as the probe does on other hosts."""
    found: list[ProcessFound] = []
    failed: list[SectionFailure] = []
    pidfiles = {rule.key: _pid_in(rule, failed) for rule in rules if rule.pidfile is not None}
    patterns = {rule.key: re.compile(rule.args) for rule in rules if rule.args is not None}
    for pid in psutil.pids():
        try:
            seen = _seen(pid)
            matching = [rule for rule in rules if _fits(rule, seen, pidfiles, patterns)]
            if matching:
                process = psutil.Process(pid)
                user, files, shown = clean(process.username(), 60), _files(process), clean(seen.text, 400)
                found += [ProcessFound(r.key, pid, seen.start_ticks, user, shown, files) for r in matching]
        except (psutil.NoSuchProcess, psutil.AccessDenied, FileNotFoundError, ProcessLookupError, PermissionError):
            continue  # gone while we looked, or none of ours to look at
    return Processes(tuple(found), tuple(failed))


def _seen(pid: int) -> _Seen:
    # Not through psutil: it takes zombies for gone, and lengthens the kernel's name of a process where it can guess.
    head, _, tail = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")
    comm = head.partition(b"(")[2].decode("utf-8", "replace")
    arguments = Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").decode("utf-8", "replace").split("\0")
    base = re.split(r"[ :]", arguments[0].rsplit("/", 1)[-1])[0]
    text = " ".join(arguments) or f"[{comm}]"
    return _Seen(pid, comm, base, text, int(tail.split()[19]))


def _fits(
    rule: ProcessRule, seen: _Seen, pidfiles: dict[str, int | None], patterns: dict[str, re.Pattern[str]]
) -> bool:
    if rule.name is not None and rule.name not in (seen.comm, seen.base) and not _cut(rule.name, seen.comm):
        return False
    if rule.key in patterns and not patterns[rule.key].search(seen.text):
        return False
    if rule.key in pidfiles and pidfiles[rule.key] != seen.pid:
        return False
    if rule.user is not None:
        process = psutil.Process(seen.pid)
        if rule.user not in (process.username(), str(process.uids().real)):
            return False
    return rule.unit is None or f"/{rule.unit}/" in _cgroup(seen.pid)


def _cut(name: str, comm: str) -> bool:
    """Whether ``comm`` is what the kernel keeps of a longer ``name``."""
    data = name.encode()
    return len(data) > COMM_BYTES and data[:COMM_BYTES].decode("utf-8", "replace") == comm


def _cgroup(pid: int) -> str:
    try:
        return "".join(f"{line}/\n" for line in Path(f"/proc/{pid}/cgroup").read_text("utf-8", "replace").splitlines())
    except OSError:
        return ""


def _pid_in(rule: ProcessRule, failed: list[SectionFailure]) -> int | None:
    path = Path(rule.pidfile or "")
    try:
        return int(path.read_bytes()[:40].split()[0])
    except (OSError, ValueError, IndexError):
        failed.append(
            SectionFailure("processes", phrase("{subject} cannot be read", subject=clean(str(path))), rule.key)
        )
        return None


def _files(process: psutil.Process) -> int | None:
    try:
        return process.num_fds()
    except psutil.AccessDenied:
        return None


def read_ports(watched: tuple[int, ...]) -> Ports:
    """Listening TCP ports; owners among the watched processes."""
    listening: dict[tuple[str, int], set[int]] = {}
    for one in psutil.net_connections("tcp"):
        if one.status != psutil.CONN_LISTEN or not one.laddr:
            continue
        owners = listening.setdefault((one.laddr.ip, one.laddr.port), set())
        if one.pid in watched:
            owners.add(one.pid)
    known = bool(watched) and all(_may_see_files(pid) for pid in watched)
    return Ports(tuple(Listening(a, p, tuple(sorted(o))) for (a, p), o in listening.items()), known, among=watched)


def _may_see_files(pid: int) -> bool:
    folder = f"/proc/{pid}/fd"
    return not os.path.exists(f"/proc/{pid}") or os.access(folder, os.R_OK | os.X_OK)
