"""Listening ports: who holds what a rule says must be listened on."""

from __future__ import annotations

from collections.abc import KeysView
from typing import NamedTuple

from duty.quality import State
from duty.readings import Listening, Ports


class ByPort(NamedTuple):
    """What listens, by port number."""

    ports: dict[int, list[Listening]]
    seen: frozenset[int] | None
    """The pids of which all sockets were seen; ``None``: there are some that were not."""


def by_port(ports: Ports) -> ByPort:
    """What listens, by port number: looked up by every rule, so put in order once."""
    listening: dict[int, list[Listening]] = {}
    for one in ports.listening:
        listening.setdefault(one.port, []).append(one)
    asked = None if ports.among is None else frozenset(ports.among)
    return ByPort(listening, asked if ports.owners_known else None)


def port_state(port: str, listening: ByPort | None, pids: KeysView[int]) -> State:
    """How ``port`` is held by the processes ``pids``; ``listening`` is ``None`` if it was not read since they changed.

    OK, ACT (nobody listens), WARN (somebody else does), UNJUDGED (not known). Where the login may not see who holds it,
    or these processes were not asked about yet, that somebody listens is all that can be said, and it is OK.
    """
    if listening is None:
        return State.UNJUDGED
    address, _, number = port.rpartition(":")
    held = [one for one in listening.ports.get(int(number), ()) if _same_address(address, one)]
    if not held:
        return State.ACT
    owners = {pid for one in held for pid in one.owners}
    # Worker processes inherit their parent's socket: any common owner will do.
    if owners & pids:
        return State.OK
    # Nobody of ours was seen to hold it. That says it is another's only if all of ours could be seen.
    others = bool(owners) or (listening.seen is not None and pids <= listening.seen)
    return State.WARN if others else State.OK


def _same_address(wanted_address: str, one: Listening) -> bool:
    return not wanted_address or one.address in (wanted_address.strip("[]"), "0.0.0.0", "::", "*")
