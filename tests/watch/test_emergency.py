"""A step of a procedure: a person says that it is done, the watch adds what it sees itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from duty.duty_rules import DutyRules
from duty.evidence import evidence_of
from duty.incident_details import Evidence, Fact, Opening, Shown, Stepped
from duty.quality import Quality, State
from duty.records import Incident, Move, Refused, Subject
from practice.procedures import LINE, PROCEDURES
from tests.support.feeds import HandClock
from tests.tui.app.sites import host
from watch.commands import Commands
from watch.past import LastMinutes, as_seen
from watch.recorder import Recorder
from watch.records import Records
from wire.messages import MoveIncident, OpenIncident

SGE = Subject("order-gw-1", "line", "SGE-1")


async def never(*_: object) -> Any:
    raise AssertionError


def witness(subject: Subject, at: float, _definition: str = "") -> Evidence | None:
    if subject.host == "order-gw-1":
        return Evidence(at, State.OK, Quality.STALE, subject=(Fact("in", 2e6, "bit/s", 40.0),), lines=("order-log: x",))
    return None


@pytest.fixture
async def made(tmp_path: Path) -> AsyncIterator[tuple[Recorder, Commands, Incident]]:
    clock = HandClock()
    records = await Records.open(tmp_path / "records.sqlite", clock)
    recorder = Recorder(records, lambda _event: None)
    recorder.rules, recorder.witness = DutyRules(procedures=PROCEDURES), witness
    await recorder.load()
    engine: Any = SimpleNamespace(runs={})
    commands = Commands(engine, recorder, clock, reload=never, keep_key=never)
    opened = await commands.do("li", OpenIncident(1, "the line is down", 2, SGE))
    assert opened.incident is not None
    yield recorder, commands, opened.incident
    await records.close()


async def test_what_stood_beside_a_step_is_the_watchs_own_word(made: tuple[Recorder, Commands, Incident]) -> None:
    recorder, commands, incident = made
    claim = Stepped("line-failover", "confirm", version=LINE.version, shown=(Shown("all well", witness(SGE, 1.0)),))  # type: ignore[arg-type]
    await commands.do("li", MoveIncident(2, incident.id, Move.STEPPED, "", details=claim))
    (move,) = [one for one in await recorder.keeper.moves(incident.id) if one.move is Move.STEPPED]
    assert isinstance(move.details, Stepped)
    assert (move.details.title, move.details.do) == (LINE.title, LINE.steps[0].do)
    shown = {one.thing: one.seen for one in move.details.shown}
    assert [one.thing for one in move.details.shown] == [str(SGE), str(SGE), "order-gw-2 line SGE-2"]
    assert {seen.state for seen in shown.values()} == {State.UNKNOWN}, "stale and never read: neither is green"
    assert shown[str(SGE)].lines == () and shown[str(SGE)].quality is Quality.STALE
    (line, *_rest) = recorder.recent
    assert str(line.said) == f"incident {incident.id}: step confirm of line-failover done"


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (Stepped("nothing", "confirm"), "there is no procedure nothing"),
        (Stepped("line-failover", "confirm", version="0" * 12), "procedure line-failover was changed: look again"),
        (Stepped("line-failover", "fly", version=LINE.version), "has no step fly"),
        (Stepped("line-failover", "tell", skipped=True, version=LINE.version), "skipped only with a reason"),
    ],
)
async def test_what_is_no_step_of_this_site_is_refused(
    made: tuple[Recorder, Commands, Incident], asked: Stepped, why: str
) -> None:
    _recorder, commands, incident = made
    with pytest.raises(Refused, match=why):
        await commands.do("li", MoveIncident(2, incident.id, Move.STEPPED, details=asked))


class Past:
    """History as far as an incident asks it. ``slow``: it never answers."""

    def __init__(self, *, slow: bool = False) -> None:
        self.seen: Any = host("order-gw-1", cpu_percent=12.5)
        self.slow, self.asked = slow, []

    def view(self, name: str) -> Any:
        return self.seen if name == self.seen.id else None

    async def graph(self, name: str, series: Any, since: float, until: float, points: int) -> Any:
        from duty.graph import Graph, GraphPoint

        self.asked.append((name, str(series), since, until, points))
        if self.slow:
            await asyncio.Event().wait()
        found = (GraphPoint(until - 30.0, 1.0, 2.0, 3.0),)
        return Graph(name, series, "%", since, until, 15.0, 0.0, found)


async def test_the_last_15_minutes_are_frozen_with_it(made: tuple[Recorder, Commands, Incident]) -> None:
    recorder, commands, _incident = made
    past: Any = Past()
    recorder.freeze = LastMinutes(past).freeze
    opened = (await commands.do("li", OpenIncident(3, "slow", 3, Subject("order-gw-1", "host", "order-gw-1")))).incident
    assert opened is not None
    (move,) = await recorder.keeper.moves(opened.id)
    assert isinstance(move.details, Opening) and move.details.evidence is not None
    (cpu,) = move.details.evidence.past
    assert (cpu.kind, cpu.field, cpu.points) == ("host", "cpu", ((cpu.until - 30.0, 1.0, 2.0, 3.0),))
    assert past.asked == [("order-gw-1", "host::cpu", cpu.until - 900.0, cpu.until, 60)]


async def test_nothing_waits_for_a_history_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("watch.past.WAIT_S", 0.0)
    seen = evidence_of(host("order-gw-1", cpu_percent=12.5), Subject("order-gw-1", "host", "order-gw-1"), 1_000.0)
    slow: Any = Past(slow=True)
    assert await LastMinutes(slow).freeze(seen, SGE) == seen
    assert await LastMinutes(slow).freeze(None, SGE) is None and await as_seen(None, SGE) is None
