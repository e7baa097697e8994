import msgspec

from duty.alarm_catalog_connection import FIRST_HOLD_S
from duty.alarm_quality import FIRST_S
from duty.connection import Connection, Link
from duty.host_state import HostState
from duty.moment import Moment
from duty.phrases import phrase
from duty.quality import Quality, State
from duty.readings import (
    CpuTicks,
    EventPiece,
    Events,
    InterfaceCounters,
    Memory,
    Mounts,
    Processes,
    ProcessFound,
    ProcessStat,
    Sample,
    SectionFailure,
)
from duty.records import Subject
from duty.site import ClockRule, DiskRule, EventPattern, EventRule, HostSpec, LineRule, ProcessRule
from tests.support.watchful import Watchful

SPEC = HostSpec(
    id="quote-gw",
    address="quote-gw",
    processes=(ProcessRule("quoted", name="quoted"),),
    lines=(LineRule("SGE-1", "eth0", 1e6, 1e6),),
    disks=(DiskRule("*"),),
)
UP = Connection(Link.UP, 0.0)


def at(seconds: float) -> Moment:
    return Moment(1_000_000 + seconds, seconds)


def sample(uptime: float, *, busy: int = 0, rx: int = 0, **changes: object) -> Sample:
    made = Sample(
        seq=1,
        uptime_s=uptime,
        cpu=CpuTicks(busy, int(uptime * 100), 0),
        memory=Memory(1000, 250, 100, 0, 0),
        interfaces=(InterfaceCounters("eth0", rx, 0, 0, 0, 0, 0),),
        processes=(ProcessStat(7, "S", 1, 0, 100, 4096),),
    )
    return msgspec.structs.replace(made, **changes)


def running(spec: HostSpec = SPEC) -> HostState:
    state = HostState(spec, at(0))
    state.on_connection(UP)
    state.on_section(Processes((ProcessFound("quoted", 7, 100, "q", "quoted", 3),)), at(0), 0.1)
    state.on_section(Mounts(()), at(0), 0.1)
    state.on_sample(sample(100.0), at(0))
    state.on_sample(sample(101.0, busy=50), at(1))
    return state


def test_a_host_never_read_is_unknown() -> None:
    view = HostState(SPEC, at(0)).view(at(0))
    assert (view.state, view.quality) == (State.UNKNOWN, Quality.NEVER)


def test_a_running_host_is_well_and_has_rates() -> None:
    view = running().view(at(1))
    assert (view.state, view.quality) == (State.OK, Quality.GOOD)
    assert (view.cpu_percent, view.memory_percent) == (50.0, 75.0)


def test_age_alone_takes_the_green_away() -> None:
    state = running()
    assert state.view(at(4)).quality is Quality.LATE
    view = state.view(at(40))
    assert (view.quality, view.state) == (Quality.STALE, State.UNKNOWN)
    assert view.processes[0].count == 1, "the last known stays to be seen"


def test_a_lost_connection_is_a_fault_with_its_reason() -> None:
    state = running()
    state.on_connection(Connection(Link.REFUSED, 5.0, why=phrase("the port is closed")))
    view = state.view(at(2))
    assert (view.quality, view.state, str(view.why[0])) == (Quality.UNREACHABLE, State.ACT, "the port is closed")


def test_a_reboot_starts_every_counter_anew() -> None:
    state = running()
    state.on_sample(sample(3.0, busy=5, rx=10), at(2))
    view = state.view(at(2))
    assert view.cpu_percent is None and view.lines[0].in_bps is None
    assert view.processes[0].count is None and state.look_again


def test_a_broken_section_costs_only_its_own_cell() -> None:
    state = running()
    failure = SectionFailure("interfaces", phrase("/proc/net/dev cannot be read"))
    state.on_sample(sample(102.0, busy=60, interfaces=(), failures=(failure,)), at(2))
    view = state.view(at(2))
    assert view.state is State.UNKNOWN and view.cpu_percent == 10.0
    assert view.lines[0].state is not State.ACT, "not read is not gone"
    state.on_sample(sample(103.0, busy=70), at(3))
    assert state.view(at(3)).state is State.OK


def test_a_section_tells_since_when_it_fails() -> None:
    state = running()
    for second in (2, 3, 4):
        state.on_failure(SectionFailure("mounts", phrase("too large")), at(second))
    (mounts,) = [s for s in state.view(at(5)).sections if s.section == "mounts"]
    assert (mounts.state, mounts.since) == (State.UNKNOWN, at(2).wall)


def test_a_new_site_file_keeps_what_is_still_demanded() -> None:
    state = running()
    more = msgspec.structs.replace(SPEC, processes=(*SPEC.processes, ProcessRule("risk", name="risk")))
    state.update(more, at(1))
    counts = {p.key: p.count for p in state.view(at(1)).processes}
    assert counts == {"quoted": 1, "risk": None}


def test_a_lost_host_opens_after_its_hold_and_returns_only_on_a_good_reading() -> None:
    state, watch = running(), Watchful(SPEC)
    state.on_connection(Connection(Link.LOST, 2.0))
    assert watch.step(state.view(at(2)), 2.0) == []
    (opened,) = watch.step(state.view(at(8)), 2.0 + FIRST_HOLD_S)
    assert opened.on and opened.subject == Subject("quote-gw", "host", "quote-gw")
    assert watch.step(state.view(at(9)), 9.0) == [], "said once"
    state.on_connection(UP)
    assert watch.step(state.view(at(10)), 10.0) == [], "connected is not yet read"
    state.on_sample(sample(110.0), at(11))
    (ended,) = watch.step(state.view(at(11)), 11.0)
    assert not ended.on


def test_a_host_that_is_dialled_for_ever_is_a_fault_after_a_while() -> None:
    state, watch = HostState(SPEC, at(0)), Watchful(SPEC)
    state.on_connection(Connection(Link.DIALLING, 0.0))
    assert watch.step(state.view(at(1)), 1.0) == []
    assert watch.step(state.view(at(10)), 10.0) == []
    watch.step(state.view(at(25)), 1.0 + FIRST_S)
    assert len(watch.step(state.view(at(36)), 12.0 + FIRST_S)) == 1


def test_children_of_a_lost_jump_host_add_no_incident() -> None:
    state, watch = running(), Watchful(SPEC)
    state.on_connection(Connection(Link.JUMP_DOWN, 2.0))
    for second in range(2, 30):
        assert watch.step(state.view(at(second)), float(second)) == []


def test_a_missing_process_is_frozen_while_the_host_cannot_be_read() -> None:
    state, watch = running(), Watchful(SPEC)
    gone = sample(102.0, processes=(), gone=(7,))
    state.on_sample(gone, at(2))
    watch.step(state.view(at(2)), 2.0)
    state.on_sample(msgspec.structs.replace(gone, uptime_s=105.0), at(5))
    (opened,) = watch.step(state.view(at(5)), 5.0)
    assert opened.subject.kind == "process"
    state.on_connection(Connection(Link.LOST, 6.0))
    changes = watch.step(state.view(at(20)), 20.0)
    assert all(change.on for change in changes), "not seen is not well"
    state.on_connection(UP)
    state.on_section(Processes((ProcessFound("quoted", 9, 11000, "q", "quoted", 3),)), at(21), 0.1)
    state.on_sample(sample(121.0, processes=(ProcessStat(9, "S", 1, 0, 11000, 4096),)), at(21))
    ended = [c.subject.kind for c in watch.step(state.view(at(21)), 21.0) if not c.on]
    assert "process" in ended


def test_after_a_restart_the_incident_of_before_still_ends() -> None:
    subject = Subject("quote-gw", "process", "quoted")
    watch = Watchful(SPEC, waiting=(subject,))
    (ended,) = watch.step(running().view(at(1)), 1.0)
    assert not ended.on and ended.subject == subject


def test_a_process_is_known_by_its_log() -> None:
    rule = ProcessRule("order-gw", name="order-gw", quiet_after_s=60, log="gw")
    log = EventRule("gw", file="/var/log/gw.log", patterns=(EventPattern("FATAL", 2),))
    state = HostState(HostSpec("gw1", "gw1", processes=(rule,), events=(log,)), Moment(1e9, 0.0), {})
    state.on_connection(Connection(Link.UP, 1e9))
    state.on_section(Processes((ProcessFound("order-gw", 7, 100, "trade", "gw", 3),)), Moment(1e9, 0.0), 0.1)
    cursors = iter("abcdefgh")
    where = "-"

    def minute(number: int, *, written: bool) -> tuple[State, tuple[str, ...]]:
        nonlocal where
        at = Moment(1e9 + 60 * number, 60.0 * number)
        state.on_sample(Sample(1, 1000.0 + at.mono, processes=(ProcessStat(7, "S", 1, 10, 100, 1 << 20),)), at)
        if written:
            start, where = where, next(cursors)
            state.on_section(Events((EventPiece("gw", start, where, 9, 0, (), ()),)), at, 0.1)
        else:
            state.on_section(Events((), same=("gw",)), at, 0.1)
        (seen,) = state.view(at).processes
        return seen.state, tuple(map(str, seen.why))

    assert [minute(number, written=True)[0] for number in range(4)] == [State.OK] * 4
    assert minute(4, written=False) == (
        State.ACT,
        ("stuck: no CPU time used and nothing in its log for 60 s",),
    )
    assert minute(5, written=True)[0] is State.OK
    late = Moment(1e9 + 301, 301.0)
    for lost in (
        lambda: state.on_failure(SectionFailure("events", phrase("too large")), late),
        lambda: state.hangs("events", 20.0, late),
        lambda: state.on_connection(Connection(Link.LOST, late.wall)),
    ):
        assert state.view(late).processes[0].state is State.OK
        lost()
        state.on_connection(Connection(Link.UP, late.wall))
        state.on_sample(Sample(1, 1361.0, processes=(ProcessStat(7, "S", 1, 10, 100, 1 << 20),)), late)
        assert state.view(late).processes[0].state is State.UNKNOWN, "quiet, and its log is not known"
        start, where = where, next(cursors)
        state.on_section(Events((EventPiece("gw", start, where, 9, 0, (), ()),)), late, 0.1)


def test_what_is_asked_no_more_is_no_trouble_any_more() -> None:
    log = EventRule("gw", file="/var/log/gw.log", patterns=(EventPattern("FATAL", 2),))
    state = HostState(msgspec.structs.replace(SPEC, events=(log,), clock=ClockRule()), at(0), {})
    state.on_connection(UP)
    for section in ("mounts", "processes", "time", "events", "sample"):
        state.on_failure(SectionFailure(section, phrase("too large")), at(1))
    state.update(msgspec.structs.replace(SPEC, disks=(), clock=None), at(2))
    assert {one.section for one in state.view(at(2)).sections} == {"processes", "sample"}
