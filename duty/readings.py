"""What was seen on a host, as it was said: counters and facts, typed, not yet judged. Missing is ``None``."""

from __future__ import annotations

import msgspec

from duty.phrases import Phrase


class CpuTicks(msgspec.Struct, frozen=True, array_like=True):
    """Counters of all CPUs since boot, in the host's clock ticks: busy (all but idle and iowait), total."""

    busy: int
    total: int
    iowait: int


class Memory(msgspec.Struct, frozen=True, array_like=True):
    """Bytes; ``available`` is ``None`` on kernels that do not say (before 3.14)."""

    total: int
    available: int | None
    free: int
    swap_total: int
    swap_free: int


class InterfaceCounters(msgspec.Struct, frozen=True, array_like=True):
    """Counters of one interface since it came up: bytes, and packets with errors or dropped, each way."""

    name: str
    rx_bytes: int
    rx_errors: int
    rx_drops: int
    tx_bytes: int
    tx_errors: int
    tx_drops: int


class ProcessStat(msgspec.Struct, frozen=True, array_like=True):
    """One watched process at one moment."""

    pid: int
    state: str
    """The kernel's letter: R S D Z T t X I."""
    threads: int
    cpu_ticks: int
    """User and system time since start, clock ticks."""
    start_ticks: int
    """When it started, in ticks since boot: with the pid, its identity."""
    rss_bytes: int


class Sample(msgspec.Struct, frozen=True):
    """One answer to one fast question."""

    seq: int
    uptime_s: float
    """The host's monotonic clock (since boot, suspended time included): rates use this one."""
    cpus: int | None = None
    ticks_per_s: int = 100
    cpu: CpuTicks | None = None
    memory: Memory | None = None
    load: tuple[float, float, float] | None = None
    btime: int | None = None
    """The host's idea of when it booted, seconds since the epoch."""
    interfaces: tuple[InterfaceCounters, ...] = ()
    processes: tuple[ProcessStat, ...] = ()
    gone: tuple[int, ...] = ()
    """Watched pids that no longer exist."""
    appeared: bool = False
    """Processes were started that might match a rule: ask to find processes anew."""
    failures: tuple[SectionFailure, ...] = ()


class SectionFailure(msgspec.Struct, frozen=True, array_like=True):
    """A section of an answer that could not be read or understood. ``subject``: the mount, file or rule, if one."""

    section: str
    why: Phrase
    subject: str = ""


class ProcessFound(msgspec.Struct, frozen=True, array_like=True):
    """A process that matches a rule (``rule``: the rule's key), found by walking the whole table."""

    rule: str
    pid: int
    start_ticks: int
    user: str
    args: str
    """Cleaned command line."""
    open_files: int | None
    """Number of open file descriptors; ``None`` where the login may not see them."""


class Processes(msgspec.Struct, frozen=True, tag="processes"):
    """Answer of the section that finds processes."""

    found: tuple[ProcessFound, ...]
    failures: tuple[SectionFailure, ...] = ()


class Listening(msgspec.Struct, frozen=True, array_like=True):
    """A listening TCP port. ``owners``: pids that hold it; empty where the login may not see them."""

    address: str
    port: int
    owners: tuple[int, ...] = ()


class Ports(msgspec.Struct, frozen=True, tag="ports"):
    """Answer of the section that lists listening ports."""

    listening: tuple[Listening, ...]
    owners_known: bool
    failures: tuple[SectionFailure, ...] = ()


class MountReading(msgspec.Struct, frozen=True, array_like=True):
    """One mounted file system. Bytes and inode counts; ``None`` where the file system has none or did not say."""

    mount: str
    source: str
    fstype: str
    read_only: bool
    total_bytes: int | None = None
    used_bytes: int | None = None
    available_bytes: int | None = None
    """What an unprivileged process can still write."""
    inodes: int | None = None
    inodes_free: int | None = None
    hanging_s: float | None = None
    """It has not answered for this many seconds; sizes are then unknown."""


class Mounts(msgspec.Struct, frozen=True, tag="mounts"):
    """Answer of the section that reads mounts."""

    mounts: tuple[MountReading, ...]
    failures: tuple[SectionFailure, ...] = ()


class EventLine(msgspec.Struct, frozen=True, array_like=True):
    """One line that fits a pattern (``pattern``: its place in the rule, from 0); cut, cleaned."""

    pattern: int
    text: str


class EventPiece(msgspec.Struct, frozen=True):
    """What was read of one log, from one cursor to the next. A cursor is the host's own word, of no meaning here."""

    key: str
    """Of the rule."""
    start: str
    end: str
    read_bytes: int
    behind_bytes: int
    """At least so many wait to be read; 0: all was read."""
    lines: tuple[EventLine, ...] = ()
    """The first lines of each pattern, and the last."""
    counts: tuple[tuple[int, int], ...] = ()
    """Pattern and how many lines fitted it, those that are not in ``lines`` included."""
    gap: str = ""
    """Lines may be missing before these: ``cut`` (the file was made shorter), ``gone`` (another file in its place),
    ``journal`` (the journal no longer holds the entry read last)."""


class Events(msgspec.Struct, frozen=True, tag="events"):
    """Answer of the section that follows logs. ``same``: keys of those in which nothing is new."""

    pieces: tuple[EventPiece, ...]
    same: tuple[str, ...] = ()
    failures: tuple[SectionFailure, ...] = ()


class Identity(msgspec.Struct, frozen=True, tag="identity"):
    """Who answers: said once at the start of a connection."""

    kernel: str
    hostname: str
    shell: str
    awk: str
    user: str
    probe_version: str
    probe_hash: str
    restricted: bool
    ticks_per_s: int
    page_bytes: int
    scope: str = ""
    """``container`` or ``chroot`` where the numbers are not the whole machine's."""


SlowReading = Processes | Ports | Mounts | Events | Identity
