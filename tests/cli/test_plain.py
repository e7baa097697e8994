"""``watchkeeper --plain`` as people and programs use it: pipes, a terminal that can nothing, and every end of them."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.paths import prepare
from tests.support.screens import until
from tests.support.terminal import Terminal
from tests.support.watches import ROOT, SITE, Watch, end_watches_of, watches_of, watching

WORDS = "import sys; from cli.main import main; sys.exit(main({words!r}))"


@pytest.fixture
def site(own_world: Path) -> Path:
    path = own_world / "desk" / "watchkeeper.toml"
    path.parent.mkdir()
    path.write_text(SITE)
    return path


def words(site: Path, *more: str) -> str:
    return WORDS.format(words=["--site", str(site), "--plain", *more])


@pytest.fixture(autouse=True)
def none_is_left(site: Path) -> Iterator[None]:
    """What a failed test leaves."""
    yield
    end_watches_of(site)


def piped(site: Path, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", words(site, *more)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "TERM": "dumb"},
    )


async def test_through_a_pipe_it_starts_the_watch_answers_ends_with_its_input_and_the_watch_with_it(site: Path) -> None:
    ran = piped(site)
    typed = "status\nnote the relief is late\nhost me\nlog\n"
    said, errors = await asyncio.to_thread(ran.communicate, typed, timeout=60)
    assert (ran.returncode, errors) == (0, "")
    lines = said.splitlines()
    assert lines[0].startswith("Site Desk, ") and lines[1].startswith("Hosts: 1 good, 0 late")
    assert "Written in the duty log." in lines and any(line.startswith("me, ") for line in lines)
    assert any("the relief is late" in line for line in lines)
    assert all(line.isprintable() for line in lines), "no escape, no cursor, no drawing"
    await until(lambda: not watches_of(site))
    assert not Watch(site).socket.exists()


async def test_it_attaches_to_a_watch_that_runs_and_leaves_it(site: Path) -> None:
    prepare(Watch(site).places)
    async with watching(site) as watch:
        await (await watch.screen()).draw()
        ran = piped(site, "--lang", "zh_CN")
        said, errors = await asyncio.to_thread(ran.communicate, "quit\n", timeout=60)
        assert (ran.returncode, errors) == (0, "") and said.startswith("站点 Desk")
        assert watch.process is not None and watch.process.poll() is None


async def test_who_no_longer_reads_ends_it(site: Path) -> None:
    prepare(Watch(site).places)
    async with watching(site) as watch:
        await (await watch.screen()).draw()
        ran = piped(site)
        assert ran.stdin is not None and ran.stdout is not None and ran.stderr is not None
        assert (await asyncio.to_thread(ran.stdout.readline)).startswith("Site Desk")
        ran.stdout.close()
        assert await asyncio.to_thread(ran.wait, 30) == 0
        assert ran.stderr.read() == ""
        ran.stdin.close()


async def test_on_a_terminal_lines_are_typed_and_the_end_of_input_leaves(site: Path) -> None:
    async with Terminal(words(site), columns=120, rows=36) as terminal:
        await terminal.shows("help lists what you can type.")
        terminal.press("note typed by hand\r")
        await terminal.shows("Written in the duty log.")
        terminal.press("quit\r")
        await terminal.shows("Type quit again to leave.")
        terminal.press("\x04")
        assert await terminal.ended() == 0
        assert b"\x1b" not in terminal.raw and terminal.said() == ""


@pytest.mark.parametrize("how", ["hang-up", "SIGHUP", "SIGTERM", "SIGINT"])
async def test_a_lost_terminal_or_a_signal_ends_it_at_once(site: Path, how: str) -> None:
    async with Terminal(words(site), columns=120, rows=36) as terminal:
        await terminal.shows("help lists what you can type.")
        if how == "hang-up":
            terminal.hang_up()
        else:
            os.kill(terminal.process.pid, signal.Signals[how])
        await terminal.until(lambda: terminal.process.poll() is not None)
        assert "Traceback" not in terminal.said()
    await until(lambda: not watches_of(site))


async def test_a_bad_site_file_is_told(site: Path) -> None:
    site.write_text(SITE + "locla = true\n")
    ran = piped(site)
    said, errors = await asyncio.to_thread(ran.communicate, "", timeout=60)
    assert (ran.returncode, said) == (2, "") and f"{site}:8: hosts.me.locla" in errors
