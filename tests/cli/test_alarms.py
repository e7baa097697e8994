"""``watchkeeper alarms``: what is in force, in both languages, as text and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.main import main
from cli.speak import WIDTH, cells, wrapped
from duty.alarm_catalog import BUILT_IN

SITE = str(Path(__file__).parents[1] / "config" / "good" / "alarms.toml")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_without_a_site_file_all_built_in_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["alarms"]) == 0
    said = capsys.readouterr().out
    assert all(f"\n{key}\n" in said for key in BUILT_IN)
    assert "priority: 1, as a warning 3" in said
    assert all(cells(line) <= WIDTH for line in said.splitlines())


def test_what_the_site_says_follows_what_it_differs_from(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["alarms", "--site", SITE]) == 0
    said = capsys.readouterr().out
    own = said[said.index("db.tablespace  (space)  ← app.check") :]
    assert said.index("\napp.check\n") < said.index("db.tablespace")
    assert "action: Call the database administrator." in own.split("\n\n")[0]
    assert (
        "answers for it: desk · to be looked at again by 2027-06-30"
        in said[: said.index("process.missing  (role gateway)")]
    )


def test_in_chinese_no_line_is_wider_than_the_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["alarms", "--lang", "zh_CN", "--site", SITE]) == 0
    said = capsys.readouterr().out
    assert "处置: 联系数据库管理员。" in said and "须在 5 分钟内响应" in said
    lines = said.splitlines()
    assert all(cells(line) <= WIDTH + 4 for line in lines), max(lines, key=cells)
    assert not any(line.strip()[:1] in "。，；：）" for line in lines if line.strip())


def test_wrapped_text_loses_nothing() -> None:
    text = "处置: 先看 ssh-add -l：没有密钥，" * 12
    assert "".join(wrapped(text, 4).split()) == "".join(text.split())


def test_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["alarms", "--json", "--site", SITE]) == 0
    found = json.loads(capsys.readouterr().out)
    built_in = [one for one in found if "condition" not in one]
    assert [one["key"] for one in built_in] == list(BUILT_IN)
    space = next(one for one in found if one["key"] == "db.tablespace")
    assert (space["condition"], space["thing"], space["priority"], space["latch"]) == ("app.check", "space", 2, True)
    assert space["realarm_s"] is None and space["respond_s"] == 900


def test_a_bad_site_file_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "watchkeeper.toml"
    bad.write_text('[site]\nname = "Desk"\n[hosts.gw1]\n[[alarm]]\nkey = "nothing"\n', "utf-8")
    assert main(["alarms"]) == 2
    assert "alarm[0].key" in capsys.readouterr().err
