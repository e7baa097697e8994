"""A port that another process holds than the one that should."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from duty.quality import State
from tests.end_to_end.conftest import ROOT_DISK, Program, Site
from tests.support.sshd import openssh
from tests.support.witness import Seen


async def test_a_port_that_another_process_holds(site: Site, program: Callable[[str], Program], tmp_path: Path) -> None:
    order, quote = program("order-gw"), program("quote-gw")
    with (
        openssh(tmp_path / "a", site.allowed) as a,
        openssh(tmp_path / "b", site.allowed) as b,
        socket.create_server(("127.0.0.1", 0)) as held,
    ):
        port = held.getsockname()[1]
        taken = f"port {port} is held by another process"

        def start(*sockets: socket.socket) -> float:
            """Started anew; it is given its socket, as a supervisor gives it, or runs without."""
            order.kill()
            at = time.time()
            files = [one.fileno() for one in sockets]
            order.process = subprocess.Popen([str(order.path), "100000"], pass_fds=files)
            return at

        def is_so(state: State, *why: str) -> Callable[[Seen], bool]:
            def holds(seen: Seen) -> bool:
                view = seen.process("struck", "order-gw")
                return (view.pids, view.state, tuple(map(str, view.why))) == ((order.process.pid,), state, why)

            return holds

        start(held)
        site.host("struck", a, order.rule.replace(" }]", f", ports = [{port}] }}]"), ROOT_DISK)
        site.host("well", b, quote.rule, ROOT_DISK)
        async with site.watched() as desk:
            await desk.witness.first(is_so(State.OK))
            await desk.witness.first(is_so(State.ACT, taken), start())
            await desk.shows("2 Processes", "■A order-gw", "struck", taken)
            await desk.witness.first(is_so(State.OK), start(held))
            await desk.shows("2 Processes", "●O order-gw", "struck", "restarted 2 times")
