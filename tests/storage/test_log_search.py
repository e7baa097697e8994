"""Finding lines of the log: what a plain look at every line finds, neither more nor less, in pages of any size."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duty.log_query import LogQuery
from duty.log_words import Spoken, folded
from duty.phrases import of, phrase, render
from duty.records import LogEntry, LogKind, NewLogEntry, Subject
from storage.failures import StoreFailed
from storage.log_search import Stopped
from storage.server import Server
from storage.store import Store
from tests.duty.test_log_query import asked
from tests.support.postgres import Cluster

CHINESE = {"{host} is lost": "{host} 断线", "disk {mount} is full": "磁盘 {mount} 已满"}
BOTH = Spoken("1", lambda said: (str(said), render(said, lambda text: CHINESE.get(text, text))))
ZONE = ZoneInfo("Asia/Shanghai")
DAY = 86_400.0

PIECES = st.sampled_from(
    ["网关", "断线", "断", "线", "行情网关", "gw", "GW-1", "order", "Order gateway", "r g", "ＳＧＥ", "sge-2", "é",
     "e\u0301", " ", "　", "。", ",", "/data", "10:31", "0x7f", "[b]", "\"", "ß", "😀", "_", "a", "ab", "abc", "abcd"]
)  # fmt: skip
# No NUL: cleaned before it comes here, and PostgreSQL takes none.
TEXTS = st.lists(PIECES, max_size=6).map("".join) | st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=12
)
HOSTS = st.sampled_from(["", "gw-1", "gw-2", "risk", "Ü 1"])
FULL = st.builds(lambda mount: phrase("disk {mount} is full", mount=mount), st.sampled_from(["/data", "网"]))
LOST = st.builds(lambda host: of(host, phrase("{host} is lost", host=host)), st.sampled_from(["gw-1", "网"]))
SAID = st.none() | FULL | LOST
ENTRIES = st.builds(
    NewLogEntry,
    st.sampled_from(LogKind),
    st.sampled_from(["", "wang", "Li Wei"]),
    st.integers(0, 800).map(lambda hours: 1_700_000_000.25 + 3600 * hours) | st.sampled_from([-5.0, 0.0, 9e9]),
    st.builds(Subject, HOSTS, st.just("disk"), st.sampled_from(["", "/data"])),
    TEXTS,
    SAID,
    st.none() | st.integers(1, 3),
)
MOMENTS = st.none() | st.integers(-10, 900).map(lambda hours: 1_700_000_000.0 + 3600 * hours)
QUERIES = st.builds(
    LogQuery,
    st.lists(TEXTS.map(folded).filter(bool), max_size=2).map(tuple),
    st.lists(st.sampled_from(["gw", "risk", "ü", "1"]), max_size=2).map(tuple),
    st.lists(st.sampled_from(["watch", "wa", "li wei"]), max_size=1).map(tuple),
    st.lists(st.sampled_from(LogKind), max_size=2).map(tuple),
    st.lists(st.integers(1, 4), max_size=1).map(tuple),
    MOMENTS,
    MOMENTS,
)


@pytest.fixture
def store(place: Path | Server) -> Iterator[Store]:
    made = Store(place, BOTH)
    yield made
    made.close()


def note(text: str, at: float = 1_700_000_000.0) -> NewLogEntry:
    return NewLogEntry(LogKind.NOTE, "wang", at, Subject("gw-1", "host", "gw-1"), text)


def plainly(query: LogQuery, entries: list[LogEntry]) -> list[int]:
    """Newest first, by reading every line with Python's own ``in``."""

    def holds(entry: LogEntry) -> bool:
        said = BOTH.say(entry.said) if entry.said is not None else ()
        parts = (entry.text, *said, entry.subject.host, entry.subject.key, entry.actor)
        actor = folded(entry.actor)
        return (
            all(any(term in folded(part) for part in parts) for term in query.terms)
            and (not query.hosts or any(one in folded(entry.subject.host) for one in query.hosts))
            and (not query.actors or any(one in actor if actor else one == "watch" for one in query.actors))
            and (not query.kinds or entry.kind in query.kinds)
            and (not query.incidents or entry.incident in query.incidents)
            and (query.since is None or entry.event_at >= query.since)
            and (query.until is None or entry.event_at < query.until)
        )

    return [entry.seq for entry in reversed(entries) if holds(entry)]


def downwards(store: Store, query: LogQuery, limit: int, most: int | None) -> Iterator[LogEntry]:
    before = None
    while True:
        page = store.search(query, before=before, limit=limit, most=most)
        yield from page.entries
        if page.ended:
            return
        before = page.reached


def upwards(store: Store, query: LogQuery, limit: int, most: int | None) -> list[LogEntry]:
    after, found = 0, []
    while True:
        page = store.search(query, after=after, limit=limit, most=most)
        found = [*page.entries, *found]
        if page.ended:
            return found
        after = page.reached


def found_as_plainly(
    place: Path | Server,
    entries: list[NewLogEntry],
    query: LogQuery,
    indexed: int,
    limit: int,
    most: int | None,
) -> None:
    with closing(Store(place, BOTH)) as store:
        written = store.append_log(entries, 1_700_000_000.0)
        store.index(indexed)
        wanted = plainly(query, written)
        assert [entry.seq for entry in downwards(store, query, limit, most)] == wanted
        assert [entry.seq for entry in upwards(store, query, limit, most)] == wanted


HOW = (st.integers(0, 25), st.integers(1, 7), st.none() | st.integers(1, 9))


@settings(max_examples=150, deadline=None)
@given(st.lists(ENTRIES, max_size=25), QUERIES, *HOW)
def test_every_line_that_fits_is_found_and_no_other(
    entries: list[NewLogEntry], query: LogQuery, indexed: int, limit: int, most: int | None
) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        found_as_plainly(Path(folder) / "r.sqlite", entries, query, indexed, limit, most)


@settings(max_examples=40, deadline=None)
@given(st.lists(ENTRIES, max_size=25), QUERIES, *HOW)
def test_every_line_that_fits_is_found_on_a_server_too(
    postgres: Cluster, entries: list[NewLogEntry], query: LogQuery, indexed: int, limit: int, most: int | None
) -> None:
    found_as_plainly(postgres.store(), entries, query, indexed, limit, most)


def test_a_server_hands_over_its_lines_in_portions(postgres: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.search_index._PORTION", 7)
    with closing(Store(postgres.store(), BOTH)) as store:
        store.append_log([note("断线" if number % 2 else "正常") for number in range(50)], 1.0)
        store.index(100)
        wanted = list(range(50, 0, -2))
        assert [one.seq for one in store.search(asked("断线")).entries] == wanted
        assert [one.seq for one in store.search(asked("断线"), after=0).entries] == wanted


@pytest.mark.parametrize("indexed", [0, 3, 100])
def test_words_of_two_characters_in_either_language(store: Store, indexed: int) -> None:
    lost = phrase("{host} is lost", host="gw-1")
    store.append_log(
        [note("行情网关重连"), note("SGE-2 恢复"), NewLogEntry(LogKind.CONNECTION, "", 5.0, said=lost)], 6.0
    )
    store.index(indexed)
    for text, seqs in {
        "网关": [1], "关重": [1], "断线": [3], "is lost": [3], "sge": [2], "e-2": [2], "恢复": [2], "网断": [],
        "gw": [3, 2, 1], "actor:watch": [3], "kind:note 恢": [2], "until:1970-01-02": [3],
    }.items():  # fmt: skip
        assert [one.seq for one in store.search(asked(text)).entries] == seqs, text


def test_a_line_is_found_from_the_moment_it_is_written(store: Store) -> None:
    for number in range(30):
        store.append_log([note(f"第{number}条 断线")], 1.0)
        if number % 7 == 0:
            store.index(100)
        assert store.search(asked(f'"第{number}条"')).entries[0].seq == number + 1
        assert len(store.search(asked("断线")).entries) == number + 1


def test_a_single_character_is_looked_for_line_by_line_and_it_is_said_how_far(store: Store) -> None:
    store.append_log([note("关闭" if number % 10 == 0 else "正常") for number in range(100)], 1.0)
    store.index(100)
    first = store.search(asked("关"), most=35)
    assert [one.seq for one in first.entries] == [91, 81, 71] and (first.reached, first.ended) == (66, False)
    rest = store.search(asked("关"), before=first.reached)
    assert len(rest.entries) == 7 and rest.ended


def test_other_words_of_the_engine_make_the_index_anew(store: Store) -> None:
    store.append_log([NewLogEntry(LogKind.CONNECTION, "", 5.0, said=phrase("{host} is lost", host="gw"))] * 3, 6.0)
    assert store.index(100) == 3 and store.unindexed() == 0
    store.close()
    newer = Store(store.place, Spoken("2", lambda said: (str(said), "连接中断")))
    assert newer.unindexed() == 3
    assert len(newer.search(asked("中断")).entries) == 3, "found meanwhile"
    assert newer.index(2) == 2 and newer.index(100) == 1 and newer.unindexed() == 0
    assert len(newer.search(asked("中断")).entries) == 3
    assert newer.search(asked("断线")).entries == ()
    newer.close()


@pytest.mark.parametrize("after", [0, 1, 3, 8])
def test_a_search_that_nobody_waits_for_ends(store: Store, after: int) -> None:
    store.append_log([note("正常") for _ in range(3000)], 1.0)
    answers = iter([False] * after)
    with pytest.raises(Stopped):
        store.search(asked("无"), stop=lambda: next(answers, True))
    assert len(store.search(asked("正常"), limit=5).entries) == 5, "the next one goes on"


def test_who_only_reads_creates_and_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    with pytest.raises(StoreFailed, match="no records"):
        Store(path, reading=True)
    assert not path.exists()
    store = Store(path, BOTH)
    store.append_log([note("断线")], 1.0)
    reader = Store(path, BOTH, reading=True)
    assert len(reader.search(asked("断线")).entries) == 1
    reader.close()
    store.close()


def test_a_store_of_before_is_only_read_once_it_is_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA journal_mode=WAL")
        raw.executescript((Path(__file__).parent / "old" / "schema-2.sql").read_text("utf-8"))
    with pytest.raises(StoreFailed, match="older program"):
        Store(path, reading=True)
    store = Store(path)
    lines = store.read_log()
    found = [entry.seq for entry in store.search(asked("cleaned")).entries]
    assert found and store.unindexed() == len(lines)
    assert store.index(100) == len(lines) and [entry.seq for entry in store.search(asked("cleaned")).entries] == found
    store.close()


def test_the_index_takes_a_small_part_of_the_lines(tmp_path: Path) -> None:
    """Numbers of lines only: neither text nor places are kept twice."""
    store = Store(tmp_path / "records.sqlite", BOTH)
    store.append_log([note(f"行情网关断线 {number} order gateway lost") for number in range(2000)], 1.0)
    with store._database.reading() as connection:
        size = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
        before = connection.exec_driver_sql(size).scalar()
    store.index(2000)
    with store._database.reading() as connection:
        after = connection.exec_driver_sql(size).scalar()
    assert before is not None and after is not None and after < 2 * before
    store.close()
