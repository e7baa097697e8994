"""Applications and check commands asked from a host: through real SSH servers, with and without leave to forward."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from collectors import probe
from collectors.authorize import authorized_keys_line
from collectors.ssh_feed import SshFeed
from duty.connection import Link
from duty.readings import AppReading
from duty.site import AppRule, HostSpec
from tests.collectors.ssh.conftest import Person, until
from tests.support.listeners import Office, listening, mute, page, says, swallowing
from tests.support.sshd import Server, dropbear, free_port, new_key, openssh, public

Start = Callable[..., AbstractContextManager[Server]]


@pytest.fixture
def person(tmp_path: Path) -> Iterator[Person]:
    folder = tmp_path / "person"
    folder.mkdir()
    new_key(folder / "id_ed25519", "duty@desk")
    yield Person(folder)


def tcp(key: str, port: int, **more: Any) -> AppRule:
    return AppRule(key, "tcp", f"127.0.0.1:{port}", **{"address": "127.0.0.1", "port": port, **more})


def command(key: str, *argv: str, **more: Any) -> AppRule:
    return AppRule(key, "command", " ".join(argv), argv=argv, **{"deadline_s": 10.0, **more})


def demand(person: Person, server: Server, *rules: AppRule) -> HostSpec:
    person.hosts["gw"] = msgspec.structs.replace(person.configure("gw", server), apps=rules)
    return person.hosts["gw"]


async def asked(person: Person, feed: SshFeed, rule: AppRule) -> AppReading:
    """Ask once, and wait for what comes of it."""

    def heard() -> list[AppReading]:
        return [one for one in person.heard.sections["gw"] if isinstance(one, AppReading) and one.key == rule.key]

    before = len(heard())
    await until(lambda: feed.ask_app(rule) or len(heard()) > before)
    await until(lambda: len(heard()) > before)
    return heard()[-1]


@pytest.mark.parametrize("start", [openssh, dropbear])
async def test_what_the_host_reaches_is_asked_through_it(person: Person, tmp_path: Path, start: Start) -> None:
    office = Office(tmp_path)
    async with (
        listening(says(b"SGE front\r\n")) as front,
        listening(page("200 OK", b"ok"), office.context(ends=0.9)) as web,
        listening(mute) as silent,
    ):
        front_rule = tcp("front", front, banner="^SGE")
        web_rule = AppRule("web", "http", f"https://127.0.0.1:{web}/", "127.0.0.1", web, "/", True, ca=str(office.ca),
                           expect="ok")  # fmt: skip
        rules = [front_rule, web_rule, tcp("silent", silent, banner="x", deadline_s=0.5), tcp("closed", free_port())]
        with start(tmp_path / "server", [public(person.key)]) as server:
            demand(person, server, *rules)
            async with person.watching() as feeds:
                await person.hears("gw")
                got = [await asked(person, feeds["gw"], rule) for rule in rules]
                await person.hears("gw", 3)
    assert [one.outcome for one in got] == ["answered", "answered", "failed", "failed"], got
    assert got[0].banner == "SGE front" and "connect" in dict(got[0].steps) and "resolve" not in dict(got[0].steps)
    shown = got[1].certificate
    assert shown is not None and shown.verified and shown.not_after - office.now < 86_400
    assert "says nothing within 0.5 s" in str(got[2].why) and "refuses" in str(got[3].why)


async def test_a_restricted_key_forwards_to_what_its_line_names_and_nowhere_else(
    person: Person, tmp_path: Path
) -> None:
    async with listening(says(b"SGE\r\n")) as named, listening(says(b"SGE\r\n")) as other:
        allowed, denied = tcp("named", named), tcp("other", other)
        line = authorized_keys_line(public(person.key), spec=HostSpec("gw", "gw", apps=(allowed,)))
        assert f'restrict,port-forwarding,permitopen="127.0.0.1:{named}",command=' in line
        with openssh(tmp_path / "server", [line]) as server:
            demand(person, server, allowed, denied)
            async with person.watching() as feeds:
                await person.hears("gw")
                good, bad = [await asked(person, feeds["gw"], rule) for rule in (allowed, denied)]
                await person.hears("gw", 3)
    assert good.outcome == "answered"
    assert bad.outcome == "unable" and "does not let connections to" in str(bad.why) and "authorize" in str(bad.why)


async def test_a_key_that_forwards_nothing(person: Person, tmp_path: Path) -> None:
    rule = tcp("front", free_port())
    with openssh(tmp_path / "server", [authorized_keys_line(public(person.key))]) as server:
        demand(person, server, rule)
        async with person.watching() as feeds:
            await person.hears("gw")
            reading = await asked(person, feeds["gw"], rule)
    assert reading.outcome == "unable" and "does not let connections" in str(reading.why)


async def test_a_name_only_the_host_could_know(person: Person, tmp_path: Path) -> None:
    rule = tcp("front", 1, address="no-such-name.invalid")
    with openssh(tmp_path / "server", [public(person.key)]) as server:
        demand(person, server, rule)
        async with person.watching() as feeds:
            await person.hears("gw")
            reading = await asked(person, feeds["gw"], rule)
    assert reading.outcome == "unable" and "no-such-name.invalid" in str(reading.why)


async def test_without_a_host_nothing_is_asked_from_it_but_the_console_goes_on(person: Person, tmp_path: Path) -> None:
    async with listening(mute) as port:
        there, here = tcp("there", port), tcp("here", port, from_console=True)
        with openssh(tmp_path / "server", [public(person.key)]) as server:
            demand(person, server, there, here)
            async with person.watching() as feeds:
                await person.hears("gw")
                server.stop()
                await person.sees("gw", Link.REFUSED)
                assert not feeds["gw"].ask_app(there)
                assert (await asked(person, feeds["gw"], here)).outcome == "answered"


async def test_a_connection_that_breaks_in_the_middle_says_nothing_of_the_application(
    person: Person, tmp_path: Path
) -> None:
    async with listening(mute) as port:
        rule = tcp("front", port, banner="x", deadline_s=30)
        with openssh(tmp_path / "server", [public(person.key)]) as server:
            demand(person, server, rule)
            async with person.watching() as feeds:
                await person.hears("gw")
                asking = asyncio.create_task(asked(person, feeds["gw"], rule))
                await until(lambda: feeds["gw"]._checks._running)
                server.stop()
                reading = await asking
    assert reading.outcome == "unable", reading


async def test_a_call_the_host_is_slow_to_place_is_waited_for_and_not_placed_twice(
    person: Person, tmp_path: Path
) -> None:
    """The host's own connect hangs: its listener's queue is full. One channel stays open, not one for each round."""
    with swallowing() as listener, openssh(tmp_path / "server", [public(person.key)]) as server:
        rule = tcp("front", listener.getsockname()[1], deadline_s=0.3)
        demand(person, server, rule)
        async with person.watching() as feeds:
            await person.hears("gw")
            feed = feeds["gw"]
            assert feed.tunnel is not None
            before = len(feed.tunnel._channels)
            readings = [await asked(person, feed, rule) for _ in range(4)]
            assert len(feed.tunnel._channels) == before + 1
            listener.close()
            await until(lambda: feed.tunnel is not None and len(feed.tunnel._channels) == before)
            await person.hears("gw", 3)
    assert {one.outcome for one in readings} == {"failed"}
    assert "does not take the connection within 0.3 s" in str(readings[-1].why)


# --- check commands --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("restricted", [False, True], ids=["full", "restricted"])
@pytest.mark.parametrize("start", [openssh, dropbear])
async def test_commands_run_on_the_host(person: Person, tmp_path: Path, start: Start, restricted: bool) -> None:
    rules = (
        command("db", "sh", "-c", "echo 'DB OK | size=90MB;;;0;100'"),
        command("hangs", "sleep", "97531", deadline_s=1.0),
        command("none", "/no/such/plugin"),
    )
    spec = HostSpec("gw", "gw", apps=rules)
    line = authorized_keys_line(public(person.key), spec=spec) if restricted else public(person.key)
    with start(tmp_path / "server", [line]) as server:
        demand(person, server, *rules)
        async with person.watching() as feeds:
            await person.hears("gw")
            hanging = asyncio.create_task(asked(person, feeds["gw"], rules[1]))
            db, none = [await asked(person, feeds["gw"], rule) for rule in (rules[0], rules[2])]
            await person.hears("gw", 3)
            overdue = await hanging
        who = person.heard.identity("gw")
    assert who.restricted is restricted and who.probe_hash == probe.hash_of(spec) != probe.HASH
    assert (db.outcome, db.exit, db.text, db.perf[0].maximum) == ("answered", 0, "DB OK", 100 * 2**20)
    assert dict(db.steps)["whole"] > 0
    assert none.outcome == "unable" and "cannot be run" in str(none.why)
    assert overdue.outcome == "unable" and "did not end within 1 s" in str(overdue.why)


async def test_other_commands_are_another_probe_to_a_restricted_key(person: Person, tmp_path: Path) -> None:
    before, after = command("db", "echo", "one"), command("db", "echo", "two")
    line = authorized_keys_line(public(person.key), spec=HostSpec("gw", "gw", apps=(before,)))
    with openssh(tmp_path / "server", [line]) as server:
        spec = demand(person, server, before)
        async with person.watching() as feeds:
            await person.hears("gw")
            feeds["gw"].update(msgspec.structs.replace(spec, apps=(after,)))
            refused = await person.sees("gw", Link.PROBE_REFUSED)
    assert "other check commands" in str(refused.why) and "authorize" in str(refused.advice)


async def test_a_changed_command_starts_the_probe_anew_on_the_same_connection(person: Person, tmp_path: Path) -> None:
    before, after = command("db", "echo", "one"), command("db", "echo", "two")
    with openssh(tmp_path / "server", [public(person.key)]) as server:
        spec = demand(person, server, before)
        async with person.watching() as feeds:
            await person.hears("gw")
            assert (await asked(person, feeds["gw"], before)).text == "one"
            tunnel = feeds["gw"].tunnel
            feeds["gw"].update(msgspec.structs.replace(spec, apps=(after,)))
            assert not feeds["gw"].ask_app(before), "it is no longer part of what runs there"
            assert (await asked(person, feeds["gw"], after)).text == "two"
            assert feeds["gw"].tunnel is tunnel
