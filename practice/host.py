"""One machine of the fleet as an SSH server on a loopback port, and how it fails.

The listening socket is ours rather than the library's, because a server that is stopped by a signal still has its
connections accepted by the kernel, and a machine that is off must come back on the same port.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable

import asyncssh

from collectors.ignores import leave_out
from practice.applications import Applications, Talk
from practice.machines import Machine
from practice.papers import ADDRESS, USER, new_key
from practice.session import ProbeSession

Clock = Callable[[], float]

_BACKLOG = 128
_DEAF = 1 << 30
_LOGIN_S = 60


class Host:
    """A served machine; a :class:`practice.faults.Served`."""

    def __init__(self, machine: Machine, let_in: bytes, clock: Clock) -> None:
        """``let_in``: public data of the key that may log in. ``clock`` gives UTC epoch seconds."""
        self.machine = machine
        self.clock = clock
        self.let_in = let_in
        self.key = new_key()
        self.port = 0
        self.may_forward_to: frozenset[int] = frozenset()
        self.applications: Applications | None = None
        self._other_key: asyncssh.SSHKey | None = None
        self._options: asyncssh.SSHServerConnectionOptions | None = None
        self._listener: socket.socket | None = None
        self._place: socket.socket | None = None
        self._sockets: set[socket.socket] = set()
        self._logins: set[asyncio.Task[None]] = set()
        self._hung = False

    def open(self) -> None:
        """Listen, on a free port at first and on the same one ever after."""
        listener = _bound(self.port)
        listener.listen(_BACKLOG)
        self.port = listener.getsockname()[1]
        self._listener = listener
        self._let_go_place()
        if not self._hung:
            asyncio.get_running_loop().add_reader(listener, self._accept)

    def close(self) -> None:
        """End for good."""
        self._shut()
        self._let_go_place()

    # --- faults -----------------------------------------------------------------------------------------------------

    def hang(self, on: bool) -> None:
        """Stop reading and accepting; the kernel goes on taking connections, as for a stopped process."""
        if on == self._hung:
            return
        self._hung = on
        for sock in self._sockets:
            _hear(sock, not on)
        if self._listener is not None:
            loop = asyncio.get_running_loop()
            loop.remove_reader(self._listener) if on else loop.add_reader(self._listener, self._accept)

    def lose(self, on: bool) -> None:
        """Cut the connections and close the port; the port's number is kept for the way back."""
        if on and self._listener is not None:
            self._place = _bound(self.port)
            self._shut()
        elif not on and self._listener is None:
            self.open()

    def change_key(self, on: bool) -> None:
        """Show another host key, or the first one again. Standing connections break, as on a reinstalled machine."""
        if on == (self._other_key is not None):
            return
        self._other_key = new_key() if on else None
        self._options = None
        self._cut()

    # --- connections ------------------------------------------------------------------------------------------------

    def _accept(self) -> None:
        if self._listener is None:
            return
        try:
            sock, _ = self._listener.accept()
        except OSError:
            return
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        task = asyncio.get_running_loop().create_task(self._serve(sock))
        self._logins.add(task)
        task.add_done_callback(self._logins.discard)

    async def _serve(self, sock: socket.socket) -> None:
        self._sockets.add(sock)
        try:
            connection = await asyncssh.run_server(sock, options=self._server_options())
            await connection.wait_closed()
        except (OSError, asyncssh.Error):
            pass  # a client that gives up or is not let in: its own affair
        finally:
            self._sockets.discard(sock)
            sock.close()

    def _server_options(self) -> asyncssh.SSHServerConnectionOptions:
        if self._options is None:
            self._options = asyncssh.SSHServerConnectionOptions(
                server_factory=lambda: _Door(self),
                server_host_keys=[self._other_key or self.key],
                password_auth=False,
                kbdint_auth=False,
                host_based_auth=False,
                gss_host=None,
                allow_pty=False,
                agent_forwarding=False,
                x11_forwarding=False,
                allow_scp=False,
                line_editor=False,
                encoding=None,
                compression_algs=None,
                login_timeout=_LOGIN_S,
                connect_timeout=None,
            )
        return self._options

    def _shut(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            asyncio.get_running_loop().remove_reader(listener)
            listener.close()
        self._cut()

    def _cut(self) -> None:
        for sock in tuple(self._sockets):
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def _let_go_place(self) -> None:
        place, self._place = self._place, None
        if place is not None:
            place.close()


class _Door(asyncssh.SSHServer):
    """Who may come in, and to what: one key, one user, the probe and, on a jump host, its fleet."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn

    def auth_completed(self) -> None:
        if self._connection is not None:
            leave_out(self._connection)  # as OpenSSH, which sends none

    def begin_auth(self, username: str) -> bool:
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return username == USER and key.public_data == self._host.let_in

    def session_requested(self) -> ProbeSession:
        return ProbeSession(self._host.machine, self._host.clock)

    def connection_requested(self, dest_host: str, dest_port: int, orig_host: str, orig_port: int) -> bool | Talk:
        if dest_host != ADDRESS:
            return False
        applications = self._host.applications
        talk = applications.at(dest_port, self._host.clock()) if applications is not None else None
        return talk or dest_port in self._host.may_forward_to


def _bound(port: int) -> socket.socket:
    """A socket bound to a loopback port; two of ours may share one, which keeps its number while a machine is off."""
    sock = socket.socket()
    sock.setblocking(False)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((ADDRESS, port))
    return sock


def _hear(sock: socket.socket, on: bool) -> None:
    """Whether the loop is told of bytes that arrived on a connection: a threshold never reached means deaf."""
    if sock.fileno() < 0:
        return
    with socket.socket(fileno=os.dup(sock.fileno())) as same:
        same.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1 if on else _DEAF)
