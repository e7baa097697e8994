"""A real watch of this machine, asked for its past over the socket; a damaged file is said to every screen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from cli.main import main
from cli.target import Target
from config.paths import Places
from duty.board import HostView, SiteView
from duty.series import SeriesKey
from tests.support.screens import BareScreen, until
from watch.plan import Plan
from watch.service import HISTORY_NAME, Service
from wire.messages import PROTOCOL, Hello, ReadHistory, ReadSeries, Reply, Welcome

CPU = SeriesKey("host", "", "cpu")


@asynccontextmanager
async def watching(folder: Path) -> AsyncIterator[BareScreen]:
    site = folder / "watchkeeper.toml"
    site.write_text('[site]\nname = "Desk"\nslow_interval = "1s"\n[hosts.me]\nlocal = true\n')
    service = Service(Plan(site, folder / "s", folder / "records.sqlite", "test", stays=True))
    task = asyncio.create_task(service.run())
    await until(lambda: (folder / "s").exists() or task.done())
    screen = await BareScreen.join(folder / "s")
    yield screen
    service.stop()
    await asyncio.wait_for(task, 30)


async def board(screen: BareScreen, holds: Callable[[SiteView, HostView], bool]) -> float:
    """The time of the first board of which that holds."""
    while True:
        said = await screen.draw()
        if said.hosts and holds(said.site, said.hosts[0]):
            return said.at


async def test_a_screen_sees_the_past_grow(tmp_path: Path) -> None:
    async with watching(tmp_path) as screen:
        at = await board(screen, lambda site, host: site.history_error is None and host.cpu_percent is not None)
        screen.say(ReadSeries(1, "me"))
        assert CPU in (await screen.hear(Reply)).series
        for ask in range(2, 60):
            screen.say(ReadHistory(ask, "me", CPU, at - 30, at + 60, 900))
            graph = (await screen.hear(Reply)).graph
            assert graph is not None and graph.unit == "%"
            if len(graph.points) >= 3:
                break
            await screen.draw()
        assert len(graph.points) >= 3
    assert (tmp_path / HISTORY_NAME).exists()


async def test_a_damaged_history_is_said_and_the_watch_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / HISTORY_NAME).write_bytes(b"no database " * 1000)
    async with watching(tmp_path) as screen:
        await board(screen, lambda site, _host: str(site.history_error) == "the store is damaged")
        await board(screen, lambda _site, host: host.samples > 3)
        other = await BareScreen.connect(tmp_path / "s")
        other.say(Hello(PROTOCOL, "test", "wang"))
        assert str((await other.hear(Welcome)).history_error) == "the store is damaged"
        places = Places(tmp_path, tmp_path / "s")
        monkeypatch.setattr("cli.serve.target_of", lambda _args: Target(None, places))
        assert await asyncio.to_thread(main, ["status"]) == 0
        assert "Readings are not kept: the store is damaged" in capsys.readouterr().out
    assert (tmp_path / HISTORY_NAME).read_bytes().startswith(b"no database ")
