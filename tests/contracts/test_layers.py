"""The layers hold on paper (import-linter) and at run time (what a fresh interpreter really loads)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENGINE_LIBRARIES = {"asyncssh", "sqlmodel", "sqlalchemy", "psutil", "pydantic", "cryptography"}
SCREEN_LIBRARIES = {"textual", "rich"}
FOLDERS = {
    "duty": ENGINE_LIBRARIES | SCREEN_LIBRARIES,
    "wire": ENGINE_LIBRARIES | SCREEN_LIBRARIES,
    "tui": ENGINE_LIBRARIES,
    "tui/plain": ENGINE_LIBRARIES | SCREEN_LIBRARIES,
    "config": (ENGINE_LIBRARIES - {"pydantic"}) | SCREEN_LIBRARIES,
    "storage": {"asyncssh", "psutil"} | SCREEN_LIBRARIES,
    "collectors": {"sqlmodel", "sqlalchemy"} | SCREEN_LIBRARIES,
    "practice": {"sqlmodel", "sqlalchemy"} | SCREEN_LIBRARIES,
    "watch": SCREEN_LIBRARIES,
}
"""What no module of the folder may load, directly or through another."""


def modules_of(folder: str) -> list[str]:
    return [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if path.name != "__main__.py"
    ]


def loaded_after(code: str) -> set[str]:
    """Top-level names of the modules a fresh interpreter has after ``code``."""
    return {name.partition(".")[0] for name in modules_after(code)}


def modules_after(code: str) -> set[str]:
    """Names of all modules a fresh interpreter has after ``code``."""
    report = "import json, sys; print('\\n' + json.dumps(sorted(sys.modules)))"
    ran = subprocess.run(
        [sys.executable, "-c", f"{code}\n{report}"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return set(json.loads(ran.stdout.splitlines()[-1]))


def test_imports_point_one_way() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    ran = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_loads_nothing_of_the_other_world(folder: str) -> None:
    names = ", ".join(modules_of(folder))
    assert loaded_after(f"import {names}") & FOLDERS[folder] == set()


def test_what_lets_screens_in_loads_nothing_that_speaks_with_hosts() -> None:
    """The first screen of a watch waits for all that is loaded before its door opens."""
    assert loaded_after("import watch.service, watch.plan") & {"asyncssh", "cryptography", "psutil"} == set()


FOR_LATER = {
    "duty": {"chain", "log_query", "typed"},
    "tui": {
        "entry_page", "graph_page", "host_page", "incident_doings", "incident_page", "line_doings", "log_doings",
        "log_found", "logbook", "overview", "small_graphs",
    },
    "tui.screens": {
        "choose", "detail", "dialogs", "entry", "form", "graph", "help", "host", "incident", "incident_dialogs", "log",
        "overview", "page",
    },
}  # fmt: skip
"""What only a key brings, by folder."""


def test_the_first_screen_loads_nothing_that_only_a_key_brings() -> None:
    """A person waits for each module that is loaded before the first screen (CONTRIBUTING, "The first screen")."""
    loaded = modules_after("import cli.attach, tui.app")
    assert "tui.screens.watch" in loaded
    for folder, names in FOR_LATER.items():
        there = {path.stem for path in (ROOT / folder.replace(".", "/")).glob("*.py")}
        assert names <= there, "a name of the list is none of a module"
        assert loaded & {f"{folder}.{name}" for name in names} == set()


@pytest.mark.parametrize("words", [["--version"], ["--help"]])
def test_saying_the_version_loads_neither_world(words: list[str]) -> None:
    code = f"import cli.main\ntry:\n    cli.main.main({words!r})\nexcept SystemExit as done:\n    assert not done.code"
    assert loaded_after(code) & (ENGINE_LIBRARIES | SCREEN_LIBRARIES) == set()
