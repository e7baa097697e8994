"""What ~/.ssh/config says is followed, and what has no effect here is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from collectors.ssh_options import Asked, Jump, parse_jumps, resolve

CONFIG = """\
Include {folder}/more
Host *
  StrictHostKeyChecking no
  ProxyJump gw
Host gw1
  User bob
  Port 2200
  Hostname 10.0.0.1
  RequestTTY yes
Host other
  HashKnownHosts yes
Match final host 10.0.0.1
  BatchMode yes
  ConnectTimeout 7
"""
MORE = "Host gw?\n  Ciphers aes256-ctr\n  ControlMaster auto\n"


@pytest.fixture
def config(tmp_path: Path) -> str:
    (tmp_path / "more").write_text(MORE)
    (tmp_path / "config").write_text(CONFIG.format(folder=tmp_path))
    return str(tmp_path / "config")


def test_settings_and_where_they_come_from(config: str, tmp_path: Path) -> None:
    found = resolve(Asked("gw1"), [config])
    assert (found.address, found.user, found.ciphers) == ("10.0.0.1:2200", "bob", "aes256-ctr")
    assert found.jumps == (Jump("gw"),) and found.connect_timeout_s == 7
    assert found.origins["Ciphers"] == f"{tmp_path}/more:2" and found.origins["User"] == f"{config}:6"
    assert resolve(Asked("gw1", user="eve", port=3), [config]).address == "10.0.0.1:3"


def test_a_jump_host_does_not_jump_through_itself(config: str) -> None:
    assert resolve(Asked("gw"), [config]).jumps == ()


def ignored(config: str, host: str) -> list[tuple[str, int, str]]:
    return [(seen.file, seen.line, seen.keyword) for seen in resolve(Asked(host), [config]).ignored]


def test_ignored_options(config: str, tmp_path: Path) -> None:
    assert ignored(config, "gw1") == [
        (config, 3, "stricthostkeychecking"),
        (config, 9, "RequestTTY"),
        (config, 13, "batchmode"),
        (f"{tmp_path}/more", 3, "controlmaster"),
    ]
    assert (config, 11, "hashknownhosts") in ignored(config, "other")


def test_agent(config: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = tmp_path / "agent"
    for line, agent in (("", "/run/a"), ("IdentityAgent none", ""), ("IdentityAgent SSH_AUTH_SOCK", "/run/a"),
                        ("IdentityAgent $OTHER", "/run/b"), ("IdentityAgent /run/c", "/run/c")):  # fmt: skip
        said.write_text(line + "\n")
        monkeypatch.setenv("SSH_AUTH_SOCK", "/run/a")
        monkeypatch.setenv("OTHER", "/run/b")
        assert resolve(Asked("h"), [str(said)]).agent == agent


@pytest.mark.parametrize(
    ("words", "jumps"),
    [
        ("a", [Jump("a")]),
        ("me@a:22, b", [Jump("a", "me", 22), Jump("b")]),
        ("ssh://me@[::1]:2200/", [Jump("::1", "me", 2200)]),
        ("2001:db8::1", [Jump("2001:db8::1")]),
    ],
)
def test_jump_words(words: str, jumps: list[Jump]) -> None:
    assert list(parse_jumps(words)) == jumps
    assert parse_jumps(",".join(map(str, jumps))) == tuple(jumps)


def test_wrong_jump_words() -> None:
    with pytest.raises(ValueError):
        parse_jumps("a:many")
