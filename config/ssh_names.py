"""The host names a person has given in ``~/.ssh/config``: aliases without wildcards, through Include, in order."""

from __future__ import annotations

import glob
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from config.fields import identifier

_LINE = re.compile(r"\s*([A-Za-z]+)(?:\s*=\s*|\s+)(.*)")


def ssh_names(config: Path, home: Path) -> list[str]:
    """Aliases that can be ids of hosts, each once. A file that cannot be read has none."""
    return list(dict.fromkeys(name for name in _names(config, home, set()) if identifier(name)))


def _names(config: Path, home: Path, seen: set[Path]) -> Iterator[str]:
    """Files may include each other: each is read once."""
    if config in seen:
        return
    seen.add(config)
    try:
        text = config.read_bytes().decode("utf-8", "replace")
    except OSError:
        return
    for line in text.splitlines():
        found = _LINE.match(line)
        if found is None:
            continue
        try:
            words = shlex.split(found[2], comments=True)
        except ValueError:
            continue
        if found[1].lower() == "host":
            yield from (word for word in words if not set("*?!") & set(word))
        elif found[1].lower() == "include":
            for word in words:
                for path in sorted(glob.glob(str(_included(word, home)))):
                    yield from _names(Path(path), home, seen)


def _included(word: str, home: Path) -> Path:
    """OpenSSH's rule: a relative path starts at ``~/.ssh``."""
    return home / word[2:] if word.startswith("~/") else home / ".ssh" / word
