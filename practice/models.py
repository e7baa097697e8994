"""What a practice machine is made of: plain data. The market gives it life (``practice.machines``)."""

from __future__ import annotations

from typing import Literal

import msgspec

GB = 1 << 30
MB = 1 << 20


class ProcessModel(msgspec.Struct, frozen=True):
    """One process that the site demands. ``cpu``: share of one CPU at the market's busiest."""

    key: str
    name: str
    args: str
    user: str
    cpu: float
    rss_mb: float
    threads: int = 8
    files: int = 64
    ports: tuple[int, ...] = ()
    unit: str = ""
    pidfile: str = ""

    @property
    def works(self) -> bool:
        """Whether it always has something to do: no CPU time for half a minute means that it is stuck."""
        return self.cpu >= 0.1

    @property
    def argv0(self) -> str:
        """The last part of the program's path, as the probe reads it from the command line."""
        return self.args.split(" ", 1)[0].rsplit("/", 1)[-1].split(":", 1)[0]


class InterfaceModel(msgspec.Struct, frozen=True):
    """One interface. Rates are bit/s at the market's busiest; ``line`` is its key where it is a contracted line."""

    name: str
    in_bps: float
    out_bps: float
    line: str = ""
    capacity_bps: float | None = None
    far_end: str = ""
    """Address at the other end, which is pinged."""
    rtt_ms: float = 4.0


class MountModel(msgspec.Struct, frozen=True):
    """One mounted file system, used to ``used`` (share of its size) and growing by ``grows_mb_day``."""

    mount: str
    source: str
    size_gb: float
    used: float
    fstype: str = "ext4"
    grows_mb_day: float = 40.0
    inodes_used: float = 0.05
    local: bool = True


class AppModel(msgspec.Struct, frozen=True):
    """One application the site asks. ``process``: whose it is; without it nothing answers."""

    key: str
    kind: Literal["tcp", "http", "command"]
    """``command``: it is not asked over the network, but by a check command on the machine."""
    process: str
    port: int = 0
    banner: str = ""
    """tcp: what it says first, if anything."""
    names: tuple[str, ...] = ()
    """Names in its certificate; with any, it speaks TLS."""
    takes_s: float = 0.012
    """Seconds until it answers, at the market's busiest."""
    size_gb: float = 0.0
    """Of a database: what it may grow to."""
    used: float = 0.0
    grows_mb_day: float = 0.0


class LogModel(msgspec.Struct, frozen=True):
    """One log that the site follows. ``program`` writes it, ``partner`` is whom it speaks with."""

    key: str
    file: str
    program: str
    partner: str


class MachineModel(msgspec.Struct, frozen=True):
    """One machine of the practice fleet."""

    id: str
    label: str
    role: str
    group: str
    processes: tuple[ProcessModel, ...]
    interfaces: tuple[InterfaceModel, ...]
    mounts: tuple[MountModel, ...]
    apps: tuple[AppModel, ...] = ()
    logs: tuple[LogModel, ...] = ()
    via: str | None = None
    jump: bool = False
    """It forwards connections to the other machines of the fleet."""
    cpus: int = 4
    memory_gb: float = 16.0
    swap_gb: float = 4.0
    memory_used: float = 0.42
    background_cpu: float = 0.05
    """Share of the whole machine used by everything the site does not name, at the busiest."""
    table: int = 180
    """Processes in its table besides those named."""
    raid: bool = False
    """Its disks are a mirror."""
    kernel: str = "5.10.0-28-amd64"
