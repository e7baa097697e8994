"""Keys and SSH configuration of a practice fleet: made anew at each start, readable by their owner only."""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from pathlib import Path

import asyncssh

from practice.models import MachineModel

USER = "watch"
ADDRESS = "127.0.0.1"
CLIENT_KEY = "client_key"
SSH_CONFIG = "ssh_config"
KNOWN_HOSTS = "known_hosts"
AUTHORITY = "authority.pem"

_COMMON = """
Host *
  HostName {address}
  User {user}
  IdentityFile "{identity}"
  IdentitiesOnly yes
  UserKnownHostsFile "{known_hosts}"
"""


def new_key() -> asyncssh.SSHKey:
    """A fresh host or client key."""
    return asyncssh.generate_private_key("ssh-ed25519")


def public_line(key: asyncssh.SSHKey) -> str:
    """``algorithm base64``, as known_hosts has it."""
    return " ".join(key.export_public_key().decode().split()[:2])


class Papers:
    """The files of one fleet in a directory of their own."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.client_key = directory / CLIENT_KEY
        self.ssh_config = directory / SSH_CONFIG
        self.known_hosts = directory / KNOWN_HOSTS
        self.authority = directory / AUTHORITY

    def write_client_key(self) -> asyncssh.SSHKey:
        """Make the key that all machines let in, and keep its private half here."""
        key = new_key()
        _write(self.client_key, key.export_private_key())
        return key

    def write_addresses(self, ports: Mapping[str, int], keys: Mapping[str, asyncssh.SSHKey]) -> None:
        """Say where each machine is and which key it shows."""
        config = "".join(f"Host {host}\n  Port {port}\n" for host, port in ports.items()) + _COMMON.format(
            address=ADDRESS, user=USER, identity=_literal(self.client_key), known_hosts=_literal(self.known_hosts)
        )
        known = "".join(f"[{ADDRESS}]:{port} {public_line(keys[host])}\n" for host, port in ports.items())
        _write(self.ssh_config, config.encode())
        _write(self.known_hosts, known.encode())

    def write_authority(self, pem: bytes) -> None:
        """Say who vouches for the fleet's certificates."""
        _write(self.authority, pem)

    def server_context(self, pem: bytes) -> ssl.SSLContext:
        """The context of a server that shows this certificate; its key is on disk no longer than it takes to read."""
        file = self.directory / "server.pem"
        _write(file, pem)
        try:
            made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            made.load_cert_chain(file)
        finally:
            file.unlink()
        return made

    def remove(self) -> None:
        """Take away what was written, and the directory if nothing else is in it."""
        for path in (self.client_key, self.ssh_config, self.known_hosts, self.authority):
            path.unlink(missing_ok=True)
        try:
            self.directory.rmdir()
        except OSError:
            pass


def forwardable(models: tuple[MachineModel, ...], ports: Mapping[str, int]) -> frozenset[int]:
    """The ports a jump host may connect to: those of the machines behind it, nothing else of this computer."""
    return frozenset(ports[model.id] for model in models if not model.jump)


def _literal(path: Path) -> str:
    """A path as ssh_config reads it back: its percent signs are not tokens."""
    return str(path).replace("%", "%%")


def _write(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
