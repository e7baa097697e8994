"""Records the practice fleet in a real terminal into ``docs/pictures/recording.svg``: `make recording`.

A fault is injected from the palette, its incident comes, is taken and noted; then the host's page and a graph.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path

from config.paths import places, prepare
from tests.support.film import Frame, film, photograph
from tests.support.pictures import PICTURES
from tests.support.scene import WHO
from tests.support.terminal import Terminal
from watch.plan import Plan
from watch.service import Service
from wire import doorway

RECORDING = PICTURES / "recording.svg"
SIZE = (120, 34)
RUN = "import sys; from cli.main import main; sys.exit(main(['--practice']))"
BEFORE_S = 90.0
"""Seconds of readings before the film begins, so that trends and graph have something to show."""
FRAME_S = 0.2
READ_S = 0.3
"""Seconds that a caption is there before the keys."""
KEY_S = 0.05
"""Between two keys of a word that is typed."""
FAULT = "gw-1: process dies order"
NOTE = "desk told, orders go by order-gw-2"


class Camera:
    """Looks at a terminal every :data:`FRAME_S` and keeps what differs."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self.frames: list[Frame] = []
        self.caption = ""
        self.still = 0
        """The frame for readers who want nothing to move."""
        self._began = asyncio.get_running_loop().time()

    @property
    def seconds(self) -> float:
        """Since it began."""
        return asyncio.get_running_loop().time() - self._began

    async def run(self) -> None:
        """Film until cancelled."""
        while True:
            seen = photograph(self.terminal.screen, self.caption)
            if not self.frames or seen != self.frames[-1].picture:
                self.frames.append(Frame(self.seconds if self.frames else 0.0, seen))
            await asyncio.sleep(FRAME_S)

    async def act(self, caption: str, *keys: str, then_s: float = 0.0) -> None:
        """Say what is done, press the keys as a person does, and look."""
        self.caption = caption
        await asyncio.sleep(READ_S)
        for key in keys:
            self.terminal.press(key)
            await asyncio.sleep(KEY_S)
        await asyncio.sleep(then_s)


async def play(camera: Camera) -> None:
    """What is shown."""
    terminal = camera.terminal
    await camera.act("The practice fleet: real SSH servers, read every second", then_s=2.5)
    await camera.act("Ctrl+P finds any command by its words: a fault is injected", "\x10", then_s=0.6)
    await camera.act("Ctrl+P finds any command by its words: a fault is injected", *FAULT, then_s=1.0)
    await camera.act("Order gateway 1 loses its process", "\r")
    await terminal.shows("process or")
    await camera.act("Within seconds it is seen, and an incident is in the queue", then_s=2.0)
    camera.still = len(camera.frames) - 1
    await camera.act("The incident in full (7 to the queue, Enter)", "7", "\r", then_s=1.5)
    await camera.act("It is taken (t)", "t", then_s=1.0)
    await camera.act("A note of what was done (a)", "a", then_s=0.5)
    await camera.act("A note of what was done (a)", *NOTE, then_s=0.5)
    await camera.act("A note of what was done (a)", "\r", then_s=1.5)
    await camera.act("The host's page (Esc, 1, Enter)", "\x1b", then_s=0.3)
    await camera.act("The host's page (Esc, 1, Enter)", "1", "\r", then_s=2.0)
    await camera.act("Its past (g), the last ten minutes ([)", "g", then_s=0.6)
    await camera.act("Its past (g), the last ten minutes ([)", "[", then_s=2.0)
    await camera.act("Back to the watch (Esc)", "\x1b", then_s=0.3)
    await camera.act("Back to the watch (Esc)", "\x1b", then_s=1.2)


async def film_it() -> None:
    """Wait until the fleet has a past, open the program, film, leave."""
    await asyncio.sleep(BEFORE_S)
    async with Terminal(RUN, *SIZE) as terminal:
        await terminal.shows("1 Fleet")
        await asyncio.sleep(2.0)
        camera = Camera(terminal)
        filming = asyncio.create_task(camera.run())
        await play(camera)
        seconds = camera.seconds
        filming.cancel()
        terminal.press("q")
        await terminal.ended()
    RECORDING.write_text(film(camera.frames, seconds, camera.still), "utf-8")
    print(f"{len(camera.frames)} frames, {seconds:.0f} s, {RECORDING.stat().st_size / 1e6:.2f} MB")


async def main() -> int:
    """Start a watch of the practice site where the program looks for it, and film."""
    doorway.user_of = lambda _connection: WHO  # not the name of who records
    with tempfile.TemporaryDirectory(prefix="wk-", dir="/tmp") as folder:
        for name in ("run", "state", "config", "data", "cache"):
            Path(folder, name).mkdir(mode=0o700)
            os.environ[{"run": "XDG_RUNTIME_DIR"}.get(name, f"XDG_{name.upper()}_HOME")] = f"{folder}/{name}"
        os.environ.update(HOME=folder, LANG="C.UTF-8", TZ="UTC")
        place = prepare(places("practice", os.environ))
        service = Service(Plan(None, place.socket, place.state / "records.db", "0.1.0", stays=True))
        watch = asyncio.create_task(service.run())
        try:
            await film_it()
        finally:
            service.stop()
            await watch
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
