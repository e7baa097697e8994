"""start, status and stop: the watch in the background, and what a person is told of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from cli.main import main
from cli.serve import greet
from config.paths import prepare
from tests.support.watches import ROOT, SITE, Watch
from wire.doorway import held, open_doorway


@pytest.fixture
def desk(own_world: Path) -> Iterator[Watch]:
    path = own_world / "desk" / "watchkeeper.toml"
    path.parent.mkdir()
    path.write_text(SITE)
    watch = Watch(path)
    yield watch
    if (found := greet(watch.socket)) is not None:
        os.kill(found.watch_pid, signal.SIGKILL)


def run(watch: Watch, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*watch.command, *words], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def test_started_looked_at_and_stopped(desk: Watch) -> None:
    assert run(desk, "status").stdout == "No watch of this site runs.\n"
    assert run(desk, "status").returncode == 3
    assert run(desk, "stop").returncode == 3
    started = run(desk, "start")
    assert (started.returncode, started.stdout, started.stderr) == (0, "The watch runs.\n", "")
    found = greet(desk.socket)
    assert found is not None and found.stays
    process = psutil.Process(found.watch_pid)
    assert process.terminal() is None and process.cwd() == "/"
    again = run(desk, "start")
    assert (again.returncode, again.stdout) == (0, "The watch of this site runs already.\n")
    status = run(desk, "status")
    assert status.returncode == 0
    assert f"process {found.watch_pid}" in status.stdout and "No screen is attached." in status.stdout
    refused = run(desk, "watch")
    assert refused.returncode == 4 and f"process {found.watch_pid}" in refused.stderr
    stopped = run(desk, "stop")
    assert (stopped.returncode, stopped.stdout) == (0, "The watch has ended.\n")
    assert not held(desk.socket) and greet(desk.socket) is None
    assert (desk.places.state / "watch.log").read_text() == ""


def test_what_keeps_it_from_starting_is_told(desk: Watch) -> None:
    assert desk.site is not None
    desk.site.write_text("[site]\n")
    ended = run(desk, "start")
    assert ended.returncode == 2 and ended.stdout == ""
    assert "site.name" in ended.stderr and "Traceback" not in ended.stderr


def test_one_that_does_not_answer_is_not_said_to_be_none(desk: Watch, capsys: pytest.CaptureFixture[str]) -> None:
    prepare(desk.places)
    stuck = open_doorway(desk.socket)
    try:
        assert main(["--site", str(desk.site), "status"]) == 3
        assert "starting, ending or stuck" in capsys.readouterr().out
    finally:
        stuck.release()


def test_stop_waits_for_the_end_and_says_when_it_does_not_come(
    desk: Watch, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    slow = Watch(desk.site, code="import asyncio, watch.records as r\nr.Records.close = lambda s: asyncio.sleep(600)\n")
    prepare(desk.places)
    process = slow.start()
    try:
        wait = threading.Event()
        for _ in range(1000):
            if greet(desk.socket) is not None:
                break
            wait.wait(0.02)
        monkeypatch.setattr("cli.serve.STOP_S", 0.5)
        assert main(["--site", str(desk.site), "stop"]) == 2
        assert f"not ended yet (process {process.pid})" in capsys.readouterr().err
    finally:
        slow.kill()


def test_who_sits_at_a_screen_is_named(desk: Watch) -> None:
    import socket

    from wire.framing import encode
    from wire.messages import PROTOCOL, Hello

    assert run(desk, "start").returncode == 0
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(str(desk.socket))
        line.sendall(encode(Hello(PROTOCOL, "1", "li")))
        assert line.recv(100)
        assert f"Screens: {psutil.Process().username()}" in run(desk, "status").stdout
    assert run(desk, "stop").returncode == 0


@pytest.mark.parametrize("talk", [b"", b"garbage\n" * 100, b"\xff\xff\xff\xff"])
def test_what_is_no_watch_is_not_greeted(own_world: Path, talk: bytes) -> None:
    import socket

    path = own_world / "run" / "x.sock"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()

        def answer() -> None:
            line, _ = server.accept()
            line.recv(1000)
            line.sendall(talk)
            line.close()

        thread = threading.Thread(target=answer)
        thread.start()
        assert greet(path, 5.0) is None
        thread.join()
    assert greet(path) is None
    assert greet(own_world / "none") is None


def test_the_program_that_is_started_is_this_one(desk: Watch) -> None:
    """A folder named like one of ours, where the person stands, is not run."""
    assert desk.site is not None
    trap = desk.site.parent / "cli"
    trap.mkdir()
    (trap / "__main__.py").write_text("raise SystemExit('the wrong one')")
    environment = {**os.environ, "PYTHONPATH": ""}
    ended = subprocess.run(
        [sys.executable, "-P", "-m", "cli", "--site", str(desk.site), "start"],
        cwd=desk.site.parent, capture_output=True, text=True, timeout=60, check=False, env=environment,
    )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (0, "")
    assert run(desk, "stop").returncode == 0
