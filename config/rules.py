"""What must be true on a host: processes, lines and disks as tables of the site file."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from config import units
from config.fields import (
    OFF,
    AbsolutePath,
    Capacity,
    Count,
    CountLevels,
    CpuLevels,
    Interface,
    Mount,
    Named,
    Pattern,
    PercentLevels,
    PingTarget,
    Port,
    Program,
    RateLevels,
    Seconds,
    SecondsLevels,
    SizeLevels,
    Unit,
    User,
    WithinLevels,
)
from config.table import Table


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
