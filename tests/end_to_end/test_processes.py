"""A key process that dies and comes back."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from duty.alarm_catalog import BUILT_IN
from duty.quality import State
from duty.records import Move
from tests.end_to_end.conftest import ROOT_DISK, Program, Site
from tests.support.sshd import openssh

MISSING = "process order-gw is missing on struck"


async def test_a_killed_process(site: Site, program: Callable[[str], Program], tmp_path: Path) -> None:
    order, quote = program("order-gw"), program("quote-gw")
    with openssh(tmp_path / "a", site.allowed) as a, openssh(tmp_path / "b", site.allowed) as b:
        site.host("struck", a, order.rule, ROOT_DISK, "lines = ['lo']")
        site.host("well", b, quote.rule, ROOT_DISK)
        async with site.watched() as desk:
            await desk.shows("2 Processes", "●O order-gw", "struck", "1/1+")
            await desk.reads("2 good")

            order.kill()
            fault = time.time()
            seen = await desk.witness.first(lambda s: s.process("struck", "order-gw").state is State.ACT, fault)
            missing = seen.process("struck", "order-gw")
            assert [str(why) for why in missing.why] == ["not running"]
            assert missing.count == 0
            desk.seen_in_time(seen.at, fault)
            await desk.shows("2 Processes", "■A order-gw", "struck", "0/1+", "not running")
            await desk.shows("1 Fleet", "■A struck", "order-gw: not running")

            opened = await desk.witness.move(Move.OPENED, "struck process order-gw", fault)
            desk.seen_in_time(opened.at, fault, on_delay_s=BUILT_IN["process.missing"].on_delay_s)
            await desk.shows("7 Incidents", "◆O 1", "L2", "holds", MISSING)
            await desk.shows("8 Duty log", "struck order-gw", MISSING)
            assert desk.recorded(MISSING, fault) == [opened.at]

            await desk.witness.goes_on("well", "struck", since=seen.at)
            now = desk.witness.now
            assert now.process("well", "quote-gw").state is State.OK
            assert [disk.state for disk in now.hosts["struck"].disks] == [
                disk.state for disk in seen.hosts["well"].disks
            ]
            assert "2 good" in desk.terminal.text
            assert desk.rows("2 Processes", "●O quote-gw", "well", "1/1+")

            order.start()
            again = time.time()
            seen = await desk.witness.first(lambda s: s.process("struck", "order-gw").state is State.OK, again)
            assert (seen.process("struck", "order-gw").count, seen.process("struck", "order-gw").restarts) == (1, 1)
            await desk.shows("2 Processes", "●O order-gw", "struck", "1/1+", "restarted 1 times")
            returned = await desk.witness.move(Move.RETURNED, "struck process order-gw", again)
            await desk.shows("7 Incidents", "◆O 1", "returned", MISSING)
            await desk.shows("8 Duty log", "incident 1: well again; to be closed by a person")
            assert desk.recorded("incident 1: well again; to be closed by a person", again) == [returned.at]
            assert len(desk.witness.incidents) == 1
