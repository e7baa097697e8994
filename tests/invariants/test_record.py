"""The record's invariants on a real watch and its store: what is written stays, and is read without this program."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing

import pytest

from cli.codes import Exit
from duty.corrections import LATE_S
from duty.records import LogEntry, Move
from tests.invariants.conftest import Room
from wire.messages import CorrectLog, MoveIncident, OpenIncident, ReadLog, TakeIncident, WriteLog


async def test_i3_what_the_watch_wrote_is_changed_by_nobody_and_its_chain_has_no_holes(
    room: Room, capfd: pytest.CaptureFixture[str]
) -> None:
    for number in range(3):
        await room.li.done(WriteLog, f"note {number}")
    await room.wang.done(OpenIncident, "slow", 3)
    with closing(sqlite3.connect(room.watch.store, isolation_level=None)) as other:
        for statement in (
            "UPDATE log_entry SET text = 'other' WHERE seq = 2",
            "DELETE FROM log_entry WHERE seq = 2",
            "INSERT OR REPLACE INTO log_entry SELECT * FROM log_entry WHERE seq = 2",
            "UPDATE incident_move SET level = 4",
            "DELETE FROM incident_move",
        ):
            with pytest.raises(sqlite3.Error):
                other.execute(statement)
    assert room.say("verify") == Exit.WELL
    numbers = [seq for (seq,) in room.rows("SELECT seq FROM log_entry WHERE chain = 'duty' ORDER BY seq")]
    assert numbers == list(range(1, len(numbers) + 1))
    assert f"{len(numbers)} lines, 1 to {len(numbers)}" in capfd.readouterr().out


async def test_i4_a_correction_names_its_original_and_both_are_read(
    room: Room, capfd: pytest.CaptureFixture[str]
) -> None:
    (wrong,) = (await room.li.done(WriteLog, "restarted gateway 03")).log
    (right,) = (await room.wang.done(CorrectLog, wrong.seq, "restarted gateway 05", "typed the wrong number")).log
    assert right.supersedes == wrong.seq
    page = (await room.li.done(ReadLog, "gateway")).page
    assert page is not None
    assert [(one.text, one.corrected_by) for one in page.entries] == [
        ("restarted gateway 05", None), ("restarted gateway 03", right.seq),
    ]  # fmt: skip
    assert "was corrected already" in await room.li.refused(CorrectLog, wrong.seq, "06", "again")
    room.stop()
    assert room.say("export-log") == Exit.WELL
    said = capfd.readouterr().out
    assert "restarted gateway 03" in said and f"corrected by line {right.seq}" in said
    assert f"restarted gateway 05 (corrects line {wrong.seq}: typed the wrong number)" in said


async def test_i5_a_late_line_has_both_times_and_nothing_is_written_of_the_future(
    room: Room, capfd: pytest.CaptureFixture[str]
) -> None:
    now = time.time()
    (late,) = (await room.li.done(WriteLog, "seen at the rack", event_at=now - LATE_S - 60)).log
    assert late.entered_at - late.event_at > LATE_S
    assert "has not come yet" in await room.li.refused(WriteLog, "soon", event_at=now + 3600)
    room.stop()
    assert room.say("export-log") == Exit.WELL
    said = capfd.readouterr().out
    assert f" L #{late.seq} " in said and ": seen at the rack" in said and "soon" not in said
    assert all(
        event <= entered + 2_000_000 for event, entered in room.rows("SELECT event_at, entered_at FROM log_entry")
    )


async def test_i19_every_record_is_plain_text_by_one_command_without_a_watch(
    room: Room, capfd: pytest.CaptureFixture[str]
) -> None:
    notes = [f"网关断线 {number}" for number in range(3)]
    for text in notes:
        await room.li.done(WriteLog, text)
    incident = (await room.li.done(OpenIncident, "quotes are slow", 3)).incident
    assert incident is not None
    await room.wang.done(TakeIncident, incident.id)
    await room.wang.done(MoveIncident, incident.id, Move.MITIGATED, "standby took over")
    await room.down("wk-one")
    room.stop()
    assert room.say("export-log") == Exit.WELL
    said = capfd.readouterr().out
    for seq, text, english in room.rows("SELECT seq, text, said_english FROM log_entry"):
        assert f"#{seq} " in said
        assert all(words in said for words in (text, english) if words)
    assert all(text in said for text in notes) and "standby took over" in said and "process.missing" in said
    assert room.say("incident", str(incident.id)) == Exit.WELL
    assert "standby took over" in capfd.readouterr().out


async def test_i20_a_file_that_is_lost_is_no_lost_line(room: Room, capfd: pytest.CaptureFixture[str]) -> None:
    trace = room.watch.places.state.parent / "trace.txt"
    trace.write_bytes(b"stack\n")
    assert room.say("attach", str(trace), "--note", "what it said") == Exit.WELL
    page = (await room.li.done(ReadLog, "said")).page
    assert page is not None
    (line,) = (one for one in page.entries if isinstance(one, LogEntry) and one.text == "what it said")
    (ref,) = line.refs
    kept = next((room.watch.places.state / "files").rglob(ref.sha256))
    assert kept.read_bytes() == b"stack\n"
    kept.unlink()
    room.stop()
    assert room.say("verify") == Exit.WELL
    told = capfd.readouterr()
    assert f"line {line.seq}: the file trace.txt is missing" in told.err
    assert room.say("export-log") == Exit.WELL
    assert ref.sha256 in capfd.readouterr().out
