"""S8 Exchange asks what happened.

Trading gateway is down from 11:26 to 13:33, across the midday break. *Expect*: trading minutes 7 (4+3), wall 127; level
proposal 较大 under the firm's profile with the source line; chips "30 min: report", "hourly", "5 working days" only if
the profile is on; draft 情况报告书 filled from the timeline; marking "reported by phone 11:41 to …" stops the chip and
logs; a level lowered needs lead + reason.

The draft is the situation report of ``watchkeeper incident N --report``.
"""

from __future__ import annotations

import getpass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cli.codes import Exit
from cli.main import main
from tests.support.rows import leaf, point, row
from tests.support.stage import Stage, staged

ON_DELAY_S = 2.0
"""Of a missing process."""
DOWN = datetime(2026, 11, 24, 11, 26, 0, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp()
MINUTE = 60.0
SITE = """
[site]
name = "Desk"
time_zone = "Asia/Shanghai"
[[site.sessions]]
name = "morning"
from = "09:00"
to = "11:30"
[[site.sessions]]
name = "afternoon"
from = "13:30"
to = "15:30"
[hosts.trade-1]
disks = []
health = "off"
clock = "off"
processes = ["trade-gw"]
"""
PROFILE = '[incidents]\nprofiles = ["csrc-2012"]\n'
LEAD = '[[people]]\nname = "{who}"\nrole = "lead"\n'
CHIPS = ("report by phone if it cannot be restored within 30 min", "hourly report", "written summary")


async def goes_down(stage: Stage) -> None:
    """The gateway dies so that its incident is opened at 11:26:00. From here on the clock stands."""
    stage.clock.stand()
    stage.clock.jump(DOWN - ON_DELAY_S - stage.clock.now().wall)
    stage.hosts["trade-1"].dies("trade-gw")
    await stage.step()
    stage.skip(ON_DELAY_S)
    await stage.step()


async def passes(stage: Stage, until: float) -> None:
    """It is ``until`` (UTC epoch seconds)."""
    stage.skip(until - stage.clock.now().wall)
    await stage.step()


async def test_the_exchange_asks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site = SITE + PROFILE + LEAD.format(who=getpass.getuser())
    async with staged(tmp_path, site, wall=DOWN - MINUTE) as stage, stage.screen() as terminal:
        await terminal.shows("1 good")
        await goes_down(stage)
        terminal.press("7")
        await terminal.until(lambda: bool(row(terminal, "process trade-gw is missing")))
        await point(terminal, "process trade-gw is missing")
        terminal.press("t")
        await stage.until(lambda: stage.lines("incident 1 taken"), "it is taken")
        terminal.press("\r")
        await terminal.shows("level 2: trading impaired")

        await passes(stage, DOWN + 15 * MINUTE)
        await leaf(terminal, "without the service for 4 trading minutes (15 min 0 s in all)")
        stage.hosts["trade-1"].starts("trade-gw")
        await passes(stage, DOWN + 127 * MINUTE)
        terminal.press("w")
        await terminal.shows("What brought it back")
        terminal.press("restarted by the vendor\r")
        await stage.until(lambda: stage.lines("the service is back"), "the service is back at 13:33")
        await terminal.until(lambda: "╭" not in terminal.text)
        await leaf(terminal, "without the service for 7 trading minutes (2 h 7 min in all)")
        await leaf(terminal, "7 trading minutes: if trading was lost for all, this is level 1")
        assert "CSRC" in terminal.text, f"the proposal names its source:\n{terminal.text}"
        assert not any(chip in terminal.text for chip in CHIPS), "of level 2 nothing is reported"

        terminal.press("i")
        await terminal.shows("Another level for incident 1")
        terminal.press("1\r")
        await stage.until(lambda: stage.lines("incident 1 raised to level 1"), "anyone raises it")
        await terminal.until(lambda: "╭" not in terminal.text)
        for chip in CHIPS:
            await leaf(terminal, chip)
        terminal.press("b")
        await terminal.shows("A report was made: incident 1")
        terminal.press("the exchange, Ms Chen\x1b[B\x1b[B\x15" + "11:41\r")
        await stage.until(lambda: stage.lines("incident 1: reported to the exchange, Ms Chen"), "it is in the log")
        await terminal.until(lambda: "╭" not in terminal.text)
        await leaf(terminal, "done 11:41:00, due 11:56:00")

        terminal.press("i")
        await terminal.shows("Another level for incident 1")
        terminal.press("2\r")
        await terminal.shows("a level is lowered only with a reason")
        terminal.press("\x1b[Bthe other gateway took the orders\r")
        await stage.until(lambda: stage.lines("incident 1 lowered to level 2"), "a lead lowers it, with a reason")
        await terminal.until(lambda: "╭" not in terminal.text)
        assert stage.lines("the other gateway took the orders")

    assert main(["--site", str(stage.site), "incident", "1", "--report"]) == Exit.WELL
    report = capsys.readouterr().out
    for words in (
        "# Situation report: incident 1",
        "without the service for 7 trading minutes (2 h 7 min in all)",
        "2026-11-24 11:26:00 opened",
        "2026-11-24 13:33:00 service is back",
        "restarted by the vendor",
        "reported",
        "level lowered",
    ):
        assert words in report, f"the draft is filled from the timeline: {words}\n{report}"


async def test_no_clock_of_a_report_runs_by_itself_and_only_a_lead_lowers_a_level(tmp_path: Path) -> None:
    async with staged(tmp_path, SITE, wall=DOWN - MINUTE) as stage, stage.screen() as terminal:
        await terminal.shows("1 good")
        await goes_down(stage)
        terminal.press("7")
        await terminal.until(lambda: bool(row(terminal, "process trade-gw is missing")))
        await point(terminal, "process trade-gw is missing")
        terminal.press("i")
        await terminal.shows("Not lower: only a lead lowers a level")
        terminal.press("1\r")
        await stage.until(lambda: stage.lines("incident 1 raised to level 1"), "anyone raises it")
        await terminal.until(lambda: "╭" not in terminal.text)
        terminal.press("\r")
        await leaf(terminal, "level 1: trading lost")
        await leaf(terminal, "response")
        await leaf(terminal, "What happened")
        assert not any(chip in terminal.text for chip in CHIPS), f"the profile is off:\n{terminal.text}"
