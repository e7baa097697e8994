"""S2 The green lie.

A gateway process is up but its last exchange heartbeat is 40 s old, and she ticks "trade-gw OK". *Expect*: CONFLICT,
not DONE; screen shows claim and telemetry side by side; override needs the second person and a reason, is listed in the
manager's review; probe going STALE instead gives "no evidence", never green.

As far as the emergency procedure inside an incident goes: its steps are ticked and have signals beside them. Left out,
as they belong to the procedures of a later issue: the override by a second person, and the manager's list.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cli.codes import Exit
from cli.main import main
from duty.quality import STALE_FLOOR_S
from tests.support.rows import leaf, point, row
from tests.support.stage import staged
from tests.support.terminal import Terminal

ON_DELAY_S = 2.0
"""Of a missing process."""
SITE = """
[site]
name = "Desk"
time_zone = "Asia/Shanghai"
[roles.small]
disks = []
health = "off"
clock = "off"
[hosts.trade-1]
role = "small"
processes = ["trade-gw", "exchange-link"]
[hosts.trade-2]
role = "small"
processes = ["trade-gw"]
[[emergency]]
key = "gateway"
title = "Order gateway restart"

[[emergency.steps]]
key = "link"
do = "See that trade-gw speaks with the exchange."
expect = "trade-gw OK"
shows = ["trade-1 process exchange-link"]

[[emergency.steps]]
key = "spare"
do = "See that the spare gateway runs."
expect = "the spare is OK"
shows = ["trade-2 process trade-gw"]

[[emergency.steps]]
key = "gateway"
do = "See that the gateway itself runs."
expect = "trade-gw runs"
shows = ["trade-1 process trade-gw"]
"""


def step_signs(terminal: Terminal) -> dict[str, str]:
    """The sign of each step that is seen, by its number: its shape and its letter."""
    found = {}
    for line in terminal.text.splitlines():
        head = line.strip("▌▏ ").split(" ", 2)
        if len(head) == 3 and len(head[0]) == 2 and head[1] in "123" and head[2].startswith("See that"):
            found[head[1]] = head[0]
    return found


async def ticks(terminal: Terminal, number: str) -> None:
    """The step under the cursor, which is this one, is said to be done."""
    terminal.press("\r")
    await terminal.shows("╭")
    terminal.press("\r")
    await terminal.until(lambda: "╭" not in terminal.text and step_signs(terminal).get(number, "·T") != "·T")


async def test_the_green_lie(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with staged(tmp_path, SITE) as stage, stage.screen() as terminal:
        await terminal.shows("2 good")
        stage.clock.stand()
        stage.hosts["trade-1"].dies("exchange-link")  # what speaks for trade-gw itself; the process is up
        await stage.step()
        stage.skip(ON_DELAY_S + 1)
        await stage.step()
        terminal.press("7")
        await terminal.until(lambda: bool(row(terminal, "exchange-link is missing")))
        await point(terminal, "exchange-link is missing")
        terminal.press("\r")
        await leaf(terminal, "Incident 1")
        terminal.press("E")
        await terminal.shows("Order gateway restart: 0 of 3 steps")
        await terminal.shows("■A trade-1 exchange-link")
        await ticks(terminal, "1")
        assert step_signs(terminal)["1"] == "■C", f"a conflict, not done:\n{terminal.text}"
        page = " ".join(terminal.text.split())
        both = re.search(r"done \d\d:\d\d:\d\d by \S+ CONFLICT: .* trade-1 process exchange-link: act, good", page)
        assert both, f"claim and telemetry stand side by side:\n{terminal.text}"

        stage.hosts["trade-2"].falls_silent()
        stage.skip(STALE_FLOOR_S + 10.0)
        await stage.step()
        await terminal.shows("◌S stale")
        await ticks(terminal, "2")
        assert step_signs(terminal)["2"] == "◇N", f"stale is no evidence, and never green:\n{terminal.text}"
        assert "no evidence: it was said to be done while not everything was read" in terminal.text

        await ticks(terminal, "3")
        assert step_signs(terminal)["3"] == "●D", f"telemetry agrees:\n{terminal.text}"
        terminal.press("\x1b")
        await leaf(terminal, "CONFLICT: it was said to be done")
        await leaf(terminal, "no evidence: it was said to be done")
    assert main(["--site", str(stage.site), "incident", "1", "--report"]) == Exit.WELL
    report = capsys.readouterr().out
    for words in ("CONFLICT: it was said to be done", "no evidence: it was said to be done"):
        assert report.count(words) == 1, f"and stays in the report:\n{report}"
