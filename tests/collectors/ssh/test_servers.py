"""Real readings through each kind of server, key, shell and way."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import psutil
import pytest

from collectors.authorize import authorized_keys_line
from duty.connection import Link
from tests.collectors.ssh.conftest import Person, until
from tests.support.sshd import USER, Server, dropbear, openssh, public

Start = Callable[[Path, list[str]], AbstractContextManager[Server]]


@pytest.mark.parametrize("restricted", [False, True], ids=["full", "restricted"])
@pytest.mark.parametrize("start", [openssh, dropbear])
async def test_readings_come_through(person: Person, tmp_path: Path, start: Start, restricted: bool) -> None:
    line = public(person.key)
    with start(tmp_path / "server", [authorized_keys_line(line) if restricted else line]) as server:
        person.configure("gw", server)
        async with person.watching() as feeds:
            await person.hears("gw", 3)
            assert feeds["gw"].ask_section("mounts")
            await until(lambda: len(person.heard.sections["gw"]) > 1)
        sample = person.heard.samples["gw"][-1]
        who = person.heard.identity("gw")
        up = next(one for one in person.heard.connections["gw"] if one.link is Link.UP)
    assert sample.memory is not None and sample.memory.total == psutil.virtual_memory().total
    assert [one.pid for one in sample.processes] == [1] and sample.cpus == psutil.cpu_count()
    assert who.restricted is restricted and who.user == USER
    assert up.host_key is not None and up.host_key.public == public(server.host_key)
    assert up.address == f"127.0.0.1:{server.port}" and up.user == USER and up.server.startswith("SSH-2.0-")
    if start is openssh:
        assert up.cipher == "aes128-gcm@openssh.com"


RC = {"/bin/bash": ".bashrc", "/bin/dash": ".profile", "/bin/mksh": ".mkshrc"}


@pytest.mark.parametrize("shell", RC)
async def test_login_shells_that_talk(person: Person, tmp_path: Path, shell: str) -> None:
    home = tmp_path / "home"
    (home / ".ssh").mkdir(parents=True)
    (home / RC[shell]).write_text("echo Welcome to the order gateway; echo '=nonsense' >&2\n")
    (home / ".ssh" / "rc").write_text("echo said before the shell\n")
    with openssh(tmp_path / "server", [public(person.key)], home=home, shell=shell) as server:
        person.configure("gw", server)
        async with person.watching():
            await person.hears("gw")


async def test_two_hops_by_proxy_jump_share_their_connections(person: Person, tmp_path: Path) -> None:
    with ExitStack() as stack:
        keys = [public(person.key)]
        outer, inner, *ends = (stack.enter_context(openssh(tmp_path / name, keys)) for name in "abcde")
        person.configure("outer", outer)
        person.configure("inner", inner, "ProxyJump outer")
        for number, end in enumerate(ends):
            person.configure(f"end{number}", end, "ProxyJump inner")
        names = [f"end{number}" for number in range(len(ends))]
        async with person.watching(*names) as feeds:
            for name in names:
                await person.hears(name)
                assert person.heard.connections[name][-1].route == ("outer", "inner")
            pool = feeds["end0"]._env.jumps
            assert len(pool) == 2  # one to each jump host, however many hosts are behind
            established = [c for c in psutil.net_connections("tcp") if c.raddr and c.raddr.port == outer.port]
            assert len({c.laddr for c in established if c.status == "ESTABLISHED"}) == 1
        await until(lambda: len(pool) == 0)


async def test_two_hops_by_hosts_of_the_site(person: Person, tmp_path: Path) -> None:
    with ExitStack() as stack:
        keys = [public(person.key)]
        a, b, c = (stack.enter_context(openssh(tmp_path / name, keys)) for name in "abc")
        for name, server, via in (("a", a, None), ("b", b, "a"), ("c", c, "b")):
            spec = person.configure(name, server)
            person.hosts[name] = type(spec)(name, name, via=via)
        async with person.watching():
            for name in "abc":
                await person.hears(name)
            assert person.heard.connections["c"][-1].route == ("a", "b")
            assert len(a.sessions()) <= 2  # one connection: the server's monitor and, where it has one, its child


async def test_a_jump_login_without_a_shell_still_serves_those_behind(person: Person, tmp_path: Path) -> None:
    with (
        openssh(tmp_path / "a", [public(person.key)], ["ForceCommand /bin/false"]) as a,
        openssh(tmp_path / "b", [public(person.key)]) as b,
    ):
        person.configure("a", a)
        spec = person.configure("b", b)
        person.hosts["b"] = type(spec)("b", "b", via="a")
        async with person.watching():
            await person.hears("b")
            refused = await person.sees("a", Link.PROBE_REFUSED)
            assert "status 1" in str(refused.why)
            await person.hears("b", 6)
            assert Link.JUMP_DOWN not in person.heard.links("b")
