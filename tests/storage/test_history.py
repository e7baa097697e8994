"""History in its store: rolled up, never larger than its size, right after kills and clocks that jump."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duty.series import SeriesKey
from storage.failures import StoreFailed
from storage.history import HistoryStore, HostMinute, Row
from storage.history_levels import HOUR, LEAST, MINUTE, TEN
from storage.rollups import NOTHING, Rollup, column, merged, merged_rows, pack, rolled, unpack, width

CPU, USED = SeriesKey("host", "", "cpu"), SeriesKey("disk", "/data", "used")
START = 1_700_000_000 // 3600 * 3600
SIZE, DAYS = 64 << 20, 30


@pytest.fixture
def store(tmp_path: Path) -> Iterator[HistoryStore]:
    opened = HistoryStore(tmp_path / "history.sqlite", SIZE, DAYS)
    yield opened
    opened.close()


def one(value: float, readings: int = 60) -> Rollup:
    return Rollup(readings, value, value, value)


def minute(host: str, *values: float, keys: tuple[SeriesKey, ...] = (CPU, USED)) -> HostMinute:
    return HostMinute(host, keys, [one(value) for value in values])


def of(store: HistoryStore, key: SeriesKey = CPU, level: int = MINUTE, host: str = "gw") -> list[Row]:
    return store.read(host, [key], level, 0, 1e12)[key]


# --- roll-ups ---------------------------------------------------------------------------------------------------------

finite = st.floats(-(2.0**90), 2.0**90, width=32)
readings = st.lists(st.one_of(finite, st.just(float("nan")), st.just(float("inf"))), max_size=70)


@given(readings, readings)
def test_a_roll_up_of_roll_ups_is_the_roll_up_of_all(first: list[float], second: list[float]) -> None:
    parts, whole = merged([rolled(first), rolled(second)]), rolled(first + second)
    assert (parts.readings, parts.low, parts.high) == (whole.readings, whole.low, whole.high)
    assert parts.mean == pytest.approx(whole.mean, rel=1e-6, abs=1e22)
    assert parts.readings == 0 or parts.low <= parts.high


def test_nothing_and_not_finite_are_no_reading() -> None:
    assert rolled([]) == rolled([float("nan"), float("inf")]) == merged([]) == NOTHING
    assert rolled([float("nan"), 0.0, 2.0]) == Rollup(2, 0.0, 1.0, 2.0)


@given(st.lists(st.lists(st.tuples(st.integers(0, 3), finite, finite, finite), min_size=7, max_size=7), min_size=1))
def test_rows_are_rolled_up_as_their_series_are(rows: list[list[tuple[int, float, float, float]]]) -> None:
    packed = [pack([Rollup(*four) for four in row]) for row in rows]
    wanted = [merged([unpack(row)[place] for row in packed]) for place in range(7)]
    for got, want in zip(unpack(merged_rows(packed)), wanted, strict=True):
        assert (got.readings, got.low, got.high) == (want.readings, want.low, want.high)
        assert got.mean == pytest.approx(want.mean, rel=1e-5)


@given(st.lists(st.tuples(st.integers(0, 65535), finite, finite, finite).map(lambda four: Rollup(*four)), max_size=40))
def test_what_is_packed_is_unpacked(row: list[Rollup]) -> None:
    data = pack(row)
    assert unpack(data) == row and width(data) == len(row)
    assert [column(data, place) for place in range(len(row))] == row
    assert column(data, len(row)) == NOTHING


# --- levels -----------------------------------------------------------------------------------------------------------


def test_minutes_become_ten_minutes_and_hours(store: HistoryStore) -> None:
    for number in range(121):
        store.write(START + 60 * number, [minute("gw", float(number), 1e9 + number)])
    assert len(of(store)) == 121
    tens, hours = of(store, level=TEN), of(store, level=HOUR)
    assert [row.at for row in tens] == [START + 600 * n for n in range(12)]
    assert tens[1].roll == Rollup(600, 10.0, 14.5, 19.0)
    assert [row.roll for row in hours] == [Rollup(3600, 0.0, 29.5, 59.0), Rollup(3600, 60.0, 89.5, 119.0)]
    assert store.span("gw", HOUR) == (START, START + 7200)
    assert store.span("gw", MINUTE) == (START, START + 121 * 60)


def test_a_longer_period_that_only_begins_earlier_is_not_read(store: HistoryStore) -> None:
    for number in range(7, 27):
        store.write(START + 60 * number, [minute("gw", 1.0, 1.0)])
    assert of(store, level=TEN)[0].at == START, "ten minutes of which three were watched"
    pieces = store.pieces("gw", MINUTE, START - 3600, START + 3600)
    assert [(piece.level, piece.since) for piece in pieces] == [(MINUTE, START + 420)]


def test_hosts_and_series_are_told_apart(store: HistoryStore) -> None:
    store.write(START, [minute("gw", 1.0, 2.0), minute("risk", 3.0, keys=(USED,))])
    assert of(store) == [Row(START, one(1.0))] and of(store, USED) == [Row(START, one(2.0))]
    assert of(store, host="risk") == [] and of(store, USED, host="risk") == [Row(START, one(3.0))]
    assert of(store, host="nobody") == [] and store.span("nobody", MINUTE) is None
    assert store.hosts() == ("gw", "risk")
    assert store.series("gw") == (USED, CPU) and store.series("nobody") == ()


def test_a_period_without_readings_is_a_gap(store: HistoryStore) -> None:
    for number in (0, 1, 2, 25, 26):
        store.write(START + 60 * number, [minute("gw", 1.0, 1.0)])
    store.write(START + 60 * 27, [HostMinute("gw", (CPU, USED), [NOTHING, one(1.0)])])
    store.write(START + 60 * 40, [])
    assert [row.at - START for row in of(store)] == [0, 60, 120, 1500, 1560]
    assert [row.at - START for row in of(store, level=TEN)] == [0, 1200]
    assert of(store, USED)[-1].at == START + 27 * 60


def test_series_that_come_and_go_keep_their_past(store: HistoryStore) -> None:
    new = SeriesKey("disk", "/new", "used")
    store.write(START, [minute("gw", 1.0, 2.0)])
    store.write(START + 60, [minute("gw", 5.0, 6.0, keys=(new, CPU))])
    store.write(START + 120, [minute("gw", 7.0, keys=(USED,))])
    store.write(START + 600, [minute("gw", 8.0, keys=(CPU,))])
    assert [row.roll.mean for row in of(store)] == [1.0, 6.0, 8.0]
    assert [row.roll.mean for row in of(store, USED)] == [2.0, 7.0]
    assert [row.roll.mean for row in of(store, new)] == [5.0]
    assert of(store, level=TEN)[0].roll == Rollup(120, 1.0, 3.5, 6.0)


def test_a_host_whose_disks_come_and_go_makes_no_endless_layouts(store: HistoryStore, tmp_path: Path) -> None:
    for number in range(300):
        disk = SeriesKey("disk", f"/mnt/{number % 3}", "used")
        store.write(START + 60 * number, [minute("gw", 1.0, float(number), keys=(CPU, disk))])
    with sqlite3.connect(tmp_path / "history.sqlite") as raw:
        assert raw.execute("SELECT count(*) FROM layout").fetchone()[0] <= 5


# --- restarts, kills, clocks ------------------------------------------------------------------------------------------


def test_a_restart_within_a_minute_joins_both_halves(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    for value, readings_ in ((1.0, 20), (4.0, 40)):
        store = HistoryStore(path, SIZE, DAYS)
        store.write(START, [HostMinute("gw", (CPU,), [one(value, readings_)])])
        store.close()
    store = HistoryStore(path, SIZE, DAYS)
    assert of(store) == [Row(START, Rollup(60, 1.0, 3.0, 4.0))]
    store.close()


def test_what_a_restart_found_unfinished_is_rolled_up_later(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    store = HistoryStore(path, SIZE, DAYS)
    for number in range(14):
        store.write(START + 60 * number, [minute("gw", 1.0, 1.0)])
    store.close()
    store = HistoryStore(path, SIZE, DAYS)
    store.write(START + 3600, [minute("gw", 9.0, 9.0)])
    assert [(row.at - START, row.roll.readings) for row in of(store, level=TEN)] == [(0, 600), (600, 240)]
    assert [(row.at - START, row.roll.readings) for row in of(store, level=HOUR)] == [(0, 840)]
    store.close()


def test_a_clock_that_goes_back_makes_no_second_value_and_loses_none(store: HistoryStore) -> None:
    for number in range(30):
        store.write(START + 60 * number, [minute("gw", 1.0, 1.0)])
    for number in range(10, 45):  # twenty minutes back, and on
        store.write(START + 60 * number, [minute("gw", 3.0, 3.0)])
    found = of(store)
    assert [row.at for row in found] == [START + 60 * n for n in range(45)]
    assert found[15].roll == Rollup(120, 1.0, 2.0, 3.0) and found[40].roll == one(3.0)
    tens = of(store, level=TEN)
    assert [row.roll.readings for row in tens] == [600, 1200, 1200, 600]
    assert (tens[1].roll.low, tens[1].roll.high) == (1.0, 3.0)


def test_a_clock_that_is_a_year_ahead_for_a_while_costs_little(store: HistoryStore) -> None:
    for number in range(300):
        store.write(START + 60 * number, [minute("gw", 1.0, 1.0)])
    for number in range(10):
        store.write(START + 365 * 86_400 + 60 * number, [minute("gw", 2.0, 2.0)])
    for number in range(300, 330):
        store.write(START + 60 * number, [minute("gw", 3.0, 3.0)])
    here = [row for row in of(store) if row.at < START + 86_400]
    assert len(here) >= 330 - 60
    assert of(store, level=TEN)[-2].at == START + 320 * 60


def test_a_kill_costs_no_minute_that_was_written(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    code = textwrap.dedent(f"""
        import sys
        from pathlib import Path
        from storage.history import HistoryStore, HostMinute
        from storage.rollups import Rollup
        from duty.series import SeriesKey
        CPU = SeriesKey("host", "", "cpu")
        store = HistoryStore(Path({str(path)!r}), {SIZE}, {DAYS})
        for number in range(100_000):
            store.write({START} + 60 * number, [HostMinute("gw", (CPU,), [Rollup(60, 1, 1, 1)])])
            print(number, flush=True)
    """)
    root = Path(__file__).parents[2]
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=root)
    assert process.stdout is not None
    said = [int(process.stdout.readline()) for _ in range(50)]
    process.kill()
    said += [int(line) for line in process.stdout.read().split("\n") if line.strip()]
    process.wait()
    store = HistoryStore(path, SIZE, DAYS)
    kept = [(row.at - START) // 60 for row in of(store)]
    assert kept[: len(said)] == said and len(kept) - len(said) in (0, 1)
    store.write(START + 60 * (kept[-1] + 1), [minute("gw", 1.0, 1.0)])
    assert len(of(store)) == len(kept) + 1
    store.close()


# --- its size ---------------------------------------------------------------------------------------------------------

WIDE = tuple(SeriesKey("process", f"p{number}", "rss") for number in range(300))


def taken(path: Path) -> int:
    return sum(each.stat().st_size for each in path.parent.iterdir())


def fill(store: HistoryStore, path: Path, start: int, minutes: int, hosts: int = 10, every: int = 60) -> int:
    """Write so many minutes, one each ``every`` seconds; the most that all files took."""
    most = 0
    for number in range(minutes):
        row = [Rollup(60, float(number), number + 0.5, number + 1.0)] * len(WIDE)
        store.write(start + every * number, [HostMinute(f"h{host}", WIDE, row) for host in range(hosts)])
        most = max(most, taken(path))
    return most


def test_it_never_grows_past_its_size_and_keeps_the_newest(tmp_path: Path) -> None:
    path = tmp_path / "h" / "history.sqlite"
    store = HistoryStore(path, LEAST, DAYS)
    most = fill(store, path, START, 500)
    assert 0.6 * LEAST < most <= LEAST
    kept = of(store, WIDE[0], host="h7")
    assert kept[-1].at == START + 60 * 499 and 60 < len(kept) < 500
    assert [row.at for row in kept] == list(range(kept[0].at, START + 60 * 500, 60))
    assert of(store, WIDE[0], TEN, "h7")[0].at < kept[0].at - 3600, "ten minutes outlive minutes"
    store.close()


def test_nothing_is_kept_longer_than_asked(store: HistoryStore) -> None:
    store.resize(SIZE, 1)
    for number in range(400):
        store.write(START + 600 * number, [minute("gw", 1.0, 1.0)])
    now = START + 600 * 399
    for level in (MINUTE, TEN, HOUR):
        assert of(store, level=level)[0].at >= now - 86_400 - 3_600


def test_a_smaller_size_makes_the_file_smaller(tmp_path: Path) -> None:
    path = tmp_path / "h" / "history.sqlite"
    store = HistoryStore(path, 2 * LEAST, DAYS)
    fill(store, path, START, 600)
    assert taken(path) > 1.2 * LEAST
    store.resize(LEAST, DAYS)
    fill(store, path, START + 36_000, 30)
    assert taken(path) <= LEAST
    assert of(store, WIDE[0], host="h3")[-1].at == START + 36_000 + 29 * 60
    store.close()


def test_reading_all_of_it_does_not_make_it_grow(tmp_path: Path) -> None:
    path = tmp_path / "h" / "history.sqlite"
    store = HistoryStore(path, LEAST, DAYS)
    fill(store, path, START, 250)
    reader = HistoryStore(path, LEAST, DAYS, reading=True)
    ended = threading.Event()

    def read() -> None:
        while not ended.is_set():
            for host in reader.hosts():
                for _row in reader.whole(host, MINUTE, 0, 1e12):
                    if ended.is_set():
                        return

    thread = threading.Thread(target=read)
    thread.start()
    try:
        most = fill(store, path, START + 15_000, 150)
    finally:
        ended.set()
        thread.join()
    assert most <= LEAST
    reader.close()
    store.close()


# --- trouble ----------------------------------------------------------------------------------------------------------


def said(error: pytest.ExceptionInfo[StoreFailed]) -> str:
    return str(error.value.why)


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    path.write_bytes(b"not a database at all, but long enough to look like one" * 100)
    with pytest.raises(StoreFailed) as error:
        HistoryStore(path, SIZE, DAYS)
    assert said(error) == "the store is damaged"
    assert path.read_bytes().startswith(b"not a database")


def test_another_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    with sqlite3.connect(path) as raw:
        raw.execute("CREATE TABLE meta (key TEXT, value TEXT)")
    with pytest.raises(StoreFailed) as error:
        HistoryStore(path, SIZE, DAYS)
    assert "another program's database" in said(error)


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    HistoryStore(path, SIZE, DAYS).close()
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE meta SET value = '99' WHERE key = 'schema'")
    with pytest.raises(StoreFailed) as error:
        HistoryStore(path, SIZE, DAYS)
    assert "newer program" in said(error)


def test_a_locked_file_is_said_and_written_afterwards(store: HistoryStore, tmp_path: Path) -> None:
    store.write(START, [minute("gw", 1.0, 1.0)])
    raw = sqlite3.connect(tmp_path / "history.sqlite", isolation_level=None)
    raw.execute("BEGIN IMMEDIATE")
    before = time.monotonic()
    with pytest.raises(StoreFailed) as error:
        store.write(START + 60, [minute("new", 2.0, 2.0)])
    assert said(error) == "another process holds the store" and time.monotonic() - before < 30
    assert of(store) == [Row(START, one(1.0))]
    raw.execute("ROLLBACK")
    store.write(START + 60, [minute("new", 2.0, 2.0)])
    assert of(store, host="new") == [Row(START + 60, one(2.0))]
    raw.close()


def test_rows_that_make_no_sense_are_passed_over(store: HistoryStore, tmp_path: Path) -> None:
    for number in range(9):
        store.write(START + 60 * number, [minute("gw", 1.0, 1.0)])
    with sqlite3.connect(tmp_path / "history.sqlite") as raw:
        raw.execute("UPDATE point SET data = x'0102' WHERE at = ?", (START + 60,))
        raw.execute("UPDATE point SET layout = 99 WHERE at = ?", (START + 120,))
    store.write(START + 540, [minute("gw", 1.0, 1.0)])
    assert [row.at - START for row in of(store)] == [0, 180, 240, 300, 360, 420, 480, 540]
    assert of(store, level=TEN)[0].roll.readings == 8 * 60


def test_history_is_for_its_owner_alone(store: HistoryStore, tmp_path: Path) -> None:
    store.write(START, [minute("gw", 1.0, 1.0)])
    assert all(os.stat(each).st_mode & 0o077 == 0 for each in tmp_path.glob("history.sqlite*"))


def test_only_reading_makes_no_file(tmp_path: Path) -> None:
    with pytest.raises(StoreFailed):
        HistoryStore(tmp_path / "none.sqlite", SIZE, DAYS, reading=True)
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 90), st.floats(0, 100, width=16)), min_size=1, max_size=60))
def test_whatever_order_minutes_come_in_each_slot_holds_all_of_its_readings(
    tmp_path_factory: pytest.TempPathFactory, written: Sequence[tuple[int, float]]
) -> None:
    store = HistoryStore(tmp_path_factory.mktemp("h") / "history.sqlite", SIZE, DAYS)
    wanted: dict[int, list[float]] = {}
    for number, value in written:
        store.write(START + 60 * number, [HostMinute("gw", (CPU,), [one(value, 1)])])
        wanted.setdefault(number, []).append(value)
    store.write(START + 60 * 200, [])
    found = {(row.at - START) // 60: row.roll for row in of(store)}
    assert {n: (r.readings, r.low, r.high) for n, r in found.items()} == {
        n: (len(values), min(values), max(values)) for n, values in wanted.items()
    }
    assert sum(row.roll.readings for row in of(store, level=HOUR)) == len(written)
    store.close()
