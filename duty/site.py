"""What the site file demands: frozen, already validated, units settled. ``config`` builds it, everyone reads it."""

from __future__ import annotations

import msgspec


class Limits(msgspec.Struct, frozen=True, array_like=True):
    """Two thresholds on one value; ``None`` is not judged. ``warn`` <= ``act`` for values that are bad when high."""

    warn: float | None = None
    act: float | None = None


class ProcessRule(msgspec.Struct, frozen=True):
    """One key process of a host: how it is recognised and what must be true of it.

    Every matcher given must hold. ``args`` is a POSIX extended regular expression in the part all awks share.
    """

    key: str
    """Stable identity on its host; the operator's name for it."""
    name: str | None = None
    """Exact executable name: comm, or the last part of argv[0]."""
    args: str | None = None
    user: str | None = None
    unit: str | None = None
    pidfile: str | None = None
    count_min: int = 1
    count_max: int | None = None
    min_uptime_s: float | None = None
    cpu_percent: Limits = Limits()
    """Share of one CPU, summed over the copies."""
    rss_bytes: Limits = Limits()
    threads: Limits = Limits()
    open_files: Limits = Limits()
    stuck_d_s: float | None = 10.0
    """Seconds in uninterruptible sleep (state D) after which a copy counts as stuck."""
    zombies: Limits = Limits(warn=1)
    """Number of zombie copies."""
    ports: tuple[str, ...] = ()
    """``9001`` or ``address:9001``: TCP ports it must listen on."""


class LineRule(msgspec.Struct, frozen=True):
    """One line: an interface with the capacity that was contracted, each way, in bit/s (``None`` is unknown)."""

    key: str
    interface: str
    capacity_in_bps: float | None = None
    capacity_out_bps: float | None = None
    use_percent: Limits = Limits(60, 80)
    """Share of the contracted capacity."""
    errors_per_s: Limits = Limits(warn=0.1)
    drops_per_s: Limits = Limits(warn=1)


class DiskRule(msgspec.Struct, frozen=True):
    """One mount point. ``mount="*"`` stands for every local disk-backed mount that has no rule of its own."""

    mount: str
    used_percent: Limits = Limits(80, 90)
    inodes_percent: Limits = Limits(80, 90)
    required: bool = False
    """It must be mounted; absent is a fault of its own."""
    read_only_ok: bool = False


class EventPattern(msgspec.Struct, frozen=True, array_like=True):
    """Lines that are worth knowing of. ``level`` 0 is kept and shown, 1 is to be watched, 2 is to be acted on.

    ``pattern`` and ``ignore`` are POSIX extended regular expressions in the part all awks share, in the bytes of UTF-8.
    """

    pattern: str
    level: int = 1
    ignore: str | None = None
    """What this fits as well does not count."""


class EventRule(msgspec.Struct, frozen=True):
    """One log that is followed: a file, the journal of a systemd unit, or the kernel's (neither file nor unit)."""

    key: str
    file: str | None = None
    unit: str | None = None
    patterns: tuple[EventPattern, ...] = ()
    """A line counts for the first that fits; the gravest stand first."""
    hold_s: float = 1800.0
    """Seconds for which a line keeps the state up."""

    @property
    def source(self) -> str:
        """Where the lines come from, in words that do not change: what a kept cursor belongs to."""
        return self.file or (f"journal {self.unit}" if self.unit else "journal kernel")


class HostSpec(msgspec.Struct, frozen=True):
    """One host of the site and all that is demanded of it."""

    id: str
    """The site's own name for it; the identity used everywhere."""
    address: str
    """What SSH is asked for: an alias of ``~/.ssh/config``, a name or an address. Empty for the local machine."""
    local: bool = False
    port: int | None = None
    user: str | None = None
    identity: str | None = None
    """Path of a private key; ``None`` leaves it to ``~/.ssh/config`` and the agent."""
    role: str = ""
    group: str = ""
    via: str | None = None
    """Id of the host of this site through which it is reached."""
    label: str = ""
    processes: tuple[ProcessRule, ...] = ()
    lines: tuple[LineRule, ...] = ()
    disks: tuple[DiskRule, ...] = ()
    events: tuple[EventRule, ...] = ()
    interval_s: float = 1.0


class SiteSpec(msgspec.Struct, frozen=True):
    """The whole site as loaded from one file."""

    name: str
    time_zone: str
    language: str | None
    hosts: tuple[HostSpec, ...]
    source: str
    """Path of the file it came from; ``practice`` for the embedded practice site."""
    practice: bool = False
    interval_s: float = 1.0
    slow_interval_s: float = 15.0
    """Seconds between the heavier sections: finding processes anew, ports, mounts."""
    ssh_config: tuple[str, ...] | None = None
    """SSH configuration files; ``None`` is the person's own ``~/.ssh/config`` and the system's."""
    known_hosts: tuple[str, ...] | None = None
    max_dials: int = 20
    """Connections being opened at once."""
