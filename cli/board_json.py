"""A board as JSON for scripts: every value under its name, states as words, sentences in the language spoken.

The shape is part of what is promised (docs/operating.md): names are added, none is taken away or changes its meaning.
"""

from __future__ import annotations

from enum import Enum, IntEnum
from typing import Any

import msgspec

from duty.board import Board
from duty.phrases import Phrase
from wire.words import say


def board_as_json(board: Board, code: int) -> str:
    """The whole board and the exit code of the command, indented."""
    return msgspec.json.format(msgspec.json.encode({"exit_code": code, **_named(board)})).decode()


def _named(value: msgspec.Struct) -> dict[str, Any]:
    return {field: _plain(getattr(value, field)) for field in value.__struct_fields__}


def _plain(value: Any) -> Any:
    if isinstance(value, Phrase):
        return say(value)
    if isinstance(value, msgspec.Struct):
        return _named(value)
    if isinstance(value, IntEnum):
        return value.name.lower()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value
