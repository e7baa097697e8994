"""Any bytes, in any pieces: never an exception, never without bound; what is right survives."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.answers import Answer, AnswerReader, Ready, Refused, SampleAnswer, SectionAnswer, Unusable
from duty.readings import Mounts, Ports, Processes

HELLO = b"Welcome to gw1\n=R 1 1.0 abc 0 100 4096 0\n=I kernel 3.10.0\n=I awk mawk\n=O\n"
SAMPLE = (
    b"=B 7\nU 100.25\nL 0.1 0.2 0.3 1/200 4321\nC 4 10 20 30 400 5 6 7 8 9 9\nK 1700000000\n"
    b"M 1000 100 - 0 0\nN eth0 1 2 3 4 5 6 down\nP 12 S 3 10 20 99 5\nG 13\nA 14\n=E 7 9\n"
)
SECTIONS = (
    b"=b 8 processes\nF quote%20d 12 99 500 quote - /opt/quoted --m\\012sge x\n"
    b"! processes risk nouser\n=e 8 processes 2\n"
    b"=b 9 ports\nO 1\nT 0:0:0:0:0:0:0:1 9001 12,13\nT 0.0.0.0 22 -\n=e 9 ports 3\n"
    b"=b 10 mounts\nD 100 50 40 10 5 1 ext4 /dev/sda1 /a\\040b\nH 7 0 nfs4 nas:/x /mnt/nas\n=e 10 mounts 2\n"
)


def read(*pieces: bytes) -> list[Answer]:
    reader = AnswerReader()
    return [answer for piece in pieces for answer in reader.feed(piece)]


def test_a_good_conversation() -> None:
    ready, sample, processes, ports, mounts = read(HELLO + SAMPLE + SECTIONS)
    assert isinstance(ready, Ready) and ready.identity.kernel == "3.10.0"
    assert isinstance(sample, SampleAnswer)
    seen = sample.sample
    assert (seen.seq, seen.uptime_s, seen.gone, seen.appeared, seen.failures) == (7, 100.25, (13,), True, ())
    assert seen.cpu is not None and (seen.cpu.total, seen.cpu.busy) == (486, 81), "guest is not counted twice"
    assert seen.memory is not None and seen.memory.available is None, "missing is not zero"
    assert seen.interfaces[0].link == "down"
    assert seen.processes[0].rss_bytes == 5 * 4096 and seen.processes[0].cpu_ticks == 30
    assert isinstance(processes, SectionAnswer) and isinstance(processes.reading, Processes)
    (found,) = processes.reading.found
    assert (found.rule, found.open_files, found.args) == ("quote d", None, "/opt/quoted --m\u240asge x")
    assert processes.reading.failures[0].subject == "risk"
    assert isinstance(ports, SectionAnswer) and isinstance(ports.reading, Ports)
    assert [(p.address, p.port, p.owners) for p in ports.reading.listening] == [
        ("::1", 9001, (12, 13)),
        ("0.0.0.0", 22, ()),
    ]
    assert isinstance(mounts, SectionAnswer) and isinstance(mounts.reading, Mounts)
    first, second = mounts.reading.mounts
    assert (first.mount, first.read_only, first.total_bytes) == ("/a b", True, 102_400)
    assert (second.hanging_s, second.total_bytes) == (7.0, None)


@given(st.lists(st.integers(1, 40), max_size=200))
def test_any_cutting_into_pieces_gives_the_same(cuts: list[int]) -> None:
    data = HELLO + SAMPLE + SECTIONS
    pieces, at = [], 0
    for cut in cuts:
        pieces.append(data[at : at + cut])
        at += cut
    assert read(*pieces, data[at:]) == read(data)


@settings(max_examples=300)
@given(st.lists(st.binary(max_size=300), max_size=20))
def test_any_bytes_are_survived_and_bounded(pieces: list[bytes]) -> None:
    reader = AnswerReader()
    reader.feed(HELLO)
    for piece in pieces:
        reader.feed(piece)
    assert len(reader._buffer) <= 8192 + 300
    assert any(isinstance(a, SampleAnswer) for a in reader.feed(b"\n" + SAMPLE + SAMPLE)), "the next answer is read"


@given(
    st.lists(
        st.sampled_from([*SAMPLE.split(b"\n"), *SECTIONS.split(b"\n"), b"=B x", b"=e", b"=E 7 x", b"P 1", b"\xff"])
    )
)
def test_lines_in_any_order_are_survived(lines: list[bytes]) -> None:
    read(HELLO, b"\n".join(lines) + b"\n")


def test_a_line_that_is_not_understood_is_shown_and_the_rest_counts() -> None:
    (answer,) = read(HELLO, b"=B 1\nU 5.0\nP 12 S three\nwhat\xff is this\n=E 1 3\n")[1:]
    assert isinstance(answer, SampleAnswer) and answer.sample.uptime_s == 5.0
    words = [str(f.why) for f in answer.sample.failures]
    assert words[0].startswith("not understood: P 12 S three (P PID") and "what\ufffd is this" in words[1]


def test_missing_lines_are_counted() -> None:
    (answer,) = read(HELLO, b"=B 1\nU 5.0\n=E 1 3\n")[1:]
    assert isinstance(answer, SampleAnswer)
    assert [str(f.why) for f in answer.sample.failures] == ["1 lines came, 3 were sent"]


def test_too_much_is_given_up_named_and_reading_goes_on() -> None:
    endless = b"=b 5 processes\n" + (b"F a 1 1 1 u - " + b"x" * 1000 + b"\n") * 2000
    kinds = [type(a) for a in read(HELLO, endless, b"=e 5 processes 2000\n", SAMPLE)]
    assert kinds == [Ready, Unusable, SampleAnswer]
    line = b"=B 5\n" + b"x" * 100_000 + b"\n"
    assert [type(a) for a in read(HELLO, line, SAMPLE)] == [Ready, Unusable, SampleAnswer]


def test_garbage_without_end_costs_nothing_and_is_said_once() -> None:
    reader = AnswerReader()
    reader.feed(HELLO)
    said = [a for _ in range(200) for a in reader.feed(b"garbage\n" * 500)]
    assert len(said) == 1 and isinstance(said[0], Unusable)


def test_refusals() -> None:
    (refused,) = read(b"motd\n=X hash abc\n")
    assert refused == Refused("hash", "abc", "motd")
