"""History as other programs get it: CSV that no spreadsheet runs, JSON as one document, times that say their zone."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cli.export import HEAD, bound, harmless, plain, rows
from cli.main import main
from config.paths import places, prepare
from duty.series import SeriesKey
from storage.history import HistoryStore, HostMinute
from storage.rollups import Rollup

START = 1_700_000_000 // 3600 * 3600
CPU, IN = SeriesKey("host", "", "cpu"), SeriesKey("line", "SGE-1", "in")
EVIL = SeriesKey("disk", "=cmd|'/C calc'!A1,\"x", "used")
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    path = tmp_path / "watchkeeper.toml"
    path.write_text('[site]\nname = "Desk"\ntime_zone = "Asia/Shanghai"\n[hosts.gw]\n')
    return path


@pytest.fixture
def store(site: Path) -> Iterator[HistoryStore]:
    """Two hosts over two hours."""
    found = prepare(places(str(site.resolve()), os.environ))
    store = HistoryStore(found.state / "history.sqlite", 64 << 20, 30)
    keys = (CPU, IN, EVIL)
    for number in range(121):
        row = [Rollup(60, float(number), number + 0.5, number + 1.0)] * 3
        store.write(START + 60 * number, [HostMinute("gw", keys, row), HostMinute("risk", (CPU,), row[:1])])
    yield store
    store.close()


SPAN = ("--since", "2023-11-15T05:00", "--until", "2023-11-15T08:30")


def export(site: Path, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["--site", str(site), "export", *SPAN, *words]) == 0
    return capsys.readouterr().out


def test_csv_of_one_series(site: Path, store: HistoryStore, capsys: pytest.CaptureFixture[str]) -> None:
    found = list(csv.reader(io.StringIO(export(site, capsys, "--host", "gw", "--series", "line:*:in"))))
    assert tuple(found[0]) == HEAD and len(found) == 122
    assert found[1] == ["2023-11-15T06:00:00+08:00", "gw", "line", "SGE-1", "in", "bit/s", "60", "60", "0", "0.5", "1"]
    assert [row[0] for row in found[1:]] == sorted(row[0] for row in found[1:])


def test_json_is_one_document(site: Path, store: HistoryStore, capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(export(site, capsys, "--format", "json", "--level", "hour"))
    assert {(row["host"], row["kind"]) for row in found} == {
        ("gw", "host"),
        ("gw", "line"),
        ("gw", "disk"),
        ("risk", "host"),
    }
    assert [row["mean"] for row in found if row["host"] == "risk"] == [30, 90]
    assert found[0] == dict(zip(HEAD, found[0].values(), strict=True))
    assert json.loads(export(site, capsys, "--format", "json", "--host", "nobody")) == []


def test_a_hostile_name_is_no_formula(site: Path, store: HistoryStore, capsys: pytest.CaptureFixture[str]) -> None:
    found = list(csv.reader(io.StringIO(export(site, capsys, "--series", "disk:*"))))
    assert {row[3] for row in found[1:]} == {"'" + EVIL.key}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_what_would_be_a_formula_is_text(text: str) -> None:
    assert harmless(text) == "'" + text
    assert harmless("x" + text) == "x" + text


@pytest.mark.parametrize(("level", "count"), [("auto", 121), ("minute", 121), ("10min", 12), ("hour", 2)])
def test_levels(site: Path, store: HistoryStore, capsys: pytest.CaptureFixture[str], level: str, count: int) -> None:
    assert export(site, capsys, "--host", "r*", "--level", level).count("\n") == count + 1


def test_the_finest_there_is_at_each_time_once(store: HistoryStore) -> None:
    store._levels._drop_before(0, START + 3600, store._layouts)
    found = list(rows(store, "gw", "host::cpu", None, 0, 1e12, SHANGHAI))
    assert sum(int(row[7]) for row in found) == 121 * 60
    assert [row[6] for row in found] == [600] * 6 + [60] * 61


def test_it_is_read_while_the_watch_writes(site: Path, store: HistoryStore, capsys: pytest.CaptureFixture[str]) -> None:
    store.write(START + 121 * 60, [HostMinute("gw", (CPU,), [Rollup(60, 1.0, 1.0, 1.0)])])
    assert export(site, capsys, "--host", "gw", "--series", "host::cpu").count("\n") == 123
    store.write(START + 122 * 60, [HostMinute("gw", (CPU,), [Rollup(60, 1.0, 1.0, 1.0)])])


def test_without_history_it_is_said(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--site", str(site), "export"]) == 2
    seen = capsys.readouterr()
    assert seen.err.startswith("no history is kept at ") and not seen.out


@pytest.mark.parametrize("text", ["tomorrow", "", "2023-13-01", "5 apples", "\x1b[31m"])
def test_what_is_no_time_is_said(site: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    assert main(["--site", str(site), "export", "--since", text]) == 2
    seen = capsys.readouterr().err
    assert "is no time" in seen and "\x1b" not in seen


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("90m", START - 5400),
        ("2d", START - 2 * 86_400),
        ("1970-01-01", -8 * 3600),
        ("1970-01-01T08:00", 0),
        ("1970-01-01T00:00:05+00:00", 5),
        ("1970-01-01T00:00:05Z", 5),
    ],
)
def test_times(text: str, at: float) -> None:
    assert bound(text, SHANGHAI, START, end=False) == at


@pytest.mark.parametrize(
    ("value", "shown"), [(0.1 + 2e-9, 0.1), (64424509440.0, 64424510000), (3.0, 3), (-0.5, -0.5), (1e-9, 1e-9)]
)
def test_numbers_have_the_digits_that_were_kept(value: float, shown: Any) -> None:
    assert plain(value) == shown and isinstance(plain(value), type(shown))


def test_a_reader_that_leaves_early(site: Path, store: HistoryStore) -> None:
    root = Path(__file__).parents[2]
    words = f"--site {site} export {' '.join(SPAN)}"
    ended = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m cli {words} | head -2"],
        capture_output=True, text=True, timeout=60, cwd=root, check=False,
    )  # fmt: skip
    assert ended.stderr == "" and ended.stdout.startswith("time,host")
