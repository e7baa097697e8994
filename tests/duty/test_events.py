"""Followed logs: what counts once, what holds the state up, what the duty log is told and how often."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from duty.events import LAST_KEPT, EventMemory, EventTrack
from duty.quality import State
from duty.readings import EventLine, EventPiece
from duty.records import LogKind, Subject
from duty.site import EventPattern, EventRule

NOW = 1_700_000_000.0
RULE = EventRule(
    "gw-log",
    file="/var/log/gw.log",
    patterns=(EventPattern("FATAL", 2), EventPattern("ERROR", 1, "harmless"), EventPattern("login", 0)),
    hold_s=600.0,
)


def piece(
    start: str, end: str, *texts: tuple[int, str], counts: dict[int, int] | None = None, gap: str = ""
) -> EventPiece:
    lines = tuple(EventLine(number, text) for number, text in texts)
    counted = counts or {number: sum(one.pattern == number for one in lines) for number, _ in texts}
    return EventPiece("gw-log", start, end, 100, 0, lines, tuple(sorted(counted.items())), gap)


def track() -> EventTrack:
    made = EventTrack("gw1", RULE)
    made.see(piece("-", "a"), NOW - 100)
    return made


def test_not_read_is_not_well() -> None:
    view = EventTrack("gw1", RULE).view(NOW)
    assert view.state is State.UNKNOWN and view.act_hour is None and view.behind_bytes is None
    assert track().view(NOW).state is State.OK


def test_a_piece_counts_once_and_only_where_it_fits_on() -> None:
    one = track()
    fatal = piece("a", "b", (0, "FATAL x"))
    assert one.see(fatal, NOW) is not None
    assert one.see(fatal, NOW) is None, "the same answer again"
    assert one.see(piece("z", "y", (0, "FATAL y")), NOW) is None, "an answer from somewhere else"
    assert one.view(NOW).act_hour == 1 and one.memory.cursor == "b"


def test_a_line_holds_the_state_up_for_its_time() -> None:
    one = track()
    one.see(piece("a", "b", (1, "ERROR a"), (0, "FATAL b")), NOW)
    view = one.view(NOW + 599)
    assert (view.state, view.acting, [str(why) for why in view.why]) == (State.ACT, True, ["FATAL b", "ERROR a"])
    assert one.view(NOW + 601).state is State.OK and not one.view(NOW + 601).acting
    assert one.view(NOW + 601).act_hour == 1, "it is counted for an hour"
    assert one.view(NOW + 3700).act_hour == 0


def test_a_note_is_shown_and_changes_no_state() -> None:
    one = track()
    step = one.see(piece("a", "b", (2, "login li")), NOW)
    assert step is not None and step.entries == ()
    view = one.view(NOW)
    assert (view.state, view.note_hour, view.last[0].text) == (State.OK, 1, "login li")


def test_a_burst_is_one_line_of_the_duty_log() -> None:
    one = track()
    step = one.see(piece("a", "b", (1, "ERROR 1"), (1, "ERROR 9"), counts={1: 10_000}), NOW)
    assert step is not None
    (entry,) = step.entries
    assert (entry.kind, entry.subject, entry.event_at) == (LogKind.EVENT, Subject("gw1", "event", "gw-log"), NOW)
    assert str(entry.said) == "10000 lines, from ERROR 1 to ERROR 9"
    assert one.view(NOW).warn_hour == 10_000


def test_a_flood_does_not_wash_away_what_is_graver() -> None:
    one = track()
    one.see(piece("a", "b", (0, "FATAL 1"), *((1, f"ERROR {n}") for n in range(40))), NOW)
    assert [line.text for line in one.view(NOW).last] == [f"ERROR {n}" for n in range(39, 33, -1)] + ["FATAL 1"]
    assert str(one.view(NOW).why[0]) == "FATAL 1"


def test_what_goes_on_is_told_once_a_minute() -> None:
    one = track()
    told = []
    cursor = "a"
    for second in range(0, 300, 5):
        step = one.see(piece(cursor, f"c{second}", (1, f"ERROR {second}")), NOW + second)
        cursor = f"c{second}"
        assert step is not None, "what was counted is kept at once"
        told += [str(entry.said) for entry in step.entries]
    assert told == ["ERROR 0"] + [f"12 lines, from ERROR {n} to ERROR {n + 55}" for n in (5, 65, 125, 185)]
    assert one.same(NOW + 299) is None
    rest = one.same(NOW + 301)
    assert rest is not None and [str(e.said) for e in rest.entries] == ["11 lines, from ERROR 245 to ERROR 295"]


def test_what_waited_for_the_duty_log_survives_a_new_start() -> None:
    one = track()
    one.see(piece("a", "b", (0, "FATAL 1")), NOW)
    step = one.see(piece("b", "c", (0, "FATAL 2")), NOW + 5)
    assert step is not None and step.entries == ()
    kept = msgspec.json.decode(msgspec.json.encode(step.memory), type=EventMemory)
    assert kept == step.memory
    two = EventTrack("gw1", RULE, kept)
    assert two.view(NOW + 6).state is State.ACT and two.memory.cursor == "c"
    later = two.same(NOW + 70)
    assert later is not None and [str(e.said) for e in later.entries] == ["to act on: FATAL 2"]


def test_lines_that_may_be_missing_are_said_with_the_time_they_are_missing_of() -> None:
    one = track()
    step = one.see(piece("a", "b", gap="cut"), NOW)
    assert step is not None
    words = "/var/log/gw.log was cut short: lines of the last 100 s may be missing"
    assert [str(entry.said) for entry in step.entries] == [words]
    view = one.view(NOW)
    assert (view.state, [str(why) for why in view.why]) == (State.WARN, [words])
    again = one.see(piece("b", "c", gap="gone"), NOW + 5)
    assert again is not None and again.entries == (), "not each time"
    assert "is another file" in str(one.view(NOW + 5).why[0])


def test_a_cursor_that_only_moved_is_kept_once_a_minute() -> None:
    one = track()
    kept = 0
    cursor = "a"
    for second in range(0, 600, 5):
        kept += one.see(piece(cursor, f"c{second}"), NOW + second) is not None
        cursor = f"c{second}"
    assert kept == 10


def test_another_source_begins_anew_and_the_same_goes_on() -> None:
    one = track()
    one.see(piece("a", "b", (0, "FATAL 1")), NOW)
    one.adopt(msgspec.structs.replace(RULE, patterns=RULE.patterns[:1]))
    assert one.memory.cursor == "b"
    one.adopt(msgspec.structs.replace(RULE, file="/var/log/other.log"))
    assert one.memory.cursor == "-" and one.view(NOW).state is State.UNKNOWN
    assert EventTrack("gw1", msgspec.structs.replace(RULE, file="/x"), track().memory).memory.cursor == "-"


@given(
    st.lists(
        st.tuples(
            st.sampled_from([0, 1, 2, 7]), st.integers(1, 50_000), st.floats(0, 500), st.booleans(), st.booleans()
        ),
        max_size=60,
    )
)
def test_whatever_comes_nothing_is_counted_twice_or_grows_without_end(
    steps: list[tuple[int, int, float, bool, bool]],
) -> None:
    one, now, wanted, entries = EventTrack("gw1", RULE), NOW, 0, 0
    kept: EventMemory | None = None
    for number, (pattern, count, passed, again, restart) in enumerate(steps):
        now += passed
        came = piece(one.memory.cursor, f"c{number}", (pattern, f"line {number}"), counts={pattern: count})
        for _ in range(2 if again else 1):
            step = one.see(came, now)
            if step is not None:
                kept, entries = step.memory, entries + len(step.entries)
        wanted += count if pattern in (0, 1) else 0
        if restart:
            one = EventTrack("gw1", RULE, kept)
    held = sum(row[2] + row[3] for row in one.memory.minutes)
    recent = [row for row in one.memory.minutes if row[0] > now // 60 - 60]
    assert held <= wanted and len(recent) <= 60 and len(one.memory.last) <= sum(LAST_KEPT)
    assert len(one.memory.heaps) <= 2 and entries <= 2 * (1 + (now - NOW) / 60)
