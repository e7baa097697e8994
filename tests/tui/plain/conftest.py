"""A person at the plain mode, before a watch that says exactly what a test wants."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from tests.support.fake_watch import FakeWatch
from tests.tui.app.sites import NOW, watch_at
from tui.plain.speaker import Speaker


class Heard:
    """A speaker whose lines are kept."""

    def __init__(self, speaker: Speaker, lines: list[str], typed: asyncio.Queue[str | None]) -> None:
        self.speaker, self.lines, self.typed = speaker, lines, typed
        self.task = asyncio.create_task(speaker.run(typed))

    async def says(self, words: str) -> str:
        """Wait for a line with these words; all up to it are forgotten."""
        async with asyncio.timeout(20):
            while not any(words in line for line in self.lines):  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        at = next(n for n, line in enumerate(self.lines) if words in line)
        said = self.lines[at]
        del self.lines[: at + 1]
        return said

    async def asked(self, line: str) -> list[str]:
        """What is answered to a line, with what else is said until then."""
        self.lines.clear()
        self.typed.put_nowait(line)
        self.typed.put_nowait("no-such-word")
        async with asyncio.timeout(20):
            while not any("no-such-word" in said for said in self.lines):  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        return [said for said in self.lines if "no-such-word" not in said]


@contextlib.asynccontextmanager
async def hears(watch: FakeWatch) -> AsyncIterator[Heard]:
    lines: list[str] = []
    typed: asyncio.Queue[str | None] = asyncio.Queue()
    speaker = Speaker(str(watch.path), who="li", version="1", out=lines.append, clock=lambda: NOW)
    heard = Heard(speaker, lines, typed)
    try:
        yield heard
    finally:
        heard.task.cancel()
        await asyncio.gather(heard.task, return_exceptions=True)


@pytest.fixture
def watch(own_world: Path) -> FakeWatch:
    watch = watch_at(own_world / "w", practice=True)
    watch.site = msgspec.structs.replace(watch.site, loaded_at=NOW - 3600)
    return watch


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fake watch has only just begun, and one of its hosts is never read: it is not waited for."""
    monkeypatch.setattr("tui.plain.speaker.SETTLE_S", 0.0)
