"""A line whose interface is taken down, whose cable is out, which is gone and comes back anew."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

from duty.quality import State
from tests.end_to_end.conftest import Desk, Program, Site
from tests.support.machine import Machine, machine
from tests.support.sshd import openssh
from tests.support.witness import Seen

INTERFACE, FAR = "gold1", "far1"
SENT_BPS = 50 * 1_042 * 8
"""Bits per second that go out: packets of 1,000 bytes with their heads, at most 50 a second."""
TRAFFIC = """
import socket, time
line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
while True:
    try:
        line.sendto(bytes(1000), ("10.199.0.2", 9))
    except OSError:
        pass
    time.sleep(0.02)
"""


def plug_in(on: Machine) -> None:
    """The interface and its far end, up. What is sent to the other side leaves through it."""
    on.run("ip", "link", "add", INTERFACE, "type", "veth", "peer", "name", FAR)
    on.run("ip", "address", "add", "10.199.0.1/24", "dev", INTERFACE)
    bring_up(on)


def bring_up(on: Machine) -> None:
    for end in (FAR, INTERFACE):
        on.run("ip", "link", "set", end, "up")
    far = ["10.199.0.2", "lladdr", "02:00:00:00:00:02", "dev", INTERFACE, "nud", "permanent"]
    on.run("ip", "neighbour", "replace", *far)


def line_of(seen: Seen) -> str:
    return "; ".join(str(why) for why in seen.line("struck", "SGE-1").why)


async def flows(desk: Desk) -> None:
    """Wait until the line is well and its traffic is measured again."""
    now = time.time()

    def holds(seen: Seen) -> bool:
        line = seen.line("struck", "SGE-1")
        return line.state is State.OK and (line.out_bps or 0) > SENT_BPS / 10

    await desk.witness.first(holds, now)
    await desk.shows("4 Lines", "●O SGE-1", "struck", "%", "of 10.0M")


async def test_a_line_that_goes_and_comes(site: Site, program: Callable[[str], Program], tmp_path: Path) -> None:
    order = program("order-gw")
    with machine(tmp_path / "a", site.allowed) as struck, openssh(tmp_path / "b", site.allowed) as b:
        plug_in(struck)
        # More than all that will be counted after the interface has come back: a difference would be absurd.
        struck.run(sys.executable, "-c", TRAFFIC.replace("while True", "for _ in range(2000)").replace("0.02", "0"))
        struck.start(sys.executable, "-c", TRAFFIC)
        line = f'lines = [{{ key = "SGE-1", interface = "{INTERFACE}", capacity = "10Mbit" }}, "lo"]'
        site.host("struck", struck, order.rule, "disks = []", line)
        site.host("well", b, order.rule, "disks = []", "lines = ['lo']")
        async with site.watched() as desk:
            await flows(desk)
            begun = time.time()
            for wire in ("down", "lowerlayerdown"):
                struck.run("ip", "link", "set", INTERFACE if wire == "down" else FAR, "down")
                fault = time.time()
                words = f"no link on {INTERFACE} (the kernel says: {wire})"
                seen = await desk.witness.first(lambda s, words=words: words in line_of(s), fault)
                desk.seen_in_time(seen.at, fault)
                assert seen.line("struck", "SGE-1").state is State.ACT
                await desk.shows("4 Lines", "■A SGE-1", "struck", f"no link on {INTERFACE}")
                await desk.shows("1 Fleet", "■A struck", f"SGE-1: no link on {INTERFACE}")
                bring_up(struck)
                await flows(desk)

            struck.run("ip", "link", "delete", INTERFACE)
            fault = time.time()
            words = f"the host has no interface {INTERFACE}"
            seen = await desk.witness.first(lambda s: words in line_of(s), fault)
            desk.seen_in_time(seen.at, fault)
            gone = seen.line("struck", "SGE-1")
            assert gone.state is State.ACT and gone.in_bps is None and gone.out_bps is None, "missing is not zero"
            await desk.shows("4 Lines", "■A SGE-1", "struck", "the host has no interf")
            await desk.shows("1 Fleet", "■A struck", f"SGE-1: {words}"[:30])
            await desk.witness.goes_on("struck", "well", since=fault)
            now = desk.witness.now
            assert now.line("struck", "lo").in_bps is not None and now.process("struck", "order-gw").state is State.OK
            assert desk.rows("2 Processes", "●O order-gw", "struck") and "2 good" in desk.terminal.text

            plug_in(struck)
            await flows(desk)
            await desk.shows("1 Fleet", "●O struck")
            rates = [seen.line("struck", "SGE-1") for seen in desk.witness.boards if seen.at > begun]
            highest = max(max(rate.in_bps or 0, rate.out_bps or 0) for rate in rates)
            assert highest < 1.5 * SENT_BPS, "it comes back without a spike"
            assert all((rate.peak_out_bps or 0) < 1.5 * SENT_BPS for rate in rates)
