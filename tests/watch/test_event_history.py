"""Lines per minute of a followed log are kept, drawn and exported; a time in which it was not read is a gap."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

from cli.export import rows
from duty.board import AppView, HostView
from duty.events import EventTrack
from duty.moment import Moment
from duty.phrases import phrase
from duty.quality import State
from duty.readings import EventPiece
from duty.series import SeriesKey
from duty.site import EventPattern, EventRule, HistoryRule, HostSpec, SiteSpec
from storage.history import HistoryStore
from storage.history_levels import LEAST, MINUTE
from tests.support.views import view
from watch.history import History

START = 1_700_000_040.0
ACT, WARN = SeriesKey("event", "gw-log", "act"), SeriesKey("event", "gw-log", "warn")
RULE = EventRule("gw-log", file="/var/log/gw.log", patterns=(EventPattern("FATAL", 2), EventPattern("ERROR", 1)))


class Hand:
    def __init__(self) -> None:
        self.wall = START

    def now(self) -> Moment:
        return Moment(self.wall, self.wall)


async def test_lines_per_minute_are_kept_and_what_was_not_read_is_a_gap(tmp_path: Path) -> None:
    clock, path, log = Hand(), tmp_path / "history.sqlite", EventTrack("gw", RULE)
    site = SiteSpec(
        name="Desk", time_zone="UTC", language=None, source="desk.toml", hosts=(HostSpec("gw", "gw", events=(RULE,)),),
        history=HistoryRule(64 << 20, 30),
    )  # fmt: skip
    history = History(path, site, clock)

    def read() -> HostView:
        """The host as it is each second; its log is read every fifteenth, but not from minute 5 to 7."""
        second = int(clock.wall - START)
        if 300 <= second < 420:
            log.unread = phrase("permission denied")
        elif second % 15 == 0:
            lines = ((0, 1), (1, 5)) if second >= 120 else ()
            log.see(EventPiece("gw-log", log.memory.cursor, str(second), 100, 0, (), lines), clock.wall)
        return view("gw", clock.wall, events=(log.view(clock.wall),))

    for _second in range(600):
        history.see(read())
        await history.tick()
        clock.wall += 1
    graph = await history.graph("gw", ACT, START, START + 600, 10)
    known = {round((point.at - START) / 60): (point.low, point.high) for point in graph.points}
    assert graph.unit == "/min" and known.keys() == {1, 2, 3, 4, 7, 8, 9}, "the first minute is not known"
    assert known[1] == (0.0, 0.0) and known[3] == known[4] == known[9] == (4.0, 4.0)
    assert {ACT, WARN} <= set(await history.series("gw"))
    await history.close()
    store = HistoryStore(path, LEAST, 30, reading=True)
    found = list(rows(store, "*", "event:*:warn", MINUTE, START, START + 600, UTC))
    store.close()
    assert {row[1:6] for row in found} == {("gw", "event", "gw-log", "warn", "/min")}
    assert len(found) == 7 and 20 in found[-1]


async def test_a_minute_is_kept_whole_where_something_slow_is_read_each_second(tmp_path: Path) -> None:
    clock, path = Hand(), tmp_path / "history.sqlite"
    hosts = (HostSpec("gw", "gw"),)
    site = SiteSpec(name="Desk", time_zone="UTC", language=None, source="desk.toml", hosts=hosts, slow_interval_s=15.0)
    history = History(path, site, clock)
    for second in range(400):
        turn = AppView(
            f"app {second % 5}", "tcp", "x", False, State.OK, (), START, 5, 0, response_s=1.0, read_at=clock.wall
        )
        history.see(view("gw", clock.wall, apps=(turn,)))
        await history.tick()
        clock.wall += 1
    await history.close()
    store = HistoryStore(path, LEAST, 30, reading=True)
    series = [SeriesKey("app", f"app {number}", "response") for number in range(5)]
    kept = store.read("gw", series, MINUTE, START, START + 360)
    store.close()
    assert {row.roll.readings for rows in kept.values() for row in rows} == {12}
    assert {len(rows) for rows in kept.values()} == {6}
