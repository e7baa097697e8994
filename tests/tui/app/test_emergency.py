"""The emergency procedure on the screen: it opens inside the incident, shows what is live, and records each step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import structs

from duty.board import DiskView
from duty.duty_rules import DutyRules
from duty.incident_details import Stepped
from duty.phrases import phrase
from duty.quality import Quality, State
from duty.records import Move, Subject
from practice.procedures import DATABASE, LINE, PROCEDURES
from tests.tui.app.sites import NOW, host
from tui import doings
from wire.messages import MoveIncident

MakeDesk = Callable[..., Any]
DISK = DiskView(
    "/data", State.ACT, (phrase("{percent} % used", percent=97),), "ok", used_percent=97.0, read_at=NOW - 12
)
DB = host("settle-db-1", role="settlement", disks=(DISK,))


def shown(d: Any) -> str:
    """The whole terminal as text."""
    return "\n".join(strip.text for strip in d.app.screen._compositor.render_strips())


async def at_the_procedure(d: Any, level: int = 2) -> None:
    d.watch.change(DB)
    d.watch.move(2, Move.OPENED, "li", "/data is full", level=level, subject=Subject("settle-db-1", "disk", "/data"))
    await d.until(lambda: 2 in d.app.picture.incidents and "settle-db-1" in d.app.picture.hosts)
    doings.show_incident(d.app, 2)
    await d.until(lambda: d.screen == "IncidentScreen")
    await d.press("E")
    await d.until(lambda: d.screen == "EmergencyScreen" and "Emergency procedures, incident 2" in shown(d))


async def test_the_procedure_that_fits_shows_its_own_signals_and_a_step_is_recorded(desk: MakeDesk) -> None:
    async with desk(size=(80, 24), rules=DutyRules(procedures=PROCEDURES)) as d:
        await at_the_procedure(d)
        text = shown(d)
        assert "The database is full, or nearly: 0 of 4 steps" in text and "order gateway" not in text
        assert "■A settle-db-1 /data  act  ●G good" in text and "used 97 % (12 s old)" in text
        assert "◇? settle-db-1 db-free  unknown  ◦N nothing read yet" in text, "what is not read is never green"
        await d.press("enter")
        await d.until(lambda: d.screen == "Form")
        await d.press("enter")
        await d.until(lambda: d.screen == "EmergencyScreen" and "1 of 4 steps" in d.words)
        asked = [one for one in d.watch.commands if isinstance(one, MoveIncident)]
        assert [(one.move, one.details) for one in asked] == [
            (Move.STEPPED, Stepped("database-full", "measure", False, DATABASE.version))
        ]
        await d.press("s")
        await d.until(lambda: d.screen == "Form" and "Skip this step" in d.words)
        await d.press("enter")
        await d.until(lambda: "Still to fill in: Why" in d.words)
        await d.type("nothing else writes there")
        await d.press("enter")
        await d.until(lambda: d.screen == "EmergencyScreen" and "2 of 4 steps" in d.words)
        assert "–S" in d.words and "by li: nothing else writes there" in d.words
        assert d.watch.moves[-1].details.step == "stop-growth", "after a step the next one is chosen"
        await d.press("escape")
        await d.until(lambda: d.screen == "IncidentScreen")


async def test_the_values_follow_and_a_host_that_is_lost_is_not_green(desk: MakeDesk) -> None:
    async with desk(size=(120, 40), rules=DutyRules(procedures=PROCEDURES)) as d:
        await at_the_procedure(d)
        well = structs.replace(DISK, state=State.OK, why=(), used_percent=60.0, read_at=NOW)
        d.watch.change(structs.replace(DB, disks=(well,)))
        await d.until(lambda: "●O settle-db-1 /data  well  ●G good" in shown(d))
        d.watch.change(structs.replace(DB, disks=(well,), quality=Quality.UNREACHABLE, read_at=NOW - 90))
        await d.until(lambda: "◇? settle-db-1 /data  unknown  ✕U unreachable" in shown(d))


async def test_the_next_procedure_and_another_step_are_one_key_away(desk: MakeDesk) -> None:
    other = structs.replace(DATABASE, key="other", title=LINE.title, steps=LINE.steps, hosts=("settle-db-1",))
    async with desk(size=(120, 40), rules=DutyRules(procedures=(DATABASE, other))) as d:
        await at_the_procedure(d)
        await d.press("tab", "down", "down", "up")
        await d.press("enter")
        await d.until(lambda: d.screen == "Form")
        await d.press("enter")
        await d.until(lambda: any(move.move is Move.STEPPED for move in d.watch.moves))
        assert d.watch.moves[-1].details == Stepped("other", "tell", False, other.version)


async def test_without_one_in_the_site_file_it_is_said(desk: MakeDesk) -> None:
    async with desk() as d:
        doings.show_incident(d.app, 1)
        await d.until(lambda: d.screen == "IncidentScreen")
        await d.press("E")
        await d.until(lambda: "the site file has no emergency procedure" in d.told)
