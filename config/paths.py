"""Where a site keeps its records and where its watch listens. Both belong to one person and to one site file."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path

import msgspec

from config.find import state_home
from duty.phrases import Phrase, phrase

MAX_SOCKET = 100
"""Bytes of a Unix socket's path: the kernel takes 107, some systems fewer."""


class Places(msgspec.Struct, frozen=True):
    """The folders of one site. ``state`` keeps what must survive; the socket is gone when the watch ends."""

    state: Path
    socket: Path
    refused: Phrase | None = None
    """Why they cannot be used; ``None`` if they can."""


def places(source: str, environ: Mapping[str, str]) -> Places:
    """The places of the site read from ``source`` (a path, or ``practice``). Nothing is created.

    The path of the file is the identity: renaming the site in it does not lose the records.
    """
    named = source if source == "practice" else str(Path(source).resolve())
    digest = hashlib.sha256(os.fsencode(named)).hexdigest()[:12]
    folder = "practice" if source == "practice" else Path(named).parent.name
    slug = re.sub(r"[^a-z0-9]+", "-", folder.lower()).strip("-")[:24] or "site"
    state = state_home(environ) / f"{slug}-{digest}"
    runtime = Path(environ.get("XDG_RUNTIME_DIR", ""))
    candidates = [state / "watch.sock", Path("/tmp") / f"watchkeeper-{os.getuid()}" / f"{digest}.sock"]
    if runtime.is_absolute() and runtime.is_dir():
        candidates.insert(0, runtime / "watchkeeper" / f"{digest}.sock")
    fitting = (path for path in candidates if len(os.fsencode(path)) <= MAX_SOCKET)
    return Places(state, next(fitting))


def prepare(found: Places) -> Places:
    """Create both folders for this person alone; ``refused`` says why if that cannot be had."""
    for folder in (found.state, found.socket.parent):
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            seen = folder.lstat()
            if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != os.getuid():
                return _refused(found, phrase("{folder} belongs to somebody else", folder=str(folder)))
            if seen.st_mode & 0o077:
                folder.chmod(0o700)
        except OSError as error:
            why = phrase("{folder}: {error}", folder=str(folder), error=error.strerror or str(error))
            return _refused(found, why)
    return found


def _refused(found: Places, why: Phrase) -> Places:
    return msgspec.structs.replace(found, refused=why)
