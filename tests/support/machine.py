"""A machine of a test's own: mounts and network interfaces that nobody else sees, behind a real OpenSSH server.

Its namespaces are held by a process that sleeps. The listening socket is on the loopback of everybody; each caller is
given to an ``sshd -i`` inside, as inetd would, so that no address, route or interface of the real machine is touched.
An ordinary user gets the same by a user namespace in which it is root; its sshd runs as this user again.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.support.sshd import OPENSSH, PATIENCE_S, new_key, server_options

SFTP = "/usr/lib/openssh/sftp-server"
ROOT = os.getuid() == 0


class Machine:
    """A running machine. ``port``: where its SSH server is called; ``host_key``: path of its private key."""

    def __init__(self, folder: Path, authorized: Sequence[str]) -> None:
        self.folder = folder
        self.host_key = folder / "host_key"
        new_key(self.host_key)
        (folder / "authorized_keys").write_text("".join(f"{line}\n" for line in authorized))
        (folder / "sshd_config").write_text("\n".join(server_options(folder, self.host_key)) + "\n")
        if ROOT:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        self._log = (folder / "log").open("ab")
        self._calls: list[subprocess.Popen[bytes]] = []
        self._programs: list[subprocess.Popen[bytes]] = []
        own = ["--mount", "--net", "--propagation", "private"]
        inside = "mount -t sysfs sysfs /sys && ip link set lo up && echo ready && exec sleep 100000"
        self._holder = subprocess.Popen(
            ["unshare", *([] if ROOT else ["--user", "--map-root-user"]), *own, "sh", "-c", inside],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=_with_sbin(),
            start_new_session=True,
        )
        assert self._holder.stdout is not None
        if self._holder.stdout.readline() != b"ready\n":
            raise RuntimeError((folder / "log").read_text(errors="replace"))
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        threading.Thread(target=self._answer, daemon=True).start()

    def _answer(self) -> None:
        me = [] if ROOT else ["unshare", "--user", f"--map-user={os.getuid()}", f"--map-group={os.getgid()}"]
        server = [OPENSSH, "-i", "-e", "-f", str(self.folder / "sshd_config")]
        while True:
            try:
                caller, _ = self._socket.accept()
            except OSError:  # the machine ends
                return
            with caller:
                command = [*self._inside(), *me, *server]
                self._calls.append(subprocess.Popen(command, stdin=caller, stdout=caller, stderr=self._log))

    def _inside(self) -> list[str]:
        user = [] if ROOT else ["--user", "--preserve-credentials"]
        return ["nsenter", f"--target={self._holder.pid}", *user, "--mount", "--net"]

    def run(self, *command: str) -> str:
        """What ``command`` prints when it is run on this machine by its root; a failure raises."""
        done = subprocess.run(
            [*self._inside(), *command],
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
            env=_with_sbin(),
        )
        if done.returncode:
            raise RuntimeError(f"{command}: {done.stderr}")
        return done.stdout

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a program on this machine; it is ended with the machine."""
        program = subprocess.Popen(
            [*self._inside(), *command], stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log, env=_with_sbin()
        )
        self._programs.append(program)
        return program

    def stop(self) -> None:
        """End it with all that was started on it."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for process in (*self._programs, *self._calls, self._holder):
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            process.wait(PATIENCE_S)
        self._log.close()


@contextlib.contextmanager
def machine(folder: Path, authorized: Sequence[str]) -> Iterator[Machine]:
    """A machine that lets the keys in ``authorized`` (authorized_keys lines) in."""
    folder.mkdir(parents=True)
    made = Machine(folder, authorized)
    try:
        yield made
    finally:
        made.stop()


class HangingMount:
    """A mount on a machine that can be made to hang: sshfs, whose process is stopped.

    Where no FUSE file system may be mounted (``real`` is false) the mount is a tmpfs and it is the command by which the
    probe reads sizes that hangs, for this mount alone.
    """

    def __init__(self, on: Machine, mount: Path) -> None:
        self.mount = mount
        source = on.folder / "source"
        source.mkdir()
        self._flag = on.folder / "hang"
        server = on.folder / "serve"
        server.write_text(f"#!/bin/sh\nexec {SFTP}\n")
        server.chmod(0o755)
        self._sshfs = on.start("sshfs", "-f", "-o", f"ssh_command={server}", f"far:{source}", str(mount))
        self.real = self._mounted(on)
        if not self.real:
            self._sshfs.kill()
            on.run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(mount))
            self._shim(on)

    def _mounted(self, on: Machine) -> bool:
        end = time.monotonic() + PATIENCE_S
        while self._sshfs.poll() is None and time.monotonic() < end:
            if f" {self.mount} fuse.sshfs " in on.run("cat", "/proc/mounts"):
                return True
            time.sleep(0.02)
        return False

    def _shim(self, on: Machine) -> None:
        stat = os.path.realpath(shutil.which("stat") or "/usr/bin/stat")
        real, shim = on.folder / "stat", on.folder / "shim"
        shutil.copy2(stat, real)
        shim.write_text(
            f'#!/bin/sh\ncase "$*" in *{self.mount}*) while [ -e {self._flag} ]; do sleep 0.1; done;; esac\n'
            f'exec {real} "$@"\n'
        )
        shim.chmod(0o755)
        on.run("mount", "--bind", str(shim), stat)

    def hang(self) -> None:
        """From now on nothing that asks for this mount comes back."""
        if self.real:
            self._sshfs.send_signal(signal.SIGSTOP)
        else:
            self._flag.touch()

    def answer(self) -> None:
        """Everything that waited comes back."""
        if self.real:
            self._sshfs.send_signal(signal.SIGCONT)
        else:
            self._flag.unlink()


def _with_sbin() -> dict[str, str]:
    return {**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}
