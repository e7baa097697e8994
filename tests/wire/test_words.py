"""Every sentence reaches the reader in the reader's language, and the catalogs are complete and current."""

from __future__ import annotations

import pytest

from duty.phrases import of, phrase
from tests.support import words
from wire.words import _, language, language_from, say, speak

TEST_LANGUAGE = "zh_CN"


def translated_sample() -> tuple[str, str]:
    """A sentence with one field, and its translation, from the catalog itself."""
    for message in words.read(words.po_path(TEST_LANGUAGE), TEST_LANGUAGE):
        if message.string and words.fields(str(message.id)) == {"path"}:
            return str(message.id), str(message.string)
    raise AssertionError("the catalog has no translated sentence with the field {path}")


def test_a_sentence_is_found_wherever_it_stands() -> None:
    assert words.spoken("f\"{_('a')}\"; phrase('b'); x = [N_('c'), words._('d'), _(e), f('g')]") == {"a", "b", "c", "d"}


def test_catalogs_are_complete_and_current() -> None:
    assert words.problems() == []


@pytest.mark.parametrize(
    ("environ", "asked", "spoken"),
    [
        ({}, None, "en"),
        ({"LANG": "zh_CN.UTF-8"}, None, "zh_CN"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, None, "en"),
        ({"LANG": "de_DE.UTF-8"}, None, "en"),
        ({"LANG": "en_GB.UTF-8"}, "zh-CN", "zh_CN"),
        ({"LANG": "zh_CN", "WATCHKEEPER_LANG": "en"}, None, "en"),
        ({"LC_MESSAGES": "zh_SG"}, None, "zh_CN"),
        ({"LANG": ""}, "zh", "zh_CN"),
    ],
)
def test_language_is_what_was_asked_then_what_the_machine_says(
    environ: dict[str, str], asked: str | None, spoken: str
) -> None:
    assert language_from(environ, asked) == spoken


def test_phrases_and_sentences_come_out_in_the_language_spoken() -> None:
    english, chinese = translated_sample()
    said = phrase(english, path="/x")
    assert say(said) == english.replace("{path}", "/x")
    speak(TEST_LANGUAGE)
    assert language() == TEST_LANGUAGE
    assert say(said) == chinese.replace("{path}", "/x") == _(english, path="/x")


def test_a_name_put_before_a_phrase_stays_as_it_is() -> None:
    english, chinese = translated_sample()
    speak(TEST_LANGUAGE)
    assert say(of("gw-1", phrase(english, path="/x"))) == "gw-1: " + chinese.replace("{path}", "/x")


def test_values_are_never_templates() -> None:
    assert _("no answer in {seconds} s", seconds="{seconds} {path}") == "no answer in {seconds} {path} s"
    assert _("100 %, {unknown}") == "100 %, {unknown}"


def test_the_empty_sentence_is_not_the_catalogs_header() -> None:
    speak(TEST_LANGUAGE)
    assert say(phrase("")) == ""


def test_a_language_nobody_translated_is_english() -> None:
    speak("fr")
    assert language() == "en"
    assert _("never translated anywhere") == "never translated anywhere"


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        ('phrase("full at {mount}", mount=m)', ""),
        ('phrase("full at {mount}", disk=m)', "fields ['mount']"),
        ('phrase("full")', ""),
        ("phrase(words)", "literal"),
        ("N_(words)", "literal"),
        ("_(WORDS[state])", ""),
        ("_(f'lost {n}')", "literal"),
        ("_('lost ' + n)", "literal"),
        ('_("lost {n}", n=1, m=2)', "fields ['n']"),
        ('_("lost {n}")', ""),
        ('N_("lost {n}")', ""),
        ('_("")', "header"),
        ('phrase("at {x}", **values)', ""),
        ("f\"{_('lost')} {n}\"", "in an f-string"),
        ("f\"{n:{N_('lost')}}\"", "in an f-string"),
        ("f\"{say(phrase('full'))}\"", "in an f-string"),
        ("f\"{words._('lost')}\"", "in an f-string"),
        ('f"{_(WORDS[state])}"', ""),
        ("f\"{n} \" + _('lost')", ""),
    ],
)
def test_calls_that_cannot_be_translated_are_found(call: str, complaint: str) -> None:
    found = words.crooked(call)
    assert (complaint in "".join(found)) if complaint else not found
