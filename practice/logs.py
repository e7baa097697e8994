"""Simulated logs: what stands in one between two moments is a function of these moments, so nothing has to be kept.

A cursor is the moment up to which a log was read, in thousandths of a second since the epoch.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from collectors.probe import escape
from practice.models import LogModel

BURST_A_SECOND = 40
SHOWN = 20
"""Lines of each pattern that are told word by word, and the last one; as the probe does."""
_LOGIN_MS = 173_000
_RETRY_MS = 61_000
_PLAIN_A_SECOND = 3
_PLAIN_BYTES = 96


class Burst:
    """Something goes wrong from ``begun`` on, and its log is full of it. UTC epoch seconds."""

    __slots__ = ("begun", "ended")

    def __init__(self, begun: float) -> None:
        self.begun = begun
        self.ended: float | None = None

    def lines(self, model: LogModel, since: int, until: int) -> Iterator[tuple[int, str]]:
        """Its lines after ``since`` up to ``until``, in thousandths of a second, with their moments."""
        step = 1000 // BURST_A_SECOND
        begun = int(self.begun * 1000)
        end = until if self.ended is None else min(until, int(self.ended * 1000))
        number = max(0, (since - begun) // step + 1) if since >= begun else 0
        while (moment := begun + number * step) <= end:
            if number % (10 * BURST_A_SECOND) == 0:
                yield moment, f"FATAL {model.program}: heartbeat lost, session to {model.partner} is down"
            else:
                yield moment, f"ERROR {model.program}: order {880_000 + number} rejected by {model.partner}: no session"
            number += 1


class Followed:
    """One log as the console asked for it: from where, and which patterns."""

    def __init__(self, key: str, cursor: str, path: str) -> None:
        self.key = key
        self.cursor = cursor
        self.path = path
        self.patterns: list[tuple[re.Pattern[str], re.Pattern[str] | None]] = []

    def which(self, line: str) -> int | None:
        """The number of the first pattern that it fits, from 1."""
        for number, (pattern, ignore) in enumerate(self.patterns, 1):
            if pattern.search(line) and not (ignore and ignore.search(line)):
                return number
        return None


def followed(told: list[str]) -> list[Followed]:
    """What the console told the section ``events``."""
    found: dict[str, Followed] = {}
    for line in told:
        kind, _, rest = line.partition(" ")
        if kind == "P":
            key, pattern, ignore = [*rest.split("\t"), "-", "-"][:3]
            if key in found:
                found[key].patterns.append((re.compile(pattern), None if ignore == "-" else re.compile(ignore)))
            continue
        key, cursor, path = [*rest.split(" "), "", ""][:3]
        found[key] = Followed(key, cursor, re.sub(r"\\([0-7]{3})", lambda m: chr(int(m[1], 8)), path))
    return list(found.values())


def answer(log: Followed, model: LogModel | None, bursts: list[Burst], now: float) -> list[str]:
    """The lines of the answer about one log; ``model`` is ``None`` where the machine has none of that path."""
    if model is None:
        code = "notool journalctl" if not log.path.startswith("/") else f"nofile {escape(log.path)}"
        return [f"C {log.key} {log.cursor} {log.cursor} 0 0", f"! events {log.key} {code}"]
    until = int(now * 1000)
    if not log.cursor.isdecimal():
        return [f"C {log.key} {log.cursor} {until} 0 0"]
    since = int(log.cursor)
    if until <= since:
        return [f"Z {log.key}"]
    texts: dict[int, list[str]] = {}
    size = (until - since) * _PLAIN_A_SECOND // 1000 * _PLAIN_BYTES
    for _, line in sorted(_lines(model, bursts, since, until)):
        size += len(line) + 1
        if (number := log.which(line)) is not None:
            texts.setdefault(number, []).append(line)
    out = [f"M {log.key} {number} {line}" for number, all_of in texts.items() for line in _shown(all_of)]
    out += [f"O {log.key} {number} {len(all_of)}" for number, all_of in texts.items()]
    return [*out, f"C {log.key} {log.cursor} {until} {size} 0"]


def _shown(texts: list[str]) -> list[str]:
    return texts if len(texts) <= SHOWN else [*texts[:SHOWN], texts[-1]]


def _lines(model: LogModel, bursts: list[Burst], since: int, until: int) -> Iterator[tuple[int, str]]:
    yield from _every(_LOGIN_MS, since, until, lambda n: f"INFO {model.program}: operator login {n % 9 + 1} accepted")
    yield from _every(_RETRY_MS, since, until, lambda n: f"ERROR {model.program}: resend {n % 1000}, retry succeeded")
    for burst in bursts:
        yield from burst.lines(model, since, until)


def _every(step: int, since: int, until: int, words: Callable[[int], str]) -> Iterator[tuple[int, str]]:
    # A log left for long is read on from the last thousand: practice needs no more of what is of no concern.
    first = max(since // step + 1, until // step - 1000)
    for number in range(first, until // step + 1):
        yield number * step, words(number)
