"""What the pictures show: a real watch of the practice site, heard once and kept, so that every picture is repeatable.

`make scene` records it anew into ``scene.json``: minutes of a fleet that is well, then faults, one of them in hand.
:class:`SceneWatch` says it again, always the same, to any screen.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from duty.graph import Graph, Stretch, drawn
from duty.records import IncidentMove, IncidentState, Subject
from duty.series import SeriesKey
from tests.support.fake_watch import FakeWatch
from tests.support.screens import BareScreen, until
from tui.alarm_book import AlarmBook
from watch.plan import Plan
from watch.service import Service
from wire.alarms import AcknowledgeAlarms, AlarmsChanged, Seen
from wire.messages import (
    PROTOCOL,
    BoardUpdate,
    Command,
    Drawn,
    Hello,
    IncidentChanged,
    InjectFault,
    Message,
    NoteIncident,
    ReadHistory,
    ReadIncident,
    ReadSeries,
    Reply,
    TakeIncident,
    Welcome,
    WriteLog,
)

SCENE = Path(__file__).with_name("scene.json")
WHO = "li.wei"
LOST, DEAD, BUSY = ("quote-gw-1", "host_lost", ""), ("order-gw-1", "process_dies", "order-gw"), "order-gw-2"
LINE = "SGE-2"
SATURATED = (BUSY, "line_saturates", LINE)
FAULTS = (DEAD, SATURATED, ("settle-db-1", "disk_fills", "/data"), LOST)
GRAPH_S = 600.0
"""Seconds of the past that are kept for the graphs."""
QUIET_S, BURST_S, CALM_S, AFTER_S = 240.0, 45.0, 150.0, 45.0
"""All is well; a line is full and then not; all is well again; the faults are looked at."""
PATIENCE_S = 60.0


class Scene(msgspec.Struct, frozen=True):
    """What a watch said. ``at``: the moment of the pictures, UTC epoch seconds."""

    at: float
    welcome: Welcome
    board: BoardUpdate
    moves: tuple[IncidentMove, ...]
    series: dict[str, tuple[SeriesKey, ...]]
    """The series there are of each host."""
    graphs: tuple[Graph, ...]
    """The past of the line that was full."""

    def incident_of(self, host: str) -> int:
        """The first incident of ``host``."""
        return min(incident.id for incident in self.welcome.incidents if incident.subject.host == host)


def kept_scene() -> Scene:
    """The scene of the tree."""
    try:
        return msgspec.json.decode(SCENE.read_bytes(), type=Scene)
    except msgspec.ValidationError as error:
        raise ValueError(f"the messages have changed since {SCENE.name} was recorded: run make scene") from error


@dataclass
class SceneWatch(FakeWatch):
    """Says ``scene`` to every screen; what a screen asks for is answered from it and changes nothing for others."""

    scene: Scene = field(kw_only=True)

    @classmethod
    def at(cls, path: Path, scene: Scene) -> SceneWatch:
        """A watch at the socket ``path``, in the moment of the scene."""
        said = scene.welcome
        made = cls(
            path,
            scene.board.site,
            {host.id: host for host in scene.board.hosts},
            incidents={incident.id: incident for incident in said.incidents},
            log=list(said.log),
            faults=said.faults,
            moves=list(scene.moves),
            stays=False,
            clock=lambda: scene.at,
            scene=scene,
        )
        made.alarms.take_over(said.alarms)
        return made

    def _do(self, who: str, command: Command) -> Reply:
        match command:
            case ReadSeries(host=host):
                return Reply(command.ask, True, series=self.scene.series.get(host, ()))
            case ReadHistory():
                return Reply(command.ask, True, graph=self._graph(command))
        return super()._do(who, command)

    def _graph(self, asked: ReadHistory) -> Graph | None:
        for kept in self.scene.graphs:
            if (kept.host, kept.series) == (asked.host, asked.series):
                seen = [Stretch(p.at, kept.step_s, 1, p.low, p.mean, p.high) for p in kept.points]
                step = (asked.until - asked.since) / asked.points
                points = drawn(seen, asked.since, asked.until, asked.points)
                return msgspec.structs.replace(kept, since=asked.since, until=asked.until, step_s=step, points=points)
        return Graph(asked.host, asked.series, "", asked.since, asked.until, 1.0, 0.0, ())


class Operator:
    """Somebody at another terminal who lets the faults happen, takes an incident and writes in the log."""

    def __init__(self, screen: BareScreen, welcome: Welcome) -> None:
        self.screen = screen
        self.welcome = welcome
        self.hosts: dict[str, str] = {}
        self.incidents = {incident.id: incident for incident in welcome.incidents}
        self.alarms = AlarmBook()
        self.alarms.hold(welcome.alarms)
        self._ask = 0

    @classmethod
    async def sit_down(cls, socket: Path) -> Operator:
        screen = await BareScreen.connect(socket)
        screen.say(Hello(PROTOCOL, "pictures", WHO))
        return cls(screen, await screen.hear(Welcome))

    def ask(self, build: Callable[[int], Message]) -> None:
        self._ask += 1
        self.screen.say(build(self._ask))

    async def answer(self, build: Callable[[int], Message]) -> Reply:
        """Ask, and read on until that question is answered."""
        self.ask(build)
        while (reply := await self.screen.hear(Reply)).ask != self._ask:
            pass
        assert reply.ok, reply.why
        return reply

    async def listen(self, enough: Callable[[], bool], patience_s: float | None = PATIENCE_S) -> None:
        """Follow what the watch says until it has said enough."""
        async with asyncio.timeout(patience_s):
            while not enough():
                self._take(await self.screen.hear(Message))

    def _take(self, message: Message) -> None:
        if isinstance(message, BoardUpdate):
            self.screen.say(Drawn(message.seq))
            self.hosts.update((host.id, host.connection.link) for host in message.hosts)
        elif isinstance(message, IncidentChanged):
            self.incidents[message.incident.id] = message.incident
        elif isinstance(message, AlarmsChanged):
            self.alarms.change(message)

    async def wait(self, seconds: float) -> None:
        end = asyncio.get_running_loop().time() + seconds
        await self.listen(lambda: asyncio.get_running_loop().time() > end, None)

    def incident_of(self, host: str) -> int | None:
        return next(
            (i.id for i in self.incidents.values() if i.subject.host == host and i.state is IncidentState.OPEN), None
        )

    def fault(self, fault: tuple[str, str, str], *, on: bool = True) -> None:
        host, name, subject = fault
        self.ask(lambda ask: InjectFault(ask, host, name, on, subject))

    async def stage(self) -> None:
        """A fleet that is well but for four things, one of them in hand."""
        await self.listen(lambda: len(self.hosts) > 2 and all(link in ("up", "idle") for link in self.hosts.values()))
        await self.wait(QUIET_S)
        self.fault(SATURATED)
        await self.wait(BURST_S)
        self.fault(SATURATED, on=False)
        await self.wait(CALM_S)
        for fault in FAULTS:
            self.fault(fault)
        await self.listen(lambda: self.incident_of(DEAD[0]) is not None and self.incident_of(LOST[0]) is not None)
        taken = self.incident_of(DEAD[0])
        assert taken is not None
        self.ask(lambda ask: TakeIncident(ask, taken))
        about = Subject(DEAD[0], "process", DEAD[2])
        told = "已电话通知交易部, 切换到报盘网关2 / told the desk, orders go by gateway 2"
        self.ask(lambda ask: WriteLog(ask, told, about))
        self.ask(lambda ask: NoteIncident(ask, taken, "core file kept, vendor called / 已保留 core 文件并联系厂商"))
        self.ask(lambda ask: WriteLog(ask, "结算库 /data 增长过快, 已联系厂商 / vendor asked about growth of /data"))
        await self.listen(lambda: self.incidents[taken].state is IncidentState.ACCEPTED)
        seen = tuple(Seen(one.key, one.event) for one in self.alarms.ordered if one.key.subject == about)
        assert seen
        self.ask(lambda ask: AcknowledgeAlarms(ask, seen, "见事件 / see the incident"))
        await self.listen(lambda: self.alarms.standing.acknowledged > 0)
        await self.wait(AFTER_S)


async def record(socket: Path) -> Scene:
    """Let things happen on the watch at ``socket`` and keep what it says afterwards."""
    operator = await Operator.sit_down(socket)
    await operator.stage()
    fresh = await Operator.sit_down(socket)
    board = await fresh.screen.hear(BoardUpdate)
    moves: list[IncidentMove] = []
    for number in sorted(i.id for i in fresh.welcome.incidents):
        moves += (await fresh.answer(lambda ask, n=number: ReadIncident(ask, n))).moves  # type: ignore[misc]
    series = {
        host.id: (await fresh.answer(lambda ask, h=host.id: ReadSeries(ask, h))).series  # type: ignore[misc]
        for host in board.hosts
    }
    graphs: list[Graph] = []
    for key in series[BUSY]:
        if key.kind == "line" and key.key == LINE and key.field in ("in", "out"):
            reply = await fresh.answer(
                lambda ask, k=key: ReadHistory(ask, BUSY, k, board.at - GRAPH_S, board.at, 300)  # type: ignore[misc]
            )
            assert reply.graph is not None
            graphs.append(reply.graph)
    return Scene(board.at + 0.4, fresh.welcome, board, tuple(moves), series, tuple(graphs))


def renamed(scene: Scene) -> Scene:
    """The scene without the names of the machine and the user that recorded it."""
    was = scene.welcome.who
    plain = msgspec.to_builtins(scene)
    for record in (*plain["welcome"]["incidents"], *plain["welcome"]["log"], *plain["moves"], plain["welcome"]):
        record.update({key: WHO for key in ("actor", "owner", "opened_by", "who") if record.get(key) == was})
    plain["welcome"]["attached"] = []
    plain["welcome"] = _with_name(plain["welcome"], was)
    for host in plain["board"]["hosts"]:
        if host["local"]:
            host["identity"].update(hostname="duty-desk", kernel="6.1.0", user=WHO, scope="")
            host["connection"]["user"] = WHO
    return msgspec.convert(plain, Scene)


def _with_name(found: object, was: str) -> object:
    """``found`` with the name of the pictures wherever that of the recorder stands."""
    if isinstance(found, dict):
        return {key: _with_name(value, was) for key, value in found.items()}
    if isinstance(found, list | tuple):
        return [_with_name(value, was) for value in found]
    return WHO if found == was else found


async def main() -> int:
    """Start a watch of the practice site, record the scene, end the watch."""
    with tempfile.TemporaryDirectory(prefix="wk-") as folder:
        socket = Path(folder, "socket")
        service = Service(Plan(None, socket, Path(folder, "records.db"), "0.1.0", stays=True))
        watch = asyncio.create_task(service.run())
        await until(lambda: socket.exists() or watch.done())
        scene = await record(socket)
        SCENE.write_bytes(msgspec.json.format(msgspec.json.encode(renamed(scene)), indent=0))
        service.stop()
        await watch
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
