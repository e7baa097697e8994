"""What the operator does with alarms, from key to command: the event that was drawn is meant, many are listed first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec import structs
from rich.cells import cell_len

from duty.alarm_states import AlarmState
from duty.phrases import phrase
from duty.records import Move, Subject
from tests.tui.app.alarm_scene import DEAD, FULL, LINE, SLOW, acknowledged, rtt, set_scene
from tests.tui.app.sites import NOW
from tui.pager import Pager
from wire.alarms import (
    AcknowledgeAlarms,
    BeginMaintenance,
    EndMaintenance,
    PutAlarmBack,
    Seen,
    ShelveAlarm,
    TakeAlarmOut,
    UnshelveAlarm,
)
from wire.messages import OpenIncident

MakeDesk = Callable[..., Any]


def done(d: Any) -> list[Any]:
    return [structs.replace(command, ask=0) for command in d.watch.commands]


async def to_list(d: Any) -> Any:
    """The keys go to the list, all of the scene is on it; gives the panel."""
    set_scene(d.watch.alarms)
    await d.press("9")
    panel = d.app.panels().alarms
    await d.until(lambda: len(panel.keys) == 4)
    return panel


def state(d: Any, key: Any) -> AlarmState:
    return d.watch.alarms.alarms[key].state


async def test_the_alarm_under_the_cursor_is_acknowledged(desk: MakeDesk) -> None:
    async with desk() as d:
        panel = await to_list(d)
        assert panel.alarm().key == LINE
        await d.press("A")
        await d.until(lambda: state(d, LINE) is AlarmState.ACKNOWLEDGED)
        assert done(d) == [AcknowledgeAlarms(0, (Seen(LINE, 1),))]
        await d.until(lambda: "Acknowledged: qgw1 exchange A" in d.told)


async def test_what_came_after_the_row_was_drawn_is_not_acknowledged(
    desk: MakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk() as d:
        panel = await to_list(d)
        assert panel.alarm().event == 1
        monkeypatch.setattr("tui.app.behind", lambda _driver: True)  # the terminal takes nothing more
        d.watch.alarms.goes(LINE)
        d.watch.alarms.comes(LINE)
        await d.until(lambda: d.app.picture.alarms.alarms[LINE].event == 2)
        await d.press("A")
        await d.until(lambda: bool(d.watch.commands))
        assert done(d) == [AcknowledgeAlarms(0, (Seen(LINE, 1),))]
        await d.until(lambda: "something new has come of this alarm" in d.told)
        assert state(d, LINE) is AlarmState.UNACKNOWLEDGED


async def test_one_that_came_and_went_unseen_wants_a_note(desk: MakeDesk) -> None:
    async with desk() as d:
        panel = await to_list(d)
        await d.press("down")
        assert panel.alarm().key == DEAD
        await d.press("A")
        await d.until(lambda: d.screen == "Form")
        await d.press("enter")
        await d.until(lambda: "Still to fill in" in d.words)
        assert not d.watch.commands
        await d.type("restarted by the vendor")
        await d.press("enter")
        await d.until(lambda: state(d, DEAD) is AlarmState.NORMAL)
        assert done(d) == [AcknowledgeAlarms(0, (Seen(DEAD, 1),), "restarted by the vendor")]


async def test_many_are_listed_first_and_each_refusal_is_shown(desk: MakeDesk) -> None:
    async with desk() as d:
        await to_list(d)
        await d.press("B")
        await d.until(lambda: d.screen == "BulkAck")
        assert "Acknowledge these alarms: 2" in d.words
        box = d.app.screen.query_one("#page").region
        assert abs(box.x - (80 - box.right)) <= 1 and box.y > 0, "in the middle, as every other question"
        assert "interface eth1 has no link" in d.words and "process orderd is missing" in d.words
        assert "96 %" not in d.words, "what is acknowledged already is not listed"
        assert not d.watch.commands
        d.watch.alarms.goes(LINE)  # while the person reads: a newer event than the one on the list
        d.watch.alarms.comes(LINE)
        await d.type("seen in the morning round")
        await d.press("enter")
        await d.until(lambda: d.screen == "PageScreen")
        assert done(d) == [AcknowledgeAlarms(0, (Seen(LINE, 1), Seen(DEAD, 1)), "seen in the morning round")]
        assert "qgw1 exchange A" in d.words and "something new has come of this alarm" in d.words
        assert state(d, DEAD) is AlarmState.NORMAL and state(d, LINE) is AlarmState.UNACKNOWLEDGED


async def test_what_is_listed_is_wrapped_and_not_cut(desk: MakeDesk) -> None:
    async with desk() as d:
        panel = await to_list(d)
        key = rtt(9)
        d.watch.alarms.comes(key, phrase("RTT is {value}", value="far too high " * 8 + "at the end"))
        await d.until(lambda: str(key) in panel.keys)
        await d.press("B")
        await d.until(lambda: d.screen == "BulkAck")
        pager = d.app.screen.query_one(Pager)
        rows = ["".join(text for text, _tone in line) for line in pager.lines]
        assert max(map(cell_len, rows)) <= pager.size.width and any("at the end" in row for row in rows)


async def test_escape_acknowledges_none(desk: MakeDesk) -> None:
    async with desk() as d:
        await to_list(d)
        await d.press("B")
        await d.until(lambda: d.screen == "BulkAck")
        await d.press("escape")
        assert d.screen == "WatchScreen" and not d.watch.commands


async def test_marked_rows_are_acknowledged_together(desk: MakeDesk) -> None:
    async with desk() as d:
        panel = await to_list(d)
        d.watch.alarms.comes(rtt(9), phrase("RTT is {value}", value="90 ms"))
        await d.until(lambda: len(panel.keys) == 5)
        await d.press("home", "space", "space")  # each goes on to the next row
        assert len(panel.picked) == 2 and "2 marked" in panel.heading()
        meant = [one.key for one in panel.shown() if one.key in panel.picked]
        await d.press("A")
        await d.until(lambda: d.screen == "BulkAck")
        await d.press("enter")
        await d.until(lambda: bool(d.watch.commands))
        assert [seen.key for seen in done(d)[0].seen] == meant == [LINE, rtt(9)]
        await d.until(lambda: not panel.picked)


async def test_only_what_the_filter_shows_is_acknowledged(desk: MakeDesk) -> None:
    async with desk() as d:
        await to_list(d)
        await d.press("slash")
        await d.type("host:qgw1")
        await d.press("enter", "B")
        await d.until(lambda: d.screen == "BulkAck")
        await d.press("enter")
        await d.until(lambda: bool(d.watch.commands))
        assert done(d) == [AcknowledgeAlarms(0, (Seen(LINE, 1),))]


async def test_a_shelf_has_a_reason_an_end_and_who_agrees(desk: MakeDesk) -> None:
    async with desk() as d:
        await to_list(d)
        await d.press("H")
        await d.until(lambda: d.screen == "Form")
        await d.type("vendor changes the port")
        await d.press("down", "down")
        await d.type("16:45")
        await d.press("down")
        await d.type("zhang")
        await d.press("enter")
        await d.until(lambda: state(d, LINE) is AlarmState.SHELVED)
        assert done(d) == [ShelveAlarm(0, LINE, "vendor changes the port", NOW + 45 * 60, "zhang")]


async def test_a_time_that_is_none_stays_in_the_form(desk: MakeDesk) -> None:
    async with desk() as d:
        await to_list(d)
        await d.press("H")
        await d.until(lambda: d.screen == "Form")
        await d.type("vendor")
        await d.press("down", "down")
        await d.type("soon")
        await d.press("enter")
        await d.until(lambda: "soon is no time" in d.words)
        assert d.screen == "Form" and not d.watch.commands


async def test_taken_back_from_the_shelf_and_out_of_service_and_back(desk: MakeDesk) -> None:
    async with desk() as d:
        panel = await to_list(d)
        await d.press("end")
        assert panel.alarm().key == SLOW
        await d.press("U")
        await d.until(lambda: state(d, SLOW) is not AlarmState.SHELVED)
        await d.until(lambda: panel.alarm().state is AlarmState.UNACKNOWLEDGED)
        await d.press("O")
        await d.until(lambda: d.screen == "Form")
        await d.type("the check is wrong")
        await d.press("down", "down", "down")
        await d.type("zhang")
        await d.press("enter")
        await d.until(lambda: state(d, SLOW) is AlarmState.OUT_OF_SERVICE)
        await d.until(lambda: panel.alarm().state is AlarmState.OUT_OF_SERVICE)
        await d.press("I")
        await d.until(lambda: state(d, SLOW) is not AlarmState.OUT_OF_SERVICE)
        assert done(d) == [
            UnshelveAlarm(0, SLOW),
            TakeAlarmOut(0, SLOW, "the check is wrong", NOW + 1800, "zhang"),
            PutAlarmBack(0, SLOW),
        ]


async def test_maintenance_of_the_host_under_the_cursor(desk: MakeDesk) -> None:
    async with desk() as d:
        panel = await to_list(d)
        await d.press("M")
        await d.until(lambda: d.screen == "Form")
        await d.type("new kernel")
        await d.press("enter")
        await d.until(lambda: bool(d.app.picture.alarms.windows) and d.screen == "WatchScreen")
        await d.until(lambda: "maintenance: 1" in panel.heading())
        await d.press("W")
        await d.until(lambda: d.screen == "Choose")
        await d.press("enter")
        await d.until(lambda: not d.app.picture.alarms.windows)
        assert done(d) == [
            BeginMaintenance(0, (Subject("qgw1", "host", "qgw1"),), "new kernel", NOW + 1800),
            EndMaintenance(0, "adhoc:1"),
        ]


async def test_an_incident_is_opened_from_an_alarm(desk: MakeDesk) -> None:
    async with desk() as d:
        await to_list(d)
        await d.press("o")
        await d.until(lambda: d.screen == "Form")
        await d.press("enter")
        await d.until(lambda: bool(d.watch.commands))
        title = "qgw1 exchange A: interface eth1 has no link"
        assert done(d) == [OpenIncident(0, title, 1, LINE.subject, alarms=(LINE,))]


async def test_a_second_incident_about_the_same_thing_is_not_opened_unawares(desk: MakeDesk) -> None:
    async with desk() as d:
        await to_list(d)
        await d.press("o")
        await d.until(lambda: d.screen == "Form")
        assert "goes on" not in d.words
        await d.press("escape")
        d.watch.move(7, Move.OPENED, "li", "no link", level=1, subject=LINE.subject)
        await d.until(lambda: 7 in d.app.picture.incidents)
        await d.press("o")
        await d.until(lambda: d.screen == "Form")
        assert "Incident 7 about it goes on: this will be another one." in d.words


async def test_what_cannot_be_done_says_why(desk: MakeDesk) -> None:
    async with desk() as d:
        panel = await to_list(d)
        await d.press("down", "down")
        assert panel.alarm().key == FULL
        await d.press("A")
        assert "it is acknowledged already" in d.told
        await d.press("U")
        assert "it is not shelved" in d.told
        await d.press("W")
        assert "no window of maintenance is open" in d.told
        await d.press("1", "A")
        assert "no alarm under the cursor" in d.told
        assert not d.watch.commands


async def test_another_alarm_under_the_cursor_is_not_acknowledged_unseen(desk: MakeDesk) -> None:
    async with desk() as d:
        panel = await to_list(d)
        await d.press("down", "up", "A")
        await d.until(lambda: state(d, LINE) is AlarmState.ACKNOWLEDGED)
        d.watch.commands.clear()
        d.watch.alarms.goes(LINE)  # acknowledged and gone: it leaves the list, another row takes its place
        await d.until(lambda: panel.slipped)
        await d.press("A")
        assert "another alarm has come under the cursor" in d.told and not d.watch.commands
        await d.press("enter", "A")
        assert "it is shelved: take it back before you acknowledge it" in d.told, "it is the one that is meant now"


async def test_where_nobody_chose_a_row_the_next_one_is_meant_once_it_was_seen(
    desk: MakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk() as d:
        panel = await to_list(d)
        monkeypatch.setattr("tui.panels.alarms.JUST_S", 1e9)
        acknowledged(d.watch.alarms, LINE, "zhang")
        await d.until(lambda: panel.alarm().state is AlarmState.ACKNOWLEDGED)
        d.watch.alarms.goes(LINE)  # it leaves the list from under the cursor
        await d.until(lambda: str(LINE) not in panel.keys)
        await d.press("A")
        assert "another alarm has come under the cursor" in d.told and not d.watch.commands
        monkeypatch.setattr("tui.panels.alarms.JUST_S", 0.0)
        await d.press("A")
        assert "it is shelved: take it back before you acknowledge it" in d.told, "this one is meant now"
