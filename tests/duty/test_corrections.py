"""Corrections and late lines: invariants I4 and I5 as rules, without a store or a clock."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from duty.corrections import LATE_S, SKEW_S, Correction, corrected, event_time, is_late, why_not
from duty.records import LogEntry, LogKind, Refused, Subject

ENTRY = LogEntry(
    7, LogKind.NOTE, 100.0, 160.0, "wang", Subject("gw", "host", "gw"), "restarted gateway 03", None, 4, chain="drill-1"
)
ASKED = Correction(7, "li", "restarted gateway 05", "typed the wrong number", session="pts/1 9")


def test_i4_a_correction_refers_to_its_original_and_says_why() -> None:
    line = corrected(ENTRY, ASKED)
    assert (line.supersedes, line.chain, line.incident, line.subject) == (7, "drill-1", 4, ENTRY.subject)
    assert (line.actor, line.session, line.event_at) == ("li", "pts/1 9", ENTRY.event_at)
    assert (str(line.said), line.text) == ("corrects line 7: typed the wrong number", "restarted gateway 05")


@pytest.mark.parametrize(
    ("entry", "asked", "why"),
    [
        ({"actor": ""}, {}, "only what a person wrote"),
        ({"text": ""}, {}, "only what a person wrote"),
        ({"kind": LogKind.CONNECTION}, {}, "only what a person wrote"),
        ({"corrected_by": 9}, {}, "corrected already, by line 9"),
        ({}, {"reason": ""}, "needs its reason"),
        ({}, {"text": ENTRY.text}, "says already"),
    ],
)
def test_what_cannot_be_corrected_is_refused(entry: dict[str, object], asked: dict[str, object], why: str) -> None:
    with pytest.raises(Refused, match=why):
        corrected(msgspec.structs.replace(ENTRY, **entry), msgspec.structs.replace(ASKED, **asked))


def test_what_a_person_said_of_an_incident_can_be_corrected_too() -> None:
    assert why_not(msgspec.structs.replace(ENTRY, kind=LogKind.INCIDENT)) is None


@given(st.floats(0, 1e10), st.floats(-10, 10 * LATE_S))
def test_i5_more_than_five_minutes_between_event_and_entry_is_late(entered: float, before: float) -> None:
    entry = msgspec.structs.replace(ENTRY, event_at=entered - before, entered_at=entered)
    assert is_late(entry) == (entry.entered_at - entry.event_at > 300)


@given(st.none() | st.floats(), st.floats(1e6, 1e10))
def test_i5_nothing_is_written_of_what_has_not_happened(asked: float | None, now: float) -> None:
    try:
        at = event_time(asked, now)
    except Refused:
        assert asked is not None and not 0 < asked <= now + SKEW_S
    else:
        assert at <= now + SKEW_S and at == (now if asked is None else asked)
