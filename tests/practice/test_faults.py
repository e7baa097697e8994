"""Each fault of the table, seen the way the console sees it: in readings, on and off again, at times of our own."""

from collections.abc import Callable

import pytest

from collectors import probe
from collectors.answers import AnswerReader, SampleAnswer, SectionAnswer
from duty.readings import (
    AppReading,
    ClockReading,
    Events,
    LineReadings,
    Mounts,
    Processes,
    ProcessStat,
    Sample,
)
from practice.conversation import Conversation
from practice.faults import FAULTS, NotPossible, kinds, strike
from practice.machines import Machine
from practice.members import members
from practice.models import MB
from practice.site import practice_site
from wire.messages import FaultKind

START = 1_795_500_000.0
MODELS = {model.id: model for model in members()}
SPECS = {spec.id: spec for spec in practice_site(MODELS.values(), local=False).hosts}


class Bench:
    """One machine without its server; what a server would be told is written down."""

    def __init__(self, host: str) -> None:
        self.now = START
        self.told: list[tuple[str, bool]] = []
        self.cursors: dict[str, str] = {}
        self.machine = Machine(MODELS[host], "s", START)
        self._talk = Conversation(self.machine, lambda: self.now, "watch")
        self._reader = AnswerReader()
        self._reader.feed(self._talk.receive(probe.opening(SPECS[host])))
        self._talk.receive(probe.setup(SPECS[host]))

    def hang(self, on: bool) -> None:
        self.told.append(("hang", on))

    def lose(self, on: bool) -> None:
        self.told.append(("lose", on))

    def change_key(self, on: bool) -> None:
        self.told.append(("change_key", on))

    def tell(self, data: bytes) -> None:
        assert not self._talk.receive(data)

    def sample(self) -> Sample:
        (answer,) = self._reader.feed(self._talk.receive(b"S 1\n"))
        assert isinstance(answer, SampleAnswer)
        return answer.sample

    def section(self, name: str) -> object:
        (answer,) = self._reader.feed(self._talk.receive(f"X 1 {name}\n".encode()))
        assert isinstance(answer, SectionAnswer)
        return answer.reading


def gateway_missing(bench: Bench) -> bool:
    found = bench.section("processes")
    assert isinstance(found, Processes)
    return "order-gw" not in {each.rule for each in found.found}


def stat_of(bench: Bench, key: str) -> ProcessStat:
    """The process as the next sample has it."""
    found = bench.section("processes")
    assert isinstance(found, Processes)
    (pid,) = (each.pid for each in found.found if each.rule == key)
    bench.tell(probe.watch((pid,)))
    (stat,) = bench.sample().processes
    return stat


def gateway_large(bench: Bench) -> bool:
    bench.now += 600
    return stat_of(bench, "order-gw").rss_bytes > 310 * MB


def gateway_blocked(bench: Bench) -> bool:
    return stat_of(bench, "order-gw").state == "D"


def gateway_idle(bench: Bench) -> bool:
    """No CPU time, no new line in its log, no answer to a caller."""
    bench.tell(probe.follow(SPECS["order-gw-1"].events, bench.cursors))
    bench.section("events")
    before = stat_of(bench, "order-gw")
    bench.now += 10
    after = stat_of(bench, "order-gw")
    events = bench.section("events")
    assert isinstance(events, Events)
    still = before.cpu_ticks == after.cpu_ticks
    waits = (bench.machine.answers_after(bench.machine.app("orders"), bench.now) or 0) > 5
    assert still is waits, "one without the other is no process that is stuck"
    return still


def line_full(bench: Bench) -> bool:
    before = bench.sample()
    bench.now += 1
    after = bench.sample()
    bps = 8 * (after.interfaces[0].rx_bytes - before.interfaces[0].rx_bytes)
    return bps > 8e6


def log_full(bench: Bench) -> bool:
    reading = bench.section("mounts")
    assert isinstance(reading, Mounts)
    (log,) = (each for each in reading.mounts if each.mount == "/var/log")
    assert log.used_bytes and log.total_bytes
    return log.used_bytes / log.total_bytes > 0.95


def log_hanging(bench: Bench) -> bool:
    reading = bench.section("mounts")
    assert isinstance(reading, Mounts)
    return "/var/log" in {each.mount for each in reading.mounts if each.hanging_s is not None}


def clock_ahead(bench: Bench) -> bool:
    reading = bench.section("time")
    assert isinstance(reading, ClockReading)
    return abs(reading.epoch_s - bench.now) > 2


def pings_lost(bench: Bench) -> bool:
    reading = bench.section("lines")
    assert isinstance(reading, LineReadings)
    (ping,) = reading.pings
    return ping.received < ping.sent


def application_slow(bench: Bench) -> bool:
    after = bench.machine.answers_after(bench.machine.app("web"), bench.now)
    assert after is not None
    return after > 1


def database_full(bench: Bench) -> bool:
    reading = bench.section("checks 1")
    assert isinstance(reading, AppReading) and reading.perf[0].value and reading.perf[0].maximum
    return reading.perf[0].value / reading.perf[0].maximum > 0.9


def log_bursts(bench: Bench) -> bool:
    """Whether there was any error since the last look."""
    bench.tell(probe.follow(SPECS["order-gw-1"].events, bench.cursors))
    reading = bench.section("events")
    assert isinstance(reading, Events) and not reading.failures
    bench.cursors |= {piece.key: piece.end for piece in reading.pieces}
    return any(number < 2 for piece in reading.pieces for number, _ in piece.counts)


SEEN: dict[str, tuple[str, Callable[[Bench], bool]]] = {
    "process_dies": ("order-gw", gateway_missing),
    "process_leaks": ("order-gw", gateway_large),
    "process_blocked": ("order-gw", gateway_blocked),
    "process_idle": ("order-gw", gateway_idle),
    "line_saturates": ("SGE-1", line_full),
    "packets_lost": ("SGE-1", pings_lost),
    "disk_fills": ("/var/log", log_full),
    "mount_hangs": ("/var/log", log_hanging),
    "clock_jumps": ("", clock_ahead),
    "slow_application": ("web", application_slow),
    "certificate_near_end": ("web", lambda bench: "web" in bench.machine.ending),  # shown: test_applications.py
    "database_filling": ("db-free", database_full),
    "log_error_burst": ("order-log", log_bursts),
    "host_hangs": ("", lambda bench: bench.told[-1:] == [("hang", True)]),
    "host_lost": ("", lambda bench: bench.told[-1:] == [("lose", True)]),
    "key_changes": ("", lambda bench: bench.told[-1:] == [("change_key", True)]),
}


@pytest.mark.parametrize("fault", [fault.name for fault in FAULTS])
def test_a_fault_shows_and_goes_again(fault: str) -> None:
    subject, seen = SEEN[fault]
    bench = Bench({"web": "trade-front-1", "db-free": "settle-db-1"}.get(subject, "order-gw-1"))
    assert not seen(bench)
    for _ in range(2):
        for on in (True, True, False, False):
            strike(bench, fault, subject, on, bench.now)
            bench.now += 30
            assert seen(bench) is on


@pytest.mark.parametrize(
    ("fault", "subject"),
    [("no_such_fault", ""), ("process_dies", "none"), ("line_saturates", "eth1"), ("disk_fills", "")],
)
def test_what_cannot_be_is_refused_in_words(fault: str, subject: str) -> None:
    with pytest.raises(NotPossible) as caught:
        strike(Bench("order-gw-1"), fault, subject, True, START)
    assert fault in str(caught.value)


def test_kinds_say_what_each_fault_can_strike() -> None:
    by_name: dict[str, FaultKind] = {kind.name: kind for kind in kinds(MODELS.values())}
    assert list(by_name) == [fault.name for fault in FAULTS]
    assert by_name["line_saturates"].hosts["order-gw-2"] == ("SGE-2",)
    assert "risk-1" not in by_name["line_saturates"].hosts
    assert by_name["host_hangs"].hosts == dict.fromkeys(MODELS, ())
    assert "/archive" in by_name["mount_hangs"].hosts["settle-db-1"]
    assert "/archive" not in by_name["disk_fills"].hosts["settle-db-1"]
    for kind in by_name.values():
        for host, subjects in kind.hosts.items():
            bench = Bench(host)
            for subject in subjects or ("",):
                strike(bench, kind.name, subject, True, START)
                strike(bench, kind.name, subject, False, START + 1)
