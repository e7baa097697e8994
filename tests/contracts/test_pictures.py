"""Every screen has its pictures, the page shows them all, and they can be drawn again to the byte."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

from textual.screen import Screen

import tui.screens
from tests.support.film import Frame, film
from tests.support.pictures import PICTURES, expected, index, sheet_name, sitting
from tests.support.scene import kept_scene
from tests.support.shots import LOOKS, SHOTS, shots_of
from tests.support.svg import Picture, Run, document
from tui.screens.detail import DetailScreen
from tui.screens.opening import OpeningScreen
from tui.screens.watch import WatchScreen
from tui.themes import THEMES
from wire.words import LANGUAGES

AGAIN = "run make pictures"
MOST = 10_000_000
"""Bytes of all pictures: who clones the tree takes them along."""
NO_PICTURE = (DetailScreen, OpeningScreen)
"""What others are made of; what is gone before the first board is there."""


def test_every_screen_panel_and_theme_is_among_the_pictures() -> None:
    for found in pkgutil.iter_modules(tui.screens.__path__):
        importlib.import_module(f"tui.screens.{found.name}")
    ours, waiting = set(), [Screen]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            waiting.append(kind)
            if kind.__module__.startswith("tui."):
                ours.add(kind)
    assert {kind.__name__ for kind in ours - set(NO_PICTURE)} <= {shot.top for shot in SHOTS}
    tabs = {shot.keys[0] for shot in SHOTS if shot.name.startswith("watch-")}
    assert tabs == {str(number) for number, _panel in enumerate(WatchScreen().panels, 1)}
    assert {look.theme for look in LOOKS} == {theme.name for theme in THEMES}
    assert len({shot.name for shot in SHOTS}) == len(SHOTS)


def test_every_picture_is_there_and_no_other() -> None:
    there = {path.relative_to(PICTURES).as_posix() for path in PICTURES.rglob("*.svg")}
    assert there == expected() | {"recording.svg"}, AGAIN
    assert sum((PICTURES / name).stat().st_size for name in there) < MOST


def test_every_sheet_holds_every_screen() -> None:
    for look in LOOKS[1:]:
        for size in look.sizes:
            for language in LANGUAGES:
                text = (PICTURES / sheet_name(look, size, language)).read_text("utf-8")
                names = re.findall(r'<text [^>]*fill="#fff">([^<]*)</text>', text)
                assert names == [shot.name for shot in shots_of(size)], AGAIN


def test_the_page_of_the_pictures_shows_all_of_them() -> None:
    page = (PICTURES / "README.md").read_text("utf-8")
    assert page == index(), AGAIN
    assert set(re.findall(r"\]\(([^)]*\.svg)\)", page)) == expected() | {"recording.svg"}


async def test_the_same_scene_is_drawn_to_the_byte(own_world: Path) -> None:
    shot = next(shot for shot in SHOTS if shot.name == "graph")
    drawn = []
    for _again in range(2):
        async with sitting((80, 24), "en", kept_scene()) as operator:
            drawn.append([document(picture) for picture in await operator.take(shot, LOOKS[:2])])
    assert drawn[0] == drawn[1]
    assert drawn[0][0] != drawn[0][1]


def test_a_film_holds_each_row_once_and_each_frame_at_its_time() -> None:
    def frame(at: float, *words: str) -> Frame:
        rows = tuple((Run(0, word, len(word), "#ffffff", "#000000", ""),) for word in words)
        return Frame(at, Picture(4, rows, "#000000"))

    made = film([frame(0.0, "same", "one"), frame(2.5, "same", "two")], 10.0, 1)
    assert made.count(">same<") == 1
    assert made.count('<use href="#r0"') == 2
    assert f"25.00%{{transform:translateX(-{frame(0, 'x').picture.width}px)}}" in made
    assert "infinite" in made
    assert "<script" not in made
