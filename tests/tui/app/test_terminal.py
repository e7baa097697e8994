"""The screen and its terminal: refused without one, quiet on it, restored after it, ended with it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from msgspec import structs

from duty.board import HostView
from duty.phrases import phrase
from duty.records import Subject
from tests.support.terminal import ROOT, Terminal
from tests.tui.app.sites import LAME, WELL, watch_at

RUN = (
    "import sys; from tui.run import run_screen; "
    "sys.exit(run_screen({path!r}, who='li', version='1', starting={starting}))"
)


def code(path: Path, *, starting: str = "None") -> str:
    return RUN.format(path=str(path), starting=starting)


@pytest.mark.parametrize("lacking", ["stdin", "stdout"])
def test_it_does_not_start_without_a_terminal(own_world: Path, lacking: str) -> None:
    master, slave = os.openpty()
    ends = {"stdin": slave, "stdout": slave, lacking: subprocess.DEVNULL}
    program = [sys.executable, "-c", code(own_world / "w")]
    done = subprocess.run(program, **ends, stderr=subprocess.PIPE, cwd=ROOT, timeout=30)
    os.close(master)
    os.close(slave)
    assert done.returncode == 2
    assert done.stderr.decode().count("\n") == 1
    assert "terminal" in done.stderr.decode()


async def test_nohup_takes_the_terminal_away(own_world: Path) -> None:
    async with Terminal(code(own_world / "w"), wrapper=("nohup",)) as terminal:
        assert await terminal.ended() == 2


DEAF = ("sh", "-c", """trap '' HUP; exec "$@" """, "sh")
"""Starts a program that ignores the hang-up signal."""


@pytest.mark.parametrize("wrapper", [(), DEAF])
async def test_a_vanished_terminal_ends_it_at_once(own_world: Path, wrapper: tuple[str, ...]) -> None:
    async with watch_at(own_world / "w") as watch, Terminal(code(own_world / "w"), wrapper=wrapper) as terminal:
        await terminal.until(lambda: bool(watch.drawn))
        terminal.hang_up()
        assert await terminal.ended() in (128 + signal.SIGHUP, -signal.SIGHUP)
        await terminal.until(lambda: not watch.guests)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_leaves_the_terminal_as_it_was(own_world: Path, number: signal.Signals) -> None:
    async with watch_at(own_world / "w") as watch, Terminal(code(own_world / "w")) as terminal:
        await terminal.until(lambda: bool(watch.drawn))
        assert termios.tcgetattr(terminal.slave) != terminal.before
        os.kill(terminal.process.pid, number)
        assert await terminal.ended() == 128 + number
        assert termios.tcgetattr(terminal.slave) == terminal.before
        assert terminal.raw.endswith(b"\x1b[?1049l\x1b[?25h")


async def test_mouse_movement_is_not_reported(own_world: Path) -> None:
    async with watch_at(own_world / "w") as watch, Terminal(code(own_world / "w")) as terminal:
        await terminal.until(lambda: bool(watch.drawn))
        assert b"\x1b[?1000h" in terminal.raw and b"\x1b[?1006h" in terminal.raw
        assert b"\x1b[?1003h" not in terminal.raw and b"\x1b[?1002h" not in terminal.raw
        terminal.press("q")
        assert await terminal.ended() == 0
        assert b"\x1b[?1000l" in terminal.raw
        assert termios.tcgetattr(terminal.slave) == terminal.before


async def test_another_protocol_is_a_plain_sentence(own_world: Path) -> None:
    async with watch_at(own_world / "w", protocol=99), Terminal(code(own_world / "w")) as terminal:
        assert await terminal.ended() == 3
        said = terminal.said()
        assert "protocol 99" in said and "Traceback" not in said
        assert terminal.raw.count(b"\x1b[?1049h") == terminal.raw.count(b"\x1b[?1049l")


async def test_no_watch_is_a_plain_sentence(own_world: Path) -> None:
    async with Terminal(code(own_world / "w")) as terminal:
        assert await terminal.ended() == 3
        assert f"no watch at {own_world / 'w'}" in terminal.said()


async def test_a_watch_that_is_starting_is_waited_for(own_world: Path) -> None:
    async with Terminal(code(own_world / "w", starting="lambda: None")) as terminal:
        await terminal.shows("Opening")
        async with watch_at(own_world / "w"):
            await terminal.shows("qgw1")
            terminal.press("q")
            assert await terminal.ended() == 0


async def test_a_watch_that_will_not_come_is_told_by_who_started_it(own_world: Path) -> None:
    async with Terminal(code(own_world / "w", starting="lambda: 'line 7: [hosts.{me}\\nis wrong'")) as terminal:
        assert await terminal.ended() == 3
        assert terminal.said().splitlines() == ["line 7: [hosts.{me}", "is wrong"]
        assert terminal.raw.count(b"\x1b[?1049h") == terminal.raw.count(b"\x1b[?1049l")


async def test_a_terminal_that_stops_reading_wakes_to_the_newest_board(own_world: Path) -> None:
    async with watch_at(own_world / "w") as watch, Terminal(code(own_world / "w")) as terminal:
        await terminal.shows("qgw1")
        terminal.look_away()
        rounds = 0
        # The watch sends a board only when the one before was drawn: that they end shows that drawing has.
        while watch.guests[0].free or rounds < 20:
            watch.change(*(renamed(rounds, n) for n in range(15)))
            rounds += 1
            await asyncio.sleep(0.05)
            assert rounds < 600
        stalled_at = watch.seq
        for later in range(100):
            watch.change(*(renamed(rounds + later, n) for n in range(15)))
            watch.write(f"line {later}", "li")
        watch.change(structs.replace(renamed(0, 9), why=(phrase("the newest of all"),)))
        await asyncio.sleep(3)
        assert watch.seq == stalled_at
        before = len(terminal.raw)
        terminal.read()
        await terminal.until(lambda: watch.drawn[-1:] == [watch.seq] and watch.seq > stalled_at)
        await terminal.shows("the newest of all")
        assert len(terminal.raw) - before < 100_000
        terminal.press("q")
        assert await terminal.ended() == 0


async def test_keys_on_a_terminal_that_stopped_reading_queue_no_old_frames(own_world: Path) -> None:
    async with watch_at(own_world / "w") as watch, Terminal(code(own_world / "w"), 160, 48) as terminal:
        await terminal.shows("qgw1")
        terminal.look_away()
        before = len(terminal.raw)
        for _press in range(100):
            terminal.press("\x0c")
            await asyncio.sleep(0.02)
        watch.change(structs.replace(renamed(0, 9), why=(phrase("the newest of all"),)))
        terminal.read()
        await terminal.shows("the newest of all")
        # A key not taken up before the terminal reads again may still paint; a queue would be a hundred frames.
        assert len(terminal.raw) - before < 25 * before
        terminal.press("q")
        assert await terminal.ended() == 0


def renamed(turn: int, number: int) -> HostView:
    """One host, each time with other words in it."""
    return structs.replace(
        LAME, id=f"host{number}", why=(phrase(chr(97 + turn % 26) * 30),), cpu_percent=turn % 90 + 0.5
    )


async def test_nothing_but_text_of_a_hosts_words_reaches_the_terminal(own_world: Path) -> None:
    evil = "\x1b]52;c;cm0gLXJm\x07\x1b[2J\x9b31m[/red][@click=app.quit]\u202egnp"
    async with watch_at(own_world / "w") as watch, Terminal(code(own_world / "w"), 120, 40) as terminal:
        await terminal.shows("qgw1")
        identity = structs.replace(WELL.identity, hostname=evil)
        watch.change(structs.replace(WELL, label=evil, identity=identity, why=(phrase("{x}", x=evil),)))
        watch.write(evil, evil, Subject("qgw1"))
        await terminal.until(lambda: watch.drawn[-1:] == [watch.seq])
        terminal.press("\x10" + "qgw1")
        await terminal.shows("Go to host qgw1")
        terminal.press("\r")
        await terminal.shows("]52;c;cm0gLXJm")
        await asyncio.sleep(1.2)
        for forbidden in (b"\x1b]52", b"\x1b[2J\xc2", b"\xc2\x9b", "\u202e".encode()):
            assert forbidden not in terminal.raw
        terminal.press("q")
        assert await terminal.ended() == 0


async def test_copy_is_osc_52_of_the_row_only(own_world: Path) -> None:
    async with watch_at(own_world / "w"), Terminal(code(own_world / "w")) as terminal:
        await terminal.shows("qgw1")
        terminal.press("y")
        await terminal.shows("Copied")
        assert terminal.raw.count(b"\x1b]52;c;") == 1


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_chinese_is_typed_and_written(own_world: Path, size: tuple[int, int]) -> None:
    async with watch_at(own_world / "w") as watch, Terminal(code(own_world / "w"), *size) as terminal:
        await terminal.shows("qgw1")
        terminal.press("n")
        await terminal.shows("Esc leaves")
        for byte in "线路已切换".encode():
            os.write(terminal.master, bytes([byte]))
            await asyncio.sleep(0.01)
        await terminal.until(lambda: "线" in terminal.text and "换" in terminal.text)
        terminal.press("\r")
        await terminal.until(lambda: bool(watch.commands))
        assert getattr(watch.commands[0], "text", "") == "线路已切换"
        await terminal.until(lambda: "线" not in terminal.text.splitlines()[-1])
