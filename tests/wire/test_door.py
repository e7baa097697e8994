"""The door with real sockets: who may come in, what each screen is owed, and that none can hold up another."""

from __future__ import annotations

import asyncio
import os
import pwd
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from duty.board import Board, HostView, SiteView
from duty.connection import Connection, Link
from duty.phrases import phrase
from duty.quality import Quality, State
from duty.records import Incident, IncidentState, LogEntry, LogKind, Refused, Subject
from tests.support.screens import BareScreen, until
from wire import seat as seat_module
from wire.door import AlreadyOpen, CannotOpen, Door
from wire.doorway import session_of_process
from wire.framing import encode
from wire.messages import (
    PROTOCOL,
    BoardUpdate,
    Command,
    Drawn,
    Farewell,
    Hello,
    LogWritten,
    ReadIncident,
    Redial,
    Reply,
    Resync,
    Welcome,
    WriteLog,
)

SITE = SiteView("desk", False, "UTC", "", 0.0, None, None)
INCIDENT = Incident(1, IncidentState.OPEN, 2, "quote gateway lost", None, Subject("gw1"), 5.0, "li")


def host(name: str, seq: int = 0, padding: int = 0) -> HostView:
    return HostView(
        id=name,
        label=f"{name} {seq}" + "x" * padding,
        role="",
        group="",
        via=None,
        state=State.OK,
        quality=Quality.GOOD,
        why=(),
        since=0.0,
        read_at=None,
        connection=Connection(Link.UP, 0.0),
        interval_s=1.0,
    )


def board(seq: int, *hosts: HostView) -> Board:
    return Board(float(seq), seq, SITE, hosts)


def line(seq: int, text: str = "") -> LogWritten:
    return LogWritten(LogEntry(seq, LogKind.NOTE, 1.0, 1.0, "li", Subject(), text, None, None))


class Engine:
    """A handler that remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Command]] = []
        self.counts: list[int] = []
        self.users: list[str] = []
        self.people: list[tuple[str, str]] = []
        self.held = asyncio.Event()
        self.log: tuple[LogEntry, ...] = ()

    def welcome(self, who: str, hello: Hello) -> Welcome:
        self.users.append(who)
        return Welcome(PROTOCOL, "1", os.getpid(), 0.0, False, hello.who, (INCIDENT,), self.log)

    def resync(self) -> Resync:
        return Resync((INCIDENT,), self.log)

    async def command(self, who: str, command: Command, session: str = "") -> Reply:
        self.asked.append((who, command))
        match command:
            case WriteLog(text="refuse me"):
                raise Refused(phrase("not now"))
            case WriteLog(text="break"):
                raise ZeroDivisionError
            case Redial():
                await self.held.wait()
        return Reply(command.ask, ok=True)

    def seats_changed(self, count: int) -> None:
        self.counts.append(count)

    def came(self, who: str, session: str) -> None:
        self.people.append((f"{who} comes", session))

    def went(self, who: str, session: str) -> None:
        self.people.append((f"{who} goes", session))


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def path(own_world: Path) -> Path:
    return own_world / "run" / "wk" / "watch.sock"


@pytest.fixture
async def door(engine: Engine, path: Path) -> AsyncIterator[Door]:
    door = await Door.open(path, engine)
    yield door
    await door.close(phrase("the test is over"))


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


async def test_only_its_owner_can_reach_it(door: Door, path: Path) -> None:
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)


async def test_two_screens_each_get_a_welcome_the_board_and_every_event(door: Door, path: Path, engine: Engine) -> None:
    door.publish_board(board(1, host("a"), host("b")), None)
    one, two = await BareScreen.join(path, "li"), await BareScreen.join(path, "wang")
    for screen in (one, two):
        update = await screen.draw()
        assert (update.full, [h.id for h in update.hosts]) == (True, ["a", "b"])
    for seq in range(50):
        door.publish(line(seq))
    for screen in (one, two):
        assert [(await screen.hear(LogWritten)).entry.seq for _ in range(50)] == list(range(50))
    assert engine.users == [pwd.getpwuid(os.geteuid()).pw_name] * 2
    assert engine.counts == [1, 2]
    await one.leave()
    await until(lambda: engine.counts == [1, 2, 1])
    assert door.count == 1
    assert [what for what, _ in engine.people] == ["li comes", "wang comes", "li goes"]
    assert {login for _, login in engine.people} == {session_of_process(os.getpid())}


async def test_who_only_asks_something_is_nobody_s_screen(door: Door, path: Path, engine: Engine) -> None:
    await (await BareScreen.join(path, "")).leave()
    await until(lambda: engine.counts == [1, 0])
    assert engine.people == []


async def test_boards_merge_while_one_is_being_drawn_and_only_the_newest_of_each_host_goes_out(
    door: Door, path: Path
) -> None:
    first = board(1, host("a"), host("b"), host("c"))
    door.publish_board(first, None)
    screen = await BareScreen.join(path)
    update = await screen.hear(BoardUpdate)
    door.publish_board(board(2, host("a", 2), *first.hosts[1:]), frozenset("a"))
    door.publish_board(board(3, host("a", 3), host("b", 3), first.hosts[2]), frozenset("ab"))
    door.publish(line(1))
    await screen.hear(LogWritten)
    assert sum(isinstance(message, BoardUpdate) for message in screen.heard) == 1
    screen.say(Drawn(update.seq))
    merged = await screen.draw()
    assert (merged.seq, merged.full, [h.label for h in merged.hosts]) == (3, False, ["a 3", "b 3"])
    door.publish_board(board(4, *first.hosts[:2], host("c", 4)), frozenset("c"))
    assert [h.label for h in (await screen.draw()).hosts] == ["c 4"]


@pytest.mark.parametrize(
    ("hosts", "changed"),
    [(("a",), frozenset("a")), (("a", "b", "c"), frozenset("c")), (("b", "a"), frozenset()), (("a", "b"), None)],
    ids=["one left", "one came", "another order", "reloaded"],
)
async def test_other_hosts_or_another_site_make_the_next_board_full(
    door: Door, path: Path, hosts: tuple[str, ...], changed: frozenset[str] | None
) -> None:
    door.publish_board(board(1, host("a"), host("b")), None)
    screen = await BareScreen.join(path)
    update = await screen.hear(BoardUpdate)
    door.publish_board(board(2, *map(host, hosts)), changed)
    door.publish_board(board(3, *map(host, hosts)), frozenset())
    screen.say(Drawn(update.seq))
    update = await screen.draw()
    assert (update.full, tuple(h.id for h in update.hosts)) == (True, hosts)


async def test_a_screen_that_came_before_the_first_board_gets_it_when_it_is_there(door: Door, path: Path) -> None:
    screen = await BareScreen.join(path)
    door.publish_board(board(1, host("a")), frozenset("a"))
    assert (await screen.draw()).full


async def test_a_stalled_screen_costs_bounded_memory_and_holds_up_nobody(
    door: Door, path: Path, engine: Engine
) -> None:
    stalled, lively = await BareScreen.join(path), await BareScreen.join(path)
    stalled.reader._transport.pause_reading()  # type: ignore[attr-defined]
    door.publish_board(board(1, *(host(str(n), padding=1000) for n in range(200))), None)
    await lively.draw()
    text = "x" * 2000
    for seq in range(6000):
        door.publish(line(seq, text))
        if seq % 1000 == 0:
            engine.log = (line(seq).entry,)
            door.publish_board(board(seq + 2, *(host(str(n), seq, 1000) for n in range(200))), None)
            await lively.draw()
        if seq % 100 == 0:
            while (await lively.hear(LogWritten)).entry.seq < seq:
                pass
    (seat,) = (seat for seat in door._seats if seat._resync_owed)
    assert not seat._events
    assert seat._transport is not None
    assert seat._transport.get_write_buffer_size() < 2 * 1024 * 1024

    stalled.reader._transport.resume_reading()  # type: ignore[attr-defined]
    resync = await stalled.hear(Resync)
    assert (resync.incidents, resync.log) == ((INCIDENT,), engine.log)
    told = [message.entry.seq for message in stalled.heard if isinstance(message, LogWritten)]
    assert told == list(range(len(told)))
    assert [(await stalled.draw()).seq, (await stalled.draw()).seq] == [1, 5002]
    assert sum(isinstance(message, BoardUpdate) for message in stalled.heard) == 2
    door.publish(line(9999))
    for seq in [*told, 9999]:
        assert (await stalled.hear(LogWritten)).entry.seq == seq


async def test_commands_come_with_a_name_in_order_and_are_answered_even_when_they_break(
    door: Door, path: Path, engine: Engine
) -> None:
    screen = await BareScreen.join(path, "li")
    said = [WriteLog(1, "line down"), WriteLog(2, "refuse me"), WriteLog(3, "break"), ReadIncident(4, 1)]
    for command in said:
        screen.say(command)
    replies = [await screen.hear(Reply) for _ in said]
    assert [(reply.ask, reply.ok) for reply in replies] == [(1, True), (2, False), (3, False), (4, True)]
    assert [str(reply.why) for reply in replies[1:3]] == ["not now", "the watch failed at this: ZeroDivisionError()"]
    assert engine.asked == [("li", command) for command in said]


async def test_a_flood_of_commands_waits_unread_and_every_one_is_answered(
    door: Door, path: Path, engine: Engine
) -> None:
    screen = await BareScreen.join(path)
    for ask in range(500):
        screen.say(Redial(ask, "a"))
    await until(lambda: len(engine.asked) >= seat_module.MAX_COMMANDS)
    await asyncio.sleep(0.05)
    assert len(engine.asked) == seat_module.MAX_COMMANDS
    engine.held.set()
    assert {(await screen.hear(Reply)).ask for _ in range(500)} == set(range(500))


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (encode(Hello(PROTOCOL + 1, "9.9", "li")), "this screen is of version 9.9"),
        (encode(WriteLog(1, "hello")), "must say hello first"),
        (b"GET / HTTP/1.1\r\n\r\n", "bytes at once"),
        (b"\x00\x00\x00\x01\xff", "cannot be understood"),
        (b"\x7f\xff\xff\xff", "bytes at once"),
    ],
    ids=["another version", "no hello", "http", "no message", "too long"],
)
async def test_a_wrong_screen_is_told_why_and_nobody_else_notices(
    door: Door, path: Path, engine: Engine, words: bytes, reason: str
) -> None:
    good = await BareScreen.join(path)
    wrong = await BareScreen.connect(path)
    wrong.writer.write(words)
    assert reason in str((await wrong.hear(Farewell)).why)
    assert await wrong.hung_up()
    door.publish(line(1))
    assert (await good.hear(LogWritten)).entry.seq == 1
    assert engine.counts == [1]


async def test_nonsense_after_good_words_ends_the_connection_but_not_what_was_asked(
    door: Door, path: Path, engine: Engine
) -> None:
    screen = await BareScreen.join(path)
    screen.writer.write(encode(WriteLog(1, "last words")) + b"\x00\x00\x00\x01\xc1")
    await screen.hear(Farewell)
    assert [command for _, command in engine.asked] == [WriteLog(1, "last words")]
    await screen.leave()
    await until(lambda: engine.counts == [1, 0])


async def test_a_silent_visitor_is_shown_out(
    door: Door, path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seat_module, "HELLO_S", 0.05)
    visitor = await BareScreen.connect(path)
    assert await visitor.hung_up()
    assert engine.counts == []


SCREEN = """
import asyncio, sys
from pathlib import Path
from tests.support.screens import BareScreen
async def main():
    screen = await BareScreen.join(Path(sys.argv[1]))
    print("in", flush=True)
    while True:
        await screen.draw()
asyncio.run(main())
"""


@pytest.mark.parametrize("struck", [(signal.SIGKILL,), (signal.SIGSTOP, signal.SIGKILL)], ids=["killed", "stopped"])
async def test_a_screen_that_dies_is_gone_and_one_that_is_stopped_waits(
    door: Door, path: Path, engine: Engine, struck: tuple[signal.Signals, ...]
) -> None:
    other = await BareScreen.join(path)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SCREEN, str(path), stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"in\n"
    for number, blow in enumerate(struck, 1):
        process.send_signal(blow)
        for seq in range(200):
            door.publish_board(board(seq + 1000 * number, *(host(str(n), seq) for n in range(50))), None)
            door.publish(line(seq))
        assert [(await other.hear(LogWritten)).entry.seq for _ in range(200)] == list(range(200))
    await process.wait()
    await until(lambda: engine.counts == [1, 2, 1])


async def test_closing_says_why_and_does_not_wait_for_a_screen_that_does_not_read(
    engine: Engine, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seat_module, "FLUSH_S", 0.2)
    door = await Door.open(path, engine)
    lively, stalled = await BareScreen.join(path), await BareScreen.join(path)
    stalled.reader._transport.pause_reading()  # type: ignore[attr-defined]
    door.publish_board(board(1, *(host(str(n), padding=1000) for n in range(2000))), None)
    await lively.draw()
    await door.close(phrase("the watch of {site} ends", site="desk"))
    assert str((await lively.hear(Farewell)).why) == "the watch of desk ends"
    assert door.count == 0
    assert path.name not in os.listdir(path.parent)
    await door.close(phrase("again"))


async def test_a_living_watch_is_not_pushed_aside_and_a_dead_ones_socket_is_replaced(
    engine: Engine, path: Path
) -> None:
    door = await Door.open(path, engine)
    with pytest.raises(AlreadyOpen):
        await Door.open(path, engine)
    await BareScreen.join(path)
    await door.close(phrase("done"))

    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(str(path))
    assert path.name in os.listdir(path.parent)
    door = await Door.open(path, engine)
    await BareScreen.join(path)
    await door.close(phrase("done"))

    with socket.socket(socket.AF_UNIX) as stranger:
        stranger.bind(str(path))
        stranger.listen()
        with pytest.raises(AlreadyOpen):
            await Door.open(path, engine)


@pytest.mark.parametrize("hindrance", ["file", "folder of others", "long"])
async def test_what_hinders_opening_is_said(engine: Engine, own_world: Path, hindrance: str) -> None:
    path = own_world / "run" / "watch.sock"
    if hindrance == "file":
        path.touch(0o640)
    elif hindrance == "folder of others":
        path.parent.chmod(0o777)
    else:
        path = path.parent / ("x" * 120)
    with pytest.raises(CannotOpen) as caught:
        await Door.open(path, engine)
    assert not isinstance(caught.value, AlreadyOpen)
    assert str(path.parent) in str(caught.value.why)
    assert hindrance != "file" or mode(path) == 0o640


async def test_a_host_is_encoded_once_for_all_screens(door: Door, path: Path) -> None:
    kept = host("a")
    door.publish_board(board(1, kept, host("b")), None)
    raw = door.newest._raw(kept)
    door.publish_board(board(2, kept, host("b", 2)), frozenset("b"))
    assert door.newest._raw(kept) is raw
    assert msgspec.msgpack.decode(raw, type=HostView) == kept
    assert door.newest.frame(None) is door.newest.frame(None)
