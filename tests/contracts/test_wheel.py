"""What is installed is whole: a wheel in an environment of its own runs from any folder, with all its data."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("duty", "wire", "config", "collectors", "storage", "watch", "practice", "tui", "cli")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "--no-index",
         "--disable-pip-version-check", "-w", str(folder), str(ROOT)],
        check=True, timeout=300,
    )  # fmt: skip
    (found,) = folder.glob("watchkeeper-*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel in it; the libraries are those of this one, but nothing of the tree."""
    folder = tmp_path_factory.mktemp("tool") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=120)
    packages = folder / "lib" / f"python{sysconfig.get_python_version()}" / "site-packages"
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "install", "-q", "--no-deps",
         "--no-index", "--disable-pip-version-check", str(wheel)],
        check=True, timeout=120,
    )  # fmt: skip
    # A path of a .pth file: its own .pth files, among them the one of the editable tree, are not followed.
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "bin"


def run(program: Path, *words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [str(program), *words], cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_the_wheel_holds_every_file_of_the_packages_and_nothing_else(wheel: Path) -> None:
    listed = subprocess.run(["git", "ls-files", *FOLDERS], cwd=ROOT, capture_output=True, text=True, check=False)
    paths = listed.stdout.split("\n") if listed.returncode == 0 else []
    tracked = {path for path in paths if path and (ROOT / path).is_file()}
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert tracked - held == set()
    assert {name.split("/")[0] for name in held} == set(FOLDERS)
    assert {"collectors/probe.sh", "wire/locale/zh_CN/LC_MESSAGES/watchkeeper.mo"} <= held
    assert any(name.endswith(".tcss") for name in held)


def test_it_runs_from_elsewhere_and_not_from_the_tree(installed: Path, tmp_path: Path) -> None:
    where = run(installed / "python", "-c", "import cli, tui; print(cli.__file__, tui.__file__)", folder=tmp_path)
    assert where.stdout.count(str(installed.parent)) == 2, where.stderr
    for words, said in (
        (["--version"], "watchkeeper "),
        (["--help"], "usage: watchkeeper"),
        (["--lang", "zh_CN", "--help"], "值守终端"),
        (["completion", "bash"], "complete "),
        (["man"], ".TH"),
        (["schema"], '"$schema"'),
    ):
        ended = run(installed / "watchkeeper", *words, folder=tmp_path)
        assert (ended.returncode, ended.stderr) == (0, ""), words
        assert said in ended.stdout, words


def test_it_reads_the_practice_site_over_ssh(installed: Path, tmp_path: Path) -> None:
    """Fleet, probe and psutil at work from the installed files; folders named like ours do not get in the way."""
    for name in FOLDERS:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise SystemExit('the wrong one')")
    ended = run(installed / "watchkeeper", "once", "--practice", "--practice-hosts", "1", "--json", folder=tmp_path)
    hosts = json.loads(ended.stdout)["hosts"]
    assert [host["quality"] for host in hosts] == ["good", "good"], ended.stderr


def test_its_screen_has_its_styles(installed: Path, tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; from tui.app import WatchkeeperApp\n"
        "print([Path(path).exists() for path in WatchkeeperApp.CSS_PATH])"
    )
    ended = run(installed / "python", "-c", code, folder=tmp_path)
    assert ended.stdout.startswith("[True") and "False" not in ended.stdout, ended.stderr
