"""The picture: merging, bounded, and honest about the time."""

from __future__ import annotations

from msgspec import structs

from duty.records import LogEntry, LogKind, Subject
from tests.tui.app.sites import AWAY, NOW, PRACTICE, SITE, WELL
from tui.picture import LOG_KEPT, Picture
from wire.messages import BoardUpdate, LogWritten, Resync, Welcome


class Clock:
    now = NOW

    def __call__(self) -> float:
        return self.now


def entry(seq: int) -> LogEntry:
    return LogEntry(seq, LogKind.NOTE, NOW, NOW, "li", Subject(), f"line {seq}", None, None)


def board(seq: int, at: float = NOW, *, full: bool = False, site: object = SITE, hosts: object = ()) -> BoardUpdate:
    return BoardUpdate(seq, at, full, site, hosts)


def test_partial_boards_say_what_changed() -> None:
    picture = Picture("li", Clock())
    assert picture.board(board(1, full=True, hosts=(WELL, AWAY))) is None
    assert picture.board(board(2, hosts=(structs.replace(WELL, samples=9),))) == {"qgw1"}
    assert picture.hosts["qgw1"].samples == 9 and picture.hosts[AWAY.id] == AWAY
    assert picture.board(board(3, site=PRACTICE)) is None
    assert picture.practice
    assert picture.board(board(4, site=PRACTICE, full=True, hosts=(AWAY,))) is None
    assert list(picture.hosts) == [AWAY.id]


def test_a_board_that_waited_in_the_socket_does_not_make_readings_young() -> None:
    clock = Clock()
    picture = Picture("li", clock)
    picture.board(board(1, NOW + 0.5, full=True))
    assert picture.now == NOW + 0.5
    clock.now = NOW + 300
    picture.board(board(2, NOW + 1))
    assert picture.now == NOW + 300.5


def test_ages_grow_while_the_watch_is_away() -> None:
    clock = Clock()
    picture = Picture("li", clock)
    picture.welcome(Welcome(1, "1", 1, NOW, True, "li", (), ()))
    picture.board(board(1, full=True, hosts=(WELL,)))
    clock.now = NOW + 10
    picture.parted()
    clock.now = NOW + 60
    picture.parted()
    assert (picture.connected, picture.gone_since, picture.now) == (False, NOW + 10, NOW + 60)
    assert picture.heard_at == NOW and picture.hosts == {"qgw1": WELL}


def test_the_log_is_bounded_and_has_no_line_twice() -> None:
    picture = Picture("li", Clock())
    for seq in range(LOG_KEPT + 50):
        picture.entry(LogWritten(entry(seq)))
        picture.entry(LogWritten(entry(seq)))
    assert [line.seq for line in picture.log] == list(range(LOG_KEPT + 49, 49, -1))
    picture.resync(Resync((), (entry(7),)))
    assert [line.seq for line in picture.log] == [7]
