"""What comes back from a host: bytes into answers, piece by piece, bounded, and every line accounted for.

The grammar is in ``docs/probe-protocol.md``. A line that does not follow it becomes a failure that names the line and
what was wanted; the rest of the answer counts.
"""

from __future__ import annotations

import msgspec

from collectors.parse_fast import FastParser
from collectors.parse_slow import identity, parse_section
from collectors.parsing import LIMITS, TOO_FEW
from duty.clean import clean_bytes
from duty.phrases import Phrase, phrase
from duty.readings import Identity, Sample, SectionFailure, SlowReading


class Ready(msgspec.Struct, frozen=True):
    """The probe runs and waits for questions."""

    identity: Identity


class SampleAnswer(msgspec.Struct, frozen=True):
    """A fast answer."""

    sample: Sample


class SectionAnswer(msgspec.Struct, frozen=True):
    """A slow answer, whole."""

    seq: int
    section: str
    reading: SlowReading


class Unusable(msgspec.Struct, frozen=True):
    """Something that gave no answer: too large, out of order, not understood. ``seq`` where it is known."""

    failure: SectionFailure
    seq: int | None = None
    section: str = ""


class Refused(msgspec.Struct, frozen=True):
    """The probe was not started; the host closes. ``code`` as in the grammar; ``banner``: what was said before."""

    code: str
    words: str
    banner: str = ""


Answer = Ready | SampleAnswer | SectionAnswer | Unusable | Refused


class AnswerReader:
    """Puts answers together from pieces of any size. One per connection."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._head: list[bytes] | None = None
        self._lines: list[bytes] = []
        self._size = 0
        self._skipping = False
        self._started = False
        self._greeting: list[bytes] = []
        self._banner = bytearray()
        self._stray = False
        self._fast = FastParser()

    @property
    def banner(self) -> str:
        """What was said before the probe spoke, cleaned."""
        return clean_bytes(bytes(self._banner).strip(), 300)

    def feed(self, data: bytes) -> list[Answer]:
        """The answers that ``data`` completes, in order. Never raises, whatever the bytes are."""
        if not self._buffer and self._head is None and (sample := self._whole(data)) is not None:
            return [sample]
        self._buffer += data
        answers: list[Answer] = []
        end = self._buffer.rfind(b"\n")
        if end < 0:
            if len(self._buffer) > LIMITS.line:
                self._overlong(answers)
            return answers
        lines = bytes(self._buffer[:end]).split(b"\n")
        del self._buffer[: end + 1]
        for line in lines:
            if self._skipping:
                self._skipping = False  # the tail of a line that was given up
                continue
            if len(line) > LIMITS.line:
                self._drop(answers, phrase("a line of more than {limit} bytes", limit=LIMITS.line))
                continue
            self._line(line, answers)
        if len(self._buffer) > LIMITS.line:
            self._overlong(answers)
        return answers

    def _whole(self, data: bytes) -> Answer | None:
        """The sample, where ``data`` is just one in one piece as nearly all are; else ``None``: it is read by line."""
        if data[:3] != b"=B " or len(data) > LIMITS.line or data.count(b"\n=") != 1 or data[-1:] != b"\n":
            return None
        if not self._started or self._skipping:
            return None
        head, *lines, tail, _ = data.split(b"\n")
        if tail[:3] != b"=E ":
            return None
        answers: list[Answer] = []
        self._stray, self._head, self._lines = False, head.split(b" "), lines
        self._close(tail.split(b" "), answers)
        return answers[0]

    def _overlong(self, answers: list[Answer]) -> None:
        self._buffer.clear()
        if not self._skipping:
            self._drop(answers, phrase("a line of more than {limit} bytes", limit=LIMITS.line))
        self._skipping = True

    def _line(self, line: bytes, answers: list[Answer]) -> None:
        if not self._started:
            self._start(line, answers)
            return
        mark = line[:2]
        if mark == b"=B" or mark == b"=b":
            if self._head is not None:
                self._drop(answers, phrase("an answer without its end"))
            self._head, self._lines, self._size, self._stray = line.split(b" "), [], 0, False
        elif mark == b"=E" or mark == b"=e":
            self._close(line.split(b" "), answers)
        elif self._head is not None:
            self._size += len(line) + 1
            if self._size > (LIMITS.fast if self._head[0] == b"=B" else LIMITS.slow):
                self._drop(answers, phrase("an answer of more than {limit} bytes", limit=self._size))
            else:
                self._lines.append(line)
        elif mark == b"=X":
            answers.append(self._refusal(line))
        elif not self._stray:
            self._stray = True  # once until the next answer: a host that talks without end must not flood us
            answers.append(_unusable(phrase("not understood between answers: {line}", line=clean_bytes(line, 80))))

    def _start(self, line: bytes, answers: list[Answer]) -> None:
        if line[:2] == b"=X":
            answers.append(self._refusal(line))
        elif line[:2] == b"=R" or (self._greeting and line[:2] == b"=I"):
            if len(self._greeting) < 64:
                self._greeting.append(line)
        elif self._greeting and line == b"=O":
            try:
                who = identity(self._greeting)
                self._fast.page_bytes, self._fast.ticks_per_s = who.page_bytes, who.ticks_per_s
                answers.append(Ready(who))
                self._started = True
            except ValueError as error:
                answers.append(Refused("greeting", clean_bytes(str(error).encode(), 200), self.banner))
            self._greeting = []
        elif len(self._banner) < LIMITS.banner:
            self._banner += line[: LIMITS.banner] + b"\n"

    def _refusal(self, line: bytes) -> Refused:
        _, code, words, *_rest = [*line.split(b" ", 2), b"", b""]
        return Refused(clean_bytes(code, 20), clean_bytes(words, 200), self.banner)

    def _close(self, tail: list[bytes], answers: list[Answer]) -> None:
        head, lines = self._head, self._lines
        self._head, self._lines = None, []
        if head is None:
            return  # the end of an answer that was given up and reported
        if tail[0].lower() != head[0].lower().replace(b"b", b"e") or tail[1:-1] != head[1:]:
            answers.append(_unusable(phrase("an answer that ends as another one")))
            return
        try:
            seq, told = int(head[1]), int(tail[-1])
        except (ValueError, IndexError):
            answers.append(_unusable(phrase("an answer without number or count")))
            return
        short: tuple[SectionFailure, ...] = ()
        section = "sample" if head[0] == b"=B" else clean_bytes(head[2], 20) if len(head) > 2 else ""
        if told != len(lines):
            why = Phrase(TOO_FEW, {"count": len(lines), "told": told})
            short = (SectionFailure(section, why),)
        if head[0] == b"=B":
            answers.append(SampleAnswer(self._fast.sample(seq, lines, short)))
        elif (reading := parse_section(section, lines, short)) is not None:
            answers.append(SectionAnswer(seq, section, reading))
        else:
            answers.append(
                Unusable(SectionFailure(section, phrase("the answer says nothing that can be used")), seq, section)
            )

    def _drop(self, answers: list[Answer], why: Phrase) -> None:
        """Give up the answer that is being read and say so; reading goes on at the next beginning."""
        head, self._head, self._lines = self._head, None, []
        if not self._started:
            return
        section = "sample" if head is None or head[0] == b"=B" else clean_bytes(head[-1], 20)
        seq = int(head[1]) if head is not None and len(head) > 1 and head[1].isdigit() and len(head[1]) < 10 else None
        self._stray = True
        answers.append(Unusable(SectionFailure(section, why), seq, section))


def _unusable(why: Phrase) -> Unusable:
    return Unusable(SectionFailure("sample", why))
