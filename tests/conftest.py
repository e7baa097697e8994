"""Keeps the developer's machine out of every test: its home, its keys and agent, its language, its zone."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from wire.words import speak

OUTSIDE = (
    "SSH_AUTH_SOCK",
    "SSH_AGENT_PID",
    "SSH_CONNECTION",
    "SSH_TTY",
    "NO_COLOR",
    "COLORTERM",
    "LANGUAGE",
    "COLUMNS",
    "LINES",
)


@pytest.fixture(autouse=True)
def own_world(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty home for this test. Its path is short: a Unix socket's path may have 107 bytes at most."""
    world = Path(tempfile.mkdtemp(prefix="wk-", dir="/tmp"))
    home = world / "home"
    for name in ("home", "run", "config", "state", "data", "cache"):
        (world / name).mkdir(mode=0o700)
    for name in list(os.environ):
        if name in OUTSIDE or name.startswith(("LC_", "WATCHKEEPER_", "XDG_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(world / "run"))
    for kind in ("CONFIG", "STATE", "DATA", "CACHE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(world / kind.lower()))
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    speak("en")
    yield world
    monkeypatch.undo()
    time.tzset()
    speak("en")
    shutil.rmtree(world, ignore_errors=True)
