"""What must be true on a host, and what must be known of it: processes, lines, disks and events as tables."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from config import targets, units
from config.fields import (
    OFF,
    AbsolutePath,
    Capacity,
    Count,
    CountLevels,
    CpuLevels,
    Interface,
    Levels,
    LinePattern,
    LogFile,
    Mount,
    Named,
    Pattern,
    PercentLevels,
    PingTarget,
    Plain,
    Port,
    Program,
    RateLevels,
    Seconds,
    SecondsLevels,
    SizeLevels,
    Unit,
    User,
    WithinLevels,
    between,
)
from config.refusal import refuse
from config.table import Table
from duty.phrases import phrase
from duty.site import PerfBound


def _seconds_or_off(value: object) -> float:
    return math.inf if value == OFF else units.duration(value)


SecondsOrOff = Annotated[
    float | None, BeforeValidator(_seconds_or_off, json_schema_input_type=Seconds | Literal["off"])
]
"""Infinite where it is switched off: ``None`` is a key that was not given."""


class Process(Table):
    """One key process; each matcher given (name, args, user, unit, pidfile) must hold. "NAME" is {name = "NAME"}."""

    has_short_form = True

    key: Named | None = None
    """Your name for it, unique on its host. Default: name, else the unit, else the pid file's name."""
    name: Program | None = None
    """Exact name of the executable: what `ps -o comm` prints, or the last part of argv[0]."""
    args: Pattern | None = None
    """POSIX extended regular expression, found anywhere in the command line."""
    user: User | None = None
    """Name or number of the user it runs as."""
    unit: Unit | None = None
    """systemd unit it belongs to; ".service" is added where no suffix is given."""
    pidfile: AbsolutePath | None = None
    """File that holds its pid."""
    count: Count | None = None
    """How many copies must run: 3, "1-4", "2+" or {min = 1, max = 4}; "0" if it must not run. Default: "1+"."""
    min_uptime: Seconds | None = None
    """A copy that started more recently counts as restarted."""
    cpu: CpuLevels | None = None
    """CPU use in percent of one CPU, summed over the copies. Default: not judged."""
    rss: SizeLevels | None = None
    """Resident memory, summed over the copies. Default: not judged."""
    threads: CountLevels | None = None
    """Number of threads, summed over the copies. Default: not judged."""
    open_files: CountLevels | None = None
    """Number of open files, summed over the copies. Default: not judged."""
    stuck_after: SecondsOrOff = None
    """A copy in uninterruptible sleep (state D) for longer is stuck. Default: "10s"; "off" does not judge it."""
    quiet_after: SecondsOrOff = None
    """A copy that uses no CPU time, and whose log does not grow, for longer is stuck. Default: not judged."""
    log: Named | None = None
    """Key of the host's event rule that follows its log, for quiet_after. Default: CPU time alone counts."""
    zombies: CountLevels | None = None
    """Number of zombie copies. Default: {warn = 1}."""
    ports: list[Port] | None = None
    """TCP ports it must listen on: 9001, "127.0.0.1:9001", "[::1]:9001"."""

    @classmethod
    def from_short(cls, value: object) -> object:
        """A string is the name."""
        return {"name": value} if isinstance(value, str) else value


class Ping(Table):
    """One target pinged from the host itself. "10.9.0.1" alone is {target = "10.9.0.1"}."""

    has_short_form = True

    target: PingTarget = Field()
    """Name or address to ping."""
    source: Interface | None = None
    """Interface to ping from; "any" leaves it to the host's routes. Default: the line's own."""
    count: Annotated[int, Field(ge=1, le=20)] | None = None
    """Pings of one look, a fifth of a second apart. Default: 5."""
    rtt: SecondsLevels | None = None
    """Mean time to the answer, such as {warn = "20ms", act = "100ms"}. Default: not judged."""
    jitter: SecondsLevels | None = None
    """Mean change of that time from one answer to the next. Default: not judged."""
    loss: PercentLevels | None = None
    """Lost pings in percent of one look. Default: {warn = 1, act = 20}."""

    @classmethod
    def from_short(cls, value: object) -> object:
        """A string is the target."""
        return {"target": value} if isinstance(value, str) else value


class Line(Table):
    """One line: an interface with the capacity that was contracted. "eth0" alone is {interface = "eth0"}."""

    has_short_form = True

    key: Named | None = None
    """Your name for it, unique on its host. Default: the interface."""
    interface: Interface | None = None
    """Network interface on the host."""
    capacity: Capacity | None = None
    """Contracted capacity: "100Mbit" or {in = "100Mbit", out = "20Mbit"}. Default: unknown, no share judged."""
    use: PercentLevels | None = None
    """Share of the contracted capacity in percent. Default: {warn = 60, act = 80}."""
    errors: RateLevels | None = None
    """Errors per second. Default: {warn = 0.1}."""
    drops: RateLevels | None = None
    """Dropped packets per second. Default: {warn = 1}."""
    queue: CountLevels | None = None
    """Packets waiting to be sent at one look. Default: not judged."""
    retransmitted: PercentLevels | None = None
    """TCP segments of the whole host sent again, in percent. Default: not judged."""
    pings: list[Ping] | None = None
    """Targets pinged from the host over this line. The host's list, where it has one, stands for the role's."""

    @classmethod
    def from_short(cls, value: object) -> object:
        """A string is the interface."""
        return {"interface": value} if isinstance(value, str) else value


class Disk(Table):
    """One mount. "/data" alone is {mount = "/data"}; "*" is every local disk without a rule of its own."""

    has_short_form = True

    mount: Mount = Field()
    """Absolute path of the mount, or "*"."""
    used: PercentLevels | None = None
    """Space in use in percent. Default: {warn = 80, act = 90}."""
    inodes: PercentLevels | None = None
    """Inodes in use in percent. Default: {warn = 80, act = 90}."""
    full_within: WithinLevels | None = None
    """Time until its own growth fills it. Default: {warn = "1d", act = "2h"}."""
    required: bool | None = None
    """It must be mounted. Default: false."""
    read_only_ok: bool | None = None
    """Mounted read-only is as it should be. Default: false."""

    @classmethod
    def from_short(cls, value: object) -> object:
        """A string is the mount."""
        return {"mount": value} if isinstance(value, str) else value


def _listed(value: object) -> object:
    return value if isinstance(value, list) else [value]


_AT = Annotated[str, Field(pattern=r"^(.*:)?\d+$", examples=["10.8.0.21:17001"])]
Endpoint = Annotated[
    str, BeforeValidator(targets.endpoint, json_schema_input_type=Annotated[int, Field(ge=1, le=65535)] | _AT)
]
Url = Annotated[str, AfterValidator(targets.url), Field(examples=["https://10.8.0.21/health"])]
Command = Annotated[str, AfterValidator(targets.command)]
Status = Annotated[
    list[Annotated[int, Field(ge=100, le=599)]],
    BeforeValidator(_listed, json_schema_input_type=int | list[Annotated[int, Field(ge=100, le=599)]]),
]
Days = Annotated[float, BeforeValidator(units.whole, json_schema_input_type=Annotated[int, Field(ge=0)])]
_BOUND = float | Annotated[str, Field(pattern=r"^<?\s*\d", examples=["90%", "2GiB", "<5%"])]
Bound = Annotated[Any, BeforeValidator(targets.bound, json_schema_input_type=_BOUND)]
"""A :class:`duty.site.PerfBound`."""


class DaysLevels(Levels[Days]):
    """Levels in days that are left: fewer are worse."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.warn is not None and self.act is not None and self.warn < self.act:
            raise refuse(phrase("warn at or above act: fewer days are worse"))
        return self


class NumberLevels(Levels[Bound]):
    """Levels on one number of a check command."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        warn, act = self.warn, self.act
        if not isinstance(warn, PerfBound) or not isinstance(act, PerfBound):
            return self
        if warn.below != act.below:
            raise refuse(phrase('warn and act in one direction: both with "<", or neither'))
        if warn.percent == act.percent and (warn.value < act.value if act.below else warn.value > act.value):
            raise refuse(phrase("a warn that is reached before act"))
        return self


class App(Table):
    """One application that must answer: exactly one of tcp, url, tls and command says how it is asked."""

    key: Named = Field()
    """Your name for it, unique on its host."""
    tcp: Endpoint | None = None
    """Must take a TCP connection. A port alone is one of the host itself."""
    url: Url | None = None
    """Must answer a GET over HTTP or HTTPS. Redirects are not followed."""
    tls: Endpoint | None = None
    """Must do a TLS handshake; its certificate is looked at."""
    command: Command | None = None
    """Check command that speaks the Nagios plugin protocol. No shell reads it."""
    origin: Literal["host", "console"] | None = Field(default=None, alias="from")
    """Asked from the host, through its SSH connection, or from this console. Default: "host"."""
    banner: Pattern | None = None
    """tcp: POSIX extended regular expression that the first line must hold."""
    status: Status | None = None
    """url: HTTP status that is well, one or a list. Default: 200 to 399."""
    expect: Plain | None = None
    """url: text that must be within the first 64 KiB of the page."""
    time: SecondsLevels | None = None
    """Time until the answer was whole. Default: not judged."""
    cert_days: DaysLevels | None = None
    """Days the certificate still holds. Default: {warn = 30, act = 7}."""
    verify: bool | None = None
    """The certificate must hold up: known issuer, right name. Default: true."""
    ca: Plain | None = None
    """File on this console with the authorities that vouch for it. Default: those of the system."""
    server_name: Plain | None = None
    """Name to ask for and to want in the certificate. Default: the address."""
    limits: dict[Plain, NumberLevels] | None = None
    """command: levels for its numbers, by label. They can only make it worse than the command says."""
    deadline: Annotated[Seconds, between(0.1, 120, "100ms – 2min")] | None = None
    """It must have answered by then. Default: "5s"; for a command "10s"."""
    interval: Annotated[Seconds, between(1, 86_400, "1s – 1d")] | None = None
    """Time between two checks. Default: "15s"; for tls "5min", for a command "1min"."""
    hold: Annotated[Seconds, between(0, 3600, "0s – 1h")] | None = None
    """How long a fault that a second check has confirmed must last before it is an incident. Default: "3s"."""


class EventPattern(Table):
    """Lines that are worth knowing of. "FATAL" alone is {pattern = "FATAL"}."""

    has_short_form = True

    pattern: LinePattern = Field()
    """POSIX extended regular expression, found anywhere in the line."""
    level: Literal["note", "warn", "act"] | None = None
    """"note" keeps the line and shows it, "warn" is to be watched, "act" opens an incident. Default: "warn"."""
    ignore: LinePattern | None = None
    """A line that this fits as well does not count."""

    @classmethod
    def from_short(cls, value: object) -> object:
        """A string is the pattern."""
        return {"pattern": value} if isinstance(value, str) else value


MAX_PATTERNS = 12
"""For one log; the probe holds each line against so many at most."""


class Event(Table):
    """One log that is followed: a file, the journal of a unit, or the kernel's; one of the three."""

    key: Named | None = None
    """Your name for it, unique on its host. Default: the file's name, else the unit, else "kernel"."""
    file: LogFile | None = None
    """Absolute path of a log file. It is followed through rotation, under whatever name."""
    unit: Unit | None = None
    """systemd unit whose journal is followed; ".service" is added where no suffix is given."""
    journal: Literal["kernel"] | None = None
    """"kernel": the kernel's own messages in the journal."""
    patterns: list[EventPattern] | None = None
    """What is looked for. A line counts once, for the gravest that fits, of equal ones for the first."""
    hold: Seconds | None = None
    """For how long a line keeps the state up. Default: "30m"."""

    @field_validator("patterns")
    @classmethod
    def _few(cls, patterns: list[EventPattern] | None) -> list[EventPattern] | None:
        if patterns is None:
            return None
        if not patterns:
            raise refuse(phrase("at least one pattern"))
        if len(patterns) > MAX_PATTERNS:
            words = phrase("at most {most} patterns for one log; | joins what has the same level", most=MAX_PATTERNS)
            raise refuse(words)
        if len({one.pattern for one in patterns}) < len(patterns):
            raise refuse(phrase("each pattern only once in a list"))
        return patterns
