"""One command to the watch of a site from the command line, and its answer."""

from __future__ import annotations

import socket
from pathlib import Path

from cli import __version__
from wire.framing import Decoder, Nonsense, encode
from wire.messages import PROTOCOL, Command, Farewell, FromWatch, Hello, Reply

ANSWER_S = 15.0


def ask(path: Path, command: Command) -> Reply | None:
    """Say it to the watch at ``path``. ``None``: there is no watch, or it went away or stayed silent.

    Whether it was done is not known then unless nobody listened at all (:func:`cli.launch.greet` asks that).
    """
    decoder: Decoder[FromWatch] = Decoder(FromWatch)
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(ANSWER_S)
            line.connect(str(path))
            line.sendall(encode(Hello(PROTOCOL, __version__, "")) + encode(command))
            while data := line.recv(1 << 20):
                for message in decoder.feed(data):
                    if isinstance(message, Reply) and message.ask == command.ask:
                        return message
                    if isinstance(message, Farewell):
                        return None
    except (OSError, Nonsense):
        return None
    return None
