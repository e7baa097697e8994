"""House rules a machine can hold: sizes, unfinished work, lock files, types and layout of every tracked file."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST_FILE = 400
UNFINISHED = re.compile(
    "|".join(
        (
            r"(?<![A-Za-z])TO" r"DO",
            r"FIX" r"ME",
            r"XX" r"X:",
            r"NotImplemented" r"Error",
            r"pytest\.(?:sk" r"ip|xf" r"ail|importor" r"skip)",
            r"mark\.(?:sk" r"ip|xf" r"ail)",
        )
    )
)
"""Written in halves, so that this file is not its own first finding."""
BINARY = {".mo", ".png", ".gz", ".db"}
LOCKS = ("requirements.lock", "requirements-dev.lock")


def tracked() -> list[Path]:
    """Files of the repository; in an unpacked archive without git, all files that are not built."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode == 0:
        paths = [ROOT / name.decode() for name in listed.stdout.split(b"\0") if name]
    else:
        paths = [
            path for path in ROOT.rglob("*") if not re.search(r"/(\.venv|\.[a-z_]+_cache|__pycache__)/", str(path))
        ]
    return [path for path in paths if path.is_file()]


def texts(paths: list[Path]) -> dict[str, str]:
    return {
        path.relative_to(ROOT).as_posix(): path.read_bytes().decode("utf-8", "replace")
        for path in paths
        if path.suffix not in BINARY
    }


def test_no_file_outgrows_being_read() -> None:
    sizes = {
        name: text.count("\n")
        for name, text in texts(tracked()).items()
        if name.endswith((".py", ".tcss")) and not name.startswith("tests/")
    }
    assert {name: lines for name, lines in sizes.items() if lines > LONGEST_FILE} == {}


def test_nothing_is_left_unfinished() -> None:
    found = [
        f"{name}:{number}: {line.strip()}"
        for name, text in texts(tracked()).items()
        if not name.endswith((".svg", ".lock")) and name != "LICENSE"
        for number, line in enumerate(text.splitlines(), 1)
        if UNFINISHED.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_pins_every_package_by_hash_and_names_no_place(name: str) -> None:
    text = (ROOT / name).read_text()
    assert not re.search(r"https?://|--(?:extra-)?index|--find-links|--trusted-host|file:|^-e", text, re.MULTILINE)
    entries = re.split(r"\n(?=\S)", text.strip())
    assert entries
    for entry in entries:
        assert re.match(r"[a-z0-9][a-z0-9._-]*==\S+", entry), entry.splitlines()[0]
        assert "--hash=sha256:" in entry, entry.splitlines()[0]


def test_both_locks_settle_on_the_same_versions() -> None:
    run, dev = (dict(re.findall(r"^(\S+?)==(\S+)", (ROOT / name).read_text(), re.MULTILINE)) for name in LOCKS)
    assert run.items() <= dev.items()


def test_no_index_and_no_place_of_one_machine_is_written_down() -> None:
    places = re.compile(r"(?:index|registry|mirror)[a-z-]*[-_.]url|pypi\.|/home/[a-z]+/|/root/\.|PIP_INDEX")
    found = [
        f"{name}: {match[0]}"
        for name, text in texts(tracked()).items()
        if name.split("/")[0] not in ("tests", "LICENSE") and (match := places.search(text))
    ]
    assert [line for line in found if not line.startswith("Makefile: index-url")] == []


def test_every_folder_of_code_is_named_everywhere() -> None:
    """A new folder must be in the wheel, the types, the layers and the catalogs, not only on disk."""
    import tomllib

    from tests.support.words import CODE

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    on_disk = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "bench"}
    assert on_disk == set(CODE)
    assert on_disk == set(project["hatch"]["build"]["targets"]["wheel"]["packages"])
    assert on_disk == set(project["mypy"]["packages"])
    assert on_disk == set(project["importlinter"]["root_packages"])
