"""The screen's side of the socket: says hello, hears the watch, asks and waits for answers, dials again for ever."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Protocol

from duty.phrases import Phrase, phrase
from wire.framing import Decoder, Nonsense, encode
from wire.messages import PROTOCOL, Command, Drawn, Farewell, FromWatch, Hello, Message, Reply, Welcome

RETRY_S = 1.0
STARTING_RETRY_S = 0.02
ANSWER_S = 15.0
HANDSHAKE_S = 10.0
_PIECE = 256 * 1024


class Listener(Protocol):
    """Who is told what is heard."""

    def heard(self, message: FromWatch) -> None:
        """A message of the watch, in the order they came. Welcome is the first of each connection."""

    def parted(self, why: Phrase) -> None:
        """The connection is gone (or could not be made at the first try); it is tried again."""


Starting = Callable[[], str | None]
"""Asked while a watch that is being started does not answer: ``None`` while it may come, else why it will not."""


class Unfit(Exception):
    """There is no watch, or it and this screen cannot talk; ``why`` is for the person."""

    def __init__(self, why: Phrase) -> None:
        super().__init__(str(why))
        self.why = why


class Session:
    """One screen's conversation with the watch at ``path``."""

    def __init__(self, path: str, hello: Hello, listener: Listener) -> None:
        self._path = path
        self._hello = hello
        self._listener = listener
        self._writer: asyncio.StreamWriter | None = None
        self._waiting: dict[int, asyncio.Future[Reply]] = {}
        self._asked = 0
        self._met = False

    async def run(self, starting: Starting | None = None) -> None:
        """Talk until cancelled. ``starting``: the watch is only being started.

        Raises :class:`Unfit` when the two sides do not speak the same protocol, or when the watch will not come.
        """
        turned_away = False
        while True:
            try:
                why = await self._converse()
            except Unfit as unfit:
                # One that is just ending says so once and makes room; one of another version says it again.
                if starting is None or turned_away:
                    raise
                why, turned_away = unfit.why, True
            if not self._met and starting is not None:
                if (said := starting()) is not None:
                    raise Unfit(Phrase("{said}", {"said": said}))
                await asyncio.sleep(STARTING_RETRY_S)
                continue
            self._listener.parted(why)
            await asyncio.sleep(RETRY_S)

    def send(self, message: Message) -> None:
        """Say something that has no answer; dropped when there is nobody to hear it."""
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write(encode(message))

    def drawn(self, seq: int) -> None:
        """Confirm that board ``seq`` is on the terminal."""
        self.send(Drawn(seq=seq))

    async def ask(self, make: Callable[[int], Command]) -> Reply:
        """Ask for something and wait for the answer. A watch that is away is a refusal like any other."""
        self._asked += 1
        command = make(self._asked)
        if self._writer is None:
            return _refused(command.ask, phrase("there is no watch to ask just now"))
        try:
            frame = encode(command)
        except Nonsense as nonsense:
            return _refused(command.ask, nonsense.why)
        answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._waiting[command.ask] = answer
        self._writer.write(frame)
        try:
            return await asyncio.wait_for(answer, ANSWER_S)
        except TimeoutError:
            return _refused(command.ask, phrase("no answer in {seconds} s: look whether it was done", seconds=ANSWER_S))
        finally:
            self._waiting.pop(command.ask, None)

    async def _converse(self) -> Phrase:
        """One connection from hello to its end; why it ended."""
        try:
            reader, writer = await asyncio.open_unix_connection(self._path, limit=_PIECE)
        except OSError as error:
            return phrase("no watch at {path}: {error}", path=self._path, error=error.strerror or str(error))
        try:
            return await self._listen(reader, writer)
        except OSError as error:
            return phrase("the watch is gone: {error}", error=error.strerror or str(error))
        finally:
            self._writer = None
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_result(
                        _refused(0, phrase("the watch went away before it answered: look whether it was done"))
                    )
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Phrase:
        writer.write(encode(self._hello))
        decoder: Decoder[FromWatch] = Decoder(FromWatch)
        while True:
            wait = HANDSHAKE_S if self._writer is None else None
            try:
                data = await asyncio.wait_for(reader.read(_PIECE), wait)
            except TimeoutError:
                return phrase("the watch took the connection but says nothing")
            if not data:
                return phrase("the watch has closed the connection")
            try:
                messages = decoder.feed(data)
            except Nonsense as nonsense:
                if self._writer is None:
                    raise Unfit(phrase("what answers is no watch of this version: {why}", why=str(nonsense))) from None
                return nonsense.why
            for message in messages:
                if self._writer is None:
                    _check_greeting(message)
                    self._writer, self._met = writer, True
                if isinstance(message, Farewell):
                    return message.why
                if isinstance(message, Reply):
                    self._answer(message)
                else:
                    self._listener.heard(message)

    def _answer(self, reply: Reply) -> None:
        waiting = self._waiting.get(reply.ask)
        if waiting is not None and not waiting.done():
            waiting.set_result(reply)


def _check_greeting(message: FromWatch) -> None:
    if isinstance(message, Farewell):
        raise Unfit(message.why)
    if not isinstance(message, Welcome):
        raise Unfit(phrase("the watch did not greet: it is of another version"))
    if message.protocol != PROTOCOL:
        raise Unfit(
            phrase(
                "the watch speaks protocol {theirs} (version {version}), this screen speaks {ours}: "
                "end that watch or use its own version",
                theirs=message.protocol,
                version=message.version,
                ours=PROTOCOL,
            )
        )


def _refused(ask: int, why: Phrase) -> Reply:
    return Reply(ask=ask, ok=False, why=why)
