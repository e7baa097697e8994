"""Why the store does not work, in words that tell what to do."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path

from duty.clean import clean
from duty.phrases import N_, Phrase, phrase


class StoreFailed(Exception):
    """The store could not be read or written; nothing of the transaction is kept. ``why`` is for a person."""

    def __init__(self, why: Phrase) -> None:
        super().__init__(str(why))
        self.why = why


_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_READ_ONLY = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM)
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def failure(error: Exception, path: Path) -> Phrase:
    """The reason for an error of the database at ``path`` or of the operating system."""
    cause = getattr(error, "orig", None) or error
    code = getattr(cause, "sqlite_errorcode", 0) & 0xFF  # the rest of the code says only where it was found
    number = cause.errno if isinstance(cause, OSError) else 0
    if code == sqlite3.SQLITE_FULL or number in (errno.ENOSPC, errno.EDQUOT):
        return phrase("the disk of the store is full")
    if code in _BUSY:
        return phrase("another process holds the store")
    if code in _READ_ONLY or number in (errno.EROFS, errno.EACCES, errno.EPERM):
        return phrase("the store cannot be written: it is read-only")
    if code in _DAMAGED:
        return phrase("the store is damaged")
    # Its shared memory file cannot grow on a full disk, which SQLite reports as a fault of the device.
    if code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN) and _nothing_free(path.parent):
        return phrase("the disk of the store is full")
    # On a disk that can only be read it finds no place for its log beside the file, and says that it cannot open it.
    if code == sqlite3.SQLITE_CANTOPEN and path.exists() and not os.access(path.parent, os.W_OK):
        return phrase("the store cannot be written: it is read-only")
    if code == sqlite3.SQLITE_CANTOPEN or number == errno.ENOENT:
        return phrase("the store cannot be opened: {path} is missing or not for you", path=str(path))
    return phrase("the store does not work: {error}", error=clean(str(cause), 160))


def is_damage(error: sqlite3.Error) -> bool:
    """Whether it says that the file is no good database."""
    return (getattr(error, "sqlite_errorcode", 0) & 0xFF) in _DAMAGED


_SERVER = {
    "53100": N_("the disk of the store is full"),
    "55P03": N_("another process holds the store"),
    "25006": N_("the store cannot be written: it is read-only"),
    "42501": N_("the store cannot be written: the database gives no right to"),
    "XX001": N_("the store is damaged"),
    "XX002": N_("the store is damaged"),
}
"""By the SQLSTATE of PostgreSQL."""


def server_failure(error: Exception) -> Phrase:
    """The reason for an error of a database server, or of the way there."""
    cause = getattr(error, "orig", None) or error
    state = getattr(cause, "sqlstate", None)
    if state in _SERVER:
        return Phrase(_SERVER[state])
    words = clean(" ".join(str(cause).split()), 160)
    # Libpq gives none where it could not connect; class 08 and an end of the server's are a connection that is gone.
    if state is None or state.startswith(("08", "57P")):
        return phrase("no connection to the database server: {error}", error=words)
    return phrase("the store does not work: {error}", error=words)


def _nothing_free(folder: Path) -> bool:
    try:
        return os.statvfs(folder).f_bavail == 0
    except OSError:
        return False
