"""A site whose records are on PostgreSQL, from the site file to the screen and to every verb that reads them."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from cli.codes import Exit
from cli.main import main
from config.paths import prepare
from storage.proof import Proof
from storage.server import Server
from storage.whole import examined
from tests.support.postgres import Cluster, cluster
from tests.support.watches import Watch, watching
from wire.messages import OpenIncident, Reply, WriteLog


@pytest.fixture(scope="module")
def postgres() -> Iterator[Cluster]:
    with cluster() as running:
        yield running


def site_of(own_world: Path, server: Server) -> Path:
    path = own_world / "desk" / "watchkeeper.toml"
    path.parent.mkdir()
    path.write_text(f'[site]\nname = "Desk"\nstore = "{server.url}"\n[hosts.me]\nlocal = true\ninterval = "250ms"\n')
    prepare(Watch(path).places)
    return path


def said(capsys: pytest.CaptureFixture[str], site: Path, *words: str) -> tuple[int, str]:
    code = main(["--site", str(site), *words])
    seen = capsys.readouterr()
    return code, seen.out + seen.err


async def test_a_watch_keeps_its_records_there_and_every_verb_finds_them(
    own_world: Path, postgres: Cluster, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server = postgres.store()
    site = site_of(own_world, server)
    async with watching(site) as watch:
        screen = await watch.screen()
        for command in (WriteLog(1, "行情网关断线"), OpenIncident(2, "quotes frozen", 3)):
            screen.say(command)
            assert (await screen.hear(Reply)).ok
        code, words = said(capsys, site, "backup", str(tmp_path / "b.sqlite"))
        assert code == Exit.WELL, "while the watch runs"
        assert watch.process is not None
        watch.process.send_signal(signal.SIGTERM)
        assert (await watch.ended())[0] == 0
        assert not watch.store.exists(), "nothing was kept in a file"
    with closing(Proof(server)) as proof:
        found = examined(proof)
    assert found.well and found.moves == 1 and found.lines >= 4
    assert "行情网关断线" in said(capsys, site, "log", "断线")[1]
    assert "quotes frozen" in said(capsys, site, "incidents")[1]
    assert said(capsys, site, "verify")[0] == Exit.WELL
    code, words = said(capsys, site, "head")
    assert found.chains["duty"].head in words
    lines = [json.loads(line) for line in said(capsys, site, "export-log", "--format", "jsonl")[1].splitlines()]
    assert lines[-1]["hash"] == found.chains["duty"].head
    code, words = said(capsys, site, "restore", str(tmp_path / "b.sqlite"))
    assert code == Exit.BAD and "not empty" in words
    site.write_text(site.read_text().replace(server.url, postgres.store().url))
    code, words = said(capsys, site, "restore", str(tmp_path / "b.sqlite"))
    assert code == Exit.WELL, words
    assert "行情网关断线" in said(capsys, site, "log", "断线")[1]
    code, words = said(capsys, site, "archive", str(tmp_path / "old.jsonl"), "--before", "0s")
    assert (code == Exit.BAD and "not closed" not in words) or code == Exit.WELL, words
    assert said(capsys, site, "verify")[0] == Exit.WELL


async def test_a_server_that_goes_and_comes_back(own_world: Path) -> None:
    with cluster() as running:
        site = site_of(own_world, running.store())
        async with watching(site) as watch:
            screen = await watch.screen()
            screen.say(WriteLog(1, "before"))
            assert (await screen.hear(Reply)).ok
            running.stop()
            while (update := await screen.draw()).site.store_error is None:
                pass
            assert "no connection to the database server" in str(update.site.store_error)
            screen.say(WriteLog(2, "lost?"))
            answer = await screen.hear(Reply)
            assert not answer.ok and "no connection" in str(answer.why)
            running.start()
            while (await screen.draw()).site.store_error is not None:
                pass
            screen.say(WriteLog(3, "after"))
            assert (await screen.hear(Reply)).ok
