"""The fleet as a process, spoken to by real SSH clients: asyncssh through the jump host, and OpenSSH."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import asyncssh
import pytest

from collectors import probe
from collectors.answers import Answer, AnswerReader, Ready, SampleAnswer, SectionAnswer
from collectors.feed import SECTIONS
from practice.fleet import FleetFailed, PracticeFleet
from practice.papers import new_key

PATIENCE = 30.0
BUSY_PARENT = """
import asyncio, sys, uvloop
from pathlib import Path
from practice.fleet import PracticeFleet

async def main():
    fleet = PracticeFleet(Path(sys.argv[1]))
    await fleet.start()
    print(fleet.pid, flush=True)
    await asyncio.sleep(600)

(uvloop if sys.argv[2] == "uvloop" else asyncio).run(main())
"""


@pytest.fixture
async def fleet(tmp_path: Path) -> AsyncIterator[PracticeFleet]:
    practice = PracticeFleet(tmp_path / "fleet", seed="test")
    await practice.start()
    yield practice
    await practice.stop()
    assert not practice.running and not (tmp_path / "fleet").exists()


class Login:
    """One connection to one machine with the probe running on it."""

    def __init__(self, fleet: PracticeFleet, host: str) -> None:
        self.spec = next(spec for spec in fleet.site.hosts if spec.id == host)
        self._site = fleet.site
        self._reader = AnswerReader()
        self._waiting: list[Answer] = []

    async def connect(self, **given: object) -> asyncssh.SSHClientConnection:
        assert self._site.ssh_config and self._site.known_hosts
        common = {"config": list(self._site.ssh_config), "known_hosts": self._site.known_hosts[0], "agent_path": None}
        tunnel = await asyncssh.connect(self.spec.via, **common) if self.spec.via else None
        self.connection = await asyncssh.connect(self.spec.id, tunnel=tunnel, **{**common, **given})
        return self.connection

    async def start(self) -> Login:
        await self.connect()
        self.process = await self.connection.create_process(probe.exec_command(), encoding=None)
        self.send(probe.opening(self.spec))
        assert isinstance(await self.hear(), Ready)
        self.send(probe.setup(self.spec))
        return self

    def send(self, data: bytes) -> None:
        self.process.stdin.write(data)

    async def hear(self) -> Answer:
        async with asyncio.timeout(PATIENCE):
            while not self._waiting:
                data = await self.process.stdout.read(65_536)
                assert data, "the machine closed the channel"
                self._waiting += self._reader.feed(data)
        return self._waiting.pop(0)

    async def sample(self) -> SampleAnswer:
        self.send(probe.ask_sample(1))
        answer = await self.hear()
        assert isinstance(answer, SampleAnswer)
        return answer

    async def lost(self) -> None:
        async with asyncio.timeout(PATIENCE):
            await self.connection.wait_closed()


def port_of(fleet: PracticeFleet, host: str) -> int:
    assert fleet.site.ssh_config
    lines = Path(fleet.site.ssh_config[0]).read_text().splitlines()
    return int(lines[lines.index(f"Host {host}") + 1].split()[1])


def gone(pid: int) -> None:
    """Wait until the process has ended; one that nobody has waited for yet has ended too."""
    stat_file = Path(f"/proc/{pid}/stat")
    deadline = time.monotonic() + PATIENCE
    while stat_file.exists() and ") Z " not in stat_file.read_text():
        assert time.monotonic() < deadline, "it still runs"
        time.sleep(0.05)


async def test_the_probe_speaks_through_the_jump_host(fleet: PracticeFleet) -> None:
    login = await Login(fleet, "order-gw-2").start()
    assert (await login.sample()).sample.uptime_s > 0
    for section in SECTIONS:
        login.send(probe.ask_section(3, section))
        answer = await login.hear()
        assert isinstance(answer, SectionAnswer) and answer.section == section
    assert login.connection.get_extra_info("send_cipher")


async def test_gcm_is_offered(fleet: PracticeFleet) -> None:
    connection = await Login(fleet, "jump-1").connect(encryption_algs=["aes128-gcm@openssh.com"])
    assert connection.get_extra_info("recv_cipher") == "aes128-gcm@openssh.com"


async def test_a_fault_is_injected_and_taken_back(fleet: PracticeFleet) -> None:
    login = await Login(fleet, "quote-gw-1").start()
    login.send(probe.ask_section(1, "processes"))
    first = await login.hear()
    assert await fleet.inject("quote-gw-1", "process_dies", True, "quote-feed") is None
    assert list(fleet.active) == ["quote-gw-1: process_dies quote-feed"]
    login.send(probe.ask_section(2, "processes"))
    second = await login.hear()
    assert isinstance(first, SectionAnswer) and isinstance(second, SectionAnswer)
    assert len(first.reading.found) == len(second.reading.found) + 1  # type: ignore[union-attr]
    assert await fleet.inject("quote-gw-1", "process_dies", False, "quote-feed") is None
    assert not fleet.active


@pytest.mark.parametrize(
    "order", [("nowhere", "host_lost", ""), ("jump-1", "nothing", ""), ("jump-1", "line_saturates", "x"), ("", "", "")]
)
async def test_an_impossible_order_is_answered_in_words(fleet: PracticeFleet, order: tuple[str, str, str]) -> None:
    host, fault, subject = order
    why = await fleet.inject(host, fault, True, subject)
    assert why is not None and str(why)
    assert fleet.active == () and fleet.running


async def test_a_hung_host_keeps_its_connection_and_is_silent(fleet: PracticeFleet) -> None:
    hung, well = await Login(fleet, "jump-1").start(), await Login(fleet, "quote-gw-1").start()
    assert await fleet.inject("jump-1", "host_hangs", True) is None
    hung.send(probe.ask_sample(9))
    heard = asyncio.create_task(hung.hear())
    for _ in range(20):
        await well.sample()
    with socket.create_connection(("127.0.0.1", port_of(fleet, "jump-1")), PATIENCE) as accepted:
        accepted.settimeout(0.3)
        with pytest.raises(TimeoutError):
            accepted.recv(1)
        assert not heard.done()
        assert await fleet.inject("jump-1", "host_hangs", False) is None
        assert isinstance(await heard, SampleAnswer)
        accepted.settimeout(PATIENCE)
        assert (await asyncio.to_thread(accepted.recv, 4)) == b"SSH-"


async def test_a_lost_host_refuses_and_returns_on_the_same_port(fleet: PracticeFleet) -> None:
    login = await Login(fleet, "quote-gw-1").start()
    assert await fleet.inject("quote-gw-1", "host_lost", True) is None
    await login.lost()
    with pytest.raises(ConnectionRefusedError):
        await login.connect()
    assert await fleet.inject("quote-gw-1", "host_lost", False) is None
    await (await Login(fleet, "quote-gw-1").start()).sample()


async def test_a_lost_jump_host_takes_those_behind_it_along(fleet: PracticeFleet) -> None:
    login = await Login(fleet, "risk-1").start()
    assert await fleet.inject("jump-1", "host_lost", True) is None
    await login.lost()


async def test_a_changed_key_is_another_one_and_the_old_one_comes_back(fleet: PracticeFleet) -> None:
    login = await Login(fleet, "quote-gw-1").start()
    old = login.connection.get_server_host_key()
    assert await fleet.inject("quote-gw-1", "key_changes", True) is None
    await login.lost()
    with pytest.raises(asyncssh.HostKeyNotVerifiable):
        await login.connect()
    assert await fleet.inject("quote-gw-1", "key_changes", False) is None
    back = await Login(fleet, "quote-gw-1").start()
    assert back.connection.get_server_host_key() == old


async def test_the_jump_host_leads_to_the_fleet_only(fleet: PracticeFleet) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        foreign = other.getsockname()[1]
        jump, leaf = await Login(fleet, "jump-1").connect(), await Login(fleet, "quote-gw-1").connect()
        refused = [
            (jump, "127.0.0.1", foreign),
            (jump, "127.0.0.1", 22),
            (jump, "192.0.2.1", port_of(fleet, "risk-1")),
            (jump, "127.0.0.1", port_of(fleet, "jump-1")),
            (leaf, "127.0.0.1", port_of(fleet, "risk-1")),
        ]
        for connection, host, port in refused:
            with pytest.raises(asyncssh.ChannelOpenError):
                await connection.open_connection(host, port)


async def test_nobody_else_comes_in_and_nothing_else_runs(fleet: PracticeFleet) -> None:
    login = Login(fleet, "jump-1")
    for given in ({"client_keys": [new_key()]}, {"username": "root"}, {"client_keys": None, "password": "x"}):
        with pytest.raises(asyncssh.PermissionDenied):
            await login.connect(**given)
    connection = await login.connect()
    for command in ("id", "/bin/sh", probe.exec_command() + " ;id"):
        done = await connection.run(command, encoding=None, timeout=PATIENCE)
        assert done.exit_status == 127 and not done.stdout
    with pytest.raises(asyncssh.ChannelOpenError):
        await connection.run(encoding=None)
    with pytest.raises(asyncssh.ChannelOpenError):
        await connection.start_sftp_client()


@pytest.mark.parametrize(("folder", "way"), [("with space", []), ("plain", ["-J", "jump-1"])])
def test_openssh_reads_the_same_configuration(tmp_path: Path, folder: str, way: list[str]) -> None:
    place = tmp_path / folder
    command = [sys.executable, "-m", "practice", "--dir", str(place)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdin is not None and server.stdout is not None
        server.stdout.readline()
        said = subprocess.run(
            ["ssh", "-F", place / "ssh_config", "-o", "BatchMode=yes", *way, "order-gw-1", probe.exec_command()],
            input=probe.opening(),
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
        server.stdin.close()
        assert server.wait(PATIENCE) == 0
    assert said.stdout.endswith(b"=O\n") and b"=I hostname order-gw-1\n" in said.stdout, said.stderr


async def test_the_papers_are_for_their_owner_only(fleet: PracticeFleet, tmp_path: Path) -> None:
    folder = tmp_path / "fleet"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    names = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert names == dict.fromkeys(("client_key", "ssh_config", "known_hosts", "authority.pem"), 0o600)


async def test_many_machines_start(tmp_path: Path) -> None:
    fleet = PracticeFleet(tmp_path / "many", hosts=100)
    await fleet.start()
    try:
        assert len(fleet.site.hosts) == 101
        logins = [Login(fleet, spec.id) for spec in fleet.site.hosts if not spec.local]
        await asyncio.gather(*(login.start() for login in logins))
        await asyncio.gather(*(login.sample() for login in logins))
    finally:
        await fleet.stop()


async def test_the_fleet_ends_with_its_input(tmp_path: Path) -> None:
    fleet = PracticeFleet(tmp_path / "fleet")
    await fleet.start()
    pid = fleet.pid
    assert pid is not None
    await fleet.stop()
    await asyncio.to_thread(gone, pid)
    assert await fleet.inject("jump-1", "host_lost", True) is not None


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_the_fleet_ends_when_its_parent_is_killed(tmp_path: Path, loop: str) -> None:
    folder = tmp_path / "fleet"
    with subprocess.Popen([sys.executable, "-c", BUSY_PARENT, str(folder), loop], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        os.kill(parent.pid, signal.SIGKILL)
    gone(pid)
    assert not folder.exists()


async def test_a_fleet_that_was_killed_says_so(tmp_path: Path) -> None:
    fleet = PracticeFleet(tmp_path / "fleet")
    await fleet.start()
    assert fleet.pid is not None
    os.kill(fleet.pid, signal.SIGKILL)
    await asyncio.to_thread(gone, fleet.pid)
    assert await fleet.inject("jump-1", "host_lost", True) is not None
    await fleet.stop()


async def test_a_fleet_that_cannot_start_says_why(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("")
    fleet = PracticeFleet(blocker / "fleet")
    with pytest.raises(FleetFailed) as caught:
        await fleet.start()
    assert "NotADirectoryError" in str(caught.value)
    assert not fleet.running
