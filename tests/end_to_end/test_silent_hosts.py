"""Hosts that stop answering, each in its own way, and are told apart while they do and when they are back."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path

import psutil

from collectors.ssh_environment import Deadlines
from duty.alarm_catalog import BUILT_IN
from duty.connection import Link
from duty.quality import STALE_FLOOR_S, Quality
from duty.records import Move
from tests.end_to_end.conftest import INTERVAL_S, Desk, Program, Site
from tests.support.sshd import Server, free_port, openssh
from tests.support.witness import Seen

NAPPING, ASLEEP, MUTE = "napping", "asleep", "mute"
STRUCK = (NAPPING, ASLEEP, MUTE)
LIMITS = Deadlines()


def processes_of(server: Server) -> Iterable[psutil.Process]:
    assert server.process is not None
    listening = psutil.Process(server.process.pid)
    return [listening, *listening.children(recursive=True)]


def probe_of(server: Server) -> list[psutil.Process]:
    """The probe's shell and awk: the server itself goes on answering keepalives."""
    return [one for one in processes_of(server) if not one.name().startswith("sshd")]


@contextlib.asynccontextmanager
async def never_green(desk: Desk, *hosts: str) -> AsyncIterator[None]:
    """Looks at the rows of these hosts all the time: nothing in them is drawn as what is well and live."""
    greens: set[tuple[str, str]] = set()

    async def look() -> None:
        while True:
            for host in hosts:
                for title in ("1 Fleet", "2 Processes"):
                    greens.update((host, sign) for sign in desk.green(title, f"{host} "))
            await asyncio.sleep(0.2)

    task = asyncio.create_task(look())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
    assert not greens


async def test_hosts_that_fall_silent(site: Site, program: Callable[[str], Program], tmp_path: Path) -> None:
    order = program("order-gw")
    with contextlib.ExitStack() as servers:
        running = {name: servers.enter_context(openssh(tmp_path / name, site.allowed)) for name in (*STRUCK, "well")}
        for name, server in running.items():
            site.host(name, server, order.rule, "disks = []")
        site.host("refused", free_port())

        def ready(seen: Seen) -> bool:
            read = all(seen.hosts[name].samples > 1 and not seen.hosts[name].why for name in running)
            return read and seen.hosts["refused"].connection.link is Link.REFUSED

        async with site.watched(ready) as desk:
            witness = desk.witness
            await desk.shows("1 Fleet", "✕U", "refused", "refuses the connect")
            await desk.until(lambda: desk.green("1 Fleet", f"{ASLEEP} ") == {"●", "O"}, "a green host")
            fault = time.time()
            running[NAPPING].signal_sessions(signal.SIGSTOP)
            for one in processes_of(running[ASLEEP]):
                one.suspend()
            for one in probe_of(running[MUTE]):
                one.suspend()

            for name in STRUCK:
                late = await witness.first(lambda s, n=name: s.hosts[n].quality is Quality.LATE, fault)
                desk.seen_in_time(late.at, fault, on_delay_s=2 * INTERVAL_S)
                await desk.shows("1 Fleet", f"{name} ", "◐L")
                await desk.shows("2 Processes", "order-gw", f"{name} ", "◐L")
            await desk.reads("1 good  ◐L 3 late")
            async with never_green(desk, *STRUCK):
                for name in STRUCK:
                    slow = await witness.first(lambda s, n=name: s.hosts[n].connection.link is Link.SLOW, fault)
                    desk.seen_in_time(slow.at, fault, on_delay_s=LIMITS.slow_s + 1)
                    assert str(slow.hosts[name].why[0]).endswith("no answer: the connection stands, the host is silent")
                    await desk.shows("1 Fleet", "◇?", f"{name} ", "s ago, no answer: the")
                await witness.goes_on("well", since=fault)

            back = time.time()
            running[NAPPING].signal_sessions(signal.SIGCONT)
            await witness.first(lambda s: s.hosts[NAPPING].quality is Quality.GOOD, back)
            await desk.until(lambda: desk.green("1 Fleet", f"{NAPPING} ") == {"●", "O"}, "green again")
            links = {seen.hosts[NAPPING].connection.link for seen in witness.boards}
            assert links - {Link.IDLE, Link.DIALLING} == {Link.UP, Link.SLOW}

            async with never_green(desk, ASLEEP, MUTE):
                await _asleep(desk, fault)
                await _mute(desk, fault)
                await witness.goes_on("well", NAPPING, since=back)
                frozen = {host: witness.now.hosts[host].read_at for host in (ASLEEP, MUTE)}
                assert all(at is not None and at < fault + 2 * INTERVAL_S for at in frozen.values())
                rows = {name: desk.rows("1 Fleet", f"{name} ")[0] for name in ("refused", ASLEEP, MUTE)}
                assert "refuses the connect" in rows["refused"]
                assert all("refuse" not in rows[name] for name in (ASLEEP, MUTE))

            again = time.time()  # before the first of them can answer, which the watch judges at once
            for server in (running[ASLEEP], running[MUTE]):
                for one in processes_of(server):
                    with contextlib.suppress(psutil.NoSuchProcess):  # its session ends as soon as it can
                        one.resume()
            for name in (ASLEEP, MUTE):
                await witness.first(lambda s, n=name: s.hosts[n].quality is Quality.GOOD, again)
                returned = await witness.move(Move.RETURNED, f"{name} host {name}", again)
                assert returned.at in desk.recorded(
                    f"incident {returned.incident}: well again; to be closed by a person", again
                )
                await desk.shows("7 Incidents", f"host {name} is", "returned")
            await witness.goes_on(*running, since=again)
            await desk.reads("4 good")
            assert Link.LOST not in {seen.hosts["well"].connection.link for seen in witness.boards}


async def _asleep(desk: Desk, fault: float) -> None:
    """Keepalive finds the connection dead; the next dial meets a server that takes the call and says nothing."""
    lost = await desk.witness.first(lambda s: s.hosts[ASLEEP].connection.link is Link.LOST, fault)
    desk.seen_in_time(lost.at, fault, on_delay_s=LIMITS.silent_s + LIMITS.keepalive_s)
    assert lost.hosts[ASLEEP].quality is Quality.UNREACHABLE
    said = f"the connection went dead: nothing came back for {LIMITS.silent_s:.0f} s"
    await desk.shows("8 Duty log", f"{ASLEEP}: {said}")
    assert desk.recorded(f"{ASLEEP}: {said}", fault)
    opened = await desk.witness.move(Move.OPENED, f"{ASLEEP} host {ASLEEP}", fault)
    desk.seen_in_time(opened.at, lost.at, on_delay_s=BUILT_IN["connection.lost"].on_delay_s)
    await desk.shows("7 Incidents", "L2", "holds", f"host {ASLEEP} is lost")
    silent = await desk.witness.first(lambda s: s.hosts[ASLEEP].connection.link is Link.SILENT, fault)
    assert "takes the connection but no SSH server speaks within" in str(silent.hosts[ASLEEP].why[0])
    await desk.shows("1 Fleet", "■A", ASLEEP, "✕U", "takes the connection")


async def _mute(desk: Desk, fault: float) -> None:
    """The server answers keepalives, the probe does not: the connection stands and its readings grow old."""
    stale = await desk.witness.first(lambda s: s.hosts[MUTE].quality is Quality.STALE, fault)
    desk.seen_in_time(stale.at, fault, on_delay_s=STALE_FLOOR_S)
    assert stale.hosts[MUTE].connection.link is Link.SLOW
    await desk.shows("1 Fleet", f"{MUTE} ", "◌S")
    opened = await desk.witness.move(Move.OPENED, f"{MUTE} host {MUTE}", fault)
    desk.seen_in_time(opened.at, stale.at, on_delay_s=BUILT_IN["connection.stalled"].on_delay_s)
    await desk.shows("7 Incidents", "L2", "holds", f"host {MUTE} is silent")
    assert desk.recorded(f"host {MUTE} is silent", fault) == [opened.at]
