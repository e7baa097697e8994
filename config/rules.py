"""What must be true on a host, and what must be known of it: processes, lines, disks and events as tables."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator

from config import units
from config.fields import (
    OFF,
    AbsolutePath,
    Capacity,
    Count,
    CountLevels,
    CpuLevels,
    Interface,
    LinePattern,
    LogFile,
    Mount,
    Named,
    Pattern,
    PercentLevels,
    Port,
    Program,
    RateLevels,
    Seconds,
    SizeLevels,
    Unit,
    User,
)
from config.refusal import refuse
from config.table import Table
from duty.phrases import phrase


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
    required: bool | None = None
    """It must be mounted. Default: false."""
    read_only_ok: bool | None = None
    """Mounted read-only is as it should be. Default: false."""

    @classmethod
    def from_short(cls, value: object) -> object:
        """A string is the mount."""
        return {"mount": value} if isinstance(value, str) else value


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
