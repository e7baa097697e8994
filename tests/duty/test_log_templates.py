"""Prepared lines as rules: which there are, what is filled in, what is left to the person."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duty.log_templates import BUILT_IN, FIELDS, GAP, LogTemplate, filled, templates, told
from duty.phrases import own
from wire.words import LANGUAGES, say, speak


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_built_in_one_has_known_fields_and_asks_for_something(language: str) -> None:
    speak(language)
    for one in BUILT_IN:
        text = say(one.text)
        assert GAP in text and set(re.findall(r"{(\w+)}", text)) <= set(FIELDS), text
        assert text.count(GAP) == str(one.text).count(GAP), "plain mode counts them"
    assert len({one.key for one in BUILT_IN}) == len(BUILT_IN)


def test_the_sites_own_come_first_and_replace() -> None:
    mine = LogTemplate("round", own({"en": "Walked room A: …"}))
    assert templates([mine])[0] is mine
    assert [one.key for one in templates([mine])].count("round") == 1
    assert templates(()) == BUILT_IN


def test_what_is_not_known_stays_a_gap() -> None:
    assert filled("{subject} on {host}, {incident}", subject="", host="gw1", incident=7) == "… on gw1, 7"
    assert filled("{0.__class__} {other}", subject="x", host="y", incident=1) == "{0.__class__} {other}"


@given(st.lists(st.text(alphabet="ab |{}", max_size=5), max_size=6))
def test_gaps_are_filled_in_their_order(words: list[str]) -> None:
    text = "a … b … c … d"
    found = told(text, words)
    assert found.count(GAP) == max(0, 3 - len(words))
    assert found.startswith(f"a {words[0] if words else GAP} b ")
