"""Leaves out what is wrong by itself, so that the rest of a bad file can still be checked for every other problem."""

from __future__ import annotations

from collections.abc import Iterable

from config.positions import Path

Document = dict[str, object]
_LISTS = ("processes", "lines", "disks", "events", "apps")

_EMPTY: dict[str, dict[str, object]] = {
    "disks": {"mount": "/"},
    "apps": {"key": "?"},
    "alarm": {"key": "?"},
    "emergency": {"key": "x", "title": "?", "steps": [{"do": "?", "expect": "?"}]},
}
"""What an item of a list cannot do without."""


def unit_of(path: Path) -> Path:
    """The smallest part of the file that can be left out without making its surroundings wrong."""
    if path[:1] in (("site",), ("alarm",), ("emergency",)):
        return path[:2]
    if path[:1] in (("hosts",), ("roles",)):
        return path[:5] if path[2:3] and path[2] in _LISTS else path[:3]
    return path[:1]


def without(document: Document, bad: Iterable[Path]) -> Document:
    """A copy of ``document`` in which nothing stands at the units ``bad``, and every place keeps its path."""
    copy = _copy(document)
    for unit in bad:
        _cut(copy, unit)
    site = copy.setdefault("site", {})
    if isinstance(site, dict):
        site.setdefault("name", "?")
    return copy


def _copy(value: object) -> Document:
    found = _deep(value)
    return found if isinstance(found, dict) else {}


def _deep(value: object) -> object:
    if isinstance(value, dict):
        return {key: _deep(inner) for key, inner in value.items()}
    return [_deep(inner) for inner in value] if isinstance(value, list) else value


def _cut(copy: Document, unit: Path) -> None:
    around: object = copy
    for depth, part in enumerate(unit[:-1]):
        inner = _at(around, part)
        if not isinstance(inner, dict | list):
            # A short form such as "/data" has no keys to leave out: the whole item goes.
            _cut(copy, unit[: depth + 1])
            return
        around = inner
    last = unit[-1]
    if isinstance(around, list) and isinstance(last, int):
        around[last] = _EMPTY.get(str(unit[-2]), {})
    elif isinstance(around, dict):
        if len(unit) == 2 and unit[0] in ("hosts", "roles"):
            around[last] = {}
        elif last in (needed := _EMPTY.get(str(unit[2]) if len(unit) > 2 else "", {})):
            around[last] = needed[str(last)]
        else:
            around.pop(last, None)


def _at(around: object, part: str | int) -> object:
    if isinstance(around, dict):
        return around.get(part)
    if isinstance(around, list) and isinstance(part, int) and part < len(around):
        return around[part]
    return None


def touches(path: Path, bad: Iterable[Path]) -> bool:
    """Whether something wrong lies at ``path``, in it, or around it."""
    return any(unit[: len(path)] == path or path[: len(unit)] == unit for unit in bad)
