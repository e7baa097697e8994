"""The answer of the section ``events`` as bytes: what counts, what is refused, what moves no cursor."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from collectors.answers import AnswerReader, SectionAnswer
from collectors.parse_events import MAX_LINES
from duty.readings import EventLine, EventPiece, Events

HELLO = b"=R 1 1.0 abc 0 100 4096 0\n=O\n"


def read(*lines: bytes, count: int | None = None) -> Events:
    reader = AnswerReader()
    reader.feed(HELLO)
    told = len(lines) if count is None else count
    body = b"".join(line + b"\n" for line in lines)
    (answer,) = reader.feed(b"=b 5 events\n" + body + b"=e 5 events %d\n" % told)
    assert isinstance(answer, SectionAnswer) and isinstance(answer.reading, Events)
    return answer.reading


def test_a_good_answer() -> None:
    reading = read(
        b"M gw%20log 2 ERROR a\\134b \x1b[31m",
        b"M gw%20log 1 FATAL",
        b"O gw%20log 2 10000",
        b"O gw%20log 2 5",
        b"O gw%20log 1 1",
        b"G gw%20log cut",
        b"C gw%20log - 1:2:0:2:9 400 7",
        b"Z kernel",
        b"! events other nofile /var/log/o\\040ther",
    )
    lines = (EventLine(1, "ERROR a\\b \u241b[31m"), EventLine(0, "FATAL"))
    assert reading.pieces == (EventPiece("gw log", "-", "1:2:0:2:9", 400, 7, lines, ((0, 1), (1, 10_005)), "cut"),)
    assert reading.same == ("kernel",)
    (failure,) = reading.failures
    assert (failure.subject, str(failure.why)) == ("other", "/var/log/o ther cannot be read on this host")


def test_what_came_short_moves_no_cursor() -> None:
    good = (b"M a 1 FATAL", b"O a 1 1", b"C a x y 1 0")
    assert read(*good).pieces
    assert not read(*good[1:], count=3).pieces, "a line was lost on the way"
    for bad in (
        b"C a x y",
        b"C a x y -1 0",
        b"O a 0 1",
        b"M a 100 x",
        b"G a",
        b"nonsense",
        b"C a x " + b"y" * 400 + b" 1 0",
    ):
        reading = read(*good, bad)
        assert not reading.pieces and reading.failures, bad


def test_lines_without_their_cursor_do_not_count_and_none_is_kept_without_end() -> None:
    assert read(b"M a 1 FATAL", b"O a 1 1").pieces == ()
    many = [b"M a 1 FATAL %d" % number for number in range(MAX_LINES + 50)]
    (piece,) = read(*many, b"O a 1 %d" % len(many), b"C a x y 1 0").pieces
    assert len(piece.lines) == MAX_LINES and piece.counts == ((0, MAX_LINES + 50),)


words = st.one_of(
    st.sampled_from([b"M", b"O", b"C", b"G", b"Z", b"!", b"events", b"a", b"1", b"-", b"%", b"%ff", b"cut"]),
    st.binary(max_size=6),
)


@given(st.lists(st.lists(words, max_size=7).map(b" ".join), max_size=30))
def test_any_words_are_survived(lines: list[bytes]) -> None:
    whole = [line.replace(b"\n", b"") for line in lines]
    reader = AnswerReader()
    reader.feed(HELLO)
    reader.feed(b"=b 5 events\n" + b"".join(line + b"\n" for line in whole) + b"=e 5 events %d\n" % len(whole))
