"""Disks that misbehave, for real where this machine lets a test have one."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NOBODY = 65534


def can_mount() -> bool:
    """Whether this user may mount a small file system of its own."""
    with tempfile.TemporaryDirectory(prefix="wk-", dir="/tmp") as folder, small_disk(Path(folder)) as mounted:
        return mounted


@contextmanager
def small_disk(folder: Path, size: str = "512k") -> Iterator[bool]:
    """A tmpfs of ``size`` on ``folder``. Gives False where it cannot be mounted."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(path: Path) -> None:
    """Write into ``path`` until the disk it is on takes no more."""
    with path.open("ab", buffering=0) as file:
        for size in (1 << 16, 1 << 12, 1 << 8, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue


@contextmanager
def as_ordinary_user(*owned: Path) -> Iterator[None]:
    """Rights count: whoever is root is nobody for a while, and owns these paths."""
    if os.geteuid() != 0:
        yield
        return
    for path in owned:
        os.chown(path, NOBODY, NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
