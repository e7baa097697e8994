"""The engine turn by turn, without a loop: who is asked and judged when, and how soon a board tells it."""

from __future__ import annotations

from itertools import pairwise

import pytest

from duty.alarm_batch import Batch
from duty.alarm_catalog import BUILT_IN
from duty.board import Board
from duty.connection import Connection, Link
from duty.host_state import HostState
from duty.incident_rules import Change
from duty.moment import Moment
from duty.quality import Quality, State
from duty.readings import Processes, ProcessFound, Sample
from duty.records import NewLogEntry
from duty.site import HostSpec, ProcessRule, SiteSpec
from tests.support.feeds import HandClock, HandFeed
from watch.engine import BOARD_S, SLOT_S, SLOTS, URGENT_S, Engine
from watch.host_run import HostRun

COUNT = 35
SPECS = tuple(HostSpec(f"h{n:02}", "x", processes=(ProcessRule("quoted", name="quoted"),)) for n in range(COUNT))
SITE = SiteSpec(name="test", time_zone="UTC", language=None, hosts=SPECS, source="test.toml")


class Turns:
    """An engine of hosts that are all connected and read, and what it said."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.clock, self.slot, self.uptime = HandClock(), 0, 1000.0
        self.boards: list[tuple[float, Board, frozenset[str] | None]] = []
        self.changes: list[Change] = []
        self.judged: list[str] = []
        self.engine = Engine(SITE, HandFeed, self, self.clock, self.publish)
        self.engine.resume()
        for spec in SPECS:
            state = HostState(spec, self.clock.now())
            self.engine.runs[spec.id] = HostRun(HandFeed(spec, SITE, self.engine), state, 15.0)
            self.engine.on_connection(spec.id, Connection(Link.UP, 0.0))
            self.walked(spec.id, 7)
            self.hears(spec.id)
        plain = HostState.view

        def counted(state: HostState, at: Moment):  # type: ignore[no-untyped-def]
            self.judged.append(state.spec.id)
            return plain(state, at)

        monkeypatch.setattr(HostState, "view", counted)
        self.turn()

    def log(self, entry: NewLogEntry) -> None:
        return None

    def condition(self, change: Change, at: Moment) -> None:
        self.changes.append(change)

    def alarms(self, batch: Batch) -> None:
        return None

    def publish(self, board: Board, changed: frozenset[str] | None) -> None:
        self.boards.append((self.clock.seconds, board, changed))

    def walked(self, host: str, *pids: int) -> None:
        found = tuple(ProcessFound("quoted", pid, 100, "q", "quoted", None) for pid in pids)
        self.engine.on_section(host, Processes(found), self.clock.seconds, 0.1)

    def hears(self, host: str, gone: tuple[int, ...] = ()) -> None:
        self.uptime += 0.01
        self.engine.on_sample(host, Sample(1, self.uptime, gone=gone), self.clock.seconds)

    def turn(self, times: int = 1) -> None:
        for _ in range(times):
            self.judged.clear()
            self.engine.turn(self.slot)
            self.slot = (self.slot + 1) % SLOTS
            self.clock.seconds += SLOT_S

    def asked(self) -> list[int]:
        return [len(run.feed.samples) for run in self.engine.runs.values()]  # type: ignore[attr-defined]


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> Turns:
    return Turns(monkeypatch)


def test_the_first_board_has_every_host_judged(turns: Turns) -> None:
    (_, board, changed), *_ = turns.boards
    assert changed is None and [host.id for host in board.hosts] == [spec.id for spec in SPECS]
    assert all(host.state is State.OK and host.samples == 1 for host in board.hosts)


def test_a_host_that_connects_is_asked_at_once_and_then_in_its_slot(turns: Turns) -> None:
    feeds = [run.feed for run in turns.engine.runs.values()]
    assert all(feed.samples and feed.sections.count("processes") == 1 for feed in feeds)  # type: ignore[attr-defined]
    before = turns.asked()
    turns.turn(2 * SLOTS)
    again = [now - then for then, now in zip(before, turns.asked(), strict=True)]
    assert set(again) <= {1, 2}, "within a second and a half there are two samples, and never two in half a second"
    turns.engine.on_connection("h00", Connection(Link.LOST, 0.0))
    asked = turns.asked()[0]
    turns.engine.on_connection("h00", Connection(Link.UP, 0.0))
    assert turns.asked()[0] == asked + 1


def test_what_was_heard_is_judged_and_nothing_else(turns: Turns) -> None:
    turns.turn()
    assert turns.judged == []
    for host in ("h30", "h03"):
        turns.hears(host)
    assert turns.judged == ["h30", "h03"], "at once, for all that is known of a host is at hand then"
    turns.turn()
    assert turns.judged == []
    turns.turn(int(BOARD_S / SLOT_S))
    assert turns.boards[-1][2] == {"h30", "h03"} and len(turns.boards) == 2
    assert len(turns.boards[-1][1].hosts) == COUNT, "a board is always the whole site"


def test_every_host_is_asked_once_a_second(turns: Turns) -> None:
    turns.turn(2 * SLOTS)
    before = turns.asked()
    turns.turn(5 * SLOTS)
    assert {now - then for then, now in zip(before, turns.asked(), strict=True)} == {5}


def test_a_turn_a_little_early_asks_all_the_same(turns: Turns) -> None:
    for _ in range(5):
        turns.turn(SLOTS)
        turns.clock.seconds -= 0.004
    assert min(turns.asked()) >= 5


def test_a_change_of_state_is_told_at_once(turns: Turns) -> None:
    turns.turn(3)
    for spec in SPECS:
        turns.hears(spec.id)
    before = len(turns.boards)
    turns.hears("h11", gone=(7,))
    heard = turns.clock.seconds
    turns.turn(3)
    when, board, changed = turns.boards[before]
    assert when - heard <= URGENT_S
    assert board.hosts[11].state is State.ACT and changed is not None and "h11" in changed


def test_boards_of_many_changes_keep_their_distance(turns: Turns) -> None:
    for turn in range(40):
        turns.walked("h01", *((7,) if turn % 2 else ()))
        turns.turn()
    times = [when for when, _, _ in turns.boards]
    assert all(later - sooner >= URGENT_S - 1e-6 for sooner, later in pairwise(times))
    assert len(times) > 10


def test_hosts_age_without_a_word_from_them(turns: Turns) -> None:
    turns.turn(int(2.0 / SLOT_S))
    for _ in range(40):
        turns.hears("h00")
        turns.turn()
    when, board, _ = turns.boards[-1]
    assert {host.quality for host in board.hosts[1:]} == {Quality.LATE} and board.hosts[0].quality is Quality.GOOD
    said = {float(host.why[0].values["seconds"]) for host in board.hosts[1:]}
    age = when - 100.0
    assert all(age - 1.5 <= seconds <= age + 0.5 for seconds in said), "judged within the last second, each of them"


def test_a_fault_begins_to_count_while_the_host_says_nothing_new(turns: Turns) -> None:
    slow = HostSpec("h00", "x", processes=SPECS[0].processes, interval_s=30.0)
    turns.engine.runs["h00"].state.update(slow, turns.clock.now())
    turns.walked("h00")
    turns.hears("h00")
    turns.turn(int(BUILT_IN["process.missing"].on_delay_s / SLOT_S) + 2)
    assert [change.subject.key for change in turns.changes if change.on] == ["quoted"]
