"""``once``: the exit code is the worst state, what is wrong is printed with its reason, and JSON has everything."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import types
import typing
from collections.abc import Iterator
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cli.board_json import board_as_json
from cli.main import main
from cli.once import code_of
from duty.board import Board, HostView, SiteView
from duty.connection import Connection, Link
from duty.phrases import Phrase, phrase
from duty.quality import Quality, State
from tests.support.hanging_mount import ROOT, hanging
from tests.support.sshd import free_port
from wire.words import speak

HEAD = """
[site]
name = "Desk"
ssh_config = []
known_hosts = "known_hosts"
slow_interval = "1s"
"""
ME = "[hosts.me]\nlocal = true\ndisks = []\n"


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    return tmp_path / "watchkeeper.toml"


def once(desk: Path, text: str, *words: str) -> int:
    desk.write_text(HEAD + text)
    return main(["--site", str(desk), "once", *words])


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rates of the second look are looked at here by one test alone."""
    monkeypatch.setattr("watch.reading.SECOND_LOOK_S", 0.1)
    monkeypatch.setattr("watch.engine.BOARD_S", 0.1)


@pytest.fixture
def young(tmp_path: Path) -> Iterator[str]:
    """A process that has only just been started."""
    program = tmp_path / "wk-young"
    program.write_bytes(Path("/bin/sleep").read_bytes())
    program.chmod(0o755)
    with subprocess.Popen([program, "600"]) as process:
        yield program.name
        process.kill()


def test_the_exit_code_is_the_worst_state(desk: Path, young: str, capsys: pytest.CaptureFixture[str]) -> None:
    well, watch, bad = (f'processes = [{{ name = "{name}"{more} }}]\n' for name, more in (
        (young, ""), (young, ', min_uptime = "1d"'), ("wk-missing", "")
    ))  # fmt: skip
    assert once(desk, ME + well) == 0
    assert capsys.readouterr().out == "me: well\n"
    assert once(desk, ME + watch) == 1
    shown = capsys.readouterr().out
    assert shown.startswith("me: warning\n    wk-young: started ")
    assert once(desk, ME + bad) == 2
    assert capsys.readouterr().out == "me: act\n    wk-missing: not running\n"


def test_unknown_is_bad_and_so_is_nothing() -> None:
    def board(*states: State) -> Board:
        return Board(1.0, 1, SITE, tuple(msgspec.structs.replace(HOST, state=state) for state in states))

    assert code_of(board(State.OK, State.UNJUDGED)) == 0
    assert code_of(board(State.OK, State.WARN)) == 1
    assert code_of(board(State.WARN, State.UNKNOWN)) == 2
    assert code_of(board()) == 2


def test_a_host_that_refuses_has_its_reason_and_what_to_do(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert once(desk, ME + f'[hosts.gw]\naddress = "127.0.0.1"\nport = {free_port()}\n') == 2
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["me: well", "gw: act"]
    assert "refuses the connection" in lines[2] and len(lines) > 3 and lines[3].startswith("    ")


def test_a_host_that_hangs_is_waited_for_no_longer_than_said(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        assert once(desk, ME + f'[hosts.gw]\naddress = "127.0.0.1"\nport = {port}\n', "--wait", "3") == 2
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["me: well", "gw: unknown"]
    assert lines[-1] == "    No answer in the 3 s that were waited; --wait waits longer."


def test_no_time_at_all_is_an_answer_too(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert once(desk, ME, "--wait", "0.001") == 2
    assert capsys.readouterr().out.startswith("me: unknown\n")


@pytest.mark.parametrize("emulated", [True, False], ids=["emulated", "real"])
def test_a_mount_that_hangs_keeps_nothing(desk: Path, own_world: Path, emulated: bool) -> None:
    folder = own_world / "served"
    folder.mkdir()
    hang = Path(f"{folder}.hang")
    hang.touch()
    before, preamble = hanging(folder, emulated=emulated)
    code = preamble + "import collectors.local_mounts as m; m.DEADLINE_S = 0.5\n"
    code += "import sys; from cli.main import main; sys.exit(main())"
    desk.write_text(HEAD + ME.replace("[]", f'["/", "{folder}"]'))
    try:
        ended = subprocess.run(
            [*before, sys.executable, "-c", code, "--site", str(desk), "once"],
            cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    finally:
        hang.unlink()
    assert (ended.returncode, ended.stderr) == (2, "")
    assert ended.stdout.startswith("me: act\n") and f"{folder}: does not answer for" in ended.stdout


def test_a_bad_site_file_is_told(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert once(desk, "[hosts.gw]\nadress = 'x'\n") == 2
    seen = capsys.readouterr()
    assert seen.out == "" and f"{desk}:8: hosts.gw.adress" in seen.err and "address" in seen.err


def test_the_practice_site_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["--practice", "once", "--practice-hosts", "2", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert found["site"]["practice"] and len(found["hosts"]) == 3
    assert code == found["exit_code"]
    assert {host["quality"] for host in found["hosts"]} == {"good"}
    assert all(host["samples"] >= 2 for host in found["hosts"])


def test_json_of_a_real_reading(
    desk: Path, young: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = ME.replace("[]", '["/"]') + f'processes = ["{young}"]\nlines = [{{ key = "L", interface = "lo" }}]\n'
    monkeypatch.setattr("watch.reading.SECOND_LOOK_S", 1.0)
    code = once(desk, text, "--json")
    found = json.loads(capsys.readouterr().out)
    assert found.pop("exit_code") == code
    assert_shape(found, Board)
    (host,) = found["hosts"]
    assert (host["id"], host["quality"], host["connection"]["link"]) == ("me", "good", "up")
    assert host["processes"][0]["count"] == 1 and host["disks"][0]["mount"] == "/"
    assert host["lines"][0]["in_bps"] is not None


def test_json_is_in_the_language_spoken() -> None:
    host = msgspec.structs.replace(HOST, why=(phrase("not running"),))
    speak("zh_CN")
    (shown,) = json.loads(board_as_json(Board(1.0, 1, SITE, (host,)), 2))["hosts"]
    assert shown["why"] != ["not running"] and all(ord(char) > 127 for char in shown["why"][0])
    assert shown["state"] == "ok"


SITE = SiteView("Desk", False, "UTC", "x.toml", 1.0, None, None)
HOST = HostView("me", "", "", "", None, State.OK, Quality.GOOD, (), 1.0, 1.0, Connection(Link.UP, 1.0), 1.0)


def assert_shape(found: Any, wanted: Any) -> None:
    """Every field of ``wanted`` is there under its name and of its kind, and nothing else is."""
    origin, inner = typing.get_origin(wanted), typing.get_args(wanted)
    if origin in (typing.Union, types.UnionType):
        kinds = [kind for kind in inner if kind is not type(None)]
        if found is not None:
            assert_shape(found, kinds[0])
        else:
            assert type(None) in inner
    elif origin is tuple:
        assert isinstance(found, list)
        for number, one in enumerate(found):
            assert_shape(one, inner[0] if inner[-1] is Ellipsis else inner[number])
    elif wanted is Phrase:
        assert isinstance(found, str) and found
    elif issubclass(wanted, msgspec.Struct):
        hints = typing.get_type_hints(wanted)
        assert set(found) == set(hints)
        for name, kind in hints.items():
            assert_shape(found[name], kind)
    elif issubclass(wanted, IntEnum):
        assert found in {one.name.lower() for one in wanted}
    elif issubclass(wanted, StrEnum):
        assert found in {one.value for one in wanted}
    elif wanted is float:
        assert isinstance(found, int | float)
    else:
        assert isinstance(found, wanted)
