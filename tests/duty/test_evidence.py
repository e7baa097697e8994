from __future__ import annotations

import msgspec
import pytest

from duty.evidence import LINES, evidence_of, unseen
from duty.incident_details import AlarmGuidance, Evidence, Fact, Past
from duty.phrases import phrase
from duty.quality import Quality, State
from duty.records import Subject
from tests.tui.app.sites import AWAY, LAME, NOW, WELL
from tui.incident_facts import guidance_words, past_words, value_of
from tui.sayings import listed
from wire.words import speak


@pytest.mark.parametrize("view", [WELL, LAME, AWAY], ids=lambda view: view.id)
def test_every_thing_of_a_host_gives_its_values_and_reads_back_as_it_was(view: object) -> None:
    assert not isinstance(view, str)
    places = [Subject(view.id, "host", view.id)]  # type: ignore[attr-defined]
    for kind, things in (("process", view.processes), ("line", view.lines), ("app", view.apps)):  # type: ignore[attr-defined]
        places += [Subject(view.id, kind, thing.key) for thing in things]  # type: ignore[attr-defined]
    places += [Subject(view.id, "disk", disk.mount) for disk in view.disks]  # type: ignore[attr-defined]
    for subject in places:
        found = evidence_of(view, subject, NOW)  # type: ignore[arg-type]
        assert bool(found.subject) == (subject.kind != "host") and found.host
        assert len(found.lines) <= LINES and found.at == NOW
        assert msgspec.json.decode(msgspec.json.encode(found), type=Evidence) == found


def test_the_values_are_those_of_the_thing_and_not_known_stays_not_known() -> None:
    (process,) = [one for one in LAME.processes if one.key == "orderd"]
    found = evidence_of(LAME, Subject(LAME.id, "process", "orderd"), NOW)
    values = {fact.label: fact.value for fact in found.subject}
    assert (found.state, found.quality) == (process.state, LAME.quality)
    assert values["copies running"] == process.count and values["CPU"] == process.cpu_percent


def test_of_what_is_not_read_nothing_is_known() -> None:
    assert (unseen(NOW).state, unseen(NOW).quality) == (State.UNKNOWN, Quality.NEVER)


def test_what_we_say_of_a_thing_is_said_in_the_language_of_who_reads_it() -> None:
    facts = {fact.label: fact for fact in evidence_of(WELL, Subject(WELL.id, "disk", WELL.disks[0].mount), NOW).host}
    try:
        speak("zh_CN")
        assert value_of(facts["SSH connection"]) == "已连接"
        speak("en")
        assert value_of(facts["SSH connection"]) == "connected"
    finally:
        speak("en")
    assert value_of(Fact("it said", "connected")) == "connected", "what a host said is never translated"


def test_a_series_and_the_guidance_are_said_as_people_say_them() -> None:
    past = Past("process", "chronyd", "count", "", NOW, NOW + 60, 60.0, ((NOW, 0.0, 0.785714, 1.0),))
    alarm = AlarmGuidance(
        "process.missing", "gw", 1, Quality.GOOD, phrase("why"), phrase("so"), phrase("restart it"), 300.0
    )
    assert past_words(past, "UTC").startswith("chronyd copies, ")
    assert past_words(past, "UTC").endswith("0 to 1, last 0.786")
    assert list(guidance_words(alarm))[-1] == "action within 5 min: restart it"
    assert listed(("one", "two")) == "one; two"
    speak("zh_CN")
    try:
        assert past_words(past, "UTC").startswith("chronyd 实例数，")
        assert listed(("一", "二")) == "一；二"
    finally:
        speak("en")
