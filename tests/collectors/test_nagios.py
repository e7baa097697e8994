from __future__ import annotations

import math
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.nagios import MAX_DETAIL, MAX_NUMBERS, MAX_TEXT, parse, perfdata, reading
from duty.clean import clean
from duty.readings import Perf, PerfRange


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("load1=0.52;8;12;0;", Perf("load1", 0.52, "", PerfRange(0, 8), PerfRange(0, 12), 0, None)),
        ("size=2048MB;;;0;4096", Perf("size", 2 * 2**30, "B", None, None, 0, 4 * 2**30)),
        ("time=250ms;500;1000", Perf("time", 0.25, "s", PerfRange(0, 0.5), PerfRange(0, 1))),
        ("'free space'=12%;20:;10:", Perf("free space", 12, "%", PerfRange(20, None), PerfRange(10, None))),
        ("'it''s'=1", Perf("it's", 1)),
        ("q=3;@10:20;~:5", Perf("q", 3, "", PerfRange(10, 20, True), PerfRange(None, 5))),
        ("rows=U;1;2", Perf("rows", None, "", PerfRange(0, 1), PerfRange(0, 2))),
        ("in=8821c", Perf("in", 8821, "c")),
        ("t=-1,5;-5:5;;;", Perf("t", -1.5, "", PerfRange(-5, 5))),
        ("e=1.5e3KB", Perf("e", 1.5e3 * 1024, "B")),
        ("x=1;foo;12:bar;;zz", Perf("x", 1)),
    ],
)
def test_a_number_is_read_as_the_guidelines_say(text: str, wanted: Perf) -> None:
    assert perfdata(text) == (wanted,)


@pytest.mark.parametrize("text", ["", "=5", "a=", "a=x", "a b", "'open=1", "a=1e999", "a=nan", "a=1..2", ";;;"])
def test_what_is_no_number_is_passed_over(text: str) -> None:
    assert all(one.value is None for one in perfdata(text))
    assert [one.label for one in perfdata(f"{text} good=1") if one.value == 1] == ["good"]


def test_text_further_lines_and_numbers_of_both_parts() -> None:
    output = (
        "DISK OK - free | /=2643MB;5948;5958;0;5968\n/ 15272 MB (77%);\n"
        "/boot 68 MB | /boot=68MB;88;93;0;98\n/home=69357MB\n"
    )
    text, detail, numbers = parse(output)
    assert text == "DISK OK - free"
    assert detail == "/ 15272 MB (77%);\n/boot 68 MB"
    assert [one.label for one in numbers] == ["/", "/boot", "/home"]
    assert numbers[0].maximum == 5968 * 2**20


@pytest.mark.parametrize(
    ("status", "outcome"), [(0, "answered"), (1, "answered"), (2, "answered"), (3, "answered"), (4, "answered"),
                            (255, "answered"), (137, "answered"), (126, "unable"), (127, "unable"), (None, "unable")],
)  # fmt: skip
def test_an_exit_is_told_from_no_exit(status: int | None, outcome: str) -> None:
    got = reading("k", status, "words | a=1")
    assert (got.outcome, got.exit) == (outcome, status)


def test_complaints_count_only_where_nothing_was_said() -> None:
    assert reading("k", 2, "CRIT", "warning: locale").text == "CRIT"
    assert reading("k", 3, "", "\n  no such database\n").text == "no such database"
    assert reading("k", 0, "", "deprecated").text == ""


HOSTILE = st.text(st.characters(codec="utf-8")) | st.text("'=;:@~|\n U%0123456789.,eE+-smkKMGTBc\x1b\x9b\u202e")


@given(HOSTILE, st.none() | st.integers(-300, 300))
def test_no_output_breaks_it_or_gets_through_as_more_than_text(output: str, status: int | None) -> None:
    got = reading("k", status, output)
    assert len(got.text) <= MAX_TEXT and len(got.detail) <= MAX_DETAIL and len(got.perf) <= MAX_NUMBERS
    for text in (got.text, *got.detail.split("\n"), *(one.label + one.unit for one in got.perf)):
        assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs") for char in text), repr(text)
    for one in got.perf:
        for value in (one.value, one.minimum, one.maximum):
            assert value is None or math.isfinite(value)
    assert len({one.label for one in got.perf}) == len(got.perf)


FIGURE = st.floats(-1e9, 1e9, allow_nan=False).map(lambda value: round(value, 6))
LABEL = st.text(st.characters(codec="utf-8", categories=["L", "N", "Zs"]), min_size=1, max_size=20).filter(
    lambda text: text.strip() == text and unicodedata.is_normalized("NFC", text) and clean(text) == text
)


@given(st.dictionaries(LABEL, st.tuples(FIGURE, FIGURE), max_size=8))
def test_what_a_plugin_writes_is_what_is_read(numbers: dict[str, tuple[float, float]]) -> None:
    text = " ".join(f"'{label}'={value:f};;;0;{most:f}" for label, (value, most) in numbers.items())
    got = perfdata(text)
    assert [(one.label, one.value, one.maximum) for one in got] == [
        (label, pytest.approx(value, abs=1e-5), pytest.approx(most, abs=1e-5))
        for label, (value, most) in numbers.items()
    ]


def test_half_a_number_is_no_number() -> None:
    whole = "OK | a=12345 b=67890"
    assert [one.label for one in parse(whole)[2]] == ["a", "b"]
    assert [one.label for one in parse(whole[:-2], cut=True)[2]] == ["a"]
    long = "OK |" + "".join(f" n{number}=123456789" for number in range(3000))
    assert all(one.value == 123456789 for one in parse(long)[2])
