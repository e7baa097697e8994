"""What the terminal does to call its person: bell, desktop notification, title. Each announced event once, in bounds.

Sequences are made of cleaned words only, and only for terminals that are known to understand them: another one might
draw them. Seconds are those of one monotonic clock.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum

import msgspec

from duty.alarm_order import Standing
from duty.clean import clean
from wire.words import _

BELL = "\a"
BELL_S = 2.0
"""Seconds between two bells: what comes meanwhile rings once when they have passed."""
MOST = 3
"""Notifications one by one within :data:`WINDOW_S`; the others are one that counts them."""
WINDOW_S = 10.0
MUTE_S = 600.0
"""Seconds the sound is off."""
_TEXT = 160
"""Characters of a notification."""
_SAVE, RESTORE = "\x1b[22;2t", "\x1b[23;2t"
"""The title as it was is put on the terminal's stack and taken back from there."""
_OSC9 = ("iTerm.app", "WezTerm", "ghostty")
_TITLED = (
    "xterm",
    "rxvt",
    "screen",
    "tmux",
    "foot",
    "alacritty",
    "kitty",
    "wezterm",
    "ghostty",
    "konsole",
    "vte",
    "st",
)
_ON = ("", "1", "auto")


class Note(StrEnum):
    """The way in which a terminal is asked for a notification of the desktop."""

    OFF = "off"
    OSC9 = "osc9"
    OSC777 = "osc777"


class Means(msgspec.Struct, frozen=True):
    """What may be used."""

    bell: bool = True
    note: Note = Note.OFF
    title: bool = False


def means_of(environ: Mapping[str, str] = os.environ) -> Means:
    """``WATCHKEEPER_BELL=0``, ``WATCHKEEPER_TITLE=0``; ``WATCHKEEPER_NOTIFY`` is ``off``, ``osc9`` or ``osc777``.

    Without the last one a terminal that is known for one of the two gets it. Inside of tmux or screen it is off: they
    would keep it to themselves.
    """
    term = environ.get("TERM", "")
    titled = term.startswith(_TITLED) and environ.get("WATCHKEEPER_TITLE", "") in _ON
    wish = environ.get("WATCHKEEPER_NOTIFY", "").lower()
    note = Note(wish) if wish in tuple(Note) else Note.OFF if wish not in _ON else _note_of(environ, term)
    return Means(environ.get("WATCHKEEPER_BELL", "") in _ON, note, titled)


def _note_of(environ: Mapping[str, str], term: str) -> Note:
    if environ.get("TMUX") or term.startswith(("screen", "tmux")):
        return Note.OFF
    if environ.get("TERM_PROGRAM", "") in _OSC9 or term.startswith("xterm-kitty"):
        return Note.OSC9
    return Note.OSC777 if term.startswith(("foot", "rxvt-unicode")) else Note.OFF


def notification(note: Note, text: str) -> str:
    """The sequence for ``text``; empty where there is none. Semicolons part its fields, so there is none in them."""
    words = clean(text, _TEXT).replace(";", ",")
    if note is Note.OSC777:
        return f"\x1b]777;notify;Watchkeeper;{words}\a"
    # What begins with a digit is an order to some terminals.
    return f"\x1b]9;Watchkeeper: {words}\a" if note is Note.OSC9 else ""


def title_words(counts: Standing, urgent: int) -> str:
    """``2!1 Watchkeeper``: alarms that wait, and how many of them are unacknowledged and of priority 1 or 2."""
    waiting = counts.unacknowledged + counts.returned
    return f"{waiting}!{urgent} Watchkeeper" if waiting else "Watchkeeper"


class Annunciator:
    """Says what is to be written. ``write`` takes a sequence and tells whether the terminal could take it."""

    def __init__(self, means: Means, write: Callable[[str], bool]) -> None:
        self.means = means
        self.mute_ends: float | None = None
        """When the sound is on again; ``None``: it is on."""
        self._write = write
        self._told: dict[object, int] = {}
        self._rings = False
        self._no_bell_before = 0.0
        self._noted: deque[float] = deque(maxlen=MOST)
        self._more = 0
        self._title = ""

    def announce(self, news: Iterable[tuple[object, int, str]], now: float) -> None:
        """Alarms that wait from now on: key, number of the event, words. What was announced is not announced again."""
        for key, number, words in news:
            if self._told.get(key, 0) >= number:
                continue
            self._told[key] = number
            self._rings = True
            while self._noted and now - self._noted[0] >= WINDOW_S:
                self._noted.popleft()
            if self._more or len(self._noted) == MOST:
                self._more += 1
            elif self._note(words):
                self._noted.append(now)
        self.due(now)

    def due(self, now: float) -> None:
        """What has waited and may be said now."""
        if self.mute_ends is not None and now >= self.mute_ends:
            self.mute_ends = None
        if self._rings and now >= self._no_bell_before:
            self._rings = False
            silent = not self.means.bell or self.mute_ends is not None
            if not silent and self._write(BELL):
                self._no_bell_before = now + BELL_S
        if self._more and now - self._noted[-1] >= WINDOW_S:
            count, self._more = self._more, 0
            self._note(_("{count} more alarms", count=count))

    @property
    def waits(self) -> bool:
        """Whether :meth:`due` will have something to do."""
        return self._rings or bool(self._more) or self.mute_ends is not None

    def mute(self, now: float) -> bool:
        """Sound off for :data:`MUTE_S`, or on again; whether it is off. Nothing else is silenced."""
        self.mute_ends = now + MUTE_S if self.mute_ends is None else None
        return self.mute_ends is not None

    def entitle(self, words: str) -> None:
        """The title of the window from now on; the one before is kept."""
        if self.means.title and words != self._title:
            text = f"\x1b]2;{clean(words)}\a"
            if self._write(text if self._title else _SAVE + text):
                self._title = words

    @property
    def entitled(self) -> bool:
        """Whether the title was changed: then :data:`RESTORE` gives the one before back."""
        return bool(self._title)

    def _note(self, words: str) -> bool:
        text = notification(self.means.note, words)
        return bool(text) and self._write(text)
