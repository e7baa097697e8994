"""The duty log in a shell: the store itself is read, whether a watch runs or not."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from cli.main import main
from cli.target import STORE_NAME
from config.paths import places, prepare
from duty.records import LogKind, NewLogEntry, Subject
from storage.store import Store


def test_lines_that_fit_are_printed_and_nothing_is_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site = tmp_path / "watchkeeper.toml"
    site.write_text('[site]\nname = "Desk"\ntime_zone = "Asia/Shanghai"\n[hosts.gw]\n')
    path = prepare(places(str(site.resolve()), os.environ)).state / STORE_NAME
    assert main(["--site", str(site), "log"]) == 2 and not path.exists()
    store = Store(path)
    about = Subject("gw", "host", "gw")
    store.append_log(
        [NewLogEntry(LogKind.NOTE, "wang", 1_700_000_000.0, about, f"行情网关断线 {n}") for n in range(5)], 1.0
    )
    store.close()
    capsys.readouterr()
    assert main(["--site", str(site), "log", "断线", "--limit", "2"]) == 0
    told = capsys.readouterr()
    assert [line.split()[0] for line in told.out.splitlines()] == ["4", "5"]
    assert "2023-11-15 06:13:20" in told.out and "--limit" in told.err
    assert main(["--site", str(site), "log", "--json", "host:gw", "断线 3"]) == 0
    assert json.loads(capsys.readouterr().out)["event_at"] == "2023-11-15T06:13:20+08:00"
    assert main(["--site", str(site), "log", "hots:gw"]) == 2
    assert "did you mean host:?" in capsys.readouterr().err
