"""What ``~/.ssh/config`` says of a host, settled: parsed by the library, with a note of where each setting came from.

The library skips keywords it does not know without a word; here they are collected, so that a person can be told.
"""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from asyncssh.config import SSHClientConfig

DEFAULT_FILES = ("~/.ssh/config", "/etc/ssh/ssh_config")
USER_KNOWN_HOSTS = ("~/.ssh/known_hosts", "~/.ssh/known_hosts2")
GLOBAL_KNOWN_HOSTS = ("/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2")
NOT_OURS = frozenset({"forwardagent", "forwardx11trusted", "remotecommand", "requesttty", "sendenv", "setenv"})
"""Keywords the library knows and we never use: a watching console forwards nothing and runs only the probe."""

_BLOCKS = frozenset({"host", "match", "include"})

Handler = Callable[[Any, str, list[str]], None]


@dataclass(frozen=True, order=True)
class Ignored:
    """An option of an ssh_config file that holds for the host in ssh and has no effect here."""

    file: str
    line: int
    keyword: str


@dataclass(frozen=True)
class Jump:
    """One element of a ProxyJump list."""

    host: str
    user: str | None = None
    port: int | None = None

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.user + '@' if self.user else ''}{host}{f':{self.port}' if self.port else ''}"


@dataclass(frozen=True)
class Asked:
    """What we ask for ourselves; it goes before what the files say."""

    host: str
    user: str | None = None
    port: int | None = None
    identity: str | None = None


@dataclass(frozen=True)
class Settings:
    """One hop's settings in force. Paths are absolute; ``origins`` maps a keyword to ``file:line``."""

    asked: Asked
    files: tuple[str, ...]
    host: str
    port: int
    user: str
    known_hosts: tuple[str, ...]
    host_key_alias: str | None = None
    identities: tuple[str, ...] = ()
    agent: str = ""
    jumps: tuple[Jump, ...] = ()
    proxy_command: str | None = None
    ciphers: str | None = None
    host_key_algorithms: str | None = None
    compression: bool = False
    connect_timeout_s: float | None = None
    origins: dict[str, str] = field(default_factory=dict, compare=False)
    ignored: tuple[Ignored, ...] = field(default=(), compare=False)

    @property
    def address(self) -> str:
        """``host:port`` really dialled."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def key_name(self) -> str:
        """The name known_hosts is searched for."""
        return self.host_key_alias or self.host


def config_files(given: Sequence[str] | None) -> tuple[str, ...]:
    """The ssh_config files to read: the given ones, or the person's own and the system's where they can be read."""
    if given is not None:
        return tuple(str(Path(file).expanduser()) for file in given)
    paths = (Path(file).expanduser() for file in DEFAULT_FILES)
    return tuple(str(path) for path in paths if os.access(path, os.R_OK))


def resolve(asked: Asked, files: Sequence[str] | None = None, known_hosts: Sequence[str] | None = None) -> Settings:
    """Settle what holds for one host. Reads files, and runs what ``Match exec`` says: call it off the event loop.

    Raises:
        ValueError: A file holds what the library refuses; its words name file and line.
        OSError: A file given by name cannot be read.
    """
    paths = config_files(files)
    read = _load(asked, paths)
    timeout = read.get("ConnectTimeout")
    host = _text(read, "Hostname") or asked.host
    return Settings(
        asked=asked,
        files=paths,
        host=host,
        port=int(cast(int, read.get("Port", 22))),
        user=_text(read, "User") or getpass.getuser(),
        known_hosts=_known_hosts(read, known_hosts),
        host_key_alias=_text(read, "HostKeyAlias"),
        identities=(asked.identity,) if asked.identity else tuple(cast("list[str]", read.get("IdentityFile", ()))),
        agent=_agent(read),
        jumps=_jumps(_text(read, "ProxyJump"), asked.host, host),
        proxy_command=_text(read, "ProxyCommand"),
        ciphers=_text(read, "Ciphers"),
        host_key_algorithms=_text(read, "HostKeyAlgorithms"),
        compression=bool(read.get("Compression")),
        connect_timeout_s=float(cast(int, timeout)) if timeout else None,
        origins=read.origins,
        ignored=tuple(sorted(set(read.ignored))),
    )


def parse_jumps(words: str) -> tuple[Jump, ...]:
    """Read a ProxyJump value: ``[user@]host[:port]`` or ``ssh://…``, by commas."""
    return tuple(_jump(part.strip()) for part in words.split(",") if part.strip())


def _jump(words: str) -> Jump:
    rest = words.removeprefix("ssh://").rstrip("/")
    user, at, place = rest.rpartition("@")
    if place.startswith("["):
        host, _, port = place[1:].partition("]")
        port = port.removeprefix(":")
    elif place.count(":") == 1:
        host, _, port = place.partition(":")
    else:
        host, port = place, ""
    if not host or (port and not port.isdigit()):
        raise ValueError(f"ProxyJump: {words}")
    return Jump(host, user if at else None, int(port) if port else None)


def _jumps(words: str | None, *names: str) -> tuple[Jump, ...]:
    """The chain, without a host jumping through itself: ``Host *`` with ``ProxyJump gw`` also matches ``gw``."""
    jumps = parse_jumps(words) if words else ()
    return () if jumps and jumps[-1].host in names else jumps


def _known_hosts(read: _Reader, given: Sequence[str] | None) -> tuple[str, ...]:
    """The files to read; a new key goes to the first. ``none`` and /dev/null are how people switch the check off
    elsewhere: here the default file holds in their place.
    """
    if given is not None:
        return tuple(str(Path(file).expanduser()) for file in given)
    user = [file for file in cast("list[str]", read.get("UserKnownHostsFile", [])) if file != "/dev/null"]
    system = cast("list[str]", read.get("GlobalKnownHostsFile", list(GLOBAL_KNOWN_HOSTS)))
    home = str(Path("~").expanduser())
    files = (*(user or USER_KNOWN_HOSTS), *system)
    return tuple(str(Path(file.replace("%d", home)).expanduser()) for file in files)


def _agent(read: _Reader) -> str:
    said = _text(read, "IdentityAgent") if "IdentityAgent" in read.origins else "SSH_AUTH_SOCK"
    if said and (said == "SSH_AUTH_SOCK" or said.startswith("$")):
        said = os.environ.get(said.lstrip("$"))
    return str(Path(said).expanduser()) if said else ""


def _text(read: _Reader, option: str) -> str | None:
    value = read.get(option)
    return str(value) if value else None


def _load(asked: Asked, files: tuple[str, ...]) -> _Reader:
    def once(final: bool) -> _Reader:
        user: Any = asked.user or ()
        port: Any = asked.port or ()
        read = _Reader.load(None, list(files), final, False, final, getpass.getuser(), user, asked.host, port)
        return cast(_Reader, read)

    read = once(False)
    return once(True) if read.has_match_final() else read


def _noting(handler: Handler) -> Handler:
    def handle(self: _Reader, option: str, args: list[str]) -> None:
        before = option in self.options_set
        handler(self, option, args)
        if not before:
            self.origins[option] = f"{self._path}:{self._line_no}"

    return handle


def _ignore(self: _Reader, option: str, args: list[str]) -> None:
    self.ignored.append(Ignored(str(self._path), self._line_no, option))
    args.clear()


class _Handlers(dict[str, tuple[str, Handler]]):
    def __missing__(self, keyword: str) -> tuple[str, Handler]:
        return keyword, _ignore


class _Reader(SSHClientConfig):
    """The library's parser, which also notes origins and what it would skip."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.origins: dict[str, str] = {}
        self.ignored: list[Ignored] = []

    @property
    def options_set(self) -> dict[str, object]:
        return self._options

    _handlers = _Handlers(
        {
            keyword: (option, _ignore if keyword in NOT_OURS else handler if keyword in _BLOCKS else _noting(handler))
            for keyword, (option, handler) in SSHClientConfig._handlers.items()
        }
    )
