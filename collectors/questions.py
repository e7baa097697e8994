"""The open questions of one connection: what was asked when. Questions never overlap, answers are matched."""

from __future__ import annotations

from collectors import probe
from collectors.feed import Section

LAST = 999_999_999
"""The largest number of a question; the next one begins again at 1."""


def check_name(number: int) -> str:
    """The name under which the question for a check command is open."""
    return f"{probe.CHECKS} {number}"


class Questions:
    """Numbers questions and remembers the open ones. At most one sample, and one of each section."""

    def __init__(self) -> None:
        self._seq = 0
        self._open: dict[str, tuple[int, float]] = {}
        self._late: dict[int, float] = {}
        self._watched: tuple[int, ...] | None = None
        self._among: dict[int, tuple[int, ...]] = {}
        """The pids watched when ports were asked for, by the number of the question."""
        self._said_at = 0.0

    def sample(self, watched: tuple[int, ...], now: float) -> bytes:
        """The bytes that ask for a fast sample; the pids only where they have changed."""
        seq = self._next("sample", now)
        if watched == self._watched:
            return probe.ask_sample(seq)
        self._watched = watched
        return probe.watch(watched) + probe.ask_sample(seq)

    def section(self, section: Section, now: float) -> bytes:
        """The bytes that ask for a slow section."""
        seq = self._next(section, now)
        if section == "ports":
            if len(self._among) > 8:
                self._among.clear()
            self._among[seq] = self._watched or ()
        return probe.ask_section(seq, section)

    def among(self, seq: int) -> tuple[int, ...] | None:
        """Among which pids the answer to question ``seq`` looks for owners; ``None`` if that is not known."""
        return self._among.pop(seq, None)

    def check(self, number: int, now: float) -> bytes:
        """The bytes that ask for one run of a check command; each has a question of its own."""
        return probe.ask_check(self._next(check_name(number), now), number)

    def open_since(self, what: str) -> float | None:
        """Since when a question is open."""
        asked = self._open.get(what)
        return asked[1] if asked is not None else None

    def answered(self, seq: int) -> float | None:
        """The question with this number is answered: when it was asked, or ``None`` if none such was."""
        for what, (number, asked) in self._open.items():
            if number == seq:
                del self._open[what]
                return asked
        return self._late.pop(seq, None)

    def unusable(self, seq: int | None, section: str) -> None:
        """An answer came that cannot be used: its question is open no longer."""
        if seq is None or self.answered(seq) is None:
            self._open.pop(section, None)

    def give_up_sections(self, now: float, after_s: float) -> list[tuple[str, float]]:
        """Sections asked for so long ago that they may be asked again. Their answer still counts when it comes."""
        old = [(what, asked) for what, (_, asked) in self._open.items() if what != "sample" and now - asked >= after_s]
        for what, asked in old:
            if len(self._late) > 8:
                self._late.clear()
            self._late[self._open.pop(what)[0]] = asked
        return old

    def due_to_say(self, now: float, every_s: float) -> bool:
        """Whether it is time to say again that an answer is late."""
        if now - self._said_at < every_s:
            return False
        self._said_at = now
        return True

    def _next(self, what: str, now: float) -> int:
        self._seq = self._seq % LAST + 1
        self._open[what] = (self._seq, now)
        return self._seq
