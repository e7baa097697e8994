"""What a watch is started with: which site, where its files are, how long it stays."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Plan:
    """Everything the service is told by the command line. ``site`` is ``None`` for the practice site."""

    site: Path | None
    socket: Path
    store: Path
    """The records, where the site file names no other place; what else is kept is beside it."""
    version: str
    stays: bool = False
    """Goes on when the last screen leaves."""
    practice_hosts: int | None = None
    """Size of the practice fleet; ``None`` is the shipped one."""
