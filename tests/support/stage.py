"""A real watch of a site whose hosts are played by the test: its clocks and its faults are the test's, nothing else.

Engine, alarms, records, store, socket and the screens at it are those of the product; a screen is the program itself
in a terminal. The watch runs in the test's own loop, so that a fault and the clock are set in one step.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Literal

from collectors.feed import Feed, Listener, Section
from config.paths import places, prepare
from duty.connection import Connection, Link
from duty.moment import Moment
from duty.phrases import phrase
from duty.readings import (
    InterfaceCounters,
    LineReadings,
    Listening,
    PingReading,
    Ports,
    Processes,
    ProcessFound,
    ProcessStat,
    Sample,
)
from duty.site import AppRule, HostSpec, SiteSpec
from tests.support.terminal import Terminal
from watch.engine import SLOTS
from watch.plan import Plan
from watch.service import Service

PATIENCE_S = 30.0
BOOTED_S = 100_000.0
"""Uptime of every host when the play begins, seconds."""
RUN = "import sys; from cli.main import main; sys.exit(main(['--site', {site!r}, *{words!r}]))"


class StageClock:
    """The machine's clocks, which the test moves on; the wall's also by itself."""

    def __init__(self, wall: float | None = None) -> None:
        """``wall``: what time it is when the play begins, UTC epoch seconds."""
        self._wall = 0.0 if wall is None else wall - time.time()
        self._mono = 0.0
        self._stands: Moment | None = None

    def now(self) -> Moment:
        real = self._stands or Moment(time.time(), time.monotonic())
        return Moment(real.wall + self._wall, real.mono + self._mono)

    def stand(self) -> None:
        """From now on time passes only as the test says: however busy the machine is, spans are exact."""
        self._stands = Moment(time.time(), time.monotonic())

    def skip(self, seconds: float) -> None:
        """Time passes by both clocks."""
        self._wall += seconds
        self._mono += seconds

    def jump(self, seconds: float) -> None:
        """The clock on the wall is set to another time."""
        self._wall += seconds


class StageHost:
    """One host of the play (:class:`collectors.feed.Feed`): well until something is made to happen to it."""

    def __init__(self, spec: HostSpec, listener: Listener, clock: StageClock) -> None:
        self.spec = spec
        self._listener, self._clock = listener, clock
        self._started = {rule.key: 1 for rule in spec.processes}
        """Of each process that runs when it was started: with the pid, its identity."""
        self._pids = {rule.key: 1_000 + place for place, rule in enumerate(spec.processes)}
        self._cut: set[str] = set()
        self._link = Link.IDLE
        self._mute = False
        self._appeared = False
        self._begun = clock.now().mono

    # --- what happens to it ----------------------------------------------------------------------------------

    def dies(self, process: str) -> None:
        """A process ends."""
        del self._started[process]
        self._answer_soon()

    def starts(self, process: str) -> None:
        """It is started anew."""
        self._pids[process] += 100
        self._started[process] = round(self._uptime * 100)
        self._appeared = True
        self._answer_soon()

    def cuts(self, line: str, *, back: bool = False) -> None:
        """The cable of a line is out, or in again."""
        (self._cut.discard if back else self._cut.add)(line)
        self._answer_soon()

    def lost(self) -> None:
        """The connection breaks and is not made again."""
        self._connect(Link.LOST)

    def returns(self) -> None:
        """The connection is made again."""
        self._connect(Link.UP)
        self.answers()

    def falls_silent(self) -> None:
        """The connection stands, and nothing comes any more."""
        self._mute = True

    def answers(self) -> None:
        """Everything that is asked of it is answered now."""
        if self._heard:
            self._sample()
            for section in ("processes", "ports", "lines"):
                self._section(section)

    # --- what the watch sees -----------------------------------------------------------------------------------

    async def run(self) -> None:
        self._connect(Link.UP)
        await asyncio.Event().wait()

    @property
    def _heard(self) -> bool:
        return self._link is Link.UP and not self._mute

    def ask_sample(self, watched: tuple[int, ...]) -> bool:
        if not self._heard:
            return False
        asyncio.get_running_loop().call_soon(self._sample)
        return True

    def ask_section(self, section: Section) -> bool:
        if not self._heard:
            return False
        asyncio.get_running_loop().call_soon(self._section, section)
        return True

    def ask_app(self, rule: AppRule) -> bool:
        return False

    def follow(self, cursors: Mapping[str, str]) -> None:
        """No log is followed in a play."""

    def redial(self) -> None:
        """The test says when a connection is made."""

    def update(self, spec: HostSpec) -> None:
        self.spec = spec

    def open_since(self, section: Section | Literal["sample"]) -> float | None:
        return None

    def _connect(self, link: Link) -> None:
        self._link = link
        why = phrase("the connection was lost") if link is Link.LOST else None
        self._listener.on_connection(self.spec.id, Connection(link, self._clock.now().wall, why=why))

    @property
    def _uptime(self) -> float:
        return BOOTED_S + self._clock.now().mono - self._begun

    def _answer_soon(self) -> None:
        asyncio.get_running_loop().call_soon(self.answers)

    def _sample(self) -> None:
        if not self._heard:
            return
        moved = round(self._uptime * 1_000)
        sample = Sample(
            1,
            self._uptime,
            interfaces=tuple(
                InterfaceCounters(rule.interface, moved, 0, 0, moved, 0, 0, "down" if rule.key in self._cut else "up")
                for rule in self.spec.lines
            ),
            processes=tuple(
                ProcessStat(self._pids[key], "S", 4, 1, started, 1 << 20) for key, started in self._started.items()
            ),
            gone=tuple(pid for key, pid in self._pids.items() if key not in self._started),
            appeared=self._appeared,
        )
        self._appeared = False
        self._listener.on_sample(self.spec.id, sample, self._clock.now().mono)

    def _section(self, section: str) -> None:
        if not self._heard:
            return
        reading: Processes | Ports | LineReadings
        match section:
            case "processes":
                reading = Processes(
                    tuple(
                        ProcessFound(key, self._pids[key], started, "trade", f"/opt/{key}", 7)
                        for key, started in self._started.items()
                    )
                )
            case "ports":
                held = [
                    (rule, port) for rule in self.spec.processes if rule.key in self._started for port in rule.ports
                ]
                reading = Ports(
                    tuple(Listening("0.0.0.0", int(port), (self._pids[rule.key],)) for rule, port in held), True
                )
            case "lines":
                reading = LineReadings(
                    self._uptime,
                    tuple(
                        PingReading(
                            f"{rule.key} {ping.target}", 5, 0 if rule.key in self._cut else 5, 0.004, 0.004, 0.004
                        )
                        for rule in self.spec.lines
                        for ping in rule.pings
                    ),
                )
            case _:
                return
        self._listener.on_section(self.spec.id, reading, self._clock.now().mono, 0.01)


class StagedService(Service):
    """The watch, its hosts those of the play."""

    def __init__(self, plan: Plan, clock: StageClock) -> None:
        super().__init__(plan, clock)
        self.stage_clock = clock
        self.hosts: dict[str, StageHost] = {}

    def _feed(self, spec: HostSpec, site: SiteSpec, listener: Listener) -> Feed:
        self.hosts[spec.id] = StageHost(spec, listener, self.stage_clock)
        return self.hosts[spec.id]


class Stage:
    """The play: its hosts by name, its clock, its screens, and the records it leaves."""

    def __init__(self, site: Path, clock: StageClock) -> None:
        self.site, self.clock = site, clock
        self.places = prepare(places(str(site), os.environ))
        self.store = self.places.state / "records.sqlite"
        self.watch = StagedService(Plan(site, self.places.socket, self.store, "1", stays=True), clock)

    @property
    def hosts(self) -> dict[str, StageHost]:
        return self.watch.hosts

    def skip(self, seconds: float) -> None:
        """Time passes and every host that is reached has answered as if it had not: nobody waits for it."""
        self.clock.skip(seconds)
        for host in self.hosts.values():
            host.answers()

    async def step(self, *, kept: bool = True) -> None:
        """Every host answers, and the watch has made of it what there was to be made, also in the store (``kept``)."""
        for host in self.hosts.values():
            host.answers()
        for slot in range(SLOTS):
            self.watch.engine.turn(slot)
        if kept:
            await self.watch.recorder.drained()

    async def until(self, holds: Callable[[], object], what: str) -> None:
        """Wait until ``holds()``; ``what`` is said where it never does."""
        end = time.monotonic() + PATIENCE_S
        while not holds():
            assert time.monotonic() < end, f"never came: {what}"
            await asyncio.sleep(0.02)

    def screen(self, columns: int = 80, rows: int = 24, *words: str) -> Terminal:
        """The program in a terminal, joining this watch."""
        return Terminal(RUN.format(site=str(self.site), words=list(words)), columns, rows)

    def lines(self, *words: str, chain: str = "duty") -> list[str]:
        """The lines of a chain of the log that hold all of these words, oldest first, as they stand in the store."""
        with contextlib.closing(sqlite3.connect(f"file:{self.store}?mode=ro", uri=True)) as records:
            query = "SELECT coalesce(said_english, '') || text FROM log_entry WHERE chain = ? ORDER BY seq"
            said = [str(row[0]) for row in records.execute(query, (chain,))]
        return [line for line in said if all(word in line for word in words)]

    async def _well(self) -> None:
        names = {host.id for host in self.watch.engine.site.hosts}

        def read() -> bool:
            views = self.watch.engine._views
            return views.keys() == names and all(one.samples > 0 and not one.why for one in views.values())

        await self.until(read, "all hosts are read and well")


@contextlib.asynccontextmanager
async def staged(
    folder: Path, site: str, *, wall: float | None = None, before: Callable[[Stage], None] = lambda _stage: None
) -> AsyncIterator[Stage]:
    """The watch of the site file ``site`` (TOML), as soon as every host was read and is well.

    ``wall``: what time it begins, UTC epoch seconds; ``before`` is done before that, with the store of earlier days.
    """
    path = folder / "watchkeeper.toml"
    path.write_text(site)
    stage = Stage(path, StageClock(wall))
    before(stage)
    run = asyncio.create_task(stage.watch.run())
    try:
        await stage.until(lambda: run.done() or stage.watch._begun.is_set(), "the watch begins")
        if run.done():
            run.result()
        await stage._well()
        yield stage
    finally:
        stage.watch.stop()
        await run
