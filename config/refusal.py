"""How a value of the site file is refused: in words that say what was wanted, and if it is clear, what to write."""

from __future__ import annotations

import re

from pydantic_core import PydanticCustomError

from duty.clean import clean
from duty.phrases import Phrase

MAX_SHOWN = 60
"""Characters of a wrong value repeated in a message."""


def refuse(wanted: Phrase, suggestion: str | None = None) -> PydanticCustomError:
    """The error to raise in a validator: ``wanted`` in words, ``suggestion`` as it could stand in the file."""
    return PydanticCustomError("wanted", "{wanted}", {"wanted": wanted, "suggestion": suggestion})


_PASSWORD = re.compile(r"(?<=://)([^/@:\s]*):[^/\s]*@|(password=)[^&\s]*", re.IGNORECASE)


def shown(value: object) -> str:
    """A value of the file as a person wrote it, cleaned and short; a password of a URL is left out."""
    if isinstance(value, str):
        return f'"{clean(_PASSWORD.sub(_hidden, value), MAX_SHOWN)}"'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return clean("{" + ", ".join(f"{key} = …" for key in value) + "}", MAX_SHOWN)
    if isinstance(value, list):
        return clean("[" + ", ".join(shown(item) for item in value[:5]) + "]", MAX_SHOWN)
    return clean(repr(value) if isinstance(value, float) else str(value), MAX_SHOWN)


def _hidden(found: re.Match[str]) -> str:
    return f"{found[2]}…" if found[2] else f"{found[1]}:…@"
