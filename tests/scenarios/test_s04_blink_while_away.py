"""S4 Blink while she was away.

22:40 trade-gw restarts itself in 8 s while she is at the rack. *Expect*: RTN_UNACK stays lit with duration 8 s, count
1; acking asks for nothing at P3, for a one-line note at P1; third time in 60 s → "chattering", suggestion of off-delay
with what-if.

Left out, as they belong to later issues: no phone storm (there are no phones yet), and the presence check that had not
fired because she started a round.
"""

from __future__ import annotations

from pathlib import Path

from duty.alarm_def import AlarmKey
from duty.alarm_record import Alarm
from duty.records import Subject
from tests.support.rows import leaf, point
from tests.support.stage import Stage, staged
from tests.support.terminal import Terminal

SITE = """
[site]
name = "Desk"
time_zone = "Asia/Shanghai"
[hosts.trade-1]
disks = []
health = "off"
clock = "off"
processes = ["trade-gw", "printer"]
[[alarm]]
key = "process.missing"
thing = "printer"
priority = 3
"""
ON_DELAY_S, GAP_S = 2.0, 4.0
"""Of the definition; between two blinks. Seconds."""


def alarm(stage: Stage, process: str = "trade-gw") -> Alarm:
    return stage.watch.engine.desk.alarms[AlarmKey(Subject("trade-1", "process", process), "process.missing")]


async def blink(stage: Stage, process: str, seconds: float) -> None:
    """The process is gone for so many seconds. The clock stands meanwhile but for what is said here."""
    host = stage.hosts["trade-1"]
    host.dies(process)
    await stage.step()
    stage.skip(ON_DELAY_S + 0.5)
    await stage.step()
    assert alarm(stage, process).active, "the alarm has come"
    stage.skip(seconds - ON_DELAY_S - 0.5)
    host.starts(process)
    await stage.step()
    assert not alarm(stage, process).active, "the alarm has returned"


async def unlit(terminal: Terminal, words: str) -> None:
    await terminal.until(lambda: words not in terminal.text)


async def test_blink_while_away(tmp_path: Path) -> None:
    async with staged(tmp_path, SITE) as stage, stage.screen() as terminal:
        await terminal.shows("1 good")
        terminal.press("9")
        stage.clock.stand()

        await blink(stage, "trade-gw", 8.0)
        await terminal.shows("fleeting, 8 s")
        (row,) = [line for line in terminal.text.splitlines() if "fleeting, 8 s" in line]
        assert "↓R" in row and "P1" in row and "trade-1 trade-gw" in row, f"it stays lit, returned and unseen: {row}"
        assert alarm(stage).count == 1, "it came once"
        stage.skip(3_600.0)
        await stage.step()
        assert "fleeting, 8 s" in terminal.text, "it does not go by itself, however long she is away"

        await point(terminal, "trade-1 trade-gw")
        terminal.press("A")
        await terminal.shows("It came and went and nobody saw it: say what it was.")
        terminal.press("\r")
        await terminal.shows("Still to fill in: Note")
        terminal.press("restarted itself, see its log\r")
        await unlit(terminal, "trade-1 trade-gw")
        assert stage.lines("acknowledged by", "restarted itself, see its log"), "the note is in the log"

        await blink(stage, "printer", 8.0)
        await terminal.shows("fleeting, 8 s")
        assert "P3" in terminal.text, terminal.text
        await point(terminal, "trade-1 printer")
        terminal.press("A")
        await unlit(terminal, "trade-1 printer")
        assert "Note" not in terminal.text, "at P3 nothing is asked"

        for time in range(3):
            if time:
                stage.skip(GAP_S)
            await blink(stage, "trade-gw", 8.0)
        await terminal.shows("chattering, 3 times")
        await point(terminal, "trade-1 trade-gw")
        terminal.press("\r")
        await terminal.shows("chattering, 3 times")
        await terminal.shows("process.missing")
        await leaf(terminal, "Proposed, from its own history")
        # What the off-delay would have removed, and how much longer the alarm would have stood for it.
        await leaf(terminal, "let it go after 10 s: 2 of 4 would not have come, standing ")
