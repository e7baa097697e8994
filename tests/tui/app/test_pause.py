"""A paused screen stands still and says so, the watch goes on; one panel alone; the orders of rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from duty.phrases import phrase
from duty.quality import State
from duty.records import IncidentState, Move, Subject
from tests.tui.app.sites import LAME, NOW, SITE, WELL, host
from tests.tui.app.test_filter import panel
from tui.pause import Pause
from tui.picture import Picture
from tui.widgets.header import Header
from wire.messages import BoardUpdate, TakeIncident

MakeDesk = Callable[..., Any]
SIZES = ((80, 24), (160, 48))


def header(d: Any) -> str:
    """The header's words; where there is little room they are fewer."""
    lines = d.app.screen.query_one(Header)._shown
    return "\n".join("".join(text for text, _tone in line) for line in lines).replace(" changes behind", " behind")


def drawn(d: Any) -> list[str]:
    return [
        str(strip.text) for one in d.app.panels().panels if one.display for strip in one.render_lines(one.size.region)
    ]


@pytest.mark.parametrize("size", SIZES)
async def test_the_screen_stands_still_while_the_watch_goes_on(desk: MakeDesk, size: tuple[int, int]) -> None:
    async with desk(size=size) as d:
        await d.press("space")
        await d.until(lambda: "PAUSED since" in header(d))
        assert "0 behind" in header(d)
        before, boards = drawn(d), len(d.watch.drawn)
        d.watch.change(structs.replace(WELL, state=State.WARN, why=(phrase("slow"),), cpu_percent=99.0))
        await d.until(lambda: "1 behind" in header(d))
        d.watch.change(structs.replace(WELL, state=State.WARN, why=(phrase("slow"),), cpu_percent=98.0))
        await d.until(lambda: d.app.picture.hosts["qgw1"].cpu_percent == 98.0)
        d.watch.write("x", "zhang")
        await d.until(lambda: "2 behind" in header(d))
        assert drawn(d) == before
        await d.until(lambda: len(d.watch.drawn) > boards)
        await d.press("tab", "shift+tab")
        d.app.owe(None)
        await d.pilot.pause()
        assert drawn(d) == before
        await d.press("space")
        await d.until(lambda: "PAUSED" not in header(d) and any("slow" in row for row in drawn(d)))


async def test_a_new_incident_is_announced_in_the_bar(desk: MakeDesk) -> None:
    async with desk() as d:
        await d.press("space")
        d.watch.move(7, Move.OPENED, "watch", "line [b]down[/b]", level=1, subject=Subject("qgw1", "host", "qgw1"))
        await d.until(lambda: "NEW INCIDENT 7: line [b]down[/b]" in header(d))
        d.watch.move(7, Move.MERGED, "zhang", "the same", other=1)
        await d.until(lambda: "NEW INCIDENT" not in header(d))


async def test_actions_work_on_what_is_live(desk: MakeDesk) -> None:
    async with desk() as d:
        await d.press("7", "p")
        await d.until(lambda: "PAUSED" in header(d))
        await d.press("t")
        await d.until(lambda: d.watch.incidents[1].state is IncidentState.ACCEPTED)
        assert [type(command) for command in d.watch.commands] == [TakeIncident]
        assert "Incident 1 is yours" in d.told
        await d.press("t")
        await d.until(lambda: "you have incident 1 already" in d.told)


async def test_that_there_is_no_watch_is_said_in_a_pause_too(desk: MakeDesk) -> None:
    async with desk() as d:
        await d.press("space")
        await d.watch.stop()
        await d.until(lambda: "NO WATCH since" in header(d))
        assert "PAUSED since" in header(d)


@given(st.lists(st.tuples(st.sampled_from(["a", "b"]), st.sampled_from(list(State)), st.floats(0, 100)), max_size=30))
def test_only_what_somebody_would_be_told_counts_as_a_change(boards: list[tuple[str, State, float]]) -> None:
    live = Picture("li", lambda: NOW)
    live.board(BoardUpdate(0, NOW, True, SITE, (host("a"), host("b"))))
    pause = Pause(live)
    states, changes = {"a": State.OK, "b": State.OK}, 0
    for seq, (name, state, cpu) in enumerate(boards, 1):
        changes += states[name] is not state
        states[name] = state
        update = BoardUpdate(seq, NOW, False, SITE, (host(name, state=state, cpu_percent=cpu),))
        pause.hosts_came(update.hosts)
        live.board(update)
    assert pause.changes == changes
    assert [one.state for one in pause.seen.hosts.values()] == [State.OK, State.OK] and pause.seen.now == pause.since


async def test_one_panel_alone_and_all_again(desk: MakeDesk) -> None:
    async with desk(size=(160, 48)) as d:
        await d.press("5")
        key = panel(d, "disk").key
        before = panel(d, "disk").size.height
        await d.press("m")
        await d.until(lambda: panel(d, "disk").size.height > before)
        assert [one.panel for one in d.app.panels().panels if one.display and one.size.height] == ["disk"]
        assert panel(d, "disk").key == key and panel(d, "disk").has_focus
        await d.press("z")
        await d.until(lambda: panel(d, "disk").size.height == before)
        await d.press("m", "escape")
        await d.until(lambda: panel(d, "disk").size.height == before)


async def test_where_one_panel_is_all_there_is_it_is_said(desk: MakeDesk) -> None:
    async with desk() as d:
        await d.press("m")
        await d.until(lambda: "has the whole screen already" in d.told)


async def test_orders_are_said_and_the_cursor_stays_on_its_row(desk: MakeDesk) -> None:
    async with desk() as d:
        d.watch.change(structs.replace(LAME, cpu_percent=3.0))
        await d.until(lambda: d.app.picture.hosts["ogw1"].cpu_percent == 3.0)
        fleet = panel(d, "host")
        assert fleet.keys[0] == "ogw1" and fleet.heading() == "1 Fleet"
        await d.press("down", "home", "s")
        await d.until(lambda: fleet.keys == ["local", "ogw1", "qgw1", "risk1"])
        assert "by name" in fleet.words and fleet.key == "ogw1"
        await d.press("s")
        await d.until(lambda: fleet.keys[:2] == ["qgw1", "ogw1"])
        assert "most used first" in fleet.words and fleet.key == "ogw1"
        await d.press("s")
        await d.until(lambda: fleet.words == "1 Fleet")
        await d.press("8", "s")
        await d.until(lambda: "one order only" in d.told)


async def test_every_panel_takes_every_order(desk: MakeDesk) -> None:
    async with desk(size=(160, 48)) as d:
        for number, one in enumerate(d.app.panels().panels, 1):
            await d.press(str(number))
            before = sorted(one.keys)
            for _order in one.sorts:
                d.app.panels().next_sort()
                await d.pilot.pause()
                assert sorted(one.keys) == before
            assert one.sort == one.sorts[0]
