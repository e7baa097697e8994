"""The last hour on a host's page: asked for over the wire, read again calmly, in place from the beginning."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec import structs

from duty.graph import Graph, GraphPoint
from duty.limits import Level
from duty.phrases import phrase
from duty.quality import State
from duty.series import unit_of
from tests.tui.app.sites import WELL
from tui import doings
from tui.pager import Pager
from tui.screens.host import REFRESH_S, HostScreen
from wire.messages import ReadHistory

MakeDesk = Callable[..., Any]
SIZES = ((80, 24), (160, 48))


def past(command: ReadHistory) -> Graph:
    step = (command.until - command.since) / command.points
    points = tuple(GraphPoint(command.since + at * step, 30.0, 40.0, 85.0) for at in range(command.points))
    unit, limits = unit_of(command.series), (Level(60, State.WARN), Level(80, State.ACT))
    return Graph(command.host, command.series, unit, command.since, command.until, step, 0.0, points, limits)


async def opened(d: Any, host: str = "qgw1") -> HostScreen:
    doings.show_host(d.app, host)
    await d.until(lambda: d.screen == "HostScreen" and "Connection" in d.words)
    screen = d.app.screen
    assert isinstance(screen, HostScreen)
    return screen


def text(line: Any) -> str:
    return "".join(piece for piece, _tone in line)


def place(d: Any, words: str) -> int:
    """The line of the page that begins with ``words``."""
    lines = d.app.screen.query_one(Pager).lines
    return next(at for at, line in enumerate(lines) if text(line).startswith(words))


def graphs_are_drawn(d: Any) -> bool:
    """By the top of one in a line, or the axis of one side by side."""
    return "↑" in d.words or "┤" in d.words


@pytest.mark.parametrize("size", SIZES)
async def test_the_main_numbers_are_asked_for_and_drawn_in_their_place(desk: MakeDesk, size: tuple[int, int]) -> None:
    async with desk(size=size) as d:
        screen = await opened(d)
        await d.until(lambda: "nothing was read" in d.words)
        before = place(d, "Connection")
        d.watch.past = past
        screen._read()
        await d.until(lambda: graphs_are_drawn(d))
        asked = [str(one.series) for one in d.watch.asked[-5:]]
        assert asked == [
            "host::cpu",
            "host::memory",
            "line:exchange A:in",
            "line:exchange A:out",
            "disk:/:used_percent",
        ]
        assert {(one.host, one.until - one.since) for one in d.watch.asked} == {("qgw1", 3600.0)}
        assert place(d, "Connection") == before, "nothing moves when the answers come"
        lines = screen.query_one(Pager).lines[place(d, "The last hour") : before]
        assert {"warn", "act"} <= {tone for line in lines for _text, tone in line}, "the limits are drawn"


async def test_they_are_read_again_calmly_and_not_in_a_pause(desk: MakeDesk) -> None:
    async with desk() as d:
        d.watch.past = past
        screen = await opened(d)
        await d.until(lambda: len(screen.graphs) == 5)
        line = place(d, " CPU")
        d.watch.change(structs.replace(WELL, cpu_percent=66.0))
        await d.until(lambda: "66 %" in text(screen.query_one(Pager).lines[line]))
        screen._read_when_due()
        await d.pilot.pause()
        assert len(d.watch.asked) == 5, "a new board moves the value beside the graph and asks nothing"
        drawn = screen._drawn
        screen.page(screen.query_one(Pager).size.width)
        assert screen._drawn is drawn, "nor is anything drawn anew"
        await d.press("p")
        await d.until(lambda: d.app.pause is not None)
        screen._asked_at -= REFRESH_S
        screen._read_when_due()
        await d.pilot.pause()
        assert len(d.watch.asked) == 5
        await d.press("p")
        await d.until(lambda: len(d.watch.asked) == 10)


async def test_what_was_drawn_stays_with_the_reason_why_there_is_nothing_newer(desk: MakeDesk) -> None:
    async with desk() as d:
        d.watch.past = past
        screen = await opened(d)
        await d.until(lambda: graphs_are_drawn(d))
        d.watch.refuse[ReadHistory] = phrase("the file is damaged")
        screen._read()
        await d.until(lambda: "cannot be read: the file is damaged" in d.words and graphs_are_drawn(d))
        d.watch.refuse.clear()
        screen._read()
        await d.until(lambda: "damaged" not in d.words)


async def test_a_wider_terminal_asks_for_more_points_and_a_new_line_for_its_own(desk: MakeDesk) -> None:
    async with desk(size=(80, 24)) as d:
        d.watch.past = past
        screen = await opened(d)
        await d.until(lambda: len(screen.graphs) == 5)
        points = d.watch.asked[-1].points
        await d.pilot.resize_terminal(160, 48)
        await d.until(lambda: d.watch.asked[-1].points > points)
        d.watch.change(structs.replace(WELL, lines=(*WELL.lines, structs.replace(WELL.lines[0], key="B"))))
        await d.until(lambda: any(one.key == "B" for one in screen.graphs))


async def test_a_small_corner_asks_for_nothing(desk: MakeDesk) -> None:
    async with desk(size=(40, 12)) as d:
        await opened(d)
        await d.pilot.pause()
        assert not d.watch.asked and "The last hour" not in d.words
