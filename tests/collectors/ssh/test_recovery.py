"""What breaks is told, everything else goes on, and all comes back by itself."""

from __future__ import annotations

import asyncio
import signal
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from collectors.ssh_environment import Backoff
from duty.connection import Link
from duty.site import HostSpec, ProcessRule
from tests.collectors.ssh.conftest import QUICK, Person, until
from tests.support.sshd import Server, openssh, public

PATIENT = replace(QUICK, keepalive_s=20)
"""Keepalive out of the way: the server may sleep longer than it would allow."""


async def test_a_silent_host_is_slow_and_comes_back(person: Person, tmp_path: Path) -> None:
    with openssh(tmp_path / "a", [public(person.key)]) as a, openssh(tmp_path / "b", [public(person.key)]) as b:
        person.configure("a", a)
        person.configure("b", b)
        async with person.watching(limits=PATIENT) as feeds:
            await person.hears("a")
            await person.hears("b")
            a.signal_sessions(signal.SIGSTOP)
            seen = await person.sees("a", Link.SLOW)
            assert str(seen.why).endswith("no answer: the connection stands, the host is silent") and seen.up
            assert feeds["a"].open_since("sample") is not None and not feeds["a"].ask_sample(())
            await person.hears("b", 5)
            a.signal_sessions(signal.SIGCONT)
            await person.hears("a")
            assert person.heard.links("a")[-1] is Link.UP
    assert Link.LOST not in person.heard.links("a")
    seqs = [one.seq for one in person.heard.samples["a"]]
    assert seqs == sorted(set(seqs))


async def test_a_dead_connection_is_found_and_dialled_again(person: Person, tmp_path: Path) -> None:
    with openssh(tmp_path / "a", [public(person.key)]) as server:
        person.configure("gw", server)
        async with person.watching():
            await person.hears("gw")
            server.signal_sessions(signal.SIGSTOP)
            seen = await person.sees("gw", Link.LOST)
            assert "the connection went dead" in str(seen.why)
            await person.hears("gw", 4)  # a new session; the old one still sleeps
            server.signal_sessions(signal.SIGCONT)


async def test_a_killed_server_is_lost_and_comes_back(person: Person, tmp_path: Path) -> None:
    with openssh(tmp_path / "a", [public(person.key)]) as server:
        person.configure("gw", server)
        async with person.watching():
            await person.hears("gw")
            server.stop()
            lost = await person.sees("gw", Link.LOST)
            refused = await person.sees("gw", Link.REFUSED)
            assert lost.next_try is not None and refused.since >= lost.since
            person.forget()
            server.start()
            await person.hears("gw")
            assert person.heard.links("gw")[-1] is Link.UP


async def test_a_killed_probe_is_started_again(person: Person, tmp_path: Path) -> None:
    with openssh(tmp_path / "a", [public(person.key)]) as server:
        person.configure("gw", server)
        async with person.watching():
            await person.hears("gw")
            for session in server.sessions():
                for child in session.children():
                    if not child.name().startswith("sshd"):
                        child.send_signal(signal.SIGKILL)
            seen = await person.sees("gw", Link.LOST)
            assert "the probe on the host ended" in str(seen.why)
            person.forget()
            await person.hears("gw")


@pytest.mark.parametrize("by_site", [True, False], ids=["via", "ProxyJump"])
async def test_a_killed_jump_host(person: Person, tmp_path: Path, by_site: bool) -> None:
    keys = [public(person.key)]
    with openssh(tmp_path / "a", keys) as a, openssh(tmp_path / "b", keys) as b, openssh(tmp_path / "c", keys) as c:
        person.configure("a", a)
        person.configure("c", c)
        person.configure("b", b, *([] if by_site else ["ProxyJump a"]))
        if by_site:
            person.hosts["b"] = HostSpec("b", "b", via="a")
        async with person.watching("b", "c", *(["a"] if by_site else [])):
            await person.hears("b")
            await person.hears("c")
            a.stop()
            seen = await person.sees("b", Link.JUMP_DOWN)
            assert str(seen.why).startswith("a: ") and seen.route == ("a",)
            assert "not connected yet" not in str(seen.why), "it stood and broke"
            await until(lambda: "refuses" in str(person.heard.connections["b"][-1].why))
            await person.hears("c", 5)
            a.start()
            await person.hears("b")
            assert person.heard.links("b")[-1] is Link.UP


async def test_closing_never_waits_for_a_dead_jump_host(person: Person, tmp_path: Path) -> None:
    keys = [public(person.key)]
    with openssh(tmp_path / "a", keys) as a, openssh(tmp_path / "b", keys) as b:
        person.configure("a", a)
        person.configure("b", b, "ProxyJump a")
        async with asyncio.timeout(60):
            async with person.watching("b", limits=PATIENT):
                await person.hears("b")
                a.signal_sessions(signal.SIGSTOP)
        a.signal_sessions(signal.SIGCONT)


async def test_rules_can_change_while_it_runs(person: Person, tmp_path: Path) -> None:
    with openssh(tmp_path / "a", [public(person.key)]) as server:
        spec = person.configure("gw", server)
        async with person.watching() as feeds:
            await person.hears("gw")
            rule = ProcessRule("me", name=psutil.Process().name())
            feeds["gw"].update(HostSpec(spec.id, spec.address, processes=(rule,)))
            assert feeds["gw"].ask_section("processes")
            assert not feeds["gw"].ask_section("processes")
            await until(lambda: len(person.heard.sections["gw"]) > 1)
            found = person.heard.sections["gw"][-1]
            assert any(one.rule == "me" for one in found.found)  # type: ignore[union-attr]  # Processes
            assert person.heard.links("gw").count(Link.UP) == 1
            feeds["gw"].update(HostSpec(spec.id, spec.address, port=1))
            await person.sees("gw", Link.REFUSED)


async def test_no_more_dials_at_once_than_allowed(person: Person, tmp_path: Path) -> None:
    with openssh(tmp_path / "a", [public(person.key)], ["MaxStartups 8:100:8"]) as server:
        person.configure("gw", server)
        for number in range(24):
            person.hosts[f"h{number}"] = HostSpec(f"h{number}", "gw")
        async with person.watching(dials=3) as feeds:
            await until(lambda: all(person.heard.samples.get(name) for name in feeds))
    assert Link.REFUSED not in [link for name in feeds for link in person.heard.links(name)]


def test_back_off_doubles_to_a_cap_and_differs() -> None:
    waits = Backoff()
    assert [waits.wait(n, False, 1.0) for n in (1, 2, 3, 5, 6, 60)] == [1, 2, 4, 16, 30, 30]
    assert waits.wait(6, False, 0.0) == 15
    assert [waits.wait(n, True, 1.0) for n in (1, 2, 9)] == [30, 60, 300]


def test_a_server_answers_for_its_own(tmp_path: Path) -> None:
    assert Server(tmp_path, 1, tmp_path / "key").sessions() == []
