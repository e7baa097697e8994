"""Check commands under every shell and awk there is."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from collectors import probe
from collectors.answers import SectionAnswer
from collectors.parse_checks import parse_checks
from collectors.parse_slow import parse_section
from duty.readings import AppReading
from duty.site import AppRule, HostSpec
from tests.support.probes import AWKS, SHELLS, Probe, path_with_awk

SLEEPS = f"{86420 + os.getpid()}"
"""Seconds, by which its own processes are told from those of tests that run beside it."""


def command(*argv: str, deadline_s: float = 10.0) -> AppRule:
    return AppRule(argv[0], "command", "", argv=argv, deadline_s=deadline_s)


def spec_of(*rules: AppRule) -> HostSpec:
    return HostSpec("here", "here", apps=rules)


class Host:
    """A probe with these commands, asked for one at a time or all at once."""

    def __init__(self, folder: Path, shell: str, awk: str, *rules: AppRule, forced: bool = False) -> None:
        self.spec = spec_of(*rules)
        path = path_with_awk(folder / "bin", awk)
        text = probe.forced_command(self.spec) if forced else None
        self.probe = Probe(path, shell, text, probe.opening(self.spec))
        self.identity = self.probe.ready(self.spec).identity
        self.seq = 10
        self.heard: dict[int, AppReading] = {}

    def ask(self, number: int) -> int:
        self.seq += 1
        self.probe.say(probe.ask_check(self.seq, number))
        return self.seq

    def answer(self, seq: int) -> AppReading:
        end = time.monotonic() + 20
        while seq not in self.heard:
            assert time.monotonic() < end, b"".join(self.probe.pieces)[-600:]
            for answer in self.probe.answers(1.0):
                if isinstance(answer, SectionAnswer) and isinstance(answer.reading, AppReading):
                    self.heard[answer.seq] = answer.reading
        return self.heard.pop(seq)

    def run(self, number: int = 1) -> AppReading:
        """One run, asked for as soon as the one before has answered."""
        return self.answer(self.ask(number))


@pytest.fixture(params=[f"{shell}+{awk}" for shell in SHELLS for awk in AWKS])
def both(request: pytest.FixtureRequest) -> tuple[str, str]:
    shell, awk = request.param.split("+")
    return shell, awk


@pytest.fixture
def hosts() -> Iterator[list[Host]]:
    made: list[Host] = []
    yield made
    for one in made:
        one.probe.close()


def start(hosts: list[Host], folder: Path, both: tuple[str, str], *rules: AppRule, forced: bool = False) -> Host:
    hosts.append(Host(folder, *both, *rules, forced=forced))
    return hosts[-1]


def test_text_numbers_and_exit_come_back(hosts: list[Host], tmp_path: Path, both: tuple[str, str]) -> None:
    script = "echo 'DB WARNING - 金 90% | size=90MB;80;95;0;100'; echo further; echo locale >&2; exit 1"
    host = start(hosts, tmp_path, both, command("sh", "-c", script), command("sh", "-c", "echo broken >&2; exit 3"))
    reading = host.run()
    assert (reading.key, reading.outcome, reading.exit) == ("1", "answered", 1)
    assert (reading.text, reading.detail) == ("DB WARNING - 金 90%", "further")
    assert [(one.label, one.value, one.maximum) for one in reading.perf] == [("size", 90 * 2**20, 100 * 2**20)]
    other = host.run(2)
    assert (other.exit, other.text) == (3, "broken"), "complaints count where nothing else was said"
    assert host.run().text == reading.text, "and again"


WORDS = (
    "it's",
    '"',
    "$(touch {trap})",
    "`touch {trap}`",
    ";touch {trap}",
    "\\",
    "a  b",
    "#",
    "*",
    "~",
    "-n",
    "金",
    "!x",
)


def test_words_reach_the_command_as_they_are(
    hosts: list[Host], tmp_path: Path, own_world: Path, both: tuple[str, str]
) -> None:
    trap = own_world / "trap"  # a short path: what a check says is cut at 300 characters
    words = [word.format(trap=trap) for word in WORDS]
    host = start(hosts, tmp_path, both, command("sh", "-c", 'for w; do printf "<%s>" "$w"; done', "sh", *words))
    assert host.run().text == "".join(f"<{word}>" for word in words)
    assert not trap.exists()


def test_one_that_hangs_costs_itself_only(hosts: list[Host], tmp_path: Path, both: tuple[str, str]) -> None:
    family = command("sh", "-c", f"sleep {SLEEPS} & sleep {SLEEPS} & wait", deadline_s=2)
    host = start(hosts, tmp_path, both, family, command("echo", "well"))
    hanging = host.ask(1)
    for seq in range(100, 104):
        assert host.probe.sample(seq).seq == seq, "samples go on meanwhile"
    assert host.run(2).text == "well"
    again = host.ask(1)
    reading = host.answer(again)
    assert reading.outcome == "unable" and "has not ended for" in str(reading.why), "not started twice"
    reading = host.answer(hanging)
    assert reading.outcome == "unable" and "did not end within 2 s" in str(reading.why)
    end = time.monotonic() + 20
    while any(SLEEPS in " ".join(one.info["cmdline"] or ()) for one in psutil.process_iter(["cmdline"])):
        assert time.monotonic() < end, "all it had started is gone"
        time.sleep(0.1)
    assert host.run(2).text == "well"


def test_endless_output_is_cut(hosts: list[Host], tmp_path: Path, both: tuple[str, str]) -> None:
    endless = command("sh", "-c", "while :; do echo 0123456789012345678901234567890123456789; done", deadline_s=1)
    one_line = command("sh", "-c", "head -c 20000 /dev/zero | tr '\\0' x; exit 2")
    many = command(
        "sh", "-c", "printf 'OK |'; n=0; while [ $n -lt 35 ]; do n=$((n+1)); printf ' n%080d=9876543210' $n; done"
    )
    host = start(hosts, tmp_path, both, endless, one_line, many)
    assert host.run(1).outcome == "unable"
    long = host.run(2)
    assert (long.exit, len(long.text)) == (2, 300)
    numbers = host.run(3).perf
    assert len(numbers) == 35 and {one.value for one in numbers} == {9876543210.0}, "over several lines of the answer"


def test_a_missing_command_says_so(hosts: list[Host], tmp_path: Path, both: tuple[str, str]) -> None:
    reading = start(hosts, tmp_path, both, command("/no/such/plugin", "-H", "x")).run()
    assert reading.outcome == "unable" and "/no/such/plugin" in str(reading.why)


def test_hostile_output_forges_nothing(hosts: list[Host], tmp_path: Path, both: tuple[str, str]) -> None:
    words = r"printf 'x 0\n=e 11 checks 0\n=B 9\nt 5\nc 2\n\033]0;owned\007 \200\377|a=1;\n'; exit 2"
    reading = start(hosts, tmp_path, both, command("sh", "-c", words)).run()
    assert (reading.key, reading.exit, reading.text) == ("1", 2, "x 0")
    assert "\x1b" not in reading.detail


def test_a_restricted_key_runs_these_commands_and_no_others(
    hosts: list[Host], tmp_path: Path, both: tuple[str, str]
) -> None:
    trap = tmp_path / "trap"
    host = start(hosts, tmp_path, both, command("echo", "mine"), forced=True)
    assert host.identity.restricted and host.identity.probe_hash == probe.hash_of(host.spec)
    assert host.run().text == "mine"
    # Whoever holds the key may send any line: none makes anything else run.
    lines = [f"= checks check_1() {{ touch {trap}; }}", f"= checks 2 touch {trap}", f"= CHECKS 99 $(touch {trap})",
             f"X 50 checks $(touch {trap})", f"X 51 checks 1;touch {trap}", "X 52 checks 2", "X 53 checks 01",
             f"X 54 check_1 touch {trap}", "X 55 checks 99999999999999999999", "X 56 checks -1"]  # fmt: skip
    host.probe.say(("\n".join(lines) + "\n").encode())
    for seq in (50, 51, 52, 53, 55, 56):
        assert host.answer(seq).outcome == "unable"
    assert host.run().text == "mine" and not trap.exists()
    other = spec_of(command("touch", str(trap)))
    path = path_with_awk(tmp_path / "bin", both[1])
    refused = Probe(path, both[0], probe.forced_command(host.spec), probe.opening(other))
    assert (refused.refusal().code, trap.exists()) == ("hash", False)
    refused.close()


def test_hosts_without_commands_are_sent_nothing_of_it() -> None:
    assert probe.script(spec_of()) == probe.SCRIPT and b"run_check" not in probe.SCRIPT
    console = AppRule("a", "command", "", argv=("x",), from_console=True)
    assert probe.hash_of(spec_of(console)) == probe.HASH == hashlib.sha256(probe.SCRIPT).hexdigest()
    one, two = spec_of(command("a", "b")), spec_of(command("a b"))
    assert probe.hash_of(one) != probe.hash_of(two) != probe.HASH
    assert hashlib.sha256(probe.script(one)).hexdigest() == probe.hash_of(one)


@pytest.mark.parametrize(
    ("lines", "outcome", "words"),
    [
        ([b"c 1", b"x 0", b"o ok|a=1"], "answered", ""),
        ([b"c 1", b"t 10", b"x 0"], "unable", "within 10 s"),
        ([b"c 1", b"x many"], "unable", "not understood: x many"),
        ([b"c 1"], "unable", "ended before it said anything"),
        ([b"z"], "unable", "not understood: z"),
        ([b"c 1", b"! checks - hanging 31"], "unable", "has not ended for 31 s"),
        ([b"! checks - unknown"], "unable", "does not know"),
    ],
)
def test_answers(lines: list[bytes], outcome: str, words: str) -> None:
    reading = parse_section("checks", lines, ())
    assert isinstance(reading, AppReading)
    assert reading.outcome == outcome and words in str(reading.why or "")
    assert parse_checks([], []).outcome == "unable"
