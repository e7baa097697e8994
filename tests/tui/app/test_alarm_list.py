"""The list of alarms: what stands on it, in which order, under the cursor; its line in the header; its page."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

import pytest
from rich.cells import cell_len

from duty.alarm_record import Alarm
from duty.alarm_tuning import Kind, Trial
from duty.phrases import phrase
from duty.quality import Quality, State
from tests.tui.app.alarm_scene import DEAD, FULL, LINE, SLOW, rtt, set_scene
from tui.alarm_line import alarm_line
from tui.annunciator import BELL, BELL_S, Annunciator, Means, Note
from tui.glyphs import ASCII, UNICODE
from tui.pager import Line
from tui.widgets.header import Header
from wire.words import speak

MakeDesk = Callable[..., Any]


def text(line: Line) -> str:
    return "".join(part for part, _tone in line)


def rows(panel: Any) -> list[str]:
    return [text(line) for line in panel._seen]


async def to_list(d: Any) -> Any:
    set_scene(d.watch.alarms)
    await d.press("9")
    panel = d.app.panels().alarms
    await d.until(lambda: len(panel.keys) == 4)
    return panel


async def test_what_waits_stands_first_and_each_state_is_told_without_colour(desk: MakeDesk) -> None:
    async with desk(size=(160, 48)) as d:
        panel = await to_list(d)
        first, second, third, last = rows(panel)
        assert first.startswith("✱U") and "P1" in first and "3 hidden" in first and "has no link" in first
        assert second.startswith("↓R") and "orderd" in second
        assert third.startswith("✓A") and "zhang" in third and "60m" in third
        assert last.startswith("▤S") and "until 16:20:00" in last
        for glyphs in (UNICODE, ASCII):
            assert len({mark.text for mark in glyphs.alarms.values()}) == len(glyphs.alarms)


async def test_one_key_shows_what_is_hidden(desk: MakeDesk) -> None:
    async with desk() as d:
        panel = await to_list(d)
        await d.press("F")
        await d.until(lambda: len(panel.keys) == 7)
        assert [row[:2] for row in rows(panel)[:4]] == ["✱U", "▿D", "▿D", "▿D"]
        assert panel.key == str(LINE), "the cursor stays where it was"
        await d.press("down", "F")  # from one of them too
        await d.until(lambda: len(panel.keys) == 4)


async def test_what_hid_them_is_gone_and_they_stand_for_themselves(desk: MakeDesk) -> None:
    async with desk() as d:
        panel = await to_list(d)
        d.watch.alarms.let_go(*(rtt(number) for number in range(1, 4)))
        await d.until(lambda: len(panel.keys) == 7)
        assert "hidden" not in rows(panel)[0]


async def test_the_cursor_keeps_its_alarm_whatever_comes_and_goes(desk: MakeDesk) -> None:
    async with desk() as d:
        panel = await to_list(d)
        await d.press("end", "up")
        assert panel.key == str(FULL)
        dice, version = random.Random(7), 0
        for _step in range(30):
            alarms, version = d.watch.alarms, d.app.picture.alarms.version
            match dice.choice(["come", "go", "hide", "free"]):
                case "come":
                    alarms.comes(rtt(dice.randrange(10, 30)), grave=dice.random() < 0.5)
                case "go":
                    alarms.goes(dice.choice([key for key in alarms.alarms if key not in (FULL, LINE)]))
                case "hide":
                    alarms.hide(LINE, dice.choice([key for key in alarms.alarms if key not in (FULL, LINE)]))
                case _:
                    alarms.let_go(dice.choice([key for key in alarms.alarms if key not in (FULL, LINE)]))
            await d.until(lambda seen=version: d.app.picture.alarms.version > seen)
            await d.until(lambda: list(panel.keys) == [str(r.alarm.key) for r in d.app.picture.alarms.rows()])
            assert panel.key == str(FULL) and not panel.slipped
            assert panel.alarm() == d.app.picture.alarms.alarms[FULL]


async def test_what_comes_first_does_not_slip_under_the_cursor(desk: MakeDesk) -> None:
    async with desk() as d:
        panel = await to_list(d)
        await d.press("down")
        d.watch.alarms.goes(LINE)
        await d.until(lambda: panel.alarm() is not None and panel.alarm().key == DEAD)
        await d.press("home")
        first = panel.key
        d.watch.alarms.comes(rtt(40))
        d.watch.alarms.comes(LINE)
        await d.until(lambda: panel.keys[0] == str(LINE))
        assert panel.key == first


async def test_a_list_in_which_nothing_changes_is_not_made_anew(
    desk: MakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk() as d:
        panel = await to_list(d)
        made: list[int] = []
        items = panel.items
        monkeypatch.setattr(panel, "items", lambda picture: made.append(1) or items(picture))
        for host in list(d.watch.hosts.values()):
            d.watch.change(host)
            await d.until(lambda: d.watch.drawn[-1] == d.watch.seq)
        assert not made
        d.watch.alarms.comes(rtt(9))
        await d.until(lambda: len(panel.keys) == 5)
        assert made


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("size", [(80, 24), (120, 40), (160, 48)])
async def test_columns_stand_under_their_names(desk: MakeDesk, size: tuple[int, int], language: str) -> None:
    async with desk(size=size) as d:
        speak(language)
        d.app.owe(None)
        panel = await to_list(d)
        d.watch.alarms.comes(rtt(8), phrase("{line}", line="线路中断 [b]eth1[/b] \x1b]0;x\x07 \u202eabc"))
        await d.until(lambda: len(panel.keys) == 5)
        widths = {cell_len(text(panel.sheet.line(row))) for row in range(5)} | {cell_len(text(panel.sheet.head))}
        assert len(widths) == 1 and widths.pop() <= panel.size.width
        drawn = "\n".join(panel.render_line(y).text for y in range(panel.size.height))
        assert "[b]eth1" in drawn or size[0] < 160


async def test_a_filter_looks_under_what_is_folded(desk: MakeDesk) -> None:
    async with desk() as d:
        panel = await to_list(d)
        for typed, there in (("10.0.0.2", [LINE]), ("p4", [LINE, SLOW]), ("zhang", [FULL, SLOW])):
            await d.press("escape", "slash")
            await d.type(typed)
            await d.press("enter")
            await d.until(lambda: panel.filter.text == typed)  # noqa: B023 - waited for here
            await d.until(lambda: list(panel.keys) == [str(key) for key in there])  # noqa: B023


async def test_only_what_is_not_well_leaves_out_what_was_put_aside(desk: MakeDesk) -> None:
    async with desk() as d:
        panel = await to_list(d)
        await d.press("exclamation_mark")
        await d.until(lambda: list(panel.keys) == [str(LINE), str(DEAD), str(FULL)])


# --- the line of the header ------------------------------------------------------------------------------------------


def header(d: Any) -> str:
    return text(d.app.screen.query_one(Header)._shown[2])


async def test_the_worst_unacknowledged_has_a_line_on_every_screen(desk: MakeDesk) -> None:
    async with desk() as d:
        assert "no alarm" in header(d)
        height = d.app.screen.query_one(Header).size.height
        set_scene(d.watch.alarms)
        await d.until(lambda: "P1 3m qgw1 exchange A: interface eth1 has no link" in header(d))
        assert d.app.screen.query_one(Header)._shown[2][0][1] == "alarm"
        assert "2 wait" in header(d) and "10 min: 5>2" in header(d)
        assert d.app.screen.query_one(Header).size.height == height, "no row moves for it"
        await d.press("9", "A")
        await d.until(lambda: "has no link" not in header(d))
        assert "✓A 2" in header(d) and "↓R 1" in header(d)


@pytest.mark.parametrize("width", [80, 160])
@pytest.mark.parametrize("language", ["en", "zh_CN"])
async def test_a_flood_says_since_when_how_many_and_the_first(desk: MakeDesk, width: int, language: str) -> None:
    async with desk() as d:
        speak(language)
        for number in range(12):
            d.watch.alarms.comes(rtt(number), grave=False)
        await d.until(lambda: d.app.picture.alarms.load.flood_since is not None)
        line = text(alarm_line(d.app.picture, width, UNICODE))
        assert cell_len(line) == width and "16:00:00" in line and "12" in line
        assert "exchange A 10.0.0.0" in line


async def test_the_sound_is_off_until_a_time(desk: MakeDesk) -> None:
    async with desk() as d:
        await d.press("Q")
        await d.until(lambda: "SOUND OFF until 16:10:00" in header(d))
        await d.press("Q")
        await d.until(lambda: "SOUND OFF" not in header(d))


# --- the page --------------------------------------------------------------------------------------------------------


async def page(d: Any, *keys: str) -> None:
    await d.press(*keys, "enter")
    await d.until(lambda: d.screen == "AlarmScreen" and "asking the watch" not in d.words)


async def test_the_page_has_guidance_state_value_and_what_belongs_to_it(desk: MakeDesk) -> None:
    async with desk(size=(160, 60)) as d:
        d.watch.alarms.trials = (Trial(Kind.ON_DELAY, 5.0, 9, 7, 2, 5.0, 0.0, False),)
        d.watch.write("called the vendor about orderd", "zhang", DEAD.subject)
        await to_list(d)
        await page(d, "down")
        for said in (
            "P1 ogw1 orderd", "process orderd is missing", "returned, unacknowledged", "came 15:58:30, 1 min 30 s ago",
            "returned 16:00:00", "action", "respond within 5 min", "stays until acknowledged", "copies running 0",
            "let it come after 5 s: 7 of 9 would not have come, 2 real ones 5 s later", "called the vendor",
        ):  # fmt: skip
            assert said in d.words, (said, d.words)
        assert d.app.incident_id() == 1, "the open incident of the same thing"
        await d.press("enter")
        await d.until(lambda: d.screen == "Choose")


async def test_the_page_acknowledges_what_it_shows(desk: MakeDesk) -> None:
    async with desk() as d:
        await to_list(d)
        await page(d)
        await d.press("A")
        await d.until(lambda: "acknowledged 16:00:00 by li" in d.words)


async def test_a_normal_alarm_is_not_called_well_while_nobody_knows(desk: MakeDesk) -> None:
    async with desk() as d:
        await to_list(d)
        await page(d)
        d.watch.alarms.see(LINE, State.UNKNOWN, quality=Quality.UNREACHABLE)
        await d.until(lambda: "as last known: unreachable" in d.words)
        held: Alarm = d.app.picture.alarms.alarms[LINE]
        assert held.active and not held.well


# --- calling the person ----------------------------------------------------------------------------------------------


async def test_each_event_calls_once_also_over_a_lost_connection(desk: MakeDesk) -> None:
    async with desk() as d:
        written: list[str] = []
        caller = Annunciator(Means(note=Note.OSC777, title=True), lambda sequence: written.append(sequence) is None)
        d.app.annunciator = caller
        d.watch.alarms.comes(LINE, phrase("{line}", line="[b]lost[/b] \x1b]0;x\x07"))
        await d.until(lambda: any("1!1 Watchkeeper" in one for one in written))
        (note,) = [one for one in written if one.startswith("\x1b]777")]
        assert written.count(BELL) == 1 and note.count("\x1b") == 1 and "P1 qgw1 exchange A: [b]lost" in note
        d.watch.hang_up()
        d.watch.alarms.comes(DEAD)  # while nobody listens: told whole at the next welcome
        await d.until(lambda: DEAD in d.app.picture.alarms.alarms)
        await d.until(lambda: any("2!2 Watchkeeper" in one for one in written))
        assert [one.rpartition(";")[2] for one in written if one.startswith("\x1b]777")][1:] == [
            "P1 ogw1 orderd: process orderd is missing\a"
        ]
        caller.due(time.monotonic() + BELL_S)
        assert written.count(BELL) == 2
        await d.press("9", "A")
        await d.until(lambda: any("1!1 Watchkeeper" in one for one in written[-1:]))


async def test_a_panel_shown_again_has_its_columns_for_the_whole_width(desk: MakeDesk) -> None:
    async with desk(size=(80, 24)) as d:
        panel = await to_list(d)
        for _round in range(3):
            for key in ("7", "8", "1", "9"):
                await d.press(key)
            assert panel._fitted == panel.size.width - 2 == 78
