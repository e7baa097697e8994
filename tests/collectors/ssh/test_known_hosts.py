"""known_hosts: one line is written, nothing else changes, and ssh-keygen finds it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from collectors.known_hosts import KnownHosts, KnownHostsCache, accept_key, host_key
from duty.connection import HostKey
from tests.support.sshd import new_key, public


@pytest.fixture
def keys(tmp_path: Path) -> tuple[HostKey, HostKey]:
    return host_key(new_key(tmp_path / "k1")), host_key(new_key(tmp_path / "k2"))


def finds(file: Path, name: str) -> list[str]:
    told = subprocess.run(["ssh-keygen", "-F", name, "-f", str(file)], capture_output=True, text=True).stdout
    return [" ".join(line.split()[1:3]) for line in told.splitlines() if not line.startswith("#")]


@pytest.mark.parametrize("port", [22, 2200])
def test_added_to_a_new_file(tmp_path: Path, keys: tuple[HostKey, HostKey], port: int) -> None:
    file = tmp_path / "new" / "known_hosts"
    assert accept_key("GW-1", port, keys[0], file) is None
    assert file.stat().st_mode & 0o777 == 0o600
    assert finds(file, "gw-1" if port == 22 else "[gw-1]:2200") == [keys[0].public]
    assert [host_key(key) for key in KnownHosts([str(file)]).look_up("gw-1", port).keys] == [keys[0]]


def test_only_its_own_line_changes(tmp_path: Path, keys: tuple[HostKey, HostKey]) -> None:
    old, new = keys
    file = tmp_path / "known_hosts"
    rsa = public(tmp_path / "k1").replace("ssh-ed25519", "ssh-rsa")
    before = [
        "# a comment",
        f"@revoked gw {old.public}",
        f"@cert-authority * {old.public}",
        f"*.corp,gw* {old.public}",
        f"gw {rsa}",
        f"gw,10.0.0.1 {old.public} two names",
        f"gw {old.public}",
        f"gw2 {old.public}",
        "b\xe4d line",
    ]
    file.write_bytes("\n".join(before).encode("latin-1"))
    file.chmod(0o644)
    assert accept_key("gw", 22, new, file) is None
    after = file.read_bytes().decode("latin-1").split("\n")
    assert after[:5] == before[:5] and after[7:9] == before[7:]
    assert after[5] == f"10.0.0.1 {old.public} two names" and after[6] == f"gw {new.public}"
    assert file.stat().st_mode & 0o777 == 0o644
    assert accept_key("gw", 22, new, file) is None
    assert file.read_bytes().decode("latin-1").split("\n") == after


def test_hashed_stays_hashed(tmp_path: Path, keys: tuple[HostKey, HostKey]) -> None:
    file = tmp_path / "known_hosts"
    file.write_text(f"gw {keys[0].public}\nother {keys[0].public}\n")
    subprocess.run(["ssh-keygen", "-H", "-f", str(file)], check=True, capture_output=True)
    assert accept_key("gw", 22, keys[1], file) is None
    assert accept_key("third", 2200, keys[1], file) is None
    assert "third" not in file.read_text() and len(file.read_text().splitlines()) == 3
    assert finds(file, "gw") == finds(file, "[third]:2200") == [keys[1].public]
    assert finds(file, "other") == [keys[0].public]


def test_a_link_stays_a_link(tmp_path: Path, keys: tuple[HostKey, HostKey]) -> None:
    (tmp_path / "real").write_text("")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert accept_key("gw", 22, keys[0], tmp_path / "link") is None
    assert (tmp_path / "link").is_symlink() and "gw" in (tmp_path / "real").read_text()


def test_what_cannot_be_written_is_said(tmp_path: Path, keys: tuple[HostKey, HostKey]) -> None:
    (tmp_path / "file").write_text("")
    assert "cannot be written" in str(accept_key("gw", 22, keys[0], tmp_path / "file" / "known_hosts"))
    os.mkfifo(tmp_path / "pipe")
    assert "is not a file" in str(accept_key("gw", 22, keys[0], tmp_path / "pipe"))
    other = HostKey(keys[0].algorithm, keys[1].fingerprint, keys[0].public)
    assert "does not have the fingerprint" in str(accept_key("gw", 22, other, tmp_path / "x"))
    assert "cannot be read" in str(accept_key("gw", 22, HostKey("a", "b", "nonsense"), tmp_path / "x"))


def test_a_bad_line_costs_only_itself(tmp_path: Path, keys: tuple[HostKey, HostKey]) -> None:
    file = tmp_path / "known_hosts"
    file.write_text(f"nonsense\n|1|bad {keys[0].public}\n@strange gw {keys[0].public}\ngw {keys[0].public} 网关\n")
    read = KnownHosts([str(file), str(tmp_path / "missing")])
    assert [bad.line for bad in read.bad] == [1, 2, 3]
    assert len(read.look_up("gw", 22).keys) == 1


def test_revoked_on_every_port(tmp_path: Path, keys: tuple[HostKey, HostKey]) -> None:
    file = tmp_path / "known_hosts"
    file.write_text(f"[gw]:2200 {keys[0].public}\n@revoked gw {keys[0].public}\n")
    assert len(KnownHosts([str(file)]).look_up("gw", 2200).revoked) == 1


def test_read_again_when_it_changes(tmp_path: Path, keys: tuple[HostKey, HostKey]) -> None:
    file = tmp_path / "known_hosts"
    cache = KnownHostsCache()
    assert cache.of((str(file),)).look_up("gw", 22).keys == ()
    accept_key("gw", 22, keys[0], file)
    first = cache.of((str(file),))
    assert len(first.look_up("gw", 22).keys) == 1 and cache.of((str(file),)) is first
