from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import asyncssh
import pytest

from tests.collectors.ssh.conftest import Person
from tests.support.sshd import openssh, public


@pytest.fixture
def packets(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    asyncssh.set_debug_level(3)
    caplog.set_level(logging.DEBUG, "asyncssh")
    yield caplog
    asyncssh.set_debug_level(1)


async def test_a_question_is_one_packet(person: Person, tmp_path: Path, packets: pytest.LogCaptureFixture) -> None:
    with openssh(tmp_path / "server", [public(person.key)]) as server:
        person.configure("gw", server)
        async with person.watching():
            await person.hears("gw")
            packets.clear()
            await person.hears("gw", 5)
            sent = [text for record in packets.records if (text := record.getMessage()).find("Sent MSG_") >= 0]
    assert sum("MSG_CHANNEL_DATA" in one for one in sent) >= 5
    assert not [one for one in sent if "MSG_IGNORE" in one]


async def test_a_cbc_cipher_keeps_them(person: Person, tmp_path: Path, packets: pytest.LogCaptureFixture) -> None:
    more = ["Ciphers aes128-cbc"]
    with openssh(tmp_path / "server", [public(person.key)], more) as server:
        person.configure("gw", server, "Ciphers aes128-cbc")
        async with person.watching():
            await person.hears("gw")
            packets.clear()
            await person.hears("gw", 5)
            sent = [record.getMessage() for record in packets.records]
    assert any("Sent MSG_IGNORE" in one for one in sent)
