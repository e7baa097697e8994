"""The place where a watch listens: a Unix socket that only its owner can reach, held by one process at a time."""

from __future__ import annotations

import errno
import fcntl
import os
import pwd
import socket
import stat
import struct
import time
from pathlib import Path

from duty.phrases import Phrase, phrase

_CREDENTIALS = struct.Struct("3i")
_BACKLOG = 64
_LOOKED_AT_S = (0.005, 0.02)
"""Seconds after which a place that is taken is tried again: :func:`held` takes it for a moment."""


class CannotOpen(Exception):
    """The socket cannot be listened on; ``why`` is for the person who started the watch."""

    def __init__(self, why: Phrase) -> None:
        super().__init__(str(why))
        self.why = why


class AlreadyOpen(CannotOpen):
    """A living watch listens there already."""


class Doorway:
    """A listening socket together with the lock that makes it ours. Build it with :func:`open_doorway`."""

    def __init__(self, path: Path, listener: socket.socket, lock: int) -> None:
        self.path = path
        self.listener = listener
        self._lock = lock
        self._inode = path.lstat().st_ino

    def close(self) -> None:
        """Stop listening and take the socket file away, unless it is another's by now. May be called again.

        The place stays taken until :meth:`release`: who holds it may have more to put in order.
        """
        self.listener.close()
        if self._lock < 0:
            return
        try:
            if self.path.lstat().st_ino == self._inode:
                self.path.unlink()
        except FileNotFoundError:
            pass

    def release(self) -> None:
        """Close, and let another process take the place. May be called again."""
        self.close()
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def open_doorway(path: Path) -> Doorway:
    """Listen at ``path``: folder 0700 (made if missing), socket 0600.

    The file of a watch that died is replaced. Raises :class:`AlreadyOpen` where one lives, :class:`CannotOpen`
    for a folder that others may write to and for every other reason.
    """
    try:
        _guard_folder(path.parent)
        lock = _lock(path.with_name(path.name + ".lock"))
    except OSError as error:
        raise CannotOpen(_cannot(path, error)) from error
    try:
        _remove_stale(path)
        return Doorway(path, _listen(path), lock)
    except OSError as error:
        os.close(lock)
        raise CannotOpen(_cannot(path, error)) from error
    except CannotOpen:
        os.close(lock)
        raise


def held(path: Path) -> bool:
    """Whether a process holds the place at ``path``, listening or not: one that begins or ends does not listen."""
    try:
        lock = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def user_of(connection: socket.socket) -> str:
    """The name of the user at the other end, as the kernel knows it (``uid 1234`` where it has no name)."""
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    uid = _CREDENTIALS.unpack(raw)[1]
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"


def session_of(connection: socket.socket) -> str:
    """The login at the other end as the kernel knows it: terminal and number of the process session (``pts/3 4711``).

    Empty where the process is gone already or cannot be seen.
    """
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    return session_of_process(_CREDENTIALS.unpack(raw)[0])


def session_of_process(pid: int) -> str:
    """The same of a process of this machine."""
    try:
        # After the name in brackets, which may hold anything: state, parent, group, session, terminal.
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        number, terminal = int(fields[3]), int(fields[4])
    except (OSError, ValueError, IndexError):
        return ""
    major, minor = (terminal >> 8) & 0xFFF, (terminal & 0xFF) | ((terminal >> 12) & 0xFFF00)
    if not 136 <= major <= 143:  # pseudo-terminals; their numbers go on from one major to the next
        return f"{f'tty{minor}' if major == 4 else '-'} {number}"
    return f"pts/{(major - 136) * 256 + minor} {number}"


def _guard_folder(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.stat()
    if found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) & 0o022:
        raise CannotOpen(phrase("{path} must be yours and writable by nobody else", path=str(folder)))


def _lock(path: Path) -> int:
    # The lock, not the socket, says who lives: it goes with its process, even one that was killed or is stopped.
    # Its file stays for ever: were it removed, two processes could hold "the" lock on two files.
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    for wait in (*_LOOKED_AT_S, None):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return lock
        except BlockingIOError:
            if wait is not None:
                time.sleep(wait)
    os.close(lock)
    raise AlreadyOpen(phrase("a watch is running already at {path}", path=str(path.with_suffix(""))))


def _remove_stale(path: Path) -> None:
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise CannotOpen(phrase("{path} is in the way: it is not a socket", path=str(path)))
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK) as visitor:
        refused = visitor.connect_ex(str(path)) == errno.ECONNREFUSED
    if not refused:
        raise AlreadyOpen(phrase("a watch is running already at {path}", path=str(path)))
    path.unlink()


def _listen(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
    try:
        listener.bind(str(path))
        path.chmod(0o600)  # before listen(): until then nobody can connect, whatever the umask
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def _cannot(path: Path, error: OSError) -> Phrase:
    return phrase("cannot listen at {path}: {error}", path=str(path), error=error.strerror or str(error))
