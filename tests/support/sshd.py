"""Real SSH servers on loopback, started and ended by a test: OpenSSH and dropbear, with keys of their own.

The login is whoever runs the tests. Where a login needs another home or shell than this person's, the server runs in
a mount namespace of its own in which /etc/passwd says so; nothing of the machine is touched.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import pwd
import shlex
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import asyncssh
import psutil

OPENSSH = "/usr/sbin/sshd"
DROPBEAR = "/usr/sbin/dropbear"
PATIENCE_S = 20.0
USER = getpass.getuser()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def new_key(path: Path, comment: str = "", algorithm: str = "ssh-ed25519") -> asyncssh.SSHKey:
    """A key pair as ``path`` and ``path.pub``."""
    key = asyncssh.generate_private_key(algorithm, comment=comment or path.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(key.export_private_key("openssh"))
    path.chmod(0o600)
    Path(f"{path}.pub").write_bytes(key.export_public_key("openssh"))
    return key


def public(path: Path) -> str:
    """Algorithm and base64 of the key pair ``path``."""
    return " ".join(Path(f"{path}.pub").read_text().split()[:2])


@dataclass
class Server:
    """A running server. ``host_key``: path of its private key."""

    folder: Path
    port: int
    host_key: Path
    command: list[str] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        log = (self.folder / "log").open("ab")
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
        end = time.monotonic() + PATIENCE_S
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError((self.folder / "log").read_text(errors="replace"))
            time.sleep(0.01)

    def sessions(self) -> list[psutil.Process]:
        """The server's processes that serve connections: not the listening one, not what they run."""
        if self.process is None:
            return []
        found = []
        with contextlib.suppress(psutil.Error):
            for child in psutil.Process(self.process.pid).children(recursive=True):
                with contextlib.suppress(psutil.Error):
                    if child.name().startswith(("sshd", "dropbear")):
                        found.append(child)
        return found

    def signal_sessions(self, number: int) -> None:
        for one in self.sessions():
            with contextlib.suppress(psutil.Error):
                one.send_signal(number)

    def stop(self) -> None:
        """Kill it and all it has started, as a crash would."""
        if self.process is None:
            return
        family = [self.process.pid]
        with contextlib.suppress(psutil.Error):
            family += [child.pid for child in psutil.Process(self.process.pid).children(recursive=True)]
        for pid in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(PATIENCE_S)
        self.process = None


def with_login(
    folder: Path, command: Sequence[str], home: Path, shell: str, instead: Mapping[str, str] | None = None
) -> list[str]:
    """``command`` in a mount namespace where our login has this home and shell, and other programs stand ``instead``
    of some: ``{"/bin/sh": "/usr/bin/mksh"}``."""
    me = pwd.getpwuid(os.getuid())
    lines = Path("/etc/passwd").read_text().splitlines()
    mine = f"{me.pw_name}:x:{me.pw_uid}:{me.pw_gid}:{me.pw_gecos}:{home}:{shell}"
    passwd = folder / "passwd"
    passwd.write_text("\n".join(mine if line.startswith(f"{me.pw_name}:") else line for line in lines) + "\n")
    binds = {"/etc/passwd": str(passwd), **(instead or {})}
    bind = " && ".join(f"mount --bind {shlex.quote(other)} {shlex.quote(place)}" for place, other in binds.items())
    if os.getuid() == 0:
        return ["unshare", "--mount", "sh", "-c", f"{bind} && exec {shlex.join(command)}"]
    back = ["unshare", "--user", f"--map-user={os.getuid()}", f"--map-group={os.getgid()}", *command]
    return ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", f"{bind} && exec {shlex.join(back)}"]


def server_options(folder: Path, host_key: Path) -> list[str]:
    """The lines of an sshd_config that every server here has."""
    return [
        f"HostKey {host_key}",
        f"AuthorizedKeysFile {folder}/authorized_keys",
        f"PidFile {folder}/pid",
        "StrictModes no",
        "PasswordAuthentication no",
        "KbdInteractiveAuthentication no",
        "PermitRootLogin yes",
        "UsePAM no",
        "UseDNS no",
        "PrintMotd no",
    ]


@contextlib.contextmanager
def openssh(
    folder: Path,
    authorized: Sequence[str],
    options: Sequence[str] = (),
    *,
    home: Path | None = None,
    shell: str = "/bin/sh",
    host_key: Path | None = None,
    instead: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """An OpenSSH server that lets the keys in ``authorized`` (authorized_keys lines) in."""
    folder.mkdir(parents=True, exist_ok=True)
    key = host_key or folder / "host_key"
    if not key.exists():
        new_key(key)
    (folder / "authorized_keys").write_text("".join(f"{line}\n" for line in authorized))
    port = free_port()
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    lines = [*options, f"Port {port}", "ListenAddress 127.0.0.1", *server_options(folder, key)]
    (folder / "sshd_config").write_text("\n".join(lines) + "\n")
    command = [OPENSSH, "-D", "-e", "-f", str(folder / "sshd_config")]
    if home is not None or instead:
        command = with_login(folder, command, home or folder, shell, instead)
    yield from _running(Server(folder, port, key, command))


@contextlib.contextmanager
def dropbear(
    folder: Path, authorized: Sequence[str], *, shell: str = "/bin/sh", instead: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """A dropbear server; its logins have a home in ``folder``, for it reads authorized_keys nowhere else."""
    home = folder / "home"
    (home / ".ssh").mkdir(parents=True, mode=0o700)
    home.chmod(0o700)
    listed = home / ".ssh" / "authorized_keys"
    listed.write_text("".join(f"{line}\n" for line in authorized))
    listed.chmod(0o600)
    key = folder / "host_key"
    subprocess.run(["dropbearkey", "-t", "ed25519", "-f", str(key)], check=True, capture_output=True)
    shown = subprocess.run(["dropbearkey", "-y", "-f", str(key)], check=True, capture_output=True, text=True).stdout
    Path(f"{key}.pub").write_text(next(line for line in shown.splitlines() if line.startswith("ssh-")) + "\n")
    port = free_port()
    command = [DROPBEAR, "-F", "-E", "-m", "-s", "-r", str(key), "-p", f"127.0.0.1:{port}", "-P", str(folder / "pid")]
    yield from _running(Server(folder, port, key, with_login(folder, command, home, shell, instead)))


def _running(server: Server) -> Iterator[Server]:
    server.start()
    try:
        yield server
    finally:
        server.stop()
