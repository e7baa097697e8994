"""What every test stands on: a world of its own, and pictures whose cells are where the terminal has them."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

from textual.app import App, ComposeResult
from textual.widgets import Static

from tests.support.svg import CELL_W, draw


def test_a_test_sees_nothing_of_the_developers_machine(own_world: Path) -> None:
    assert Path.home() == own_world / "home"
    assert list(Path.home().iterdir()) == []
    assert "SSH_AUTH_SOCK" not in os.environ
    assert time.localtime(0).tm_hour == 0
    assert len(os.environ["XDG_RUNTIME_DIR"]) < 60


class TwoRows(App[None]):
    def compose(self) -> ComposeResult:
        yield Static("ab 行情网关 cd\n<b> & ", markup=False)


async def test_a_picture_puts_each_wide_character_in_its_own_cells() -> None:
    async with TwoRows().run_test(size=(40, 6)) as pilot:
        await pilot.pause()
        picture = draw(pilot.app)
    wide = re.search(r'<text class="[^"]+" x="([^"]+)">行情网关</text>', picture)
    assert wide is not None
    assert [int(place) for place in wide[1].split()] == [cell * CELL_W for cell in (3, 5, 7, 9)]
    assert re.search(rf'<text [^>]*x="{12 * CELL_W}"[^>]*>cd</text>', picture)
    assert "&lt;b&gt; &amp;" in picture
    assert "url(" not in picture
