"""What the words of a query of the duty log mean."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duty.log_query import LogQuery, parse
from duty.log_words import ENGLISH, folded, marks, searched
from duty.phrases import Phrase, of, phrase
from duty.records import LogEntry, LogKind, Subject

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 24, 2, 30, tzinfo=ZONE).timestamp()


def at(*when: int) -> float:
    return datetime(*when, tzinfo=ZONE).timestamp()  # type: ignore[misc,arg-type]


def entry(text: str = "", **more: object) -> LogEntry:
    values: dict[str, object] = {
        "seq": 1, "kind": LogKind.NOTE, "event_at": NOW, "entered_at": NOW, "actor": "wang", "subject": Subject(),
        "text": text, "said": None, "incident": None,
    }  # fmt: skip
    return LogEntry(**{**values, **more})  # type: ignore[arg-type]


def asked(text: str) -> LogQuery:
    query = parse(text, ZONE, NOW)
    assert isinstance(query, LogQuery), str(query)
    return query


def refused(text: str) -> str:
    why = parse(text, ZONE, NOW)
    assert isinstance(why, Phrase), why
    return str(why)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", ()),
        ("网关 断线", ("网关", "断线")),
        ("网关　断线", ("网关", "断线")),
        ("  Order  ORDER ", ("order",)),
        ('"Order  gateway" lost', ("order gateway", "lost")),
        ("“行情 网关”", ("行情 网关",)),
        ('"still being typed', ("still being typed",)),
        ('a"b c"', ("a", "b c")),
        ("10:31 tcp/9001 原因：断线", ("10:31", "tcp/9001", "原因:断线")),
        ("ＳＧＥ－２", ("sge-2",)),
        ('"host:gw"', ("host:gw",)),
        ('""', ()),
    ],
)
def test_words_and_phrases(text: str, terms: tuple[str, ...]) -> None:
    assert asked(text) == LogQuery(terms=terms)


def test_fields_take_several_values_and_wait_for_them() -> None:
    query = asked("host:GW,risk Kind:note,incident incident:#12,7 actor:watch host:db 断线")
    assert query.hosts == ("gw", "risk", "db") and query.actors == ("watch",)
    assert query.kinds == (LogKind.NOTE, LogKind.INCIDENT) and query.incidents == (12, 7)
    assert query.terms == ("断线",)
    assert asked("host: since: 断线") == asked("断线"), "a field without its value is still being typed"
    assert asked("host：gw") == asked("host:gw"), "the colon of a Chinese keyboard"


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("since:2026-11-20", at(2026, 11, 20), None),
        ("until:2026-11-20", None, at(2026, 11, 21)),
        ("since:yesterday until:yesterday", at(2026, 11, 23), at(2026, 11, 24)),
        ("since:today", at(2026, 11, 24), None),
        ("since:21:00", at(2026, 11, 23, 21), None),
        ("since:02:00 until:02:15", at(2026, 11, 24, 2), at(2026, 11, 24, 2, 15)),
        ("since:2026-11-20T21:00", at(2026, 11, 20, 21), None),
        ('since:"2026-11-20 21:00:30"', at(2026, 11, 20, 21, 0, 30), None),
        ("since:2026-11-20T21:00Z", at(2026, 11, 21, 5), None),
        ("since:-2h", NOW - 7200, None),
        ("since:3d until:-90m", NOW - 3 * 86400, NOW - 5400),
    ],
)
def test_times(text: str, since: float | None, until: float | None) -> None:
    assert asked(text) == LogQuery(since=since, until=until)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hots:gw", "hots: is no field; did you mean host:?"),
        ("untill:today", "did you mean until:?"),
        ("error:disk", '"error:disk"'),
        ("kind:nte", "did you mean note?"),
        ("kind:zzz", "there are note, incident"),
        ("incident:twelve", "twelve is no number of an incident"),
        ("since:tomorow", "tomorow is no time"),
        ("since:2026-13-40", "is no time"),
        ("until:25:00", "is no time"),
        ("since:today until:yesterday", "since: is not before until:"),
    ],
)
def test_what_is_not_understood_is_said_with_the_nearest_right_word(text: str, said: str) -> None:
    assert said in refused(text)


@given(st.text(max_size=60))
def test_any_text_is_a_query_or_a_reason(text: str) -> None:
    assert isinstance(parse(text, ZONE, NOW), LogQuery | Phrase)


def test_all_that_is_said_of_a_line_is_searched() -> None:
    said = of("gw-1", phrase("lost after {seconds} s", seconds=3))
    line = entry("Ｗindow　closed", said=said, subject=Subject("gw-1", "disk", "/Data"), actor="Li Wei")
    say = lambda _said: ("gw-1: lost after 3 s", "gw-1: 3 秒后断开")  # noqa: E731
    for text in ('"window closed"', "LOST", "断开", "gw-1", "/data", '"li wei"', "host:gw actor:wei", "秒后 lost"):
        assert asked(text).fits(line, say), text
    for text in ("gone", '"closed gw"', "host:risk", "actor:wang", "kind:watch", "incident:3", "until:yesterday"):
        assert not asked(text).fits(line, say), text
    assert asked("actor:watch").fits(entry("x", actor=""), say)
    assert not asked("actor:watch").fits(line, say)


@given(st.text(max_size=30), st.text(max_size=4))
def test_what_fits_is_marked(text: str, term: str) -> None:
    wanted = folded(term)
    found = marks(text, [wanted])
    assert all(0 <= begin < end <= len(text) for begin, end in found)
    assert all(one[1] < other[0] for one, other in pairwise(found))
    if text.isascii() and wanted:
        assert bool(found) == (wanted in folded(text))


def test_marks_stand_where_the_words_do() -> None:
    assert marks("行情网关断线, GW lost", ("网关", "gw", "关断")) == [(2, 5), (8, 10)]
    assert marks("ＧＷ－１　重连", ("gw-1 重",)) == [(0, 6)]
    assert marks("nothing", ("x", "")) == []


def test_a_search_never_finds_across_the_parts_of_a_line() -> None:
    assert "\n" in searched(entry("one", actor="two"), ENGLISH.say)
    assert not asked('"one two"').fits(entry("one", actor="two"), ENGLISH.say)


def test_trading_day_shift_and_post_are_those_that_were_written() -> None:
    night = entry(trading_day="2026-11-25", shift="Night", post="1")
    for text, fits in {
        "day:2026-11-25": True, "day:2026-11-24,2026-11-25": True, "day:2026-11-24": False,
        "shift:night": True, "shift:day": False, "post:1": True, "post:11": False, "shift:night post:2": False,
    }.items():  # fmt: skip
        assert asked(text).fits(night, ENGLISH.say) is fits, text
        assert not asked(text).fits(entry(), ENGLISH.say), "of which it is not known"
