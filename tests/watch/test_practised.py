"""What the duty log says of practice faults: their own words, in the reader's language; old rows stay readable."""

from __future__ import annotations

import pytest

from duty.phrases import Phrase
from practice.faults import kinds
from practice.members import members
from watch.commands import PRACTISED_BEFORE, practised
from wire.messages import InjectFault
from wire.words import say, speak

KINDS = kinds(members())
EVERY = [
    (kind.name, host, subject)
    for kind in KINDS
    for host, subjects in list(kind.hosts.items())[:1]
    for subject in (subjects or ("",))[:1]
]


@pytest.mark.parametrize(("fault", "host", "subject"), EVERY)
def test_no_line_holds_a_raw_name(fault: str, host: str, subject: str) -> None:
    words = next(kind.words for kind in KINDS if kind.name == fault)
    for on, english, chinese in ((True, "begins", "开始"), (False, "ends", "结束")):
        said = practised(KINDS, InjectFault(1, host, fault, on, subject))
        speak("en")
        assert say(said) == f"practice fault {english}: {words} {subject}".rstrip()
        speak("zh_CN")
        assert say(said) == f"练习故障{chinese}：{say(words)} {subject}".rstrip()
        assert fault not in say(said)


def test_the_rows_of_before_are_read_in_both_languages() -> None:
    for template, english, chinese in zip(PRACTISED_BEFORE, ("begins", "ends"), ("开始", "结束"), strict=True):
        said = Phrase(template, {"fault": "host_lost"})
        speak("en")
        assert say(said) == f"practice fault host_lost {english}"
        speak("zh_CN")
        assert say(said) == f"练习故障 host_lost {chinese}"


def test_what_a_fleet_does_not_know_is_cleaned_text() -> None:
    said = practised((), InjectFault(1, "gw", "\x1b[2Jx", True, "y\u202e"))
    assert "\x1b" not in str(said) and "\u202e" not in str(said)
