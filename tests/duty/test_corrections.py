"""Corrections and late lines: invariants I4 and I5 as rules, without a store or a clock."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from duty.corrections import LATE_S, SKEW_S, Correction, corrected, event_time, is_late, moment, why_not
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


SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 24, 0, 30, tzinfo=SHANGHAI).timestamp()


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("00:10", "2026-11-24T00:10"),
        ("21:05", "2026-11-23T21:05"),
        (" 21:05:30 ", "2026-11-23T21:05:30"),
        ("11-23 21:05", "2026-11-23T21:05"),
        ("12-31 23:00", "2025-12-31T23:00"),
        ("2026-11-20T20:05", "2026-11-20T20:05"),
        ("2026-11-20 20:05:01", "2026-11-20T20:05:01"),
        ("2026-11-20T12:05+00:00", "2026-11-20T20:05"),
    ],
)
def test_a_time_as_people_write_it(text: str, iso: str) -> None:
    assert moment(text, NOW, SHANGHAI) == datetime.fromisoformat(iso).replace(tzinfo=SHANGHAI).timestamp()


@pytest.mark.parametrize(
    "text", ["", "now", "25:00", "2026-11-20", "20261120", "21.05", "02-30 10:00", "99999-01-01T00:00"]
)
def test_what_is_no_time(text: str) -> None:
    assert moment(text, NOW, SHANGHAI) is None


def test_the_night_on_which_clocks_are_put_back_has_every_time_once() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    now = datetime(2026, 10, 25, 12, 0, tzinfo=berlin).timestamp()
    at = moment("13:00", now, berlin)
    assert at == datetime(2026, 10, 24, 13, 0, tzinfo=berlin).timestamp()
    assert now - at == 24 * 3600, "25 hours by the clock on the wall less one"
    assert datetime.fromtimestamp(at, UTC).hour == 11
