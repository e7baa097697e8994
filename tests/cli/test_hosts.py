"""doctor, authorize and accept-key against a real SSH server, with a person's answer on a real terminal."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.main import main
from tests.support.sshd import USER, Server, new_key, openssh, public
from tests.support.terminal import Terminal

RUN = "import sys; from cli.main import main; sys.exit(main({words!r}))"


@pytest.fixture
def site(own_world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """One server, a key that it lets in, and a site file in this folder that names it ``gw1``."""
    key = own_world / "home" / ".ssh" / "id_ed25519"
    new_key(key, "duty")
    with openssh(tmp_path / "gw1", [public(key)]) as server:
        (tmp_path / "watchkeeper.toml").write_text(
            f"""
            [site]
            name = "Desk"
            ssh_config = []
            known_hosts = "known_hosts"
            [hosts.gw1]
            address = "127.0.0.1"
            port = {server.port}
            user = "{USER}"
            identity = "{key}"
            [hosts.db1]
            via = "gw1"
            [hosts.me]
            local = true
            """
        )
        monkeypatch.chdir(tmp_path)
        yield server


def known(server: Server) -> str:
    return f"[127.0.0.1]:{server.port} {public(server.host_key)}\n"


def test_doctor_of_a_host_that_is_well(site: Server, capsys: pytest.CaptureFixture[str]) -> None:
    Path("known_hosts").write_text(known(site))
    assert main(["doctor", "gw1"]) == 0
    shown = capsys.readouterr().out
    assert "failed" not in shown
    assert "not reached" not in shown
    for step in ("address", "known hosts", "host key", "login", "first sample"):
        assert step in shown


def test_doctor_of_a_host_whose_key_is_not_known(site: Server, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "gw1"]) == 2
    lines = capsys.readouterr().out.splitlines()
    failed = next(number for number, line in enumerate(lines) if line.startswith("x failed"))
    assert "host key" in lines[failed]
    assert "SHA256:" in "".join(lines[failed:])
    assert any(line.startswith(". not reached") for line in lines[failed:])


def test_doctor_of_an_alias_that_no_site_knows(
    site: Server, own_world: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ssh = own_world / "home" / ".ssh"
    (ssh / "config").write_text(f"Host other\n  HostName 127.0.0.1\n  Port {site.port}\n  StrictHostKeyChecking no\n")
    (ssh / "known_hosts").write_text(known(site))
    Path("watchkeeper.toml").unlink()
    assert main(["doctor", "other"]) == 0
    assert "stricthostkeychecking" in capsys.readouterr().out.lower()


@pytest.mark.parametrize("verb", ["doctor", "authorize", "accept-key"])
def test_this_machine_and_practice_hosts_have_no_ssh(
    verb: str, site: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([verb, "me"]) == 2
    assert "without SSH" in capsys.readouterr().err
    assert main(["--practice", verb, "gw1"]) == 2
    assert "practice" in capsys.readouterr().err


def test_a_bad_site_file_is_told_first(site: Server, capsys: pytest.CaptureFixture[str]) -> None:
    Path("watchkeeper.toml").write_text("[site]\n")
    assert main(["doctor", "gw1"]) == 2
    assert "site.name" in capsys.readouterr().err


def test_authorize_prints_a_line_that_lets_the_probe_run_and_nothing_else(
    site: Server, own_world: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("known_hosts").write_text(known(site))
    assert main(["authorize", "gw1"]) == 0
    line = capsys.readouterr().out.strip()
    assert line.startswith('restrict,port-forwarding,command="')
    assert line.endswith(f"{public(own_world / 'home' / '.ssh' / 'id_ed25519')} duty")
    assert main(["authorize", "db1"]) == 0
    assert capsys.readouterr().out.startswith('restrict,command="')
    (site.folder / "authorized_keys").write_text(f"{line}\n")
    assert main(["doctor", "gw1"]) == 0


def test_authorize_says_what_is_no_public_key(
    site: Server, own_world: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = own_world / "home" / ".ssh" / "id_ed25519"
    for given, words in ((key, "private key"), ("nothing.pub", "cannot be read")):
        assert main(["authorize", "gw1", "--key", str(given)]) == 2
        seen = capsys.readouterr()
        assert words in seen.err
        assert seen.out == ""
    Path(f"{key}.pub").unlink()
    assert main(["authorize", "gw1"]) == 2
    assert "--key FILE" in capsys.readouterr().err


def test_no_key_is_accepted_without_a_terminal(site: Server, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["accept-key", "gw1"]) == 1
    seen = capsys.readouterr()
    assert "SHA256:" in seen.out
    assert "nothing was accepted" in seen.err
    assert not Path("known_hosts").exists()


def test_a_host_that_is_not_there_is_said(site: Server, capsys: pytest.CaptureFixture[str]) -> None:
    site.stop()
    assert main(["accept-key", "gw1"]) == 2
    assert "refuses the connection" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("answer", "code", "accepted"), [("yes", 0, True), ("no", 1, False), ("y", 1, False), ("", 1, False)]
)
async def test_a_key_is_accepted_only_by_yes(site: Server, answer: str, code: int, accepted: bool) -> None:
    folder = str(Path.cwd())
    words = ["accept-key", "gw1", "--site", f"{folder}/watchkeeper.toml"]
    async with asyncio.timeout(60), Terminal(RUN.format(words=words), columns=120) as terminal:
        await terminal.shows("Accept this key?")
        assert "SHA256:" in terminal.text
        terminal.press(f"{answer}\r")
        assert await terminal.ended() == code
    path = Path(folder) / "known_hosts"
    assert path.exists() == accepted
    if accepted:
        assert path.read_text() == known(site)
