"""Bell, notification, title: each announced event once, in bounds, and nothing in it that a terminal would obey."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duty.alarm_order import Standing
from tui.annunciator import BELL, BELL_S, MOST, MUTE_S, WINDOW_S, Annunciator, Means, Note, means_of, notification
from tui.annunciator import title_words as words_of_title
from wire.words import speak

ALL = Means(bell=True, note=Note.OSC777, title=True)


class Terminal:
    """What was written."""

    def __init__(self, means: Means = ALL) -> None:
        self.written: list[str] = []
        self.reads = True
        self.caller = Annunciator(means, self.write)

    def write(self, sequence: str) -> bool:
        if self.reads:
            self.written.append(sequence)
        return self.reads

    @property
    def bells(self) -> int:
        return self.written.count(BELL)

    @property
    def notes(self) -> list[str]:
        return [one for one in self.written if one.startswith("\x1b]777")]


def test_each_event_calls_once() -> None:
    it = Terminal()
    it.caller.announce([("a", 1, "P1 gw: lost")], 0.0)
    it.caller.announce([("a", 1, "P1 gw: lost")], 50.0)
    assert it.bells == 1 and it.notes == ["\x1b]777;notify;Watchkeeper;P1 gw: lost\a"]
    it.caller.announce([("a", 2, "P1 gw: lost again")], 60.0)
    assert it.bells == 2 and len(it.notes) == 2


def test_a_burst_rings_once_now_and_once_when_it_may_again() -> None:
    it = Terminal()
    for number in range(20):
        it.caller.announce([(number, 1, f"P3 h{number}")], number * 0.01)
    assert it.bells == 1 and it.caller.waits
    it.caller.due(BELL_S)
    it.caller.due(BELL_S + 60)
    assert it.bells == 2


def test_of_many_notifications_the_rest_is_counted() -> None:
    it = Terminal()
    it.caller.announce([(number, 1, f"P3 h{number}") for number in range(30)], 0.0)
    assert len(it.notes) == MOST
    it.caller.due(WINDOW_S)
    assert len(it.notes) == MOST + 1 and "27 more alarms" in it.notes[-1]
    it.caller.announce([("x", 1, "P1 x")], 3 * WINDOW_S)
    assert it.notes[-1].endswith(";P1 x\a")


def test_muting_silences_the_sound_alone_and_ends() -> None:
    it = Terminal()
    assert it.caller.mute(0.0)
    it.caller.announce([("a", 1, "P1 gw")], 1.0)
    it.caller.entitle("1!1 Watchkeeper")
    assert it.bells == 0 and len(it.notes) == 1 and "1!1 Watchkeeper" in it.written[-1]
    it.caller.announce([("b", 1, "P1 gw")], MUTE_S + 1)
    assert it.bells == 1 and it.caller.mute_ends is None
    it.caller.mute(MUTE_S + 2)
    assert not it.caller.mute(MUTE_S + 3), "the same key ends it"


def test_the_title_is_written_when_it_changes_and_the_one_before_is_kept() -> None:
    it = Terminal()
    for _ in range(3):
        it.caller.entitle("Watchkeeper")
    it.caller.entitle("2!1 Watchkeeper")
    assert it.written == ["\x1b[22;2t\x1b]2;Watchkeeper\a", "\x1b]2;2!1 Watchkeeper\a"] and it.caller.entitled


def test_a_terminal_that_does_not_read_gets_the_title_later() -> None:
    it = Terminal()
    it.reads = False
    it.caller.entitle("1!1 Watchkeeper")
    assert not it.caller.entitled
    it.reads = True
    it.caller.entitle("1!1 Watchkeeper")
    assert it.written == ["\x1b[22;2t\x1b]2;1!1 Watchkeeper\a"]


def test_what_is_switched_off_is_not_used() -> None:
    it = Terminal(Means(bell=False))
    it.caller.announce([("a", 1, "P1 gw")], 0.0)
    it.caller.entitle("1!1 Watchkeeper")
    assert it.written == []


@given(st.text(max_size=400), st.sampled_from([Note.OSC9, Note.OSC777]))
def test_no_word_of_a_host_ends_the_sequence_or_begins_another(said: str, note: Note) -> None:
    speak("en")
    sequence = notification(note, said)
    body = sequence[2:-1]
    assert sequence.startswith("\x1b]") and sequence.endswith("\a")
    assert not any(unicodedata.category(char).startswith("C") for char in body)
    assert body.count(";") == (3 if note is Note.OSC777 else 1)


@pytest.mark.parametrize(
    ("counts", "urgent", "title"),
    [
        (Standing(), 0, "Watchkeeper"),
        (Standing(acknowledged=3, shelved=1), 0, "Watchkeeper"),
        (Standing(unacknowledged=1, returned=1), 1, "2!1 Watchkeeper"),
    ],
)
def test_the_title_counts_what_waits(counts: Standing, urgent: int, title: str) -> None:
    assert words_of_title(counts, urgent) == title


@pytest.mark.parametrize(
    ("environ", "means"),
    [
        ({"TERM": "xterm-256color"}, Means(title=True)),
        ({"TERM": "linux"}, Means()),
        ({}, Means()),
        ({"TERM": "foot"}, Means(note=Note.OSC777, title=True)),
        ({"TERM": "xterm-kitty"}, Means(note=Note.OSC9, title=True)),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, Means(note=Note.OSC9, title=True)),
        ({"TERM": "tmux-256color", "TERM_PROGRAM": "iTerm.app", "TMUX": "x"}, Means(title=True)),
        ({"TERM": "linux", "WATCHKEEPER_NOTIFY": "osc9"}, Means(note=Note.OSC9)),
        ({"TERM": "foot", "WATCHKEEPER_NOTIFY": "off"}, Means(title=True)),
        ({"TERM": "foot", "WATCHKEEPER_NOTIFY": "loud"}, Means(title=True)),
        ({"TERM": "xterm", "WATCHKEEPER_BELL": "0", "WATCHKEEPER_TITLE": "0"}, Means(bell=False)),
    ],
)
def test_only_what_a_terminal_is_known_for(environ: dict[str, str], means: Means) -> None:
    assert means_of(environ) == means
