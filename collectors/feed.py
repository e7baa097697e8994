"""The source of one host's readings as the engine sees it: SSH, this machine, or a test's own.

The engine asks, the feed answers through a :class:`Listener`; nothing here waits for a network. At most one fast
question and one question per slow section are open at a time: asking again meanwhile is refused, and the engine
counts it as dropped.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Protocol

from duty.connection import Connection
from duty.phrases import Phrase
from duty.readings import Sample, SectionFailure, SlowReading
from duty.site import AppRule, HostSpec

Section = Literal["processes", "ports", "mounts", "health", "time", "lines", "events"]
SECTIONS: tuple[Section, ...] = ("processes", "ports", "mounts", "health", "time", "lines", "events")


class Listener(Protocol):
    """What the engine does with what a feed hears. Called on the event loop, must not block."""

    def on_sample(self, host: str, sample: Sample, received: float) -> None:
        """A fast answer. ``received``: the console's monotonic clock."""

    def on_section(self, host: str, reading: SlowReading, received: float, took_s: float) -> None:
        """A slow section, whole. ``took_s``: seconds from asking to the answer's end."""

    def on_failure(self, host: str, failure: SectionFailure, received: float) -> None:
        """A section that gave nothing usable: deadline passed, not understood, too large."""

    def on_connection(self, host: str, connection: Connection) -> None:
        """The connection changed its state."""


class Feed(Protocol):
    """One host's source of readings."""

    spec: HostSpec

    async def run(self) -> None:
        """Connect, stay connected, back off with jitter when it fails; until cancelled. Never raises for a host."""

    def ask_sample(self, watched: tuple[int, ...]) -> bool:
        """Ask for a fast sample with these pids. False: not connected, or the last answer is still open."""

    def ask_section(self, section: Section) -> bool:
        """Ask for a slow section. False: not connected, or the same section is still open."""

    def ask_app(self, rule: AppRule) -> bool:
        """Ask an application, from the host or from here. ``False``: not possible now, or its last run is open.

        What comes of it is told as a section; it waits for nothing else, and nothing waits for it.
        """

    def follow(self, cursors: Mapping[str, str]) -> None:
        """From where the next question for events reads on: a cursor for each key of an event rule that has one."""

    def redial(self) -> None:
        """Dial now instead of waiting for the back-off."""

    def update(self, spec: HostSpec) -> None:
        """A new site file demands other things of the same host; the connection stays."""

    def open_since(self, section: Section | Literal["sample"]) -> float | None:
        """Since when (monotonic) a question is unanswered; ``None`` if there is none."""


def words_of(error: BaseException) -> Phrase:
    """The words of a library's error as a value of a phrase: cleaned by the caller's boundary."""
    from duty.clean import clean

    return Phrase("{error}", {"error": clean(f"{type(error).__name__}: {error}", 200)})
