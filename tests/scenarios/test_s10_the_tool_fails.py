"""S10 The tool itself fails.

Disk of the watch host fills; SSH to 5 targets hangs; clock jumps +90 s by NTP; laptop lid closes mid-form. *Expect*:
within 5 s red "record store read-only: sign-offs refused" while panels keep running; hung hosts go UNREACHABLE one by
one, others keep their rate; clock jump logged, no alarm cleared or fired by it; re-attach finds the draft note, the
other seat was told "seat 1 disconnected 40 s"; nothing signed in the meantime is half-written.

Left out, as they belong to the issue of the seats: the draft note that is found again, and what the other seat is told.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cli.codes import Exit
from cli.main import main
from collectors.ssh_environment import Deadlines, SshEnvironment
from config.paths import places, prepare
from duty.alarm_def import AlarmKey
from duty.alarm_record import Alarm
from duty.quality import Quality
from duty.records import Subject
from tests.support.rows import point, row
from tests.support.stage import Stage, staged
from tests.support.terminal import Terminal
from watch.plan import Plan
from watch.records import QUIET_S
from watch.service import Service

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
processes = ["trade-gw", "risk", "printer"]
"""
MORNING = datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp()
ON_DELAY_S = 2.0
"""Of a missing process."""
PRACTISE = "import sys; from cli.main import main; sys.exit(main(['--practice']))"
SOON = Deadlines(keepalive_s=1.0, login_s=5.0, ready_s=5.0)
JUMP_S = 90.0
TOLD_S = 5.0
"""Within so many seconds it is said that nothing is recorded."""


def unwritable(stage: Stage) -> Callable[[], None]:
    """Nothing can be written into the store from now on: somebody else holds it. The result ends that."""
    other = sqlite3.connect(stage.store, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return other.close


async def missing(stage: Stage, process: str) -> None:
    stage.hosts["trade-1"].dies(process)
    await stage.step(kept=False)
    stage.skip(ON_DELAY_S + 0.5)
    await stage.step(kept=False)


async def test_the_store_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with staged(tmp_path, SITE) as stage, stage.screen() as terminal:
        await terminal.shows("1 good")
        stage.clock.stand()
        await missing(stage, "trade-gw")
        terminal.press("9")
        await terminal.until(lambda: bool(row(terminal, "trade-1 trade-gw")))
        await point(terminal, "trade-1 trade-gw")

        cure = unwritable(stage)
        failed = stage.clock.now().mono
        stage.skip(QUIET_S)  # nothing has to be recorded meanwhile
        await stage.until(lambda: stage.watch.engine.store_error is not None, "it is found out")
        assert stage.clock.now().mono - failed <= TOLD_S, "by the clock of the watch"
        stage.skip(1.0)  # one more board
        await terminal.shows("RECORDS ARE NOT WRITTEN: another process holds the store")

        terminal.press("A")
        await terminal.shows("▌ another process holds the store")
        assert "✱U" in row(terminal, "trade-1 trade-gw"), "an acknowledgement that is not kept is none"
        terminal.press("n")
        await terminal.shows("Enter writes")
        terminal.press("room 2 is hot\r")
        await terminal.shows("Not written: another process holds")
        assert "room 2 is hot" in terminal.text, "what was typed is not lost"
        terminal.press("\x1b")
        await terminal.shows("? help")

        stage.hosts["trade-1"].dies("risk")
        stage.skip(1.0)
        terminal.press("2")
        await terminal.until(lambda: "■A" in row(terminal, "risk"))
        assert "●O" in row(terminal, "printer"), f"the panels go on:\n{terminal.text}"

        stage.skip(ON_DELAY_S)
        cure()
        await stage.until(lambda: stage.watch.engine.store_error is None, "it is well again")
        await stage.step()
        stage.skip(1.0)
        await terminal.until(lambda: "RECORDS ARE NOT WRITTEN" not in terminal.text)
        terminal.press("9")
        await terminal.until(lambda: bool(row(terminal, "✱U", "trade-1 risk")))
        assert len(stage.lines("alarm process.missing, priority 1")) == 2, "what came meanwhile is in the log, once"
        assert not stage.lines("acknowledged by") and not stage.lines("room 2 is hot"), "nothing refused was written"
        await point(terminal, "trade-1 trade-gw")
        terminal.press("A")
        await terminal.until(lambda: "✓A" in row(terminal, "trade-1 trade-gw"))
        assert len(stage.lines("acknowledged by")) == 1, "now it is"
    assert main(["--site", str(stage.site), "verify"]) == Exit.WELL, capsys.readouterr()


def alarms(stage: Stage) -> dict[AlarmKey, Alarm]:
    return dict(stage.watch.engine.desk.alarms)


async def test_the_clock_jumps(tmp_path: Path) -> None:
    async with staged(tmp_path, SITE, wall=MORNING) as stage, stage.screen() as terminal:
        await terminal.shows("1 good")
        stage.clock.stand()
        for process in ("trade-gw", "risk"):
            await missing(stage, process)
        terminal.press("9")
        for process in ("trade-gw", "risk"):
            await terminal.until(lambda process=process: bool(row(terminal, "✱U", f"trade-1 {process}")))
        await point(terminal, "trade-1 trade-gw")
        terminal.press("A")
        await terminal.until(lambda: "✓A" in row(terminal, "trade-1 trade-gw"))
        await point(terminal, "trade-1 risk")
        terminal.press("H")
        await terminal.shows("Shelve the alarm")
        terminal.press("the vendor looks at it\x1b[B\x1b[B10:20\r")
        await terminal.until(lambda: "until 10:20" in row(terminal, "trade-1 risk"))
        stage.hosts["trade-1"].dies("printer")  # its delay runs while the clock jumps
        await stage.step()
        before, told = alarms(stage), stage.lines("alarm ")
        assert before[AlarmKey(Subject("trade-1", "process", "printer"), "process.missing")].pending is not None

        for jump in (JUMP_S, -JUMP_S):
            stage.clock.jump(jump)
            await stage.step()
            assert alarms(stage) == before, "no alarm is cleared, fired or brought nearer to its end by it"
            assert stage.lines("alarm ") == told, "nor is anything told of one"
            assert len(stage.lines("the clock of this machine moved by", f"{jump:+.0f} s")) == 1, "it is in the log"
        stage.skip(ON_DELAY_S + 0.5)
        await stage.step()
        await terminal.until(lambda: bool(row(terminal, "✱U", "trade-1 printer")))


async def test_hosts_hang_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Real SSH servers of the practice fleet, and connections that find out sooner than in earnest."""
    monkeypatch.setattr("watch.service.ssh_environment", lambda site: SshEnvironment(site.max_dials, SOON))
    here = prepare(places("practice", os.environ))
    watch = Service(Plan(None, here.socket, here.state / "records.sqlite", "1", stays=True, practice_hosts=8))
    run = asyncio.create_task(watch.run())
    try:
        async with Terminal(PRACTISE) as terminal:
            await terminal.until(lambda: "9 good" in terminal.text or run.done())
            views = watch.engine._views
            hosts = [host.id for host in watch.engine.site.hosts if host.via]
            hung, well = hosts[:5], hosts[5:]
            assert well and watch.fleet is not None
            for count, struck in ((1, hung[:1]), (5, hung[1:])):
                begun = {host: views[host].samples for host in well}
                for host in struck:
                    assert await watch.fleet.inject(host, "host_hangs", True) is None
                await terminal.until(lambda count=count: f"✕U {count} unreachable" in terminal.text)
                seen = {one for one in hosts if views[one].quality is Quality.UNREACHABLE}
                assert seen == set(hung[:count]), "each by itself, and none of the others"
                for host in struck:
                    await terminal.until(lambda host=host: "✕U" in row(terminal, f" {host} "))
                await terminal.until(
                    lambda begun=begun: all(
                        views[host].quality is Quality.GOOD and views[host].samples > begun[host] for host in well
                    )
                )
    finally:
        watch.stop()
        await run
