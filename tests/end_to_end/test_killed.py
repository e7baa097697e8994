"""The watch killed with signal 9 at random moments while operators write: all that it acknowledged is there, once.

    KILLS=1000 KILL_SEED=7 python -m pytest tests/end_to_end/test_killed.py -m soak -s

Real processes, a real store, the real door. Which acts a seed gives is fixed; how far they come is the machine's.
"""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from config.paths import prepare
from duty.chain import examine
from duty.records import DUTY
from storage.proof import Proof
from storage.store import Store
from tests.support.operators import Operator
from tests.support.watches import Watch

SITE = """
[site]
name = "Desk"
slow_interval = "1h"
[hosts.me]
local = true
interval = "1s"
disks = []
"""
BEFORE_IT_LISTENS = 0.25
"""The part of all lives that ends at any moment of the start."""
START_S, LIFE_S = 1.5, 0.5
"""Seconds within which a life ends: of the start, and of one in which operators write."""


class Desk:
    """One site, its operators, and what its watches left in the store."""

    def __init__(self, site: Path, seed: int) -> None:
        self.random = random.Random(seed)
        self.watch = Watch(site)
        self.operators = [Operator(name, seed) for name in ("li", "wang")]
        prepare(self.watch.places)

    async def live(self) -> None:
        """Start the watch, let the operators write, kill it."""
        self.watch.start()
        try:
            if self.random.random() < BEFORE_IT_LISTENS:
                await asyncio.sleep(self.random.uniform(0, START_S))
                return
            screens = [await self.watch.screen(one.name) for one in self.operators]
            works = [asyncio.create_task(one.work(screen)) for one, screen in zip(self.operators, screens, strict=True)]
            await asyncio.wait(works, timeout=self.random.uniform(0, LIFE_S))
            self.watch.kill()
            await asyncio.gather(*works)  # what was answered before the end is still read
            for screen in screens:
                await screen.leave()
        finally:
            self.watch.kill()

    def judge(self) -> None:
        """The dead watch's store, as an auditor finds it, against what was acknowledged."""
        if not self.watch.store.exists():
            assert not any(one.done.words for one in self.operators)
            return
        self._chain()
        with closing(sqlite3.connect(f"file:{self.watch.store}?mode=ro", uri=True)) as rows:
            hashes = dict(rows.execute("SELECT seq, hash FROM log_entry WHERE chain = 'duty'"))
            words = Counter(text for (text,) in rows.execute("SELECT text FROM log_entry WHERE text <> ''"))
            moves = dict(rows.execute("SELECT incident, count(*) FROM incident_move GROUP BY incident"))
        store = Store(self.watch.store, reading=True)
        for operator in self.operators:
            done = operator.done
            for entry in done.entries:
                assert hashes.get(entry.seq) == entry.hash, f"line {entry.seq} was acknowledged: {entry.text}"
            assert {text: words[text] for text in done.words} == dict.fromkeys(done.words, 1)
            assert all(words[text] <= 1 for text in done.unsure), "what was not answered is there once or not at all"
            for number, incident in done.incidents.items():
                more = moves.get(number, 0) - done.moves[number]
                assert 0 <= more <= done.unknown(number), f"incident {number}: {more} moves too many"
                assert more or store.incident(number) == incident
            operator.settle(store.incidents(), lambda number: moves.get(number, 0))
        store.close()

    def _chain(self) -> None:
        proof = Proof(self.watch.store)
        try:
            seen = examine(proof.links(DUTY))
            assert seen.fault is None, seen.fault
            assert proof.moves()[1] is None
        finally:
            proof.close()


async def kill_often(site: Path, kills: int, seed: int) -> Desk:
    """Kill a watch so often, looking at what it left after each time."""
    site.parent.mkdir()
    site.write_text(SITE)
    desk = Desk(site, seed)
    print(f"seed {seed}", end="", flush=True)
    for _kill in range(kills):
        await desk.live()
        desk.judge()
    acts = sum(len(one.done.words) for one in desk.operators)
    unsure = sum(len(one.done.unsure) for one in desk.operators)
    print(f": {kills} kills, {acts} acts acknowledged, {unsure} cut off")
    return desk


async def test_what_was_acknowledged_survives_every_kill(own_world: Path) -> None:
    desk = await kill_often(own_world / "desk" / "watchkeeper.toml", 4, seed=3)
    assert any(one.done.words for one in desk.operators)


@pytest.mark.soak
async def test_what_was_acknowledged_survives_two_hundred_kills(own_world: Path) -> None:
    kills, seed = int(os.environ.get("KILLS", "200")), int(os.environ.get("KILL_SEED", random.randrange(1 << 32)))
    desk = await kill_often(own_world / "desk" / "watchkeeper.toml", kills, seed)
    assert all(one.done.words for one in desk.operators)
