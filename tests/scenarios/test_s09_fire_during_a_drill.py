"""S9 Real fire during a drill.

Saturday drill "primary DB full" on the same screens. *Expect*: every row and the title say 演练; nothing sent to
production; drill chain separate; a true P1 suspends the drill at once and clears injected alarms; debrief lists
time-to-detect, -ack, -restore vs last drill, missed steps; KPI of the month unchanged.

Left out: injected alarms that are cleared, as no drill injects any outside of practice; the month's figures are the
load on the screen here, as there are no others yet.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cli.codes import Exit
from cli.main import main
from tests.support.rows import leaf, point, row
from tests.support.stage import Stage, staged
from tests.support.terminal import Terminal

ON_DELAY_S = 2.0
"""Of a missing process."""
SATURDAY = datetime(2026, 11, 28, 10, 0, 0, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp()
SITE = """
[site]
name = "Desk"
time_zone = "Asia/Shanghai"
[roles.small]
disks = []
health = "off"
clock = "off"
[hosts.settle-db-1]
role = "small"
processes = ["db"]
[hosts.trade-1]
role = "small"
processes = ["trade-gw"]
"""
TITLE = "primary DB full"


async def begins(stage: Stage, terminal: Terminal, number: int, began: str) -> None:
    """A drill begins, its fault has begun before."""
    terminal.press("D")
    await terminal.shows("Begin a drill")
    terminal.press(f"{TITLE}\x1b[Bdatabase full\x1b[B{began}\r")
    await stage.until(lambda: number in stage.watch.recorder.incidents, "the drill has begun")
    await terminal.shows(f"▼D DRILL {number}")


async def lives(stage: Stage, terminal: Terminal, number: int, *, take_s: float, restore_s: float) -> None:
    """It is taken after so many seconds, and the service is back after so many more."""
    stage.skip(take_s)
    await stage.step()
    await point(terminal, TITLE)
    terminal.press("t")
    await stage.until(lambda: stage.lines(f"incident {number} taken", chain="drill"), "it is taken")
    stage.skip(restore_s)
    await stage.step()


async def restored(stage: Stage, terminal: Terminal, number: int) -> None:
    terminal.press("w")
    await terminal.shows("What brought it back")
    terminal.press("old files moved\r")
    await stage.until(lambda: stage.lines(f"incident {number}: the service is back", chain="drill"), "it is back")
    await terminal.until(lambda: "╭" not in terminal.text)


async def ended(stage: Stage, terminal: Terminal, number: int) -> None:
    await point(terminal, TITLE)
    terminal.press("D")
    await terminal.shows("end it before it is over")
    terminal.press("\x1b[Bdone for today\r")
    await stage.until(lambda: stage.lines("done for today", chain="drill"), "it has ended")
    await terminal.until(lambda: "╭" not in terminal.text)


async def test_real_fire_during_a_drill(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with staged(tmp_path, SITE, wall=SATURDAY) as stage, stage.screen() as terminal:
        await terminal.shows("2 good")
        stage.clock.stand()
        stage.clock.jump(SATURDAY + 30 - stage.clock.now().wall)
        await stage.step()
        terminal.press("7")
        await terminal.shows("━ 7 Incidents")

        await begins(stage, terminal, 1, "10:00")
        await lives(stage, terminal, 1, take_s=20, restore_s=100)
        await restored(stage, terminal, 1)
        await ended(stage, terminal, 1)
        stage.skip(SATURDAY + 3_640 - stage.clock.now().wall)
        await stage.step()

        await begins(stage, terminal, 2, "11:00")
        await terminal.until(lambda: "▼D DRILL" in row(terminal, TITLE))
        assert terminal.text.splitlines()[0].startswith(" ▼D DRILL 2"), f"the title says it:\n{terminal.text}"
        assert "no untaken incident" in terminal.text, "a drill waits for nobody"
        await lives(stage, terminal, 2, take_s=10, restore_s=50)
        terminal.press("b")
        await terminal.shows("in a drill nobody outside is")

        stage.hosts["trade-1"].dies("trade-gw")
        await stage.step()
        stage.skip(ON_DELAY_S)
        await stage.step()
        suspended = stage.clock.now().wall
        await terminal.shows("▼D DRILL SUSPENDED since")
        assert stage.watch.recorder.incidents[2].pauses == ((suspended, None),), "at once"
        await terminal.until(lambda: "DRILL SUSPENDED" in row(terminal, f": {TITLE}"))
        assert "trade-gw is missing" in row(terminal, "◆O 3"), f"the real one stands above:\n{terminal.text}"
        for chain in ("duty", "drill"):
            assert stage.lines("drill 2 suspended", chain=chain), f"a line in the {chain} chain"
        terminal.press("w")
        await terminal.shows("drill 2 is suspended: resume")

        stage.hosts["trade-1"].starts("trade-gw")
        stage.skip(600)
        await stage.step()
        await point(terminal, TITLE)
        terminal.press("D")
        await terminal.shows("go on with it")
        terminal.press("\r")
        await terminal.until(lambda: "SUSPENDED" not in terminal.text)
        await restored(stage, terminal, 2)
        terminal.press("\r")
        await leaf(terminal, "time to detect: 40 s (drill 1: 30 s)")
        await leaf(terminal, "time to acknowledge: 10 s (drill 1: 20 s)")
        await leaf(terminal, "time to restore: 1 min 2 s (drill 1: 2 min 0 s)")
        await leaf(terminal, "interruptions: 1; their time does not count")

        own = [line for line in stage.lines() if TITLE in line or "incident 1" in line or "incident 2" in line]
        assert not own, f"nothing of a drill in the duty chain but that it was suspended: {own}"
        announced = stage.lines("alarm ", "priority")
        assert len(announced) == 1, f"the only alarm is the real one: {announced}"
    assert main(["--site", str(stage.site), "verify"]) == Exit.WELL
    proved = capsys.readouterr().out
    assert "Chain duty: " in proved and "Chain drill: " in proved, proved
