"""The SSH session in which the console starts the probe."""

from __future__ import annotations

from collections.abc import Callable

import asyncssh

from collectors import probe
from practice.conversation import Conversation
from practice.machines import Machine
from practice.papers import USER

_NOT_FOUND = 127
_MAX_UNREAD = 1 << 20
"""Bytes: a console that asks and does not read is let go rather than stored for."""


class ProbeSession(asyncssh.SSHServerSession[bytes]):
    """Answers the exec of the probe, and nothing else: there is no shell behind it."""

    def __init__(self, machine: Machine, clock: Callable[[], float]) -> None:
        self._conversation = Conversation(machine, clock, USER)
        self._channel: asyncssh.SSHServerChannel[bytes] | None = None
        self._known = False

    def connection_made(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        """Keep the channel to answer on."""
        self._channel = chan

    def exec_requested(self, command: str) -> bool:
        """Any command is let start; only the probe does something."""
        self._known = command == probe.exec_command()
        return True

    def session_started(self) -> None:
        """Say so if it was not the probe that was asked for."""
        if not self._known and self._channel is not None:
            self._channel.write_stderr(b"practice: there is nothing here but the probe\n")
            self._channel.exit(_NOT_FOUND)

    def data_received(self, data: bytes, datatype: asyncssh.DataType) -> None:
        """Answer what was asked."""
        channel = self._channel
        if channel is None or not self._known:
            return
        answer = self._conversation.receive(data)
        if channel.get_write_buffer_size() > _MAX_UNREAD:
            channel.abort()
            return
        if answer:
            channel.write(answer)
        if self._conversation.ended:
            channel.exit(0)

    def eof_received(self) -> bool:
        """The console has nothing more to ask."""
        if self._channel is not None and self._known:
            self._channel.exit(0)
        return False
