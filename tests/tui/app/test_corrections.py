"""Correcting a line and writing a late one on the screen: both lines in sight, told apart without colour."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec import structs

from duty.records import LogEntry, LogKind, Subject
from tests.tui.app.sites import NOW
from tui.log_rows import beside, letter_of, said_of
from tui.panels.log import LogPanel
from tui.themes import THEMES, palette_of
from wire.messages import CorrectLog, WriteLog
from wire.words import speak

MakeDesk = Callable[..., Any]
SIZES = ((80, 24), (160, 48))


def rows(d: Any) -> list[str]:
    """What the log shows, as text."""
    panel = d.app.screen.query_one(LogPanel)
    return ["".join(text for text, _tone in panel.sheet.line(row)).rstrip() for row in range(len(panel.keys))]


async def to_log(d: Any) -> LogPanel:
    await d.press("8")
    panel = d.app.screen.query_one(LogPanel)
    await d.until(lambda: panel.has_focus and panel.key is not None)
    return panel


@pytest.mark.parametrize("size", SIZES)
async def test_i4_the_correction_stands_under_its_struck_original(desk: MakeDesk, size: tuple[int, int]) -> None:
    async with desk(size=size) as d:
        d.watch.write("restarted gateway 03", "li", Subject("qgw1", "host", "qgw1"))
        d.watch.write("called the exchange", "li")
        wrong, newest = d.watch.log[1].seq, d.watch.log[0].seq
        panel = await to_log(d)
        await d.until(lambda: str(newest) in panel.keys)
        await d.press("home", "down")
        assert panel.key == str(wrong)
        await d.press("x")
        await d.until(lambda: d.screen == "Form")
        assert "restarted gateway 03" in d.words and d.app.focused.value == "restarted gateway 03"
        d.app.focused.value = "restarted gateway 05"
        await d.press("enter")
        await d.until(lambda: "Still to fill in: Why" in d.words)
        await d.type("typed the wrong number")
        await d.press("enter")
        await d.until(lambda: d.screen == "WatchScreen")
        assert structs.replace(d.watch.commands[-1], ask=0) == CorrectLog(
            0, wrong, "restarted gateway 05", "typed the wrong number"
        )
        await d.until(lambda: len(panel.keys) > 2 and panel.keys[2] == str(newest + 1))
        assert panel.keys[:3] == [str(newest), str(wrong), str(newest + 1)]
        assert panel.key == str(wrong), "the cursor is where it was"
        first, original, correction = rows(d)[:3]
        assert " X " in original and "restarted gateway 03" in original
        assert " C " in correction and "restarted gateway 05 (corrects" in correction
        assert " X " not in first and " C " not in first
        await d.press("x")
        await d.until(lambda: "was corrected already" in d.told)


async def test_what_cannot_be_corrected_says_why(desk: MakeDesk) -> None:
    async with desk() as d:
        await d.press("x")
        await d.until(lambda: "no line of the duty log under the cursor" in d.told)
        d.watch.write("", "")
        panel = await to_log(d)
        await d.until(lambda: str(d.watch.log[0].seq) in panel.keys)
        await d.press("home", "x")
        await d.until(lambda: "only what a person wrote can be corrected" in d.told)
        assert d.screen == "WatchScreen" and not d.watch.commands


async def test_i5_a_late_line_is_asked_for_its_time_and_shows_both(desk: MakeDesk) -> None:
    async with desk() as d:
        await d.press("N")
        await d.until(lambda: d.screen == "Form")
        await d.type("seen at the rack")
        await d.press("down")
        await d.type("half past")
        await d.press("enter")
        await d.until(lambda: "half past is no time" in d.words)
        assert not d.watch.commands
        zone = ZoneInfo("Asia/Shanghai")
        happened = NOW - 3600
        stamp = datetime.fromtimestamp(happened, zone).strftime("%H:%M:%S")
        d.app.focused.value = stamp
        await d.press("enter")
        await d.until(lambda: d.screen == "WatchScreen")
        command = d.watch.commands[-1]
        assert isinstance(command, WriteLog) and (command.text, command.event_at) == ("seen at the rack", happened)
        await to_log(d)
        written = datetime.fromtimestamp(NOW, zone).strftime("%H:%M:%S")
        await d.until(lambda: any(f"late, written {written}: seen at the rack" in row for row in rows(d)))
        assert any(row.strip().startswith(stamp) and " L " in row for row in rows(d))


async def test_a_note_on_a_page_may_say_when_it_happened_or_not(desk: MakeDesk) -> None:
    async with desk() as d:
        await d.press("N")
        await d.until(lambda: d.screen == "Form")
        await d.type("now")
        await d.press("enter")
        await d.until(lambda: d.screen == "WatchScreen")
        assert d.watch.commands[-1].event_at is None


def entry(seq: int, **more: Any) -> LogEntry:
    return LogEntry(seq, LogKind.NOTE, NOW, NOW, "li", Subject(), f"line {seq}", None, None, **more)


def test_corrections_of_corrections_stand_in_a_row() -> None:
    log = [entry(5, supersedes=4), entry(4, supersedes=2), entry(3), entry(2), entry(1)]
    assert [(one.seq, one.corrected_by) for one in beside(log)] == [(3, None), (2, 4), (4, 5), (5, None), (1, None)]


def test_a_correction_whose_original_is_out_of_sight_keeps_its_place() -> None:
    log = [entry(5), entry(4, supersedes=1), entry(3)]
    assert [one.seq for one in beside(log)] == [5, 4, 3]
    drill = [entry(5, supersedes=4), entry(4, chain="drill-1"), entry(4)]
    assert [(one.chain, one.seq) for one in beside(drill)] == [("drill-1", 4), ("duty", 4), ("duty", 5)]


def test_what_is_unusual_about_a_line_has_a_letter_in_each_language() -> None:
    late = structs.replace(entry(1), event_at=NOW - 900)
    shown = (entry(1, corrected_by=2), entry(2, supersedes=1), late, entry(3))
    assert [letter_of(one) for one in shown] == ["X", "C", "L", ""]
    speak("zh_CN")
    assert [letter_of(one) for one in shown] == ["更", "正", "补", ""]
    assert said_of(late, "Asia/Shanghai").startswith("补记，")


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_a_corrected_line_is_struck_through_in_every_theme(theme: Any) -> None:
    assert palette_of(theme)["struck"].strike
