"""Simulated logs: whatever is asked in whatever pieces, each line comes once."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from collectors.parse_slow import parse_section
from collectors.probe import follow
from duty.readings import Events
from practice.demands import Demands
from practice.faults import strike
from practice.machines import Machine
from practice.sections import SECTIONS
from tests.practice.test_faults import SPECS, START, Bench


def ask(machine: Machine, cursor: str, now: float) -> Events:
    demands = Demands()
    rules = SPECS["order-gw-1"].events
    for line in follow(rules, {rule.key: cursor for rule in rules}).decode().splitlines():
        verb, _, rest = line.partition(" ")
        demands.take(verb, rest)
    lines = SECTIONS["events"](machine, demands, now)
    reading = parse_section("events", [line.encode() for line in lines], ())
    assert isinstance(reading, Events) and not reading.failures
    return reading


@given(st.lists(st.floats(0.01, 40), min_size=1, max_size=30), st.floats(0, 100), st.floats(0.1, 100))
def test_any_pieces_are_the_same_lines(pauses: list[float], begin: float, lasts: float) -> None:
    bench = Bench("order-gw-1")
    strike(bench, "log_error_burst", "order-log", True, START + begin)
    strike(bench, "log_error_burst", "order-log", False, START + begin + lasts)
    cursor = str(int(START * 1000))
    counts: Counter[int] = Counter()
    now = START
    for pause in pauses:
        now += pause
        for piece in ask(bench.machine, cursor, now).pieces:
            assert piece.start == cursor
            counts.update(dict(piece.counts))
            cursor = piece.end
    (whole,) = ask(bench.machine, str(int(START * 1000)), now).pieces
    assert dict(counts) == dict(whole.counts)


def test_a_log_that_a_machine_has_not_is_said() -> None:
    demands = Demands()
    demands.take("=", "events F other - /var/log/other.log")
    lines = SECTIONS["events"](Bench("order-gw-1").machine, demands, START)
    assert "! events other nofile /var/log/other.log" in lines
