"""Stores of earlier programs, with what was written in them: brought to this schema, every field compared."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import SQLModel

from duty.chain import LOG_FIELDS, LOG_FORM, MOVE_FIELDS, MOVE_FORM, examine
from duty.records import IncidentState
from storage.database import RECORD, Database
from storage.failures import StoreFailed
from storage.migrations import HEAD, SCHEMA, migrate
from storage.proof import Proof
from storage.store import Store
from storage.tables import LOG, MOVES

OLD = sorted((Path(__file__).parent / "old").glob("schema-*.sql"))
Rows = list[dict[str, Any]]


def rows(path: Path, table: str) -> Rows:
    with closing(sqlite3.connect(path)) as raw:
        raw.row_factory = sqlite3.Row
        return [dict(row) for row in raw.execute(f"SELECT * FROM {table} ORDER BY 1")]


@pytest.fixture(params=OLD, ids=lambda path: path.stem)
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A store as an earlier program left it."""
    path = tmp_path / "records.sqlite"
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA journal_mode=WAL")
        raw.executescript(request.param.read_text("utf-8"))
    return path


def test_there_is_a_filled_store_of_every_schema_before() -> None:
    from storage.upgrade import script

    revisions = sorted(int(one.revision) for one in script().walk_revisions())
    assert [path.stem for path in OLD] == [f"schema-{number}" for number in revisions[:-1]]


def test_every_field_of_every_row_is_there_afterwards(old: Path) -> None:
    tables = [
        "log_entry",
        "incident_move",
        *(row["name"] for row in rows(old, "sqlite_master") if row["name"] in ("event_memory", "alarm")),
    ]
    before = {table: rows(old, table) for table in tables}
    assert all(len(found) > 5 for found in (before["log_entry"], before["incident_move"]))
    Store(old).close()
    for table, found in before.items():
        after = rows(old, table)
        assert [{name: row[name] for name in one} for one, row in zip(found, after, strict=True)] == found
    assert {row["key"]: row["value"] for row in rows(old, "meta")}["schema"] == str(SCHEMA)
    assert rows(old, "alembic_version") == [{"version_num": HEAD}]


def test_the_log_of_before_is_a_chain_that_holds_the_moves_too(old: Path) -> None:
    Store(old).close()
    proof = Proof(old)
    seen = examine(proof.links("duty"))
    assert (seen.fault, seen.count, seen.seq) == (None, len(rows(old, "log_entry")), len(rows(old, "log_entry")))
    assert proof.moves() == (7, None), "each move has its hash in its own line"
    proof.close()


def test_work_goes_on_where_it_was_left(old: Path) -> None:
    store = Store(old)
    one, two = store.incidents()
    assert (one.state, one.owner, one.last_note) == (IncidentState.CLOSED, "li", "cleaned up")
    assert (two.state, two.count) == (IncidentState.OPEN, 2)
    assert [entry.seq for entry in store.read_log(limit=3)] == [12, 11, 10]
    assert store.read_log(limit=3)[0].said is not None
    store.close()
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        sqlite3.connect(old).execute("UPDATE log_entry SET text = ''")


def test_opening_a_current_store_or_a_new_one_loads_no_alembic(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from storage.store import Store; path = Path(sys.argv[1]);"
        "Store(path).close(); Store(path).close(); print('alembic' in sys.modules)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "records.sqlite")], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "False", "its import takes longer than all the rest"


def shape(path: Path) -> dict[str, Any]:
    """Tables, columns and indexes, however the statements that made them were written."""
    with closing(sqlite3.connect(path)) as raw:
        names = [name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        found: dict[str, Any] = {}
        for name in names:
            columns = raw.execute(f"PRAGMA table_info({name})").fetchall()
            # A move's form was added behind its other columns.
            found[name] = sorted(column[1:] for column in columns)
            for _, index, unique, *_ in raw.execute(f"PRAGMA index_list({name})"):
                found[f"{name} {index}"] = unique, [row[2] for row in raw.execute(f"PRAGMA index_info({index})")]
        found["triggers"] = sorted(raw.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
        return found


def test_all_revisions_lead_to_the_schema_of_a_new_store(old: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.sqlite"
    Store(new).close()
    Store(old).close()
    assert shape(old) == shape(new)


def test_from_nothing_all_revisions_lead_there_too(tmp_path: Path) -> None:
    """As on a database where a new store is not made at once."""
    from storage.upgrade import upgrade

    new, stepped = tmp_path / "new.sqlite", tmp_path / "stepped.sqlite"
    Store(new).close()
    by_steps = RECORD._replace(migrate=lambda connection: (upgrade(connection, None), migrate(connection))[-1])
    Database(stepped, by_steps).close()
    assert shape(stepped) == shape(new)


def test_the_newest_revision_is_the_one_that_is_known() -> None:
    from storage.upgrade import script

    assert script().get_heads() == [HEAD], "one line of revisions, and HEAD is its end"


def test_every_column_of_a_record_is_hashed() -> None:
    log = {column.name for column in LOG.c} - {"id", "hash", "prev_hash"}
    assert log == set(LOG_FIELDS[LOG_FORM]), "a new column needs a new form: docs/record.md"
    assert {column.name for column in MOVES.c} == set(MOVE_FIELDS[MOVE_FORM])
    assert "incident_move" in SQLModel.metadata.tables


def test_a_migration_that_fails_leaves_the_store_as_it_was(old: Path) -> None:
    with closing(sqlite3.connect(old)) as raw, raw:
        raw.execute("CREATE TABLE log_segment (x)")  # in the way of the newest revision
    before = {table: rows(old, table) for table in ("log_entry", "incident_move", "meta")}
    with pytest.raises(StoreFailed):
        Store(old)
    assert {table: rows(old, table) for table in before} == before
    with closing(sqlite3.connect(old)) as raw, raw:
        raw.execute("DROP TABLE log_segment")
    Store(old).close()
    assert len(rows(old, "log_entry")) == len(before["log_entry"])
