"""What a filter lets through, and what it says of words it does not know."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duty.board import HostView
from duty.connection import Connection, Link
from duty.phrases import Phrase
from duty.quality import Quality, State
from tui.filters import Filter, parse


def host(quality: Quality = Quality.GOOD) -> HostView:
    return HostView(
        id="order-gw-1", label="报盘网关1", role="order-gateway", group="exchange", via=None, state=State.OK,
        quality=quality, why=(), since=0.0, read_at=1.0, connection=Connection(Link.UP, 0.0), interval_s=1.0,
    )  # fmt: skip


def filter_of(text: str, *, problems_only: bool = False) -> Filter:
    found = parse(text, problems_only=problems_only)
    assert isinstance(found, Filter)
    return found


@pytest.mark.parametrize(
    ("text", "state", "shown"),
    [
        ("", State.OK, True),
        ("host:order", State.OK, True),
        ("HOST:ORDER", State.OK, True),
        ("host:quote", State.OK, False),
        ("host:quote,order", State.OK, True),
        ("-host:order", State.OK, False),
        ("host:报盘", State.OK, True),
        ("role:gateway", State.OK, True),
        ("group:settlement", State.OK, False),
        ("state:act", State.OK, False),
        ("state:act,warn", State.WARN, True),
        ("state:bad", State.UNKNOWN, True),
        ("state:bad", State.UNJUDGED, False),
        ("state:a", State.ACT, True),
        ("sge", State.OK, True),
        ("sge-2", State.OK, False),
        ("-sge", State.OK, False),
        ("host:order sge state:ok", State.OK, True),
        ("host:order sge state:act", State.OK, False),
        ("host:", State.OK, True),
    ],
)
def test_terms(text: str, state: State, shown: bool) -> None:
    assert filter_of(text).lets_through(host(), state, ("SGE-1", "报盘")) is shown


def test_a_host_that_is_not_read_is_unknown_whatever_was_last_seen() -> None:
    lost = host(Quality.STALE)
    assert filter_of("state:unknown").lets_through(lost, State.OK, ())
    assert filter_of("state:bad").lets_through(lost, State.OK, ())
    assert filter_of("", problems_only=True).lets_through(lost, State.OK, ())
    assert not filter_of("", problems_only=True).lets_through(host(), State.OK, ())


def test_a_row_without_a_host_fits_no_term_about_hosts() -> None:
    assert not filter_of("host:order").lets_through(None, State.OK, ("order",))
    assert filter_of("-host:order").lets_through(None, State.OK, ())
    assert filter_of("order").lets_through(None, State.OK, ("Order gateway",))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("hots:x", "hots: is no field; did you mean host:?"),
        ("colour:x", "colour: is no field; there are host, role, group, state"),
        ("state:red", "red is no state; there are ok, info, warn, unknown, act, bad"),
    ],
)
def test_what_is_not_understood_is_said(text: str, words: str) -> None:
    found = parse(text)
    assert isinstance(found, Phrase)
    assert str(found) == words


@given(st.text(max_size=60), st.sampled_from(State))
def test_anything_typed_is_a_filter_or_a_reason(text: str, state: State) -> None:
    found = parse(text)
    assert isinstance(found, Phrase | Filter)
    if isinstance(found, Filter):
        assert isinstance(found.lets_through(host(), state, ("words",)), bool)
