"""One hop: from settings to a connection that is let in, with every step under a deadline and the host key checked."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh
from asyncssh.public_key import get_default_certificate_algs

from collectors.failures import DialFailed, Failure, Offer, of_error, of_loss
from collectors.ignores import leave_out
from collectors.known_hosts import DEFAULT_PORT, Known, host_key
from collectors.ssh_environment import SshEnvironment, abandon, bounded
from collectors.ssh_options import Settings
from duty.clean import clean, clean_bytes
from duty.connection import HostKey

CIPHERS = "^aes128-gcm@openssh.com"
"""Half the CPU of the library's first choice; its defaults follow for servers without it."""
HOST_KEY_ALGORITHMS = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
    "rsa-sha2-512",
    "rsa-sha2-256",
)
AGENT_S = 2.0


@dataclass
class Trace:
    """How far a dial came and what it met; filled while it runs, read by failures and by the doctor."""

    settings: Settings
    tunnelled: bool = False
    opened: bool = False
    server_version: str = ""
    cipher: str = ""
    key: HostKey | None = None
    """The host's key, once it was checked and proven."""
    known: Known = field(default_factory=Known)
    offer: Offer | None = None
    methods: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    banner: str = ""
    waited_s: float = 0.0
    opened_after_s: float | None = None
    took_s: float = 0.0

    def look(self, connection: asyncssh.SSHClientConnection | None) -> None:
        """Note what the library knows by now."""
        if connection is None:
            return
        self.server_version = clean(str(connection.get_extra_info("server_version", "")), 120)
        self.cipher = clean(str(connection.get_extra_info("recv_cipher", "")), 60)
        key = connection.get_server_host_key()
        self.key = host_key(key) if key is not None else None


@dataclass
class Dialled:
    """A connection that stands. ``lost`` is done when it no longer does, with why, or ``None`` when we closed it."""

    connection: asyncssh.SSHClientConnection
    trace: Trace
    lost: asyncio.Future[Failure | None]

    @property
    def stands(self) -> bool:
        """Whether it can still be used."""
        return not self.lost.done() and not self.connection.is_closed()

    def close(self) -> None:
        """Say good-bye if the other end still listens; never wait for it."""
        hang_up(self.connection)


class _Client(asyncssh.SSHClient):
    """Hears the connection's events. The host key callbacks only note what was offered: they never say yes."""

    def __init__(self, trace: Trace, began: float, env: SshEnvironment) -> None:
        self._trace, self._began, self._env = trace, began, env
        self.connection: asyncssh.SSHClientConnection | None = None
        self.lost: asyncio.Future[Failure | None] = asyncio.get_running_loop().create_future()
        self.admitted = False

    def connection_made(self, conn: asyncssh.SSHClientConnection) -> None:
        self.connection = conn
        self._trace.opened = True
        self._trace.opened_after_s = self._env.monotonic() - self._began

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        settings = self._trace.settings
        kept_port = DEFAULT_PORT if settings.host_key_alias else settings.port
        file = settings.known_hosts[0] if settings.known_hosts else ""
        self._trace.offer = Offer(settings.key_name, kept_port, file, host_key(key))
        return False

    def validate_host_ca_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        return False

    def auth_banner_received(self, msg: str, lang: str) -> None:
        self._trace.banner = clean(msg, 200)

    def public_key_auth_requested(self) -> None:
        self._note_methods()

    def password_auth_requested(self) -> None:
        self._note_methods()

    def kbdint_auth_requested(self) -> None:
        self._note_methods()

    def _note_methods(self) -> None:
        if self.connection is not None:
            named = {*self._trace.methods, *self.connection.get_server_auth_methods()} - {"none"}
            self._trace.methods = tuple(sorted(clean(name, 40) for name in named)[:8])

    def auth_completed(self) -> None:
        self.admitted = True

    def connection_lost(self, exc: Exception | None) -> None:
        self._trace.look(self.connection)
        if not self.lost.done():
            self.lost.set_result(of_loss(exc, self._env.deadlines.silent_s) if exc is not None else None)


async def dial(
    settings: Settings, env: SshEnvironment, tunnel: asyncssh.SSHClientConnection | None, trace: Trace | None = None
) -> Dialled:
    """Connect and log in; through ``tunnel`` if given. Bounded in time and in number over the site.

    Raises:
        DialFailed: With the failure of this hop.
    """
    trace = trace or Trace(settings)
    trace.tunnelled = tunnel is not None
    async with env.dials:
        began = env.monotonic()
        try:
            return await _dial(settings, env, tunnel, trace, began)
        finally:
            trace.took_s = env.monotonic() - began


async def _dial(
    settings: Settings,
    env: SshEnvironment,
    tunnel: asyncssh.SSHClientConnection | None,
    trace: Trace,
    began: float,
) -> Dialled:
    client = _Client(trace, began, env)
    arguments: dict[str, Any] = {}
    try:
        arguments = await bounded(_arguments(settings, env, trace), env.deadlines.connect_s, _nothing)
        # ProxyJump is followed by us, each hop with its own key check and deadline. Said here as "no tunnel", or the
        # library would dial the jump hosts once more for every host behind them.
        work = asyncssh.connect(settings.asked.host, tunnel=tunnel, client_factory=lambda: client, **arguments)
        connection = await _in_time(work, client, settings, env, trace)
    except asyncio.CancelledError:
        raise
    except Exception as error:  # the library raises what it likes; each becomes a value here
        trace.look(client.connection)
        if isinstance(error, asyncssh.PermissionDenied) or "Too many auth" in str(error):
            trace.keys = await _keys_offered(arguments)
        raise DialFailed(of_error(error, trace)) from None
    trace.look(connection)
    leave_out(connection)
    return Dialled(connection, trace, client.lost)


async def _in_time(
    work: Any, client: _Client, settings: Settings, env: SshEnvironment, trace: Trace
) -> asyncssh.SSHClientConnection:
    """Two deadlines on one piece of work: one to be connected, one to be let in."""
    limits = env.deadlines
    connect_s = min(limits.connect_s, settings.connect_timeout_s or limits.connect_s)
    task: asyncio.Task[asyncssh.SSHClientConnection] = asyncio.ensure_future(work)
    try:
        trace.waited_s = connect_s
        await asyncio.wait({task}, timeout=connect_s)
        if not task.done() and trace.opened:
            trace.waited_s = limits.login_s
            await asyncio.wait({task}, timeout=max(0.0, limits.login_s - connect_s))
    except asyncio.CancelledError:
        abandon(task, hang_up)
        raise
    if task.done():
        return task.result()
    trace.look(client.connection)
    abandon(task, hang_up)
    raise TimeoutError


async def _arguments(settings: Settings, env: SshEnvironment, trace: Trace) -> dict[str, Any]:
    loop = asyncio.get_running_loop()
    files = await loop.run_in_executor(None, env.known_hosts.of, settings.known_hosts)
    trace.known = files.look_up(settings.key_name, settings.port)

    def known(host: str, addr: str, port: int | None) -> tuple[list[asyncssh.SSHKey], ...]:
        found = files.look_up(host, port or DEFAULT_PORT)
        trace.known = found
        return list(found.keys), list(found.authorities), list(found.revoked)

    limits = env.deadlines
    arguments: dict[str, Any] = {
        "config": list(settings.files),
        "known_hosts": known,
        "x509_trusted_certs": None,
        "agent_path": settings.agent,
        "agent_forwarding": False,
        "x11_forwarding": False,
        "request_pty": False,
        "command": None,
        "env": None,
        "send_env": None,
        "compression_algs": ["zlib@openssh.com", "none"] if settings.compression else ["none"],
        "utf8_decode_errors": "replace",
        "login_timeout": limits.login_s + 1,
        "keepalive_interval": limits.keepalive_s,
        "keepalive_count_max": limits.keepalive_count,
        "connect_timeout": None,
    }
    if settings.asked.user:
        arguments["username"] = settings.asked.user
    if settings.asked.port:
        arguments["port"] = settings.asked.port
    if settings.ciphers is None:
        arguments["encryption_algs"] = CIPHERS
    if settings.host_key_algorithms is None:
        arguments["server_host_key_algs"] = host_key_algorithms(trace.known)
    if settings.asked.identity:
        arguments |= await loop.run_in_executor(None, _identity, settings.asked.identity)
    elif settings.identities:
        arguments |= await loop.run_in_executor(None, _identities, settings.identities)
    return arguments


def _identities(paths: tuple[str, ...]) -> dict[str, Any]:
    """As ssh does it: an IdentityFile that is not there is passed over, a lone .pub names a key of the agent."""
    files = [Path(path).expanduser() for path in paths]
    there = [file if file.exists() else Path(f"{file}.pub") for file in files]
    there = [file for file in there if file.exists()]
    if there == files:
        return {}
    return {"client_keys": [str(file) for file in there], "ignore_encrypted": True}


def _identity(path: str) -> dict[str, Any]:
    """Only this key: from its file, or from the agent where the file is locked by a passphrase."""
    file = str(Path(path).expanduser())
    only: dict[str, Any] = {"client_keys": [file], "ignore_encrypted": True}
    for read, name in ((asyncssh.read_public_key, f"{file}.pub"), (asyncssh.read_private_key, file)):
        try:
            return only | {"agent_identities": [read(name).public_data]}
        except (OSError, ValueError):
            continue
    return only | {"agent_path": ""}


def host_key_algorithms(known: Known) -> list[str]:
    """Algorithms to ask the server for: those of the keys we know first, so that it shows the key we can compare."""
    ours = [name.decode() for key in known.keys for name in key.sig_algorithms]
    certificates = [name.decode() for name in get_default_certificate_algs() if not name.startswith(b"ssh-rsa-")]
    first = [name for name in HOST_KEY_ALGORITHMS if name in ours]
    rest = [name for name in HOST_KEY_ALGORITHMS if name not in ours]
    return [*(certificates if known.authorities else ()), *first, *rest]


async def _keys_offered(arguments: dict[str, Any]) -> tuple[str, ...]:
    """The keys that were tried, as a person recognises them: the fingerprint, and where each came from."""
    try:
        options = await asyncssh.SSHClientConnectionOptions.construct(**arguments)
    except (OSError, ValueError, asyncssh.Error):
        return ()
    names = [_key_name(pair, "") for pair in options.client_keys or ()]
    if options.agent_path:
        try:
            names[:0] = await bounded(_agent_keys(options), AGENT_S, _nothing)
        except (OSError, TimeoutError, ValueError, asyncssh.Error):
            names.insert(0, clean(f"{options.agent_path}: –", 120))
    return tuple(names[:8])


async def _agent_keys(options: asyncssh.SSHClientConnectionOptions) -> list[str]:
    agent = await asyncssh.connect_agent(str(options.agent_path))
    try:
        return [_key_name(pair, "ssh-agent") for pair in await agent.get_keys(options.agent_identities)]
    finally:
        agent.close()


def _key_name(pair: asyncssh.SSHKeyPair, source: str) -> str:
    digest = base64.b64encode(hashlib.sha256(pair.key_public_data).digest()).decode().rstrip("=")
    return clean(f"SHA256:{digest} {source or clean_bytes(pair.get_comment_bytes() or b'', 60)}".strip(), 140)


def hang_up(connection: asyncssh.SSHClientConnection) -> None:
    """Close at once and for certain: politely now, by force a moment later."""
    connection.close()
    asyncio.get_running_loop().call_later(1.0, connection.abort)


def _nothing(_: object) -> None:
    """There is nothing to dispose of."""
