"""Who attaches and leaves is in the duty log, once each, with the login, and a line that shakes does not fill it."""

from __future__ import annotations

import asyncio

import pytest

from duty.records import LogKind, NewLogEntry
from tests.support.feeds import HandClock
from tests.support.screens import until
from watch import attendance
from watch.attendance import Attendance


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[NewLogEntry]:
    monkeypatch.setattr(attendance, "BACK_S", 0.05)
    return []


def said(lines: list[NewLogEntry]) -> list[tuple[str, str, str]]:
    return [(one.actor, str(one.said), one.session) for one in lines]


async def test_coming_and_going_are_a_line_each_with_the_login_and_the_moment(lines: list[NewLogEntry]) -> None:
    clock = HandClock()
    seats = Attendance(lines.append, clock)
    seats.came("wang", "pts/3 4711")
    seats.came("li", "- 99")
    seats.went("wang", "pts/3 4711")
    left_at = clock.now().wall
    clock.seconds += 60
    seats.went("li", "- 99")
    await until(lambda: len(lines) == 4)
    assert said(lines) == [
        ("wang", "a screen attaches, on pts/3", "pts/3 4711"),
        ("li", "a screen attaches, without a terminal", "- 99"),
        ("wang", "the screen on pts/3 leaves", "pts/3 4711"),
        ("li", "a screen without a terminal leaves", "- 99"),
    ]
    assert lines[2].event_at == left_at and {one.kind for one in lines} == {LogKind.WATCH}


async def test_a_screen_that_is_back_at_once_was_never_away(
    lines: list[NewLogEntry], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attendance, "BACK_S", 600.0)
    seats = Attendance(lines.append, HandClock())
    seats.came("wang", "pts/3 4711")
    for _ in range(20):
        seats.went("wang", "pts/3 4711")
        seats.came("wang", "pts/3 4711")
    seats.went("wang", "pts/3 4711")
    seats.came("wang", "pts/4 4800")
    seats.end(said=False)
    assert [words for _, words, _ in said(lines)] == [
        "a screen attaches, on pts/3", "a screen attaches, on pts/4", "the screen on pts/3 leaves",
    ]  # fmt: skip


async def test_of_the_last_that_leaves_the_end_of_the_watch_tells(
    lines: list[NewLogEntry], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attendance, "BACK_S", 600.0)
    seats = Attendance(lines.append, HandClock())
    for who in ("li", "wang"):
        seats.came(who, f"pts/{who} 1")
    for who in ("li", "wang"):
        seats.went(who, f"pts/{who} 1")
    seats.end(said=True)
    seats.went("late", "pts/9 1")
    await asyncio.sleep(0)
    assert [actor for actor, words, _ in said(lines) if "leaves" in words] == ["li"]
