"""The one long-lived channel to the probe: bytes in, answers out, no stream and no task in between."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import asyncssh

from collectors import probe
from collectors.answers import Answer, AnswerReader, Ready, Refused
from collectors.failures import DialFailed, Failure, failure, of_loss, said
from collectors.ssh_environment import Deadlines, bounded
from duty.clean import clean_bytes
from duty.site import HostSpec

MAX_BANNER = 64 * 1024
"""Bytes before the probe speaks; a login shell that prints more never ends."""
MAX_UNASKED = 4 * 1024 * 1024
"""Bytes that may come after a question: every section at its own limit, with room to spare."""
WINDOW = 256 * 1024
"""What a host may send ahead of our reading. The library's own 2 MB would be held for each of 500 hosts."""


class ProbeSession(asyncssh.SSHClientSession[bytes]):
    """Feeds what comes to the reader of answers. ``ended`` is done when no answer can come any more, with why."""

    def __init__(self, on_answer: Callable[[Answer], None], silent_s: float) -> None:
        loop = asyncio.get_running_loop()
        self.ready: asyncio.Future[Ready] = loop.create_future()
        self.ended: asyncio.Future[Failure] = loop.create_future()
        self._on_answer = on_answer
        self._silent_s = silent_s
        self._reader = AnswerReader()
        self._channel: asyncssh.SSHClientChannel[bytes] | None = None
        self._unasked = 0
        self._complaint = b""
        self._status: int | str = "–"

    def connection_made(self, chan: asyncssh.SSHClientChannel[bytes]) -> None:
        """The channel is open."""
        self._channel = chan

    @property
    def words(self) -> str:
        """What the host said that was no answer: of its stderr first."""
        return clean_bytes(b" ".join(self._complaint.split()), 160) or self._reader.banner[:160] or "–"

    def ask(self, question: bytes) -> bool:
        """Write a question. ``False`` where the channel no longer takes any."""
        if self._channel is None or self.ended.done():
            return False
        self._unasked = 0
        try:
            self._channel.write(question)
        except (OSError, asyncssh.Error):
            return False
        return True

    def end(self, why: Failure) -> None:
        """Close the channel, because of ``why``."""
        if not self.ended.done():
            self.ended.set_result(why)
        if self._channel is not None:
            self._channel.close()

    def data_received(self, data: bytes, datatype: asyncssh.DataType) -> None:
        """Bytes from the host; ``datatype`` is given for its stderr."""
        if self.ended.done():
            return
        self._unasked += len(data)
        if self._unasked > (MAX_UNASKED if self.ready.done() else MAX_BANNER):
            self.end(failure("babble", error=self.words))
        elif datatype is not None:
            self._complaint = (self._complaint + data)[:600]
        else:
            for answer in self._reader.feed(data):
                self._take(answer)

    def _take(self, answer: Answer) -> None:
        if isinstance(answer, Refused):
            words = " ".join(word for word in (answer.code, answer.words) if word)
            self.end(failure("other_probe" if answer.code == "hash" else "probe_refused", error=words))
        elif isinstance(answer, Ready):
            if not self.ready.done():
                self._unasked = 0
                self.ready.set_result(answer)
        elif not self.ended.done():
            self._on_answer(answer)

    def eof_received(self) -> bool:
        """The host sends no more: the channel closes."""
        return False

    def exit_status_received(self, status: int) -> None:
        """The probe ended."""
        self._status = status

    def exit_signal_received(self, signal: str, core_dumped: bool, msg: str, lang: str) -> None:
        """The probe was killed."""
        self._status = clean_bytes(signal.encode("utf-8", "replace"), 20)

    def connection_lost(self, exc: Exception | None) -> None:
        """The channel is closed: the probe ended, or the connection broke."""
        self._channel = None
        if self.ended.done():
            return
        if exc is not None:
            self.ended.set_result(of_loss(exc, self._silent_s))
        else:
            kind = "probe_gone" if self.ready.done() else "probe_ended"
            self.ended.set_result(failure(kind, status=self._status, error=self.words))


async def open_session(
    connection: asyncssh.SSHClientConnection,
    limits: Deadlines,
    on_answer: Callable[[Answer], None],
    spec: HostSpec | None = None,
) -> tuple[ProbeSession, Ready]:
    """Start the probe on a connection and wait until it is ready for questions. ``spec``: whose check commands it
    carries.

    Raises:
        DialFailed: No channel, or the probe does not start.
    """
    session = ProbeSession(on_answer, limits.silent_s)
    work: Any = connection.create_session(
        lambda: session, probe.exec_command(), encoding=None, window=WINDOW, request_pty=False
    )
    try:
        await bounded(work, limits.ready_s, lambda made: made[0].abort())
    except TimeoutError:
        raise DialFailed(failure("probe_mute", seconds=round(limits.ready_s), error="–")) from None
    except (asyncssh.Error, OSError) as error:
        raise DialFailed(failure("no_shell", error=said(error))) from None
    session.ask(probe.opening(spec))
    try:
        either: set[asyncio.Future[Any]] = {session.ready, session.ended}
        await asyncio.wait(either, timeout=limits.ready_s, return_when=asyncio.FIRST_COMPLETED)
    except asyncio.CancelledError:
        session.end(failure("broken", error="–"))
        raise
    if session.ended.done():
        raise DialFailed(session.ended.result())
    if not session.ready.done():
        session.end(failure("probe_mute", seconds=round(limits.ready_s), error=session.words))
        raise DialFailed(session.ended.result())
    return session, session.ready.result()
