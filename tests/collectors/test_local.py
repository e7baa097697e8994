"""This machine's readings against what psutil says of it, and against processes that come, go and have bad names."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from collectors.local_mounts import mount_lines
from duty.readings import Identity, Mounts, Ports, Processes
from duty.site import DiskRule, LineRule, ProcessRule
from tests.support.local import this_machine
from tests.support.screens import until

ROOT = Path(__file__).parents[2]
SLACK = 256 << 20
"""Bytes by which memory in use and a disk may change between two readings while other tests run."""


@contextlib.contextmanager
def program(path: Path, *arguments: str | bytes) -> Iterator[subprocess.Popen[bytes]]:
    """A process under the name ``path``: a copy of sleep."""
    if not path.exists():
        shutil.copy("/bin/sleep", path)
    process = subprocess.Popen([os.fsencode(path), *(arguments or ("600",))])
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def named(name: str, **more: object) -> ProcessRule:
    return ProcessRule("it", name=name, **more)  # type: ignore[arg-type]


async def test_a_sample_lies_between_what_psutil_says_before_and_after() -> None:
    async with this_machine(lines=(LineRule("lo", "lo"),)) as machine:
        before = psutil.cpu_times(), psutil.net_io_counters(pernic=True)["lo"], psutil.virtual_memory()
        with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as line:
            line.sendall(b"x" * 10_000)
            sample = await machine.sample()
        after = psutil.cpu_times(), psutil.net_io_counters(pernic=True)["lo"], psutil.virtual_memory()
    ticks = os.sysconf("SC_CLK_TCK")
    busy = [ticks * (t.user + t.nice + t.system + t.irq + t.softirq + t.steal) for t in (before[0], after[0])]
    waiting = [ticks * t.iowait for t in (before[0], after[0])]
    assert sample.cpu is not None and sample.memory is not None
    assert busy[0] - 1 <= sample.cpu.busy <= busy[1] + 1
    # The kernel's own iowait is known to fall at times.
    assert min(waiting) - 1 <= sample.cpu.iowait <= max(waiting) + 1
    assert sample.cpu.total >= sample.cpu.busy + sample.cpu.iowait
    (lo,) = sample.interfaces
    assert before[1].bytes_recv + 10_000 <= lo.rx_bytes <= after[1].bytes_recv
    assert before[1].bytes_sent + 10_000 <= lo.tx_bytes <= after[1].bytes_sent
    assert (lo.rx_errors, lo.tx_errors, lo.rx_drops, lo.tx_drops) == (
        after[1].errin, after[1].errout, after[1].dropin, after[1].dropout,
    )  # fmt: skip
    assert sample.memory.total == after[2].total
    available = sorted(memory.available for memory in (before[2], after[2]))
    assert available[0] - SLACK <= (sample.memory.available or 0) <= available[1] + SLACK
    assert sample.memory.swap_total == psutil.swap_memory().total
    assert sample.cpus == psutil.cpu_count()
    assert sample.btime is not None and abs(sample.btime - psutil.boot_time()) <= 1
    uptime = float(Path("/proc/uptime").read_text().split()[0])
    assert uptime - 60 < sample.uptime_s <= uptime + 0.01


async def test_the_numbers_of_a_process_are_psutils() -> None:
    busy = "import threading, time; [threading.Thread(target=time.sleep, args=(600,)).start() for _ in range(3)]"
    with subprocess.Popen([sys.executable, "-c", busy, "wk-marked"]) as process:
        try:
            known = psutil.Process(process.pid)
            await until(lambda: known.num_threads() == 4)
            async with this_machine((ProcessRule("it", args="wk-marked"),)) as machine:
                (found,) = (await machine.section("processes", Processes)).found
                sample = await machine.sample(process.pid)
            (stat,) = sample.processes
            ticks = sample.ticks_per_s
            assert (found.pid, found.user, found.open_files) == (process.pid, known.username(), known.num_fds())
            assert found.args.endswith("wk-marked") and "threading" in found.args
            assert stat.start_ticks == found.start_ticks
            assert abs(stat.start_ticks / ticks - (known.create_time() - psutil.boot_time())) < 1.5
            assert (stat.threads, stat.state) == (4, "S")
            # psutil reads it from another file, into which the kernel sums the counts of each thread at another time.
            assert abs(stat.rss_bytes - known.memory_info().rss) <= 1 << 20
            assert abs(stat.cpu_ticks - ticks * sum(known.cpu_times()[:2])) <= 2
        finally:
            process.kill()


async def test_mounts_are_psutils() -> None:
    async with this_machine(disks=(DiskRule("*"),)) as machine:
        read = (await machine.section("mounts", Mounts)).mounts
    assert "/" in {one.mount for one in read}
    for one in read:
        usage = psutil.disk_usage(one.mount)
        assert one.total_bytes == usage.total and one.hanging_s is None
        assert abs((one.used_bytes or 0) - usage.used) <= SLACK
        assert abs((one.available_bytes or 0) - usage.free) <= SLACK


@pytest.mark.parametrize(("family", "address"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
async def test_a_listening_port_and_its_owner(family: socket.AddressFamily, address: str) -> None:
    with socket.create_server((address, 0), family=family) as server:
        port = server.getsockname()[1]
        async with this_machine((named("nothing", ports=(str(port),)),)) as machine:
            await machine.sample(os.getpid())
            ports = await machine.section("ports", Ports)
            assert [one.owners for one in ports.listening if (one.address, one.port) == (address, port)] == [
                (os.getpid(),)
            ]
            assert ports.owners_known
            await machine.sample(1)
            others = await machine.section("ports", Ports)
            assert [one.owners for one in others.listening if (one.address, one.port) == (address, port)] == [()]
            assert others.owners_known == os.access("/proc/1/fd", os.R_OK)


async def test_a_process_starts_ends_and_is_replaced(tmp_path: Path) -> None:
    async with this_machine((named("wk-one"),)) as machine:
        await machine.sample()
        assert (await machine.section("processes", Processes)).found == ()
        with program(tmp_path / "wk-one") as first:
            assert (await machine.sample()).appeared
            (one,) = (await machine.section("processes", Processes)).found
            assert one.pid == first.pid
            seen = await machine.sample(first.pid)
            assert [stat.pid for stat in seen.processes] == [first.pid] and seen.gone == ()
        gone = await machine.sample(first.pid)
        assert gone.gone == (first.pid,) and gone.processes == ()
        assert (await machine.section("processes", Processes)).found == ()
        with program(tmp_path / "wk-one") as second:
            assert (await machine.sample(first.pid)).appeared
            (other,) = (await machine.section("processes", Processes)).found
            assert (other.pid, other.rule) == (second.pid, "it")
            assert other.start_ticks > one.start_ticks


async def test_a_zombie_is_there_and_is_called_one(tmp_path: Path) -> None:
    with program(tmp_path / "wk-dead") as process:
        os.kill(process.pid, signal.SIGKILL)
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        async with this_machine((named("wk-dead"),)) as machine:
            (found,) = (await machine.section("processes", Processes)).found
            (stat,) = (await machine.sample(process.pid)).processes
        assert (found.pid, found.args, stat.state) == (process.pid, "[wk-dead]", "Z")


@pytest.mark.parametrize(
    "name", ["a ) S 1 (b", "a\nb\x1b[2J", "[kworker/0]", "a very long name of a program", "名称名称名"]
)
async def test_names_that_mislead(tmp_path: Path, name: str) -> None:
    with program(tmp_path / name.replace("/", "\u2215"), "600") as process:
        async with this_machine((named(name.replace("/", "\u2215")),)) as machine:
            (found,) = (await machine.section("processes", Processes)).found
            (stat,) = (await machine.sample(process.pid)).processes
    assert (found.pid, stat.start_ticks) == (process.pid, found.start_ticks)
    assert found.args.isprintable()


async def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/wk\xff\xfe"))
    script = tmp_path / "wk-raw"
    script.write_bytes(b"#!/bin/sh\nread x\n")
    script.chmod(0o755)
    with (
        program(path) as binary,
        subprocess.Popen([script, b"\xff\x9b31m\n\xe2\x80\xae"], stdin=subprocess.PIPE) as told,
    ):
        async with this_machine((ProcessRule("raw", args="wk-raw"), ProcessRule("bin", args="wk.. 600"))) as machine:
            found = {one.rule: one for one in (await machine.section("processes", Processes)).found}
        told.communicate()
    assert found["bin"].pid == binary.pid and found["bin"].args.endswith("wk\ufffd\ufffd 600")
    assert found["raw"].args.endswith("wk-raw \ufffd\ufffd31m\u240a\u00b7")


async def test_rules_of_every_kind(tmp_path: Path) -> None:
    pidfile = tmp_path / "pid"
    me = psutil.Process()
    with program(tmp_path / "wk-kinds") as process:
        pidfile.write_text(f"{process.pid}\n")
        cgroup = Path(f"/proc/{process.pid}/cgroup").read_text().split(":", 2)[2].split("\n")[0]
        rules = (
            ProcessRule("user", name="wk-kinds", user=me.username()),
            ProcessRule("uid", name="wk-kinds", user=str(os.getuid())),
            ProcessRule("other", name="wk-kinds", user="nobody-of-that-name"),
            ProcessRule("file", pidfile=str(pidfile)),
            ProcessRule("nofile", pidfile=str(tmp_path / "none")),
            ProcessRule("unit", name="wk-kinds", unit=cgroup.strip("/").rsplit("/", 1)[-1] or "none.service"),
        )
        async with this_machine(rules) as machine:
            read = await machine.section("processes", Processes)
    found = {one.rule for one in read.found if one.pid == process.pid}
    assert found - {"unit"} == {"user", "uid", "file"}
    assert ("unit" in found) == (cgroup != "/")
    assert [(one.subject, str(one.why)) for one in read.failures] == [("nofile", f"{tmp_path}/none cannot be read")]


async def test_an_interface_that_does_not_exist_is_missing_and_not_zero() -> None:
    async with this_machine(lines=(LineRule("lo", "lo"), LineRule("leased", "wk-none0"))) as machine:
        assert [one.name for one in (await machine.sample()).interfaces] == ["lo"]


async def test_it_says_who_it_is() -> None:
    async with this_machine() as machine:
        (identity,) = (one for one in machine.heard.readings if isinstance(one, Identity))
        assert (identity.kernel, identity.hostname) == (os.uname().release, socket.gethostname())
        assert machine.heard.connections[0].user == identity.user == psutil.Process().username()


async def test_a_section_that_hangs_is_asked_once_and_costs_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()

    def stuck(_rules: object) -> Processes:
        release.wait()
        return Processes(())

    monkeypatch.setattr("collectors.local.read_processes", stuck)
    async with this_machine((named("x"),), (DiskRule("*"),)) as machine:
        threads = threading.active_count()
        assert machine.feed.ask_section("processes")
        await until(lambda: threading.active_count() > threads)
        assert not any(machine.feed.ask_section("processes") for _ in range(50))
        assert machine.feed.open_since("processes") is not None
        await machine.sample()
        await machine.section("mounts", Mounts)
        await until(lambda: threading.active_count() == threads + 1)
        release.set()
        await until(lambda: machine.feed.open_since("processes") is None)


def test_a_thread_that_never_returns_does_not_keep_the_program() -> None:
    code = (
        "import asyncio, threading\n"
        "from collectors.aside import aside\n"
        "async def main():\n"
        "    task = asyncio.create_task(aside(threading.Event().wait))\n"
        "    await asyncio.sleep(0.05)\n"
        "    assert threading.active_count() == 2\n"
        "    task.cancel()\n"
        "asyncio.run(main())\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=30, capture_output=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, b"")


def test_the_mount_table() -> None:
    table = (
        b"/dev/sda1 / ext4 rw,relatime 0 0\n"
        b"/dev/sda1 /var/bound ext4 rw 0 0\n"
        b"tmpfs /tmp tmpfs rw 0 0\n"
        b"srv:/x /mnt/a\\040b\\134 nfs4 ro,vers=4 0 0\n"
        b"/dev/sdb1 /d\\012ata\xff xfs ro 0 0\n"
        b"gvfs /run/gvfs fuse.gvfsd-fuse rw 0 0\n"
        b"torn line\n"
        b"tmpfs /mnt/a\\040b\\134 tmpfs rw 0 0\n"
    )
    lines = mount_lines(table, (DiskRule("*"),))
    assert [(line.mount, line.fstype, line.read_only) for line in lines] == [
        ("/", "ext4", False),
        ("/mnt/a b\\", "nfs4", True),
        ("/d\u240aata\ufffd", "xfs", True),
        ("/run/gvfs", "fuse.gvfsd-fuse", False),
    ]
    assert lines[2].point == b"/d\nata\xff"
    named = mount_lines(table, (DiskRule("/tmp"), DiskRule("/var/bound"), DiskRule("/mnt/a b\\")))
    assert [line.mount for line in named if line.wanted] == ["/var/bound", "/tmp", "/mnt/a b\\"]
    assert next(line.fstype for line in named if line.mount == "/mnt/a b\\") == "tmpfs", "the one on top"
