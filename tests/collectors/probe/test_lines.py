"""The section lines: real ping and tc over real wires, saturated and impaired, and odd answers."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from collectors import probe
from collectors.local_parts import read_part
from collectors.parse_slow import parse_section
from duty.host_state import HostState
from duty.moment import Moment
from duty.quality import State
from duty.readings import LineReadings, PingReading
from duty.site import HostSpec, Limits, LineRule, PingRule
from tests.collectors.probe.test_real_shells import Start, start
from tests.support.probes import AWKS, SHELLS, Probe, path_with_awk
from tests.support.wires import THERE, Wire, relay, run, wire

__all__ = ["start"]
LOOP = HostSpec(
    "here", "here",
    lines=(
        LineRule("line one", "lo", pings=tuple(map(PingRule, ("127.0.0.1", "127.0.0.1;id", "no-such.invalid")))),
    ),
)  # fmt: skip


def read(one: Probe) -> LineReadings:
    reading = one.section("lines", int(time.monotonic() * 100) % 10**6)
    assert isinstance(reading, LineReadings)
    return reading


def test_targets_queues_and_segments_of_this_machine(start: Start) -> None:
    one = start()
    one.ready(LOOP)
    reading = read(one)
    assert not reading.failures
    pings = {ping.key: ping for ping in reading.pings}
    loop = pings["line one 127.0.0.1"]
    assert (loop.sent, loop.received) == (5, 5)
    assert loop.low_s is not None and loop.mean_s is not None and loop.high_s is not None
    assert 0 < loop.low_s <= loop.mean_s <= loop.high_s < 0.5 and loop.jitter_s is not None
    assert pings["line one no-such.invalid"].received == 0
    assert "line one 127.0.0.1;id" not in pings, "what is no name is never put on a command line"
    assert reading.segments_out and reading.segments_again is not None


def test_this_machine_answers_through_the_same_text() -> None:
    reading = read_part("lines", probe.told_to("lines", LOOP))
    assert isinstance(reading, LineReadings) and not reading.failures
    assert {ping.key for ping in reading.pings} == {"line one 127.0.0.1", "line one no-such.invalid"}


def test_what_is_told_never_becomes_an_option_or_a_command(tmp_path: Path) -> None:
    touched = tmp_path / "touched"
    for shell in SHELLS:
        one = Probe(path_with_awk(tmp_path / shell, "mawk"), shell)
        one.ready(HostSpec("h", "h"))
        for words in (f"I $(touch {touched})", f"P k `touch {touched}` - 3", "P k -f - 3", "P k 127.0.0.1 -f 3",
                      "P k 127.0.0.1 - 99999", f"P k 127.0.0.1;touch$IFS{touched} - 1"):  # fmt: skip
            one.say(f"= lines {words}\n".encode())
        assert read(one).pings == ()
        one.close()
    assert not touched.exists()


class Judged:
    """A host whose only line is the wire; its readings are judged as the watch does."""

    def __init__(self, line: LineRule) -> None:
        self.spec = HostSpec("h", "h", lines=(line,))
        self.state = HostState(self.spec, Moment(0.0, 0.0))
        self.seq = 10

    def take(self, one: Probe) -> None:
        self.seq += 1
        self.state.on_sample(one.sample(self.seq), Moment(float(self.seq), float(self.seq)))
        self.state.on_section(read(one), Moment(float(self.seq), float(self.seq)), 0.1)

    def line(self) -> tuple[State, str]:
        view = self.state.lines[self.spec.lines[0].key].view()
        return view.state, str(view.why[0]) if view.why else ""


def over(line: Wire, tmp_path: Path, judged: Judged) -> Probe:
    one = Probe(path_with_awk(tmp_path / "bin", AWKS[0]), SHELLS[0], inside=line.command())
    one.ready(judged.spec)
    return one


if os.geteuid() == 0:  # namespaces and tunnels are the kernel's to give

    def test_a_line_that_loses_and_delays_is_told_as_it_is(tmp_path: Path) -> None:
        ping = PingRule(THERE, count=10, rtt_s=Limits(0.03, 0.5), loss_percent=Limits(1, 50))
        judged = Judged(LineRule("L", "wktun", pings=(ping,)))
        with relay(delay_s=0.025, drop_each=5) as line:
            one = over(line, tmp_path, judged)
            judged.take(one)
            (seen,) = judged.state.lines["L"].view().pings
            one.close()
        assert seen.loss_percent == 20.0
        assert seen.rtt_s == pytest.approx(0.05, abs=0.03) and seen.rtt_s >= 0.05
        assert seen.state is State.WARN and str(seen.why[0]) == f"20 % of pings to {THERE} are lost"

    def test_a_line_with_nobody_at_its_end_does_not_answer(tmp_path: Path) -> None:
        judged = Judged(LineRule("L", "wktun", pings=(PingRule(THERE, count=2),)))
        with relay(delay_s=0.0, drop_each=1) as line:
            one = over(line, tmp_path, judged)
            judged.take(one)
            one.close()
        assert judged.line() == (State.ACT, f"{THERE} does not answer")

    def test_a_saturated_line_is_congested_and_recovers(tmp_path: Path) -> None:
        judged = Judged(
            LineRule("L", "wire0", 1e6, 1e6, queue_packets=Limits(warn=500), pings=(PingRule(THERE, count=2),))
        )
        with wire() as line:
            run(*line.command("tc", "qdisc", "add", "dev", "wire0", "root", "tbf", "rate", "1mbit",
                              "burst", "16kb", "limit", "30kb"))  # fmt: skip
            one = over(line, tmp_path, judged)
            judged.take(one)
            assert judged.line()[0] is State.OK
            flood = subprocess.Popen(line.command("python3", "-c", _FLOOD, THERE))
            try:
                _until(judged, one, lambda: judged.line()[1].startswith("congested"))
                # The sample that shows it first may have begun before the flood.
                _until(judged, one, lambda: judged.state.lines["L"].view().out_bps == pytest.approx(1e6, rel=0.3))
                view = judged.state.lines["L"].view()
                assert view.congested and view.state >= State.WARN
                assert view.queue_packets and view.queue_packets > 5
            finally:
                flood.kill()
                flood.wait()
            _until(judged, one, lambda: judged.line() == (State.OK, ""))
            one.close()


_FLOOD = """
import socket, sys, time
out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
end = time.monotonic() + 60
while time.monotonic() < end:
    try:
        out.sendto(bytes(1000), (sys.argv[1], 9))
    except OSError:
        pass
    time.sleep(0.002)
"""


def _until(judged: Judged, one: Probe, holds: object, seconds: float = 40.0) -> None:
    assert callable(holds)
    end = time.monotonic() + seconds
    while True:
        time.sleep(0.5)
        judged.take(one)
        if holds():
            return
        assert time.monotonic() < end, judged.state.lines["L"].view()


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        (b"G a%20b 5 4 1.5 2.0 3.0 0.5 -", PingReading("a b", 5, 4, 0.0015, 0.002, 0.003, 0.0005)),
        (b"G k 5 0 - - - - unreachable", PingReading("k", 5, 0, why="unreachable")),
        (b"G k 5 6 1 1 1 1 -", None),
        (b"G k 5 5 1 1 1 -", None),
        (b"G k 5 5 nan 1 1 1 -", None),
        (b"G k 5 -1 1 1 1 1 -", None),
        (b"Q eth0 x 1 2 3", None),
        (b"T 1", None),
        (b"", None),
    ],
)
def test_answers(line: bytes, wanted: PingReading | None) -> None:
    reading = parse_section("lines", [b"U 1.5", line], ())
    assert isinstance(reading, LineReadings) and reading.uptime_s == 1.5
    assert reading.pings == ((wanted,) if wanted else ())
    assert len(reading.failures) == (0 if wanted else 1)


def test_every_busybox_ping_is_understood(tmp_path: Path) -> None:
    folder = tmp_path / "busybox"
    folder.mkdir()
    (folder / "ping").write_text('#!/bin/sh\nexec busybox ping "$@"\n')
    (folder / "ping").chmod(0o755)
    one = Probe(f"{folder}:{path_with_awk(tmp_path / 'bin', 'busybox')}", "busybox")
    one.ready(HostSpec("h", "h", lines=(LineRule("L", "lo", pings=(PingRule("127.0.0.1", count=2),)),)))
    (ping,) = read(one).pings
    one.close()
    assert (ping.sent, ping.received) == (2, 2) and ping.mean_s is not None


def test_a_host_without_ping_says_so_and_tells_the_rest(tmp_path: Path) -> None:
    folder = tmp_path / "bare"
    folder.mkdir()
    for tool in ("awk", "od", "tr", "sleep", "cat", "id", "uname", "head", "dd", "stat", "getconf"):
        (folder / tool).symlink_to(f"/usr/bin/{tool}")
    one = Probe(str(folder), "/bin/dash")
    one.ready(HostSpec("h", "h", lines=(LineRule("L", "lo", pings=(PingRule("127.0.0.1"),)),)))
    reading = read(one)
    one.close()
    assert reading.segments_out and reading.queues == () and reading.pings == ()
    assert [(each.subject, str(each.why)) for each in reading.failures] == [
        ("L 127.0.0.1", "the command ping is missing on this host")
    ]
