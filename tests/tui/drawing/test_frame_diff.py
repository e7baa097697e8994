"""What is written of a frame: exactly what the terminal does not show, whole characters, the shortest change of pen."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from tests.support.replay import Replay
from tui.frame_diff import FrameDiff, _cells
from tui.frugal import wanted
from tui.pens import PLAIN, Pen, Pens, blank, change

WIDTH, HEIGHT = 24, 5
CONSOLE = Console(color_system="truecolor", force_terminal=True)
STYLES = tuple(
    Style.parse(words)
    for words in (
        "", "red", "bold red", "dim", "on blue", "bold dim green on blue", "reverse", "underline #123456",
        "italic strike", "color(3) on color(200)", "default on default",
    )
)  # fmt: skip
CUTS = (0, 7, 8, 17, WIDTH)

# A mark with no letter before it in its own piece belongs to nobody and is not drawn.
texts = st.lists(st.sampled_from([*"ab 1  中文字●─▁é🚨ｶ", "e\u0301", "中\u0301"]), max_size=WIDTH).map("".join)
pieces = st.lists(st.tuples(texts, st.sampled_from(STYLES)), max_size=4)


def strip_of(spans: Sequence[tuple[str, Style]], width: int) -> Strip:
    return Strip([Segment(text, style) for text, style in spans if text]).adjust_cell_length(width)


@st.composite
def lines(draw: st.DrawFn) -> list[Strip]:
    """One line as the compositor has it: a strip for each part between two cuts."""
    return [strip_of(draw(pieces), right - left) for left, right in pairwise(CUTS)]


class Part(NamedTuple):
    """A change of some parts of a line."""

    y: int
    first: int
    strips: list[Strip]


@st.composite
def parts(draw: st.DrawFn) -> Part:
    first = draw(st.integers(0, len(CUTS) - 2))
    last = draw(st.integers(first, len(CUTS) - 2))
    return Part(draw(st.integers(0, HEIGHT - 1)), first, draw(lines())[first : last + 1])


def whole(state: list[list[Strip]]) -> LayoutUpdate:
    return LayoutUpdate([list(line) for line in state], Region(0, 0, WIDTH, HEIGHT))


def partial(state: list[list[Strip]], part: Part) -> ChopsUpdate:
    chops: list[dict[int, Strip | None]] = [dict.fromkeys(CUTS[:-1]) for _line in range(HEIGHT)]
    chops[part.y] = dict(zip(CUTS, state[part.y], strict=False))
    span = (part.y, CUTS[part.first], CUTS[part.first + len(part.strips)])
    return ChopsUpdate(chops, [span], [list(CUTS[1:]) for _line in range(HEIGHT)])


def shown(text: str, onto: Replay | None = None) -> Replay:
    replay = onto or Replay(WIDTH, HEIGHT)
    replay.feed(text)
    return replay


@settings(max_examples=150, deadline=None)
@given(st.lists(lines(), min_size=HEIGHT, max_size=HEIGHT), st.lists(st.one_of(parts(), st.none()), max_size=12))
def test_any_sequence_of_frames_ends_as_a_full_repaint(state: list[list[Strip]], changes: list[Part | None]) -> None:
    diff, terminal = FrameDiff(ColorSystem.TRUECOLOR), Replay(WIDTH, HEIGHT)
    terminal.feed(diff.changes(whole(state)))
    for part in changes:
        if part is None:
            diff.forget()
            terminal.screen.reset()
            terminal.feed("\x1b[?7l" + diff.changes(whole(state)))
        else:
            state[part.y][part.first : part.first + len(part.strips)] = part.strips
            terminal.feed(diff.changes(partial(state, part)))
        assert terminal.cells() == shown(whole(state).render_segments(CONSOLE)).cells()
        assert diff.changes(whole(state)) == ""


@settings(max_examples=60, deadline=None)
@given(st.lists(lines(), min_size=HEIGHT, max_size=HEIGHT), st.lists(lines(), min_size=HEIGHT, max_size=HEIGHT))
def test_it_never_writes_more_than_plain_textual(before: list[list[Strip]], after: list[list[Strip]]) -> None:
    diff = FrameDiff(ColorSystem.TRUECOLOR)
    diff.changes(whole(before))
    assert len(diff.changes(whole(after))) <= len(whole(after).render_segments(CONSOLE))


def one_line(*spans: tuple[str, str]) -> LayoutUpdate:
    strip = strip_of([(text, Style.parse(style)) for text, style in spans], WIDTH)
    return LayoutUpdate([[strip]], Region(0, 0, WIDTH, 1))


@pytest.mark.parametrize(
    ("before", "after", "written"),
    [
        ("12 %  ok", "12 %  ok", ""),
        ("12 %  ok", "13 %  ok", "\x1b[1;2H3"),
        ("a1 b", "a2 c", "\x1b[1;2H2 c"),
        ("1234567890", "x23456789y", "\x1b[1;1Hx\x1b[10Gy"),
        ("中文", "中午", "\x1b[1;3H午"),
        ("a中", "中a", "\x1b[1;1H中a"),
        ("中b", "a b", "\x1b[1;1Ha "),
        ("", "  ", ""),
    ],
)
def test_only_what_differs_is_written(before: str, after: str, written: str) -> None:
    diff = FrameDiff(ColorSystem.TRUECOLOR)
    diff.changes(one_line((before, "")))
    assert diff.changes(one_line((after, ""))) == written


@pytest.mark.parametrize("left_over", ["\u1161\u11a8", "\u0301", "\u064b"])
def test_what_stood_on_a_letter_that_was_cut_in_half_is_not_written(left_over: str) -> None:
    assert list(_cells(f"a {left_over}b")) == ["a", " ", "b"]
    assert next(iter(_cells(f"e{left_over}b"))) == f"e{left_over}", "on a letter it is text"


def test_equal_neighbours_share_one_pen_and_blanks_take_any() -> None:
    diff = FrameDiff(ColorSystem.TRUECOLOR)
    diff.changes(one_line(("", "")))
    written = diff.changes(one_line(("ab", "red"), ("cd", "red"), ("  ", "green"), ("e", "red")))
    assert written == "\x1b[1;1H\x1b[31mabcd  e\x1b[m"
    diff.forget()
    assert diff.changes(one_line(("ab", "red"))).startswith("\x1b[1;1H\x1b[31mab")


def test_another_size_is_written_whole() -> None:
    diff = FrameDiff(ColorSystem.TRUECOLOR)
    diff.changes(one_line(("ab", "")))
    other = LayoutUpdate([[strip_of([("ab", Style())], 10)]], Region(0, 0, 10, 1))
    assert diff.changes(other) == "\x1b[1;1Hab        "


def test_a_part_of_a_forgotten_screen_is_written_and_the_rest_stays_unknown() -> None:
    state = [[strip_of([("abc", Style())], right - left) for left, right in pairwise(CUTS)]] * HEIGHT
    diff = FrameDiff(ColorSystem.TRUECOLOR)
    assert diff.changes(partial(state, Part(1, 1, [state[1][1]]))) == "\x1b[2;8Ha"
    assert "\x1b[1;1Habc" in diff.changes(whole(state))


pens = st.builds(
    Pen,
    st.sampled_from(("", "31", "38;2;1;2;3")),
    st.sampled_from(("", "44", "48;5;17")),
    st.frozensets(st.sampled_from(("bold", "dim", "italic", "underline", "reverse", "strike")), max_size=4),
    st.just(""),
)


@given(st.lists(pens, min_size=1, max_size=6))
def test_a_pen_is_the_same_however_it_was_reached(path: list[Pen]) -> None:
    pen, written = PLAIN, ""
    for new in path:
        written += change(pen, new) + "x"
        pen = new
    walked = shown(written)
    for x, each in enumerate(path):
        assert walked.cells()[0][x] == shown(change(PLAIN, each) + "x").cells()[0][0]


@given(pens, pens)
def test_a_change_of_pen_says_no_more_than_starting_anew(old: Pen, new: Pen) -> None:
    assert len(change(old, new)) <= len("\x1b[m" + change(PLAIN, new))


@given(pens)
def test_a_blank_looks_the_same_with_what_is_left_of_its_pen(pen: Pen) -> None:
    assert shown(change(PLAIN, pen) + " ").cells()[0][0] == shown(change(PLAIN, blank(pen)) + " ").cells()[0][0]


@pytest.mark.parametrize("system", list(ColorSystem)[:3])
def test_colours_are_those_of_the_terminal(system: ColorSystem) -> None:
    codes = Pens(system).of(Style.parse("#5fa8d3 on #0f1419"))
    longest = {ColorSystem.STANDARD: r"\d\d", ColorSystem.EIGHT_BIT: r"38;5;\d+", ColorSystem.TRUECOLOR: r"38;2;.*"}
    assert re.fullmatch(longest[system], codes.fore)


@pytest.mark.parametrize(
    ("value", "on"), [({}, True), ({"WATCHKEEPER_FRAME_DIFF": "1"}, True), ({"WATCHKEEPER_FRAME_DIFF": "0"}, False)]
)
def test_one_switch_turns_it_off(value: dict[str, str], on: bool) -> None:
    assert wanted(value) is on


@pytest.mark.parametrize(
    ("cut", "new", "line"), [(3, "x", "ab x"), (3, "好", "ab 好"), (2, "x", "abx "), (0, "日", "日中")]
)
def test_half_of_a_wide_character_is_never_left(cut: int, new: str, line: str) -> None:
    diff, terminal = FrameDiff(ColorSystem.TRUECOLOR), Replay(WIDTH, 1)
    terminal.feed(diff.changes(one_line(("ab中", "red"))))
    strip = Strip([Segment(new)])
    end = cut + strip.cell_length
    terminal.feed(diff.changes(ChopsUpdate([{0: None, cut: strip}], [(0, cut, end)], [[cut, end, WIDTH][cut == 0 :]])))
    assert terminal.screen.display[0].rstrip() == line.rstrip()
    assert [cell.text for cell in terminal.cells()[0]].count("") == sum(not char.isascii() for char in line)
