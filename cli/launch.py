"""The watch as another process: asked who it is, started in the background, waited for.

The person looks at nothing while this runs: what is not needed to start the watch is loaded later.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from cli import __version__
from cli.codes import Exit
from cli.speak import err
from cli.target import Target
from duty.clean import clean
from wire.doorway import held
from wire.words import _

if TYPE_CHECKING:
    from wire.framing import Decoder
    from wire.messages import Farewell, Welcome

START_S = 30.0
LOG_NAME = "watch.log"
LOG_BYTES = 1 << 20
"""A longer log of the watch is set aside as ``watch.log.1`` before the next start."""


def greet(path: Path, seconds: float = 3.0) -> Welcome | None:
    """Ask the watch at ``path`` who it is; ``None`` if there is none."""
    if not path.exists():
        return None
    from wire.framing import Decoder, Nonsense, encode
    from wire.messages import PROTOCOL, Farewell, FromWatch, Hello, Welcome

    decoder: Decoder[Welcome | Farewell] = Decoder(FromWatch)
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(seconds)
            line.connect(str(path))
            line.sendall(encode(Hello(PROTOCOL, __version__, "")))
            while data := line.recv(1 << 20):
                for message in decoder.feed(data):
                    if isinstance(message, Welcome):
                        return message
                    if isinstance(message, Farewell):
                        return None
    except (OSError, Nonsense):
        return None
    return None


class Launched:
    """A watch being started in the background. Raises OSError where it cannot be."""

    def __init__(self, target: Target, options: list[str]) -> None:
        self.target = target
        self.log = target.places.state / LOG_NAME
        self.code: int = Exit.WELL
        """How the program ends where the watch did not come."""
        self._until = time.monotonic() + START_S
        self._command = [sys.executable, "-P", "-m", "cli", *target.arguments(), "watch", *options]
        self._start()

    def _start(self) -> None:
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        # Appended to: why the last watch ended must still be there when the next one has been started.
        with self.log.open("ab") as file:
            self._said_from = file.tell()
            # A session of its own: no terminal's end reaches it.
            self.process = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True, cwd="/"
            )

    def wait_ready(self) -> int:
        """Wait until it listens; else say why it does not."""
        while greet(self.target.places.socket) is None:
            if (why := self.why_not()) is not None:
                err(why)
                return self.code
            time.sleep(0.02)
        return Exit.WELL

    def why_not(self) -> str | None:
        """``None`` while it may still come; else why it will not, in words, and :attr:`code` says how that ends."""
        path, code = self.target.places.socket, self.process.poll()
        if code is not None and code != Exit.RUNS_ALREADY:
            self.code = Exit.BAD
            return self._said() or _("The watch ended at once.")
        if time.monotonic() >= self._until:
            self.code = Exit.NO_WATCH
            return _("The watch does not answer. Its own log is {path}.", path=str(self.log))
        # Another was starting, for another screen, or ending, and did not answer yet.
        if code is not None and not held(path):
            self._start()
        return None

    def _said(self) -> str:
        with self.log.open("rb") as file:
            file.seek(self._said_from)
            text = file.read().decode("utf-8", "replace").strip()
        return "\n".join(clean(line, 1000) for line in text[-4000:].splitlines())


def launch(target: Target, *, stays: bool, hosts: int | None = None) -> Launched | None:
    """Start the watch as a process of its own that no terminal's end reaches; ``None`` after saying why not."""
    options = [] if stays else ["--until-alone"]
    options += ["--practice-hosts", str(hosts)] if hosts is not None else []
    try:
        return Launched(target, options)
    except OSError as error:
        why = clean(error.strerror or str(error))
        err(_("The watch cannot be started: {path}: {error}", path=clean(str(error.filename)), error=why))
        return None
