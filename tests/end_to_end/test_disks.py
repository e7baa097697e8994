"""Mounts that fill up, and one that stops answering."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from duty.quality import State
from tests.end_to_end.conftest import INTERVAL_S, ROOT_DISK, SLOW_S, Desk, Program, Site
from tests.support.machine import HangingMount, Machine, machine
from tests.support.sshd import openssh
from tests.support.witness import Witness

FAR, FULL = "/mnt", "/srv"
"""Empty by the standard, and covered on the machine alone."""
PAGES = 400
LEVELS = "used = { warn = 50, act = 80 }"
HANGING_S = 4.0
"""The probe's deadline for one mount."""


def fill(on: Machine, share: int) -> None:
    """Let this share of the small tmpfs be in use, in percent."""
    on.run("fallocate", "--length", str(PAGES * 4096 * share // 100), f"{FULL}/orders.log")


async def test_a_mount_hangs_and_another_fills(site: Site, program: Callable[[str], Program], tmp_path: Path) -> None:
    order = program("order-gw")
    with machine(tmp_path / "a", site.allowed) as struck, openssh(tmp_path / "b", site.allowed) as b:
        far = HangingMount(struck, Path(FAR))
        struck.run("mount", "-t", "tmpfs", "-o", f"size={PAGES * 4}k", "tmpfs", FULL)
        disks = f'{{ mount = "{FAR}", used = "off", inodes = "off" }}, {{ mount = "{FULL}", {LEVELS} }}'
        site.host("struck", struck, order.rule, f"disks = [{disks}]", "lines = ['lo']")
        site.host("well", b, order.rule, ROOT_DISK)
        async with site.watched() as desk:
            witness = desk.witness
            await desk.shows("5 Disks", "●O /mnt", "struck", "%")
            far.hang()
            fault = time.time()
            seen = await witness.first(lambda s: s.disk("struck", FAR).condition == "hanging", fault)
            desk.seen_in_time(seen.at, fault, on_delay_s=HANGING_S, interval_s=SLOW_S)
            hanging = seen.disk("struck", FAR)
            assert hanging.state is State.ACT and hanging.used_percent is None, "missing is not zero"
            await desk.shows("5 Disks", "■A /mnt", "struck", "does not answer for", " s")
            await desk.shows("1 Fleet", "■A struck", "/mnt: does not answer for")

            await _another_fills(desk, struck)
            await witness.goes_on("struck", "well", since=fault)
            now = witness.now
            assert now.disk("struck", FAR).condition == "hanging"
            process, line = now.process("struck", "order-gw"), now.line("struck", "lo")
            assert process.state is State.OK and (now.hosts["struck"].read_at or 0.0) > seen.at
            assert line.in_bps is not None and line.read_at is not None and line.read_at > seen.at
            await desk.reads("2 good")
            longest, since = _hanging_since(witness)
            assert longest > HANGING_S and max(since) - min(since) < 1.5, "it says since when"
            assert fault - 1 < since[0] < fault + 2 * SLOW_S + witness.lateness(fault, seen.at, "well", INTERVAL_S)

            far.answer()
            back = time.time()
            seen = await witness.first(lambda s: s.disk("struck", FAR).condition == "ok", back)
            assert seen.disk("struck", FAR).total_bytes
            await desk.shows("5 Disks", "●O /mnt", "struck")
            struck.run("rm", f"{FULL}/orders.log")
            emptied = time.time()
            seen = await witness.first(lambda s: s.disk("struck", FULL).state is State.OK, emptied)
            desk.seen_in_time(seen.at, emptied, interval_s=SLOW_S)
            await desk.shows("5 Disks", f"●O {FULL}", "struck", "0%")
            await desk.shows("1 Fleet", "●O struck")


async def _another_fills(desk: Desk, struck: Machine) -> None:
    for share, state, sign, level in ((60, State.WARN, "▲W", 50), (90, State.ACT, "■A", 80)):
        fault = time.time()
        fill(struck, share)
        seen = await desk.witness.first(lambda s, state=state: s.disk("struck", FULL).state is state, fault)
        desk.seen_in_time(seen.at, fault, interval_s=SLOW_S)
        words = f"{share} % full (limit {level} %)"
        assert [str(why) for why in seen.disk("struck", FULL).why] == [words]
        assert seen.disk("struck", FAR).condition == "hanging"
        await desk.shows("5 Disks", f"{sign} {FULL}", "struck", f"{share}%", words)


def _hanging_since(witness: Witness) -> tuple[float, list[float]]:
    """The longest time for which the mount was said to hang, and since when, as each board has it."""
    disks = [board.disk("struck", FAR) for board in witness.boards]
    hung = [disk for disk in disks if disk.condition == "hanging"]
    told = [(disk.read_at or 0.0, float(str(disk.why[0].values["seconds"]))) for disk in hung]
    return max(seconds for _at, seconds in told), [at - seconds for at, seconds in told]
