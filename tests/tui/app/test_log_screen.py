"""The screen of the duty log: looked through from end to end, searched while it is typed, left and come back to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from duty.log_query import LogQuery
from duty.log_words import ENGLISH
from duty.phrases import phrase
from duty.records import LogEntry, LogKind, LogPage, Ref, Subject
from tests.tui.app.sites import NOW
from tests.tui.app.test_typed_ahead import at_once
from tui.entry_page import KIND_WORDS
from tui.glyphs import ASCII
from tui.log_found import HIT, log_columns, marked
from tui.logbook import KEPT, LogBook
from tui.screens.graph import GraphScreen
from tui.screens.log import LogScreen
from wire.messages import CorrectLog, ReadLog
from wire.words import LANGUAGES, speak

MakeDesk = Callable[..., Any]
SIZES = ((80, 24), (160, 48))
HOST = Subject("qgw1", "host", "qgw1")


def entry(seq: int, text: str = "", **more: Any) -> LogEntry:
    at = NOW - 60 * (2000 - seq)
    return msgspec.structs.replace(
        LogEntry(seq, LogKind.NOTE, at, at, "zhang", HOST, text or f"第{seq}条 line", None, None), **more
    )


def full(d: Any, count: int = 900) -> None:
    """A log of ``count`` lines; each hundredth speaks of a broken line."""
    d.watch.log[:] = [entry(seq, "行情网关断线, GW lost" if seq % 100 == 0 else "") for seq in range(count, 0, -1)]


async def opened(d: Any, *, typing: bool = False) -> LogScreen:
    """The log, with the keys in its search line or in its lines."""
    await d.press("l", *(() if typing else ("tab",)))
    await d.until(lambda: d.screen == "LogScreen" and d.app.screen.book.begun)
    await d.pilot.pause()
    screen = d.app.screen
    assert isinstance(screen, LogScreen)
    return screen


async def still(d: Any, screen: LogScreen) -> None:
    """Nothing is being asked for."""
    await d.pilot.pause()
    await d.until(lambda: not screen._asking)
    await d.pilot.pause()


def shown(screen: LogScreen) -> list[str]:
    """The rows that are seen, as text."""
    table = screen.table
    return ["".join(text for text, _tone in row).strip() for row in table._seen]


async def test_pages_go_through_all_of_it_and_back(desk: MakeDesk) -> None:
    async with desk(size=(160, 48)) as d:
        full(d, 1800)
        screen = await opened(d)
        assert screen.table.key == "1800"
        seen = {screen.table.key}
        for _page in range(400):
            await d.press("pagedown")
            await still(d, screen)
            seen.update(screen.table.keys[screen.table.top : screen.table.top + screen.table.room])
            if screen.book.at_oldest and screen.table.key == "1":
                break
        assert screen.table.key == "1" and len(seen) == 1800
        assert len(screen.book.entries) <= KEPT + 200 and not screen.book.at_newest
        for _page in range(400):
            await d.press("pageup")
            await still(d, screen)
            if screen.table.key == "1800":
                break
        assert screen.table.key == "1800" and screen.book.at_newest
        assert [e.seq for e in screen.book.entries] == list(range(1800, 1800 - len(screen.book.entries), -1))


async def test_home_and_end_are_the_ends_of_the_log_itself(desk: MakeDesk) -> None:
    async with desk() as d:
        full(d, 5000)
        screen = await opened(d)
        await d.press("end")
        await still(d, screen)
        assert screen.table.key == "1" and screen.book.at_oldest and not screen.book.at_newest
        assert sum(isinstance(one, ReadLog) for one in d.watch.asked) <= 3
        await d.press("home")
        await still(d, screen)
        assert screen.table.key == "5000"


async def test_letters_after_its_key_are_words_to_look_for_and_do_nothing(desk: MakeDesk) -> None:
    """An operator types what he looks for: an "a" or an "R" of it must never be a move of an incident."""
    async with desk() as d:
        full(d)
        words = "alarm Rtcnoq"
        at_once(d, "l", *words, "enter")
        await d.until(lambda: d.screen == "LogScreen" and d.app.screen.book.query.terms == ("alarm", "rtcnoq"))
        screen = d.app.screen
        assert screen.line.text == words and not d.watch.commands and d.app.focused is screen.table
        await d.press("escape")
        await d.press("l", *"gw")
        await d.until(lambda: screen.book.query.terms == ("gw",))
        assert d.screen == "LogScreen" and not d.watch.commands, "another text takes the place of the last one"
        await d.press("pagedown")
        assert d.app.focused is screen.table


async def test_escape_leaves_the_line_and_where_nothing_is_typed_the_log(desk: MakeDesk) -> None:
    async with desk() as d:
        full(d, 50)
        screen = await opened(d, typing=True)
        await d.press("escape")
        assert d.screen == "WatchScreen"
        await d.press("l", *"line", "escape")
        assert d.screen == "LogScreen" and d.app.focused is screen.table
        await d.press("escape")
        assert d.screen == "WatchScreen"


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_typed_is_looked_for(desk: MakeDesk, size: tuple[int, int]) -> None:
    async with desk(size=size) as d:
        full(d)
        screen = await opened(d, typing=True)
        await d.type("断线 gw")
        await d.until(lambda: screen.book.query == LogQuery(terms=("断线", "gw")))
        assert [e.seq for e in screen.book.entries] == [900, 800, 700, 600, 500, 400, 300, 200, 100]
        assert "9 found" in d.words
        (row, *_rest) = screen.table._seen
        assert [text for text, tone in row if tone == HIT] == ["gw", "断线", "GW"]
        await d.press("enter")
        assert d.app.focused is screen.table


async def test_typed_ahead_all_of_it_is_one_search(desk: MakeDesk) -> None:
    async with desk() as d:
        full(d)
        at_once(d, "l", "/", *"gw lost", "enter", "enter")
        await d.until(lambda: d.screen in ("EntryScreen", "LogScreen") and d.app.is_screen_installed("log"))
        screen = d.app.get_screen("log")
        await d.until(lambda: screen.book.query.terms == ("gw", "lost"))
        assert not d.watch.commands, "no letter of it was taken for a command"


async def test_what_is_not_understood_is_said_and_the_lines_stay(desk: MakeDesk) -> None:
    async with desk() as d:
        full(d)
        screen = await opened(d, typing=True)
        await d.type("断线")
        await d.until(lambda: len(screen.book.entries) == 9)
        await d.type(" hots:gw")
        await d.until(lambda: "did you mean host:?" in d.words)
        await still(d, screen)
        assert "did you mean host:?" in d.words and len(screen.book.entries) == 9
        screen.line.field.value = "断线 host:risk"
        await d.until(lambda: not screen.book.entries)
        assert screen.table.nothing == "nothing in the log fits" and "mean" not in d.words


@pytest.mark.parametrize("size", SIZES)
async def test_a_line_its_minute_and_back_to_the_same_place(desk: MakeDesk, size: tuple[int, int]) -> None:
    async with desk(size=size) as d:
        full(d)
        d.watch.log[450] = msgspec.structs.replace(d.watch.log[450], entered_at=NOW, incident=1)
        screen = await opened(d, typing=True)
        await d.type("line")
        await d.press("enter")
        await d.until(lambda: screen.book.query.terms == ("line",))
        while screen.table.key != str(d.watch.log[450].seq):
            await d.press("pagedown" if int(screen.table.key) - 60 > d.watch.log[450].seq else "down")
            await still(d, screen)
        place = (screen.table.key, screen.table.top, screen.table._index)
        await d.press("enter")
        await d.until(lambda: d.screen == "EntryScreen")
        for word in ("line 450", "第450条", "qgw1", "zhang", "incident", " late"):
            assert word in d.words, word
        await d.press("g")
        await d.until(lambda: d.screen == "GraphScreen")
        graph = d.app.screen
        assert isinstance(graph, GraphScreen) and graph._moment == d.watch.log[450].event_at
        await d.press("escape", "escape")
        assert d.screen == "LogScreen" and (screen.table.key, screen.table.top, screen.table._index) == place
        await d.press("escape")
        assert d.screen == "WatchScreen"
        assert await opened(d) is screen
        assert (screen.table.key, screen.table.top, screen.table._index) == place and screen.line.text == "line"


async def test_a_line_that_is_written_comes_in_above(desk: MakeDesk) -> None:
    async with desk() as d:
        full(d, 50)
        screen = await opened(d)
        d.watch.write("交接班", "li")
        await d.until(lambda: screen.table.key == "51")
        await d.press("down")
        key = screen.table.key
        d.watch.write("another", "li")
        await d.until(lambda: screen.table.keys[0] == "52")
        assert screen.table.key == key, "who has gone somewhere stays there"
        await d.press("slash")
        await d.type("断线")
        await d.until(lambda: screen.book.query.terms == ("断线",))
        d.watch.write("SGE-2 断线", "li")
        d.watch.write("something else", "li")
        await d.until(lambda: [e.seq for e in screen.book.entries] == [53])


async def test_while_the_watch_is_away_the_lines_stay_and_it_is_asked_again(desk: MakeDesk) -> None:
    async with desk() as d:
        full(d, 50)
        screen = await opened(d)
        d.watch.refuse[ReadLog] = phrase("the store is damaged")
        await d.press("slash")
        await d.type("line 7")
        await d.until(lambda: "the store is damaged" in d.words)
        assert len(screen.book.entries) == 50
        del d.watch.refuse[ReadLog]
        await d.until(lambda: [e.seq for e in screen.book.entries] == [47, 37, 27, 17, 7])
        assert "damaged" not in d.words


@pytest.mark.parametrize("size", SIZES)
async def test_i4_a_line_is_corrected_where_it_is_found_and_both_say_so(desk: MakeDesk, size: tuple[int, int]) -> None:
    async with desk(size=size) as d:
        full(d, 50)
        screen = await opened(d, typing=True)
        await d.type("第47条")
        await d.until(lambda: [e.seq for e in screen.book.entries] == [47])
        await d.press("enter", "x")
        await d.until(lambda: d.screen == "Form")
        d.app.focused.value = "第47条 line, gateway 05"
        await d.press("enter")
        await d.until(lambda: "Still to fill in: Why" in d.words)
        await d.type("typed the wrong number")
        await d.press("enter")
        await d.until(lambda: [(e.seq, e.corrected_by) for e in screen.book.entries] == [(51, None), (47, 51)])
        await d.until(
            lambda: any(row.split("zhang")[-1].split("qgw1")[-1].strip()[:2] == "X " for row in shown(screen))
        )
        await d.press("enter")
        await d.until(lambda: d.screen == "EntryScreen")
        assert screen.table.key == "47" and "corrected by" in d.words and "line 51" in d.words
        await d.press("x")
        await d.until(lambda: "line 47 was corrected already, by line 51" in d.told)


async def test_a_line_that_is_open_shows_that_it_was_corrected_meanwhile(desk: MakeDesk) -> None:
    async with desk(size=(160, 48)) as d:
        full(d, 5)
        d.watch.log[0] = entry(5, refs=(Ref("file", "trace.txt", "ab" * 32, 9),), session="pts/3 4711", hash="cd" * 32)
        await opened(d)
        await d.press("enter")
        await d.until(lambda: d.screen == "EntryScreen")
        for word in ("file trace.txt", "ab" * 32, "pts/3 4711", "cd" * 32, "x: correct it"):
            assert word in d.words, word
        d.watch.correct("wang", CorrectLog(0, 5, "other words", "mistaken"))
        await d.until(lambda: "corrected by" in d.words and "x: correct it" not in d.words)


def test_every_kind_of_line_has_its_words() -> None:
    assert set(KIND_WORDS) == set(LogKind)


async def test_l_leads_back_from_what_was_opened_above_it(desk: MakeDesk) -> None:
    async with desk() as d:
        full(d, 50)
        await opened(d)
        await d.press("enter")
        await d.until(lambda: d.screen == "EntryScreen")
        await d.press("enter")
        await d.until(lambda: d.screen == "HostScreen")
        await d.press("l")
        assert d.screen == "LogScreen"
        await d.press("escape")
        assert d.screen == "WatchScreen"


async def test_help_and_keys_speak_of_it(desk: MakeDesk) -> None:
    async with desk(size=(160, 48)) as d:
        full(d, 5)
        await opened(d)
        await d.press("question_mark")
        assert "looks for words in it" in d.words and "The duty log: all of it" in d.words
        await d.press("escape", "slash", "f1")
        assert "in quotes" in d.words


@pytest.mark.parametrize("width", [40, 79, 119, 159])
@pytest.mark.parametrize("language", LANGUAGES)
def test_rows_are_as_wide_as_they_should_whatever_is_in_them(width: int, language: str) -> None:
    from rich.cells import cell_len

    speak(language)
    query = LogQuery(terms=("断线", "lost"), hosts=("gw",), actors=("ha",))
    head, draw = log_columns(width, "Asia/Shanghai", NOW, query, ASCII)
    wide = sum(cell_len(text) for text, _tone in head)
    hostile = "行情网关" * 30 + "断线 [b]lost[/b]"
    for one in (entry(1), entry(2, hostile), entry(3, actor="", subject=Subject("网" * 40, "disk", "x"))):
        assert sum(cell_len(text) for text, _tone in draw(one)) == wide
    assert any(tone == HIT for _text, tone in draw(entry(2, hostile))), "what stands far on the right is brought in"


def test_marks_in_a_text_that_is_cut() -> None:
    assert marked("断线 now", 20, ("断线",)) == (("断线", HIT), (" now" + " " * 13, ""))
    assert "".join(text for text, _tone in marked("x" * 50 + "hit", 20, ("hit",))).rstrip().endswith("hit")


def page(*seqs: int, reached: int = 0, ended: bool = False) -> LogPage:
    return LogPage(tuple(entry(seq) for seq in seqs), reached, ended)


def test_the_book_knows_when_lines_were_missed() -> None:
    book = LogBook()
    assert book.heard([entry(9)], ENGLISH.say), "before the first answer nothing is missed"
    book.begin(LogQuery(), page(9, 8, 7, reached=7), 9)
    assert book.heard([entry(11), entry(10), entry(9)], ENGLISH.say) and book.entries[0].seq == 11
    assert not book.heard([entry(15), entry(14)], ENGLISH.say)
    book.begin(LogQuery(), page(9, 8, reached=8), 9)
    assert book.heard([entry(10, supersedes=8), entry(9)], ENGLISH.say)
    assert [(one.seq, one.corrected_by) for one in book.entries] == [(10, None), (9, None), (8, 10)]
    book.begin(LogQuery(), page(reached=0, ended=True), 20)
    assert book.heard([entry(20)], ENGLISH.say) and book.entries == [], "what the answer has looked at is no news"
