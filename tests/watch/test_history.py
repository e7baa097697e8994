"""The past while the watch runs: full rate in memory, minutes in the file, graphs from both; trouble with the file."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from duty.board import AppView, HostView, PerfView
from duty.forecast import Forecast, NoForecast
from duty.limits import Level
from duty.moment import Moment
from duty.quality import Quality, State
from duty.records import Refused
from duty.series import SeriesKey
from duty.site import HealthRule, HistoryRule, HostSpec, Limits, ProcessRule, SessionRule, SiteSpec
from storage.history import HistoryStore
from storage.history_levels import HOUR, LEAST, MINUTE, TEN
from tests.support.views import disk, line, process, view
from watch.commands import Commands
from watch.engine import Engine
from watch.foresight import Foresight
from watch.history import History
from watch.recorder import Recorder
from watch.records import Records
from watch.tape import HostTapes
from wire.messages import ReadHistory, ReadSeries

CPU, USED = SeriesKey("host", "", "cpu"), SeriesKey("disk", "/data", "used")
START = 1_700_000_040.0
assert START % 60 == 0
ViewAt = Callable[[float], HostView]


class Hand:
    """A clock that stands until it is moved."""

    def __init__(self, wall: float = START) -> None:
        self.wall = wall

    def now(self) -> Moment:
        return Moment(self.wall, self.wall)


def site(**more: object) -> SiteSpec:
    given: dict[str, object] = {"history": HistoryRule(64 << 20, 30), "slow_interval_s": 15.0, **more}
    given.setdefault("hosts", (HostSpec("gw", "gw"),))
    return SiteSpec(name="Desk", time_zone="Asia/Shanghai", language=None, source="desk.toml", **given)  # type: ignore[arg-type]


class Past:
    """A history, its clock, and what it foresaw."""

    def __init__(self, path: Path, **more: object) -> None:
        self.clock = Hand()
        self.path = path
        self.seen: dict[str, Foresight] = {}
        self.history = History(path, site(**more), self.clock, self.seen.__setitem__)

    async def let_pass(self, seconds: float, make: ViewAt, each: float = 1.0) -> None:
        """A view each so many seconds, ticks as the run would make them."""
        end = self.clock.wall + seconds
        while self.clock.wall < end:
            self.history.see(make(self.clock.wall))
            await self.history.tick()
            self.clock.wall += each
        await self.history.tick()

    async def values(self, series: SeriesKey, since: float, until: float, points: int) -> list[tuple[float, ...]]:
        graph = await self.history.graph("gw", series, since, until, points)
        assert (graph.since, graph.step_s) == (since, pytest.approx((until - since) / points))
        return [(point.low, point.mean, point.high) for point in graph.points]


@pytest.fixture
async def past(tmp_path: Path) -> AsyncIterator[Past]:
    made = Past(tmp_path / "history.sqlite")
    yield made
    await made.history.close()


def gw(at: float, **more: object) -> HostView:
    given: dict[str, object] = {"cpu_percent": at % 60, "disks": (disk("/data", at // 15 * 15),), **more}
    return view("gw", at, **given)


# --- memory and file --------------------------------------------------------------------------------------------------


async def test_the_newest_minutes_are_drawn_at_full_rate(past: Past) -> None:
    await past.let_pass(300, gw)
    found = await past.values(CPU, START + 240, START + 300, 60)
    assert found == [(float(n),) * 3 for n in range(60)]
    assert len(await past.values(USED, START, START + 300, 300)) == 20


async def test_a_graph_carries_the_limits_of_the_site_file_and_the_unit_of_a_command(past: Past) -> None:
    numbers = (PerfView("size", 7.0, "B", State.OK, levels=(Level(9.0, State.ACT),)),)
    db = AppView("db", "command", "x", False, State.OK, (), START, 60, 0, perf=numbers, read_at=START)
    await past.let_pass(2, lambda at: gw(at, apps=(db,)))
    graph = await past.history.graph("gw", CPU, START, START + 60, 10)
    assert (graph.unit, graph.limits) == ("%", ())
    graph = await past.history.graph("gw", SeriesKey("perf", "db size", "value"), START, START + 60, 10)
    assert (graph.unit, graph.limits) == ("B", (Level(9.0, State.ACT),))
    rule = HealthRule(cpu_percent=Limits(60, 80))
    past.history.adopt(site(hosts=(HostSpec("gw", "gw", health=rule),)))
    graph = await past.history.graph("gw", CPU, START, START + 60, 10)
    assert graph.limits == (Level(60, State.WARN), Level(80, State.ACT)), "a new site file holds at once"


async def test_older_minutes_come_from_the_file(past: Past) -> None:
    await past.let_pass(1800, gw, each=2.0)
    found = await past.values(CPU, START, START + 1800, 30)
    assert found == [(0.0, 29.0, 58.0)] * 30
    await past.history.close()
    store = HistoryStore(past.path, LEAST, 30, reading=True)
    rows = store.read("gw", [CPU, USED], MINUTE, 0, 1e12)
    assert len(rows[CPU]) == 30 and {row.roll.readings for row in rows[CPU]} == {30}
    assert {row.roll.readings for row in rows[USED]} == {4}
    assert [row.roll.readings for row in store.read("gw", [CPU], TEN, 0, 1e12)[CPU]][1:-1] == [300]
    store.close()
    past.history = History(past.path, site(), past.clock)


@pytest.mark.parametrize(("hours", "points", "level"), [(2, 200, MINUTE), (9, 54, TEN), (9, 9, HOUR), (0.1, 6, MINUTE)])
async def test_a_graph_joins_levels_file_and_memory(past: Past, hours: float, points: int, level: int) -> None:
    await past.let_pass(9 * 3600, lambda at: gw(at, cpu_percent=10.0), each=20.0)
    end = past.clock.wall
    found = await past.values(CPU, end - hours * 3600, end, points)
    assert found == [(10.0,) * 3] * points


async def test_a_host_that_is_not_read_leaves_a_gap(past: Past) -> None:
    away = [Quality.STALE, Quality.UNREACHABLE, Quality.NEVER]
    await past.let_pass(120, gw)
    await past.let_pass(180, lambda at: gw(START + 119, quality=away[int(at) % 3]))
    await past.let_pass(120, gw)
    graph = await past.history.graph("gw", CPU, START, START + 420, 7)
    assert [point.at - START for point in graph.points] == [0, 60, 300, 360]
    await past.history.close()
    store = HistoryStore(past.path, LEAST, 30, reading=True)
    assert [row.at - START for row in store.read("gw", [CPU], MINUTE, 0, 1e12)[CPU]] == [0, 60, 300, 360]
    store.close()
    past.history = History(past.path, site(), past.clock)


async def test_the_same_view_judged_again_is_no_reading(past: Past) -> None:
    await past.let_pass(60, lambda _at: gw(START + 10))
    assert await past.values(CPU, START, START + 60, 60) == [(10.0,) * 3]


async def test_the_series_there_are(past: Past) -> None:
    await past.let_pass(130, lambda at: gw(at, processes=(process("order-gw", at),), lines=(line("SGE-1", at),)))
    found = await past.history.series("gw")
    assert CPU in found and USED in found and SeriesKey("line", "SGE-1", "in") in found
    assert len(found) == 8 + 5 + 4 + 4 and list(found) == sorted(found)
    assert await past.history.series("nobody") == ()
    graph = await past.history.graph("nobody", CPU, START, START + 60, 10)
    assert (graph.points, graph.unit) == ((), "%")


async def test_a_clock_set_back_leaves_one_value_for_each_moment(past: Past) -> None:
    await past.let_pass(300, lambda at: gw(at, cpu_percent=10.0))
    past.clock.wall -= 150
    await past.let_pass(300, lambda at: gw(at, cpu_percent=30.0))
    found = await past.values(CPU, START, START + 450, 450)
    assert found[:120] == [(10.0,) * 3] * 120 and found[180:] == [(30.0,) * 3] * 270
    tapes = HostTapes(1.0, 15.0, 600.0, 100)
    for at in (10, 11, 12, 5, 6, 6, 5.5, 20):
        tapes.see(gw(START + at))
    assert [at - START for at in tapes.fast.times] == [5, 6, 20]


async def test_a_machine_that_slept_keeps_what_was_before(past: Past) -> None:
    await past.let_pass(90, gw)
    past.clock.wall += 5 * 3600
    await past.let_pass(120, gw)
    span = past.clock.wall - START
    graph = await past.history.graph("gw", CPU, START, past.clock.wall, round(span / 60))
    assert len(graph.points) in (4, 5)


async def test_a_restart_loses_nothing_that_was_told_to_end(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    first = Past(path)
    await first.let_pass(150, gw)
    await first.history.close()
    second = Past(path)
    second.clock.wall = START + 155
    await second.let_pass(145, gw)
    graph = await second.history.graph("gw", CPU, START, START + 300, 5)
    assert [point.at - START for point in graph.points] == [0, 60, 120, 180, 240]
    await second.history.close()


async def test_a_new_site_file_lets_hosts_and_size_go(past: Past) -> None:
    await past.let_pass(130, gw)
    past.history.adopt(SiteSpec("Desk", "UTC", None, (HostSpec("new", "new"),), "x", history=HistoryRule(LEAST, 1)))
    assert (await past.history.graph("gw", CPU, START, START + 120, 2)).points, "the file still has it"


async def test_a_new_site_file_that_asks_more_often_still_keeps_whole_minutes(past: Past) -> None:
    """Rows for ten minutes of slow readings are not enough for one minute of fast ones."""
    await past.let_pass(600, lambda at: gw(at, interval_s=60.0), each=60.0)
    past.history.adopt(site(hosts=(HostSpec("gw", "gw", interval_s=1.0),)))
    await past.let_pass(240, gw)
    found = await past.values(CPU, START + 660, START + 840, 3)
    assert found == [(0.0, pytest.approx(29.5), 59.0)] * 3
    assert len(await past.values(CPU, START + 600, START + 840, 240)) == 240


# --- trouble with the file --------------------------------------------------------------------------------------------


async def test_a_damaged_file_is_said_and_what_is_in_memory_is_drawn(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    path.write_bytes(b"this is no database" * 1000)
    past = Past(path)
    await past.let_pass(130, gw)
    assert str(past.history.error) == "the store is damaged"
    assert len(await past.values(CPU, START, START + 130, 130)) == 130
    assert CPU in await past.history.series("gw")
    path.unlink()
    await past.let_pass(60, gw)
    assert past.history.error is None
    await past.history.close()
    store = HistoryStore(path, LEAST, 30, reading=True)
    kept = store.read("gw", [CPU], MINUTE, 0, 1e12)[CPU]
    assert [row.at - START for row in kept][:3] == [0, 60, 120], "minutes of meanwhile were not lost"
    store.close()


async def test_a_file_damaged_inside_is_said(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    first = Past(path)
    await first.let_pass(130, gw)
    await first.history.close()
    with path.open("r+b") as file:
        file.seek(3 * 4096)
        file.write(b"\xa5" * (path.stat().st_size - 3 * 4096))
    past = Past(path)
    past.clock.wall = first.clock.wall
    await past.let_pass(130, gw)
    assert str(past.history.error) == "the store is damaged"
    assert len(await past.values(CPU, past.clock.wall - 60, past.clock.wall, 60)) == 60
    await past.history.close()


async def test_a_file_that_was_taken_away_is_begun_anew(past: Past) -> None:
    await past.let_pass(130, gw)
    for beside in past.path.parent.glob("history.sqlite*"):
        beside.unlink()
    await past.let_pass(130, gw)
    assert past.history.error is None and past.path.exists()


async def test_a_locked_file_loses_no_minute(past: Past) -> None:
    await past.let_pass(70, gw)
    raw = sqlite3.connect(past.path, isolation_level=None)
    raw.execute("BEGIN IMMEDIATE")
    await past.let_pass(60, gw)
    assert str(past.history.error) == "another process holds the store"
    raw.execute("ROLLBACK")
    raw.close()
    await past.let_pass(60, gw)
    assert past.history.error is None
    assert len(await past.values(CPU, START, START + 180, 3)) == 3


async def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    past = Past(tmp_path / "a file" / "history.sqlite")
    (tmp_path / "a file").write_text("not a folder")
    await past.let_pass(130, gw)
    assert past.history.error is not None
    await past.history.close()


# --- what the past says -----------------------------------------------------------------------------------------------


async def test_a_filling_disk_is_foreseen_with_a_range(past: Past) -> None:
    def filling(at: float) -> HostView:
        slow = at // 15 * 15
        return gw(at, disks=(disk("/data", slow, 50 + (slow - START) / 3600 * 10), disk("/", slow, 40)))

    await past.let_pass(3600, filling, each=15.0)
    outlooks = past.seen["gw"].outlooks
    found = outlooks[USED]
    assert isinstance(found, Forecast)
    assert found.seconds == pytest.approx(4 * 3600, rel=0.02) and found.low_s <= found.seconds <= found.high_s
    root = outlooks[SeriesKey("disk", "/", "used")]
    assert isinstance(root, NoForecast) and root.reason in ("flat", "short")


async def test_what_grows_towards_a_limit_is_foreseen(tmp_path: Path) -> None:
    limits = ProcessRule("risk", name="risk", rss_bytes=Limits(1 << 29, 1 << 30), open_files=Limits(warn=100))
    past = Past(tmp_path / "history.sqlite", hosts=(HostSpec("gw", "gw", processes=(limits, ProcessRule("free"))),))

    def leaking(at: float) -> HostView:
        share = (at - START) / 3600
        risk = process("risk", at, rss_bytes=round((0.5 + 0.1 * share) * (1 << 30)), open_files=70)
        numbers = (
            PerfView("space", 50 + 10 * share, "GiB", State.OK, maximum=100.0),
            PerfView("free", 50 - 10 * share, "%", State.OK, limit=20.0),
            PerfView("over", 50 + 10 * share, "", State.ACT, limit=20.0),
            PerfView("count", 50 + 10 * share, "", State.OK),
        )
        app = AppView("db", "command", "x", False, State.OK, (), START, 15, 0, perf=numbers, read_at=at)
        return gw(at, processes=(risk, process("free", at)), apps=(app,), disks=())

    await past.let_pass(3600, leaking, each=15.0)
    found = {str(key): outlook for key, outlook in past.seen["gw"].outlooks.items()}
    hours = {key: one.seconds / 3600 for key, one in found.items() if isinstance(one, Forecast)}
    assert hours == pytest.approx(
        {"process:risk:rss": 4.0, "perf:db space:value": 4.0, "perf:db free:value": 2.0}, rel=0.02
    )
    assert {key for key, one in found.items() if isinstance(one, NoForecast)} == {"process:risk:files"}
    await past.history.close()


async def test_a_disk_that_jumped_is_not_foreseen(past: Past) -> None:
    await past.let_pass(3600, lambda at: gw(at, disks=(disk("/data", at // 15 * 15, 40 if at < START + 3200 else 60),)),
                        each=15.0)  # fmt: skip
    found = past.seen["gw"].outlooks[USED]
    assert isinstance(found, NoForecast) and found.reason == "jumped"


async def test_too_short_a_past_is_said(past: Past) -> None:
    await past.let_pass(200, gw, each=5.0)
    found = past.seen["gw"].outlooks[USED]
    assert isinstance(found, NoForecast) and found.reason == "short"


async def test_the_peak_of_the_last_session(tmp_path: Path) -> None:
    past = Past(tmp_path / "history.sqlite", sessions=(SessionRule("morning", 9 * 60, 9 * 60 + 30),))
    morning = datetime(2026, 3, 4, 9, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp()
    past.clock.wall = morning - 300

    def trading(at: float) -> HostView:
        rate = 9e6 if at < morning else 4e6 if at == morning + 600 else 1e6
        return gw(at, lines=(line("SGE-1", at, (rate, 2e5)),))

    await past.let_pass(300 + 1800 + 300, trading)
    peak = past.seen["gw"].peaks["SGE-1"]
    assert (peak.session.name, peak.session.day) == ("morning", "2026-03-04")
    assert (peak.in_bps, peak.out_bps) == (4e6, 2e5)
    assert peak.seen == pytest.approx(1.0, abs=0.01)
    assert peak.times == pytest.approx(2.5) and peak.enough
    await past.history.close()


# --- asked by a screen ------------------------------------------------------------------------------------------------


async def test_a_screen_asks_for_graphs_and_series(past: Past, tmp_path: Path) -> None:
    async def reload(_who: str, _session: str) -> tuple[None, tuple[str, ...]]:
        return None, ()

    async def keep_key(_host: str, _key: object) -> None:
        return None

    records = await Records.open(tmp_path / "records.sqlite", past.clock)
    recorder = Recorder(records, lambda _event: None)
    engine = Engine(site(), lambda *_: None, recorder, past.clock, lambda *_: None)  # type: ignore[arg-type,return-value]
    commands = Commands(engine, recorder, past.clock, reload=reload, keep_key=keep_key, history=past.history)
    await past.let_pass(130, gw)
    reply = await commands.do("wang", ReadHistory(7, "gw", CPU, START, START + 120, 12))
    assert reply.ok and reply.ask == 7 and reply.graph is not None and len(reply.graph.points) == 12
    assert CPU in (await commands.do("wang", ReadSeries(8, "gw"))).series
    for since, until in ((5.0, 5.0), (float("nan"), 9.0), (0.0, float("inf"))):
        with pytest.raises(Refused):
            await commands.do("wang", ReadHistory(9, "gw", CPU, since, until))
    huge = await commands.do("wang", ReadHistory(10, "gw", CPU, 0.0, 1e15, 10**9))
    assert huge.graph is not None and len(huge.graph.points) <= 2000
    await records.close()
