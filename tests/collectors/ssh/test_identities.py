"""Which key is offered: of the agent, of files that may not be there, with a certificate."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import asyncssh
import pytest

from duty.connection import Link
from duty.site import HostSpec
from tests.collectors.ssh.conftest import Person
from tests.support.sshd import new_key, openssh, public


@pytest.fixture
def agent(own_world: Path, tmp_path: Path) -> Iterator[Path]:
    """The socket of an agent that alone has the private key of ``agent_key.pub``."""
    path = own_world / "agent"
    running = subprocess.Popen(["ssh-agent", "-D", "-a", str(path)], stdout=subprocess.PIPE)
    assert running.stdout is not None
    running.stdout.readline()  # it names its socket once it listens
    new_key(tmp_path / "agent_key")
    added = {"SSH_AUTH_SOCK": str(path), "PATH": "/usr/bin:/bin"}
    subprocess.run(["ssh-add", "-q", str(tmp_path / "agent_key")], check=True, env=added)
    (tmp_path / "agent_key").unlink()
    yield path
    running.kill()
    running.wait()
    running.stdout.close()


async def test_agent(person: Person, tmp_path: Path, agent: Path) -> None:
    with openssh(tmp_path / "a", [public(tmp_path / "agent_key")]) as server:
        person.configure("agent", server, "IdentitiesOnly no", f"IdentityAgent {agent}")
        person.configure("by_pub", server, f"IdentityFile {tmp_path}/agent_key", f"IdentityAgent {agent}")
        person.configure("by_site", server, "IdentitiesOnly no", f"IdentityAgent {agent}")
        person.hosts["by_site"] = HostSpec("by_site", "by_site", identity=str(person.key))
        async with person.watching():
            await person.hears("agent")
            await person.hears("by_pub")
            refused = await person.sees("by_site", Link.NOT_LET_IN)
            assert "ssh-agent" not in str(refused.why)  # the site file names one key: no other is offered


async def test_agent_that_is_not_there(person: Person, tmp_path: Path) -> None:
    with openssh(tmp_path / "a", [public(person.key)]) as server:
        person.configure("gw", server, f"IdentityAgent {tmp_path}/none", f"IdentityFile {tmp_path}/gone")
        async with person.watching():
            await person.hears("gw")


async def test_a_key_with_a_passphrase_and_no_agent(person: Person, tmp_path: Path) -> None:
    new_key(tmp_path / "locked")
    lock = ["ssh-keygen", "-q", "-p", "-P", "", "-N", "secret", "-f", str(tmp_path / "locked")]
    subprocess.run(lock, check=True, capture_output=True)  # noqa: ASYNC221
    with openssh(tmp_path / "a", [public(tmp_path / "locked")]) as server:
        person.configure("gw", server)
        person.hosts["gw"] = HostSpec("gw", "gw", identity=str(tmp_path / "locked"))
        async with person.watching():
            seen = await person.sees("gw", Link.NOT_LET_IN)
    assert "agent" in str(seen.advice)


async def test_user_certificate(person: Person, tmp_path: Path) -> None:
    authority = new_key(tmp_path / "ca")
    mine = asyncssh.read_private_key(str(person.key))
    signed = authority.generate_user_certificate(mine, "duty", principals=[])
    (tmp_path / "cert.pub").write_bytes(signed.export_certificate())
    line = f"cert-authority {public(tmp_path / 'ca')}"
    with openssh(tmp_path / "a", [line]) as server:
        person.configure("gw", server, f"CertificateFile {tmp_path}/cert.pub")
        async with person.watching():
            await person.hears("gw")
