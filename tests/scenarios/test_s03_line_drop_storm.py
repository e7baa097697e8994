"""S3 Line drop storm.

21:07 line SGE-2 fails: 41 probes go unreachable in 20 s. *Expect*: one P1 "line SGE-2", 40 children suppressed with
count and expandable; first-out named; at most 10 annunciations; flood banner; the 80x24 screen still shows the one
child that is *really* bad on the other line; on return, children that stayed bad appear as new within one period; the
log holds one flood entry (start, end, counts, first-out).

A storm that folds is no flood any more, as its few annunciations stay below the figure: that of the second test is of
hosts that have nothing in common.
"""

from __future__ import annotations

from pathlib import Path

from duty.alarm_def import AlarmKey
from duty.alarm_load import FLOOD
from duty.records import Subject
from tests.support.rows import leaf, point, row
from tests.support.stage import Stage, staged

SITE = """
[site]
name = "Desk"
slow_interval = "2s"
time_zone = "Asia/Shanghai"
[roles.small]
disks = []
health = "off"
clock = "off"
"""
LINES = """
[hosts.edge-{n}]
role = "small"
lines = [{{ key = "SGE-{n}", interface = "eth1", capacity = "10Mbit", pings = ["10.{n}.0.1"] }}]
"""
BEHIND = """
[hosts.{name}]
role = "small"
via = "edge-{n}"
address = "10.{n}.0.1"
port = {port}
processes = ["{process}"]
"""
ALONE = '[hosts.branch-{n:02}]\nrole = "small"\n'
CHILDREN = [f"quote-{n:02}" for n in range(1, 40)]
"""Beside them the line's ping target, and the line itself: 41."""
FIRST, ALSO_DEAD, STAYS_LOST = CHILDREN[0], CHILDREN[-1], CHILDREN[-2]


def storm_site() -> str:
    quotes = (
        BEHIND.format(name=name, n=2, port=2_200 + place, process="quoted") for place, name in enumerate(CHILDREN)
    )
    gateway = BEHIND.format(name="order-gw-1", n=1, port=22, process="order-gw")
    return SITE + LINES.format(n=1) + LINES.format(n=2) + gateway + "".join(quotes)


def announced(stage: Stage) -> int:
    """How often somebody was called in the last ten minutes."""
    return stage.watch.engine.desk.load.per_window


async def test_line_drop_storm(tmp_path: Path) -> None:
    async with staged(tmp_path, storm_site()) as stage, stage.screen() as terminal:
        hosts = stage.hosts
        await terminal.shows("42 good")
        terminal.press("9")
        hosts[FIRST].lost()
        await terminal.shows("1 unreachable")
        hosts["edge-2"].cuts("SGE-2")
        hosts["order-gw-1"].dies("order-gw")
        for name in CHILDREN[1:]:
            hosts[name].lost()

        await terminal.until(lambda: "40 hidden" in row(terminal, "edge-2 SGE-2"))
        top = row(terminal, "edge-2 SGE-2")
        assert "P1" in top and "✱U" in top, f"one P1 of the line, to be acknowledged: {top}"
        assert "P1" in row(terminal, "✱U", "order-gw-1", "not running"), "what is really bad on the other line is seen"
        await terminal.until(lambda: not row(terminal, "quote-"))
        assert not row(terminal, "10.2.0.1"), "that the far end is silent is no alarm beside the line's"
        assert announced(stage) <= FLOOD, "at most ten annunciations"
        assert len(stage.lines("alarm connection.lost")) <= 1, "the log tells the cause and not the storm"

        await point(terminal, "edge-2 SGE-2")
        terminal.press("F")
        await terminal.until(lambda: "SGE-2" in row(terminal, "quote-03", "▿D"))
        assert row(terminal, "quote-02", "▿D"), "unfolded, each child has its own row and state"
        terminal.press("F")
        await terminal.until(lambda: not row(terminal, "quote-"))
        terminal.press("\r")
        await terminal.shows("line.no_link")
        await leaf(terminal, "Hidden under it: ")
        await leaf(terminal, f"first out: {FIRST}, ")
        terminal.press("\x1b")
        await terminal.until(lambda: bool(row(terminal, "40 hidden")))

        hosts[ALSO_DEAD].dies("quoted")  # while nobody can see it
        back = stage.clock.now().mono
        hosts["edge-2"].cuts("SGE-2", back=True)
        for name in CHILDREN:
            if name != STAYS_LOST:
                hosts[name].returns()
        await terminal.until(lambda: bool(row(terminal, "✱U", STAYS_LOST, "the connection was lost")))
        await terminal.until(lambda: bool(row(terminal, "✱U", ALSO_DEAD, "not running")))
        dead = stage.watch.engine.desk.alarms[AlarmKey(Subject(ALSO_DEAD, "process", "quoted"), "process.missing")]
        assert dead.began - back <= 1.0, "what stayed bad is new within one period"
        assert row(terminal, "↩", "edge-2 SGE-2") or row(terminal, "R", "edge-2 SGE-2"), "the line waits to be seen"
        assert announced(stage) <= FLOOD, "at most ten annunciations in all"


async def test_a_flood_is_one_entry_of_the_log(tmp_path: Path) -> None:
    site = SITE + "".join(ALONE.format(n=n) for n in range(1, 13))
    async with staged(tmp_path, site) as stage, stage.screen() as terminal:
        await terminal.shows("12 good")
        stage.hosts["branch-07"].lost()
        await stage.until(lambda: announced(stage) == 1, "the first is announced")
        for host in stage.hosts.values():
            host.lost()
        await terminal.shows("FLOOD")
        await stage.until(lambda: announced(stage) == 12, "all are announced")
        await terminal.shows("12 wait")
        assert "10 min: 12>10" in terminal.text or "FLOOD 12>10" in terminal.text, terminal.text
        assert not stage.lines("flood of alarms"), "it goes on"
        stage.skip(601)
        await stage.until(lambda: stage.lines("flood of alarms"), "the flood has ended")
        await terminal.until(lambda: "FLOOD" not in terminal.text)
        (entry,) = stage.lines("flood of alarms")
        assert "12 announced, at most 12 in ten minutes" in entry, entry
        assert "the first was of branch-07" in entry, entry
        assert "it lasted 10 min" in entry, entry
