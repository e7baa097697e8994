"""The state of the site as one frozen picture: what every screen draws and ``once`` prints.

Cells carry what was read, what the rules say of it (``state``) and why; a host carries the quality and the age
that hold for all its cells. ``None`` is "not known" and is drawn as such, never as zero.
"""

from __future__ import annotations

import msgspec

from duty.connection import Connection
from duty.phrases import Phrase
from duty.quality import Quality, State
from duty.readings import Identity


class ProcessView(msgspec.Struct, frozen=True, array_like=True):
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
    """Of the youngest copy."""
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
    read_at: float | None = None
    """When it was read, by the console's wall clock (UTC epoch seconds)."""


class LineView(msgspec.Struct, frozen=True, array_like=True):
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
    """Last rates, oldest first, as thousandths of capacity (of the peak where capacity is unknown); -1 is a gap."""
    read_at: float | None = None


class DiskView(msgspec.Struct, frozen=True, array_like=True):
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


class SectionView(msgspec.Struct, frozen=True, array_like=True):
    """How one section of the probe fares: what could not be read, why, and since when."""

    section: str
    state: State
    why: Phrase | None
    since: float
    """UTC epoch seconds since when it is as it is."""
    read_at: float | None
    took_s: float | None = None
    subject: str = ""


class HostView(msgspec.Struct, frozen=True):
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
    cpu_trend: tuple[int, ...] = ()
    """Last CPU shares in thousandths, oldest first; -1 is a gap."""
    processes: tuple[ProcessView, ...] = ()
    lines: tuple[LineView, ...] = ()
    disks: tuple[DiskView, ...] = ()
    events: tuple[EventView, ...] = ()
    sections: tuple[SectionView, ...] = ()
    identity: Identity | None = None
    samples: int = 0
    """Readings received since the watch began."""
    dropped: int = 0
    """Questions not asked because the last one was still open."""


class SiteView(msgspec.Struct, frozen=True):
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
    faults: tuple[str, ...] = ()
    """Practice only: the faults injected now, as ``host: fault``."""


class Board(msgspec.Struct, frozen=True):
    """Everything, once."""

    at: float
    """UTC epoch seconds by the watch's clock."""
    seq: int
    site: SiteView
    hosts: tuple[HostView, ...]
