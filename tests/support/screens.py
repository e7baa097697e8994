"""A bare screen for tests of the watch's side: a real socket, the real frames, and a person's patience."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from wire.framing import Decoder, encode
from wire.messages import (
    PROTOCOL,
    BoardUpdate,
    Drawn,
    FromWatch,
    Hello,
    Message,
    Welcome,
)

PATIENCE_S = 20.0
M = TypeVar("M", bound=Message)


async def until(holds: Callable[[], bool]) -> None:
    """Wait until ``holds()``, for what no event tells of."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


class BareScreen:
    """Speaks to a door; keeps all it heard in ``heard``."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.decoder: Decoder[Message] = Decoder(FromWatch)
        self.heard: list[Message] = []
        self._unasked: list[Message] = []

    @classmethod
    async def connect(cls, path: Path) -> BareScreen:
        return cls(*await asyncio.open_unix_connection(str(path), limit=2**16))

    @classmethod
    async def join(cls, path: Path, who: str = "li") -> BareScreen:
        """Connect, say hello and be welcomed."""
        screen = await cls.connect(path)
        screen.say(Hello(PROTOCOL, "1", who))
        await screen.hear(Welcome)
        return screen

    def say(self, message: Message) -> None:
        self.writer.write(encode(message))

    async def hear(self, kind: type[M]) -> M:
        """The next message of this kind; those of other kinds before it wait for who asks for them."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for place, message in enumerate(self._unasked):
                    if isinstance(message, kind):
                        del self._unasked[place]
                        return message
                data = await self.reader.read(2**16)
                if not data:
                    raise EOFError(f"hung up; heard {[type(message).__name__ for message in self.heard]}")
                self._take(data)

    def _take(self, data: bytes) -> None:
        messages = self.decoder.feed(data)
        self.heard += messages
        self._unasked += messages

    async def draw(self) -> BoardUpdate:
        """Hear the next board and confirm it."""
        update = await self.hear(BoardUpdate)
        self.say(Drawn(update.seq))
        return update

    async def hung_up(self) -> bool:
        """Read on until the watch has hung up."""
        async with asyncio.timeout(PATIENCE_S):
            try:
                while data := await self.reader.read(2**16):
                    self._take(data)
            except ConnectionResetError:
                pass
        return True

    async def leave(self) -> None:
        self.writer.close()
        try:
            await self.writer.wait_closed()
        except ConnectionError:
            pass
