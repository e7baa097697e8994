"""known_hosts: which keys a host is known by, and the one way a new key comes in: a person accepted it.

Matching (hashed names, patterns, markers) is the library's. Kept here: a line it cannot read costs that line and
not the whole file, a revoked key stays revoked on every port, and one changed line is written atomically.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncssh

from duty.clean import clean
from duty.connection import HostKey
from duty.phrases import Phrase, phrase

DEFAULT_PORT = 22
_MAX_FILE = 16 * 1024 * 1024
"""Bytes read of one known_hosts file: beyond this it is not one."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the files say of one name and port."""

    keys: tuple[asyncssh.SSHKey, ...] = ()
    authorities: tuple[asyncssh.SSHKey, ...] = ()
    revoked: tuple[asyncssh.SSHKey, ...] = ()


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line of a known_hosts file that cannot be read, and therefore says nothing."""

    file: str
    line: int
    words: str


class KnownHosts:
    """Some known_hosts files, as they were when read."""

    def __init__(self, files: Sequence[str]) -> None:
        self.bad: list[BadLine] = []
        good: list[str] = []
        for file in files:
            good.extend(self._readable(file))
        self._entries = asyncssh.import_known_hosts("\n".join(good))

    def _readable(self, file: str) -> list[str]:
        lines: list[str] = []
        for number, raw in enumerate(_read(file).splitlines(), 1):
            fields = raw.decode("utf-8", "replace").split()
            # without its comment: the library passes over a key whose comment is not ASCII
            line = " ".join(fields[: 4 if fields[:1] and fields[0].startswith("@") else 3])
            try:
                asyncssh.import_known_hosts(line)
            except (ValueError, asyncssh.Error) as error:
                self.bad.append(BadLine(file, number, clean(str(error), 160)))
            else:
                lines.append(line)
        return lines

    def look_up(self, name: str, port: int) -> Known:
        """Keys for ``name`` as dialled. Where ``[name]:port`` has none, those of the bare name hold, as in ssh."""
        bare = self._entries.match(name.lower(), "", None)
        if port == DEFAULT_PORT:
            return Known(tuple(bare[0]), tuple(bare[1]), tuple(bare[2]))
        exact = self._entries.match(name.lower(), "", port)
        return Known(tuple(exact[0]), tuple(exact[1]), tuple({*exact[2], *bare[2]}))


class KnownHostsCache:
    """Reads a set of files once until one of them changes: five hundred hosts share one ``known_hosts``."""

    def __init__(self) -> None:
        self._read: dict[tuple[str, ...], tuple[tuple[object, ...], KnownHosts]] = {}
        self._lock = threading.Lock()

    def of(self, files: tuple[str, ...]) -> KnownHosts:
        """The files' entries. Reads files: call it off the event loop."""
        with self._lock:
            now = tuple(_signature(file) for file in files)
            kept = self._read.get(files)
            if kept is None or kept[0] != now:
                kept = self._read[files] = (now, KnownHosts(files))
            return kept[1]


def name_in_file(host: str, port: int) -> str:
    """How known_hosts names a host: ``host``, or ``[host]:port`` where the port is not 22."""
    return host.lower() if port == DEFAULT_PORT else f"[{host.lower()}]:{port}"


def host_key(key: asyncssh.SSHKey) -> HostKey:
    """A library's key as the value a person is shown."""
    public = key.export_public_key().decode("ascii", "replace").split()
    return HostKey(public[0], key.get_fingerprint(), f"{public[0]} {public[1]}")


def accept_key(host_as_dialled: str, port: int, key: HostKey, file: str | Path) -> Phrase | None:
    """Make ``key`` the known key of the host: one line in ``file``, which is created 0600 if need be.

    The host's own line for the same algorithm is replaced (its name only, where the line names other hosts too);
    no other line changes. Patterns, @cert-authority and @revoked lines are never touched. The caller has shown the
    fingerprint and got a person's consent. Reads and writes files.

    Returns:
        ``None`` when written, else why not.
    """
    try:
        public = asyncssh.import_public_key(key.public)
    except asyncssh.KeyImportError as error:
        return phrase("the key cannot be read: {error}", error=clean(str(error), 160))
    if public.get_fingerprint() != key.fingerprint:
        return phrase("the key does not have the fingerprint {fingerprint}", fingerprint=key.fingerprint)
    target = Path(file).expanduser()
    try:
        target = target.resolve()
        if target.exists() and not target.is_file():
            return phrase("{file} is not a file", file=str(target))
        before = target.read_bytes() if target.exists() else b""
        after = _with_key(before, name_in_file(host_as_dialled, port), host_key(public))
        if after != before:
            _replace(target, after)
    except OSError as error:
        return phrase("{file} cannot be written: {error}", file=str(target), error=clean(str(error), 160))
    return None


def _with_key(before: bytes, name: str, key: HostKey) -> bytes:
    lines = before.splitlines(keepends=True)
    kept: list[bytes] = []
    placed = False
    for line in lines:
        fields = line.split()
        if len(fields) < 3 or fields[0][:1] in b"#@" or fields[1].decode("ascii", "replace") != key.algorithm:
            kept.append(line)
            continue
        names = fields[0].decode("utf-8", "replace")
        if _is_hash_of(names, name) or names == name:
            if not placed:
                kept.append(f"{names} {key.public}\n".encode())
            placed = True
        elif name in names.split(",") and not any(c in names for c in "*?!"):
            rest = ",".join(other for other in names.split(",") if other != name)
            kept.append(line.replace(fields[0], rest.encode(), 1))
        else:
            kept.append(line)
    if not placed:
        if kept and not kept[-1].endswith(b"\n"):
            kept[-1] += b"\n"
        hashed = any(line.startswith(b"|1|") for line in lines)
        kept.append(f"{_hashed(name) if hashed else name} {key.public}\n".encode())
    return b"".join(kept)


def _is_hash_of(pattern: str, name: str) -> bool:
    if not pattern.startswith("|1|"):
        return False
    try:
        salt, digest = (base64.b64decode(part) for part in pattern[3:].split("|"))
    except ValueError:
        return False
    return hmac.compare_digest(hmac.new(salt, name.encode(), hashlib.sha1).digest(), digest)


def _hashed(name: str) -> str:
    salt = os.urandom(20)
    digest = hmac.new(salt, name.encode(), hashlib.sha1).digest()
    return f"|1|{base64.b64encode(salt).decode()}|{base64.b64encode(digest).decode()}"


def _replace(target: Path, content: bytes) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    mode = target.stat().st_mode & 0o777 if target.exists() else 0o600
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".known_hosts-")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fchmod(stream.fileno(), mode)
            os.fsync(stream.fileno())
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise


def _read(file: str) -> bytes:
    try:
        with open(file, "rb") as stream:
            return stream.read(_MAX_FILE)
    except OSError:
        return b""


def _signature(file: str) -> tuple[int, int, int] | None:
    try:
        seen = os.stat(file)
    except OSError:
        return None
    return seen.st_ino, seen.st_mtime_ns, seen.st_size
