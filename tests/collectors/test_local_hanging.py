"""A mount of this machine that does not answer: its own cell says so, one process waits for it, and all else goes on.

Each test runs twice: against a real file system that hangs (where this machine lets a test have one; see
:mod:`tests.support.hanging_mount`), and emulated where the program asks the kernel.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from collectors.local_mounts import MAX_HANGING
from duty.board import DiskView
from duty.disks import judge_disks
from duty.phrases import phrase
from duty.quality import State
from duty.readings import MountReading, Mounts
from duty.site import DiskRule
from tests.support.hanging_mount import BLOCKS, FREE, ROOT, UNIT, hanging

READER = """
import asyncio, json, os, sys, threading
import collectors.local_mounts as mounts
import psutil
from duty.site import DiskRule
mounts.DEADLINE_S = 0.4
async def main():
    reader = mounts.MountReader()
    while (word := (await mounts.aside(sys.stdin.readline)).strip()) == "read":
        read = await reader.read((DiskRule("*"),))
        said = {one.mount: [one.hanging_s, one.total_bytes, one.used_bytes] for one in read.mounts}
        askers = [one.pid for one in psutil.Process().children() if one.status() != psutil.STATUS_ZOMBIE]
        failures = [str(one.why) for one in read.failures]
        print(json.dumps([os.getpid(), said, askers, threading.active_count(), failures]), flush=True)
    await reader.close()
asyncio.run(main())
"""
PATIENCE_S = 20


class Console:
    """A program that reads the mounts of its machine whenever it is told to."""

    def __init__(self, folder: Path, *, emulated: bool, code: str = READER) -> None:
        self.hang = Path(f"{folder}.hang")
        before, preamble = hanging(folder, emulated=emulated)
        self.process = subprocess.Popen(
            [*before, sys.executable, "-c", preamble + code],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
        )  # fmt: skip

    def read(self) -> tuple[dict[str, list[Any]], list[int], int, list[str]]:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write("read\n")
        self.process.stdin.flush()
        self.pid, said, askers, threads, failures = json.loads(self.process.stdout.readline())
        return said, askers, threads, failures

    def end(self) -> int:
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.process.wait(PATIENCE_S)


@pytest.fixture
def folder(own_world: Path) -> Path:
    folder = own_world / "served"
    folder.mkdir()
    return folder


@pytest.fixture(params=[True, False], ids=["emulated", "real"])
def console(request: pytest.FixtureRequest, folder: Path) -> Iterator[Console]:
    console = Console(folder, emulated=request.param)
    yield console
    console.hang.unlink(missing_ok=True)
    console.process.kill()
    console.process.wait()
    for pipe in (console.process.stdin, console.process.stdout):
        if pipe is not None and not pipe.closed:
            pipe.close()


def test_only_its_own_cell_and_one_process_that_waits(console: Console, folder: Path) -> None:
    well = [None, BLOCKS * UNIT, (BLOCKS - FREE) * UNIT]
    said, askers, _, _ = console.read()
    assert said[str(folder)] == well and len(askers) == 1
    console.hang.touch()
    waited = []
    for _ in range(4):
        said, askers, threads, failures = console.read()
        seconds, *sizes = said[str(folder)]
        waited.append(seconds)
        assert sizes == [None, None] and failures == []
        assert said["/"][0] is None and said["/"][1] > 0, "the other mounts are read"
        assert len(askers) <= 2, "one that waits, one that is asked: never more, however long it hangs"
        assert threads <= 2, "the one of the test's own input, and the loop's"
    assert waited == sorted(waited) and waited[0] >= 0.4
    console.hang.unlink()
    while (said := console.read()[0])[str(folder)] != well:
        assert said[str(folder)][0] > waited[-1]
    assert len(console.read()[1]) == 1, "the process that waited is not kept besides the other"


def test_the_end_does_not_wait_for_it(console: Console, folder: Path) -> None:
    console.read()
    console.hang.touch()
    said, askers, _, _ = console.read()
    assert said[str(folder)][0] is not None
    assert console.end() == 0
    console.hang.unlink()
    until_gone(askers)


def test_killing_the_watch_leaves_no_process(console: Console) -> None:
    _, askers, _, _ = console.read()
    os.kill(console.pid, signal.SIGKILL)
    until_gone(askers)


def until_gone(pids: list[int]) -> None:
    end = time.monotonic() + PATIENCE_S
    while alive := [pid for pid in pids if not ended(pid)]:
        assert time.monotonic() < end, f"still there: {alive}"
        time.sleep(0.02)


def ended(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


MANY = """
import collectors.local_mounts as mounts
mounts.PROGRAM = "import time; time.sleep(600)"
mounts.SOON_S = 0.01
table = b"".join(b"srv:/%d /mnt/%d nfs4 rw 0 0\\n" % (n, n) for n in range(40))
_lines = mounts.mount_lines
mounts.mount_lines = lambda _, rules: _lines(table, rules)
"""


def test_a_dead_server_of_many_mounts_takes_a_bounded_number_of_processes(folder: Path) -> None:
    console = Console(folder, emulated=True, code=MANY + READER)
    try:
        for _ in range(2):
            said, askers, _, failures = console.read()
            assert len(askers) == MAX_HANGING
            assert sum(1 for seconds, *_ in said.values() if seconds is not None) == MAX_HANGING
            assert failures == [f"not asked: {MAX_HANGING} mounts hang already"] * (41 - MAX_HANGING)
        assert console.end() == 0
        until_gone(askers)
    finally:
        console.process.kill()


def test_one_whose_process_dies_is_a_failure_and_asked_anew(folder: Path) -> None:
    dying = 'import os, collectors.local_mounts as mounts; good = mounts.PROGRAM; mounts.PROGRAM = "raise SystemExit"\n'
    console = Console(folder, emulated=True, code=dying + READER)
    try:
        said, askers, _, failures = console.read()
        assert said["/"] == [None, None, None]
        until_gone(askers)
        assert "/: Broken pipe" in failures or "/: Connection reset by peer" in failures
        assert console.end() == 0
    finally:
        console.process.kill()


def test_how_it_is_judged() -> None:
    """As on any other host: hanging is to be acted on; what could not be asked is unknown, and is not absent."""
    rules = (DiskRule("/mnt/a", required=True), DiskRule("/mnt/b", required=True))
    views: tuple[DiskView, ...] = judge_disks(
        rules,
        Mounts(
            (MountReading("/mnt/a", "s", "nfs4", False, hanging_s=61.2), MountReading("/mnt/b", "s", "nfs4", False))
        ),
        1.0,
    )
    assert [(one.mount, one.condition, one.state, one.why) for one in views] == [
        ("/mnt/a", "hanging", State.ACT, (phrase("does not answer for {seconds} s", seconds=61),)),
        ("/mnt/b", "ok", State.UNKNOWN, (phrase("its size could not be read"),)),
    ]
