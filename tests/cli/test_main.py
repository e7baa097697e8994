"""The command as a person runs it: exit codes, words, and what it does not load."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli.main import main
from config.schema import schema
from wire.words import language

ROOT = Path(__file__).parents[2]
BAD = ROOT / "tests" / "config" / "bad"
GOOD = ROOT / "tests" / "config" / "good"


def run(*words: str, cwd: Path | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from cli.main import main; raise SystemExit(main())", *words],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=cwd or ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **variables},
        check=False,
    )


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["check", "--help"], ["completion", "bash"], ["man"]])
def test_what_needs_no_library_loads_none(words: list[str]) -> None:
    code = (
        "import sys; from cli.main import main; code = main(sys.argv[1:]);"
        "heavy = {'textual', 'rich', 'asyncssh', 'pydantic', 'sqlmodel', 'psutil'} & set(sys.modules);"
        "print(sorted(heavy), file=sys.stderr); raise SystemExit(code)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, timeout=60, cwd=ROOT, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "[]\n")
    assert "watchkeeper" in ended.stdout


@pytest.mark.parametrize(
    "words", [["bogus"], ["check", "--bogus"], ["doctor"], ["once", "--wait", "soon"], ["--lang", "fr"]]
)
def test_a_wrong_command_line_is_said_and_ends_with_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    seen = capsys.readouterr()
    assert seen.err.startswith("usage: watchkeeper")
    assert seen.out == ""


def test_help_names_every_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    for code in ("0", "1", "2", "3", "4", "130"):
        assert f"  {code:>3}  " in shown


def test_an_interrupt_ends_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_args: argparse.Namespace) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("cli.site_file.schema", interrupted)
    assert main(["schema"]) == 130


def test_a_reader_that_leaves_is_no_error() -> None:
    ended = subprocess.run(
        ["bash", "-c", f"{sys.executable} -c 'from cli.main import main; raise SystemExit(main())' schema | head -1"],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
        check=False,
    )
    assert (ended.stdout, ended.stderr) == ("{\n", "")


def test_check_lists_every_problem(capsys: pytest.CaptureFixture[str]) -> None:
    path = BAD / "many-at-once.toml"
    assert main(["check", str(path)]) == 2
    shown = capsys.readouterr().out
    wanted = [line for line in path.read_text().splitlines() if line.startswith("# expect: ")]
    for line in wanted:
        key, number = line.removeprefix("# expect: ").split(" :: ")[:2]
        assert f"{path}:{number}: {key}\n" in shown
    assert "perhaps: interval" in shown
    assert f"{len(wanted)} problems" in shown


@pytest.mark.parametrize("path", sorted(BAD.glob("*.toml")), ids=lambda path: path.stem)
def test_check_ends_with_2_on_each_bad_file(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(path)]) == 2
    assert str(path) in capsys.readouterr().out


def test_check_of_a_good_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(GOOD / "roles.toml")]) == 0
    assert "no problems. Hosts: 4, processes: 9, lines: 2, disks: 7, logs: 0." in capsys.readouterr().out


def test_check_finds_the_file_that_would_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["check"]) == 2
    assert "watchkeeper init" in capsys.readouterr().err
    assert main(["init"]) == 0
    assert main(["check"]) == 0
    monkeypatch.setenv("SITE", str(BAD / "port-text.toml"))
    assert main(["check"]) == 2
    assert main(["--site", str(GOOD / "minimal.toml"), "check"]) == 0
    assert main(["check", "--site", str(GOOD / "minimal.toml")]) == 0
    assert main(["check", str(tmp_path)]) == 0


def test_init_imports_and_never_overwrites(
    own_world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    ssh = own_world / "home" / ".ssh"
    (ssh / "more").mkdir(parents=True)
    (ssh / "config").write_text("Include more/*\nHost gw1 *.lan !db\n  User x\nHost=db1\n", "utf-8")
    (ssh / "more" / "a").write_text('Host "gw2" # the second\n', "utf-8")
    assert main(["init"]) == 0
    assert "3 hosts" in capsys.readouterr().out
    assert main(["hosts"]) == 0
    assert capsys.readouterr().out.split() == ["console", "gw2", "gw1", "db1"]
    before = (tmp_path / "watchkeeper.toml").read_text()
    assert main(["init"]) == 2
    assert "already" in capsys.readouterr().err
    assert (tmp_path / "watchkeeper.toml").read_text() == before
    assert main(["init", "--no-import", "alone.toml"]) == 0
    assert "0 hosts" in capsys.readouterr().out and "gw2" not in (tmp_path / "alone.toml").read_text()
    assert main(["init", "no/such/folder.toml"]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_schema_is_what_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out) == schema()


@pytest.mark.parametrize(
    ("words", "variables", "spoken"),
    [
        ([], {}, "en"),
        (["--lang", "zh_CN"], {"LANG": "en_US.UTF-8"}, "zh_CN"),
        ([], {"LANG": "zh_CN.UTF-8"}, "zh_CN"),
        ([], {"WATCHKEEPER_LANG": "en", "LANG": "zh_CN.UTF-8"}, "en"),
        (["--site", str(GOOD / "roles.toml")], {}, "zh_CN"),
        (["--site", str(GOOD / "roles.toml")], {"LANG": "en_GB.UTF-8"}, "en"),
        (["--site", str(GOOD / "roles.toml"), "--lang", "en"], {}, "en"),
    ],
)
def test_the_language(
    words: list[str], variables: dict[str, str], spoken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    main([*words, "schema"])
    assert language() == spoken


def test_a_terminal_without_our_signs_gets_the_sentence() -> None:
    ended = run("check", str(BAD / "levels-warn-above-act.toml"), PYTHONIOENCODING="ascii")
    assert ended.returncode == 2
    assert "{warn = ?, act = ?}" in ended.stdout
    assert ended.stderr == ""
