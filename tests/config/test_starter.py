"""The starter, the example and the documents load as they are; hosts of ~/.ssh/config come in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.load import load_site
from config.ssh_names import ssh_names
from config.starter import local_zone, starter
from tests.config.written import load_bytes

ROOT = Path(__file__).parents[2]


def test_the_starter_is_without_problems() -> None:
    loaded = load_bytes(starter().encode())
    assert loaded.problems == ()
    assert loaded.site is not None
    assert [host.local for host in loaded.site.hosts] == [True]


def test_what_is_commented_out_in_the_starter_is_right_too() -> None:
    text = re.sub(r"(?m)^( *)# (?=[\[{]|\w+ = )", r"\1", starter())
    text = text.replace('via = "jump1"', "") + "[hosts.jump1]\n"
    loaded = load_bytes(text.encode())
    assert [str(problem.wanted) for problem in loaded.problems] == []
    assert loaded.site is not None
    assert {host.id for host in loaded.site.hosts} == {"console", "gw1", "db1", "jump1"}


@given(st.lists(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,12}", fullmatch=True), max_size=6, unique=True))
def test_imported_hosts_come_in_as_they_are(names: list[str]) -> None:
    loaded = load_bytes(starter([*names, "console"]).encode())
    assert loaded.problems == ()
    assert loaded.site is not None
    assert {host.id for host in loaded.site.hosts} >= {*names, "console"}


def test_the_example_loads_and_shows_every_kind_of_rule() -> None:
    loaded = load_site(ROOT / "examples" / "watchkeeper.toml")
    assert loaded.problems == ()
    assert loaded.site is not None
    for kind in ("processes", "lines", "disks"):
        assert any(getattr(host, kind) for host in loaded.site.hosts)
    assert any(host.via for host in loaded.site.hosts)


def test_names_of_ssh_config(own_world: Path) -> None:
    home = own_world / "home"
    ssh = home / ".ssh"
    ssh.mkdir()
    (ssh / "config").write_bytes(
        b"host a b-1 *.x !c ?d\nHost = e\n\tHOST f # words\nInclude extra/* ~/.ssh/other missing\nMatch host g\n"
        b'Host "h i" "j"\nHost \xff k\nHost a\nHost "unclosed\n'
    )
    (ssh / "extra").mkdir()
    (ssh / "extra" / "1").write_text("Host l\nInclude config\n")
    (ssh / "other").write_text("Host m")
    assert ssh_names(ssh / "config", home) == ["a", "b-1", "e", "f", "l", "m", "j", "k"]
    assert ssh_names(ssh / "nothing", home) == []


@pytest.mark.parametrize(
    ("zone", "timezone", "found"),
    [
        ("Asia/Shanghai", "", "Asia/Shanghai"),
        (":Europe/Berlin", "", "Europe/Berlin"),
        ("", "Asia/Tokyo\n", "Asia/Tokyo"),
        ("CST-8", "nonsense", "UTC"),
    ],
)
def test_the_zone_of_this_machine(zone: str, timezone: str, found: str, tmp_path: Path) -> None:
    if timezone:
        (tmp_path / "timezone").write_text(timezone)
    assert local_zone({"TZ": zone}, tmp_path) == found


def test_the_zone_by_its_link(tmp_path: Path) -> None:
    (tmp_path / "localtime").symlink_to("/usr/share/zoneinfo/Asia/Shanghai")
    assert local_zone({}, tmp_path) in ("Asia/Shanghai", "PRC")
