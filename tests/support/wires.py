"""Lines of the test's own: network namespaces joined by a real wire, or by a relay that delays and drops packets."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import heapq
import os
import select
import struct
import subprocess
import time
from collections.abc import Iterator
from itertools import count
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import NamedTuple

HERE, THERE = "10.77.0.1", "10.77.0.2"
_CLONE_NEWNET = 0x40000000
_TUNSETIFF, _IFF_TUN, _IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
_serial = count()


class Wire(NamedTuple):
    """Two namespaces; ``interface`` is ours in ``near``, which has the address :data:`HERE`."""

    near: str
    far: str
    interface: str

    def command(self, *words: str) -> list[str]:
        """``words`` run at the near end."""
        return ["ip", "netns", "exec", self.near, *words]


def run(*words: str) -> None:
    """A command that must succeed."""
    subprocess.run(words, check=True, capture_output=True, timeout=20)


@contextlib.contextmanager
def _namespaces() -> Iterator[tuple[str, str]]:
    names = tuple(f"wk-{os.getpid()}-{next(_serial)}{end}" for end in "ab")
    made: list[str] = []
    try:
        for name in names:
            run("ip", "netns", "add", name)
            made.append(name)
            run("ip", "-n", name, "link", "set", "lo", "up")
        yield names[0], names[1]
    finally:
        for name in made:
            run("ip", "netns", "del", name)


@contextlib.contextmanager
def wire() -> Iterator[Wire]:
    """A pair of virtual cards, whose queues are the kernel's own."""
    with _namespaces() as (near, far):
        run("ip", "-n", near, "link", "add", "wire0", "type", "veth", "peer", "name", "wire1", "netns", far)
        for name, card, address in ((near, "wire0", HERE), (far, "wire1", THERE)):
            run("ip", "-n", name, "addr", "add", f"{address}/24", "dev", card)
            run("ip", "-n", name, "link", "set", card, "up")
        yield Wire(near, far, "wire0")


@contextlib.contextmanager
def relay(delay_s: float, drop_each: int | None) -> Iterator[Wire]:
    """Two tunnels and a process between them: each packet waits ``delay_s``; of those to the far end each
    ``drop_each``-th never arrives."""
    with _namespaces() as (near, far):
        worker: BaseProcess = get_context("fork").Process(
            target=_relay, args=(near, far, delay_s, drop_each), daemon=True
        )
        worker.start()
        try:
            _until_up(near)
            _until_up(far)
            yield Wire(near, far, "wktun")
        finally:
            worker.kill()
            worker.join()


def _until_up(name: str) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        told = subprocess.run(["ip", "-n", name, "addr", "show", "wktun"], capture_output=True, text=True, check=False)
        if "10.77.0." in told.stdout:
            return
        time.sleep(0.05)
    raise AssertionError(f"no tunnel in {name}")


def _tunnel(name: str, address: str) -> int:
    with Path("/run/netns", name).open() as place:
        if ctypes.CDLL(None, use_errno=True).setns(place.fileno(), _CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")
    fd = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(fd, _TUNSETIFF, struct.pack("16sH14x", b"wktun", _IFF_TUN | _IFF_NO_PI))
    run("ip", "link", "set", "wktun", "up")
    run("ip", "addr", "add", f"{address}/24", "dev", "wktun")
    return fd


def _relay(near: str, far: str, delay_s: float, drop_each: int | None) -> None:
    ends = [_tunnel(near, HERE), _tunnel(far, THERE)]
    waiting: list[tuple[float, int, int, bytes]] = []
    passed = 0
    order = count()
    while True:
        wait = None if not waiting else max(0.0, waiting[0][0] - time.monotonic())
        for fd in select.select(ends, [], [], wait)[0]:
            packet = os.read(fd, 65536)
            if packet[0] >> 4 != 4:
                continue  # the kernel's own talk about IPv6 neighbours
            if fd == ends[0]:
                passed += 1
                if drop_each and passed % drop_each == 0:
                    continue
            heapq.heappush(waiting, (time.monotonic() + delay_s, next(order), ends[fd == ends[0]], packet))
        while waiting and waiting[0][0] <= time.monotonic():
            _, _, to, packet = heapq.heappop(waiting)
            os.write(to, packet)
