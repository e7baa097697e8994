"""Completion scripts in real shells, where they are installed; the man page as roff and as the file in docs."""

from __future__ import annotations

import argparse
import shutil
import subprocess
from pathlib import Path

import pytest

from cli import man, shells
from cli.main import main
from cli.parser import SHELLS, build
from cli.tree import commands
from wire.words import speak

ROOT = Path(__file__).parents[2]

BASH = """
source "$1"
shift
compopt() { :; }
COMP_WORDS=(watchkeeper "$@")
COMP_CWORD=$#
_watchkeeper
printf '%s\\n' "${COMPREPLY[@]}"
"""


def bash(folder: Path, *words: str) -> list[str]:
    """What bash offers for the last of ``words``; the program itself is a stand-in that knows two hosts."""
    (folder / "completion.bash").write_text(shells.bash(), "utf-8")
    stand_in = folder / "watchkeeper"
    stand_in.write_text("#!/bin/sh\necho gw1\necho db1\n", "utf-8")
    stand_in.chmod(0o755)
    ended = subprocess.run(
        ["bash", "-c", BASH, "bash", str(folder / "completion.bash"), *words],
        capture_output=True,
        text=True,
        timeout=30,
        cwd=folder,
        env={"PATH": f"{folder}:/usr/bin:/bin"},
        check=True,
    )
    assert ended.stderr == ""
    return sorted(ended.stdout.split())


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["st"], ["start", "status", "stop"]),
        (["--pra"], ["--practice"]),
        (["once", "--j"], ["--json"]),
        (["doctor", ""], ["db1", "gw1"]),
        (["doctor", "g"], ["gw1"]),
        (["authorize", "--k"], ["--key"]),
        (["completion", "z"], ["zsh"]),
        (["--lang", "z"], ["zh_CN"]),
        (["--lang", "en", "sch"], ["schema"]),
        (["check", "wa"], ["watchkeeper", "watchkeeper.toml"]),
        (["check", "--site", "watchkeeper.t"], ["watchkeeper.toml"]),
    ],
    ids=" ".join,
)
def test_bash_offers(words: list[str], offered: list[str], tmp_path: Path) -> None:
    (tmp_path / "watchkeeper.toml").touch()
    assert bash(tmp_path, *words) == offered


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("shell", SHELLS)
def test_each_script_names_every_verb_and_is_read_by_its_shell(shell: str, language: str, tmp_path: Path) -> None:
    speak(language)
    text = {"bash": shells.bash, "zsh": shells.zsh, "fish": shells.fish}[shell]()
    for command in commands():
        assert command.name in text
    if shutil.which(shell):
        script = tmp_path / "script"
        script.write_text(text, "utf-8")
        subprocess.run([shell, "-n", str(script)], timeout=30, check=True)


def test_completion_prints_the_script(capsys: pytest.CaptureFixture[str]) -> None:
    for shell in SHELLS:
        assert main(["completion", shell]) == 0
        assert "watchkeeper" in capsys.readouterr().out


def test_the_man_page_in_docs_is_current() -> None:
    written = (ROOT / "docs" / "man" / "watchkeeper.1").read_text("utf-8")
    assert written == man.page(), "run: watchkeeper --lang en man > docs/man/watchkeeper.1"


def test_the_man_page_names_every_verb_and_option() -> None:
    page = man.page().replace("\\-", "-")
    for command in commands():
        assert f"watchkeeper {command.name}" in page
        for option in command.options:
            assert all(flag in page for flag in option.flags)


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_the_man_page_is_clean_roff(language: str, tmp_path: Path) -> None:
    checker = shutil.which("groff")
    if checker is None:
        return
    speak(language)
    path = tmp_path / "page.1"
    path.write_text(man.page(), "utf-8")
    ended = subprocess.run(
        [checker, "-k", "-man", "-ww", "-Tutf8", "-z", str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")


def test_every_verb_runs_a_function_of_this_folder() -> None:
    verbs = next(action for action in build()._actions if isinstance(action, argparse._SubParsersAction))
    for parser in verbs.choices.values():
        module, _colon, name = parser.get_default("run").partition(":")
        assert module.startswith("cli.")
        assert name.isidentifier()
