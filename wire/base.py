"""What all messages share. The messages themselves: :mod:`wire.messages`, those about alarms :mod:`wire.alarms`."""

from __future__ import annotations

import msgspec


class Message(msgspec.Struct, frozen=True, tag=True):
    """Base of all messages; the tag is the class name."""


class Command(Message, frozen=True):
    """Base of what an operator asks for. ``ask`` is the screen's own number, repeated in the reply."""

    ask: int
