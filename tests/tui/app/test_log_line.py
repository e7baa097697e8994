"""The input line of the duty log: about what the cursor was on, never lost, and out of the way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from msgspec import structs
from rich.cells import cell_len
from textual import events

from duty.log_templates import LogTemplate
from duty.phrases import own, phrase
from duty.quality import State
from duty.records import Subject
from tests.tui.app.sites import HERE, LAME, WELL
from tui.panels.log_line import LogLine
from tui.screens.form import TEXT_LIMIT
from wire.messages import WriteLog
from wire.words import LANGUAGES, _, speak

MakeDesk = Callable[..., Any]
SIZES = ((80, 24), (160, 48))


def line(d: Any) -> LogLine:
    found = d.app.screen.query_one(LogLine)
    assert isinstance(found, LogLine)
    return found


async def begin(d: Any) -> LogLine:
    await d.press("n")
    await d.until(lambda: line(d).writing)
    return line(d)


async def put_cursor_on(d: Any, key: str) -> None:
    panel = d.app.screen.focused_panel
    await d.press("home")
    for _row in panel.keys:
        if panel.key == key:
            return
        await d.press("down")
    raise AssertionError(f"no row {key}")


async def test_the_empty_line_speaks_the_language_of_the_screen(desk: MakeDesk) -> None:
    async with desk(size=SIZES[1]) as d:
        await d.until(lambda: line(d).field.placeholder.startswith("Write in the duty log"))
        await d.press("L")
        await d.until(lambda: "值班日志" in line(d).field.placeholder)


@pytest.mark.parametrize("size", SIZES)
async def test_a_line_is_about_what_the_cursor_is_on(desk: MakeDesk, size: tuple[int, int]) -> None:
    async with desk(size=size) as d:
        await put_cursor_on(d, "qgw1")
        panel = d.app.focused
        await begin(d)
        assert "about qgw1" in d.words
        await d.type("restarted [bold]by hand[/]")
        await d.press("enter")
        await d.until(lambda: bool(d.watch.commands) and not line(d).writing)
        assert d.watch.commands == [WriteLog(1, "restarted [bold]by hand[/]", Subject("qgw1", "host", "qgw1"))]
        assert d.app.focused is panel and panel.key == "qgw1" and line(d).draft == ""


@pytest.mark.parametrize("size", SIZES)
async def test_what_the_line_is_about_stays_when_rows_move(desk: MakeDesk, size: tuple[int, int]) -> None:
    async with desk(size=size) as d:
        await put_cursor_on(d, "local")
        await begin(d)
        await d.type("a")
        d.watch.change(structs.replace(HERE, state=State.ACT), structs.replace(LAME, state=State.OK))
        await d.until(lambda: d.app.picture.hosts["local"].state is State.ACT)
        await d.pilot.pause(0.1)
        await d.press("enter")
        await d.until(lambda: bool(d.watch.commands))
        assert d.watch.commands[0].subject.host == "local"
        await d.until(lambda: not line(d).writing)
        assert d.app.screen.focused_panel.key == "local"


@pytest.mark.parametrize("tab", ["1", "3", "6"])
async def test_no_row_moves_for_the_line(desk: MakeDesk, tab: str) -> None:
    async with desk() as d:
        await d.press(tab)
        panel = d.app.screen.focused_panel
        before = panel.region
        await begin(d)
        await d.pilot.pause()
        assert panel.region == before and panel.display
        assert line(d).region.y in (22, 23) and line(d).region.height == 1
        await d.press("escape")
        await d.until(lambda: d.app.focused is panel)
        assert panel.region == before


async def test_escape_keeps_the_draft_and_what_it_is_about(desk: MakeDesk) -> None:
    async with desk() as d:
        await put_cursor_on(d, "qgw1")
        await begin(d)
        await d.type("half a sen")
        await d.press("escape")
        await d.until(lambda: not line(d).writing)
        assert "n goes on with it" in d.told
        await put_cursor_on(d, "ogw1")
        await begin(d)
        assert line(d).draft == "half a sen" and "about qgw1" in d.words
        await d.type("tence")
        await d.press("enter")
        await d.until(lambda: bool(d.watch.commands))
        assert d.watch.commands == [WriteLog(1, "half a sentence", Subject("qgw1", "host", "qgw1"))]


async def test_what_it_is_about_can_be_changed_and_cleared(desk: MakeDesk) -> None:
    async with desk() as d:
        await put_cursor_on(d, "qgw1")
        await begin(d)
        await d.type("x")
        await d.press("escape")
        await put_cursor_on(d, "ogw1")
        await begin(d)
        seen = [line(d).about.host]
        for _press in range(3):
            await d.press("ctrl+t")
            seen.append(line(d).about.host)
        assert seen == ["qgw1", "ogw1", "", "qgw1"]
        await d.press("ctrl+t", "ctrl+t")
        assert "nothing in particular" in d.words
        await d.press("enter")
        await d.until(lambda: bool(d.watch.commands))
        assert d.watch.commands[0].subject == Subject()


@pytest.mark.parametrize("size", SIZES)
async def test_a_refused_line_stays_with_the_reason(desk: MakeDesk, size: tuple[int, int]) -> None:
    async with desk(size=size) as d:
        d.watch.refuse[WriteLog] = phrase("the disk of {host} is full", host="[the/console")
        await begin(d)
        await d.type("what I saw")
        await d.press("enter")
        await d.until(lambda: "the disk of [the/console is full" in d.words)
        assert line(d).writing and line(d).draft == "what I saw" and line(d).region.height > 1
        d.watch.refuse.clear()
        await d.press("enter")
        await d.until(lambda: not line(d).writing and line(d).draft == "")
        assert [command.text for command in d.watch.commands] == ["what I saw"] * 2
        assert not line(d).has_class("-refused")


async def test_a_refusal_is_said_to_who_went_on(desk: MakeDesk) -> None:
    async with desk() as d:
        await begin(d)
        await d.type("what I saw")
        await d.watch.stop()
        await d.until(lambda: not d.app.picture.connected)
        await d.press("enter", "escape")
        await d.until(lambda: "Not written" in d.words + d.told)
        assert line(d).draft == "what I saw"


async def test_nothing_is_sent_twice_and_what_is_typed_meanwhile_is_the_next_line(desk: MakeDesk) -> None:
    async with desk() as d:
        answer, waiting = d.watch._answer, []
        d.watch._answer = lambda guest, command: waiting.append((guest, command)) or answer(guest, command)
        said = d.app.session.ask
        gate = asyncio.Event()

        async def slow(make: Any) -> Any:
            reply = await said(make)
            await gate.wait()
            return reply

        d.app.session.ask = slow
        await begin(d)
        await d.type("first")
        await d.press("enter", "enter")
        await d.type(" and more")
        gate.set()
        await d.until(lambda: not line(d)._sending)
        assert [command.text for _guest, command in waiting] == ["first"]
        assert line(d).draft == " and more" and line(d).writing


async def test_an_empty_line_is_not_written(desk: MakeDesk) -> None:
    async with desk() as d:
        panel = d.app.focused
        await begin(d)
        await d.type("   ")
        await d.press("enter")
        await d.until(lambda: d.app.focused is panel)
        assert not d.watch.commands and line(d).draft == ""


async def test_several_pasted_lines_become_one(desk: MakeDesk) -> None:
    async with desk() as d:
        field = (await begin(d)).field
        field.post_message(events.Paste("one\r\n  two\x1b[2J\n\n三\n" + "x" * 1000))
        await d.until(lambda: bool(line(d).draft))
        await d.press("enter")
        await d.until(lambda: bool(d.watch.commands))
        text = d.watch.commands[0].text
        assert text.startswith("one two") and "三" in text and text.isprintable() and len(text) <= TEXT_LIMIT


async def test_the_line_says_what_the_cursor_is_on_before_it_is_begun(desk: MakeDesk) -> None:
    async with desk(size=(160, 48)) as d:
        for key in ("qgw1", "ogw1"):
            await put_cursor_on(d, key)
            await d.until(lambda key=key: f"about {key}" in line(d).field.placeholder)
        d.watch.change(structs.replace(WELL, id="[/evil]" * 30))
        await d.until(lambda: "[/evil]" * 30 in d.app.picture.hosts)
        await put_cursor_on(d, "[/evil]" * 30)
        await d.until(lambda: "about [/evil]" in line(d).field.placeholder)
        assert len(line(d).field.placeholder) < 160


async def test_a_click_begins_a_line_too(desk: MakeDesk) -> None:
    async with desk(size=(160, 48)) as d:
        await put_cursor_on(d, "qgw1")
        await d.pilot.click(LogLine, offset=(40, 0))
        await d.until(lambda: line(d).writing)
        assert line(d).about.host == "qgw1" and d.app.screen.focused_panel.key == "qgw1"


async def test_the_cursor_waits_while_the_keys_are_elsewhere(desk: MakeDesk) -> None:
    async with desk(size=(160, 48)) as d:
        await put_cursor_on(d, "local")
        panel = d.app.screen.focused_panel
        d.app.post_message(events.AppBlur())
        await d.until(lambda: d.app.focused is None)
        d.watch.change(structs.replace(WELL, state=State.ACT))
        await d.until(lambda: d.app.picture.hosts["qgw1"].state is State.ACT)
        await d.pilot.pause(0.1)
        assert panel.key == "local"
        d.app.post_message(events.AppFocus())
        await d.until(lambda: d.app.focused is panel)
        await d.press("2")
        await d.until(lambda: panel.key != "local")  # nobody is at it any more: the worst first


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", [(80, 24), (120, 40), (160, 48)])
async def test_no_hint_is_cut(desk: MakeDesk, size: tuple[int, int], language: str) -> None:
    async with desk(size=size) as d:
        speak(language)
        await d.press("8")
        assert cell_len(line(d).field.placeholder) <= line(d).field.size.width
        await begin(d)
        hint = line(d).field.placeholder
        assert hint.startswith(_("Enter writes · Esc leaves")) and not hint.endswith("…")
        assert cell_len(hint) <= line(d).field.size.width


@pytest.mark.parametrize("size", SIZES)
async def test_a_prepared_line_is_filled_in_and_the_first_gap_is_typed_over(
    desk: MakeDesk, size: tuple[int, int]
) -> None:
    async with desk(size=size) as d:
        await put_cursor_on(d, "qgw1")
        await d.press("P")
        await d.until(lambda: d.screen == "Choose")
        await d.type("restart")
        await d.press("enter")
        await d.until(lambda: d.screen == "WatchScreen" and line(d).writing)
        assert line(d).draft == "Restarted qgw1 because …. Checked afterwards: …"
        await d.press("i", "t", "space", "h", "u", "n", "g")
        assert line(d).draft == "Restarted qgw1 because it hung. Checked afterwards: …"
        await d.press("enter")
        await d.until(lambda: bool(d.watch.commands))
        written = d.watch.commands[-1]
        assert (written.text, written.subject) == (
            "Restarted qgw1 because it hung. Checked afterwards: …", Subject("qgw1", "host", "qgw1")
        )  # fmt: skip


async def test_a_line_that_is_begun_takes_one_about_what_it_is_about(desk: MakeDesk) -> None:
    async with desk() as d:
        await put_cursor_on(d, "qgw1")
        await begin(d)
        await d.type("21:05 ")
        await d.press("ctrl+o")
        await d.until(lambda: d.screen == "Choose")
        await d.type("backup")
        await d.press("enter")
        await d.until(lambda: d.screen == "WatchScreen" and line(d).writing)
        assert line(d).draft == "21:05 Backup of qgw1 checked: …"


async def test_where_a_screen_has_no_line_a_prepared_one_comes_into_the_form(desk: MakeDesk) -> None:
    async with desk() as d:
        site = LogTemplate("seal", own({"en": "Seal of {host} checked", "zh_CN": "已检查 {host} 的封条"}))
        d.app.picture.rules = structs.replace(d.app.picture.rules, templates=(site,))
        await put_cursor_on(d, "qgw1")
        await d.press("enter")
        await d.until(lambda: d.screen == "HostScreen")
        await d.press("P")
        await d.until(lambda: d.screen == "Choose")
        await d.press("enter")
        await d.until(lambda: d.screen == "Form")
        assert d.app.focused.value == "Seal of qgw1 checked"


async def test_who_comes_back_to_a_draft_goes_on_with_it(desk: MakeDesk) -> None:
    async with desk() as d:
        await begin(d)
        await d.type("half a")
        await d.press("escape")
        await d.until(lambda: not line(d).writing)
        await begin(d)
        await d.press("space", "l")
        assert line(d).draft == "half a l"
