"""A host that comes back with another host key, and the person who decides."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from collectors.ssh_environment import Backoff
from duty.connection import Link
from duty.quality import Quality
from tests.end_to_end.conftest import Program, Site
from tests.support.sshd import new_key, openssh, public


async def test_a_changed_host_key(site: Site, program: Callable[[str], Program], tmp_path: Path) -> None:
    order = program("order-gw")
    with openssh(tmp_path / "a", site.allowed) as a, openssh(tmp_path / "b", site.allowed) as b:
        site.host("struck", a, order.rule, "disks = []")
        site.host("well", b, order.rule, "disks = []")
        async with site.watched() as desk:
            old = public(a.host_key)
            a.stop()
            mark = new_key(a.host_key).get_fingerprint()
            fault = time.time()
            a.start()

            seen = await desk.witness.first(lambda s: s.hosts["struck"].connection.link is Link.KEY_CHANGED, fault)
            connection = seen.hosts["struck"].connection
            pauses = sum(Backoff().wait(attempt, False, 1.0) for attempt in range(1, connection.attempt))
            desk.seen_in_time(seen.at, fault, on_delay_s=pauses)
            assert connection.offered_key is not None and connection.offered_key.fingerprint == mark
            said = f"127.0.0.1 presents another host key than the one known: ssh-ed25519 {mark}"
            assert str(connection.why) == said and seen.hosts["struck"].quality is Quality.UNREACHABLE
            row = await desk.shows("1 Fleet", "■A", "struck", "✕U", "presents another host key")
            assert "refuse" not in row
            await desk.shows("2 Processes", "order-gw", "struck", "✕U")
            await desk.shows("8 Duty log", "struck: 127.0.0.1 presents another host key")
            assert desk.recorded(f"struck: {said}", fault)
            await desk.witness.goes_on("well", since=fault)
            assert desk.rows("1 Fleet", "●O", "well") and desk.green("2 Processes", "well ") == {"●", "O"}

            desk.terminal.press("\r")
            await desk.reads("its host key has CHANGED")
            await desk.reads(f"offered key  ssh-ed25519 {mark}")
            desk.terminal.press("\x1b")
            await desk.shows("1 Fleet", "struck")

            desk.terminal.press("k")
            await desk.reads("Accept the host key of struck?")
            await desk.reads("WARNING: it is not the key that was known")
            assert mark in desk.terminal.text
            accepted = time.time()
            desk.terminal.press("yes\r")
            await desk.witness.first(lambda s: s.hosts["struck"].quality is Quality.GOOD, accepted)
            await desk.shows("1 Fleet", "●O", "struck")
            await desk.reads("2 good")
            assert old not in (kept := (site.folder / "known_hosts").read_text()) and public(a.host_key) in kept
            await desk.witness.goes_on("struck", "well", since=accepted)
            assert desk.recorded("connected to struck", accepted)
