"""Frames survive any chunking, and no bytes at all can do more than end their own connection."""

from __future__ import annotations

from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from duty.records import Subject
from wire.framing import Decoder, Nonsense, encode
from wire.messages import MAX_FRAME, CloseIncident, Command, Drawn, FromScreen, Hello, Message, ReadLog, WriteLog

TEXT = st.text(max_size=40)
NUMBER = st.integers(0, 2**31)
MESSAGES = st.one_of(
    st.builds(Hello, NUMBER, TEXT, TEXT),
    st.builds(Drawn, NUMBER),
    st.builds(WriteLog, NUMBER, TEXT, st.builds(Subject, TEXT, TEXT, TEXT), st.none() | NUMBER),
    st.builds(CloseIncident, NUMBER, NUMBER, TEXT),
    st.builds(ReadLog, NUMBER, st.text(max_size=20), st.none() | NUMBER, st.none() | NUMBER),
)


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    at = sorted({cut % (len(data) + 1) for cut in cuts} | {0, len(data)})
    return [data[a:b] for a, b in pairwise(at)]


def heard(decoder: Decoder[Message], chunks: list[bytes]) -> tuple[list[Message], bool]:
    found: list[Message] = []
    for chunk in chunks:
        try:
            found += decoder.feed(chunk)
        except Nonsense as nonsense:
            return found + nonsense.before, True
    return found, False


@given(st.lists(MESSAGES, max_size=6), st.lists(NUMBER, max_size=12))
def test_what_was_said_is_heard_however_it_is_cut(messages: list[Message], cuts: list[int]) -> None:
    data = b"".join(map(encode, messages))
    assert heard(Decoder(FromScreen), pieces(data, cuts)) == (messages, False)


@given(st.lists(MESSAGES, max_size=3), st.binary(max_size=300), st.lists(NUMBER, max_size=8))
def test_any_bytes_are_messages_or_nonsense_the_same_for_every_cut(
    messages: list[Message], junk: bytes, cuts: list[int]
) -> None:
    data = b"".join(map(encode, messages)) + junk
    whole = heard(Decoder(FromScreen, 10_000), [data])
    assert heard(Decoder(FromScreen, 10_000), pieces(data, cuts)) == whole
    assert whole[0][: len(messages)] == messages


@given(st.recursive(st.none() | st.integers() | st.binary(max_size=4) | st.floats() | TEXT, st.lists, max_leaves=20))
def test_well_formed_bodies_of_no_meaning_are_nonsense(value: object) -> None:
    try:
        body = msgspec.msgpack.encode(value)
    except OverflowError:
        return
    with pytest.raises(Nonsense):
        Decoder(FromScreen).feed(len(body).to_bytes(4, "big") + body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x81" * 50_000,
        b"\x91" * 50_000 + b"\xc0",
        b"\x82\xa4type\xa5Drawn\xa3seq\xd9\x02\xff\xfe",
        b"\x82\xa4type\xa5Drawn\xa3seq\x01\x00",
        b"\xdf\xff\xff\xff\xff",
        b"\xdd\xff\xff\xff\xff",
        b"\xc6\xff\xff\xff\xff",
        b"\xc7\x0c\xff" + b"\xff" * 12,
    ],
    ids=["empty", "deep maps", "deep lists", "not utf-8", "bytes behind", "map", "list", "bin", "timestamp"],
)
def test_hostile_bodies(body: bytes) -> None:
    with pytest.raises(Nonsense):
        Decoder(FromScreen).feed(len(body).to_bytes(4, "big") + body)


def test_too_long_is_refused_from_its_first_four_bytes_and_nothing_is_believed_behind_it() -> None:
    decoder: Decoder[Message] = Decoder(FromScreen)
    with pytest.raises(Nonsense, match=str(MAX_FRAME + 1)):
        decoder.feed((MAX_FRAME + 1).to_bytes(4, "big"))
    with pytest.raises(Nonsense):
        decoder.feed(encode(Drawn(1)))


def test_what_is_too_long_to_be_heard_is_not_said() -> None:
    with pytest.raises(Nonsense):
        encode(WriteLog(1, "x" * (MAX_FRAME + 1)))


def test_words_of_a_newer_program_that_only_add_are_understood() -> None:
    class Later(Command, frozen=True, tag="ReadIncident"):
        incident: int
        with_pictures: bool = True

    (message,) = Decoder[Message](FromScreen).feed(encode(Later(3, 7)))
    assert (message.ask, message.incident) == (3, 7)  # type: ignore[attr-defined]
