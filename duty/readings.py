"""What was seen on a host, as it was said: counters and facts, typed, not yet judged. Missing is ``None``.

``gc=False``: none of these can be part of a cycle, and there are so many that looking for one costs a tenth of all.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from duty.phrases import Phrase


class CpuTicks(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Counters of all CPUs since boot, in the host's clock ticks: busy (all but idle and iowait), total."""

    busy: int
    total: int
    iowait: int
    user: int | None = None
    """User and nice time."""
    system: int | None = None
    """Time in the kernel, interrupts included."""
    steal: int | None = None
    """Time the hypervisor gave to others."""


class Memory(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Bytes; ``available`` is ``None`` on kernels that do not say (before 3.14)."""

    total: int
    available: int | None
    free: int
    swap_total: int
    swap_free: int


class InterfaceCounters(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Counters of one interface since it came up: bytes, and packets with errors or dropped, each way."""

    name: str
    rx_bytes: int
    rx_errors: int
    rx_drops: int
    tx_bytes: int
    tx_errors: int
    tx_drops: int
    link: str = ""
    """State of the link as the kernel calls it (RFC 2863: ``up``, ``down``, ``dormant``, …); empty: not known."""


class ProcessStat(msgspec.Struct, frozen=True, array_like=True, gc=False):
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


class Sample(msgspec.Struct, frozen=True, gc=False):
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


class SectionFailure(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A section of an answer that could not be read or understood. ``subject``: the mount, file or rule, if one."""

    section: str
    why: Phrase
    subject: str = ""


class ProcessFound(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A process that matches a rule (``rule``: the rule's key), found by walking the whole table."""

    rule: str
    pid: int
    start_ticks: int
    user: str
    args: str
    """Cleaned command line."""
    open_files: int | None
    """Number of open file descriptors; ``None`` where the login may not see them."""


class Processes(msgspec.Struct, frozen=True, gc=False, tag="processes"):
    """Answer of the section that finds processes."""

    found: tuple[ProcessFound, ...]
    failures: tuple[SectionFailure, ...] = ()


class Listening(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A listening TCP port. ``owners``: the watched pids that hold it; empty where none does or it may not be seen."""

    address: str
    port: int
    owners: tuple[int, ...] = ()


class Ports(msgspec.Struct, frozen=True, gc=False, tag="ports"):
    """Answer of the section that lists listening ports."""

    listening: tuple[Listening, ...]
    owners_known: bool
    """Whether everything that the processes of ``among`` hold could be seen."""
    failures: tuple[SectionFailure, ...] = ()
    among: tuple[int, ...] | None = None
    """The pids among which owners were looked for; ``None`` where the reading does not say."""


class MountReading(msgspec.Struct, frozen=True, array_like=True, gc=False):
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


class Mounts(msgspec.Struct, frozen=True, gc=False, tag="mounts"):
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


class PerfRange(msgspec.Struct, frozen=True, array_like=True):
    """A range of a check command's own: bad outside of it, or inside where ``inside``. ``None`` is without end."""

    low: float | None
    high: float | None
    inside: bool = False


class Perf(msgspec.Struct, frozen=True, array_like=True):
    """One number a check command says, in base units: s, B, %, or as it counts. Missing is ``None``."""

    label: str
    value: float | None
    unit: str = ""
    """``s``, ``B``, ``%``, ``c`` (a counter), or empty."""
    warn: PerfRange | None = None
    crit: PerfRange | None = None
    minimum: float | None = None
    maximum: float | None = None


class Certificate(msgspec.Struct, frozen=True, array_like=True):
    """What a TLS server showed. Times: UTC epoch seconds."""

    subject: str
    issuer: str
    not_before: float
    not_after: float
    names: tuple[str, ...] = ()
    verified: bool | None = None
    """Whether it holds up by the authorities known here; ``None``: that was not asked for."""
    fault: str = ""
    """Why it does not: ``ended``, ``not_yet``, ``name``, ``issuer``, ``self_signed``, ``other``."""
    words: str = ""
    """The library's words for it."""


class AppReading(msgspec.Struct, frozen=True, tag="app"):
    """What came of asking one application once."""

    key: str
    outcome: Literal["answered", "failed", "unable"]
    """``failed``: it was asked and does not answer as it must. ``unable``: it could not be asked."""
    why: Phrase | None = None
    steps: tuple[tuple[str, float], ...] = ()
    """Seconds each step took: ``resolve``, ``connect``, ``tls``, ``first_byte``; ``whole`` is all of them."""
    status: int | None = None
    banner: str = ""
    certificate: Certificate | None = None
    exit: int | None = None
    """Of a check command: 0 well, 1 warning, 2 critical, anything else unknown."""
    text: str = ""
    detail: str = ""
    """Further lines of a check command."""
    perf: tuple[Perf, ...] = ()


class Identity(msgspec.Struct, frozen=True, gc=False, tag="identity"):
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


class Pressure(msgspec.Struct, frozen=True, array_like=True):
    """Pressure stall information of one resource: the share of time in which tasks waited for it, percent."""

    resource: str
    """cpu, memory or io."""
    kind: str
    """some: at least one task waited; full: all did."""
    avg10: float | None
    avg60: float | None


class BlockCounters(msgspec.Struct, frozen=True, array_like=True):
    """Counters of one whole block device since boot; sectors of 512 bytes, times in milliseconds."""

    name: str
    reads: int
    read_sectors: int
    read_ms: int
    writes: int
    write_sectors: int
    write_ms: int
    busy_ms: int
    errors: int | None = None
    """I/O errors the driver counted; ``None`` where it does not count them."""


class Sensor(msgspec.Struct, frozen=True, array_like=True):
    """One temperature, degrees Celsius, with the limits the sensor itself names."""

    chip: str
    label: str
    celsius: float
    high: float | None = None
    critical: float | None = None


class RaidArray(msgspec.Struct, frozen=True, array_like=True):
    """One software RAID array. ``wanted`` and ``working`` count devices; ``action``: ``recovery=12.6%`` or empty."""

    name: str
    active: bool
    level: str
    wanted: int | None
    working: int | None
    action: str = ""


class HostHealth(msgspec.Struct, frozen=True, tag="health"):
    """Answer of the section ``health``: the machine itself, beside what every sample says."""

    uptime_s: float
    pressures: tuple[Pressure, ...] = ()
    files_open: int | None = None
    files_max: int | None = None
    oom_kills: int | None = None
    """Processes the kernel killed for want of memory since boot (kernel 4.13 and newer say so)."""
    devices: tuple[BlockCounters, ...] = ()
    sensors: tuple[Sensor, ...] = ()
    arrays: tuple[RaidArray, ...] = ()
    failed_units: tuple[str, ...] | None = None
    """Failed systemd units; ``None`` where there is no systemd or it does not say."""
    failures: tuple[SectionFailure, ...] = ()


class ClockReading(msgspec.Struct, frozen=True, tag="time"):
    """Answer of the section ``time``: the host's wall clock beside its uptime, and its time service."""

    epoch_s: float
    """What the host takes the time to be, UTC epoch seconds."""
    uptime_s: float
    """The host's monotonic clock at that moment."""
    resolution_s: float = 0.001
    service: str = ""
    """chrony, ntpd, timesyncd, system (somebody else sets it); empty where none was found."""
    synchronized: bool | None = None
    service_offset_s: float | None = None
    stratum: int | None = None
    source: str = ""
    failures: tuple[SectionFailure, ...] = ()


class PingReading(msgspec.Struct, frozen=True, array_like=True):
    """One look at a ping target from the host. Times in seconds; ``None`` where nothing came back."""

    key: str
    """The line's key and the target."""
    sent: int
    received: int
    low_s: float | None = None
    mean_s: float | None = None
    high_s: float | None = None
    jitter_s: float | None = None
    """Mean change from one answer to the next."""
    why: str = ""
    """``name``: the target has no address; ``unreachable``: a router or the host says there is no way."""


class QueueReading(msgspec.Struct, frozen=True, array_like=True):
    """What waits at an interface (the root qdisc): now, and dropped or held back since boot."""

    interface: str
    backlog_bytes: int
    backlog_packets: int
    dropped: int
    overlimits: int


class LineReadings(msgspec.Struct, frozen=True, tag="lines"):
    """Answer of the section ``lines``."""

    uptime_s: float
    pings: tuple[PingReading, ...] = ()
    queues: tuple[QueueReading, ...] = ()
    segments_out: int | None = None
    segments_again: int | None = None
    """TCP segments of the whole host since boot: sent, and of these sent again."""
    failures: tuple[SectionFailure, ...] = ()


SlowReading = Processes | Ports | Mounts | Identity | HostHealth | ClockReading | LineReadings | AppReading | Events
