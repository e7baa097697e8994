"""A real PostgreSQL for tests: a cluster in a folder of its own, on a Unix socket, gone with its tests.

The server refuses to run as root, so root's tests start it as ``nobody``. It is told not to wait for the disk: tests
kill programs, not machines.
"""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.server import Server

FAST = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "16MB", "max_connections": "30", "jit": "off"}
_numbers = itertools.count(1)


def programs() -> Path | None:
    """The folder of PostgreSQL's own programs; ``None`` where it is not installed. Debian's PATH has it not."""
    found = shutil.which("initdb")
    candidates = [Path(found).resolve().parent] if found else []
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in candidates if (folder / "postgres").exists()), None)


class Cluster:
    """A server that runs."""

    def __init__(self, folder: Path, bin_folder: Path, *, durable: bool = False) -> None:
        self.folder, self._bin, self._durable = folder, bin_folder, durable
        self.data = folder / "data"

    def create(self) -> None:
        """Make the files of the cluster."""
        if os.geteuid() == 0:
            user = pwd.getpwnam("nobody")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        self._run("initdb", "-D", str(self.data), "-U", "wk", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")

    def start(self) -> None:
        """Start it and wait until it answers."""
        settings = {"listen_addresses": "''", "unix_socket_directories": f"'{self.folder}'"}
        if not self._durable:
            settings |= FAST
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        log = self.folder / "log"
        self._run("pg_ctl", "-D", str(self.data), "-l", str(log), "-w", "-t", "60", "-o", options, "start")

    def stop(self) -> None:
        """End it at once, as after a power cut."""
        self._run("pg_ctl", "-D", str(self.data), "-m", "immediate", "-w", "stop")

    @property
    def pid(self) -> int:
        """The process of the server."""
        return int((self.data / "postmaster.pid").read_text().split("\n")[0])

    def store(self) -> Server:
        """An empty place for a store: a schema of its own."""
        import psycopg

        name = f"wk{next(_numbers)}"
        with psycopg.connect(host=str(self.folder), user="wk", dbname="postgres", autocommit=True) as raw:
            raw.execute(f"CREATE SCHEMA {name}")
        return Server(f"postgresql://wk@/postgres?host={self.folder}&options=-csearch_path%3D{name}")

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._bin / program), *arguments]
        as_user = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
        with (self.folder / f"{program}.out").open("ab") as out:
            try:
                subprocess.run(command, check=True, stdout=out, stderr=out, cwd="/", **as_user)  # type: ignore[call-overload]
            except subprocess.CalledProcessError as failed:
                raise RuntimeError(Path(out.name).read_text("utf-8", "replace")[-2000:]) from failed


@contextmanager
def cluster(*, durable: bool = False) -> Iterator[Cluster]:
    """A running cluster; ``durable`` leaves its settings as PostgreSQL's own."""
    bin_folder = programs()
    if bin_folder is None:
        raise FileNotFoundError("PostgreSQL is not installed: apt install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="wk-pg-", dir="/tmp"))
    made = Cluster(folder, bin_folder, durable=durable)
    try:
        made.create()
        made.start()
        try:
            yield made
        finally:
            if (made.data / "postmaster.pid").exists():
                made.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
