"""Who has to know next: each step once, also across a restart, and none once somebody has it."""

from __future__ import annotations

from pathlib import Path

import pytest

from duty.duty_rules import DutyRules
from duty.incident_details import Escalated, Link, Opening, Reported
from duty.records import Move, Refused
from duty.roles import People, Person, Role
from tests.support.feeds import HandClock
from watch.escalation import Escalation
from watch.incident_moves import asked_move
from watch.recorder import Event, Recorder
from watch.records import Records
from wire.messages import MoveIncident


async def recorder_at(path: Path, clock: HandClock) -> tuple[Recorder, Records]:
    records = await Records.open(path, clock)
    told: list[Event] = []
    recorder = Recorder(records, told.append)
    await recorder.load()
    return recorder, records


async def steps(recorder: Recorder, incident: int) -> list[tuple[int, str]]:
    moves = await recorder.keeper.moves(incident)
    return [(m.details.step, m.details.to) for m in moves if isinstance(m.details, Escalated)]


async def test_each_step_is_made_once_when_it_is_due_and_not_again_after_a_restart(tmp_path: Path) -> None:
    clock = HandClock()
    recorder, records = await recorder_at(tmp_path / "r.sqlite", clock)
    at = clock.now().wall
    two = (await recorder.move(None, Move.OPENED, at=at, actor="li", text="x", level=2)).id
    drill = (
        await recorder.move(None, Move.OPENED, at=at, actor="li", text="x", level=1, details=Opening(drill=True))
    ).id
    first = Escalation(recorder, clock)
    await first.look()
    assert await steps(recorder, two) == []
    clock.seconds += 300
    await first.look()
    await first.look()
    assert await steps(recorder, two) == [(1, "lead")]
    await records.close()
    recorder, records = await recorder_at(tmp_path / "r.sqlite", clock)
    again = Escalation(recorder, clock)
    await again.look()
    assert await steps(recorder, two) == [(1, "lead")]
    clock.seconds += 3600
    await again.look()
    assert await steps(recorder, two) == [(1, "lead"), (2, "seat"), (3, "manager")]
    assert await steps(recorder, drill) == []
    await records.close()


async def test_nobody_else_has_to_know_of_what_somebody_has(tmp_path: Path) -> None:
    clock = HandClock()
    recorder, records = await recorder_at(tmp_path / "r.sqlite", clock)
    two = (await recorder.move(None, Move.OPENED, at=clock.now().wall, actor="li", text="x", level=2)).id
    await recorder.move(two, Move.TAKEN, at=clock.now().wall, actor="li")
    clock.seconds += 3600
    await Escalation(recorder, clock).look()
    assert await steps(recorder, two) == []
    await records.close()


async def test_what_a_person_asks_is_cleaned_and_held_to_their_role(tmp_path: Path) -> None:
    clock = HandClock()
    recorder, records = await recorder_at(tmp_path / "r.sqlite", clock)
    recorder.rules = DutyRules(people=People((Person("li", role=Role.LEAD),)))
    at = clock.now().wall
    two = (await recorder.move(None, Move.OPENED, at=at, actor="wang", text="x", level=2)).id
    lower = MoveIncident(1, two, Move.LOWERED, "one desk", 3)
    with pytest.raises(Refused, match="only a lead"):
        await asked_move(recorder, "wang", lower, at, "")
    assert (await asked_move(recorder, "li", lower, at, "")).level == 3
    for mine in (Move.ESCALATED, Move.RETURNED, Move.OPENED):
        with pytest.raises(Refused, match="the watch does"):
            await asked_move(recorder, "li", MoveIncident(1, two, mine), at, "")
    with pytest.raises(Refused, match="future"):
        report = Reported("x", "the exchange", at + 3600)
        await asked_move(recorder, "li", MoveIncident(1, two, Move.REPORTED, details=report), at, "")
    await asked_move(recorder, "li", MoveIncident(1, two, Move.LINKED, details=Link("change", "T\x1b[2J7")), at, "")
    link = (await records.moves(two))[-1].details
    assert isinstance(link, Link) and "\x1b" not in link.key
    await records.close()
