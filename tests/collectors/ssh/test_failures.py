"""Each way a host may not be reached has its own state and its own words."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from collectors import probe
from collectors.authorize import authorized_keys_line
from collectors.failures import KINDS
from duty.clean import clean
from duty.connection import Link
from duty.site import HostSpec
from tests.collectors.ssh.conftest import QUICK, Person, until
from tests.support.sshd import USER, dropbear, free_port, new_key, openssh, public


async def test_refused(person: Person) -> None:
    port = free_port()
    person.configure("gw", port)
    async with person.watching():
        seen = await person.sees("gw", Link.REFUSED)
    assert str(seen.why) == f"127.0.0.1:{port} refuses the connection: nothing listens on this port"
    assert seen.advice is not None and seen.attempt >= 1 and seen.address == f"127.0.0.1:{port}"


@contextmanager
def listening(backlog: int = 5) -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0), backlog=backlog) as server:
        yield server


async def test_a_port_where_nobody_speaks(person: Person) -> None:
    with listening() as server:
        person.configure("gw", server.getsockname()[1])
        async with person.watching(limits=replace(QUICK, connect_s=0.5, login_s=1)):
            seen = await person.sees("gw", Link.SILENT)
    assert "no SSH server speaks within" in str(seen.why)


@pytest.mark.parametrize(
    ("greeting", "link", "words"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n" * 3000, Link.BROKEN, "does not speak SSH"),
        (b"x" * 100_000, Link.BROKEN, "does not speak SSH"),
        (b"SSH-1.5-old\r\n", Link.BROKEN, "does not speak SSH"),
        (b"Exceeded MaxStartups\r\n", Link.REFUSED, "closes the connection before the login"),
        (b"SSH-2.0-\x1b[2J\xff\r\n" + b"\xff" * 4000, Link.BROKEN, "127.0.0.1"),
    ],
)
async def test_servers_that_are_none(person: Person, greeting: bytes, link: Link, words: str) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        await reader.read(1000)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    person.configure("gw", server.sockets[0].getsockname()[1])
    async with person.watching():
        seen = await person.sees("gw", link)
    server.close()
    assert words in str(seen.why) and clean(str(seen.why)) == str(seen.why) and "\x1b" not in seen.server


async def test_a_name_that_is_not_known(person: Person) -> None:
    person.hosts["gw"] = HostSpec("gw", "no-such-host.invalid")
    async with person.watching():
        seen = await person.sees("gw", Link.NO_ROUTE)
    assert "the name no-such-host.invalid is not known" in str(seen.why)


async def test_wrong_key(person: Person, tmp_path: Path) -> None:
    new_key(tmp_path / "other")
    with openssh(tmp_path / "server", [public(tmp_path / "other")]) as server:
        person.configure("gw", server)
        async with person.watching():
            seen = await person.sees("gw", Link.NOT_LET_IN)
    words = str(seen.why)
    assert words.startswith(f"{USER} is not let in") and "publickey" in words
    assert re.search(r"SHA256:\S{43} ", words)


async def test_an_identity_that_is_not_there(person: Person, tmp_path: Path) -> None:
    with openssh(tmp_path / "server", [public(person.key)]) as server:
        spec = person.configure("gw", server)
        person.hosts["gw"] = HostSpec("gw", spec.address, identity=str(tmp_path / "nothing"))
        async with person.watching():
            seen = await person.sees("gw", Link.NOT_LET_IN)
    assert "the private key cannot be used" in str(seen.why)


async def test_the_site_file_goes_before_the_configuration(person: Person, tmp_path: Path) -> None:
    new_key(tmp_path / "mine")
    with openssh(tmp_path / "server", [public(tmp_path / "mine")]) as server:
        person.configure("gw", 1, "User nobody-here")
        person.know(server)
        identity = str(tmp_path / "mine")
        person.hosts["gw"] = HostSpec("gw", "gw", port=server.port, user=USER, identity=identity)
        async with person.watching():
            await person.hears("gw")


@pytest.mark.parametrize("start", [openssh, dropbear])
async def test_a_key_restricted_to_another_probe(person: Person, tmp_path: Path, start: object) -> None:
    line = authorized_keys_line(public(person.key)).replace(probe.HASH, "0" * 64)
    with start(tmp_path / "server", [line]) as server:  # type: ignore[operator]  # either starter
        person.configure("gw", server)
        async with person.watching():
            seen = await person.sees("gw", Link.PROBE_REFUSED)
    assert "restricted to another version of the probe" in str(seen.why)
    assert "watchkeeper authorize" in str(seen.advice)


@pytest.mark.parametrize(
    ("forced", "words"),
    [
        ("echo 'This account is closed\x1b[2J' >&2; exit 7", r"status 7: This account is closed"),
        ("yes spam", r"the host sends what is no answer: .*spam"),
        ("cat", r"does not start within \d+ s|cannot run the probe|status"),
        ("head -c 3000000 /dev/urandom; sleep 9", r"the host sends what is no answer"),
    ],
)
async def test_a_forced_command_that_is_not_ours(person: Person, tmp_path: Path, forced: str, words: str) -> None:
    script = tmp_path / "forced"
    script.write_text(f"#!/bin/sh\n{forced}\n")
    script.chmod(0o755)
    with openssh(tmp_path / "server", [f'command="{script}" {public(person.key)}']) as server:
        person.configure("gw", server)
        async with person.watching(limits=replace(QUICK, ready_s=1.5)):
            seen = await person.sees("gw", Link.PROBE_REFUSED)
    assert re.search(words, str(seen.why)) and clean(str(seen.why)) == str(seen.why)


async def test_a_jump_host_that_does_not_forward(person: Person, tmp_path: Path) -> None:
    with (
        openssh(tmp_path / "a", [authorized_keys_line(public(person.key))]) as a,
        openssh(tmp_path / "b", [public(person.key)]) as b,
    ):
        person.configure("a", a)
        person.configure("b", b)
        person.hosts["b"] = HostSpec("b", "b", via="a")
        async with person.watching():
            await person.hears("a")
            seen = await person.sees("b", Link.JUMP_DOWN)
        assert "does not forward" in str(seen.why) and "port-forwarding" in str(seen.advice)
        (a.folder / "authorized_keys").write_text(authorized_keys_line(public(person.key), jump_host=True) + "\n")
        person.forget()
        async with person.watching():
            await person.hears("b")


async def test_a_jump_host_that_is_still_dialled_has_not_failed(person: Person) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        for name in ("a", "b"):
            person.configure(name, port)
        person.hosts["b"] = HostSpec("b", "b", via="a")
        async with person.watching("a", "b", limits=replace(QUICK, connect_s=0.5, login_s=0.5), dials=1):
            async with person.env.dials:  # the only one, so "b" has waited its time while "a" is dialled still
                await until(lambda: (Link.DIALLING, "a: not connected yet") in _said(person, "b"))
            await person.sees("a", Link.SILENT)
            seen = await person.sees("b", Link.JUMP_DOWN)
    assert str(seen.why).startswith("a: ") and "no SSH server speaks" in str(seen.why)
    assert (Link.JUMP_DOWN, "a: not connected yet") not in _said(person, "b")


def _said(person: Person, host: str) -> list[tuple[Link, str]]:
    return [(one.link, str(one.why)) for one in person.heard.connections.get(host, [])]


async def test_jumps_in_a_circle(person: Person) -> None:
    person.configure("a", 1, "ProxyJump b")
    person.configure("b", 1, "ProxyJump a")
    async with person.watching("a"):
        seen = await person.sees("a", Link.JUMP_DOWN)
    assert "circle" in str(seen.why)


async def test_a_configuration_that_cannot_be_read(person: Person) -> None:
    person.configure("gw", 1, "Port many")
    async with person.watching():
        seen = await person.sees("gw", Link.BROKEN)
    assert re.search(r"whole line \d+: Invalid Port", str(seen.why))


def test_every_kind_has_words_and_advice() -> None:
    for kind, words in KINDS.items():
        assert words.why and words.advice, kind
