"""Pages, the palette and toasts: whole from their first frame, in today's colours, and none above a dialog."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.widgets import Input, OptionList
from textual.widgets._toast import Toast

from duty.records import Subject
from tests.support.svg import shown, take
from tui import doings
from tui.screens.detail import DetailScreen
from tui.screens.graph import GraphScreen

MakeDesk = Callable[..., Any]


@pytest.mark.parametrize("page", ["incident", "host", "graph", "overview"])
async def test_the_first_frame_of_a_page_is_not_an_empty_one(
    desk: MakeDesk, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk() as d:
        frames: list[list[str]] = []
        display = type(d.app)._display

        def seen(app: Any, screen: Any, renderable: Any) -> None:
            if isinstance(screen, DetailScreen) and renderable is not None:
                frames.append(["".join(segment.text for segment in row) for row in shown(app)])
            display(app, screen, renderable)

        monkeypatch.setattr(type(d.app), "_display", seen)
        open_it = {
            "incident": lambda: doings.show_incident(d.app, 1), "host": lambda: doings.show_host(d.app, "qgw1"),
            "graph": lambda: d.app.push_screen(GraphScreen(Subject("qgw1", "host", "qgw1"))),
            "overview": lambda: doings.overview(d.app),
        }  # fmt: skip
        open_it[page]()
        await d.until(lambda: bool(frames))
        words = {"incident": "process orderd is missing", "host": "qgw1 label", "graph": "qgw1", "overview": "trading"}
        page_rows = frames[0][2:-1]
        assert any(words[page] in row for row in page_rows), frames[0]
        assert "help" in frames[0][-1]


async def at_rest(d: Any) -> Any:
    """What is drawn once two looks see the same, without a cursor that blinks."""
    for field in d.app.screen.query(Input):
        field.cursor_blink = False
    seen = [take(d.app)]

    def same() -> bool:
        seen.append(take(d.app))
        return bool(seen[-1].rows == seen[-2].rows)

    await d.pilot.pause()
    await d.until(same)
    return seen[-1]


async def test_the_palette_takes_a_theme_that_is_chosen_while_it_is_open(desk: MakeDesk) -> None:
    async with desk() as d:
        await d.press("ctrl+p")
        await d.until(lambda: bool(d.app.screen.query_one(OptionList).option_count))
        dark = take(d.app)
        doings.use_theme(d.app, "watch-light")
        await d.until(lambda: take(d.app).ground != dark.ground)
        changed = await at_rest(d)
        await d.press("escape", "ctrl+p")
        await d.until(lambda: bool(d.app.screen.query_one(OptionList).option_count))
        assert changed.rows[3:] == (await at_rest(d)).rows[3:]


@pytest.mark.parametrize("key", ["o", "question_mark", "f"])
async def test_what_is_told_hides_no_dialog_and_is_said_when_it_is_closed(desk: MakeDesk, key: str) -> None:
    async with desk(practice=True, toasts=True) as d:
        d.app.tell("before")
        await d.until(lambda: bool(d.app.screen.query(Toast)))
        await d.press(key)
        await d.until(lambda: d.screen != "WatchScreen")
        d.app.tell("meanwhile", warn=True)
        await d.pilot.pause()
        assert not any(toast.region for toast in d.app.screen.query(Toast)) and d.told == "before"
        await d.press("escape")
        await d.until(lambda: d.told == "before\nmeanwhile")
        await d.until(lambda: sum(bool(toast.region) for toast in d.app.screen.query(Toast)) == 2)
