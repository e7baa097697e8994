"""SSH packets that say nothing, left out.

The library puts an empty ``SSH_MSG_IGNORE`` before every packet, so that CBC ciphers start from a block nobody could
foresee (RFC 4251, section 9.3.1). With the ciphers in use today it only doubles the number of packets: at one question
a second that was a tenth of what a connection costs the console, and as much again for the host's sshd.
"""

from __future__ import annotations

from typing import Any

import asyncssh

MSG_IGNORE = 2


def leave_out(connection: asyncssh.SSHClientConnection | asyncssh.SSHServerConnection) -> None:
    """Send no more of them on a connection that is set up; one with a CBC cipher is left as it is."""
    cipher = connection.get_extra_info("send_cipher") or "cbc"
    if "cbc" in cipher:
        return
    send = connection.send_packet

    def quietly(kind: int, *parts: bytes, **more: Any) -> None:
        if kind != MSG_IGNORE:
            send(kind, *parts, **more)

    connection.send_packet = quietly  # type: ignore[method-assign,assignment]
