"""Frames: four bytes of length, big-endian, then one message in MessagePack."""

from __future__ import annotations

import struct
from typing import Any, Generic, TypeVar

import msgspec

from duty.clean import clean
from duty.phrases import Phrase, phrase
from wire.messages import MAX_FRAME, Message

_LENGTH = struct.Struct(">I")
_ENCODER = msgspec.msgpack.Encoder()

M = TypeVar("M", bound=Message)


class Nonsense(Exception):
    """Bytes that are no frame of this protocol. They end that one connection; ``why`` says what was wrong.

    ``before``: the messages of the same piece of data that made sense, in order.
    """

    def __init__(self, why: Phrase, before: list[Any] | None = None) -> None:
        super().__init__(str(why))
        self.why = why
        self.before = before or []


def encode(message: msgspec.Struct) -> bytes:
    """One message as one frame. Raises :class:`Nonsense` where it would be longer than the other side accepts."""
    body = _ENCODER.encode(message)
    if len(body) > MAX_FRAME:
        raise Nonsense(phrase("a message of {size} bytes is longer than {limit}", size=len(body), limit=MAX_FRAME))
    return _LENGTH.pack(len(body)) + body


class Decoder(Generic[M]):
    """Puts frames together again from pieces of any size. One per connection.

    ``messages`` is the union of what the other side may say; ``limit`` (bytes) the longest frame it may send.
    """

    def __init__(self, messages: Any, limit: int = MAX_FRAME) -> None:
        self._decoder: msgspec.msgpack.Decoder[M] = msgspec.msgpack.Decoder(messages)
        self._limit = limit
        self._buffer = bytearray()
        self._broken: Phrase | None = None

    def feed(self, data: bytes) -> list[M]:
        """The messages that ``data`` completes, in order.

        Raises :class:`Nonsense` for a frame that is too long or makes no message, and ever after: there is no
        way to find the next frame behind one that was not understood.
        """
        if self._broken is not None:
            raise Nonsense(self._broken)
        self._buffer += data
        found: list[M] = []
        start = 0
        try:
            while len(self._buffer) - start >= _LENGTH.size:
                (length,) = _LENGTH.unpack_from(self._buffer, start)
                if length > self._limit:
                    self._give_up(
                        phrase(
                            "the other side wants to say {size} bytes at once; {limit} is the most",
                            size=length,
                            limit=self._limit,
                        )
                    )
                end = start + _LENGTH.size + length
                if len(self._buffer) < end:
                    break
                # Read where it lies: a board of 500 hosts is half a megabyte, and was copied twice.
                with memoryview(self._buffer) as whole, whole[start + _LENGTH.size : end] as body:
                    found.append(self._message(body))
                start = end
        except Nonsense as nonsense:
            nonsense.before = found
            raise
        del self._buffer[:start]
        return found

    def _message(self, body: memoryview) -> M:
        try:
            return self._decoder.decode(body)
        # Besides its own errors msgspec lets those of UTF-8, of deep nesting and of odd timestamps through.
        except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError) as error:
            return self._give_up(
                phrase("the other side said what cannot be understood: {error}", error=clean(str(error), 200))
            )

    def _give_up(self, why: Phrase) -> M:
        self._broken = why
        self._buffer = bytearray()  # not cleared: the frame that was not understood is still being looked at
        raise Nonsense(why)
