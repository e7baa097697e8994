"""The mounts of this machine. A mount that hangs costs its own cell and one small process that waits for it.

The size of a mount is asked for in another process: a call into a file system that does not answer cannot be taken
back, not even by killing, and would keep the watch itself from ending. See :class:`Asker`.
"""

from __future__ import annotations

import asyncio
import errno
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec

from collectors.aside import aside
from collectors.feed import words_of
from duty.clean import clean, clean_bytes
from duty.phrases import Phrase, phrase
from duty.readings import MountReading, Mounts, SectionFailure
from duty.site import DiskRule

LOCAL = frozenset(
    {"ext2", "ext3", "ext4", "xfs", "btrfs", "vfat", "f2fs", "zfs", "jfs", "reiserfs", "ntfs", "ntfs3", "exfat"}
    | {"overlay", "ubifs", "jffs2", "bcachefs", "nilfs2", "hfsplus", "ufs"}
)
REMOTE = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "ceph", "glusterfs", "lustre", "gfs2", "ocfs2", "afs", "fuseblk"}
)

SOON_S = 0.2
"""Seconds after which the next mount is asked by another process; the one asked before may still answer."""
DEADLINE_S = 4.0
"""Seconds after which a mount that was asked hangs: the same as the probe gives it on a host."""
MAX_HANGING = 16
"""Processes that may wait at a time, 9 MB each (3 of its own). What more hangs is not asked, and that is said."""
_END_S = 0.5

PROGRAM = """
import os, sys
for line in sys.stdin.buffer:
    try:
        s = os.statvfs(bytes.fromhex(line.decode()))
        said = "%d %d %d %d %d %d" % (s.f_frsize, s.f_blocks, s.f_bfree, s.f_bavail, s.f_files, s.f_ffree)
    except OSError as error:
        said = "! %d" % (error.errno or 0)
    sys.stdout.write(said + "\\n")
    sys.stdout.flush()
"""
"""What the other process runs: a path in hex on each line, the numbers or the error on each line back."""


class Line(NamedTuple):
    """One line of the mount table. ``point``: the path as the kernel takes it."""

    point: bytes
    mount: str
    source: str
    fstype: str
    read_only: bool
    wanted: bool
    """A rule names it."""


class Asker:
    """A process that asks for the size of one mount after the other, and may be left waiting for one."""

    def __init__(self, program: str = PROGRAM) -> None:
        """Start it; blocks for the moment that takes. Raises OSError."""
        self._ours, theirs = socket.socketpair()
        self._ours.setblocking(False)
        try:
            # -I -S: nothing of the folder, the variables or the packages of the person is loaded, in 10 ms.
            self.process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", program],
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                cwd="/",
            )
        except OSError:
            self._ours.close()
            raise
        finally:
            theirs.close()

    async def ask(self, point: bytes) -> tuple[int, ...]:
        """``f_frsize`` and the five counts after it of the file system at ``point``. Raises OSError."""
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(self._ours, point.hex().encode() + b"\n")
        data = b""
        while not data.endswith(b"\n"):
            piece = await loop.sock_recv(self._ours, 4096)
            if not piece:
                raise OSError(errno.EPIPE, os.strerror(errno.EPIPE))
            data += piece
        mark, *rest = data.split()
        if mark == b"!":
            number = int(rest[0])
            raise OSError(number, os.strerror(number))
        return tuple(int(field) for field in (mark, *rest))

    @property
    def alive(self) -> bool:
        """Whether it can be asked."""
        return self._ours.fileno() >= 0 and self.process.poll() is None

    def close(self) -> None:
        """End it. A process that the kernel does not let go ends by itself when its mount answers."""
        self._ours.close()
        if self.process.poll() is None:
            self.process.kill()


Sizes = dict[bytes, tuple[int, ...] | OSError]
"""What was answered, by mount point."""


class _Asked(NamedTuple):
    asker: Asker
    answer: asyncio.Task[tuple[int, ...]]
    since: float


class MountReader:
    """Reads the mounts of this machine again and again; knows which of them hang, and since when."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._open: dict[bytes, _Asked] = {}
        """Questions without an answer: each has a process of its own."""
        self._idle: list[Asker] = []

    async def read(self, rules: tuple[DiskRule, ...]) -> Mounts:
        """Local and remote file systems, and the mounts that rules name.

        Takes at most :data:`DEADLINE_S` and :data:`SOON_S` for each mount that hangs anew. Raises OSError where
        there is no mount table or no process can be started.
        """
        lines = mount_lines(await aside(Path("/proc/mounts").read_bytes), rules)
        self._collect()
        sizes: Sizes = {}
        for line in lines:
            if line.point in self._open or len(self._open) >= MAX_HANGING:
                continue
            asked = await self._ask(line.point)
            await asyncio.wait([asked.answer], timeout=SOON_S)
            self._settle(line.point, sizes)
        fresh = [asked.answer for asked in self._open.values() if self._monotonic() - asked.since < DEADLINE_S]
        if fresh:
            await asyncio.wait(fresh, timeout=DEADLINE_S)
        for point in tuple(self._open):
            self._settle(point, sizes)
        return self._mounts(lines, sizes)

    async def close(self) -> None:
        """End every process, as far as the kernel lets it go within :data:`_END_S`."""
        askers = [*self._idle, *(asked.asker for asked in self._open.values())]
        for asked in self._open.values():
            asked.answer.cancel()
        self._open.clear()
        self._idle.clear()
        for asker in askers:
            asker.close()
        end = self._monotonic() + _END_S
        while any(asker.alive or asker.process.returncode is None for asker in askers) and self._monotonic() < end:
            await asyncio.sleep(0.01)
            for asker in askers:
                asker.process.poll()

    async def _ask(self, point: bytes) -> _Asked:
        while self._idle and not self._idle[-1].alive:
            self._idle.pop().close()
        asker = self._idle.pop() if self._idle else await aside(lambda: Asker(PROGRAM))
        asked = _Asked(asker, asyncio.get_running_loop().create_task(asker.ask(point)), self._monotonic())
        self._open[point] = asked
        return asked

    def _settle(self, point: bytes, sizes: Sizes) -> None:
        """Take the answer for ``point`` if it has come; its process may be asked again."""
        asked = self._open[point]
        if not asked.answer.done():
            return
        del self._open[point]
        error = asked.answer.exception()
        if error is not None and not isinstance(error, OSError):
            asked.asker.close()
            raise error
        sizes[point] = asked.answer.result() if error is None else error
        if asked.asker.alive and not self._idle:
            self._idle.append(asked.asker)
        else:
            asked.asker.close()

    def _collect(self) -> None:
        """Forget questions that were answered since the last reading: what they said is old."""
        old: Sizes = {}
        for point in tuple(self._open):
            self._settle(point, old)

    def _mounts(self, lines: list[Line], sizes: Sizes) -> Mounts:
        found: dict[str, MountReading] = {}
        failed: list[SectionFailure] = []
        now = self._monotonic()
        for line in lines:
            reading = MountReading(line.mount, line.source, line.fstype, line.read_only)
            size = sizes.get(line.point)
            if isinstance(size, PermissionError) and not line.wanted:
                continue  # another user's own mount: not seen, not judged
            if line.point in self._open:
                waited = now - self._open[line.point].since
                reading = msgspec.structs.replace(reading, hanging_s=waited)
            elif isinstance(size, tuple):
                reading = _sized(reading, size)
            elif isinstance(size, OSError):
                failed.append(SectionFailure("mounts", _why(line.mount, size), line.mount))
            else:
                why = phrase("not asked: {count} mounts hang already", count=len(self._open))
                failed.append(SectionFailure("mounts", why, line.mount))
            found[line.mount] = reading
        return Mounts(tuple(found.values()), tuple(failed))


def mount_lines(table: bytes, rules: tuple[DiskRule, ...]) -> list[Line]:
    """What of the mount table is to be read: disks, network and fuse mounts, and the mounts that rules name.

    One line for each file system, however often it is bound elsewhere, and for each mount point the topmost.
    """
    wanted = {rule.mount for rule in rules}
    lines: dict[bytes, Line] = {}
    seen: set[tuple[str, str]] = set()
    for text in table.splitlines():
        fields = text.split(b" ")
        if len(fields) < 4:
            continue
        source, point, fstype, options = (_raw(field) for field in fields[:4])
        mount = clean_bytes(point, 300)
        line = Line(
            point, mount, clean_bytes(source, 300), clean_bytes(fstype, 300), _ro(options), wanted=mount in wanted
        )
        if not line.wanted:
            counts = line.fstype in LOCAL or line.fstype in REMOTE or line.fstype.startswith("fuse.")
            if not counts or (line.fstype, line.source) in seen:
                continue
            seen.add((line.fstype, line.source))
        lines[point] = line
    return list(lines.values())


def _ro(options: bytes) -> bool:
    return b"ro" in options.split(b",")


def _raw(field: bytes) -> bytes:
    return re.sub(rb"\\([0-3][0-7]{2})", lambda m: bytes((int(m[1], 8),)), field)


def _why(mount: str, error: OSError) -> Phrase:
    if not error.strerror:
        return words_of(error)
    return phrase("{subject}: {error}", subject=mount, error=clean(error.strerror, 80))


def _sized(reading: MountReading, size: tuple[int, ...]) -> MountReading:
    unit, blocks, free, available, files, files_free = size
    return msgspec.structs.replace(
        reading,
        total_bytes=blocks * unit,
        used_bytes=(blocks - free) * unit,
        available_bytes=available * unit,
        inodes=files or None,
        inodes_free=files_free if files else None,
    )
