"""A log that is written and rotated in every way there is, and a console that follows it through the real probe."""

from __future__ import annotations

import gzip
import os
import random
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from collectors import probe
from collectors.answers import SectionAnswer
from duty.events import EventMemory, EventTrack
from duty.readings import EventPiece, Events
from duty.records import NewLogEntry
from duty.site import EventPattern, EventRule, HostSpec
from storage.store import Store
from tests.support.probes import AWKS, SHELLS, Probe, path_with_awk

PAIRS = [f"{shell}+{awk}" for shell in SHELLS for awk in AWKS]
KEPT = 150
"""Rotated files that are kept: more than any test lets pass between two looks."""
PATTERNS = tuple(EventPattern(f"ERROR [0-9]*{digit} ", 1 + digit % 2, "harmless") for digit in range(10))
"""One for each last digit: of each the first twenty lines of a piece are told word by word."""


class Log:
    """Lines with numbers, none of them alike; every error is known."""

    def __init__(self, path: Path, seed: int) -> None:
        self.path = path
        self.random = random.Random(seed)
        self.errors: list[int] = []
        self._number = 0
        self._half = b""
        path.touch()

    def write(self, count: int) -> None:
        """Append lines, errors and others, in one write, with half a line at the end now and then."""
        text = self._half + b"".join(self._line() for _ in range(count))
        self._half = b""
        with self.path.open("ab", buffering=0) as file:
            if count and self.random.random() < 0.2:
                cut = self.random.randrange(1, min(len(text), 30))
                file.write(text[:-cut])
                self._half = text[-cut:]
            else:
                file.write(text)

    def finish(self) -> None:
        """What was begun gets its end, as from one that closes its log."""
        self.write(0)

    def _line(self) -> bytes:
        self._number += 1
        kind = self.random.random()
        if kind < 0.4:
            self.errors.append(self._number)
            noise = bytes(self.random.randrange(1, 256) for _ in range(self.random.randrange(12)))
            return b"t=%d ERROR %d gateway " % (self._number, self._number) + noise.replace(b"\n", b"") + b"\n"
        if kind < 0.5:
            return b"t=%d ERROR %d harmless\n" % (self._number, self._number)
        return b"t=%d all is well \xe6\xad\xa3\xe5\xb8\xb8 %d\n" % (self._number, self._number)

    # --- rotation ------------------------------------------------------------------------------------------------

    def _shift(self) -> None:
        for number in range(KEPT, 0, -1):
            for end in ("", ".gz"):
                old = self.path.with_name(f"{self.path.name}.{number}{end}")
                if old.exists():
                    old.rename(self.path.with_name(f"{self.path.name}.{number + 1}{end}"))

    def rename(self) -> None:
        """As logrotate does by default."""
        self.finish()
        self._shift()
        self.path.rename(self.path.with_name(f"{self.path.name}.1"))
        if self.random.random() < 0.8:
            self.path.touch()

    def copy_and_truncate(self) -> None:
        """As logrotate does with copytruncate."""
        self.finish()
        if not self.path.exists():
            return
        self._shift()
        shutil.copyfile(self.path, self.path.with_name(f"{self.path.name}.1"))
        os.truncate(self.path, 0)

    def compress(self) -> None:
        """As gzip does: the new file first, with the old one's time, then the old one goes."""
        number = self.random.randrange(1, 4)
        old = self.path.with_name(f"{self.path.name}.{number}")
        if not old.exists():
            return
        new = old.with_name(old.name + ".gz")
        new.write_bytes(gzip.compress(old.read_bytes()))
        seen = old.stat()
        os.utime(new, ns=(seen.st_atime_ns, seen.st_mtime_ns))
        old.unlink()


class Console:
    """Asks, takes what comes, keeps it; may lose connection, answers and itself."""

    def __init__(self, folder: Path, log: Path, shell: str, awk: str) -> None:
        self.folder, self.shell = folder, shell
        self.path = path_with_awk(folder / "bin", awk)
        self.rule = EventRule("order gw", file=str(log), patterns=PATTERNS)
        self.store = Store(folder / "records.db")
        self.track = EventTrack("here", self.rule)
        self.probe: Probe | None = None
        self.told: list[str] = []
        self.counts: Counter[int] = Counter()
        self.gaps: list[str] = []
        self.entries: list[NewLogEntry] = []
        self.now = 1_700_000_000.0
        self.looks = 0
        self._seq = 0

    def connect(self) -> Probe:
        """A new connection; the one before is cut."""
        self.cut()
        self.probe = Probe(self.path, self.shell)
        self.probe.ready(HostSpec("here", "here"))
        return self.probe

    def cut(self) -> None:
        """The connection breaks, with whatever was on its way."""
        if self.probe is not None:
            self.probe.close()
            self.probe = None

    def restart(self) -> None:
        """The watch ends without a word and another begins with what was kept."""
        self.cut()
        self.store.close()
        self.store = Store(self.folder / "records.db")
        kept: EventMemory | None = self.store.events().get("here", {}).get(self.rule.key)
        self.track = EventTrack("here", self.rule, kept)

    def ask(self) -> int:
        """Ask and begin not to wait: the number of the question."""
        one = self.probe or self.connect()
        self._seq += 1
        one.say(
            probe.follow((self.rule,), {self.rule.key: self.track.memory.cursor})
            + probe.ask_section(self._seq, "events")
        )
        return self._seq

    def look(self, *, twice: bool = False) -> Events:
        """One question and its answer. ``twice``: the answer comes a second time, as after a late one."""
        one = self.probe or self.connect()
        self._seq += 1
        one.say(probe.follow((self.rule,), {self.rule.key: self.track.memory.cursor}))
        reading = one.section("events", self._seq)
        assert isinstance(reading, Events)
        for _ in range(2 if twice else 1):
            self.take(reading)
        return reading

    def take(self, reading: Events) -> None:
        """What an answer says, kept before it counts."""
        self.now += 5
        self.looks += 1
        for piece in reading.pieces:
            fits = piece.start == self.track.memory.cursor
            step = self.track.see(piece, self.now)
            if step is not None:
                self.store.keep_events([step], self.now)
                self.entries += step.entries
            if fits and step is not None:
                self._count(piece)
        for key in reading.same:
            assert key == self.rule.key
            self.track.same(self.now)

    def _count(self, piece: EventPiece) -> None:
        self.told += [line.text for line in piece.lines]
        self.counts.update(dict(piece.counts))
        if piece.gap:
            self.gaps.append(piece.gap)

    def catch_up(self) -> None:
        """Look until nothing new comes three times in a row."""
        quiet = 0
        for _ in range(400):
            reading = self.look()
            moved = any(piece.start != piece.end or piece.behind_bytes for piece in reading.pieces)
            quiet = 0 if moved else quiet + 1
            if quiet == 3:
                return
        raise AssertionError(f"never at the end: {reading}")

    def close(self) -> None:
        self.cut()
        self.store.close()


def number_of(text: str) -> int:
    """The number of an error line."""
    return int(text.split(" ERROR ")[1].split(" ")[0])


EVENTS = (EventPattern("FATAL|心跳丢失", 2), EventPattern("^[a-z ]*ERROR", 1, "harmless"), EventPattern("[.]$", 0))


class Reader:
    """Follows rules through one probe and remembers the cursors."""

    def __init__(self, one: Probe, *rules: EventRule) -> None:
        self.probe = one
        self.rules = rules
        self.cursors: dict[str, str] = {}
        self._seq = 100
        one.ready(HostSpec("here", "here"))

    def ask(self) -> int:
        self._seq += 1
        self.probe.say(probe.follow(self.rules, self.cursors) + probe.ask_section(self._seq, "events"))
        return self._seq

    def look(self, while_it_reads: Callable[[], None] = lambda: None) -> Events:
        seq = self.ask()
        while_it_reads()
        answer = self.probe.until(SectionAnswer, seq=seq)
        assert isinstance(answer, SectionAnswer) and isinstance(answer.reading, Events)
        reading = answer.reading
        for piece in reading.pieces:
            assert piece.start == self.cursors.get(piece.key, "-")
            self.cursors[piece.key] = piece.end
        return reading

    def piece(self) -> EventPiece:
        """Of the one log that is followed."""
        (piece,) = self.look().pieces
        return piece


def rule(path: Path, key: str = "gw log") -> EventRule:
    return EventRule(key, file=str(path), patterns=EVENTS)


Follow = Callable[..., Reader]
