"""The state of the site as one frozen picture: what every screen draws and ``once`` prints.

Cells carry what was read, what the rules say of it (``state``) and why; a host carries the quality and the age
that hold for all its cells. ``None`` is "not known" and is drawn as such, never as zero. ``gc=False`` as in
:mod:`duty.readings`.
"""

from __future__ import annotations

import msgspec

from duty.connection import Connection
from duty.forecast import Forecast, NoForecast
from duty.limits import Level
from duty.phrases import Phrase
from duty.quality import Quality, State
from duty.readings import Certificate, Identity, Pressure, RaidArray, Sensor
from duty.sessions import SessionPeak


class ProcessView(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One process rule of a host, judged."""

    key: str
    state: State
    why: tuple[Phrase, ...]
    """Every reason that counts towards ``state``, worst first; empty when all is well."""
    count: int | None
    """Copies running."""
    wanted: str
    """How many there must be, as text: ``1``, ``2-4``, ``1+``."""
    pids: tuple[int, ...] = ()
    uptime_s: float | None = None
    """Of the youngest copy, in whole seconds, after ten minutes in whole minutes."""
    restarts: int = 0
    """Copies replaced by newer ones since the watch began."""
    cpu_percent: float | None = None
    rss_bytes: int | None = None
    threads: int | None = None
    open_files: int | None = None
    process_states: str = ""
    """The kernel's letter of each copy, worst first."""
    ports: tuple[tuple[str, State], ...] = ()
    user: str = ""
    args: str = ""
    time_to_limit: Forecast | NoForecast | None = None
    """When its growth reaches the first of its limits, or why that cannot be said; ``None``: no limit, or not known."""
    limit_of: str = ""
    """What of it that is: ``rss``, ``threads``, ``open_files``."""
    states: tuple[State, ...] = ()
    """How grave each reason of ``why`` is, in its order."""


class PingView(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One ping target of a line, judged. Seconds; ``None`` where nothing came back or nothing was read."""

    target: str
    state: State
    why: tuple[Phrase, ...]
    rtt_s: float | None = None
    """Mean of the newest look."""
    jitter_s: float | None = None
    loss_percent: float | None = None
    read_at: float | None = None
    line: str = ""
    """Key of the line it belongs to."""
    states: tuple[State, ...] = ()
    """How grave each reason of ``why`` is, in its order."""


class LineView(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One line (an interface with contracted capacity), judged. Rates are bit/s; the first sample has none."""

    key: str
    interface: str
    state: State
    why: tuple[Phrase, ...]
    in_bps: float | None
    out_bps: float | None
    capacity_in_bps: float | None
    capacity_out_bps: float | None
    errors_per_s: float | None = None
    drops_per_s: float | None = None
    peak_in_bps: float | None = None
    peak_out_bps: float | None = None
    """Highest since the watch began."""
    trend_in: tuple[int, ...] = ()
    trend_out: tuple[int, ...] = ()
    """Last rates, oldest first, in percent of capacity (of the peak where capacity is unknown); -1 is a gap."""
    congested: bool = False
    """Well used, and packets wait, are dropped, lost or sent again."""
    queue_packets: int | None = None
    """Waiting to be sent at the newest look; ``None`` where the host does not tell."""
    retransmitted_percent: float | None = None
    looked_at: float | None = None
    """When queue, segments and targets were looked at last."""
    pings: tuple[PingView, ...] = ()
    read_at: float | None = None
    session: SessionPeak | None = None
    """Its peak in the trading session that ended last."""
    states: tuple[State, ...] = ()
    """How grave each reason of ``why`` is, in its order."""


class DiskView(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One mount, judged. ``condition``: ok, read-only, hanging, absent."""

    mount: str
    state: State
    why: tuple[Phrase, ...]
    condition: str
    source: str = ""
    fstype: str = ""
    total_bytes: int | None = None
    used_bytes: int | None = None
    available_bytes: int | None = None
    used_percent: float | None = None
    """As df counts: used of used plus available."""
    inodes_percent: float | None = None
    read_at: float | None = None
    time_to_full: Forecast | NoForecast | None = None
    """When its own growth fills it, or why that cannot be said; ``None`` until its history was looked at."""
    states: tuple[State, ...] = ()
    """How grave each reason of ``why`` is, in its order."""


class EventSeen(msgspec.Struct, frozen=True, array_like=True):
    """One line of a followed log. ``level``: 0 kept, 1 to be watched, 2 to be acted on. Time: UTC epoch seconds."""

    at: float
    level: int
    text: str


class EventView(msgspec.Struct, frozen=True, array_like=True):
    """One followed log, judged. Counts are lines that fitted a pattern within the last hour, by level."""

    key: str
    source: str
    """The file, or ``journal`` and whose."""
    state: State
    why: tuple[Phrase, ...]
    acting: bool = False
    """A line to be acted on holds the state up, or did when it was last read."""
    act_hour: int | None = None
    warn_hour: int | None = None
    note_hour: int | None = None
    behind_bytes: int | None = None
    """At least so many bytes wait to be read."""
    last: tuple[EventSeen, ...] = ()
    """Newest first."""
    read_at: float | None = None
    act_per_min: float | None = None
    warn_per_min: float | None = None
    """Lines per minute to act on and to watch, by when they were read; ``None`` until a minute was read whole."""
    states: tuple[State, ...] = ()
    """How grave each reason of ``why`` is, in its order."""


class PerfView(msgspec.Struct, frozen=True, array_like=True):
    """One number of a check command, judged. Base units: s, B, %, or as the command counts."""

    label: str
    value: float | None
    unit: str
    state: State
    maximum: float | None = None
    """What it can grow to, where the command says so."""
    limit: float | None = None
    """Where it becomes a fault, by the site file or else the command; ``None``: nobody says."""
    share_percent: float | None = None
    """Of its maximum."""
    time_to_limit: Forecast | NoForecast | None = None
    """When its course reaches limit or maximum, or why that cannot be said; ``None``: neither, or not known yet."""
    levels: tuple[Level, ...] = ()
    """Where it becomes a warning or a fault, by the site file and by the command's own ranges."""


class AppView(msgspec.Struct, frozen=True, array_like=True):
    """One application check, judged."""

    key: str
    kind: str
    """tcp, http, tls, command."""
    target: str
    from_console: bool
    state: State
    why: tuple[Phrase, ...]
    since: float
    """UTC epoch seconds since when ``state`` holds."""
    interval_s: float
    hold_s: float
    fails: int = 0
    """Answers in a row that were a fault (``State.ACT``)."""
    response_s: float | None = None
    """Seconds until the answer was whole."""
    cert_days: float | None = None
    """Days the certificate still holds; negative when it has ended."""
    text: str = ""
    """What it said: a banner, a status, the command's line."""
    perf: tuple[PerfView, ...] = ()
    read_at: float | None = None
    """When it was last asked and an answer or its lack was certain, UTC epoch seconds."""
    steps: tuple[tuple[str, float], ...] = ()
    certificate: Certificate | None = None
    detail: str = ""
    trend: tuple[int, ...] = ()
    """Last response times, oldest first, in percent of its limit (else of the deadline); -1 is no answer."""
    deadline_s: float = 0.0
    states: tuple[State, ...] = ()
    """How grave each reason of ``why`` is, in its order."""


class SectionView(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """How one section of the probe fares: what could not be read, why, and since when."""

    section: str
    state: State
    why: Phrase | None
    since: float
    """UTC epoch seconds since when it is as it is."""
    read_at: float | None
    took_s: float | None = None
    subject: str = ""


class DeviceView(msgspec.Struct, frozen=True, array_like=True):
    """One block device between the last two readings; ``None`` where there is no reading before."""

    name: str
    busy_percent: float | None
    read_bps: float | None
    """Bytes per second."""
    write_bps: float | None
    await_s: float | None
    """Mean seconds a request took; ``None`` where there was none."""
    errors: int | None
    """Since boot."""


class HealthView(msgspec.Struct, frozen=True):
    """The machine itself, judged: what changes slowly. Shares are percent."""

    state: State
    why: tuple[Phrase, ...]
    pressures: tuple[Pressure, ...] = ()
    files_open: int | None = None
    files_max: int | None = None
    oom_kills: int | None = None
    """Since boot."""
    devices: tuple[DeviceView, ...] = ()
    sensors: tuple[Sensor, ...] = ()
    arrays: tuple[RaidArray, ...] = ()
    failed_units: tuple[str, ...] | None = None
    read_at: float | None = None
    states: tuple[State, ...] = ()
    """How grave each reason of ``why`` is, in its order."""


class ClockView(msgspec.Struct, frozen=True, array_like=True):
    """The host's clock against the console's, judged."""

    state: State
    why: tuple[Phrase, ...]
    offset_s: float | None = None
    """How far the host's clock is ahead; negative: behind."""
    margin_s: float | None = None
    """How far the offset may be off, from how long the answers took."""
    service: str = ""
    synchronized: bool | None = None
    stratum: int | None = None
    source: str = ""
    jumped_at: float | None = None
    jumped_s: float | None = None
    """The last step of the clock that was seen, and when."""
    read_at: float | None = None
    states: tuple[State, ...] = ()
    """How grave each reason of ``why`` is, in its order."""


class Strain(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One figure of the machine that passes a limit."""

    state: State
    said: Phrase


class HostView(msgspec.Struct, frozen=True, gc=False):
    """One host at one moment."""

    id: str
    label: str
    role: str
    group: str
    via: str | None
    state: State
    """The worst of its cells and its connection."""
    quality: Quality
    why: tuple[Phrase, ...]
    """What is wrong, worst first: for the fleet row and the header."""
    since: float
    """UTC epoch seconds since when ``state`` holds."""
    read_at: float | None
    """When the newest reading was received, UTC epoch seconds."""
    connection: Connection
    interval_s: float
    local: bool = False
    cpu_percent: float | None = None
    load1: float | None = None
    cpus: int | None = None
    memory_percent: float | None = None
    memory_total: int | None = None
    swap_percent: float | None = None
    uptime_s: float | None = None
    iowait_percent: float | None = None
    steal_percent: float | None = None
    system_percent: float | None = None
    user_percent: float | None = None
    cpu_trend: tuple[int, ...] = ()
    """Last CPU shares in percent, oldest first; -1 is a gap."""
    processes: tuple[ProcessView, ...] = ()
    lines: tuple[LineView, ...] = ()
    disks: tuple[DiskView, ...] = ()
    apps: tuple[AppView, ...] = ()
    events: tuple[EventView, ...] = ()
    sections: tuple[SectionView, ...] = ()
    health: HealthView | None = None
    """``None`` where nothing is asked or nothing was read yet."""
    clock: ClockView | None = None
    booted_at: float | None = None
    """The host's own idea of when it booted, UTC epoch seconds."""
    identity: Identity | None = None
    samples: int = 0
    """Readings received since the watch began."""
    dropped: int = 0
    """Questions not asked because the last one was still open."""
    strained: tuple[Strain, ...] = ()
    """What of CPU, memory, swap and load passes its limits."""


class SiteView(msgspec.Struct, frozen=True, gc=False):
    """What is true of the whole site."""

    name: str
    practice: bool
    time_zone: str
    source: str
    loaded_at: float
    config_error: Phrase | None
    """Why the newest site file was not taken; the one before stays in force."""
    store_error: Phrase | None
    """Why records cannot be written just now."""
    history_error: Phrase | None = None
    """Why readings are not kept just now."""
    faults: tuple[str, ...] = ()
    """Practice only: the faults injected now, as ``host: fault``."""


class Board(msgspec.Struct, frozen=True, gc=False):
    """Everything, once."""

    at: float
    """UTC epoch seconds by the watch's clock."""
    seq: int
    site: SiteView
    hosts: tuple[HostView, ...]
