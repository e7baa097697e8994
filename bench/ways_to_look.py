"""Ways to look at a host, for probe_cost.py: each is asked, waits for the whole answer, and says what it has used."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import psutil

from collectors import probe
from collectors.answers import AnswerReader, Ready, SampleAnswer
from collectors.feed import Section
from duty.site import HostSpec, LineRule, ProcessRule
from tests.support.probes import path_with_awk
from tests.support.sshd import USER, Server, free_port, new_key, openssh, public

WATCHED = 20
RULES = 5
INTERFACES = list(psutil.net_io_counters(pernic=True))[:3]
LIMIT_S = 60.0
TICKS = os.sysconf("SC_CLK_TCK")
# The group ends when our end of the pipe closes: after any death of this program, kill -9 too.
TETHER = "read -r _; trap '' TERM; kill -TERM 0; wait"


class Way(Protocol):
    """One way to look at a host."""

    name: str

    def ask(self) -> int:
        """Ask once, wait for the whole answer; bytes."""

    def writes(self) -> int:
        """Writes of answers so far."""

    def cpu_ms(self) -> float:
        """User and system time so far, of everything it runs."""

    def sshd_ms(self) -> float | None:
        """The same of an SSH server in between, if there is one."""

    def pss_kb(self) -> int:
        """What stays resident between two looks."""


def clock_ms(pids: Sequence[int]) -> float:
    """CPU time of these processes, all their threads; ended children's in the kernel's ticks."""
    own = sum(time.clock_gettime((~pid << 3) | 2) for pid in pids)  # clock_getcpuclockid(3)
    ended = 0.0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        ended += (int(fields[13]) + int(fields[14])) / TICKS
    return 1e3 * (own + ended)


def tree_ms(pid: int) -> float:
    """CPU time of a process and all it has started, ended or not."""
    total = 0.0
    for one in family(pid):
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{one}/stat").read_bytes().rpartition(b")")[2].split()
            total += 1e3 * sum(map(int, fields[11:15])) / TICKS
    return total


def pss_kb(pids: Sequence[int]) -> int:
    """Resident memory, shared pages divided among those who share them."""
    lines = (line for pid in pids for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines())
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def family(pid: int) -> list[int]:
    return [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]


# --- the ways -----------------------------------------------------------------------------------------------------


class Resident:
    """A process that answers lines on its input; each write of it arrives apart from the next."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str] | None = None) -> None:
        self.name = name
        self.ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.ours.settimeout(LIMIT_S)
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=theirs, stderr=subprocess.DEVNULL, env=environment
        )
        theirs.close()
        self.pids = [self.process.pid]
        self._writes = 0

    def say(self, data: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def hear(self) -> bytes:
        data = self.ours.recv(1 << 20)
        if not data:
            raise SystemExit(f"{self.name}: ended")
        self._writes += 1
        return data

    def writes(self) -> int:
        return self._writes

    def cpu_ms(self) -> float:
        return clock_ms(self.pids)

    def sshd_ms(self) -> float | None:
        return None

    def pss_kb(self) -> int:
        return pss_kb(self.pids)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self.ours.close()


class ProbeWay(Resident):
    """The probe as the console starts and asks it."""

    def __init__(self, name: str, command: list[str], path: str, watched: Sequence[int]) -> None:
        super().__init__(name, command, {**os.environ, "PATH": path})
        self.seq = 0
        self._reader = AnswerReader()
        self.say(probe.opening())
        while not any(isinstance(answer, Ready) for answer in self._reader.feed(self.hear())):
            pass
        rules = tuple(ProcessRule(f"app-{n}", name="sleep", args=f"sleep 3600{n}") for n in range(RULES))
        spec = HostSpec("h", "h", processes=rules, lines=tuple(LineRule(n, n) for n in INTERFACES))
        self.say(probe.setup(spec) + probe.watch(tuple(watched)))
        self.check()
        self.pids = family(self.process.pid)

    def check(self) -> None:
        """What is measured must be an answer that the console understands."""
        answers: list[object] = []
        self.seq += 1
        self.say(probe.ask_sample(self.seq))
        while not answers:
            answers += self._reader.feed(self.hear())
        answer = answers[0]
        good = isinstance(answer, SampleAnswer) and len(answer.sample.processes) == WATCHED
        if not good or answer.sample.failures:  # type: ignore[attr-defined]
            raise SystemExit(f"{self.name}: {answer}")

    def ask(self) -> int:
        self.seq += 1
        self.say(probe.ask_sample(self.seq))
        end = b"\n=E %d " % self.seq
        data = self.hear()
        while end not in data or data[-1:] != b"\n":
            data += self.hear()
        return len(data)

    def section_ms(self, name: Section, times: int) -> float:
        """CPU of a slow section, the mean of so many. The kernel counts ended processes in ticks of 10 ms."""
        before = tree_ms(self.process.pid)
        for _ in range(times):
            self.seq += 1
            self.say(probe.ask_section(self.seq, name))
            end = b"=e %d %s " % (self.seq, name.encode())
            data = b""
            while end not in data:
                data += self.hear()
        return (tree_ms(self.process.pid) - before) / times


def probe_command(shell: str) -> list[str]:
    program = "busybox sh" if shell == "busybox" else shell
    return ["/bin/sh", "-c", probe.exec_command().replace("exec /bin/sh", f"exec {program}", 1)]


class SshWay(ProbeWay):
    """The probe through a real OpenSSH server: its CPU beside the server's."""

    def __init__(self, name: str, command: list[str], watched: Sequence[int], server: Server) -> None:
        super().__init__(name, command, os.environ["PATH"], watched)
        assert server.process is not None
        self.sshd = [one.pid for one in server.sessions()]
        self.pids = [pid for pid in family(server.process.pid)[1:] if pid not in self.sshd]

    def sshd_ms(self) -> float | None:
        return clock_ms(self.sshd)


PSUTIL = """
import json, psutil, sys
watched = [psutil.Process(int(pid)) for pid in sys.argv[1].split(',')]
names = sys.argv[2].split(',')
for line in sys.stdin:
    found = []
    for one in watched:
        with one.oneshot():
            times, memory = one.cpu_times(), one.memory_info()
            found.append((one.pid, one.status(), one.num_threads(), times[:2], one.create_time(), memory.rss))
    counters = psutil.net_io_counters(pernic=True, nowrap=False)
    seen = [psutil.boot_time(), psutil.getloadavg(), psutil.cpu_count(), psutil.cpu_times(), psutil.virtual_memory()]
    seen += [psutil.swap_memory(), {name: counters[name] for name in names}, found]
    sys.stdout.write(json.dumps(seen) + "\\n")
    sys.stdout.flush()
"""


class PsutilWay(Resident):
    """A python3 that stays, with psutil."""

    def __init__(self, watched: Sequence[int]) -> None:
        pids, names = ",".join(map(str, watched)), ",".join(INTERFACES)
        super().__init__("psutil", [sys.executable, "-c", PSUTIL, pids, names])

    def ask(self) -> int:
        self.say(b"\n")
        data = self.hear()
        while data[-1:] != b"\n":
            data += self.hear()
        return len(data)


class PlainWay:
    """A new command each time, as most scripts do over SSH."""

    name = "cat; df; ps"
    COMMAND = (
        "cat /proc/uptime /proc/loadavg /proc/stat /proc/meminfo /proc/net/dev; df -P -k; "
        "ps -eo pid,stat,nlwp,time,lstart,rss,args"
    )

    def __init__(self) -> None:
        self._writes, self._cpu = 0, 0.0

    def ask(self) -> int:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with ours, theirs:
            actions = [
                (os.POSIX_SPAWN_DUP2, theirs.fileno(), 1),
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
            ]
            pid = os.posix_spawn("/bin/sh", ["sh", "-c", self.COMMAND], os.environ, file_actions=actions)
            theirs.close()
            size = 0
            while data := ours.recv(1 << 20):
                size += len(data)
                self._writes += 1
            _, _, used = os.wait4(pid, 0)
        self._cpu += 1e3 * (used.ru_utime + used.ru_stime)
        return size

    def writes(self) -> int:
        return self._writes

    def cpu_ms(self) -> float:
        return self._cpu

    def sshd_ms(self) -> float | None:
        return None

    def pss_kb(self) -> int:
        return 0

    def close(self) -> None:
        """Nothing stays."""


class ExporterWay:
    """node_exporter with its default collectors, scraped over one kept connection."""

    name = "node_exporter"

    def __init__(self) -> None:
        port = free_port()
        self.tether = tethered(
            '"$@" >/dev/null 2>&1 &', "prometheus-node-exporter", f"--web.listen-address=127.0.0.1:{port}"
        )
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LIMIT_S)
        end = time.monotonic() + LIMIT_S
        while True:
            try:
                self.ask()
                break
            except OSError:
                self.connection.close()
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)
        self.pids = [child.pid for child in psutil.Process(self.tether.pid).children()]

    def ask(self) -> int:
        self.connection.request("GET", "/metrics")
        return len(self.connection.getresponse().read())

    def writes(self) -> int:
        return sum(psutil.Process(pid).io_counters().write_count for pid in self.pids)

    def cpu_ms(self) -> float:
        return clock_ms(self.pids)

    def sshd_ms(self) -> float | None:
        return None

    def pss_kb(self) -> int:
        return pss_kb(self.pids)

    def close(self) -> None:
        self.connection.close()
        untie(self.tether)


# --- processes that end with the bench ----------------------------------------------------------------------------


def tethered(script: str, *arguments: str) -> subprocess.Popen[bytes]:
    """A shell script in a group of its own, which is ended whole when we close the pipe or die."""
    command = ["/bin/sh", "-c", f"{script}\necho; {TETHER}", "sh", *arguments]
    tied = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
    assert tied.stdout is not None
    tied.stdout.readline()
    return tied


def untie(tied: subprocess.Popen[bytes]) -> None:
    """End the group; the shell waits for all of it."""
    assert tied.stdin is not None and tied.stdout is not None
    tied.stdin.close()
    tied.wait()
    tied.stdout.close()


@contextlib.contextmanager
def crowd(total: int) -> Iterator[list[int]]:
    """Sleeping processes until the machine has ``total``, but as many as are watched at least; the pids of these."""
    others = max(0, total - len(psutil.pids()) - WATCHED - 1)
    script = f"""
        n=0; while [ $n -lt {WATCHED} ]; do sleep 3600$((n % {RULES})) & n=$((n+1)); done
        n=0; while [ $n -lt {others} ]; do sleep 36009 & n=$((n+1)); done"""
    tied = tethered(script)
    try:
        yield sorted(child.pid for child in psutil.Process(tied.pid).children())[:WATCHED]
    finally:
        untie(tied)


@contextlib.contextmanager
def through_sshd(folder: Path, watched: Sequence[int]) -> Iterator[SshWay]:
    """dash and mawk through an OpenSSH server on loopback and the ssh of this machine."""
    with tempfile.TemporaryDirectory(dir=folder) as own:
        key, known = Path(own) / "key", Path(own) / "known_hosts"
        new_key(key)
        with openssh(Path(own) / "server", [public(key)]) as server:
            known.write_text(f"[127.0.0.1]:{server.port} {public(server.host_key)}\n")
            path = path_with_awk(folder / "path-mawk", "mawk")
            remote = probe.exec_command().replace("exec /bin/sh", f"exec env PATH={path} dash", 1)
            options = [f"-oUserKnownHostsFile={known}", "-oBatchMode=yes", "-oIdentitiesOnly=yes"]
            ssh = ["ssh", "-T", "-F", os.devnull, "-i", str(key), *options, "-p", str(server.port)]
            with contextlib.closing(
                SshWay("through sshd", [*ssh, f"{USER}@127.0.0.1", remote], watched, server)
            ) as way:
                yield way
