"""Real TCP, TLS and HTTP servers on loopback, well and unwell, for checks to ask."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

from practice.certificates import DAY_S, Authority

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def listening(talk: Talk, context: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A server that talks so with each caller; its port."""
    talks: set[asyncio.Task[None]] = set()

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        talks.add(task)
        try:
            await talk(reader, writer)
        except (OSError, ssl.SSLError, asyncio.CancelledError):
            pass
        finally:
            talks.discard(task)
            writer.close()

    server = await asyncio.start_server(one, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in list(talks):
            task.cancel()
        await asyncio.sleep(0)


def says(data: bytes, pause_s: float = 0.0) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(pause_s)
        writer.write(data)
        writer.write_eof()
        while await reader.read(1 << 16):
            pass

    return talk


async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Takes what comes and never says a word."""
    while await reader.read(1 << 16):
        pass


async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"x" * 4096)
        await writer.drain()


def page(status: str, body: bytes = b"", *, pause_s: float = 0.0, heard: list[bytes] | None = None) -> Talk:
    """An HTTP server with one answer for everything."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        if heard is not None:
            heard.append(request)
        await asyncio.sleep(pause_s)
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()

    return talk


class Office:
    """An authority whose certificates a test's servers show. ``ca``: the file that trusts it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = time.time()
        self.authority = Authority("Practice Authority", self.now)
        self.ca = folder / "ca.pem"
        self.ca.write_bytes(self.authority.pem)
        self._count = 0

    def context(self, *names: str, begins: float = -1, ends: float = 90) -> ssl.SSLContext:
        """A server's context; ``begins`` and ``ends`` in days from now."""
        self._count += 1
        file = self.folder / f"server-{self._count}.pem"
        pem = self.authority.server(names or ("127.0.0.1",), self.now + begins * DAY_S, self.now + ends * DAY_S)
        file.write_bytes(pem)
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(file)
        return made


@contextlib.contextmanager
def swallowing() -> Iterator[socket.socket]:
    """A listener whose queue is full: the kernel drops further calls, as a firewall does."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        for _ in range(8):
            one = stack.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(listener.getsockname())
        yield listener
