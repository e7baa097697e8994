"""A store of the time of three states: opened by this program with every row as it was."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from duty.incident_details import Cause, Resolution, Review
from duty.records import IncidentMove, IncidentState, Move, Refused
from storage.store import Store

OLD = """
CREATE TABLE meta ("key" VARCHAR NOT NULL PRIMARY KEY, value VARCHAR NOT NULL);
CREATE TABLE log_entry (seq INTEGER NOT NULL PRIMARY KEY, kind VARCHAR NOT NULL, event_at BIGINT NOT NULL,
  entered_at BIGINT NOT NULL, actor VARCHAR NOT NULL, host VARCHAR NOT NULL, subject_kind VARCHAR NOT NULL,
  subject_key VARCHAR NOT NULL, text VARCHAR NOT NULL, said_template VARCHAR, said_values VARCHAR, said_of VARCHAR,
  said_english VARCHAR, incident INTEGER);
CREATE TABLE incident_move (seq INTEGER NOT NULL PRIMARY KEY, incident INTEGER NOT NULL, move VARCHAR NOT NULL,
  at BIGINT NOT NULL, actor VARCHAR NOT NULL, text VARCHAR NOT NULL, said_template VARCHAR, said_values VARCHAR,
  said_of VARCHAR, said_english VARCHAR, host VARCHAR NOT NULL, subject_kind VARCHAR NOT NULL,
  subject_key VARCHAR NOT NULL, level INTEGER, automatic BOOLEAN NOT NULL);
CREATE TABLE event_memory (host VARCHAR NOT NULL, "key" VARCHAR NOT NULL, saved_at BIGINT NOT NULL,
  memory VARCHAR NOT NULL, PRIMARY KEY (host, "key"));
CREATE INDEX log_entry_of_host ON log_entry (host, seq);
CREATE INDEX log_entry_of_incident ON log_entry (incident, seq);
CREATE INDEX incident_move_of_incident ON incident_move (incident, seq);
INSERT INTO meta VALUES ('schema', '2');
"""
ROWS = [
    (1, 1, "opened", "", 2, 1), (1, 2, "taken", "li", None, 0), (1, 3, "noted", "li", None, 0),
    (1, 4, "returned", "", None, 1), (1, 5, "again", "", None, 1), (1, 6, "closed", "li", None, 0),
    (2, 7, "opened", "", 2, 1), (2, 8, "closed", "li", None, 0), (2, 9, "noted", "li", None, 0),
    (3, 10, "opened", "wang", 1, 0), (3, 11, "taken", "li", None, 0), (4, 12, "opened", "", 3, 1),
]  # fmt: skip
"""Incident, seq, move, actor, level, automatic."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "records.sqlite"
    with closing(sqlite3.connect(file)) as raw, raw:
        raw.executescript(OLD)
        raw.executemany(
            "INSERT INTO incident_move (incident, seq, move, actor, level, automatic, at, text, host, subject_kind,"
            " subject_key) VALUES (?, ?, ?, ?, ?, ?, 5000000, 'x', 'gw', 'host', 'gw')",
            ROWS,
        )
    return file


def rows(path: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as raw:
        names = "seq, incident, move, at, actor, text, host, subject_kind, subject_key, level, automatic"
        return raw.execute(f"SELECT {names} FROM incident_move ORDER BY seq").fetchall()


def test_every_row_is_as_it_was_and_its_moves_fold_to_a_state_that_makes_sense(path: Path) -> None:
    before = rows(path)
    store = Store(path)
    found = {one.id: (one.state, one.owner, one.active) for one in store.incidents()}
    assert found == {
        1: (IncidentState.CLOSED, "li", False),
        2: (IncidentState.CLOSED, "", False),
        3: (IncidentState.ACCEPTED, "li", True),
        4: (IncidentState.OPEN, "", True),
    }
    store.close()
    assert rows(path) == before
    Store(path).close()


def test_what_was_open_goes_the_new_way_and_what_was_closed_can_be_opened_again(path: Path) -> None:
    store = Store(path)
    with pytest.raises(Refused, match="not resolved"):
        store.move(IncidentMove(0, 3, Move.CLOSED, 6.0, "li"), 6.0)
    for made in (
        IncidentMove(0, 3, Move.RESOLVED, 6.0, "li", "restarted", details=Resolution(Cause.SOFTWARE)),
        IncidentMove(0, 3, Move.REVIEWED, 6.0, "li", details=Review("it stood", "a leak")),
        IncidentMove(0, 3, Move.CLOSED, 6.0, "zhao"),
        IncidentMove(0, 1, Move.REOPENED, 6.0, "li", "it is back"),
        IncidentMove(0, 4, Move.MERGED, 6.0, "li", other=1),
    ):
        store.move(made, 6.0)
    store.close()
    again = Store(path)
    states = {one.id: one.state for one in again.incidents()}
    assert states == {
        1: IncidentState.OPEN, 2: IncidentState.CLOSED, 3: IncidentState.CLOSED, 4: IncidentState.MERGED,
    }  # fmt: skip
    assert [one.id for one in again.merged_into(1)] == [4]
    again.move(IncidentMove(0, 1, Move.TAKEN, 7.0, "li"), 7.0)
    with pytest.raises(Refused, match="incident 4, merged into it"):
        again.move(IncidentMove(0, 1, Move.RESOLVED, 7.0, "li", "x", details=Resolution(Cause.LINE)), 7.0)
    again.close()
