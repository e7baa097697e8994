"""What passes the boundary is as wide to a terminal as to us: two tables of widths, made by others, must agree."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len, split_graphemes
from wcwidth import wcwidth

from duty.clean import clean

STRANGE = (
    "\U0001f1e8\U0001f1f3", "\U0001f44d\U0001f3fd", "\U0001f468\u200d\U0001f4bb", "\ue0a0\U000f0001",
    "\u0378\U0001faff", "\u0e01\u0e31\u0e31\u0e31", "\u1100\u1161\u11a8", "\u0915\u094d\u0937",
    "\U0001d173x", "\u0600\u06dd12",
)  # fmt: skip


@given(st.text(st.characters(exclude_categories=()), max_size=12))
def test_any_text(text: str) -> None:
    agreed(clean(text))


@pytest.mark.parametrize("text", STRANGE, ids=ascii)
def test_what_terminals_are_known_to_disagree_on(text: str) -> None:
    agreed(clean(text))


def test_every_character() -> None:
    for point in range(0x110000):
        agreed(clean(chr(point)))


def agreed(text: str) -> None:
    ours = cell_len(text)
    assert sum(map(wcwidth, text)) == ours, text.encode("unicode_escape")
    assert split_graphemes(text)[1] == ours


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\U0001f1e8\U0001f1f3", "CN"),
        ("\U0001f44d\U0001f3fd", "\U0001f44d"),
        ("\ue0a0", "\ufffd"),
        ("\u0e01\u0e31\u0e31\u0e31", "\u0e01\u0e31\u0e31"),
    ],
)
def test_they_are_shown_as_what_all_know(text: str, shown: str) -> None:
    assert clean(text) == shown
