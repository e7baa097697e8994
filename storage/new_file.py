"""A file that is under its name only once it is whole and safe on the disk."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.failures import StoreFailed, failure


@contextmanager
def in_the_making(to: Path) -> Iterator[Path]:
    """A name beside ``to`` for what is not whole yet; nothing stays at it."""
    new = to.with_name(f".{to.name}.{os.getpid()}.new")
    try:
        new.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new.unlink(missing_ok=True)
        os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))
        yield new
    except OSError as error:
        raise StoreFailed(failure(error, to)) from error
    finally:
        for end in ("", "-wal", "-shm", "-journal"):
            new.with_name(new.name + end).unlink(missing_ok=True)


def settle(new: Path, to: Path) -> None:
    """Safe on the disk first, then under its name, and the name safe too."""
    _sync(new)
    os.replace(new, to)
    _sync(to.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
