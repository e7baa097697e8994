"""The screen as a file: whole, readable, private, and never in the place of another file."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from rich.console import Console

from tui import saving

MakeDesk = Callable[..., Any]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


async def test_a_picture_is_an_svg_that_says_what_the_screen_says(desk: MakeDesk, here: Path) -> None:
    async with desk() as d:
        await d.press("S")
        await d.until(lambda: "Saved:" in d.told)
        (path,) = here.glob("*.svg")
        assert str(path) in d.told
        words = "".join(ElementTree.parse(path).getroot().itertext()).replace("\xa0", " ")
        assert "process orderd is missing" in words and "Gold Test" in words


async def test_text_is_what_is_seen_line_by_line(desk: MakeDesk, here: Path) -> None:
    async with desk(size=(160, 48)) as d:
        await d.press("ctrl+s")
        await d.until(lambda: "Saved:" in d.told)
        lines = next(here.glob("*.txt")).read_text("utf-8").splitlines()
        assert len(lines) == 48
        row = next(line for line in lines if "ogw1" in line and "process orderd is missing" in line)
        assert "■A" in row and not any(line.endswith(" ") for line in lines)


async def test_that_it_cannot_be_saved_is_said(desk: MakeDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saving, "folder", lambda: Path("/proc/nowhere"))
    async with desk() as d:
        await d.press("S")
        await d.until(lambda: "The screen was not saved: No such file or directory" in d.told)


def test_nothing_is_overwritten_and_only_the_user_may_read_it(tmp_path: Path) -> None:
    paths = [saving.save(str(number), "a/../b\x00", "txt", tmp_path) for number in range(3)]
    assert [path.name for path in paths] == ["a-..-b.txt", "a-..-b-2.txt", "a-..-b-3.txt"]
    assert [path.read_text() for path in paths] == ["0", "1", "2"]
    assert {stat.S_IMODE(os.stat(path).st_mode) for path in paths} == {0o600}
    (tmp_path / "link.txt").symlink_to(tmp_path / "elsewhere")
    assert saving.save("x", "link", "txt", tmp_path).name == "link-2.txt" and not (tmp_path / "elsewhere").exists()


def test_a_folder_that_is_gone_is_replaced_by_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert saving.folder() == Path.home()
    monkeypatch.chdir(tmp_path)
    assert saving.folder() == tmp_path


async def test_saving_draws_in_the_colours_of_the_terminal(
    desk: MakeDesk, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rich keeps how a style was written first: true colour here would be true colour on the terminal afterwards."""
    made: list[Any] = []

    class Seen(Console):
        def __init__(self, **more: Any) -> None:
            super().__init__(**more)
            made.append(self._color_system)

    monkeypatch.setattr(saving, "Console", Seen)
    async with desk() as d:
        await d.press("S")
        await d.until(lambda: "Saved:" in d.told)
        assert made == [d.app.console._color_system]
