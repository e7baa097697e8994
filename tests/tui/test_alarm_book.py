"""What a screen keeps of alarms, whatever comes in which order; which rows are made of it."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from duty.alarm_def import AlarmKey
from duty.alarm_record import Alarm, Suppression
from duty.alarm_states import AlarmState
from duty.maintenance import Window
from duty.phrases import phrase
from duty.records import Subject
from tui.alarm_book import AlarmBook
from wire.alarms import AlarmsChanged, AlarmsHeld, LoadView

WHY = phrase("explained by an alarm of {root}", root="gw")
ACK, UNACK, NORMAL = AlarmState.ACKNOWLEDGED, AlarmState.UNACKNOWLEDGED, AlarmState.NORMAL


def key(number: int) -> AlarmKey:
    return AlarmKey(Subject(f"h{number}", "line", "SGE-2"), "line.no_link")


def alarm(
    number: int, state: AlarmState = UNACK, *, event: int = 1, priority: int = 2, root: int | None = None
) -> Alarm:
    hidden = () if root is None else (Suppression("watchkeeper", WHY, 0.0, by=key(root)),)
    return Alarm(key(number), state, active=True, event=event, priority=priority, began_at=1.0, suppressions=hidden)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 8),
            st.sampled_from(list(AlarmState)),
            st.none() | st.integers(0, 8),
        ),
        max_size=40,
    )
)
def test_the_book_is_what_was_said_last_and_hides_nothing_for_good(
    said: list[tuple[int, AlarmState, int | None]],
) -> None:
    book = AlarmBook()
    last: dict[AlarmKey, Alarm] = {}
    for number, state, root in said:
        one = alarm(number, state, root=root if state is AlarmState.SUPPRESSED else None)
        last[one.key] = one
        book.change(AlarmsChanged((one,)))
        assert book.alarms == {k: v for k, v in last.items() if v.state is not NORMAL}
    whole = AlarmBook()
    whole.hold(AlarmsHeld(tuple(last.values())))
    assert whole.rows() == book.rows()
    top = {row.alarm.key for row in book.rows()}
    beneath = [child.key for row in book.rows() for child in row.beneath]
    assert len(beneath) == len(set(beneath)) and top | set(beneath) == set(book.alarms) and not top & set(beneath)
    unfolded = [row.alarm.key for row in book.rows(top)]
    assert sorted(map(str, unfolded)) == sorted(map(str, book.alarms)), "each once"


def test_one_root_one_row() -> None:
    book = AlarmBook()
    hidden = tuple(alarm(n, AlarmState.SUPPRESSED, root=0) for n in range(1, 38))
    book.hold(AlarmsHeld((alarm(0), *hidden)))
    (row,) = book.rows()
    assert row.hidden == 37 and len(row.beneath) == 37
    assert [row.under for row in book.rows({key(0)})] == [None, *[key(0)] * 37]


def test_what_waits_since_the_last_time_is_told_when_it_comes_whole() -> None:
    book = AlarmBook()
    assert book.hold(AlarmsHeld((alarm(0), alarm(1, ACK)))) == (alarm(0),)
    again = AlarmsHeld((alarm(0), alarm(1, event=2), alarm(2)))
    assert book.hold(again) == (alarm(1, event=2), alarm(2))
    assert book.hold(again) == ()


def test_gone_load_and_windows() -> None:
    book = AlarmBook()
    book.hold(AlarmsHeld((alarm(0), alarm(1)), LoadView(2)))
    window = Window("adhoc:1", (Subject("h1", "host", "h1"),), "li", "new kernel", 0.0, 10.0)
    book.change(AlarmsChanged(gone=(key(0),), windows=(window,)))
    assert set(book.alarms) == {key(1)} and book.load == LoadView(2)
    assert book.window_of(key(1).subject, 5.0) == window and book.window_of(key(1).subject, 10.0) is None
    assert book.window_of(key(2).subject, 5.0) is None
    book.change(AlarmsChanged(load=LoadView(3)))
    assert book.load == LoadView(3) and book.windows == (window,)


def test_urgent_is_what_nobody_has_acknowledged_of_priority_1_and_2() -> None:
    book = AlarmBook()
    urgent = alarm(0, priority=1), alarm(1, priority=2)
    book.hold(AlarmsHeld((alarm(2, priority=3), *reversed(urgent), alarm(3, ACK, priority=1))))
    assert book.urgent == urgent
    assert book.standing.unacknowledged == 3
    copy = book.copy()
    book.change(AlarmsChanged((msgspec.structs.replace(urgent[0], state=ACK),)))
    assert book.urgent == urgent[1:] and copy.urgent == urgent, "a paused picture stays"
