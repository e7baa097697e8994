"""The two ways to an application: from this console, and from a host through its own SSH connection.

Nothing is needed on the host for the second one: its SSH server connects for us (direct-tcpip), and the bytes travel
through the connection that stands anyway.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any, Protocol

import asyncssh

from collectors.apps.course import Course
from collectors.apps.faults import AppFault
from collectors.failures import said
from duty.phrases import Phrase, phrase

WINDOW = 64 * 1024
"""What an application may send ahead of our reading through a host."""


class Stream(Protocol):
    """Bytes both ways, whoever carries them."""

    async def read(self, count: int) -> bytes:
        """Up to ``count`` bytes; none at the end."""

    async def write(self, data: bytes) -> None:
        """Send, or raise what the carrier raises."""

    def close(self) -> None:
        """Let go; never waits."""


class Way(Protocol):
    """How a check gets at its application."""

    def unable(self) -> Phrase | None:
        """Why nothing can be asked this way now, if it cannot."""

    async def open(self, who: str, address: str, port: int, course: Course) -> Stream:
        """Connect. ``who``: the check; it has one connection being opened at most. Raises what the carrier raises."""


class Carried:
    """A stream over a reader and a writer of asyncio or asyncssh, which differ in their types only."""

    def __init__(self, reader: Any, writer: Any, pipe: Any) -> None:
        """``pipe``: what is below the writer: a transport, or a channel."""
        self._reader, self._writer, self._pipe = reader, writer, pipe

    async def read(self, count: int) -> bytes:
        """Up to ``count`` bytes; none at the end."""
        data: bytes = await self._reader.read(count)
        return data

    async def write(self, data: bytes) -> None:
        """Send; waits while the other end does not read."""
        self._writer.write(data)
        await self._writer.drain()

    def close(self) -> None:
        """At once, even where the other end has stopped reading."""
        try:
            if self._pipe.get_write_buffer_size():
                self._pipe.abort()
            else:
                self._writer.close()
        except (OSError, asyncssh.Error):
            pass  # it is gone already


class FromConsole:
    """Straight from this machine."""

    def unable(self) -> Phrase | None:
        """This machine can always try."""
        return None

    async def open(self, who: str, address: str, port: int, course: Course) -> Stream:
        """Resolve, then try each address in turn. Raises OSError."""
        loop = asyncio.get_running_loop()
        course.begin("resolve")
        found = await loop.getaddrinfo(address, port, type=socket.SOCK_STREAM)
        course.done()
        course.begin("connect")
        failed: OSError | None = None
        for family, _kind, _protocol, _name, place in found:
            try:
                reader, writer = await asyncio.open_connection(str(place[0]), int(place[1]), family=family)
            except OSError as error:
                failed = failed or error
                continue
            course.done()
            return Carried(reader, writer, writer.transport)
        raise failed or OSError("no address")


class FromHost:
    """Through the SSH connection of a host. ``tunnel``: the connection, if it stands and answers."""

    def __init__(self, tunnel: Callable[[], asyncssh.SSHClientConnection | None]) -> None:
        self._tunnel = tunnel
        self._opening: dict[str, _Opening] = {}

    def unable(self) -> Phrase | None:
        """The host is not reached."""
        return (
            None if self._tunnel() is not None else phrase("cannot be asked: the host it is asked from is not reached")
        )

    async def open(self, who: str, address: str, port: int, course: Course) -> Stream:
        """Have the host connect. Raises asyncssh.Error.

        A request that the host has not answered cannot be taken back, and one that is answered after its check was
        given up would hold a connection for ever. So the next check of the same kind waits for the same request.
        """
        connection = self._tunnel()
        if connection is None:
            raise AppFault(phrase("cannot be asked: the host it is asked from is not reached"), "unable")
        course.begin("connect")
        place = (id(connection), address, port)
        one = self._opening.get(who)
        if one is None or one.task.done() or one.place != place:
            one = self._opening[who] = _Opening(place, asyncio.ensure_future(_connect(connection, address, port)))
        stream = await one.taken()
        self._opening.pop(who, None)
        course.done()
        return stream


class _Opening:
    """A connection being opened by the host; closed when it comes and nobody waits for it any more."""

    def __init__(self, place: tuple[int, str, int], task: asyncio.Task[Stream]) -> None:
        self.place, self.task = place, task
        self._wanted = True
        task.add_done_callback(self._came)

    async def taken(self) -> Stream:
        self._wanted = True
        try:
            return await asyncio.shield(self.task)
        except asyncio.CancelledError:
            self._wanted = False
            if self.task.done():
                self._came(self.task)
            raise

    def _came(self, task: asyncio.Task[Stream]) -> None:
        if not task.cancelled() and task.exception() is None and not self._wanted:
            task.result().close()


async def _connect(connection: asyncssh.SSHClientConnection, address: str, port: int) -> Stream:
    try:
        reader, writer = await connection.open_connection(address, port, encoding=None, window=WINDOW)
    except OSError as error:  # the connection closed between looking at it and using it
        raise AppFault(phrase("the connection to the host broke: {error}", error=said(error)), "unable") from None
    return Carried(reader, writer, writer.channel)
