"""Drills on the screen: marked on every row, begun and ended by one key, stopped for all to see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from duty.incident_details import Opening
from duty.phrases import phrase
from duty.records import DRILL, LogEntry, LogKind, Move, Subject
from tui import doings
from wire.messages import LogWritten, MoveIncident, OpenIncident

MakeDesk = Callable[..., Any]
FIRE = phrase("{host} is lost", host="qgw1")


def shown(d: Any) -> str:
    """The whole terminal as text."""
    return "\n".join(strip.text for strip in d.app.screen._compositor.render_strips())


def began(d: Any, number: int = 2) -> None:
    d.watch.move(
        number, Move.OPENED, "zhang", "database full", level=2,
        details=Opening(drill=True, scenario="database full"),
    )  # fmt: skip


async def test_a_drill_is_begun_from_a_form_and_marked_on_every_row(desk: MakeDesk) -> None:
    async with desk(size=(160, 48)) as d:
        await d.press("D")
        await d.until(lambda: d.screen == "Form")
        await d.type("the database is full")
        await d.press("down")
        await d.type("database full")
        await d.press("enter")
        await d.until(lambda: 2 in d.app.picture.incidents)
        (asked,) = [one for one in d.watch.commands if isinstance(one, OpenIncident)]
        assert (asked.drill, asked.scenario, asked.began_at, asked.level) == (True, "database full", None, 2)
        await d.until(lambda: "▼D DRILL: the database" in shown(d))
        assert "▼D DRILL 2" in shown(d).splitlines()[0], "the header of every screen says so"
        line = LogEntry(
            1, LogKind.NOTE, d.watch.clock(), d.watch.clock(), "li", Subject(), "archive tidied", None, 2, chain=DRILL
        )
        d.watch._tell(LogWritten(line))
        await d.until(lambda: "▼D DRILL: archive tidied" in shown(d))


async def test_a_suspended_drill_is_on_every_screen_until_a_person_ends_it(desk: MakeDesk) -> None:
    async with desk() as d:
        began(d)
        await d.until(lambda: 2 in d.app.picture.incidents)
        d.watch.move(2, Move.SUSPENDED, "", said=FIRE, automatic=True)
        await d.until(lambda: "▼D DRILL SUSPENDED since" in shown(d))
        doings.show_host(d.app, "qgw1")
        await d.until(lambda: d.screen == "HostScreen" and "▼D DRILL SUSPENDED since" in shown(d))
        await d.press("escape")
        doings.show_incident(d.app, 2)
        await d.until(lambda: d.screen == "IncidentScreen" and "all its clocks stand" in shown(d))
        assert "▯S response  stopped, 15 min 0 s left" in shown(d), shown(d)
        await d.press("D")
        await d.until(lambda: d.screen == "Form")
        await d.press("e", "enter")
        await d.until(lambda: "say why drill 2 ends here" in shown(d))
        await d.press("down")
        await d.type("we are needed")
        await d.press("enter")
        await d.until(lambda: "DRILL SUSPENDED since" not in shown(d) and d.screen == "IncidentScreen")
        (asked,) = [one for one in d.watch.commands if isinstance(one, MoveIncident) and one.text]
        assert (asked.move, asked.text) == (Move.ABANDONED, "we are needed")


async def test_a_suspended_drill_goes_on_by_the_first_choice_and_the_page_compares_it(desk: MakeDesk) -> None:
    async with desk(size=(120, 48)) as d:
        began(d, 2)
        d.watch.move(2, Move.TAKEN, "li")
        d.watch.move(2, Move.MITIGATED, "li", "tidied")
        began(d, 3)
        d.watch.move(3, Move.SUSPENDED, "", said=FIRE, automatic=True)
        await d.until(lambda: 3 in d.app.picture.incidents and d.app.picture.incidents[3].suspended)
        doings.show_incident(d.app, 3)
        await d.until(lambda: d.screen == "IncidentScreen" and "Debrief" in shown(d))
        assert "scenario: database full" in shown(d) and "time to detect: – (drill 2: –)" in shown(d)
        await d.press("D")
        await d.until(lambda: d.screen == "Form")
        await d.press("enter")
        await d.until(lambda: not d.app.picture.incidents[3].suspended)
