"""Logs followed by the real probe in real shells: every line once, whatever is done to the file and the connection."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.logs import PAIRS, PATTERNS, Console, Log, number_of


@pytest.fixture
def consoles(tmp_path: Path) -> Iterator[list[Console]]:
    made: list[Console] = []
    yield made
    for one in made:
        one.close()


def started(consoles: list[Console], folder: Path, pair: str, seed: int) -> tuple[Log, Console]:
    """A log and a console that has seen it once."""
    (folder / "logs").mkdir()
    log = Log(folder / "logs" / "order-gw.log", seed)
    shell, awk = pair.split("+")
    console = Console(folder, log.path, shell, awk)
    consoles.append(console)
    console.look()
    return log, console


def judge(log: Log, console: Console) -> None:
    """Every error once: each is told, or counted with others of its digit that were too many to be told."""
    told = [number_of(text) for text in console.told]
    assert not [number for number, times in Counter(told).items() if times > 1], "told twice"
    assert set(told) <= set(log.errors)
    wanted = Counter(number % 10 for number in log.errors)
    assert {n: console.counts[n] for n in range(len(PATTERNS))} == {n: wanted[n] for n in range(len(PATTERNS))}
    assert not console.gaps


def trouble(log: Log, console: Console, dice: random.Random, rounds: int) -> None:
    """Write, rotate, truncate, burst, cut, lose, restart: one of them after the other, in any order."""
    for _ in range(rounds):
        log.write(dice.choice([0, 1, 3, 10, 60] + [1500] * (dice.random() < 0.1)))
        for _ in range(dice.choice([0, 1, 1, 1, 3])):
            dice.choice([log.rename, log.copy_and_truncate])()
            log.write(dice.choice([0, 2, 8]))
        if dice.random() < 0.2:
            log.compress()
        what = dice.random()
        if what < 0.15:
            console.ask()
            console.cut()
        elif what < 0.25:
            console.restart()
        elif what < 0.4:
            console.look(twice=True)
        elif what < 0.9:
            console.look()


@pytest.mark.parametrize("pair", PAIRS)
def test_not_one_line_is_lost_or_doubled(pair: str, tmp_path: Path, consoles: list[Console]) -> None:
    log, console = started(consoles, tmp_path, pair, seed=len(pair))
    trouble(log, console, random.Random(pair), 20)
    log.finish()
    console.catch_up()
    judge(log, console)
    assert {number_of(text) for text in console.told} == set(log.errors) or len(log.errors) > 200


def until_done(log: Log, console: Console, dice: random.Random, rotations: int) -> None:
    """The log is written and rotated by another thread, at no moment known to whoever reads it."""
    trouble_was: list[BaseException] = []
    ended = threading.Event()

    def write() -> None:
        try:
            for _ in range(rotations):
                log.write(dice.choice([0, 1, 5, 40] + [3000] * (dice.random() < 0.02)))
                dice.choice([log.rename, log.copy_and_truncate])()
                if dice.random() < 0.2:
                    log.compress()
                # Now and then several times between two looks, but not faster than anybody could ever look.
                looked = console.looks + dice.choice([0, 1, 1, 2, 3])
                while console.looks < looked and not ended.is_set():
                    time.sleep(dice.random() * 0.05)
            log.finish()
        except BaseException as error:
            trouble_was.append(error)
            raise

    thread = threading.Thread(target=write)
    thread.start()
    look = random.Random(7)
    try:
        while thread.is_alive():
            what = look.random()
            if what < 0.05:
                console.ask()
                time.sleep(look.random() * 0.05)
                console.cut()
            elif what < 0.1:
                console.restart()
            else:
                console.look(twice=what < 0.2)
    finally:
        ended.set()
        thread.join()
    assert not trouble_was
    console.catch_up()
    judge(log, console)


def test_a_log_that_is_rotated_while_it_is_read(tmp_path: Path, consoles: list[Console]) -> None:
    log, console = started(consoles, tmp_path, "dash+mawk", seed=3)
    until_done(log, console, random.Random(5), 30)


@pytest.mark.soak
@pytest.mark.parametrize("pair", ["dash+mawk", "bash+gawk", "mksh+mawk", "busybox+busybox"])
def test_a_thousand_times(pair: str, tmp_path: Path, consoles: list[Console]) -> None:
    log, console = started(consoles, tmp_path, pair, seed=11)
    until_done(log, console, random.Random(pair), 1000)
