"""A person at a real terminal before the real program, and hosts behind real SSH servers to which things happen."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from cli.target import STORE_NAME
from config.paths import places
from duty.quality import Quality
from tests.support.machine import Machine
from tests.support.sshd import USER, Server, new_key, public
from tests.support.terminal import Terminal
from tests.support.witness import BOARD_S, PATIENCE_S, Seen, Witness

INTERVAL_S = 1.0
SLOW_S = 2.0
"""Between two looks at the mounts."""
SIZE = (200, 50)
RUN = "import sys; from cli.main import main; sys.exit(main(['--site', {site!r}]))"
GREEN = "6cbf84"
"""The tone of what is well, in the default theme."""
ROOT_DISK = 'disks = [{ mount = "/", used = "off", inodes = "off" }]'
"""Read and shown, however full the machine of the tests is."""
PANELS = ("1 Fleet", "7 Incidents", "2 Processes", "4 Lines", "5 Disks", "8 Duty log")


@dataclass
class Desk:
    """The screen, what was recorded, and a witness that heard everything the watch said."""

    site: Path
    terminal: Terminal
    witness: Witness

    def panel(self, title: str) -> dict[int, str]:
        """The rows of a panel of the Watch screen, by their line on the terminal."""
        lines = self.terminal.screen.display
        tops = {at: (y, x) for at in PANELS for y, x in self._title(lines, at)}
        y, x = tops[title]
        right = min([column for _y, column in tops.values() if column > x and title != PANELS[-1]], default=SIZE[0])
        log = tops[PANELS[-1]]  # below all of them
        end = min([row for row, column in tops.values() if row > y and (column == x or row == log[0])], default=SIZE[1])
        rows = {row: lines[row][x:right].rstrip() for row in range(y + 2, end)}
        return {row: text for row, text in rows.items() if text}

    def _title(self, lines: list[str], title: str) -> Iterator[tuple[int, int]]:
        for y, line in enumerate(lines):
            if (x := line.find(f" {title} ")) > 0 and line[x - 1] in "─━":
                yield y, x - 1

    def rows(self, title: str, *words: str) -> list[str]:
        """The rows of a panel that hold all of these words."""
        return [row for row in self.panel(title).values() if all(word in row for word in words)]

    async def shows(self, title: str, *words: str) -> str:
        """Wait until one row of the panel holds all of these words; returns it."""
        await self.until(lambda: bool(self.rows(title, *words)), f"{title}: {words}")
        return self.rows(title, *words)[0]

    async def until(self, holds: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + PATIENCE_S
        while not self._holds(holds):
            assert time.monotonic() < end, f"never came: {what}; the screen:\n{self.terminal.text}"
            await asyncio.sleep(0.02)

    def _holds(self, holds: Callable[[], bool]) -> bool:
        try:
            return holds()
        except KeyError:  # the panels are not all drawn yet
            return False

    async def reads(self, words: str) -> None:
        """Wait until these words are anywhere on the terminal."""
        await self.until(lambda: words in self.terminal.text, words)

    def green(self, title: str, *words: str) -> set[str]:
        """Which characters of the rows of a panel that hold these words are drawn in the tone of what is well."""
        lines = self.terminal.screen
        found = set()
        for y, row in self.panel(title).items():
            if all(word in row for word in words):
                x = lines.display[y].index(row)
                found |= {lines.buffer[y][x + n].data for n in range(len(row)) if lines.buffer[y][x + n].fg == GREEN}
        return found - {" "}

    def recorded(self, sentence: str, since: float) -> list[float]:
        """When what the duty log says in this sentence happened, as it stands in the file of the records."""
        store = places(str(self.site), os.environ).state / STORE_NAME
        with contextlib.closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as records:
            query = "SELECT event_at / 1e6 FROM log_entry WHERE said_english = ? AND event_at / 1e6 >= ? ORDER BY seq"
            return [row[0] for row in records.execute(query, (sentence, since))]

    def seen_in_time(self, at: float, fault: float, *, on_delay_s: float = 0.0, interval_s: float = INTERVAL_S) -> None:
        """The watch saw what happened at ``fault``, and told it at ``at``: within two intervals and the delay that is
        meant, from one board to the next. What this machine kept from the watch meanwhile is not its fault.
        """
        late = self.witness.lateness(fault, at, "well", INTERVAL_S)
        allowed = 2 * interval_s + on_delay_s + BOARD_S + late
        assert at - fault <= allowed, f"seen after {at - fault:.2f} s, allowed {allowed:.2f} s"


def all_well(seen: Seen) -> bool:
    """Everything of the site was read and nothing is wrong."""
    return all(
        host.quality is Quality.GOOD
        and host.samples > 1
        and not host.why
        and all(p.count is not None for p in host.processes)
        and all(disk.condition == "ok" for disk in host.disks)
        for host in seen.hosts.values()
    )


@dataclass
class Site:
    """The site file as it grows, and the person's key and known hosts."""

    folder: Path
    hosts: str = ""

    @property
    def key(self) -> Path:
        return self.folder / "id_ed25519"

    @property
    def allowed(self) -> list[str]:
        return [public(self.key)]

    def know(self, server: Server | Machine) -> None:
        with (self.folder / "known_hosts").open("a") as file:
            file.write(f"[127.0.0.1]:{server.port} {public(server.host_key)}\n")

    def host(self, name: str, server: Server | Machine | int, *lines: str) -> None:
        """Add a host with these further lines of TOML."""
        port = server if isinstance(server, int) else server.port
        if not isinstance(server, int):
            self.know(server)
        self.hosts += "\n".join([f"[hosts.{name}]", f"port = {port}", *(lines or ("disks = []",))]) + "\n"

    def write(self) -> Path:
        path = self.folder / "watchkeeper.toml"
        path.write_text(
            f'[site]\nname = "Desk"\ninterval = "{INTERVAL_S:g}s"\nslow_interval = "{SLOW_S:g}s"\n'
            'ssh_config = []\nknown_hosts = "known_hosts"\n'
            + self.hosts.replace("port =", f'address = "127.0.0.1"\nuser = "{USER}"\nidentity = "{self.key}"\nport =')
        )
        return path

    @contextlib.asynccontextmanager
    async def watched(self, ready: Callable[[Seen], bool] = all_well) -> AsyncIterator[Desk]:
        """The program opened by a person, as soon as ``ready``. The watch it started ends with the test."""
        path = self.write()
        witness = Witness(places(str(path), os.environ).socket)
        try:
            async with Terminal(RUN.format(site=str(path)), *SIZE) as terminal, witness.looking():
                desk = Desk(path, terminal, witness)
                await witness.first(ready)
                await desk.shows("1 Fleet", "well")
                yield desk
        finally:
            _end(witness.watch_pid)


def _end(pid: int) -> None:
    if pid == 0:
        return
    with contextlib.suppress(psutil.NoSuchProcess):
        watch = psutil.Process(pid)
        watch.send_signal(signal.SIGTERM)
        try:
            watch.wait(PATIENCE_S)  # the screen that started it has ended: nobody has to collect it
        except psutil.TimeoutExpired:
            watch.kill()
            raise


@pytest.fixture
def site(tmp_path: Path) -> Site:
    folder = tmp_path / "desk"
    folder.mkdir()
    new_key(folder / "id_ed25519", "duty@desk")
    return Site(folder)


class Program:
    """A program with a name and a path of its own, so that no rule of another test can mean it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(os.path.realpath(shutil.which("sleep") or "/bin/sleep"), path)
        self.process = self.start()

    def start(self) -> subprocess.Popen[bytes]:
        self.process = subprocess.Popen([str(self.path), "100000"])
        return self.process

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE_S)

    @property
    def rule(self) -> str:
        return f"processes = [{{ name = '{self.path.name}', args = '^{self.path} ', user = '{USER}' }}]"


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Callable[[str], Program]]:
    """Starts programs by their names; ends them."""
    made: list[Program] = []

    def start(name: str) -> Program:
        made.append(Program(tmp_path / "programs" / name))
        return made[-1]

    yield start
    for one in made:
        one.kill()
