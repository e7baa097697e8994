"""``watchkeeper`` on a real terminal: it finds or starts the watch, and leaves nothing behind however it ends."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from cli.serve import greet
from config.paths import prepare
from tests.support.screens import until
from tests.support.terminal import Terminal
from tests.support.watches import ROOT, SITE, Watch, end_watches_of, watches_of, watching
from wire.doorway import held

WORDS = "import sys; from cli.main import main; sys.exit(main({words!r}))"


@pytest.fixture
def site(own_world: Path) -> Path:
    path = own_world / "desk" / "watchkeeper.toml"
    path.parent.mkdir()
    path.write_text(SITE)
    return path


def opened(site: Path) -> Terminal:
    return Terminal(WORDS.format(words=["--site", str(site)]), columns=120, rows=36)


async def leave(terminal: Terminal) -> None:
    """Leave a screen whose watch ends with its screens: that is asked about."""
    terminal.press("q")
    await terminal.shows("Leave this screen?")
    terminal.press("\r")
    assert await terminal.ended() == 0


@pytest.fixture(autouse=True)
def none_is_left(site: Path) -> Iterator[None]:
    """What a failed test leaves."""
    yield
    end_watches_of(site)


async def test_the_first_starts_the_watch_the_second_attaches_and_both_see_every_line(site: Path) -> None:
    watch = Watch(site)
    async with opened(site) as one:
        await one.shows("Desk")
        (process,) = watches_of(site)
        assert process.terminal() is None and "--until-alone" in process.cmdline()
        async with opened(site) as two:
            await two.shows("Desk")
            assert watches_of(site) == [process]
            for writer, line in ((one, "first line"), (two, "second line")):
                writer.press("n")
                await writer.shows("Enter writes")
                writer.press(f"{line}\r")
                for reader in (one, two):
                    await reader.shows(line)
            await leave(two)
            assert two.said() == ""
        await leave(one)
        assert one.said() == ""
    await until(lambda: not watches_of(site))
    assert not watch.socket.exists()


async def test_it_attaches_to_one_that_was_started_to_stay_and_leaves_it(site: Path) -> None:
    prepare(Watch(site).places)
    async with watching(site) as watch:
        await (await watch.screen()).draw()
        async with opened(site) as terminal:
            await terminal.shows("Desk")
            terminal.press("q")
            assert await terminal.ended() == 0
        assert watch.process is not None and watch.process.poll() is None
        assert watches_of(site) == [psutil.Process(watch.process.pid)]


@pytest.mark.parametrize("how", ["hang-up", "SIGHUP", "SIGTERM", "SIGKILL"])
async def test_a_screen_that_loses_its_terminal_or_is_killed_leaves_no_process(site: Path, how: str) -> None:
    async with opened(site) as terminal:
        await terminal.shows("Desk")
        if how == "hang-up":
            terminal.hang_up()
        else:
            os.kill(terminal.process.pid, signal.Signals[how])
        await terminal.until(lambda: terminal.process.poll() is not None)
    watch = Watch(site)
    if how == "hang-up":
        await until(lambda: not watches_of(site))
        assert not watch.socket.exists()
    elif (found := greet(watch.socket)) is not None:
        assert found.attached == ()
        os.kill(found.watch_pid, signal.SIGKILL)


@pytest.mark.parametrize("closed", ["stdin", "stdout", "both"])
def test_without_a_terminal_it_says_so_and_starts_nothing(site: Path, closed: str) -> None:
    redirect = {"stdin": "<&- >/dev/null", "stdout": "</dev/null >&-", "both": "<&- >&-"}[closed]
    script = f'exec "$0" -c "$1" {redirect}'
    ended = subprocess.run(
        ["sh", "-c", script, sys.executable, WORDS.format(words=["--site", str(site)])],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (2, "A screen needs a terminal on standard input and output.\n")
    assert watches_of(site) == [] and not Watch(site).socket.exists()


async def failed(site: Path) -> str:
    """What a person at a terminal is told when it does not begin."""
    async with opened(site) as terminal:
        assert await terminal.ended() == 2
        told = terminal.said()
    assert "Traceback" not in told and told.endswith("\n")
    assert watches_of(site) == []
    return told


async def test_a_bad_site_file_is_told_at_the_terminal(site: Path) -> None:
    site.write_text(SITE + "locla = true\n")
    told = await failed(site)
    assert f"{site}:8: hosts.me.locla" in told and "local" in told


async def test_only_what_this_start_said_is_told(site: Path) -> None:
    site.write_text(SITE + "first = 1\n")
    assert "hosts.me.first" in await failed(site)
    site.write_text(SITE + "second = 1\n")
    told = await failed(site)
    assert "hosts.me.second" in told and "first" not in told
    log = (Watch(site).places.state / "watch.log").read_text()
    assert "first" in log and "second" in log, "what an earlier watch died of can be looked up"


async def test_a_long_log_is_set_aside(site: Path) -> None:
    state = prepare(Watch(site).places).state
    (state / "watch.log").write_bytes(b"x" * (1 << 20) + b"\n")
    site.write_text("[site]\n")
    assert "site.name" in await failed(site)
    assert (state / "watch.log").stat().st_size < 10_000
    assert (state / "watch.log.1").stat().st_size > 1 << 20


async def test_a_state_folder_that_cannot_be_is_told(site: Path, own_world: Path) -> None:
    (own_world / "state" / "watchkeeper").write_text("a file")
    assert str(own_world / "state" / "watchkeeper") in await failed(site)


async def test_a_log_that_cannot_be_written_is_told(site: Path) -> None:
    state = prepare(Watch(site).places).state
    (state / "watch.log").mkdir()
    told = await failed(site)
    assert "cannot be started" in told and str(state / "watch.log") in told


async def test_a_site_file_that_is_not_there_is_told(site: Path) -> None:
    site.unlink()
    assert str(site) in await failed(site)


async def test_many_who_begin_at_once_share_one_watch(site: Path) -> None:
    async with opened(site) as one, opened(site) as two, opened(site) as three:
        for terminal in (one, two, three):
            await terminal.shows("Desk")
        await until(lambda: len(watches_of(site)) == 1)
        for terminal in (one, two, three):
            await leave(terminal)


async def test_one_who_begins_while_the_last_watch_ends_waits_for_that(site: Path) -> None:
    from wire.doorway import open_doorway

    watch = Watch(site)
    prepare(watch.places)
    ending = open_doorway(watch.socket)
    ending.close()
    log = watch.places.state / "watch.log"
    async with opened(site) as terminal:
        await until(lambda: log.exists() and "running already" in log.read_text())
        assert held(watch.socket)
        await asyncio.sleep(0.1)
        ending.release()
        await terminal.shows("Desk")
        await leave(terminal)
