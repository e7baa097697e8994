"""What is PostgreSQL's own of a store there: guards that any role meets, one writer, trouble in words, schemas."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from duty.chain import Examined, Fault, Head, What, examine
from duty.records import DUTY, IncidentMove, LogKind, Move, NewLogEntry
from storage.failures import StoreFailed
from storage.proof import MoveFault, Proof
from storage.server import Server, ServerDatabase
from storage.store import Store
from tests.support.postgres import Cluster, cluster
from tests.support.raw_store import raw, run, unguard


def note(text: str, chain: str = DUTY) -> NewLogEntry:
    return NewLogEntry(kind=LogKind.NOTE, actor="wang", event_at=5.0, text=text, chain=chain)


def opened(text: str = "x") -> IncidentMove:
    return IncidentMove(0, 0, Move.OPENED, 5.0, "wang", text, level=3)


@pytest.fixture
def server(postgres: Cluster) -> Server:
    return postgres.store()


@pytest.fixture
def filled(server: Server) -> Server:
    with closing(Store(server)) as store:
        store.append_log([note(f"第 {number} 行") for number in range(8)], 1.0)
        store.move(opened(), 2.0)
        store.append_log([note("drilled", "drill-1")], 3.0)
    return server


def look(server: Server, head: Head | None = None, chain: str = DUTY) -> Examined:
    with closing(Proof(server)) as proof:
        return examine(proof.links(chain), head)


def test_what_was_written_verifies_on_both_chains(filled: Server) -> None:
    seen = look(filled)
    assert (seen.fault, seen.count, seen.seq) == (None, 9, 9)
    assert look(filled, Head(seen.head[:12], 9)).found == 9
    assert look(filled, chain="drill-1").count == 1
    with closing(Proof(filled)) as proof:
        assert (proof.chains(), proof.moves()) == ([DUTY, "drill-1"], (1, None))


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE log_entry SET text = 'quiet' WHERE chain = 'duty' AND seq = 4", Fault(What.CHANGED, 4)),
        ("DELETE FROM log_entry WHERE chain = 'duty' AND seq IN (3, 4)", Fault(What.MISSING, 3, 4)),
        ("UPDATE log_entry SET actor = 'li' WHERE chain = 'duty' AND seq = 9", Fault(What.CHANGED, 9)),
    ],
)
def test_the_chain_names_the_row_that_was_changed(filled: Server, statement: str, fault: Fault) -> None:
    unguard(filled)
    run(filled, statement)
    assert look(filled).fault == fault


def test_a_move_that_was_changed_is_named(filled: Server) -> None:
    unguard(filled)
    run(filled, "UPDATE incident_move SET level = 1")
    with closing(Proof(filled)) as proof:
        assert proof.moves() == (1, MoveFault(1, 9))


@pytest.mark.parametrize("table", ["log_entry", "incident_move", "log_segment"])
def test_guards_fire_for_a_replica_and_for_truncate(filled: Server, table: str) -> None:
    with raw(filled) as connection:
        connection.exec_driver_sql("SET session_replication_role = replica")
        with pytest.raises(IntegrityError, match="append-only"):
            connection.exec_driver_sql(f"TRUNCATE {table}")
        if table != "log_segment":
            with pytest.raises(IntegrityError, match="append-only"):
                connection.exec_driver_sql(f"DELETE FROM {table}")


def test_tables_of_the_same_name_do_not_answer_for_the_guards(filled: Server) -> None:
    with raw(filled) as connection:
        connection.exec_driver_sql("CREATE TEMPORARY TABLE log_segment (chain text, last_seq int)")
        connection.exec_driver_sql("INSERT INTO log_segment VALUES ('duty', 100)")
        with pytest.raises(IntegrityError, match="append-only"):
            connection.exec_driver_sql("DELETE FROM log_entry WHERE seq = 1")


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TRIGGER log_entry_no_update ON log_entry",
        "ALTER TABLE log_entry DISABLE TRIGGER log_entry_no_update",
        "ALTER TABLE log_entry ENABLE TRIGGER log_entry_no_update",  # no longer in every role
        "CREATE OR REPLACE FUNCTION log_entry_no_update() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    ],
)
def test_guards_taken_away_are_put_back_at_the_next_start(filled: Server, statement: str) -> None:
    run(filled, statement)
    Store(filled).close()
    with raw(filled) as connection:
        connection.exec_driver_sql("SET session_replication_role = replica")
        with pytest.raises(IntegrityError, match="append-only"):
            connection.exec_driver_sql("UPDATE log_entry SET text = 'y'")


WRITER = """
import sys
from duty.records import LogKind, NewLogEntry
from storage.server import Server
from storage.store import Store
store = Store(Server(sys.argv[1]))
for number in range(60):
    store.append_log([NewLogEntry(LogKind.NOTE, sys.argv[2], 1.0, text=str(number))], 1.0)
"""


def test_two_programs_that_write_at_once_make_one_chain(server: Server) -> None:
    Store(server).close()
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, server.url, name]) for name in ("one", "two")]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    seen = look(server)
    assert (seen.fault, seen.count) == (None, 120)


def test_two_programs_that_start_at_once_make_one_store(server: Server) -> None:
    code = "import sys; from storage.server import Server; from storage.store import Store; Store(Server(sys.argv[1]))"
    starts = [subprocess.Popen([sys.executable, "-c", code, server.url]) for _ in range(3)]
    assert [start.wait(60) for start in starts] == [0, 0, 0]
    assert run(server, "SELECT version_num FROM alembic_version") != []


@contextmanager
def another_writer(server: Server) -> Iterator[None]:
    other = ServerDatabase(server)
    with other.writing():
        yield
    other.close()


@contextmanager
def only_read(server: Server) -> Iterator[None]:
    run(server, "ALTER ROLE wk SET default_transaction_read_only = on")
    kill_sessions(server)
    try:
        yield
    finally:
        with raw(server) as connection:
            connection.exec_driver_sql("SET default_transaction_read_only = off")
            connection.exec_driver_sql("ALTER ROLE wk RESET default_transaction_read_only")
        kill_sessions(server)


def kill_sessions(server: Server) -> None:
    """They begin anew, with what the role says by then."""
    others = "FROM pg_stat_activity WHERE usename = 'wk' AND pid <> pg_backend_pid()"
    run(server, f"SELECT pg_terminate_backend(pid, 5000) {others}")


@pytest.mark.parametrize(("trouble", "words"), [(another_writer, "another process holds"), (only_read, "read-only")])
def test_trouble_while_it_is_open_is_named_and_passes(
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
    trouble: Callable[[Server], AbstractContextManager[None]],
    words: str,
) -> None:
    monkeypatch.setattr("storage.server.BUSY_S", 0.1)
    with closing(Store(server)) as store:
        store.append_log([note("before")], 1.0)
        with trouble(server):
            for _ in range(2):  # the first may only find that its connection is gone
                with pytest.raises(StoreFailed) as failed:
                    store.append_log([note("x")], 1.0)
            assert words in str(failed.value.why)
            with pytest.raises(StoreFailed, match=words):
                store.move(opened(), 1.0)
            assert [line.text for line in store.read_log()] == ["before"], "reading goes on"
        again = [attempt(store) for _ in range(2)]
        assert again[-1] in (2, 3)
    assert look(server).fault is None


def attempt(store: Store) -> int:
    try:
        return store.append_log([note("after")], 1.0)[0].seq
    except StoreFailed:
        return 0


def test_a_server_that_is_killed_comes_back_with_every_acknowledged_row() -> None:
    with cluster(durable=True) as running:
        server = running.store()
        with closing(Store(server)) as store:
            for number in range(20):
                store.append_log([note(str(number))], 1.0)
            running.stop()
            with pytest.raises(StoreFailed, match="no connection"):
                store.append_log([note("x")], 1.0)
            with pytest.raises(StoreFailed, match="no connection"):
                Store(server)
            running.start()
            assert attempt(store) == 21 or attempt(store) == 21
        assert look(server).fault is None


def test_a_place_that_is_no_store_is_named_and_left_alone(server: Server) -> None:
    with pytest.raises(StoreFailed, match="no records are kept"):
        Store(server, reading=True)
    with pytest.raises(StoreFailed, match="no records are kept"):
        Proof(server)
    run(server, "CREATE TABLE bookmarks (url text)")
    for reading in (False, True):
        with pytest.raises(StoreFailed, match="another program's database"):
            Store(server, reading=reading)
    missing = Server(server.url.replace("search_path%3Dwk", "search_path%3Dnobody"))
    with pytest.raises(StoreFailed, match="schema that the URL"):
        Store(missing)
    with pytest.raises(StoreFailed, match=r"no connection .* does not exist"):
        Store(Server(server.url.replace("/postgres?", "/nothing?")))


def test_a_store_of_a_newer_program_is_refused(filled: Server) -> None:
    run(filled, "UPDATE meta SET value = '99' WHERE key = 'schema'")
    with pytest.raises(StoreFailed, match="schema 99"):
        Store(filled)


def test_no_password_is_ever_in_its_words(tmp_path: Path) -> None:
    server = Server(f"postgresql://duty:secret@/watchkeeper?host={tmp_path}")
    assert "secret" not in str(server)
    with pytest.raises(StoreFailed) as failed:
        Store(server)
    assert "secret" not in str(failed.value.why) and "no connection" in str(failed.value.why)
