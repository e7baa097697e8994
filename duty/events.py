"""Key events: lines of logs that fit a pattern, counted once, kept in mind for as long as the rule says.

A log is read in pieces, each from one cursor to the next. A piece counts only if it begins where the last one ended:
an answer that was lost is asked for again, one that comes twice counts once. What is known of a log is one value,
:class:`EventMemory`, which is kept together with the lines of the duty log that came of it, in one transaction.
"""

from __future__ import annotations

import msgspec

from duty.board import EventSeen, EventView
from duty.line_rate import LineRate
from duty.phrases import Phrase, phrase
from duty.quality import State
from duty.readings import EventPiece
from duty.records import LogKind, NewLogEntry, Subject
from duty.site import EventPattern, EventRule

HOUR_MIN = 60
LAST_KEPT = (4, 6, 6)
"""Lines kept of one log, the newest of each level: a flood of one does not wash away what is graver."""
LOG_EVERY_S = 60.0
"""Seconds between two lines of the duty log about one pattern: what comes meanwhile is counted into the next."""
SAVE_EVERY_S = 60.0
"""Seconds after which a cursor is kept that moved over lines of no concern: to read those again does no harm."""
NO_CURSOR = "-"
GAP = 3
"""Held beside the levels: lines may be missing."""
_LEVELS = 3
_STATES = (State.OK, State.WARN, State.ACT, State.WARN)
"""Of a line of each level, and of a gap."""


class Heap(msgspec.Struct, frozen=True, array_like=True):
    """Lines of one pattern that the duty log does not have yet."""

    count: int
    first: str
    last: str
    first_at: float


class Held(msgspec.Struct, frozen=True, array_like=True):
    """The newest line of a level: until when it keeps the state up (UTC epoch seconds), and its words."""

    until: float
    said: Phrase


class EventMemory(msgspec.Struct, frozen=True):
    """Everything that is known of one followed log. Patterns are remembered by their text, not by their place."""

    source: str
    cursor: str = NO_CURSOR
    minutes: tuple[tuple[int, int, int, int], ...] = ()
    """Minutes since the epoch with the lines of each level in it, oldest first; of the last hour."""
    last: tuple[EventSeen, ...] = ()
    """Newest first."""
    held: dict[int, Held] = {}
    heaps: dict[str, Heap] = {}
    logged_at: dict[str, float] = {}
    """When the duty log was last told of a pattern (empty: of a gap), UTC epoch seconds."""
    read_at: float | None = None
    """When it was last read, UTC epoch seconds; as of the last keeping after a new start."""


class EventStep(msgspec.Struct, frozen=True):
    """What must be kept as one: the memory of a log and the lines of the duty log that belong to it."""

    host: str
    key: str
    memory: EventMemory
    entries: tuple[NewLogEntry, ...] = ()


class EventTrack:
    """One followed log of one host over time."""

    __slots__ = ("_host", "_kept_at", "_rate", "behind_bytes", "memory", "read_at", "rule", "unread")

    def __init__(self, host: str, rule: EventRule, memory: EventMemory | None = None) -> None:
        """``memory``: what was kept of it; of no use where it is of another source."""
        self._host = host
        self.rule = rule
        fits = memory is not None and memory.source == rule.source
        self.memory = memory if memory is not None and fits else EventMemory(rule.source)
        self.read_at: float | None = None
        self.behind_bytes = 0
        self.unread: Phrase | None = None
        self._kept_at = 0.0
        self._rate = LineRate()

    def adopt(self, rule: EventRule) -> None:
        """Another site file demands other things of the same key."""
        self.rule = rule
        if self.memory.source != rule.source:
            self.memory, self.read_at, self.behind_bytes = EventMemory(rule.source), None, 0
            self._rate.forget()

    def see(self, piece: EventPiece, now: float) -> EventStep | None:
        """Take a piece at ``now`` (UTC epoch seconds); what has to be kept because of it, if anything.

        A piece that does not begin where the last one ended is left alone.
        """
        if piece.start != self.memory.cursor:
            return None
        entries: tuple[NewLogEntry, ...] = ()
        memory = _counted(self.memory, self.rule, piece, now)
        if piece.gap:
            memory, entries = _gap(memory, self._host, self.rule, piece.gap, now)
            self._rate.forget()
        self._rate.see(now, *(_of_level(self.rule, piece, level) for level in (2, 1)))
        moved = memory.cursor != self.memory.cursor
        self.memory, self.behind_bytes = memory, piece.behind_bytes
        urgent = bool(piece.counts) or bool(piece.gap) or piece.start == NO_CURSOR
        return self._step(now, entries, urgent=urgent, moved=moved)

    def same(self, now: float) -> EventStep | None:
        """Nothing is new in it at ``now``. What waits for the duty log may be due."""
        self.behind_bytes = 0
        self._rate.see(now, 0, 0)
        return self._step(now, (), urgent=False, moved=False)

    def _step(self, now: float, entries: tuple[NewLogEntry, ...], *, urgent: bool, moved: bool) -> EventStep | None:
        self.read_at, self.unread = now, None
        memory, due = _told(self.memory, self._host, self.rule, now)
        self.memory = msgspec.structs.replace(memory, read_at=now)
        if not (urgent or due or (moved and now - self._kept_at >= SAVE_EVERY_S)):
            return None
        self._kept_at = now
        return EventStep(self._host, self.rule.key, self.memory, (*entries, *due))

    def view(self, now: float, trouble: Phrase | None = None) -> EventView:
        """The log judged at ``now``, UTC epoch seconds. ``trouble``: why no log of this host can be read."""
        memory = self.memory
        why: list[tuple[State, Phrase]] = []
        for level, held in memory.held.items():
            if held.until > now and _STATES[level] > State.OK:
                why.append((_STATES[level], held.said))
        unread = self.unread or trouble
        if unread is not None:
            why.append((State.UNKNOWN, unread))
        elif self.read_at is None:
            why.append((State.UNKNOWN, phrase("not read yet")))
        why.sort(key=lambda one: -one[0])
        counts = [_within(memory, level, now) for level in range(_LEVELS)]
        known = self.read_at is not None
        rate = self._rate if unread is None else None
        return EventView(
            key=self.rule.key,
            source=self.rule.source,
            state=why[0][0] if why else State.OK,
            why=tuple(said for _, said in why),
            acting=_holds(memory, 2, now),
            act_hour=counts[2] if known else None,
            warn_hour=counts[1] if known else None,
            note_hour=counts[0] if known else None,
            behind_bytes=self.behind_bytes if known else None,
            last=memory.last,
            read_at=self.read_at,
            act_per_min=None if rate is None else rate.act,
            warn_per_min=None if rate is None else rate.warn,
            states=tuple(state for state, _ in why),
        )


def _holds(memory: EventMemory, level: int, now: float) -> bool:
    held = memory.held.get(level)
    return held is not None and held.until > now


def _within(memory: EventMemory, level: int, now: float) -> int:
    oldest = int(now // 60) - HOUR_MIN
    return sum(row[1 + level] for row in memory.minutes if row[0] > oldest)


def _pattern(rule: EventRule, number: int) -> EventPattern | None:
    return rule.patterns[number] if 0 <= number < len(rule.patterns) else None


def _of_level(rule: EventRule, piece: EventPiece, level: int) -> int:
    """New lines of a level in a piece."""
    found = ((_pattern(rule, number), count) for number, count in piece.counts)
    return sum(count for pattern, count in found if pattern is not None and pattern.level == level and count > 0)


def _counted(memory: EventMemory, rule: EventRule, piece: EventPiece, now: float) -> EventMemory:
    """The memory with the lines of a piece in it."""
    lines = [(found, line.text) for line in piece.lines if (found := _pattern(rule, line.pattern)) is not None]
    counts = [(found, n) for number, n in piece.counts if (found := _pattern(rule, number)) is not None and n > 0]
    held, heaps = dict(memory.held), dict(memory.heaps)
    added = [0, 0, 0]
    for pattern, count in counts:
        added[pattern.level] += count
        texts = [text for one, text in lines if one is pattern] or [pattern.pattern]
        if pattern.level > 0:
            held[pattern.level] = Held(now + rule.hold_s, Phrase("{line}", {"line": texts[-1]}))
            heaps[pattern.pattern] = _heaped(heaps.get(pattern.pattern), count, texts, now)
    seen = [EventSeen(now, one.level, text) for one, text in reversed(lines)]
    return msgspec.structs.replace(
        memory,
        cursor=piece.end,
        minutes=_minutes(memory.minutes, added, now),
        last=_newest((*seen, *memory.last)),
        held=held,
        heaps=heaps,
    )


def _newest(lines: tuple[EventSeen, ...]) -> tuple[EventSeen, ...]:
    left = list(LAST_KEPT)
    kept: list[EventSeen] = []
    for line in lines:
        if left[line.level] > 0:
            left[line.level] -= 1
            kept.append(line)
    return tuple(kept)


def _heaped(heap: Heap | None, count: int, texts: list[str], now: float) -> Heap:
    if heap is None:
        return Heap(count, texts[0], texts[-1], now)
    return Heap(heap.count + count, heap.first, texts[-1], heap.first_at)


def _minutes(
    minutes: tuple[tuple[int, int, int, int], ...], added: list[int], now: float
) -> tuple[tuple[int, int, int, int], ...]:
    this = int(now // 60)
    kept = [row for row in minutes if row[0] > this - HOUR_MIN]
    if not any(added):
        return tuple(kept)
    if kept and kept[-1][0] == this:
        row = kept.pop()
        added = [row[1] + added[0], row[2] + added[1], row[3] + added[2]]
    return (*kept, (this, added[0], added[1], added[2]))


def gap_words(gap: str, source: str, seconds: int | None) -> Phrase:
    """Why lines may be missing, and of how long a time: it was last read ``seconds`` ago."""
    ago = "–" if seconds is None else seconds
    if gap == "cut":
        return phrase(
            "{source} was cut short: lines of the last {seconds} s may be missing", source=source, seconds=ago
        )
    if gap == "journal":
        return phrase(
            "{source} has lost its place: lines of the last {seconds} s may be missing", source=source, seconds=ago
        )
    return phrase(
        "{source} is another file and the old one is gone: lines of the last {seconds} s may be missing",
        source=source,
        seconds=ago,
    )


def _gap(
    memory: EventMemory, host: str, rule: EventRule, gap: str, now: float
) -> tuple[EventMemory, tuple[NewLogEntry, ...]]:
    seconds = None if memory.read_at is None else max(0, round(now - memory.read_at))
    said = gap_words(gap, rule.source, seconds)
    held = {**memory.held, GAP: Held(now + rule.hold_s, said)}
    if now - memory.logged_at.get("", 0.0) < LOG_EVERY_S:
        return msgspec.structs.replace(memory, held=held), ()
    entry = NewLogEntry(LogKind.EVENT, "", now, Subject(host, "event", rule.key), said=said)
    return msgspec.structs.replace(memory, held=held, logged_at={**memory.logged_at, "": now}), (entry,)


def _told(memory: EventMemory, host: str, rule: EventRule, now: float) -> tuple[EventMemory, tuple[NewLogEntry, ...]]:
    """The lines of the duty log that are due, and the memory that knows they were written."""
    due = [name for name in memory.heaps if now - memory.logged_at.get(name, 0.0) >= LOG_EVERY_S]
    if not due:
        return memory, ()
    levels = {one.pattern: one.level for one in rule.patterns}
    entries = tuple(_entry(host, rule.key, levels.get(name, 1), memory.heaps[name]) for name in due)
    heaps = {name: heap for name, heap in memory.heaps.items() if name not in due}
    logged = {name: when for name, when in memory.logged_at.items() if now - when < LOG_EVERY_S}
    return msgspec.structs.replace(memory, heaps=heaps, logged_at={**logged, **dict.fromkeys(due, now)}), entries


def _entry(host: str, key: str, level: int, heap: Heap) -> NewLogEntry:
    said = _said(level, heap)
    return NewLogEntry(LogKind.EVENT, "", heap.first_at, Subject(host, "event", key), said=said)


def _said(level: int, heap: Heap) -> Phrase:
    if heap.count == 1:
        return phrase("to act on: {first}", first=heap.first) if level == 2 else phrase("{first}", first=heap.first)
    if level == 2:
        return phrase(
            "{count} lines to act on, from {first} to {last}", count=heap.count, first=heap.first, last=heap.last
        )
    return phrase("{count} lines, from {first} to {last}", count=heap.count, first=heap.first, last=heap.last)
