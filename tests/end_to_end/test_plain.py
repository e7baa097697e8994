"""A host behind a real SSH server, heard in sentences: a process dies, a log says something hostile."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path

from config.paths import places
from tests.end_to_end.conftest import ROOT_DISK, Program, Site, _end
from tests.support.sshd import openssh
from tests.support.watches import ROOT
from tests.support.witness import PATIENCE_S, Witness

RUN = "import sys; from cli.main import main; sys.exit(main(['--site', {site!r}, '--plain']))"


class Plain:
    """The program in a pipe."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None and process.stdout is not None
        self.process, self.typed, self.said = process, process.stdin, process.stdout
        self.lines: list[str] = []

    async def says(self, *words: str) -> str:
        """The next line that holds all of these words."""
        async with asyncio.timeout(PATIENCE_S):
            while line := (await self.said.readline()).decode().rstrip("\n"):
                self.lines.append(line)
                if all(word in line for word in words):
                    return line
        raise AssertionError(f"never said: {words}; but {self.lines}")

    def type(self, line: str) -> None:
        self.typed.write(f"{line}\n".encode())


async def test_a_killed_process_and_a_hostile_log(
    site: Site, program: Callable[[str], Program], tmp_path: Path
) -> None:
    order, log = program("order-gw"), tmp_path / "order.log"
    log.write_text("")
    followed = (
        f"events = [{{ key = 'order-log', file = '{log}', patterns = [{{ pattern = 'FATAL', level = 'act' }}] }}]"
    )
    with openssh(tmp_path / "a", site.allowed) as server:
        site.host("struck", server, order.rule, ROOT_DISK, followed)
        path = site.write()
        witness = Witness(places(str(path), os.environ).socket)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", RUN.format(site=str(path)), cwd=ROOT, env={**os.environ, "TERM": "dumb"},
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        plain = Plain(process)
        try:
            await plain.says("Nothing is wrong.")
            await plain.says("help lists")
            async with witness.looking():
                order.kill()
                await plain.says("Worse: process order-gw on struck is act, was well: not running.")
                await plain.says("Incident 1 opened by watch, level 2: process order-gw is missing on struck.")
                plain.type("take 1")
                await plain.says("Incident 1 is yours.")
                plain.type("problems")
                await plain.says("process order-gw on struck: act: not running.")

                with log.open("ab") as file:
                    file.write(b"FATAL \x1b[2J\x1b]0;owned\x07 \xe2\x80\xaegnihton \x9b1m\n")
                assert "FATAL" in await plain.says("Worse: log order-log on struck is act")

                order.start()
                await plain.says("Better: process order-gw on struck is")
                await plain.says("Incident 1: well again, a person has to close it")
                plain.type("resolve 1 software started by hand")
                await plain.says("Written: incident 1.")
                plain.type("review 1 it ended | killed for the test")
                plain.type("close 1")
                await plain.says("another person closes it")
            plain.typed.close()
            assert await asyncio.wait_for(process.wait(), PATIENCE_S) == 0
            plain.lines += (await plain.said.read()).decode().splitlines()
            assert all(line.isprintable() for line in plain.lines), plain.lines
            assert not [line for line in plain.lines if "taken by" in line], "what was done here is not told again"
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
            _end(witness.watch_pid)
