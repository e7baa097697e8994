"""A host is what its key says: unknown, known, changed, revoked, signed."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from duty.connection import Link
from tests.collectors.ssh.conftest import Person
from tests.support.sshd import Server, new_key, openssh, public


def fingerprint(path: Path) -> str:
    told = subprocess.run(["ssh-keygen", "-lf", f"{path}.pub"], capture_output=True, text=True, check=True).stdout
    return told.split()[1]


async def test_unknown_then_accepted(person: Person, tmp_path: Path) -> None:
    with openssh(tmp_path / "server", [public(person.key)]) as server:
        person.configure("gw", server, "StrictHostKeyChecking no", known=False)
        async with person.watching() as feeds:
            seen = await person.sees("gw", Link.KEY_UNKNOWN)
            assert seen.offered_key is not None
            assert seen.offered_key.fingerprint == fingerprint(server.host_key)
            assert seen.offered_key.public == public(server.host_key)
            assert feeds["gw"].accept_offered("SHA256:other") is not None
            assert feeds["gw"].accept_offered(seen.offered_key.fingerprint) is None
            await person.hears("gw")
    assert person.known_hosts.stat().st_mode & 0o777 == 0o600
    assert person.known_hosts.read_text() == f"[127.0.0.1]:{server.port} {public(server.host_key)}\n"


@pytest.mark.parametrize("file", ["none", "/dev/null"])
async def test_no_switch_turns_the_check_off(person: Person, tmp_path: Path, file: str) -> None:
    with openssh(tmp_path / "server", [public(person.key)]) as server:
        person.configure("gw", server, f"UserKnownHostsFile {file}", "StrictHostKeyChecking no")
        async with person.watching():
            await person.sees("gw", Link.KEY_UNKNOWN)
    assert not person.heard.samples


@pytest.mark.parametrize("algorithm", ["ssh-ed25519", "ecdsa-sha2-nistp256"])
async def test_changed_then_accepted(person: Person, tmp_path: Path, algorithm: str) -> None:
    with openssh(tmp_path / "server", [public(person.key)]) as server:
        new_key(tmp_path / "old", algorithm=algorithm)
        person.configure("gw", server, known=False)
        person.know(Server(tmp_path, server.port, tmp_path / "old"))
        async with person.watching() as feeds:
            seen = await person.sees("gw", Link.KEY_CHANGED)
            assert "presents another host key" in str(seen.why) and seen.offered_key is not None
            assert feeds["gw"].accept_offered(seen.offered_key.fingerprint) is None
            await person.hears("gw")


async def test_revoked_goes_before_known(person: Person, tmp_path: Path) -> None:
    with openssh(tmp_path / "server", [public(person.key)]) as server:
        person.configure("gw", server)
        with person.known_hosts.open("a") as file:
            file.write(f"@revoked * {public(server.host_key)}\n")
        async with person.watching():
            seen = await person.sees("gw", Link.KEY_CHANGED)
    assert "revoked" in str(seen.why) and fingerprint(server.host_key) in str(seen.why)
    assert seen.offered_key is None  # there is nothing to accept


async def test_signed_by_an_authority(person: Person, tmp_path: Path) -> None:
    authority = new_key(tmp_path / "ca")
    host = new_key(tmp_path / "host")
    signed = authority.generate_host_certificate(host, "gw", principals=["127.0.0.1"])
    (tmp_path / "host-cert.pub").write_bytes(signed.export_certificate())
    options = [f"HostCertificate {tmp_path}/host-cert.pub"]
    with openssh(tmp_path / "server", [public(person.key)], options, host_key=tmp_path / "host") as server:
        person.configure("gw", server, known=False)
        person.known_hosts.write_text(f"@cert-authority 127.0.0.1 {public(tmp_path / 'ca')}\n")
        async with person.watching():
            await person.hears("gw")
        new_key(tmp_path / "other")
        person.known_hosts.write_text(f"@cert-authority 127.0.0.1 {public(tmp_path / 'other')}\n")
        person.forget()
        async with person.watching():
            seen = await person.sees("gw", Link.KEY_UNKNOWN)
        assert "certificate" in str(seen.why)


async def test_an_authority_and_a_host_without_certificate(person: Person, tmp_path: Path) -> None:
    new_key(tmp_path / "ca")
    with openssh(tmp_path / "server", [public(person.key)]) as server:
        person.configure("gw", server, known=False)
        person.known_hosts.write_text(f"@cert-authority * {public(tmp_path / 'ca')}\n")
        async with person.watching():
            seen = await person.sees("gw", Link.KEY_UNKNOWN)
        assert seen.offered_key is not None and seen.offered_key.public == public(server.host_key)


async def test_hashed_names(person: Person, tmp_path: Path) -> None:
    with openssh(tmp_path / "server", [public(person.key)]) as server:
        person.configure("gw", server)
        subprocess.run(["ssh-keygen", "-H", "-f", str(person.known_hosts)], check=True, capture_output=True)  # noqa: ASYNC221
        assert person.known_hosts.read_text().startswith("|1|")
        async with person.watching():
            await person.hears("gw")


async def test_the_known_kind_of_key_is_asked_for(person: Person, tmp_path: Path) -> None:
    new_key(tmp_path / "rsa", algorithm="ssh-rsa")
    options = [f"HostKey {tmp_path}/rsa"]
    with openssh(tmp_path / "server", [public(person.key)], options) as server:
        person.configure("gw", server, known=False)
        person.know(Server(tmp_path, server.port, tmp_path / "rsa"))
        async with person.watching():
            await person.hears("gw")


async def test_the_key_of_a_jump_host_is_checked_and_can_be_accepted(person: Person, tmp_path: Path) -> None:
    with (
        openssh(tmp_path / "a", [public(person.key)]) as a,
        openssh(tmp_path / "b", [public(person.key)]) as b,
    ):
        person.configure("a", a, known=False)
        person.configure("b", b, "ProxyJump a")
        async with person.watching("b") as feeds:
            seen = await person.sees("b", Link.JUMP_DOWN)
            assert str(seen.why).startswith("a: the host key of 127.0.0.1 is not known")
            assert seen.offered_key is not None and seen.offered_key.fingerprint == fingerprint(a.host_key)
            assert feeds["b"].accept_offered(seen.offered_key.fingerprint) is None
            await person.hears("b")
