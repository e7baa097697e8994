"""The practice fleet as a process of its own: it serves until its standard input ends, so it outlives nobody."""

from __future__ import annotations

import argparse
import asyncio
import gc
import resource
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import uvloop

from duty.clean import clean
from duty.phrases import Phrase, phrase
from practice.applications import Applications, Notary
from practice.faults import NotPossible, strike
from practice.host import Clock, Host
from practice.machines import Machine
from practice.members import members
from practice.orders import Done, Order, Place, Ready
from practice.papers import ADDRESS, Papers, forwardable

_MAX_LINE = 65_536
_FILES_A_HOST = 6


def steady_clock() -> Clock:
    """UTC epoch seconds that never jump: the wall clock once, carried on by the monotonic one."""
    wall, mono = time.time(), time.monotonic()
    return lambda: wall + time.monotonic() - mono


class Fleet:
    """All machines of one practice site in this process."""

    def __init__(self, papers: Papers, count: int | None, seed: str, clock: Clock) -> None:
        """``count``: how many machines; ``None`` is the member's own."""
        self._papers = papers
        self._seed = seed
        self._clock = clock
        self._models = members(count)
        self.hosts: dict[str, Host] = {}

    def open(self) -> Ready:
        """Make keys, listen, write the files a client needs. Raises OSError where that cannot be."""
        started = self._clock()
        notary = Notary(self._papers, started)
        let_in = self._papers.write_client_key().public_data
        for model in self._models:
            host = Host(Machine(model, self._seed, started), let_in, self._clock)
            host.applications = Applications(host.machine, notary)
            host.open()
            self.hosts[model.id] = host
        ports = {name: host.port for name, host in self.hosts.items()}
        behind = forwardable(self._models, ports)
        for model in self._models:
            if model.jump:
                self.hosts[model.id].may_forward_to = behind
        self._papers.write_addresses(ports, {name: host.key for name, host in self.hosts.items()})
        return Ready(
            {name: Place(ADDRESS, port) for name, port in ports.items()},
            str(self._papers.ssh_config),
            str(self._papers.known_hosts),
            str(self._papers.client_key),
            str(self._papers.authority),
            self._seed,
        )

    def close(self) -> None:
        """Close every port and take the files away."""
        for host in self.hosts.values():
            host.close()
        self._papers.remove()

    def carry_out(self, order: Order) -> Done:
        """One order; what cannot be is an answer, not an error."""
        host = self.hosts.get(order.host)
        if host is None:
            return Done(False, phrase("There is no machine {host} in practice.", host=clean(order.host)))
        try:
            strike(host, order.fault, order.subject, order.on, self._clock())
        except NotPossible as error:
            return Done(False, error.why)
        except OSError as error:
            return Done(False, Phrase("{error}", {"error": clean(str(error))}))
        return Done(True)


async def serve(fleet: Fleet) -> None:
    """Serve until standard input ends."""
    lines: asyncio.Queue[bytes] = asyncio.Queue()
    try:
        _say(fleet.open())
        gc.collect()
        gc.freeze()
        _read_lines(asyncio.get_running_loop(), lines)
        while line := await lines.get():
            _say(_answer(fleet, line))
    finally:
        fleet.close()


def _answer(fleet: Fleet, line: bytes) -> Done:
    try:
        order = msgspec.json.decode(line, type=Order)
    except msgspec.DecodeError as error:
        return Done(False, phrase("The order was not understood: {error}.", error=clean(str(error))))
    return msgspec.structs.replace(fleet.carry_out(order), ask=order.ask)


def _read_lines(loop: asyncio.AbstractEventLoop, lines: asyncio.Queue[bytes]) -> None:
    """Feed standard input to the loop from a thread: it may be a pipe, a terminal or a file."""

    def read() -> None:
        line = b"-"
        while line:
            line = sys.stdin.buffer.readline(_MAX_LINE)
            try:
                loop.call_soon_threadsafe(lines.put_nowait, line)
            except RuntimeError:  # the loop is closed: nobody is served any more
                return

    threading.Thread(target=read, name="orders", daemon=True).start()


def _say(message: Ready | Done) -> None:
    try:
        sys.stdout.buffer.write(msgspec.json.encode(message) + b"\n")
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        pass  # nobody listens any more; standard input ends too


def _raise_file_limit(hosts: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 256 + _FILES_A_HOST * hosts
    if soft != resource.RLIM_INFINITY and soft < wanted:
        ceiling = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, ceiling), hard))


def main(argv: Sequence[str] | None = None) -> int:
    """``python -m practice``: see ``--help``."""
    parser = argparse.ArgumentParser(prog="python -m practice", description=__doc__)
    parser.add_argument("--dir", type=Path, required=True, help="where keys and ssh_config are written")
    parser.add_argument("--hosts", type=int, help="how many machines (default: those of one member firm)")
    parser.add_argument("--seed", default="practice", help="the same seed gives the same machines")
    options = parser.parse_args(argv)
    if options.hosts is not None and options.hosts < 1:
        parser.error("--hosts must be at least 1")
    _raise_file_limit(options.hosts or len(members()))
    fleet = Fleet(Papers(options.dir.absolute()), options.hosts, options.seed, steady_clock())
    try:
        uvloop.run(serve(fleet))
    except KeyboardInterrupt:
        pass
    return 0
