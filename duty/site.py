"""What the site file demands: frozen, already validated, units settled. ``config`` builds it, everyone reads it."""

from __future__ import annotations

from typing import Literal

import msgspec

from duty.emergency import Procedure
from duty.incident_profile import Contact, LevelRule, ReportRule
from duty.log_templates import LogTemplate
from duty.maintenance import Plan
from duty.phrases import Phrase
from duty.records import Subject
from duty.roles import Person


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
    quiet_after_s: float | None = None
    """Seconds without CPU time and without a new line in its log after which a copy counts as stuck."""
    log: str | None = None
    """Key of the followed log of its host that moves for as long as it works."""
    zombies: Limits = Limits(warn=1)
    """Number of zombie copies."""
    ports: tuple[str, ...] = ()
    """``9001`` or ``address:9001``: TCP ports it must listen on."""


class PingRule(msgspec.Struct, frozen=True):
    """One target pinged from the host itself, over the line."""

    target: str
    source: str | None = None
    """Interface to ping from; ``None``: as the host routes it."""
    count: int = 5
    """Pings of one look, a fifth of a second apart."""
    rtt_s: Limits = Limits()
    jitter_s: Limits = Limits()
    loss_percent: Limits = Limits(warn=1, act=20)


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
    queue_packets: Limits = Limits()
    """Packets waiting to be sent at one look."""
    retransmitted_percent: Limits = Limits()
    """TCP segments of the whole host sent again, of those sent."""
    pings: tuple[PingRule, ...] = ()


class SessionRule(msgspec.Struct, frozen=True):
    """One trading session of the day, in the site's time zone. It belongs to the day on which it starts."""

    name: str
    from_min: int
    """Minute of the day, 0 to 1439, at which it starts."""
    until_min: int
    """Minute of the day at which it ends; not after ``from_min``: on the next day."""
    days: tuple[int, ...] = (1, 2, 3, 4, 5)
    """Days on which it starts, 1 is Monday."""


class HistoryRule(msgspec.Struct, frozen=True):
    """How much of the past is kept."""

    size_bytes: int = 1 << 30
    """The file with all that belongs to it never takes more."""
    days: int = 30
    """Nothing is kept longer."""


class DiskRule(msgspec.Struct, frozen=True):
    """One mount point. ``mount="*"`` stands for every local disk-backed mount that has no rule of its own."""

    mount: str
    used_percent: Limits = Limits(80, 90)
    inodes_percent: Limits = Limits(80, 90)
    full_within_s: Limits = Limits(warn=86_400, act=7_200)
    """Seconds until it is full by its own growth; bad when low, so ``act`` <= ``warn``."""
    required: bool = False
    """It must be mounted; absent is a fault of its own."""
    read_only_ok: bool = False


class HealthRule(msgspec.Struct, frozen=True):
    """What must be true of the machine itself. Percentages are of the whole machine; ``Limits()`` is not judged."""

    cpu_percent: Limits = Limits()
    iowait_percent: Limits = Limits()
    steal_percent: Limits = Limits()
    load_per_cpu: Limits = Limits()
    memory_percent: Limits = Limits(90, 97)
    """Memory that is not available, of all there is."""
    swap_percent: Limits = Limits()
    pressure_percent: Limits = Limits()
    """Share of the last minute in which tasks waited for CPU, memory or I/O (PSI, ``some avg60``)."""
    files_percent: Limits = Limits(80, 90)
    """Open file handles, of the most the kernel allows."""
    device_busy_percent: Limits = Limits()
    device_await_s: Limits = Limits()
    """Mean time a request to a block device took."""
    celsius: Limits = Limits()
    """Temperatures; without it the limits that each sensor names itself are taken."""
    failed_units: Limits = Limits(warn=1)
    oom_kills: Limits = Limits(warn=1)
    """Processes killed for want of memory within the last hour."""


class ClockRule(msgspec.Struct, frozen=True):
    """What must be true of the host's clock, against the console's."""

    offset_s: Limits = Limits(0.5, 2.0)
    """Distance either way."""
    service: bool = False
    """A time service must keep it and say that it is synchronized."""


class PerfBound(msgspec.Struct, frozen=True, array_like=True):
    """One threshold on a number that a check command says."""

    value: float
    """In the number's base unit (bytes, seconds, or as the command counts), or percent of its maximum."""
    percent: bool = False
    below: bool = False
    """The number is bad when it falls below."""


class PerfLimit(msgspec.Struct, frozen=True, array_like=True):
    """What a number with this label may be; ``None`` is not judged."""

    label: str
    warn: PerfBound | None = None
    act: PerfBound | None = None


AppKind = Literal["tcp", "http", "tls", "command"]


class AppRule(msgspec.Struct, frozen=True):
    """One application that must answer, or a check command that must say that all is well."""

    key: str
    kind: AppKind
    target: str
    """What is asked, as a person writes it: ``address:port``, a URL, a command line."""
    address: str = ""
    """Name or address connected to, without brackets; empty for a command."""
    port: int = 0
    path: str = ""
    """Path and query asked of an HTTP server."""
    secure: bool = False
    """HTTP over TLS."""
    argv: tuple[str, ...] = ()
    """The command, word by word; no shell ever reads it."""
    from_console: bool = False
    """Asked from this console; else from the host, through its own connection."""
    banner: str | None = None
    """Extended regular expression that the first line must hold."""
    status: tuple[int, ...] = ()
    """HTTP status codes that are well; empty: 200 to 399."""
    expect: str | None = None
    """Text the answer's body must hold."""
    time_s: Limits = Limits()
    """Seconds until the answer was whole."""
    cert_days: Limits = Limits()
    """Days the certificate still holds, bad when low: ``warn`` >= ``act``."""
    verify: bool = True
    """Whether the certificate must hold up: known issuer, right name."""
    ca: str | None = None
    """Path of the authorities' certificates on the console; ``None``: those of the system."""
    server_name: str | None = None
    """Name asked for and wanted in the certificate; ``None``: the address."""
    limits: tuple[PerfLimit, ...] = ()
    deadline_s: float = 5.0
    interval_s: float = 15.0
    hold_s: float = 3.0
    """Seconds it must go on after a second look has confirmed it, before it is an incident."""

    @property
    def tls(self) -> bool:
        """Whether there is a certificate to look at."""
        return self.kind == "tls" or self.secure


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
    health: HealthRule | None = HealthRule()
    """``None``: the section is not asked for."""
    clock: ClockRule | None = ClockRule()
    apps: tuple[AppRule, ...] = ()
    events: tuple[EventRule, ...] = ()
    interval_s: float = 1.0
    depends_on: tuple[Subject, ...] = ()
    """What it is reached through beside ``via``: hosts, and lines of hosts."""


class AlarmRule(msgspec.Struct, frozen=True):
    """What the site says of an alarm; ``None`` is not given."""

    key: str
    """Of a built-in definition, or the site's own name where there is a ``condition``."""
    condition: str = ""
    """Built-in definition whose condition raises an alarm of the site's own."""
    role: str = ""
    host: str = ""
    thing: str = ""
    """For whom it is said; empty: for all."""
    priority: int | None = None
    warn_priority: int | None = None
    respond_s: float | None = None
    on_delay_s: float | None = None
    off_delay_s: float | None = None
    deadband_percent: float | None = None
    latch: bool | None = None
    realarm_s: float | None = None
    """0: at shift change."""
    owner: str | None = None
    review_by: str | None = None
    cause: Phrase | None = None
    consequence: Phrase | None = None
    action: Phrase | None = None

    def fits(self, definition: str, role: str, host: str, thing: str) -> bool:
        """Whether it speaks of the alarm ``definition`` on that thing, or on a part of the thing it names."""
        return (
            definition == (self.condition or self.key)
            and self.role in ("", role)
            and self.host in ("", host)
            and (self.thing in ("", thing) or thing.startswith(f"{self.thing} "))
        )


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
    sessions: tuple[SessionRule, ...] = ()
    history: HistoryRule = HistoryRule()
    store: str = ""
    """Where the records are: a path, or the URL of a database, without a password; empty is the usual place."""
    people: tuple[Person, ...] = ()
    contacts: tuple[Contact, ...] = ()
    levels: tuple[LevelRule, ...] = ()
    """Levels of incidents for which the site has rules of its own."""
    reports: tuple[ReportRule, ...] = ()
    """Report clocks that run."""
    templates: tuple[LogTemplate, ...] = ()
    """Lines of the duty log that it has prepared."""
    alarms: tuple[AlarmRule, ...] = ()
    procedures: tuple[Procedure, ...] = ()
    """What is done in an emergency."""
    maintenance: tuple[Plan, ...] = ()
    open_incident_at: int | None = None
    """Priority from which an alarm opens an incident by itself; ``None``: :func:`duty.incident_rules.opens` says."""
