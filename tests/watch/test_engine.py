"""The engine with feeds driven by hand: what is asked when, what is published, what is recorded."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from itertools import pairwise

import msgspec
import pytest

from duty.alarm_batch import Batch, Kept
from duty.alarm_quality import FIRST_S
from duty.board import Board, HostView
from duty.connection import Link
from duty.events import EventStep
from duty.forecast import FLAT
from duty.incident_rules import Change
from duty.moment import Moment
from duty.phrases import phrase
from duty.quality import Quality, State
from duty.readings import AppReading, MountReading, Mounts, Processes, ProcessFound, Sample, SectionFailure
from duty.records import NewLogEntry, Subject
from duty.series import SeriesKey
from duty.site import AppRule, DiskRule, HostSpec, ProcessRule, SiteSpec
from tests.support.feeds import HandClock, HandFeed
from watch.engine import Engine

QUOTE = HostSpec(id="quote", address="quote", processes=(ProcessRule("quoted", name="quoted", ports=("9001",)),))
JUMP = HostSpec(id="jump", address="jump", disks=(DiskRule("*"),))
SITE = SiteSpec(name="test", time_zone="Asia/Shanghai", language=None, hosts=(QUOTE, JUMP), source="test.toml")


@dataclass
class Bench:
    engine: Engine
    clock: HandClock
    feeds: dict[str, HandFeed]
    boards: list[tuple[Board, frozenset[str] | None]] = field(default_factory=list)
    lines: list[NewLogEntry] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)
    kept: list[HostView] = field(default_factory=list)
    steps: list[EventStep] = field(default_factory=list)

    def log(self, entry: NewLogEntry) -> None:
        self.lines.append(entry)

    def condition(self, change: Change, at: Moment) -> None:
        self.changes.append(change)

    def alarms(self, batch: Batch) -> None:
        self.batches.append(batch)

    def event(self, step: EventStep) -> None:
        self.steps.append(step)

    async def until(self, true: Callable[[], bool], seconds: float = 5.0) -> None:
        """Let real time pass (the engine sleeps) while the hand clock moves with it."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while not true():
            assert loop.time() < end, "did not happen in time"
            await asyncio.sleep(0.02)
            self.clock.seconds += 0.06

    @property
    def newest(self) -> Board:
        return self.boards[-1][0]

    def host(self, name: str):  # type: ignore[no-untyped-def]
        return next(h for h in self.newest.hosts if h.id == name)


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async for one in bench_of(SITE):
        yield one
        fed = one.feeds.values()
    assert all(feed.cancelled for feed in fed)


async def bench_of(site: SiteSpec) -> AsyncIterator[Bench]:
    feeds: dict[str, HandFeed] = {}
    clock = HandClock()

    def make(spec: HostSpec, of: SiteSpec, listener: object) -> HandFeed:
        feeds[spec.id] = HandFeed(spec, of, listener)  # type: ignore[arg-type]
        return feeds[spec.id]

    made: Bench
    made = Bench(None, clock, feeds)  # type: ignore[arg-type]
    made.engine = Engine(
        site, make, made, clock, lambda board, changed: made.boards.append((board, changed)), made.kept.append
    )
    made.engine.resume()
    task = asyncio.create_task(made.engine.run())
    await made.until(lambda: bool(made.boards))
    yield made
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_the_first_board_is_full_and_knows_nothing(bench: Bench) -> None:
    board, changed = bench.boards[0]
    assert changed is None and [h.id for h in board.hosts] == ["quote", "jump"]
    assert all(h.state is State.UNKNOWN and h.quality is Quality.NEVER for h in board.hosts)
    assert not bench.feeds["quote"].samples, "nothing is asked before the connection stands"


async def test_only_what_the_site_demands_is_asked(bench: Bench) -> None:
    bench.feeds["quote"].connect()
    bench.feeds["jump"].connect()
    await bench.until(lambda: "ports" in bench.feeds["quote"].sections and bool(bench.feeds["jump"].sections))
    assert "mounts" not in bench.feeds["quote"].sections
    assert set(bench.feeds["jump"].sections) == {"health", "mounts"}, "no clock before a sample says whose"


async def test_found_pids_are_watched_and_a_gone_one_is_looked_for_at_once(bench: Bench) -> None:
    feed, engine = bench.feeds["quote"], bench.engine
    feed.connect()
    now = bench.clock.now().mono
    engine.on_section("quote", Processes((ProcessFound("quoted", 7, 1, "q", "quoted", None),)), now, 0.1)
    await bench.until(lambda: feed.samples[-1:] == [(7,)])
    walks = feed.sections.count("processes")
    engine.on_sample("quote", Sample(1, 100.0, gone=(7,)), bench.clock.now().mono)
    await bench.until(lambda: feed.sections.count("processes") > walks, 3.0)
    await bench.until(lambda: bench.host("quote").processes[0].state is State.ACT)


async def test_a_late_answer_drops_the_next_question_and_is_counted(bench: Bench) -> None:
    feed = bench.feeds["quote"]
    feed.busy["sample"] = bench.clock.seconds
    feed.connect()
    await bench.until(lambda: bench.host("quote").dropped >= 2)
    assert not feed.samples


async def test_a_hanging_section_costs_only_itself(bench: Bench) -> None:
    feed, engine = bench.feeds["jump"], bench.engine
    feed.busy["mounts"] = bench.clock.seconds - 60
    feed.connect()
    engine.on_sample("jump", Sample(1, 100.0), bench.clock.now().mono)
    await bench.until(lambda: any(s.section == "mounts" and s.why for s in bench.host("jump").sections))
    assert bench.host("jump").quality is Quality.GOOD
    del feed.busy["mounts"]
    engine.on_section("jump", Mounts(()), bench.clock.now().mono, 0.2)
    await bench.until(lambda: all(s.why is None for s in bench.host("jump").sections))


async def test_a_change_of_connection_is_published_at_once_and_logged_once(bench: Bench) -> None:
    feed = bench.feeds["quote"]
    for link in (Link.DIALLING, Link.UP, Link.SLOW, Link.UP, Link.LOST, Link.DIALLING, Link.REFUSED, Link.REFUSED):
        feed.connect(link)
    await bench.until(lambda: bench.host("quote").connection.link is Link.REFUSED)
    assert [line.subject.host for line in bench.lines] == ["quote"] * 3


async def test_a_host_that_waits_for_its_jump_host_has_not_failed(bench: Bench) -> None:
    bench.engine.adopt(msgspec.structs.replace(SITE, hosts=(msgspec.structs.replace(QUOTE, via="jump"), JUMP)))
    bench.feeds["jump"].connect(Link.DIALLING)
    for link in (Link.DIALLING, Link.JUMP_DOWN, Link.DIALLING):
        bench.feeds["quote"].connect(link)
        bench.clock.seconds += FIRST_S
        await bench.until(lambda link=link: bench.host("quote").connection.link is link)  # type: ignore[misc]
    assert not bench.lines
    bench.feeds["jump"].connect(Link.REFUSED)
    bench.feeds["quote"].connect(Link.JUMP_DOWN)
    bench.clock.seconds += FIRST_S
    await bench.until(lambda: bench.host("quote").connection.link is Link.JUMP_DOWN)
    await bench.until(lambda: bool(bench.changes))
    assert [line.subject.host for line in bench.lines] == ["jump", "quote"]
    assert {change.subject.host for change in bench.changes} == {"jump"}, "one cause, one incident"


async def test_a_lost_host_becomes_a_condition(bench: Bench) -> None:
    bench.feeds["jump"].connect()
    bench.engine.on_sample("jump", Sample(1, 100.0), bench.clock.now().mono)
    bench.feeds["jump"].connect(Link.LOST)
    bench.clock.seconds += 1
    await bench.until(lambda: bool(bench.boards))
    bench.clock.seconds += 8
    await bench.until(lambda: any(c.on and c.subject.host == "jump" for c in bench.changes))


async def test_a_new_site_keeps_the_hosts_that_stay(bench: Bench) -> None:
    quote = bench.feeds["quote"]
    quote.connect()
    bench.engine.on_sample("quote", Sample(1, 100.0), bench.clock.now().mono)
    await bench.until(lambda: bench.host("quote").samples == 1)
    new = HostSpec(id="risk", address="risk")
    changed = msgspec.structs.replace(QUOTE, label="行情")
    counts = bench.engine.adopt(msgspec.structs.replace(SITE, hosts=(changed, new)))
    assert counts == (1, 1, 1)
    await bench.until(lambda: [h.id for h in bench.newest.hosts] == ["quote", "risk"])
    assert (bench.host("quote").samples, bench.host("quote").label) == (1, "行情")
    assert bench.feeds["quote"] is quote and bench.feeds["jump"].cancelled


async def test_a_host_that_moved_is_dialled_anew(bench: Bench) -> None:
    old = bench.feeds["quote"]
    moved = msgspec.structs.replace(QUOTE, address="elsewhere")
    assert bench.engine.adopt(msgspec.structs.replace(SITE, hosts=(moved, JUMP))) == (1, 1, 0)
    await bench.until(lambda: old.cancelled)
    assert bench.feeds["quote"] is not old


async def _lost(bench: Bench, host: str) -> None:
    bench.feeds[host].connect()
    bench.engine.on_sample(host, Sample(1, 100.0), bench.clock.now().mono)
    bench.feeds[host].connect(Link.LOST)
    await bench.until(lambda: any(c.on and c.subject.host == host for c in bench.changes), 20.0)
    bench.changes.clear()


async def test_what_counted_of_a_host_that_moved_ends_where_it_is_well_again(bench: Bench) -> None:
    await _lost(bench, "quote")
    moved = msgspec.structs.replace(QUOTE, address="elsewhere")
    bench.engine.adopt(msgspec.structs.replace(SITE, hosts=(moved, JUMP)))
    await bench.until(lambda: bench.host("quote").connection.link is Link.IDLE)
    assert not bench.changes, "nothing says that it is well"
    bench.feeds["quote"].connect()
    bench.engine.on_sample("quote", Sample(1, 100.0), bench.clock.now().mono)
    await bench.until(lambda: [(c.subject.host, c.on) for c in bench.changes] == [("quote", False)])


async def test_what_ended_before_a_host_moved_may_begin_anew(bench: Bench) -> None:
    bench.engine.resume(Kept(), [Subject("quote", "host", "quote")])
    bench.feeds["quote"].connect()
    bench.engine.on_sample("quote", Sample(1, 100.0), bench.clock.now().mono)
    await bench.until(lambda: [c.on for c in bench.changes] == [False])
    moved = msgspec.structs.replace(QUOTE, address="elsewhere")
    bench.engine.adopt(msgspec.structs.replace(SITE, hosts=(moved, JUMP)))
    bench.changes.clear()
    await _lost(bench, "quote")


async def test_an_incident_of_what_nobody_watches_any_more_ends(bench: Bench) -> None:
    await _lost(bench, "jump")
    bench.engine.adopt(msgspec.structs.replace(SITE, hosts=(QUOTE,)))
    assert [(c.subject.host, c.on) for c in bench.changes] == [("jump", False)]
    bench.changes.clear()
    bench.engine.resume(Kept(), [Subject("long gone", "app", "web"), Subject("quote", "process", "quoted")])
    assert [(c.subject.host, c.on) for c in bench.changes] == [("long gone", False)]


async def test_a_failing_part_is_shown_with_its_reason(bench: Bench) -> None:
    bench.feeds["jump"].connect()
    bench.engine.on_sample("jump", Sample(1, 100.0), bench.clock.now().mono)
    bench.engine.on_failure("jump", SectionFailure("mounts", phrase("too large")), bench.clock.now().mono)
    await bench.until(lambda: bench.host("jump").quality is Quality.GOOD)
    assert [str(w) for w in bench.host("jump").why] == ["too large"]


async def test_each_view_that_was_judged_anew_is_handed_on(bench: Bench) -> None:
    bench.feeds["quote"].connect()
    for seq in range(3):
        bench.engine.on_sample("quote", Sample(seq, 100.0 + seq), bench.clock.now().mono)
        await bench.until(lambda seq=seq: any(v.id == "quote" and v.samples == seq + 1 for v in bench.kept))  # type: ignore[misc]
    kept = [view for view in bench.kept if view.id == "quote"]
    assert all(one != other for one, other in pairwise(kept)), "a view that says the same is not handed on again"


async def test_what_the_past_says_is_shown_with_the_newest_reading(bench: Bench) -> None:
    bench.feeds["jump"].connect()
    bench.engine.on_sample("jump", Sample(1, 100.0), bench.clock.now().mono)
    disk = MountReading("/", "/dev/sda1", "ext4", False, 100, 40, 60)
    bench.engine.on_section("jump", Mounts((disk,)), bench.clock.now().mono, 0.1)
    root = SeriesKey("disk", "/", "used")
    bench.engine.foresee("jump", {root: FLAT}, {})
    bench.engine.foresee("nobody", {root: FLAT}, {})
    await bench.until(lambda: [d.time_to_full for d in bench.host("jump").disks] == [FLAT])


FRONT = AppRule("front", "tcp", "127.0.0.1:1", interval_s=15)
VPN = AppRule("vpn", "tls", "vpn:443", from_console=True, interval_s=300)


@pytest.fixture
async def apps() -> AsyncIterator[Bench]:
    host = HostSpec(id="gw", address="gw", apps=(FRONT, VPN))
    async for one in bench_of(msgspec.structs.replace(SITE, hosts=(host,))):
        yield one


async def test_applications_have_clocks_of_their_own(apps: Bench) -> None:
    feed = apps.feeds["gw"]
    await apps.until(lambda: "vpn" in feed.asked)
    feed.connect()
    await apps.until(lambda: feed.asked.count("front") >= 2)
    began, before = apps.clock.seconds, feed.asked.count("front")
    await apps.until(lambda: feed.asked.count("front") > before, 30.0)
    assert apps.clock.seconds - began > 10 and feed.asked.count("vpn") == 1, feed.asked


async def test_a_fault_is_looked_at_again_soon_and_then_recorded(apps: Bench) -> None:
    feed = apps.feeds["gw"]
    feed.connect()
    await apps.until(lambda: "front" in feed.asked)
    began, asked = apps.clock.seconds, feed.asked.count("front")
    failed = AppReading("front", "failed", phrase("refused"))
    feed.listener.on_section("gw", failed, began, 0.1)
    await apps.until(lambda: feed.asked.count("front") > asked)
    assert apps.clock.seconds - began < 10
    feed.listener.on_section("gw", failed, apps.clock.seconds, 0.1)
    await apps.until(lambda: bool(apps.changes))
    assert str(apps.changes[0].said) == "front (gw): refused"
    (front,) = [one for one in apps.host("gw").apps if one.key == "front"]
    assert (front.state, front.fails) == (State.ACT, 2)


async def test_a_check_that_hangs_delays_no_sample(apps: Bench) -> None:
    feed = apps.feeds["gw"]
    feed.busy["front"] = 0.0
    before = list(feed.asked)
    feed.connect()
    await apps.until(lambda: len(feed.samples) > 6, 30.0)
    assert feed.asked.count("front") == before.count("front") and apps.host("gw").dropped == 0
    (front,) = [one for one in apps.host("gw").apps if one.key == "front"]
    assert front.state is State.UNKNOWN
