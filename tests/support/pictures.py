"""Draws every screen, size, language and theme into ``docs/pictures``, the same bytes from the same tree.

`make pictures` runs it. What the screens show is the scene kept beside (`tests.support.scene`), its clock stands
still. The usual theme is drawn as ``NAME-COLUMNSxROWS-LANGUAGE.svg``; the others as a sheet of all screens for each
size and language, ``sheets/THEME-COLUMNSxROWS-LANGUAGE.svg``; ``README.md`` shows them all.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
from textual.pilot import Pilot
from textual.widgets import Input

from duty.connection import HostKey, Link
from duty.phrases import phrase
from duty.quality import Quality
from tests.support.scene import Scene, SceneWatch, kept_scene
from tests.support.shots import CORNER, LOOKS, SHOTS, SIZES, Look, Shot, looks_of, shots_of
from tests.support.svg import Picture, document, sheet, shown, take
from tui import saving
from tui.app import WatchkeeperApp
from tui.doings import use_theme
from tui.keybar import KeyBar
from tui.screens.watch import WatchScreen
from wire.words import LANGUAGES, speak

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
PATIENCE_S = 30.0
STILL_S, STILL = 0.04, 3
"""A screen is done when nothing is being asked and it looked the same so many times, so many seconds apart."""
REKEYED = "risk-1"
NEW_KEY = HostKey("ssh-ed25519", f"SHA256:{'q7Xw' * 10}q7w", "ssh-ed25519 AAAA")
ACROSS = {80: 4, 120: 3, 160: 3, 40: 1}
"""Pictures in one row of a sheet, by their columns."""


class Still(WatchkeeperApp):
    """The application for somebody who looks for long: what is told in passing stays."""

    NOTIFICATION_TIMEOUT = 3600.0


@dataclass
class Sitting:
    """An operator before one terminal, and the watch behind it."""

    watch: SceneWatch
    app: WatchkeeperApp
    pilot: Pilot[None]

    @property
    def scene(self) -> Scene:
        return self.watch.scene

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.pilot.press(key)
            await self.settle()

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not holds():
                await self.pilot.pause(0.01)

    async def settle(self) -> None:
        """Wait until the screen is done."""
        self.app.owe(None)
        before, same = shown(self.app), 0
        async with asyncio.timeout(PATIENCE_S):
            while same < STILL:
                await self.pilot.pause(STILL_S)
                for field in self.app.screen.query(Input):
                    field.cursor_blink = False
                now = shown(self.app)
                asking = bool(self.app.session._waiting) or self.app._owed != frozenset()
                same = same + 1 if now == before and not asking else 0
                before = now

    async def change_key(self) -> None:
        """A host shows another key than before; the cursor goes there."""
        host = self.watch.hosts[REKEYED]
        why = phrase("the key of {host} is another one", host=host.id)
        connection = msgspec.structs.replace(
            host.connection, link=Link.KEY_CHANGED, since=self.scene.at - 40, why=why, offered_key=NEW_KEY
        )
        self.watch.change(msgspec.structs.replace(host, quality=Quality.UNREACHABLE, connection=connection))
        await self.until(lambda: self.app.picture.hosts[REKEYED].connection.offered_key is not None)
        await self.settle()
        view = self.app.panels()
        assert view is not None
        for _row in self.watch.hosts:
            if self.app.host_id() == REKEYED:
                return
            await self.pilot.press("down")
            await self.pilot.pause()
        raise AssertionError(f"no row of {REKEYED}")

    async def take(self, shot: Shot, looks: tuple[Look, ...]) -> list[Picture]:
        """Go there, draw it in each look, come back."""
        use_theme(self.app, looks[0].theme)
        await self.press(*shot.keys)
        if shot.do is not None:
            await shot.do(self)
        taken = []
        for look in looks:
            use_theme(self.app, look.theme)
            await self.settle()
            taken.append(take(self.app, look.colours))
        top = type(self.app.screen).__name__
        assert top == shot.top, f"{shot.name}: {top} is on top"
        self.app.clear_notifications()
        while not isinstance(self.app.screen, WatchScreen):
            await self.app.pop_screen()
        await self.press(*shot.leave)
        return taken


@asynccontextmanager
async def sitting(size: tuple[int, int], language: str, scene: Scene) -> AsyncIterator[Sitting]:
    """Sit down before a terminal of ``size``."""
    speak(language)
    saving.save = lambda _text, name, ending, _where: Path("~", f"{name}.{ending}")  # type: ignore[assignment]
    with tempfile.TemporaryDirectory(prefix="wk-") as folder:
        async with SceneWatch.at(Path(folder, "socket"), scene) as watch:
            app = Still(str(watch.path), who=scene.welcome.who, version="0.1.0", clock=lambda: scene.at)
            async with app.run_test(size=size, notifications=True) as pilot:
                made = Sitting(watch, app, pilot)
                await made.until(lambda: isinstance(app.screen, WatchScreen) and bool(app.screen.query(KeyBar)))
                await made.settle()
                yield made


async def album(size: tuple[int, int], language: str) -> dict[tuple[str, str], Picture]:
    """Every screen of one size and language, by (name, look)."""
    found: dict[tuple[str, str], Picture] = {}
    async with sitting(size, language, kept_scene()) as operator:
        for shot in shots_of(size):
            for look, picture in zip(looks_of(size), await operator.take(shot, looks_of(size)), strict=True):
                found[shot.name, look.name] = picture
    return found


# --- files ----------------------------------------------------------------------------------------------------------


def single(name: str, size: tuple[int, int], language: str) -> str:
    """The file of one screen in the usual theme."""
    return f"{name}-{size[0]}x{size[1]}-{language}.svg"


def sheet_name(look: Look, size: tuple[int, int], language: str) -> str:
    """The file of all screens in another theme."""
    return f"sheets/{look.name}-{size[0]}x{size[1]}-{language}.svg"


def expected() -> set[str]:
    """Every picture there must be."""
    found = set()
    for size in (*SIZES, CORNER):
        for language in LANGUAGES:
            found |= {single(shot.name, size, language) for shot in shots_of(size)}
            found |= {sheet_name(look, size, language) for look in looks_of(size)[1:]}
    return found


def index() -> str:
    """The page that shows them all."""
    lines = ["# Every screen", ""]
    lines += [
        "Drawn by `make pictures` from one recorded minute of the practice fleet; the same tree draws the same bytes.",
        "`make scene` records that minute anew, `make recording` the film. A click shows a picture in full.",
        "",
        "![The practice fleet: a fault, its incident, a note, the host, the graph](recording.svg)",
        "",
        "## Other themes",
        "",
        "One sheet of all screens for each theme, size and language.",
        "",
    ]
    for look in LOOKS[1:]:
        lines += [f"**{look.words[0].upper()}{look.words[1:]}**", ""]
        lines += _table(lambda size, language, look=look: sheet_name(look, size, language), look.words, look.sizes)
    lines += [f"## Every screen, {LOOKS[0].words}", ""]
    for shot in SHOTS:
        lines += [f"### {shot.words}", ""]
        lines += _table(lambda size, language, name=shot.name: single(name, size, language), shot.words, shot.sizes)
    return "\n".join(lines).rstrip() + "\n"


def _table(file: Callable[[tuple[int, int], str], str], words: str, sizes: tuple[tuple[int, int], ...]) -> list[str]:
    lines = [f"| | {' | '.join(LANGUAGES)} |", f"|---|{'---|' * len(LANGUAGES)}"]
    for size in sizes:
        cells = [f"[![{words}, {one}]({file(size, one)})]({file(size, one)})" for one in LANGUAGES]
        lines.append(f"| {size[0]}x{size[1]} | {' | '.join(cells)} |")
    return [*lines, ""]


def draw_all(size: tuple[int, int], language: str, where: Path) -> list[str]:
    """Draw one size and language; the names of the files."""
    taken = asyncio.run(album(size, language))
    names = [shot.name for shot in shots_of(size)]
    files = {single(name, size, language): document(taken[name, LOOKS[0].name]) for name in names}
    for look in looks_of(size)[1:]:
        title = f"Watchkeeper {size[0]}x{size[1]} {language}: {look.words}"
        cards = [(name, taken[name, look.name]) for name in names]
        files[sheet_name(look, size, language)] = sheet(title, cards, ACROSS[size[0]])
    for name, text in files.items():
        (where / name).write_text(text, "utf-8")
    return list(files)


def main() -> int:
    """Draw everything, take away what is drawn no more, write the page."""
    os.environ.update(TZ="UTC", TEXTUAL_ANIMATIONS="none")
    (PICTURES / "sheets").mkdir(parents=True, exist_ok=True)
    jobs = [(size, language) for size in reversed((CORNER, *SIZES)) for language in LANGUAGES]
    with ProcessPoolExecutor(4, multiprocessing.get_context("spawn")) as pool:
        done = [pool.submit(draw_all, size, language, PICTURES) for size, language in jobs]
        drawn = {name for job in done for name in job.result()}
    (PICTURES / "README.md").write_text(index(), "utf-8")
    for old in PICTURES.rglob("*.svg"):
        if old.relative_to(PICTURES).as_posix() not in drawn | {"recording.svg"}:
            old.unlink()
    total = sum(path.stat().st_size for path in PICTURES.rglob("*.svg"))
    print(f"{len(drawn)} files, {total / 1e6:.1f} MB with the recording")
    return 0


if __name__ == "__main__":
    sys.exit(main())
