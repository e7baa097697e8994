"""The slow sections of this machine: processes that match, listening ports, mounts."""

from __future__ import annotations

import os
import platform
import re
import socket
from pathlib import Path

import psutil

from collectors.probe import HASH, VERSION
from duty.clean import clean, clean_bytes
from duty.phrases import phrase
from duty.readings import (
    Identity,
    Listening,
    MountReading,
    Mounts,
    Ports,
    Processes,
    ProcessFound,
    SectionFailure,
)
from duty.site import DiskRule, ProcessRule

LOCAL = frozenset(
    {"ext2", "ext3", "ext4", "xfs", "btrfs", "vfat", "f2fs", "zfs", "jfs", "reiserfs", "ntfs", "ntfs3", "exfat"}
    | {"overlay", "ubifs", "jffs2", "bcachefs", "nilfs2"}
)
REMOTE = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "ceph", "glusterfs", "lustre", "gfs2", "ocfs2", "afs", "fuseblk"}
)


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


def read_processes(rules: tuple[ProcessRule, ...], ticks_per_s: int) -> Processes:
    """Every process against every rule, as the probe does on other hosts."""
    found: list[ProcessFound] = []
    failed: list[SectionFailure] = []
    pidfiles = {rule.key: _pid_in(rule, failed) for rule in rules if rule.pidfile is not None}
    patterns = {rule.key: re.compile(rule.args) for rule in rules if rule.args is not None}
    for process in psutil.process_iter():
        try:
            with process.oneshot():
                comm = process.name()
                arguments = process.cmdline()
                text = " ".join(arguments) or f"[{comm}]"
                matching = [rule for rule in rules if _fits(rule, process, comm, arguments, text, pidfiles, patterns)]
                if matching:
                    start = _start_ticks(process.pid)
                    user, files = clean(process.username(), 60), _files(process)
                    shown = clean(text, 400)
                    found += [ProcessFound(r.key, process.pid, start, user, shown, files) for r in matching]
        except (psutil.NoSuchProcess, psutil.AccessDenied, FileNotFoundError, ProcessLookupError):
            continue  # gone while we looked, or none of ours to look at
    return Processes(tuple(found), tuple(failed))


def _fits(
    rule: ProcessRule,
    process: psutil.Process,
    comm: str,
    arguments: list[str],
    text: str,
    pidfiles: dict[str, int | None],
    patterns: dict[str, re.Pattern[str]],
) -> bool:
    if rule.name is not None:
        base = arguments[0].rsplit("/", 1)[-1] if arguments else ""
        if rule.name not in (comm, re.split(r"[ :]", base)[0]):
            return False
    if rule.key in patterns and not patterns[rule.key].search(text):
        return False
    if rule.key in pidfiles and pidfiles[rule.key] != process.pid:
        return False
    if rule.user is not None and rule.user not in (process.username(), str(process.uids().real)):
        return False
    return rule.unit is None or f"/{rule.unit}/" in _cgroup(process.pid)


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


def _start_ticks(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[19])


def _files(process: psutil.Process) -> int | None:
    try:
        return process.num_fds()
    except psutil.AccessDenied:
        return None


def read_ports(watched: tuple[int, ...]) -> Ports:
    """Listening TCP ports; owners among the watched processes."""
    listening: dict[tuple[str, int], set[int]] = {}
    hidden = False
    for one in psutil.net_connections("tcp"):
        if one.status != psutil.CONN_LISTEN or not one.laddr:
            continue
        owners = listening.setdefault((one.laddr.ip, one.laddr.port), set())
        if one.pid is None:
            hidden = True
        elif one.pid in watched:
            owners.add(one.pid)
    known = not hidden or os.getuid() == 0
    return Ports(tuple(Listening(a, p, tuple(sorted(o))) for (a, p), o in listening.items()), known)


def read_mounts(rules: tuple[DiskRule, ...]) -> Mounts:
    """Local and remote file systems, and the mounts that rules name."""
    wanted = {rule.mount for rule in rules}
    found: dict[str, MountReading] = {}
    seen: set[tuple[str, str]] = set()
    failed: list[SectionFailure] = []
    for line in Path("/proc/mounts").read_bytes().splitlines():
        source, mount, fstype, options = (_text(field) for field in line.split(b" ")[:4])
        remote = fstype in REMOTE or fstype.startswith("fuse.")
        if mount not in wanted and not remote and (fstype not in LOCAL or (source, fstype) in seen):
            continue
        seen.add((source, fstype))
        try:
            found[mount] = _sized(mount, source, fstype, "ro" in options.split(","))
        except OSError as error:
            why = phrase("{subject}: {error}", subject=mount, error=clean(error.strerror or "", 80))
            failed.append(SectionFailure("mounts", why, mount))
    return Mounts(tuple(found.values()), tuple(failed))


def _text(field: bytes) -> str:
    return clean_bytes(re.sub(rb"\\([0-3][0-7]{2})", lambda m: bytes((int(m[1], 8),)), field), 300)


def _sized(mount: str, source: str, fstype: str, read_only: bool) -> MountReading:
    seen = os.statvfs(mount)
    unit = seen.f_frsize
    return MountReading(
        mount=mount,
        source=source,
        fstype=fstype,
        read_only=read_only,
        total_bytes=seen.f_blocks * unit,
        used_bytes=(seen.f_blocks - seen.f_bfree) * unit,
        available_bytes=seen.f_bavail * unit,
        inodes=seen.f_files or None,
        inodes_free=seen.f_ffree if seen.f_files else None,
    )
