"""Ping targets and congestion: every limit, what is unknown, and that neither load nor loss alone is congestion."""

from __future__ import annotations

import pytest

from duty.lines import LineTrack
from duty.phrases import phrase
from duty.pings import judge_ping
from duty.quality import State
from duty.readings import InterfaceCounters, LineReadings, PingReading, QueueReading, SectionFailure
from duty.site import Limits, LineRule, PingRule

RULE = PingRule("10.0.0.9", "eth1", 5, Limits(0.02, 0.1), Limits(0.01), Limits(1, 20))


@pytest.mark.parametrize(
    ("reading", "state", "words"),
    [
        (PingReading("k", 5, 5, 0.001, 0.002, 0.003, 0.0005), State.OK, None),
        (PingReading("k", 5, 5, 0.02, 0.03, 0.04, 0.0), State.WARN, "10.0.0.9 takes 30.0 ms (limit 20 ms)"),
        (PingReading("k", 5, 5, 0.1, 0.2, 0.3, 0.0), State.ACT, "10.0.0.9 takes 200.0 ms (limit 100 ms)"),
        (PingReading("k", 5, 5, 0.001, 0.01, 0.02, 0.015), State.WARN, "10.0.0.9 varies by 15.0 ms (limit 10 ms)"),
        (PingReading("k", 10, 9, 0.001, 0.002, 0.003, 0.0), State.WARN, "10 % of pings to 10.0.0.9 are lost"),
        (PingReading("k", 5, 3, 0.001, 0.002, 0.003, 0.0), State.ACT, "40 % of pings to 10.0.0.9 are lost"),
        (PingReading("k", 5, 0), State.ACT, "10.0.0.9 does not answer"),
        (PingReading("k", 5, 0, why="unreachable"), State.ACT, "10.0.0.9: no way there"),
        (PingReading("k", 5, 0, why="name"), State.UNKNOWN, "10.0.0.9: the host finds no address for this name"),
        (PingReading("k", 0, 0), State.UNKNOWN, "10.0.0.9: the host finds no address for this name"),
        (None, State.UNKNOWN, "the host does not tell of 10.0.0.9"),
    ],
)
def test_one_target(reading: PingReading | None, state: State, words: str | None) -> None:
    view = judge_ping(RULE, reading, None, 1.0)
    assert (view.state, [str(why) for why in view.why]) == (state, [words] if words else [])


def test_a_target_that_could_not_be_asked_says_why() -> None:
    view = judge_ping(RULE, None, phrase("the command {detail} is missing on this host", detail="ping"), 1.0)
    assert view.state is State.UNKNOWN and str(view.why[0]) == "the command ping is missing on this host"
    assert view.rtt_s is None and view.loss_percent is None and view.read_at is None


class OneLine:
    """A line of 1 Mbit/s each way that sends ``bits`` a second."""

    def __init__(self, **more: object) -> None:
        self.track = LineTrack(LineRule("L", "eth1", 1e6, 1e6, pings=(PingRule("10.0.0.9"),), **more))  # type: ignore[arg-type]
        self.sent = self.dropped = 0
        self.now = 100.0

    def second(self, bits: float, drops: int = 0) -> None:
        self.now += 1
        self.sent += int(bits / 8)
        self.dropped += drops
        self.track.see(InterfaceCounters("eth1", 0, 0, 0, self.sent, 0, self.dropped), self.now, self.now)

    def look(self, received: int = 5, waiting: int = 0, again: int = 0) -> None:
        self.out = getattr(self, "out", 0) + 1000
        self.again = getattr(self, "again", 0) + again
        ping = PingReading("L 10.0.0.9", 5, received, 0.001, 0.001, 0.001, 0.0)
        queue = QueueReading("eth1", waiting * 1000, waiting, 0, 0)
        self.track.look(LineReadings(self.now, (ping,), (queue,), self.out, self.again), self.now)


@pytest.mark.parametrize(
    ("bits", "drops", "look", "congested"),
    [
        (0.9e6, 0, {}, None),
        (0.9e6, 5, {}, "congested: 90 % used, 5.0 drops/s"),
        (0.9e6, 0, {"received": 4}, "congested: 90 % used, 20 % lost"),
        (0.9e6, 0, {"waiting": 30}, "congested: 90 % used, 30 packets wait"),
        (0.9e6, 0, {"again": 50}, "congested: 90 % used, 5.0 % sent again"),
        (0.9e6, 0, {"again": 5}, None),
        (0.1e6, 5, {"received": 4, "waiting": 30, "again": 50}, None),
    ],
)
def test_congestion_is_load_and_what_it_does(
    bits: float, drops: int, look: dict[str, int], congested: str | None
) -> None:
    line = OneLine()
    line.second(bits)
    line.look()
    line.second(bits, drops)
    line.look(**look)
    view = line.track.view()
    assert view.congested is (congested is not None)
    said = [str(why) for why in view.why]
    assert (congested in said) if congested else not any(why.startswith("congested") for why in said)
    if congested:
        assert view.state is State.ACT and said[0] == congested


def test_limits_on_queue_and_segments() -> None:
    line = OneLine(queue_packets=Limits(10, 100), retransmitted_percent=Limits(1, 10))
    line.second(0.0)
    line.second(0.0)
    line.look(waiting=20)
    assert str(line.track.view().why[0]) == "20 packets wait to be sent"
    line.look(again=200)
    assert str(line.track.view().why[0]) == "20.0 % of TCP segments are sent again"
    line.track.look(LineReadings(line.now), line.now)
    said = {str(why) for why in line.track.view().why}
    assert "the host does not tell what waits to be sent" in said
    assert line.track.view().retransmitted_percent is None


def test_a_section_that_fails_for_one_target_costs_only_that_target() -> None:
    track = LineTrack(LineRule("L", "eth1", pings=(PingRule("a"), PingRule("b"))))
    why = phrase("{subject} has not answered for {detail} s", subject="L b", detail="9")
    good = PingReading("L a", 5, 5, 0.001, 0.001, 0.001, 0.0)
    track.look(LineReadings(1.0, (good,), failures=(SectionFailure("lines", why, "L b"),)), 1.0)
    first, second = track.view().pings
    assert first.state is State.OK and second.state is State.UNKNOWN and second.why == (why,)
