"""Draws the screens of a real watch of the practice site, with faults in it, into ``docs/pictures``.

`make pictures` runs it: ``NAME-COLUMNSxROWS-LANGUAGE.svg``, small and large, in each language.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from duty.records import IncidentState, Subject
from tests.support.screens import BareScreen, until
from tests.support.svg import draw
from tui.app import WatchkeeperApp
from tui.screens.host import HostScreen
from tui.screens.incident import IncidentScreen
from tui.screens.watch import WatchScreen
from watch.plan import Plan
from watch.service import Service
from wire.messages import (
    PROTOCOL,
    BoardUpdate,
    Drawn,
    Hello,
    IncidentChanged,
    InjectFault,
    Message,
    TakeIncident,
    Welcome,
    WriteLog,
)
from wire.words import LANGUAGES, speak

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
SIZES = ((80, 24), (160, 48))
WHO = "li.wei"
LOST, DEAD = ("quote-gw-1", "host_lost", ""), ("order-gw-1", "process_dies", "order-gw")
FAULTS = (DEAD, ("order-gw-2", "line_saturates", "SGE-2"), ("settle-db-1", "disk_fills", "/data"), LOST)
HISTORY_S = 45.0
"""Seconds of readings before anything goes wrong, so that the trends have something to show."""
PATIENCE_S = 60.0


class Operator:
    """Somebody at another terminal who lets the faults happen, takes an incident and writes in the log."""

    def __init__(self, screen: BareScreen, welcome: Welcome) -> None:
        self.screen = screen
        self.welcome = welcome
        self.hosts: dict[str, str] = {}
        self.incidents = {incident.id: incident for incident in welcome.incidents}
        self._ask = 0

    @classmethod
    async def sit_down(cls, socket: Path) -> Operator:
        screen = await BareScreen.connect(socket)
        screen.say(Hello(PROTOCOL, "pictures", WHO))
        return cls(screen, await screen.hear(Welcome))

    def ask(self, build: Callable[[int], Message]) -> None:
        self._ask += 1
        self.screen.say(build(self._ask))

    async def listen(self, enough: Callable[[], bool], patience_s: float | None = PATIENCE_S) -> None:
        """Follow what the watch says until it has said enough."""
        async with asyncio.timeout(patience_s):
            while not enough():
                message = await self.screen.hear(Message)
                if isinstance(message, BoardUpdate):
                    self.screen.say(Drawn(message.seq))
                    self.hosts.update((host.id, host.connection.link) for host in message.hosts)
                elif isinstance(message, IncidentChanged):
                    self.incidents[message.incident.id] = message.incident

    def incident_of(self, host: str) -> int | None:
        return next(
            (i.id for i in self.incidents.values() if i.subject.host == host and i.state is IncidentState.OPEN), None
        )

    async def stage(self) -> None:
        """What the pictures show: a fleet that is well but for four things, one of them in hand."""
        await self.listen(lambda: len(self.hosts) > 2 and all(link in ("up", "idle") for link in self.hosts.values()))
        now = asyncio.get_running_loop().time
        enough = now() + HISTORY_S
        await self.listen(lambda: now() > enough, None)
        for host, fault, subject in FAULTS:
            self.ask(lambda ask, h=host, f=fault, s=subject: InjectFault(ask, h, f, True, s))  # type: ignore[misc]
        await self.listen(lambda: self.incident_of(DEAD[0]) is not None and self.incident_of(LOST[0]) is not None)
        taken = self.incident_of(DEAD[0])
        assert taken is not None
        self.ask(lambda ask: TakeIncident(ask, taken))
        about = Subject(DEAD[0], "process", DEAD[2])
        self.ask(
            lambda ask: WriteLog(
                ask, "已电话通知交易部, 切换到报盘网关2 / told the desk, orders go by gateway 2", about
            )
        )
        self.ask(lambda ask: WriteLog(ask, "结算库 /data 增长过快, 已联系厂商 / vendor asked about growth of /data"))
        await self.listen(lambda: self.incidents[taken].state is IncidentState.TAKEN)


async def photograph(socket: Path, language: str, size: tuple[int, int], incident: int) -> list[Path]:
    """Each screen of one language and size."""
    speak(language)
    app = WatchkeeperApp(str(socket), who=WHO, version="0.1.0", patience_s=5.0)
    drawn: list[Path] = []

    def save(name: str) -> None:
        path = PICTURES / f"{name}-{size[0]}x{size[1]}-{language}.svg"
        path.write_text(draw(app), "utf-8")
        drawn.append(path)

    async with app.run_test(size=size) as pilot:
        async with asyncio.timeout(PATIENCE_S):
            while not isinstance(app.screen, WatchScreen):
                await pilot.pause(0.05)
        await pilot.pause(2.5)
        save("watch")
        for number, tab in enumerate(("fleet", "processes", "lines", "disks", "incidents", "log"), 1):
            if size == SIZES[0]:
                await pilot.press(str(number))
                await pilot.pause(0.3)
                save(f"watch-{tab}")
        for name, screen in (("host", HostScreen(DEAD[0])), ("incident", IncidentScreen(incident))):
            await app.push_screen(screen)
            await pilot.pause(1.2)
            save(name)
            app.pop_screen()
        await pilot.press("question_mark")
        await pilot.pause(0.5)
        save("help")
    return drawn


async def main() -> int:
    """Start a watch, let things go wrong on it, draw every screen."""
    with tempfile.TemporaryDirectory(prefix="wk-") as folder:
        socket = Path(folder, "socket")
        service = Service(Plan(None, socket, Path(folder, "records.db"), "0.1.0", stays=True))
        watch = asyncio.create_task(service.run())
        await until(lambda: socket.exists() or watch.done())
        operator = await Operator.sit_down(socket)
        await operator.stage()
        following = asyncio.create_task(operator.listen(lambda: False, None))
        taken = next(i.id for i in operator.incidents.values() if i.state is IncidentState.TAKEN)
        PICTURES.mkdir(exist_ok=True)
        for old in PICTURES.glob("*.svg"):
            old.unlink()
        for language in LANGUAGES:
            for size in SIZES:
                for path in await photograph(socket, language, size, taken):
                    print(path.name)
        following.cancel()
        service.stop()
        await watch
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
