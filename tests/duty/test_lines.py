import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from duty.lines import LineTrack
from duty.quality import State
from duty.readings import InterfaceCounters, LineReadings, QueueReading
from duty.site import Limits, LineRule


def counters(rx: int, tx: int = 0, errors: int = 0, drops: int = 0) -> InterfaceCounters:
    return InterfaceCounters("eth0", rx, errors, drops, tx, 0, 0)


def line(capacity: float | None = 8_000_000.0) -> LineTrack:
    return LineTrack(LineRule("SGE-1", "eth0", capacity, capacity))


def test_the_first_sample_has_no_rate() -> None:
    track = line()
    assert track.view().state is State.UNKNOWN
    track.see(counters(1000), 10.0, 1.0)
    view = track.view()
    assert view.in_bps is None and view.state is State.OK and view.trend_in == (-1,)


@pytest.mark.parametrize(("rx", "state"), [(100_000, State.OK), (600_000, State.WARN), (900_000, State.ACT)])
def test_use_against_the_contracted_capacity(rx: int, state: State) -> None:
    track = line()
    track.see(counters(0), 10.0, 1.0)
    track.see(counters(2 * rx), 12.0, 3.0)
    view = track.view()
    assert view.in_bps == rx * 8 and view.state is state


LIMITS = st.builds(Limits, *[st.none() | st.integers(0, 90)] * 2)
COUNTS = st.integers(0, 1_000_000)


@given(
    st.builds(LineRule, st.just("SGE-1"), st.just("eth0"), *[st.none() | st.just(8_000_000.0)] * 2,
              use_percent=LIMITS, errors_per_s=LIMITS, drops_per_s=LIMITS, queue_packets=LIMITS),
    COUNTS, COUNTS, st.integers(0, 100), st.integers(0, 100), st.sampled_from(["", "up", "down"]), st.integers(0, 100),
)  # fmt: skip
def test_what_is_seen_at_a_glance_to_be_well_has_no_fault(
    rule: LineRule, rx: int, tx: int, errors: int, drops: int, link: str, waiting: int
) -> None:
    track = LineTrack(rule)
    track.see(counters(0), 10.0, 1.0)
    track.see(replace(counters(rx, tx, errors, drops), link=link), 11.0, 2.0)
    track.look(LineReadings(11.0, queues=(QueueReading("eth0", 0, waiting, 0, 0),)), 2.0)
    limits = ((rx * 8e2 / 8e6, rule.use_percent), (errors, rule.errors_per_s), (drops, rule.drops_per_s))
    reached = [
        limit is not None and value >= limit
        for value, both in (*limits, (tx * 8e2 / 8e6, rule.use_percent), (waiting, rule.queue_packets))
        for limit in (both.warn, both.act)
    ]
    if rule.capacity_in_bps and rule.capacity_out_bps:
        assert bool(track.view().why) is (any(reached) or link == "down")


def test_the_hosts_own_clock_makes_the_rate() -> None:
    track = line()
    track.see(counters(0), 10.0, 1.0)
    track.see(counters(500_000), 15.0, 1.5)
    assert track.view().in_bps == 800_000


def test_a_reset_is_never_a_spike() -> None:
    track = line()
    track.see(counters(10**9, 10**9), 10.0, 1.0)
    track.see(counters(100, 100), 11.0, 2.0)
    view = track.view()
    assert view.in_bps is None and view.out_bps is None and view.peak_in_bps is None
    track.see(counters(100_100, 100), 12.0, 3.0)
    assert track.view().in_bps == 800_000


def test_one_counter_wrapping_alone_is_counted() -> None:
    track = line(None)
    track.see(counters(2**32 - 1000, 500), 10.0, 1.0)
    track.see(counters(1000, 600), 11.0, 2.0)
    assert track.view().in_bps == 16_000


def test_unknown_capacity_is_not_judged_and_not_green() -> None:
    track = line(None)
    track.see(counters(0), 10.0, 1.0)
    track.see(counters(10**12), 11.0, 2.0)
    assert track.view().state is State.UNJUDGED


def test_a_vanished_interface_is_a_fault_and_its_return_has_no_rate_yet() -> None:
    track = line()
    track.see(counters(0), 10.0, 1.0)
    track.see(None, 11.0, 2.0)
    assert track.view().state is State.ACT
    track.see(counters(5000), 12.0, 3.0)
    assert track.view().in_bps is None and track.view().state is State.OK


@pytest.mark.parametrize(
    ("link", "why"),
    [
        ("up", []),
        ("unknown", []),
        ("", []),
        ("down", ["no link on eth0 (the kernel says: down)"]),
        ("lowerlayerdown", ["no link on eth0 (the kernel says: lowerlayerdown)"]),
    ],
)
def test_a_line_without_a_link_is_a_fault_not_a_quiet_line(link: str, why: list[str]) -> None:
    track = line()
    track.see(counters(0), 10.0, 1.0)
    track.see(replace(counters(0), link=link), 11.0, 2.0)
    view = track.view()
    assert [str(one) for one in view.why] == why and view.state is (State.ACT if why else State.OK)
    assert view.in_bps == 0


def test_errors_and_drops_are_said() -> None:
    track = line()
    track.see(counters(0), 10.0, 1.0)
    track.see(counters(0, errors=5, drops=20), 11.0, 2.0)
    assert [str(why) for why in track.view().why] == ["5.0 errors per second", "20.0 drops per second"]


def test_a_sleeping_host_makes_an_average_not_a_spike() -> None:
    track = line()
    track.see(counters(0), 10.0, 1.0)
    track.see(counters(1_000_000), 3610.0, 2.0)
    assert track.view().in_bps == pytest.approx(8_000_000 / 3600)
