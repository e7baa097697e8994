"""What the tests need of the system: installed as root, said as anybody else, and the same in both lists."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NEEDS = ROOT / ".ci" / "needs"


def listed() -> dict[str, str]:
    """Package and program of each line."""
    lines = NEEDS.read_text().split("<<LIST\n")[1].split("\nLIST\n")[0].splitlines()
    return dict(line.split() for line in lines)


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A folder of programs in which next to nothing is, and an apt-get that only writes down what it was asked."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, code in (("apt-get", f'echo "$@" >>{tmp_path}/asked'), ("id", "echo ${WHO:-1000}")):
        (folder / name).write_text(f"#!/bin/sh\n{code}\n")
        (folder / name).chmod(0o755)
    return folder


def run(bare: Path, who: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(bare), "WHO": who}
    return subprocess.run(
        ["/bin/sh", str(NEEDS)], env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def missing(bare: Path) -> list[str]:
    """Packages whose program is in none of the places that are looked at."""
    places = (str(bare), "/usr/sbin", "/sbin", "/usr/lib/systemd", "/lib/systemd")
    return [
        package
        for package, program in listed().items()
        if not any(os.access(f"{place}/{program}", os.X_OK) for place in places)
    ]


def test_an_ordinary_user_is_told_which_are_missing_and_goes_on(bare: Path, tmp_path: Path) -> None:
    ended = run(bare, "1000")
    assert ended.returncode == 0 and not (tmp_path / "asked").exists()
    said = re.search(r"apt install((?: [a-z0-9-]+)+)$", ended.stderr.strip())
    assert said is not None and [word for word in said[1].split() if word != "tzdata"] == missing(bare)
    assert "dash" in missing(bare)


def test_root_has_them_installed(bare: Path, tmp_path: Path) -> None:
    ended = run(bare, "0")
    assert (ended.returncode, ended.stderr) == (0, "")
    asked = (tmp_path / "asked").read_text().splitlines()
    assert len(asked) == 1, "the index is only fetched where the first attempt failed"
    assert [word for word in asked[0].split() if word in listed()] == missing(bare)


def test_root_without_an_index_fetches_it_and_a_failure_is_one(bare: Path, tmp_path: Path) -> None:
    (bare / "apt-get").write_text(
        f'#!/bin/sh\necho "$@" >>{tmp_path}/asked\ncase "$*" in *update*) : >{tmp_path}/fetched;; esac\n'
        f"[ -e {tmp_path}/fetched ]\n"
    )
    assert run(bare, "0").returncode == 0
    asked = (tmp_path / "asked").read_text().splitlines()
    assert ["update" in line for line in asked] == [False, True, False]
    (bare / "apt-get").write_text("#!/bin/sh\nexit 100\n")
    assert run(bare, "0").returncode != 0


def test_the_whole_check_installs_the_same() -> None:
    installed = re.search(r"install -y --no-install-recommends ((?:[a-z0-9 -]|\\\n)+)", (ROOT / ".ci/run").read_text())
    assert installed is not None
    packages = set(installed[1].replace("\\\n", " ").split())
    assert packages - {"make", "python3", "python3-venv"} == {*listed(), "tzdata"}
