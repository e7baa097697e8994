"""The screen and its watch: gone and back, other versions, events and boards in any number."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from duty.phrases import Phrase, phrase
from duty.records import Subject
from tests.tui.app.sites import NOW, SITE, WELL, watch_at
from tui import doings
from tui.app import UNFIT, WatchkeeperApp
from tui.session import Session, Unfit
from wire.framing import encode
from wire.messages import PROTOCOL, BoardUpdate, Farewell, FromWatch, Hello, ReloadSite, Resync, TakeIncident

MakeDesk = Callable[..., Any]


async def test_a_watch_that_goes_is_said_and_what_was_typed_stays(desk: MakeDesk) -> None:
    async with desk() as d:
        doings.show_host(d.app, "qgw1")
        await d.until(lambda: d.screen == "HostScreen")
        await d.press("n")
        await d.until(lambda: d.screen == "Form")
        await d.type("half a sen")
        await d.watch.stop()
        await d.until(lambda: not d.app.picture.connected)
        assert d.app.picture.gone_since == NOW
        assert d.app.picture.hosts["qgw1"] == WELL
        assert d.screen == "Form"
        await d.type("tence")
        await d.press("enter")
        await d.until(lambda: "no watch to ask" in d.words)
        async with watch_at(d.watch.path) as again:
            await d.until(lambda: d.app.picture.connected and bool(again.drawn))
            await d.press("enter")
            await d.until(lambda: d.screen == "HostScreen")
            assert again.commands[0].text == "half a sentence"


async def test_a_watch_that_goes_before_it_answers_is_a_refusal(desk: MakeDesk) -> None:
    async with desk() as d:
        d.watch._answer = lambda guest, command: d.watch.hang_up() or Farewell(phrase("the watch ends"))
        reply = await d.app.session.ask(lambda ask: ReloadSite(ask=ask))
        assert not reply.ok and "look whether it was done" in str(reply.why)


async def test_the_farewell_of_a_watch_is_told(desk: MakeDesk) -> None:
    async with desk() as d:
        d.watch._tell(Farewell(phrase("the watch was ended by {who}", who="[/zhang]")))
        await d.until(lambda: "the watch was ended by [/zhang]" in d.told)


async def test_resync_replaces_all_records(desk: MakeDesk) -> None:
    async with desk() as d:
        d.watch._tell(Resync((), ()))
        await d.until(lambda: not d.app.picture.incidents and not d.app.picture.log)


async def test_events_come_one_by_one_and_boards_only_when_drawn(desk: MakeDesk) -> None:
    async with desk() as d:
        boards = d.watch.seq
        for turn in range(300):
            d.watch.write(f"line {turn}", "li", Subject("qgw1"))
            d.watch.change(structs.replace(WELL, cpu_percent=turn / 4))
        await d.until(lambda: d.app.picture.log[0].text == "line 299")
        await d.until(lambda: d.app.picture.hosts["qgw1"].cpu_percent == 299 / 4)
        assert [entry.text for entry in d.app.picture.log[:300]] == [f"line {turn}" for turn in range(299, -1, -1)]
        assert d.watch.seq - boards < 300
        await d.until(lambda: d.watch.drawn[-1] == d.watch.seq)


async def test_hosts_that_left_the_site_leave_the_picture(desk: MakeDesk) -> None:
    async with desk() as d:
        d.watch._tell(BoardUpdate(1000, NOW, True, SITE, (WELL,)))
        await d.until(lambda: list(d.app.picture.hosts) == ["qgw1"])


@pytest.mark.parametrize("protocol", [PROTOCOL + 1, 0])
async def test_another_protocol_ends_with_three(own_world: Path, protocol: int) -> None:
    async with watch_at(own_world / "w", protocol=protocol):
        app = WatchkeeperApp(str(own_world / "w"), who="li", version="1")
        async with app.run_test() as pilot:
            async with asyncio.timeout(20):
                while app.is_running:
                    await pilot.pause(0.01)
        assert app.return_code == UNFIT
        assert f"protocol {protocol}" in app.parting_words


class Silent:
    """A listener that keeps what it is told."""

    def __init__(self) -> None:
        self.messages: list[FromWatch] = []
        self.partings: list[Phrase] = []

    def heard(self, message: FromWatch) -> None:
        self.messages.append(message)

    def parted(self, why: Phrase) -> None:
        self.partings.append(why)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "no watch of this version"),
        (encode(Farewell(phrase("you speak protocol {n}", n=1))), "you speak protocol 1"),
        (encode(Resync((), ())), "did not greet"),
    ],
)
async def test_what_answers_but_is_no_watch_of_ours(own_world: Path, said: bytes, words: str) -> None:
    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        await writer.drain()

    server = await asyncio.start_unix_server(serve, str(own_world / "w"))
    session = Session(str(own_world / "w"), Hello(PROTOCOL, "1", "li"), Silent())
    with pytest.raises(Unfit, match=words):
        await asyncio.wait_for(session.run(), 20)
    server.close()


async def test_one_who_starts_a_watch_is_turned_away_once_by_the_one_that_is_ending(own_world: Path) -> None:
    farewells = iter(("the last screen has left", "you speak protocol 1"))

    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(encode(Farewell(phrase("{why}", why=next(farewells)))))
        await writer.drain()

    server = await asyncio.start_unix_server(serve, str(own_world / "w"))
    session = Session(str(own_world / "w"), Hello(PROTOCOL, "1", "li"), Silent())
    with pytest.raises(Unfit, match="you speak protocol 1"):
        await asyncio.wait_for(session.run(lambda: None), 20)
    server.close()


async def test_asking_without_a_watch_is_a_refusal(own_world: Path) -> None:
    session = Session(str(own_world / "w"), Hello(PROTOCOL, "1", "li"), Silent())
    reply = await session.ask(lambda ask: TakeIncident(ask=ask, incident=1))
    assert not reply.ok and reply.why is not None
