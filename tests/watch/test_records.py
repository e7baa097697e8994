"""Keeping and telling: saved first, told second, nothing lost while the store does not write."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from duty.incident_details import Cause, Evidence, Opening, Resolution, Review
from duty.incident_rules import Change
from duty.moment import Moment
from duty.phrases import phrase
from duty.quality import Quality, State
from duty.records import IncidentState, LogKind, Move, NewLogEntry, Refused, Subject
from storage.database import StoreFailed
from tests.support.feeds import HandClock
from watch.recorder import Event, Recorder
from watch.records import Records
from wire.messages import IncidentChanged, LogWritten

DONE = Resolution(Cause.LINE)
LOST = Change(Subject("gw", "host", "gw"), True, 2, phrase("host {host} is lost", host="gw"), "connection.lost")
BACK = Change(LOST.subject, on=False)


@pytest.fixture
async def kept(tmp_path: Path) -> AsyncIterator[tuple[Recorder, list[Event], Path]]:
    path = tmp_path / "records.sqlite"
    records = await Records.open(path, HandClock())
    told: list[Event] = []
    recorder = Recorder(records, told.append)
    await recorder.load()
    task = asyncio.create_task(recorder.run())
    yield recorder, told, path
    task.cancel()
    await records.close()


def line(text: str) -> NewLogEntry:
    return NewLogEntry(LogKind.CONNECTION, "", 5.0, text=text)


async def test_lines_of_the_engine_are_kept_in_order_and_told(kept: tuple[Recorder, list[Event], Path]) -> None:
    recorder, told, _ = kept
    for number in range(20):
        recorder.log(line(str(number)))
    await recorder.drained()
    texts = [event.entry.text for event in told if isinstance(event, LogWritten)]
    assert texts == [str(n) for n in range(20)]
    assert [entry.text for entry in recorder.recent] == texts[::-1]


async def test_a_fault_opens_joins_and_returns(kept: tuple[Recorder, list[Event], Path]) -> None:
    recorder, told, _ = kept
    at = Moment(10.0, 10.0)
    for on in (True, False, True):
        recorder.condition(LOST if on else BACK, at)
    await recorder.drained()
    (incident,) = recorder.incidents.values()
    assert (incident.count, incident.active, incident.level) == (2, True, 2)
    moves = [event.move.move for event in told if isinstance(event, IncidentChanged)]
    assert moves == [Move.OPENED, Move.RETURNED, Move.AGAIN]
    with pytest.raises(Refused, match="nobody's yet"):
        await recorder.move(incident.id, Move.RESOLVED, at=11.0, actor="li", text="x", details=DONE)
    await recorder.move(incident.id, Move.TAKEN, at=11.0, actor="li")
    with pytest.raises(Refused, match="still holds"):
        await recorder.move(incident.id, Move.RESOLVED, at=11.0, actor="li", text="x", details=DONE)
    recorder.condition(BACK, at)
    await recorder.drained()
    await recorder.move(incident.id, Move.RESOLVED, at=11.0, actor="li", text="line moved", details=DONE)
    recorder.condition(LOST, at)
    await recorder.drained()
    again = recorder.incidents[incident.id]
    assert (again.state, again.count, again.owner) == (IncidentState.OPEN, 3, ""), "it was not resolved"


async def test_after_its_end_the_same_fault_is_a_new_incident_that_names_the_one_before(
    kept: tuple[Recorder, list[Event], Path],
) -> None:
    recorder, _, _ = kept
    at = Moment(10.0, 10.0)
    for on in (True, False):
        recorder.condition(LOST if on else BACK, at)
    await recorder.drained()
    (incident,) = recorder.incidents.values()
    await ended(recorder, incident.id)
    recorder.condition(LOST, at)
    await recorder.drained()
    assert [one.after for one in recorder.incidents.values()] == [None, incident.id]


async def ended(recorder: Recorder, number: int) -> None:
    await recorder.move(number, Move.TAKEN, at=11.0, actor="li")
    await recorder.move(number, Move.RESOLVED, at=12.0, actor="li", text="line moved", details=DONE)
    await recorder.move(number, Move.REVIEWED, at=13.0, actor="li", details=Review("it was cut", "a digger"))
    await recorder.move(number, Move.CLOSED, at=14.0, actor="zhao")


async def test_what_is_merged_goes_on_counting_and_opens_the_other_one_again(
    kept: tuple[Recorder, list[Event], Path],
) -> None:
    recorder, _, _ = kept
    at = Moment(10.0, 10.0)
    recorder.condition(LOST, at)
    await recorder.drained()
    (part,) = recorder.incidents.values()
    whole = await recorder.move(None, Move.OPENED, at=10.0, actor="li", text="the line is down", level=3)
    await recorder.move(part.id, Move.MERGED, at=10.0, actor="li", other=whole.id)
    await recorder.move(whole.id, Move.TAKEN, at=10.0, actor="li")
    with pytest.raises(Refused, match=f"incident {part.id}, merged into it"):
        await recorder.move(whole.id, Move.RESOLVED, at=11.0, actor="li", text="x", details=DONE)
    recorder.condition(BACK, at)
    await recorder.drained()
    await recorder.move(whole.id, Move.RESOLVED, at=11.0, actor="li", text="x", details=DONE)
    recorder.condition(LOST, at)
    await recorder.drained()
    states = [(one.state, one.count) for one in recorder.incidents.values()]
    assert states == [(IncidentState.MERGED, 2), (IncidentState.OPEN, 2)]


async def test_the_evidence_is_that_of_the_moment_in_which_the_fault_began(
    kept: tuple[Recorder, list[Event], Path],
) -> None:
    recorder, told, _ = kept
    recorder.witness = lambda _subject, at, _definition: Evidence(
        at=at, state=State.ACT, quality=Quality.GOOD, lines=("gw: x",)
    )
    recorder.condition(LOST, Moment(10.0, 10.0))
    recorder.witness = lambda _subject, _at, _definition: None
    await recorder.drained()
    (opened,) = [event.move for event in told if isinstance(event, IncidentChanged)]
    assert opened.details == Opening(Evidence(at=10.0, state=State.ACT, quality=Quality.GOOD, lines=("gw: x",)))
    assert await recorder.keeper.moves(opened.incident) == [opened], "it is read back as it was kept"


async def test_a_refused_move_is_not_told(kept: tuple[Recorder, list[Event], Path]) -> None:
    recorder, told, _ = kept
    with pytest.raises(Refused):
        await recorder.move(99, Move.TAKEN, at=1.0, actor="li")
    assert not told


async def test_while_the_store_does_not_write_operators_are_refused_and_lines_wait(
    kept: tuple[Recorder, list[Event], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder, told, path = kept
    monkeypatch.setattr("watch.recorder.RETRY_S", 0.05)
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    recorder.log(line("first"))
    recorder.log(line("second"))
    with pytest.raises(StoreFailed):
        await recorder.write(NewLogEntry(LogKind.NOTE, "wang", 5.0, text="mine"))
    assert not told and recorder.keeper.error is not None  # type: ignore[attr-defined]
    other.execute("ROLLBACK")
    await recorder.drained()
    assert [event.entry.text for event in told if isinstance(event, LogWritten)] == ["first", "second"]
    assert recorder.keeper.error is None  # type: ignore[attr-defined]


async def test_what_was_kept_is_there_after_a_restart(kept: tuple[Recorder, list[Event], Path]) -> None:
    recorder, _, path = kept
    opened = await recorder.move(None, Move.OPENED, at=1.0, actor="wang", text="x", level=1)
    records = await Records.open(path, HandClock())
    again = Recorder(records, lambda _: None)
    await again.load()
    assert again.incidents == {opened.id: opened} and again.recent == recorder.recent
    await records.close()
