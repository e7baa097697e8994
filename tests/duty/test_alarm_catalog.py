"""The built-in alarms: every one says what it is and what to do, and priorities are split as they must be."""

from __future__ import annotations

from collections import Counter

import pytest

from duty.alarm_catalog import BUILT_IN, CHAPTERS
from duty.alarm_def import PRIORITIES, AlarmDef
from tests.duty.alarm_pages import PAGES, page
from wire.words import say, speak

ALL = [each for _, chapter in CHAPTERS for each in chapter]


def test_keys_are_unique() -> None:
    assert len(BUILT_IN) == len(ALL)


@pytest.mark.parametrize("each", ALL, ids=lambda each: each.key)
def test_each_says_cause_consequence_and_action_in_both_languages(each: AlarmDef) -> None:
    for language in ("en", "zh_CN"):
        speak(language)
        said = [say(words) for words in (each.cause, each.consequence, each.action)]
        assert all(said) and len(set(said)) == 3
        assert language == "en" or all(any("一" <= sign <= "鿿" for sign in text) for text in said)


@pytest.mark.parametrize("each", ALL, ids=lambda each: each.key)
def test_each_behaves_in_time_as_its_priority_allows(each: AlarmDef) -> None:
    assert {each.priority, each.warn_priority} <= set(PRIORITIES)
    assert each.warn_priority >= each.priority, "a warning is never more urgent than the fault"
    assert each.latch or each.priority > 2
    assert each.priority > 1 or each.on_delay_s <= 5, "priority 1 is on the screen within five seconds"
    assert each.respond_s > each.on_delay_s
    assert each.key.count(".") == 1 and each.key.islower()


def test_priorities_are_split_80_15_5() -> None:
    split = Counter(priority for each in ALL for priority in (each.priority, each.warn_priority))
    share = {priority: 100 * count / split.total() for priority, count in split.items()}
    assert share[1] <= 5 and share[2] <= 15, share


def test_whatever_cuts_off_what_lies_behind_says_so() -> None:
    cutting = {each.key for each in ALL if each.cuts}
    assert cutting == {"line.gone", "line.no_link", *(each.key for each in ALL if each.key.startswith("connection."))}


@pytest.mark.parametrize("code", PAGES)
def test_the_pages_of_the_documents_are_current(code: str) -> None:
    assert PAGES[code].read_text("utf-8") == page(code), "run: python -m tests.duty.alarm_pages"
