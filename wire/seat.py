"""One screen as the watch sees it: what it is owed, what is on its way, and when it is too slow for either.

Nothing here waits. What the transport takes now is written; the rest stays here, bounded: events in a queue that
gives way to one :class:`~wire.messages.Resync`, boards as the set of hosts that changed since the last one.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, cast

from duty.phrases import Phrase, phrase
from duty.records import Refused
from wire import doorway
from wire.framing import Decoder, Nonsense, encode
from wire.messages import PROTOCOL, Command, Drawn, Farewell, FromScreen, Hello, Message, Reply

if TYPE_CHECKING:
    from wire.door import Door

HELLO_S = 10.0
"""Seconds a screen has for its first words."""
FLUSH_S = 1.0
"""Seconds a screen has to take the last words before the connection is cut."""
MAX_EVENTS = 1000
MAX_EVENT_BYTES = 4 * 1024 * 1024
"""More than this waiting for one screen is replaced by one Resync."""
MAX_COMMANDS = 32
"""Commands of one screen under way or answered but not yet taken; more wait unread in its socket."""
MAX_SAID = 1024 * 1024
"""Bytes: the longest frame a screen may send."""
HIGH_WATER = 256 * 1024
"""Bytes in the transport's own buffer from which on events wait here instead."""


class Seat(asyncio.Protocol):
    """The watch's side of the connection to one screen."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._decoder: Decoder[Message] = Decoder(FromScreen, MAX_SAID)
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._leaving = False
        self._user = ""
        self.session = ""
        """The login at the other end, as the kernel knows it."""
        self.who = ""
        """Under which name this screen acts; empty until it was welcomed."""
        self.person = False
        """Somebody sits here: what only asks a watch something gives no name."""
        self._events: deque[bytes] = deque()
        self._event_bytes = 0
        self._replies: deque[bytes] = deque()
        self._resync_owed = False
        self._asked: deque[Command] = deque()
        self._under_way: set[asyncio.Task[None]] = set()
        self._in_flight: int | None = None
        self._owed = False
        self._changed: frozenset[str] | None = None
        """The hosts the next board must carry; ``None``: all of them."""
        self.gone = asyncio.Event()

    # --- the connection ---------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A screen has come; it has not said yet which."""
        # Not checked with isinstance: uvloop's transports are of a family of their own.
        self._transport = transport = cast(asyncio.Transport, transport)
        transport.set_write_buffer_limits(high=HIGH_WATER)
        connection = transport.get_extra_info("socket")
        self._user, self.session = doorway.user_of(connection), doorway.session_of(connection)
        self._cut_off_in(HELLO_S)
        self._door.arrived(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """The screen is gone. Commands under way go on: what was asked for is done and recorded."""
        self._transport = None
        if self._timer is not None:
            self._timer.cancel()
        for owed in (self._events, self._replies, self._asked):
            owed.clear()
        self.gone.set()
        self._door.left(self)

    def data_received(self, data: bytes) -> None:
        """Take what the screen says; what makes no sense ends this connection and nothing else."""
        if self._leaving:
            return
        try:
            said = self._decoder.feed(data)
            nonsense = None
        except Nonsense as error:
            said, nonsense = error.before, error
        for message in said:
            self._hear(message)
        if nonsense is not None:
            self.dismiss(nonsense.why)

    def resume_writing(self) -> None:
        """The screen reads again."""
        self._pump()

    def abort(self) -> None:
        """Cut the connection now."""
        if self._transport is not None:
            self._transport.abort()

    def dismiss(self, why: Phrase) -> None:
        """Say why and hang up; a screen that does not take it within :data:`FLUSH_S` is cut off."""
        transport = self._open()
        if transport is None:
            return
        self._leaving = True
        self._asked.clear()
        transport.write(encode(Farewell(why)))
        # Only this direction is closed: closing with the screen's words unread would reset the connection, and
        # a reset can overtake the farewell. The screen hangs up when it has read it.
        transport.write_eof()
        if not transport.is_reading():
            transport.resume_reading()
        self._cut_off_in(FLUSH_S)

    def _open(self) -> asyncio.Transport | None:
        transport = self._transport
        return None if transport is None or self._leaving or transport.is_closing() else transport

    def _cut_off_in(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self.abort)

    # --- what it says -----------------------------------------------------------------------------------

    def _hear(self, message: Message) -> None:
        if self._open() is None:
            return
        if isinstance(message, Hello):
            self._welcome(message)
        elif not self.who:
            self.dismiss(phrase("a screen must say hello first"))
        elif isinstance(message, Drawn):
            if message.seq == self._in_flight:
                self._in_flight = None
                self._pump()
        elif isinstance(message, Command):
            self._asked.append(message)
            self._start_commands()

    def _welcome(self, hello: Hello) -> None:
        if hello.protocol != PROTOCOL:
            self.dismiss(
                phrase(
                    "this screen is of version {screen} (protocol {theirs}), the watch speaks protocol {ours}: "
                    "use the same version, or end the watch and start it anew",
                    screen=hello.version,
                    theirs=hello.protocol,
                    ours=PROTOCOL,
                )
            )
            return
        if self.who:
            self.dismiss(phrase("a screen says hello only once"))
            return
        assert self._transport is not None
        if self._timer is not None:
            self._timer.cancel()
        welcome = self._door.handler.welcome(self._user, hello)
        self.who = welcome.who or self._user
        self._transport.write(encode(welcome))
        self.person = bool(hello.who)
        if self.person:
            self._door.handler.came(self.who, self.session)
        self._door.seated()
        self.offer(None)

    def _start_commands(self) -> None:
        while self._asked and len(self._under_way) + len(self._replies) < MAX_COMMANDS:
            task = asyncio.get_running_loop().create_task(self._answer(self._asked.popleft()))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        transport = self._open()
        if transport is None:
            return
        if self._asked and transport.is_reading():
            transport.pause_reading()
        elif not self._asked and not transport.is_reading():
            transport.resume_reading()

    async def _answer(self, command: Command) -> None:
        try:
            reply = await self._door.handler.command(self.who, command, self.session)
        except Refused as refused:
            reply = Reply(command.ask, ok=False, why=refused.why)
        except Exception as error:  # a fault of ours in one command must not leave the person without an answer
            self._door.log.exception("command %s failed", type(command).__name__)
            reply = Reply(command.ask, ok=False, why=phrase("the watch failed at this: {error}", error=repr(error)))
        self._replies.append(encode(reply))
        self._pump()

    # --- what it is owed --------------------------------------------------------------------------------

    def offer(self, changed: frozenset[str] | None) -> None:
        """There is a newer board; ``changed``: the hosts that differ from the one before, ``None``: all."""
        if changed is None or (self._owed and self._changed is None):
            self._changed = None
        elif self._owed and self._changed is not None:
            self._changed |= changed
        else:
            self._changed = changed
        self._owed = True
        self._pump()

    def tell(self, frame: bytes) -> None:
        """An event, encoded. It goes out in order, or one Resync comes for it and all around it."""
        if self._resync_owed:
            return
        self._events.append(frame)
        self._event_bytes += len(frame)
        self._pump()
        if len(self._events) > MAX_EVENTS or self._event_bytes > MAX_EVENT_BYTES:
            self.resync()

    def resync(self) -> None:
        """Owe one Resync in place of the events that wait."""
        self._events.clear()
        self._event_bytes = 0
        self._resync_owed = True
        self._pump()

    def _writable(self) -> asyncio.Transport | None:
        transport = self._open()
        return transport if transport is not None and transport.get_write_buffer_size() <= HIGH_WATER else None

    def _pump(self) -> None:
        """Hand over as much as the transport takes now: events first, so that a reply finds its event told."""
        while (transport := self._writable()) is not None:
            if self._events:
                frame = self._events.popleft()
                self._event_bytes -= len(frame)
            elif self._resync_owed:
                self._resync_owed = False
                frame = encode(self._door.handler.resync())
            elif self._replies:
                frame = self._replies.popleft()
                if self._asked:
                    asyncio.get_running_loop().call_soon(self._start_commands)
            elif self._owed and self._in_flight is None and (board := self._door.newest.board) is not None:
                frame = self._door.newest.frame(self._changed)
                self._in_flight, self._owed = board.seq, False
            else:
                return
            transport.write(frame)
