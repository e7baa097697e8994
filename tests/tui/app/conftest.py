"""The real application against a fake watch, driven by a pilot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from tests.support.fake_watch import FakeWatch
from tests.tui.app.sites import NOW, watch_at
from tui.app import WatchkeeperApp
from tui.pager import Pager

PATIENCE_S = 20.0


@dataclass
class Desk:
    """An operator at the screen: the watch behind it, the app, the hands."""

    watch: FakeWatch
    app: WatchkeeperApp
    pilot: Pilot[None]

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until ``holds()``."""
        async with asyncio.timeout(PATIENCE_S):
            while not holds():
                await self.pilot.pause(0.01)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        """Put ``text`` into the field in focus."""
        focused = self.app.focused
        assert isinstance(focused, Input)
        focused.insert_text_at_cursor(text)
        await self.pilot.pause()

    @property
    def screen(self) -> str:
        """The name of the screen on top."""
        return type(self.app.screen).__name__

    @property
    def told(self) -> str:
        """What was said in passing, all of it."""
        return "\n".join(note.message for note in self.app._notifications)

    @property
    def words(self) -> str:
        """Everything written on the screen on top, by its fixed texts and its pages."""
        texts = [str(static.content) for static in self.app.screen.query(Static)]
        for pager in self.app.screen.query(Pager):
            texts += ["".join(text for text, _tone in line) for line in pager.lines]
        return "\n".join(texts)


@pytest.fixture
def desk(own_world: Path) -> Callable[..., Any]:
    """Makes a desk: ``async with desk(practice=True, size=(80, 24)) as d``."""

    @asynccontextmanager
    async def make(size: tuple[int, int] = (80, 24), *, toasts: bool = False, **more: Any) -> AsyncIterator[Desk]:
        path = own_world / "watch"
        async with watch_at(path, **more) as watch:
            app = WatchkeeperApp(str(path), who="li", version="1", clock=lambda: NOW)
            async with app.run_test(size=size, notifications=toasts) as pilot:
                made = Desk(watch, app, pilot)
                await made.until(lambda: made.screen == "WatchScreen" and bool(watch.drawn))
                yield made
                # As a person leaves: taken down in the middle of its messages, a screen would draw what is gone.
                app.exit()
                await made.until(lambda: not app.is_running)

    return make
