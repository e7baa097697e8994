"""The watch killed with signal 9 at random moments while operators write and alarms come and go: all that it
acknowledged is there, once, and the alarms are those that a watch reaches which nobody killed.

    KILLS=1000 KILL_SEED=7 python -m pytest tests/end_to_end/test_killed.py -m soak -s

Real processes, a real store, the real door. Which acts a seed gives is fixed; how far they come is the machine's.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from config.paths import prepare
from duty.alarm_def import AlarmKey
from duty.alarm_record import Alarm
from duty.chain import examine
from duty.records import DUTY
from storage.proof import Proof
from storage.store import Store
from tests.end_to_end.conftest import Program
from tests.support.ackers import Acker
from tests.support.operators import Operator
from tests.support.watches import Watch

SITE = """
[site]
name = "Desk"
interval = "250ms"
slow_interval = "250ms"
[hosts.me]
local = true
disks = []
health = "off"
clock = "off"
{rules}
[[alarm]]
key = "process.missing"
on_delay = "0s"
off_delay = "0s"
"""
NAMES = ("wk-quote", "wk-order", "wk-risk")
BEFORE_IT_LISTENS = 0.25
"""The part of all lives that ends at any moment of the start."""
START_S, LIFE_S = 1.5, 1.0
"""Seconds within which a life ends: of the start, and of one in which operators write."""
ALARMED, ALARM_S = 0.6, 4.0
"""The part of the others that goes on until an alarm was acknowledged or put aside, for at most so many seconds."""
STIR_S = 0.3
"""Seconds within which a process ends or is started again."""


class Desk:
    """One site, its operators, and what its watches left in the store."""

    def __init__(self, site: Path, programs: dict[str, Program], seed: int) -> None:
        rules = "".join(one.rule.replace("processes = [", "").removesuffix("]") + ", " for one in programs.values())
        site.parent.mkdir(parents=True)
        site.write_text(SITE.format(rules=f"processes = [{rules}]"))
        self.random = random.Random(seed)
        self.watch = Watch(site)
        self.programs = programs
        self.down: set[str] = set()
        """Processes that do not run just now."""
        self.operators = [Operator(name, seed) for name in ("li", "wang")]
        self.acker = Acker("zhang", seed)
        prepare(self.watch.places)

    # --- a life ----------------------------------------------------------------------------------------------------

    async def live(self) -> None:
        """Start the watch, let the operators write while processes come and go, kill it."""
        self.watch.start()
        stirring = asyncio.create_task(self._stir())
        try:
            if self.random.random() < BEFORE_IT_LISTENS:
                await asyncio.sleep(self.random.uniform(0, START_S))
                return
            people: list[Operator | Acker] = [*self.operators, self.acker]
            screens = [await self.watch.screen(one.name) for one in people]
            works = [asyncio.create_task(one.work(screen)) for one, screen in zip(people, screens, strict=True)]
            if self.random.random() < ALARMED:
                acted = asyncio.create_task(self.acker.acted.wait())
                await asyncio.wait([acted], timeout=ALARM_S)
                acted.cancel()
            await asyncio.wait(works, timeout=self.random.uniform(0, LIFE_S))
            self.watch.kill()
            await asyncio.gather(*works)  # what was answered before the end is still read
            for screen in screens:
                await screen.leave()
        finally:
            stirring.cancel()
            self.watch.kill()

    async def _stir(self) -> None:
        while True:
            await asyncio.sleep(self.random.uniform(0, STIR_S))
            name = self.random.choice(NAMES)
            self.turn(name, up=name in self.down)

    def turn(self, name: str, *, up: bool) -> None:
        """Start this process, or end it."""
        if up and name in self.down:
            self.programs[name].start()
            self.down.discard(name)
        elif not up and name not in self.down:
            self.programs[name].kill()
            self.down.add(name)

    # --- what it left ----------------------------------------------------------------------------------------------

    def judge(self) -> None:
        """The dead watch's store, as an auditor finds it, against what was acknowledged."""
        if not self.watch.store.exists() or not self.watch.store.stat().st_size:
            assert not any(one.done.words for one in (*self.operators, self.acker))
            return
        self._chain()
        with closing(sqlite3.connect(f"file:{self.watch.store}?mode=ro", uri=True)) as rows:
            hashes = dict(rows.execute("SELECT seq, hash FROM log_entry WHERE chain = 'duty'"))
            words = Counter(text for (text,) in rows.execute("SELECT text FROM log_entry WHERE text <> ''"))
            moves = dict(rows.execute("SELECT incident, count(*) FROM incident_move GROUP BY incident"))
            told = Counter(
                refs for (refs,) in rows.execute(
                    "SELECT refs FROM log_entry WHERE kind = 'alarm' AND said_template NOT LIKE '{flood}%'"
                )
            )  # fmt: skip
        store = Store(self.watch.store, reading=True)
        for person in (*self.operators, self.acker):
            done = person.done
            assert {text: words[text] for text in done.words} == dict.fromkeys(done.words, 1)
            assert all(words[text] <= 1 for text in done.unsure), "what was not answered is there once or not at all"
        for operator in self.operators:
            done = operator.done
            for entry in done.entries:
                assert hashes.get(entry.seq) == entry.hash, f"line {entry.seq} was acknowledged: {entry.text}"
            for number, incident in done.incidents.items():
                more = moves.get(number, 0) - done.moves[number]
                assert 0 <= more <= done.unknown(number), f"incident {number}: {more} moves too many"
                assert more or store.incident(number) == incident
            operator.settle(store.incidents(), lambda number: moves.get(number, 0))
        alarms = {one.key: one for one in store.alarms().alarms}
        self._alarms(alarms, told)
        assert not any(words[text] for text in self.acker.refused)
        store.close()

    def _alarms(self, alarms: dict[AlarmKey, Alarm], told: Counter[str]) -> None:
        for key, one in alarms.items():
            ref = msgspec.json.encode([{"key": str(key), "kind": "alarm"}], order="sorted").decode()
            lines = sum(count for refs, count in told.items() if msgspec.json.decode(refs) == msgspec.json.decode(ref))
            assert lines == one.told, f"{key}: {one.told} things happened, the log tells of {lines}"
        for key, event in self.acker.seen.items():
            ack = alarms[key].ack
            assert ack is not None and ack.event >= event, f"{key}: event {event} was acknowledged"

    def _chain(self) -> None:
        proof = Proof(self.watch.store)
        try:
            seen = examine(proof.links(DUTY))
            assert seen.fault is None, seen.fault
            assert proof.moves()[1] is None
        finally:
            proof.close()

    async def table(self) -> dict[AlarmKey, tuple[object, ...]]:
        """What the alarms come to, once all is acknowledged."""
        self.watch.start()
        try:
            screen = await self.watch.screen(self.acker.name)
            held = await self.acker.settle(screen, self.down, set(NAMES) - self.down)
            return {key: (one.state, one.active, one.severity, one.priority, one.said) for key, one in held.items()}
        finally:
            self.watch.kill()


@contextlib.contextmanager
def running(folder: Path) -> Iterator[dict[str, Program]]:
    programs = {name: Program(folder / name) for name in NAMES}
    try:
        yield programs
    finally:
        for one in programs.values():
            one.kill()


async def kill_often(world: Path, kills: int, seed: int) -> Desk:
    """Kill a watch so often, looking at what it left after each time; at last see where its alarms stand."""
    print(f"seed {seed}", end="", flush=True)
    with running(world / "programs") as programs:
        desk = Desk(world / "desk" / "watchkeeper.toml", programs, seed)
        for _kill in range(kills):
            await desk.live()
            desk.judge()
        for name in NAMES:
            desk.turn(name, up=name == NAMES[0])
        clean = Desk(world / "clean" / "watchkeeper.toml", programs, seed)
        clean.down = desk.down
        assert await desk.table() == await clean.table()
        desk.judge()
    people = (*desk.operators, desk.acker)
    acts, unsure = sum(len(one.done.words) for one in people), sum(len(one.done.unsure) for one in people)
    print(f": {kills} kills, {acts} acts acknowledged, {len(desk.acker.done.words)} of alarms, {unsure} cut off")
    return desk


async def test_what_was_acknowledged_survives_every_kill(own_world: Path) -> None:
    desk = await kill_often(own_world, 4, seed=3)
    assert desk.acker.done.words and any(one.done.words for one in desk.operators)


@pytest.mark.soak
async def test_what_was_acknowledged_survives_two_hundred_kills(own_world: Path) -> None:
    kills, seed = int(os.environ.get("KILLS", "200")), int(os.environ.get("KILL_SEED", random.randrange(1 << 32)))
    desk = await kill_often(own_world, kills, seed)
    assert all(one.done.words for one in (*desk.operators, desk.acker))
