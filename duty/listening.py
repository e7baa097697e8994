"""Listening ports: who holds what a rule says must be listened on."""

from __future__ import annotations

from collections.abc import KeysView

from duty.quality import State
from duty.readings import Listening, Ports

ByPort = dict[int, list[Listening]]


def by_port(ports: Ports) -> ByPort:
    """What listens, by port number: looked up by every rule, so put in order once."""
    listening: ByPort = {}
    for one in ports.listening:
        listening.setdefault(one.port, []).append(one)
    return listening


def port_state(port: str, listening: ByPort | None, pids: KeysView[int]) -> State:
    """How ``port`` is held by the processes ``pids``; ``listening`` is ``None`` if it was not read since they changed.

    OK, ACT (nobody listens), WARN (somebody else does), UNJUDGED (not known).
    """
    if listening is None:
        return State.UNJUDGED
    address, _, number = port.rpartition(":")
    held = [one for one in listening.get(int(number), ()) if _same_address(address, one)]
    if not held:
        return State.ACT
    owners = {pid for one in held for pid in one.owners}
    # Worker processes inherit their parent's socket: any common owner will do.
    return State.OK if not owners or owners & pids else State.WARN


def _same_address(wanted_address: str, one: Listening) -> bool:
    return not wanted_address or one.address in (wanted_address.strip("[]"), "0.0.0.0", "::", "*")
