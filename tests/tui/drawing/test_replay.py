"""The frame diff against a full repaint, cell by cell, after every thing that is done to a real application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest
from msgspec import structs
from textual import events

from duty.board import HostView
from duty.phrases import phrase
from duty.quality import Quality, State
from duty.records import Subject
from tests.support.fake_watch import FakeWatch
from tests.support.replay import Recorder, recorder, same_as_repainted, settle
from tests.tui.app.sites import LAME, NOW, WELL, watch_at
from tests.tui.drawing.synthetic import WORDS, Synthetic
from tui.app import WatchkeeperApp
from tui.screens.watch import WatchScreen

SIZES = ((80, 24), (160, 48), (121, 35), (57, 17), (200, 60))
KEYS = (
    "down", "down", "up", "pagedown", "home", "end", "tab", "1", "2", "3", "4", "5", "6", "n", "question_mark",
    "escape", "escape", "escape", "enter", "ctrl+p", "o", "T", "L", "y", "ctrl+t", "backspace", "ctrl+l", "中", "é",
)  # fmt: skip


@asynccontextmanager
async def screen_of(watch: FakeWatch, size: tuple[int, int]) -> AsyncIterator[Any]:
    app = WatchkeeperApp(str(watch.path), who="li", version="1", clock=lambda: NOW, driver_class=Recorder)
    async with app.run_test(headless=False, size=size) as pilot:
        while not isinstance(app.screen, WatchScreen) or not watch.drawn:
            await pilot.pause(0.01)
        await settle(pilot)
        yield pilot


def some_host(chance: Random) -> HostView:
    number = chance.randrange(60)
    word = chance.choice(WORDS)
    return structs.replace(
        chance.choice((WELL, LAME)),
        id=f"{word}{number}",
        label=chance.choice(WORDS) * 3,
        state=chance.choice(list(State)),
        quality=chance.choice(list(Quality)),
        cpu_percent=chance.uniform(0, 100),
        cpu_trend=tuple(chance.randrange(-1, 101) for _value in range(20)),
        why=(phrase("{x}", x=word * chance.randrange(8)),) * chance.randrange(2),
    )


async def do_something(pilot: Any, watch: FakeWatch, chance: Random) -> str:
    what = chance.choice(("hosts", "hosts", "log", "key", "key", "key", "key", "size", "focus", "language", "wheel"))
    match what:
        case "hosts":
            watch.change(*(some_host(chance) for _host in range(chance.randrange(1, 12))))
            await pilot.pause(0.02)
        case "log":
            watch.write("".join(chance.choices(WORDS, k=5)), chance.choice(WORDS), Subject(chance.choice(WORDS)))
            await pilot.pause(0.02)
        case "size":
            recorder(pilot.app).resize(*chance.choice(SIZES))
        case "focus":
            pilot.app.post_message(events.AppBlur())
            pilot.app.post_message(events.AppFocus())
        case "wheel":
            where = (chance.randrange(50), chance.randrange(16))
            await pilot._post_mouse_events([events.MouseScrollDown], offset=where)
        case _:
            what = chance.choice(KEYS)
            await pilot.press(what)
    return what


async def drive(own_world: Path, seed: int, steps: int) -> None:
    chance = Random(seed)
    done: list[str] = []
    async with watch_at(own_world / f"w{seed}") as watch, screen_of(watch, chance.choice(SIZES)) as pilot:
        await same_as_repainted(pilot, "the start")
        for _step in range(steps):
            done.append(await do_something(pilot, watch, chance))
            await same_as_repainted(pilot, done[-6:])


async def drive_synthetic(seed: int, steps: int) -> tuple[int, int]:
    app = Synthetic(seed)
    done: list[str] = []
    async with app.run_test(headless=False, size=(80, 24)) as pilot:
        await same_as_repainted(pilot, "the start")
        for _step in range(steps):
            done.append(app.act())
            await same_as_repainted(pilot, done[-6:])
    return len(done), seed


@pytest.mark.parametrize("seed", range(3))
async def test_the_screen_shows_what_a_full_repaint_would(own_world: Path, seed: int) -> None:
    await drive(own_world, seed, 40)


@pytest.mark.parametrize("seed", range(2))
async def test_any_widgets_are_shown_as_a_full_repaint_would(seed: int) -> None:
    await drive_synthetic(seed, 40)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 108))
async def test_the_screen_shows_what_a_full_repaint_would_for_long(own_world: Path, seed: int) -> None:
    await drive(own_world, seed, 200)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 108))
async def test_any_widgets_are_shown_as_a_full_repaint_would_for_long(seed: int) -> None:
    await drive_synthetic(seed, 200)
