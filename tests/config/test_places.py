"""Where the site file is looked for, where its records go, and what is refused there."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from config.find import find_site
from config.paths import MAX_SOCKET, places, prepare


def test_the_order_of_looking(own_world: Path, tmp_path: Path) -> None:
    environ = {"HOME": str(own_world / "home"), "XDG_CONFIG_HOME": str(own_world / "config")}
    assert find_site(None, environ, tmp_path) is None
    usual = own_world / "config" / "watchkeeper" / "watchkeeper.toml"
    usual.parent.mkdir()
    usual.touch()
    assert find_site(None, environ, tmp_path) == usual
    here = tmp_path / "watchkeeper.toml"
    here.touch()
    assert find_site(None, environ, tmp_path) == here
    assert find_site(None, {**environ, "SITE": "elsewhere.toml"}, tmp_path) == tmp_path / "elsewhere.toml"
    assert find_site("asked.toml", {**environ, "SITE": "elsewhere.toml"}, tmp_path) == tmp_path / "asked.toml"


def test_a_folder_stands_for_the_file_in_it(tmp_path: Path) -> None:
    assert find_site(str(tmp_path), {}, Path("/")) == tmp_path / "watchkeeper.toml"
    assert find_site("~", {}, tmp_path) == Path(os.environ["HOME"]) / "watchkeeper.toml"
    assert find_site("~nobody-of-this-name/x", {}, tmp_path) == tmp_path / "~nobody-of-this-name/x"


def test_a_relative_xdg_folder_does_not_count(own_world: Path, tmp_path: Path) -> None:
    usual = own_world / "home" / ".config" / "watchkeeper"
    usual.mkdir(parents=True)
    (usual / "watchkeeper.toml").touch()
    environ = {"HOME": str(own_world / "home"), "XDG_CONFIG_HOME": "relative"}
    assert find_site(None, environ, tmp_path) == usual / "watchkeeper.toml"


def test_places_belong_to_the_file_and_not_to_its_name(own_world: Path) -> None:
    environ = {"XDG_STATE_HOME": str(own_world), "XDG_RUNTIME_DIR": str(own_world)}
    one = places(str(own_world / "gold desk" / "a.toml"), environ)
    assert one == places(str(own_world / "gold desk" / "." / "a.toml"), environ)
    assert one.state.name.startswith("gold-desk-")
    assert one.socket.parent == own_world / "watchkeeper"
    assert places(str(own_world / "gold desk" / "b.toml"), environ).state != one.state
    assert places("practice", environ).state.name.startswith("practice-")


def test_a_socket_path_is_never_too_long(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 120)
    deep.mkdir()
    environ = {"HOME": str(deep), "XDG_STATE_HOME": str(deep), "XDG_RUNTIME_DIR": str(deep)}
    found = places(str(deep / "site.toml"), environ)
    assert len(os.fsencode(found.socket)) <= MAX_SOCKET
    short = places(str(deep / "site.toml"), {"XDG_STATE_HOME": "/s"})
    assert short.socket == short.state / "watch.sock"


def test_folders_are_for_this_person_alone(own_world: Path) -> None:
    environ = {"XDG_STATE_HOME": str(own_world / "state"), "XDG_RUNTIME_DIR": str(own_world / "run")}
    found = places("practice", environ)
    found.socket.parent.mkdir()
    found.socket.parent.chmod(0o777)
    assert prepare(found).refused is None
    for folder in (found.state, found.socket.parent):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("trap", ["link", "file", "below a file"])
def test_a_place_that_is_not_ours_is_refused(trap: str, own_world: Path) -> None:
    environ = {"XDG_STATE_HOME": str(own_world / "state"), "XDG_RUNTIME_DIR": str(own_world / "run")}
    found = places("practice", environ)
    if trap == "link":
        (own_world / "run" / "watchkeeper").symlink_to(own_world / "data")
    elif trap == "file":
        (own_world / "run" / "watchkeeper").touch()
    else:
        (own_world / "state" / "watchkeeper").touch()
    assert prepare(found).refused is not None
