"""Each action of the operator, from key to command, and every refusal with its reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec import structs
from textual.widgets import OptionList

from duty.duty_rules import DutyRules
from duty.incident_details import Cause, Resolution, Review, ReviewAction
from duty.phrases import phrase
from duty.records import IncidentState, Move, Subject
from duty.roles import People, Person, Role
from tests.tui.app.sites import AWAY, NEW_KEY, WELL
from tui import doings
from tui.actions import ACTIONS, BY_ID
from tui.later import Later
from tui.screens.choice import Choice
from wire.messages import (
    AcceptKey,
    CloseIncident,
    InjectFault,
    MoveIncident,
    NoteIncident,
    OpenIncident,
    ReadIncident,
    Redial,
    ReloadSite,
    TakeIncident,
    WriteLog,
)
from wire.words import language

MakeDesk = Callable[..., Any]


async def go_to_host(desk: Any, name: str) -> None:
    doings.show_host(desk.app, name)
    await desk.until(lambda: desk.screen == "HostScreen" and desk.app.host_id() == name)


def done(desk: Any) -> list[Any]:
    """What was commanded, without the numbers: pages ask questions between."""
    return [structs.replace(command, ask=0) for command in desk.watch.commands]


def test_a_key_belongs_to_one_action() -> None:
    keys = [key for action in ACTIONS for key in action.keys]
    assert sorted(keys) == sorted(set(keys))


async def test_a_note_is_about_what_is_under_the_cursor(desk: MakeDesk) -> None:
    async with desk() as d:
        await go_to_host(d, "qgw1")
        await d.press("n")
        await d.until(lambda: d.screen == "Form")
        assert "about qgw1" in d.words
        await d.type("restarted [bold]by hand[/]")
        await d.press("enter")
        await d.until(lambda: d.screen == "HostScreen")
        assert done(d) == [WriteLog(0, "restarted [bold]by hand[/]", Subject("qgw1"))]
        await d.until(lambda: "restarted [bold]by hand[/]" in d.words)


async def test_a_refusal_keeps_what_was_typed(desk: MakeDesk) -> None:
    async with desk() as d:
        d.watch.refuse[WriteLog] = phrase("the disk of {host} is full", host="the console")
        await go_to_host(d, "qgw1")
        await d.press("n")
        await d.until(lambda: d.screen == "Form")
        await d.type("what I saw")
        await d.press("enter")
        await d.until(lambda: "the disk of the console is full" in d.words)
        assert d.screen == "Form" and d.app.focused.value == "what I saw"
        d.watch.refuse.clear()
        await d.press("enter")
        await d.until(lambda: d.screen != "Form")
        assert [command.text for command in d.watch.commands] == ["what I saw"] * 2


async def test_nothing_is_sent_while_something_is_missing(desk: MakeDesk) -> None:
    async with desk() as d:
        await d.press("o")
        await d.until(lambda: d.screen == "Form")
        await d.press("enter")
        await d.until(lambda: "Still to fill in" in d.words)
        assert not d.watch.commands
        await d.press("escape")
        assert d.screen == "WatchScreen"


async def test_of_an_incident_opened_by_hand_nobody_says_that_its_fault_holds(desk: MakeDesk) -> None:
    async with desk() as d:
        d.watch.move(2, Move.OPENED, "li", "quotes stand still", level=2)
        d.watch.move(3, Move.OPENED, "", "orderd is missing", level=2, automatic=True)
        await d.press("7")
        panel = d.app.panels().focused_panel
        await d.until(lambda: {"2", "3"} <= set(panel.keys))
        rows = {key: "".join(text for text, _tone in line) for key, line in zip(panel.keys, panel._seen, strict=True)}
        assert "holds" not in rows["2"] and "holds" in rows["3"]


async def test_an_incident_from_opening_to_closing(desk: MakeDesk) -> None:
    async with desk() as d:
        await go_to_host(d, "qgw1")
        await d.press("o")
        await d.until(lambda: d.screen == "Form")
        await d.type("quotes stand still")
        await d.press("down", "1", "enter")
        await d.until(lambda: 2 in d.app.picture.incidents)
        opened = d.app.picture.incidents[2]
        assert (opened.title, opened.level, opened.subject) == ("quotes stand still", 1, Subject("qgw1"))
        await d.until(lambda: d.screen == "HostScreen")
        await d.press("t")
        await d.until(lambda: d.app.picture.incidents[2].owner == "li")
        await d.press("a")
        await d.until(lambda: d.screen == "Form")
        await d.type("called the exchange")
        await d.press("enter")
        await d.until(lambda: d.app.picture.incidents[2].last_note == "called the exchange")
        await d.until(lambda: d.screen == "HostScreen")
        await d.press("c")
        await d.until(lambda: "incident 2 is not resolved yet" in d.told)
        assert d.screen == "HostScreen"
        await filled(d, "w", "orders go by the other line", "enter")
        await d.until(lambda: d.app.picture.incidents[2].state is IncidentState.MITIGATED)
        await filled(d, "R", "line switched", "down", "c", "enter")
        await d.until(lambda: d.app.picture.incidents[2].state is IncidentState.RESOLVED)
        assert d.app.picture.incidents[2].cause is Cause.LINE
        await d.press("e")
        await d.until(lambda: d.screen == "Form")
        assert "opened: quotes stand still" in d.app.focused.value, "it begins with what happened"
        await d.press("down", "down")
        await d.type("their router")
        await d.press("down", "down")
        await d.type("ask for a second router; li; 2026-12-01")
        await d.press("enter")
        await d.until(lambda: d.app.picture.incidents[2].state is IncidentState.REVIEWED)
        await d.press("c")
        await d.until(lambda: "you resolved it: another person closes it" in d.told)
        d.watch.move(2, Move.REOPENED, "zhao", "not yet")
        d.watch.move(2, Move.TAKEN, "zhao")
        d.watch.move(2, Move.RESOLVED, "zhao", "switched back", details=Resolution(Cause.LINE))
        d.watch.move(2, Move.REVIEWED, "zhao", details=Review("a line", "a digger"))
        await d.until(lambda: d.app.picture.incidents[2].resolved_by == "zhao")
        await filled(d, "c", "", "enter")
        await d.until(lambda: d.app.picture.incidents[2].state is IncidentState.CLOSED)
        kinds = [type(command) for command in d.watch.commands if not isinstance(command, ReadIncident)]
        assert kinds == [OpenIncident, TakeIncident, NoteIncident, *[MoveIncident] * 3, CloseIncident]
        asks = [command.ask for command in d.watch.commands]
        assert len(set(asks)) == len(asks)
        review = next(m.details for m in d.watch.moves if m.move is Move.REVIEWED)
        assert isinstance(review, Review)
        assert review.vendor == "their router"
        assert review.actions == (ReviewAction("ask for a second router", "li", "2026-12-01"),)


async def filled(d: Any, key: str, text: str, *keys: str) -> None:
    """Press ``key``, type into the form that opens, press the others; the form is gone then."""
    await d.until(lambda: d.screen != "Form")
    await d.press(key)
    await d.until(lambda: d.screen == "Form")
    if text:
        await d.type(text)
    await d.press(*keys)
    await d.until(lambda: d.screen != "Form")


def offered(d: Any) -> list[str]:
    """The values that the form's choice offers."""
    return [value for value, _words in d.app.screen.query_one(Choice).options]


async def test_a_level_is_raised_by_anyone_and_lowered_by_a_lead(desk: MakeDesk) -> None:
    async with desk() as d:
        doings.show_incident(d.app, 1)
        await d.until(lambda: d.screen == "IncidentScreen")
        await d.press("i")
        await d.until(lambda: d.screen == "Form")
        assert "Not lower: only a lead lowers a level, and the site file names none." in d.words
        assert offered(d) == ["1"], "what cannot be done is not offered"
        await d.press("enter")
        await d.until(lambda: d.app.picture.incidents[1].level == 1)
    lead = DutyRules(people=People((Person("li", role=Role.LEAD),)))
    async with desk(rules=lead) as d:
        doings.show_incident(d.app, 1)
        await d.until(lambda: d.screen == "IncidentScreen")
        await d.press("i")
        await d.until(lambda: d.screen == "Form" and offered(d) == ["1", "3", "4"])
        await d.press("3", "enter")
        await d.until(lambda: "a level is lowered only with a reason" in d.words)
        await d.press("down")
        await d.type("one desk only")
        await d.press("enter")
        await d.until(lambda: d.app.picture.incidents[1].level == 3)


async def test_an_incident_is_merged_linked_reported_and_opened_again(desk: MakeDesk) -> None:
    async with desk() as d:
        await d.press("o")
        await d.until(lambda: d.screen == "Form")
        await d.type("the line is down")
        await d.press("enter")
        await d.until(lambda: 2 in d.app.picture.incidents and d.screen == "WatchScreen")
        doings.show_incident(d.app, 1)
        await d.until(lambda: d.screen == "IncidentScreen")
        await filled(d, "K", "T-77", "down", "c", "enter")
        await filled(d, "b", "SGE", "enter")
        await d.until(lambda: "change T-77" in d.words and "SGE, by phone" in d.words)
        await d.press("j")
        await d.until(lambda: d.screen == "Choose")
        (option,) = d.app.screen.query_one(OptionList).options
        assert str(option.prompt) == "2: level 3, the line is down"
        await d.press("enter")
        await d.until(lambda: d.app.picture.incidents[1].merged_into == 2)
        await d.until(lambda: "merged into incident 2" in d.words)
        await filled(d, "u", "it is another thing", "enter")
        await d.until(lambda: d.app.picture.incidents[1].state is IncidentState.OPEN)


async def test_a_drill_is_marked_and_nobody_is_called(desk: MakeDesk) -> None:
    async with desk() as d:
        await d.press("o")
        await d.until(lambda: d.screen == "Form")
        await d.type("the database is full")
        await d.press("down", "1", "down", "d", "enter")
        await d.until(lambda: 2 in d.app.picture.incidents)
        assert d.app.picture.incidents[2].drill
        doings.show_incident(d.app, 2)
        await d.until(lambda: d.screen == "IncidentScreen" and "DRILL" in d.words)
        assert "has to know at" not in d.words


async def test_the_cursor_stays_on_the_incident_that_was_taken(desk: MakeDesk) -> None:
    async with desk(size=(80, 24)) as d:
        for title in ("quotes stand still", "orders are late"):
            await d.press("o")
            await d.until(lambda: d.screen == "Form")
            await d.type(title)
            await d.press("enter")
            await d.until(lambda: any(one.title == title for one in d.app.picture.incidents.values()))  # noqa: B023
        await d.press("7")
        await d.until(lambda: d.app.incident() is not None)
        number = d.app.incident().id
        await d.press("t")
        await d.until(lambda: d.app.picture.incidents[number].owner == "li")
        await d.press("a")
        await d.until(lambda: d.screen == "Form")
        await d.type("called the exchange")
        await d.press("enter")
        await d.until(lambda: d.app.picture.incidents[number].last_note == "called the exchange")


async def test_the_incident_page_tells_all_moves_and_follows(desk: MakeDesk) -> None:
    async with desk() as d:
        doings.show_incident(d.app, 1)
        await d.until(lambda: d.screen == "IncidentScreen" and "opened" in d.words)
        d.watch.move(1, Move.TAKEN, "wang")
        d.watch.move(1, Move.NOTED, "wang", "looking at [/it]")
        await d.until(lambda: "looking at [/it]" in d.words and "wang" in d.words)
        await d.press("escape")
        await d.until(lambda: d.screen == "WatchScreen")


async def test_a_changed_host_key_is_accepted_only_by_the_word(desk: MakeDesk) -> None:
    async with desk() as d:
        await go_to_host(d, AWAY.id)
        await d.press("k")
        await d.until(lambda: d.screen == "Form")
        assert NEW_KEY.fingerprint in d.words and NEW_KEY.algorithm in d.words and "WARNING" in d.words
        await d.type("y")
        await d.press("enter")
        await d.until(lambda: "Only the word yes" in d.words)
        assert not d.watch.commands
        await d.type("es")
        await d.press("enter")
        await d.until(lambda: d.screen == "HostScreen")
        assert done(d) == [AcceptKey(0, AWAY.id, NEW_KEY.fingerprint)]


async def test_the_key_that_is_accepted_is_the_one_that_was_shown(desk: MakeDesk) -> None:
    async with desk() as d:
        await go_to_host(d, AWAY.id)
        await d.press("k")
        await d.until(lambda: d.screen == "Form")
        other = structs.replace(NEW_KEY, fingerprint="SHA256:another")
        d.watch.change(structs.replace(AWAY, connection=structs.replace(AWAY.connection, offered_key=other)))
        await d.until(lambda: d.app.picture.hosts[AWAY.id].connection.offered_key == other)
        await d.type("yes")
        await d.press("enter")
        await d.until(lambda: bool(d.watch.commands))
        assert d.watch.commands[0].fingerprint == NEW_KEY.fingerprint


@pytest.mark.parametrize(
    ("host", "key", "reason"),
    [
        ("qgw1", "k", "qgw1 offers no new host key"),
        ("qgw1", "t", "no incident under the cursor"),
        ("qgw1", "c", "no incident under the cursor"),
        ("qgw1", "f", "on the practice site only"),
        ("local", "d", "local is this machine"),
    ],
)
async def test_what_cannot_be_done_says_why(desk: MakeDesk, host: str, key: str, reason: str) -> None:
    async with desk() as d:
        await go_to_host(d, host)
        await d.press(key)
        await d.until(lambda: reason in d.told)
        assert not d.watch.commands and d.screen == "HostScreen"


@pytest.mark.parametrize("panel", range(6))
async def test_no_panel_takes_the_key_of_an_action_for_itself(desk: MakeDesk, panel: int) -> None:
    async with desk() as d:
        await d.press(str(panel + 1))
        keys = {key for key, _ in d.app.screen.panels[panel]._bindings} - {"enter"}  # the panel knows which row it is
        assert not keys & {key for action in ACTIONS if action.do for key in action.keys}


async def test_redial_and_reload(desk: MakeDesk) -> None:
    async with desk() as d:
        d.watch.refuse[ReloadSite] = phrase("the file has {count} problems", count=2)
        d.watch.problems = ("watchkeeper.toml:3 hosts.[gw]: unknown key", "watchkeeper.toml:9 also wrong")
        await go_to_host(d, AWAY.id)
        await d.press("d")
        await d.until(lambda: done(d) == [Redial(0, AWAY.id)])
        await d.press("r")
        await d.until(lambda: d.screen == "PageScreen")
        assert "hosts.[gw]: unknown key" in d.words and "the file has 2 problems" in d.told
        await d.press("escape")
        assert d.screen == "HostScreen"


async def test_a_fault_is_injected_and_ended_in_practice(desk: MakeDesk) -> None:
    async with desk(practice=True) as d:
        await go_to_host(d, "ogw1")
        await d.press("f")
        await d.until(lambda: d.screen == "Choose")
        await d.type("dies quoted")
        await d.press("enter")
        await d.until(lambda: bool(d.watch.commands))
        assert done(d) == [InjectFault(0, "qgw1", "process_dies", True, "quoted")]
        await d.until(lambda: d.app.picture.site.faults == ("qgw1: process_dies quoted",))
        await d.press("f")
        await d.until(lambda: d.screen == "Choose")
        await d.press("enter")
        await d.until(lambda: len(d.watch.commands) == 2)
        assert done(d)[1] == InjectFault(0, "qgw1", "process_dies", False, "quoted")
        await d.until(lambda: d.app.picture.site.faults == ())


async def test_quitting_asks_when_the_watch_may_end_with_it(desk: MakeDesk) -> None:
    async with desk(stays=False) as d:
        await d.press("q")
        await d.until(lambda: d.screen == "Form")
        assert "the watch ends with it" in d.words
        await d.press("escape")
        assert d.screen == "WatchScreen"
        await d.press("q", "q")
        await d.until(lambda: d.app.return_code == 0 and not d.app.is_running)


async def test_quitting_asks_nothing_when_the_watch_stays(desk: MakeDesk) -> None:
    async with desk(stays=True) as d:
        await d.press("q")
        await d.until(lambda: not d.app.is_running)
        assert d.app.return_code == 0


async def test_copy_goes_through_the_terminal(desk: MakeDesk) -> None:
    async with desk() as d:
        await go_to_host(d, "qgw1")
        await d.press("y")
        await d.until(lambda: "Copied" in d.told)
        assert "qgw1" in d.app.clipboard


async def test_the_language_changes_while_it_runs(desk: MakeDesk) -> None:
    async with desk() as d:
        await d.press("L")
        await d.until(lambda: language() == "zh_CN")
        await d.press("L")
        await d.until(lambda: language() == "en")


async def test_themes_go_round(desk: MakeDesk) -> None:
    async with desk() as d:
        seen = [d.app.theme]
        for _turn in doings.THEME_NAMES:
            await d.press("T")
            await d.until(lambda: d.app.theme != seen[-1])
            seen.append(d.app.theme)
        assert seen[0] == seen[-1] and len(set(seen)) == len(doings.THEME_NAMES)


def test_what_is_loaded_later_is_there() -> None:
    later = [action.do for action in ACTIONS if isinstance(action.do, Later)]
    assert later and all(callable(doing.found()) for doing in later)


def test_keys_are_given_once() -> None:
    keys = [key for action in ACTIONS for key in action.keys]
    assert len(keys) == len(set(keys)) and len(BY_ID) == len(ACTIONS)


async def test_hosts_that_change_reach_the_page(desk: MakeDesk) -> None:
    async with desk() as d:
        await go_to_host(d, "qgw1")
        d.watch.change(structs.replace(WELL, cpu_percent=98.0))
        await d.until(lambda: "98 %" in d.words)
        assert d.watch.drawn[-1] <= d.watch.seq
