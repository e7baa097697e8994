"""Graphs: what is drawn where, in all three kinds of signs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.graphs import ASCII, BLOCKS, BRAILLE, Axis, Frame, Limit, Mark, Point, graph, span_of
from tui.pager import Line

AXIS = Axis(lambda value: f"{value:.0f}", lambda at: f"{at:.0f}s")
KINDS = (BRAILLE, BLOCKS, ASCII)


def text(lines: list[Line]) -> list[str]:
    return ["".join(piece for piece, _tone in line) for line in lines]


def flat(value: float | None, count: int = 100) -> list[Point]:
    return [Point(float(at), value, value, value) for at in range(count)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_flat_line_is_one_row_and_the_axis_names_its_ends(kind: str) -> None:
    rows = text(graph(flat(100.0), Frame(40, 6, 0, 99, 0, 100), AXIS, kind=kind))
    assert rows[0].startswith("    100") and rows[5].startswith("      0")
    assert rows[6].strip().startswith("0s") and rows[6].endswith("99s")
    filled = [row[8:].strip(" \u2800") != "" for row in rows[:6]]
    assert filled == ([True, False, False, False, False, False] if kind == BRAILLE else [True] * 6)


@pytest.mark.parametrize("kind", KINDS)
def test_a_gap_stays_empty(kind: str) -> None:
    points = [*flat(50.0, 40), *(Point(float(at), None, None, None) for at in range(40, 60)),
              *(Point(float(at), 50.0, 50.0, 50.0) for at in range(60, 100))]  # fmt: skip
    rows = text(graph(points, Frame(108, 4, 0, 100, 0, 100), AXIS, kind=kind))
    gap = {row[8 + 41 : 8 + 59].strip(" \u2800") for row in rows[:4]}
    assert gap == {""}


@pytest.mark.parametrize("kind", KINDS)
def test_limits_and_moments_are_seen_behind_the_values(kind: str) -> None:
    lines = graph(
        flat(10.0), Frame(60, 8, 0, 99, 0, 100), AXIS,
        limits=[Limit(80.0, "act")], marks=[Mark(50.0, "warn")], kind=kind,
    )  # fmt: skip
    tones = [{tone for _piece, tone in line} for line in lines[:8]]
    assert sum("act" in row for row in tones) == 1
    assert sum("warn" in row for row in tones) == 8


def test_nothing_read_is_an_empty_graph_not_a_zero() -> None:
    bottom, top = span_of([Point(0.0, None, None, None)])
    rows = text(graph([Point(0.0, None, None, None)], Frame(40, 4, 0, 10, bottom, top), AXIS))
    assert all(row[8:].strip(" \u2800") == "" for row in rows[:4])


def test_a_limit_far_above_does_not_flatten_what_was_read() -> None:
    assert span_of(flat(5.0), [Limit(1000.0, "act")]) == (0.0, 5.0)
    assert span_of(flat(50.0), [Limit(80.0, "act")]) == (0.0, 80.0)
    assert span_of(flat(-5.0)) == (-5.0, -4.5)


finite = st.floats(-1e12, 1e12)
points = st.lists(
    st.builds(lambda at, a, b, gone: Point(at, None, None, None) if gone else Point(at, min(a, b), a, max(a, b)),
              st.floats(0, 1000), finite, finite, st.booleans()), max_size=60)  # fmt: skip


@given(points, st.integers(4, 120), st.integers(1, 30), st.sampled_from(KINDS), finite)
def test_every_line_has_the_width_asked_for(
    drawn: list[Point], width: int, height: int, kind: str, level: float
) -> None:
    limits = [Limit(level, "act")]
    bottom, top = span_of(drawn, limits, floor=None)
    lines = graph(
        drawn, Frame(width, height, 0, 1000, bottom, top), AXIS, limits=limits, marks=[Mark(3, "x")], kind=kind
    )
    assert len(lines) == height + 1
    assert {cell_len(row) for row in text(lines[:-1])} == {max(width, AXIS.label + 5)}
