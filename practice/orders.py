"""What is said between the practice fleet's process and whoever started it: JSON, a line each way."""

from __future__ import annotations

import msgspec

from duty.phrases import Phrase


class FleetFailed(Exception):
    """The fleet did not start; ``why`` is for a person."""

    def __init__(self, why: Phrase) -> None:
        super().__init__(str(why))
        self.why = why


class Order(msgspec.Struct, frozen=True):
    """Let a fault happen or end. A line on the fleet's standard input."""

    host: str
    fault: str
    on: bool
    subject: str = ""
    ask: int = 0
    """The asker's own number, repeated in :class:`Done`."""


class Place(msgspec.Struct, frozen=True):
    """Where a machine listens."""

    address: str
    port: int


class Ready(msgspec.Struct, frozen=True):
    """The first line the fleet prints: every machine listens now."""

    hosts: dict[str, Place]
    ssh_config: str
    known_hosts: str
    client_key: str
    authority: str
    seed: str


class Done(msgspec.Struct, frozen=True):
    """The answer to one order: done, or the reason why not."""

    ok: bool
    why: Phrase | None = None
    ask: int = 0
