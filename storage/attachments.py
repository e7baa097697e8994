"""Files that lines of the log refer to, kept by what is in them: the name of each is the SHA-256 of its bytes.

A file is safe on the disk before the line that refers to it is written. One that is gone or altered later is said and
takes no line with it: the digest in the chained line still proves which file it was.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from enum import StrEnum
from pathlib import Path

from duty.chain import is_digest
from duty.clean import clean
from duty.phrases import phrase
from duty.records import Ref
from storage.failures import StoreFailed, failure

FOLDER = "files"
"""Beside the store."""
MAX_BYTES = 32 * 1024 * 1024
"""Bytes of one file: a screenshot, a log, a letter; not a disk image."""
_PIECE = 1 << 20


class Kept(StrEnum):
    """How an attached file is found."""

    WHOLE = "whole"
    MISSING = "missing"
    ALTERED = "altered"


def keep(source: Path, folder: Path) -> Ref:
    """Copy ``source`` into ``folder`` and say how a line refers to it. Raises :class:`StoreFailed` with the reason."""
    try:
        with source.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        why = clean(error.strerror or str(error))
        raise StoreFailed(phrase("{path} cannot be read: {error}", path=clean(str(source)), error=why)) from error
    if len(data) > MAX_BYTES:
        most = MAX_BYTES // (1024 * 1024)
        raise StoreFailed(phrase("{path} is larger than {most} MiB", path=clean(str(source)), most=most))
    ref = Ref("file", clean(source.name, 200), hashlib.sha256(data).hexdigest(), len(data))
    try:
        if state(ref, folder) is not Kept.WHOLE:
            _write(data, place(ref, folder))
    except OSError as error:
        raise StoreFailed(failure(error, folder)) from error
    return ref


def place(ref: Ref, folder: Path) -> Path:
    """Where the file of ``ref`` is kept. Raises ValueError where its digest is none: it must not lead elsewhere."""
    if not is_digest(ref.sha256):
        raise ValueError(ref.sha256)
    return folder / ref.sha256[:2] / ref.sha256


def state(ref: Ref, folder: Path) -> Kept:
    """Whether the file of ``ref`` is there and is the one that was attached."""
    seen = hashlib.sha256()
    try:
        with place(ref, folder).open("rb") as file:
            while piece := file.read(_PIECE):
                seen.update(piece)
    except (FileNotFoundError, NotADirectoryError):
        return Kept.MISSING
    except (OSError, ValueError):
        return Kept.ALTERED
    return Kept.WHOLE if seen.hexdigest() == ref.sha256 else Kept.ALTERED


def _write(data: bytes, to: Path) -> None:
    to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=to.parent, prefix=".new-")
    try:
        with open(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), 0o400)
            os.fsync(file.fileno())
        os.replace(name, to)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    for folder in (to.parent, to.parent.parent):
        above = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(above)
        finally:
            os.close(above)
