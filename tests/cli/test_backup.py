"""The verbs that save, put back and archive the records."""

from __future__ import annotations

import os
import re
from contextlib import closing
from pathlib import Path

import pytest

from cli.codes import Exit
from cli.main import main
from cli.target import STORE_NAME
from config.paths import Places, places, prepare
from duty.records import LogKind, NewLogEntry
from storage.store import Store
from wire.doorway import open_doorway


@pytest.fixture
def site(tmp_path: Path) -> Path:
    path = tmp_path / "watchkeeper.toml"
    path.write_text('[site]\nname = "Desk"\n[hosts.gw1]\n')
    return path


@pytest.fixture
def kept(site: Path) -> Places:
    """A site with five lines of the year 2001 and one of today's program."""
    found = prepare(places(str(site.resolve()), os.environ))
    with closing(Store(found.state / STORE_NAME)) as store:
        store.append_log([NewLogEntry(LogKind.NOTE, "wang", 1e9, text=f"第{n}行") for n in range(5)], 1e9)
    return found


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = main([*words])
    seen = capsys.readouterr()
    return code, seen.out + seen.err


def test_saved_verified_and_put_back(
    site: Path, kept: Places, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to = tmp_path / "monday.sqlite"
    code, words = said(capsys, "--site", str(site), "backup", str(to))
    assert code == Exit.WELL and "duty: 5 lines, 1 to 5, head" in words
    assert said(capsys, "--site", str(site), "backup", str(to))[0] == Exit.BAD
    code, words = said(capsys, "--site", str(site), "verify", str(to))
    assert code == Exit.WELL and "5 lines, 1 to 5" in words
    with closing(Store(kept.state / STORE_NAME)) as store:
        store.append_log([NewLogEntry(LogKind.NOTE, "wang", 1e9, text="not in the backup")], 1e9)
    code, words = said(capsys, "--site", str(site), "restore", str(to))
    assert code == Exit.WELL
    (aside,) = [path for path in kept.state.iterdir() if ".before-" in path.name]
    assert str(aside) in words
    with closing(Store(aside)) as before, closing(Store(kept.state / STORE_NAME)) as now:
        assert before.read_log()[0].text == "not in the backup"
        assert str(now.read_log()[0].said) == "the records were restored from a backup: 5 lines"
    assert said(capsys, "--site", str(site), "verify")[0] == Exit.WELL


def test_nothing_is_put_back_while_a_watch_runs(
    site: Path, kept: Places, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to = tmp_path / "b.sqlite"
    assert said(capsys, "--site", str(site), "backup", str(to))[0] == Exit.WELL
    place = open_doorway(kept.socket)
    before = (kept.state / STORE_NAME).read_bytes()
    code, words = said(capsys, "--site", str(site), "restore", str(to))
    place.release()
    assert code == Exit.RUNS_ALREADY and "stop it first" in words
    assert (kept.state / STORE_NAME).read_bytes() == before


def test_a_backup_that_does_not_verify_is_put_back_only_when_told(
    site: Path, kept: Places, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.support.raw_store import run, unguard

    to = tmp_path / "b.sqlite"
    said(capsys, "--site", str(site), "backup", str(to))
    unguard(to)
    run(to, "UPDATE log_entry SET text = 'quiet' WHERE seq = 2")
    code, words = said(capsys, "--site", str(site), "restore", str(to))
    assert code == Exit.WATCH and "does not verify" in words
    assert not [path for path in kept.state.iterdir() if ".before-" in path.name]
    assert said(capsys, "--site", str(site), "restore", "--unverified", str(to))[0] == Exit.WELL
    code, words = said(capsys, "--site", str(site), "verify")
    assert code == Exit.WATCH and "line 2 is not the one" in words


def test_old_lines_are_archived_and_what_stays_verifies(
    site: Path, kept: Places, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to = tmp_path / "2001.jsonl"
    code, words = said(capsys, "--site", str(site), "archive", str(to), "--before", "2000-01-01")
    assert code == Exit.BAD and "no line may leave" in words
    code, words = said(capsys, "--site", str(site), "archive", str(to), "--before", "2002-01-01")
    assert code == Exit.WELL and "Lines 1 to 5 left" in words
    head = re.findall(r"\b[0-9a-f]{64}\b", words)[0]
    code, words = said(capsys, "--site", str(site), "verify", str(to), "--head", head)
    assert code == Exit.WELL and "stands at line 5" in words
    code, words = said(capsys, "--site", str(site), "verify")
    assert code == Exit.WELL and f"lines up to 5 were archived; head {head}" in words
    assert said(capsys, "--site", str(site), "archive", str(tmp_path / "x"), "--before", "2999-01-01")[0] == Exit.BAD
