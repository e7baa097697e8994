"""The examination: every step in order, the one that failed with its words, those behind it not reached."""

from __future__ import annotations

from pathlib import Path

from collectors.doctor import Step, examine
from collectors.ssh_environment import SshEnvironment
from duty.site import HostSpec
from tests.collectors.ssh.conftest import QUICK, Person
from tests.support.sshd import free_port, new_key, openssh, public


async def steps(person: Person, host: str) -> dict[str, Step]:
    env = SshEnvironment(deadlines=QUICK)
    found = await examine(person.hosts[host], person.site(), env)
    await env.close()
    return {str(step.name): step for step in found}


async def test_all_well_through_a_jump_host(person: Person, tmp_path: Path) -> None:
    with openssh(tmp_path / "a", [public(person.key)]) as a, openssh(tmp_path / "b", [public(person.key)]) as b:
        person.configure("a", a)
        person.configure("b", b, "ProxyJump a", "StrictHostKeyChecking no")
        found = await steps(person, "b")
        person.hosts["b"] = HostSpec("b", "b", via="a")
        assert "a: login" in await steps(person, "b")
    assert {step.state for step in found.values()} == {"ok"}
    assert str(found["jump hosts"].detail) == "a"
    assert "stricthostkeychecking" in str(found["option not used"].detail)
    order = ["a: name", "a: connection", "a: banner", "a: key exchange", "a: host key", "a: login", "connection"]
    order += ["banner", "key exchange", "host key", "login", "channel and probe", "first sample"]
    assert [name for name in found if name in order] == order
    assert "whole:" in str(found["user"].detail) and found["first sample"].seconds is not None


async def test_each_failure_at_its_step(person: Person, tmp_path: Path) -> None:
    new_key(tmp_path / "other")
    with (
        openssh(tmp_path / "a", [public(tmp_path / "other")]) as a,
        openssh(tmp_path / "b", [f'command="false" {public(person.key)}']) as b,
        openssh(tmp_path / "c", [public(person.key)]) as c,
    ):
        person.configure("login", a)
        person.configure("probe", b)
        person.configure("key", c, known=False)
        person.configure("connection", free_port())
        person.hosts["name"] = HostSpec("name", "no-such-host.invalid")
        for host in list(person.hosts):
            found = await steps(person, host)
            failing = {"probe": "channel and probe", "key": "host key"}.get(host, host)
            names = list(found)
            assert found[failing].state == "failed" and found[failing].advice is not None, failing
            behind = names[names.index(failing) + 1 :]
            assert behind and all(found[name].state == "not_reached" for name in behind), failing


async def test_behind_a_jump_host_that_is_down(person: Person) -> None:
    person.configure("a", free_port())
    person.configure("b", free_port(), "ProxyJump a")
    found = await steps(person, "b")
    assert found["a: connection"].state == "failed"
    assert found["a: login"].state == found["connection"].state == found["first sample"].state == "not_reached"


async def test_a_configuration_that_cannot_be_read(person: Person) -> None:
    person.configure("gw", 1, "Port many")
    found = await steps(person, "gw")
    assert found["settings"].state == "failed" and found["first sample"].state == "not_reached"
