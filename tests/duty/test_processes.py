import pytest

from duty.forecast import FLAT, Forecast
from duty.listening import by_port
from duty.phrases import phrase
from duty.process_demand import wanted
from duty.processes import ProcessTrack
from duty.quality import State
from duty.readings import Listening, Ports, ProcessFound, ProcessStat, Sample
from duty.site import Limits, ProcessRule


def found(pid: int, start: int = 1000, files: int | None = None) -> ProcessFound:
    return ProcessFound("quoted", pid, start, "quote", "/opt/quoted --sge", files)


def stat(pid: int, state: str = "S", cpu: int = 0, start: int = 1000, rss: int = 1 << 20) -> ProcessStat:
    return ProcessStat(pid, state, 4, cpu, start, rss)


def see(
    track: ProcessTrack, uptime: float, *stats: ProcessStat, seconds: float = 1.0, gone: tuple[int, ...] = ()
) -> bool:
    sample = Sample(seq=1, uptime_s=uptime, processes=stats, gone=gone)
    return track.see({s.pid: s for s in stats}, sample, seconds, uptime)


def view(track: ProcessTrack, ports: Ports | None = None, at: float = 1e9):  # type: ignore[no-untyped-def]
    if ports is not None:
        track.listens(by_port(ports), at)
    return track.view()


def test_before_the_table_was_walked_nothing_is_known() -> None:
    seen = view(ProcessTrack(ProcessRule("quoted", name="quoted")))
    assert seen.state is State.UNKNOWN and seen.count is None


def test_missing_is_a_fault_and_a_running_copy_is_well() -> None:
    track = ProcessTrack(ProcessRule("quoted", name="quoted"))
    track.found([], 1.0)
    assert (view(track).state, view(track).count) == (State.ACT, 0)
    track.found([found(7)], 2.0)
    see(track, 100.0, stat(7))
    assert view(track).state is State.OK and view(track).uptime_s == 90.0


def test_a_gone_copy_counts_at_once_and_its_successor_is_a_restart() -> None:
    track = ProcessTrack(ProcessRule("quoted", name="quoted"))
    track.found([found(7)], 1.0)
    assert see(track, 100.0, stat(7)) is False
    assert see(track, 101.0, gone=(7,)) is True
    assert view(track).state is State.ACT
    track.found([found(9, 10150)], 2.0)
    assert (view(track).restarts, view(track).count) == (1, 1)


def test_the_same_pid_with_another_start_time_is_another_process() -> None:
    track = ProcessTrack(ProcessRule("quoted", name="quoted"))
    track.found([found(7)], 1.0)
    assert see(track, 200.0, stat(7, start=15000)) is True
    track.found([found(7, 15000)], 2.0)
    assert view(track).restarts == 1


def test_copies_of_the_first_walk_are_no_restarts() -> None:
    track = ProcessTrack(ProcessRule("quoted", name="quoted"))
    track.found([found(7), found(8)], 1.0)
    track.found([found(7), found(8), found(9)], 2.0)
    assert view(track).restarts == 0


def test_limits_are_said_with_value_and_limit() -> None:
    rule = ProcessRule("quoted", name="quoted", cpu_percent=Limits(50, 90), rss_bytes=Limits(act=2 << 20), count_max=1)
    track = ProcessTrack(rule)
    track.found([found(7), found(8)], 1.0)
    see(track, 100.0, stat(7), stat(8))
    assert view(track).cpu_percent is None, "the first sample has no rate"
    see(track, 101.0, stat(7, cpu=60), stat(8))
    seen = view(track)
    assert [str(why) for why in seen.why] == [
        "2 running, 1 wanted",
        "memory at 2 MiB (limit 2 MiB)",
        "CPU at 60 % (limit 50 %)",
    ]


def test_stuck_in_d_only_after_its_time() -> None:
    track = ProcessTrack(ProcessRule("quoted", name="quoted", stuck_d_s=10))
    track.found([found(7)], 1.0)
    for uptime in range(100, 110):
        see(track, float(uptime), stat(7, "D"))
    assert view(track).state is State.OK
    see(track, 110.0, stat(7, "D"))
    assert view(track).state is State.ACT
    see(track, 111.0, stat(7, "R"))
    assert view(track).state is State.OK


def seen_for(track: ProcessTrack, seconds: range, cpu: int = 0) -> None:
    for uptime in seconds:
        see(track, float(uptime), stat(7, cpu=cpu))


def test_quiet_only_after_its_time_and_no_longer_than_that() -> None:
    track = ProcessTrack(ProcessRule("quoted", name="quoted", quiet_after_s=60))
    track.found([found(7)], 1.0)
    seen_for(track, range(1000, 1060))
    assert view(track).state is State.OK
    seen_for(track, range(1060, 1090))
    assert [str(why) for why in view(track).why] == ["stuck: no CPU time used for 80 s"]
    assert view(track).state is State.ACT
    seen_for(track, range(1090, 1091), cpu=1)
    assert view(track).state is State.OK
    assert view(ProcessTrack(ProcessRule("other"))).state is State.UNKNOWN


def test_one_quiet_copy_among_busy_ones_is_stuck() -> None:
    track = ProcessTrack(ProcessRule("quoted", name="quoted", quiet_after_s=60))
    track.found([found(7), found(8)], 1.0)
    for uptime in range(1000, 1061):
        see(track, float(uptime), stat(7), stat(8, cpu=uptime))
    assert view(track).state is State.ACT
    track.found([found(8)], 70.0)
    assert view(track).state is State.OK, "the quiet one is gone"


def test_a_quiet_process_whose_log_moves_is_at_work() -> None:
    track = ProcessTrack(ProcessRule("quoted", name="quoted", quiet_after_s=60, log="quoted"))
    track.found([found(7)], 1.0)
    seen_for(track, range(1000, 1050))
    track.logged(grew=True, unread=False)
    seen_for(track, range(1050, 1100))
    assert view(track).state is State.OK
    seen_for(track, range(1100, 1110))
    assert [str(why) for why in view(track).why] == ["stuck: no CPU time used and nothing in its log for 60 s"]
    track.logged(grew=True, unread=False)
    assert view(track).state is State.OK


def test_a_log_that_cannot_be_read_makes_quiet_unknown() -> None:
    track = ProcessTrack(ProcessRule("quoted", name="quoted", quiet_after_s=60, log="quoted"))
    track.found([found(7)], 1.0)
    seen_for(track, range(1000, 1001))
    track.logged(grew=False, unread=False)
    track.logged(grew=False, unread=True)
    seen_for(track, range(1001, 1061))
    assert (view(track).state, str(view(track).why[0])) == (
        State.UNKNOWN,
        "no CPU time used for 60 s, and its log could not be read",
    )
    seen_for(track, range(1061, 1062), cpu=1)
    assert view(track).state is State.OK, "it works: nobody needs its log"


def test_growth_that_ends_within_a_day_warns() -> None:
    track = ProcessTrack(ProcessRule("quoted", name="quoted", rss_bytes=Limits(act=1 << 30), threads=Limits(99)))
    track.found([found(7)], 1.0)
    see(track, 1000.0, stat(7))
    hour = 3600.0
    track.foresee({"rss": Forecast(26 * hour, 20 * hour, 30 * hour), "threads": FLAT})
    assert (view(track).state, view(track).limit_of) == (State.OK, "rss")
    track.foresee({"rss": FLAT, "threads": Forecast(5 * hour, 4 * hour, 6.5 * hour)})
    assert (view(track).state, view(track).limit_of) == (State.WARN, "threads")
    assert str(view(track).why[0]) == "threads reaches its limit in 5 h (4-7 h)"
    track.foresee({})
    assert view(track).state is State.OK and view(track).time_to_limit is None


def test_zombies_and_young_copies_warn() -> None:
    track = ProcessTrack(ProcessRule("quoted", name="quoted", min_uptime_s=60))
    track.found([found(7, 9900)], 1.0)
    see(track, 100.0, stat(7, "Z", start=9900))
    assert [str(why) for why in view(track).why] == ["started 1 s ago", "1 zombies"]


def test_ports_count_only_when_read_after_the_last_change() -> None:
    track = ProcessTrack(ProcessRule("quoted", name="quoted", ports=("9001", "10.0.0.1:9002")))
    track.found([found(7)], 10.0)
    listening = Ports((Listening("0.0.0.0", 9001, (7,)), Listening("10.0.0.1", 9002, (7,))), True)
    assert view(track, listening, at=9.0).ports == (("9001", State.UNJUDGED), ("10.0.0.1:9002", State.UNJUDGED))
    assert view(track, listening, at=11.0).state is State.OK
    other = Ports((Listening("::", 9001, (8,)), Listening("127.0.0.1", 9002, (7,))), True)
    seen = view(track, other, at=11.0)
    assert seen.state is State.ACT
    assert [str(why) for why in seen.why] == [
        "port 9001 is held by another process",
        "port 10.0.0.1:9002 is not listening",
    ]
    unowned = Ports((Listening("*", 9001, ()), Listening("10.0.0.1", 9002, ())), False)
    assert view(track, unowned, at=11.0).state is State.OK


ALL_SEEN, NOT_SEEN = True, False


@pytest.mark.parametrize(
    ("owners", "known", "among", "state"),
    [
        ((7,), ALL_SEEN, (7, 9), State.OK),
        ((3, 7), ALL_SEEN, (3, 7), State.OK),
        ((7,), NOT_SEEN, (7, 9), State.OK),
        ((), ALL_SEEN, (7, 9), State.WARN),
        ((9,), ALL_SEEN, (7, 9), State.WARN),
        ((9,), NOT_SEEN, (7, 9), State.WARN),
        ((), NOT_SEEN, (7, 9), State.OK),
        ((), ALL_SEEN, (9,), State.OK),
        ((), ALL_SEEN, (), State.OK),
        ((), ALL_SEEN, None, State.OK),
    ],
    ids=[
        "ours holds it", "ours and its parent", "ours, though others cannot be seen", "none of ours, all seen",
        "another that is watched", "another that is watched, not all seen", "not permitted to see",
        "our copy was not asked about yet", "nobody was asked about", "the reading does not say",
    ],
)  # fmt: skip
def test_whose_port_it_is_is_said_where_it_is_certain(
    owners: tuple[int, ...], known: bool, among: tuple[int, ...] | None, state: State
) -> None:
    track = ProcessTrack(ProcessRule("quoted", name="quoted", ports=("9001",)))
    track.found([found(7)], 1.0)
    seen = view(track, Ports((Listening("0.0.0.0", 9001, owners),), known, among=among), at=2.0)
    assert seen.ports == (("9001", state),)
    taken = ["port 9001 is held by another process"] if state is State.WARN else []
    assert (seen.state, [str(why) for why in seen.why]) == (State.ACT if taken else State.OK, taken)


def test_a_port_that_another_holds_is_said_beside_a_process_that_does_not_run() -> None:
    track = ProcessTrack(ProcessRule("quoted", name="quoted", ports=("9001",)))
    held = Ports((Listening("::", 9001),), True, among=(9,))
    assert view(track, held, at=2.0).ports == (("9001", State.OK),), "nobody has looked for copies yet"
    track.found([], 3.0)
    seen = view(track, held, at=4.0)
    assert [str(why) for why in seen.why] == ["not running", "port 9001 is held by another process"]
    track.found([], 5.0, phrase("no pattern"))
    assert (view(track).ports, view(track).state) == ((("9001", State.OK),), State.UNKNOWN)


def test_an_uptime_is_told_in_whole_minutes_once_nobody_counts_the_seconds() -> None:
    track = ProcessTrack(ProcessRule("quoted", name="quoted"))
    slow = ProcessTrack(ProcessRule("quoted", name="quoted", min_uptime_s=1000))
    for one in (track, slow):
        one.found([found(7)], 1.0)
    ages = (0.5, 59.9, 599.9, 600.5, 659.9, 999.5, 1000.5, 1079.9, 1080.5)
    told = []
    for age in ages:
        for one in (track, slow):
            see(one, 10.0 + age, stat(7))
        told.append((view(track).uptime_s, view(slow).uptime_s, view(slow).state))
    assert [one for one, _, _ in told] == [0, 59, 599, 600, 600, 960, 960, 1020, 1080]
    assert [one for _, one, _ in told] == [0, 59, 599, 600, 659, 999, 1000, 1079, 1080], "its rule counts them"
    assert [state is State.WARN for _, _, state in told] == [age < 1000 for age in ages]


def test_a_copy_that_is_gone_and_another_one_at_once_counts_once() -> None:
    track = ProcessTrack(ProcessRule("quoted", name="quoted"))
    track.found([found(7)], 1.0)
    assert see(track, 200.0, stat(7, start=15000), gone=(7,)) is True
    track.found([found(7, 15000)], 2.0)
    assert (view(track).restarts, view(track).count) == (1, 1)


def test_how_many_are_wanted_in_words() -> None:
    assert wanted(ProcessRule("a", count_min=1)) == "1+"
    assert wanted(ProcessRule("a", count_min=2, count_max=2)) == "2"
    assert wanted(ProcessRule("a", count_min=2, count_max=4)) == "2-4"
