from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from duty.apps import DAY_S, AppTrack
from duty.board import AppView
from duty.connection import Connection, Link
from duty.forecast import FLAT, Forecast, NoForecast
from duty.host_state import HostState
from duty.moment import Moment
from duty.phrases import phrase
from duty.quality import State
from duty.readings import AppReading, Certificate, Perf, PerfRange, Sample
from duty.records import Subject
from duty.series import SeriesKey
from duty.site import AppRule, HostSpec, Limits, PerfBound, PerfLimit
from tests.support.watchful import Watchful

NOW = 1_700_000_000.0
WEB = AppRule("web", "http", "https://a/", secure=True, cert_days=Limits(30, 7), time_s=Limits(0.2, 1.0))
DB = AppRule("db", "command", "check_db", argv=("check_db",), interval_s=60, deadline_s=10)


def at(seconds: float) -> Moment:
    return Moment(NOW + seconds, seconds)


def certificate(days: float, **more: object) -> Certificate:
    made = Certificate("front", "firm", NOW - 100 * DAY_S, NOW + days * DAY_S, ("front",), True)
    return msgspec.structs.replace(made, **more)


def seen(rule: AppRule, **reading: object) -> AppView:
    track = AppTrack(rule, at(0))
    track.see(AppReading(rule.key, **{"outcome": "answered", **reading}), at(1))  # type: ignore[arg-type]
    return track.view(at(1), None)


@pytest.mark.parametrize(
    ("days", "more", "state", "said"),
    [
        (90, {}, State.OK, ""),
        (29, {}, State.WARN, "ends in 29 d (limit 30 d)"),
        (1, {}, State.ACT, "ends in 24 h (limit 7 d)"),
        (-2, {}, State.ACT, "ended 48 h ago"),
        (90, {"verified": False, "fault": "name"}, State.ACT, "for another name: front"),
        (90, {"verified": False, "fault": "not_yet"}, State.ACT, "not valid yet"),
        (90, {"verified": False, "fault": "issuer"}, State.WARN, "issuer is not known here: firm"),
        (90, {"verified": False, "fault": "self_signed"}, State.WARN, "nobody vouches"),
        (90, {"verified": False, "fault": "other", "words": "unsuitable"}, State.WARN, "unsuitable"),
        (2.5, {"verified": None}, State.ACT, "ends in 60 h"),
    ],
)
def test_certificates(days: float, more: dict[str, object], state: State, said: str) -> None:
    view = seen(WEB, certificate=certificate(days, **more))
    assert view.state is state and said in (str(view.why[0]) if view.why else "")
    assert view.cert_days == pytest.approx(days, abs=0.01)


def test_a_number_that_reaches_its_limit_within_a_day_warns() -> None:
    track, hour = AppTrack(DB, at(0)), 3600.0
    numbers = (Perf("/data", 80.0, "B", maximum=100.0), Perf("sessions", 5.0), Perf("other", 1.0, maximum=9.0))
    track.see(AppReading("db", "answered", perf=numbers, exit=0), at(1))
    keys = [SeriesKey("perf", f"db {label}", "value") for label in ("/data", "sessions", "other")]
    track.foresee({keys[0]: Forecast(5 * hour, 4 * hour, 6 * hour), keys[1]: Forecast(60.0, 50.0, 70.0)})
    found = track.view(at(1), None)
    assert (found.state, [str(why) for why in found.why]) == (State.WARN, ["/data reaches its limit in 5 h (4-6 h)"])
    assert [one.state for one in found.perf] == [State.WARN, State.OK, State.OK]
    assert [one.time_to_limit is not None for one in found.perf] == [True, False, False], "sessions have no limit"
    track.foresee({keys[0]: Forecast(50 * hour, 40 * hour, 60 * hour), keys[2]: FLAT})
    found = track.view(at(1), None)
    assert found.state is State.OK
    assert [isinstance(one.time_to_limit, NoForecast) for one in found.perf] == [False, False, True]


def test_an_ended_certificate_is_said_once() -> None:
    assert len(seen(WEB, certificate=certificate(-1, verified=False, fault="ended")).why) == 1


def test_a_bad_page_does_not_hide_a_bad_certificate() -> None:
    view = seen(WEB, outcome="failed", why=phrase("answers with status 503"), certificate=certificate(1))
    assert [str(why) for why in view.why] == ["answers with status 503", "the certificate ends in 24 h (limit 7 d)"]


def test_an_unjudged_certificate_still_shows_its_days() -> None:
    rule = msgspec.structs.replace(WEB, verify=False, cert_days=Limits())
    view = seen(rule, certificate=certificate(-5, verified=None))
    assert (view.state, view.cert_days) == (State.OK, -5)


@pytest.mark.parametrize(
    ("outcome", "state"), [("answered", State.OK), ("failed", State.ACT), ("unable", State.UNKNOWN)]
)
def test_not_answering_is_not_the_same_as_not_asked(outcome: str, state: State) -> None:
    assert seen(WEB, outcome=outcome, why=phrase("x")).state is state


@pytest.mark.parametrize(("seconds", "state"), [(0.1, State.OK), (0.3, State.WARN), (2.0, State.ACT)])
def test_a_slow_answer(seconds: float, state: State) -> None:
    view = seen(WEB, steps=(("connect", 0.01), ("whole", seconds)))
    assert (view.state, view.response_s) == (state, seconds)


@pytest.mark.parametrize(
    ("code", "state"), [(0, State.OK), (1, State.WARN), (2, State.ACT), (3, State.UNKNOWN), (77, State.UNKNOWN)]
)
def test_exit_codes(code: int, state: State) -> None:
    view = seen(DB, exit=code, text="as it says")
    assert view.state is state and [str(why) for why in view.why] == ([] if code == 0 else ["as it says"])


def limited(warn: PerfBound | None, act: PerfBound | None, *numbers: Perf, code: int = 0) -> AppView:
    rule = msgspec.structs.replace(DB, limits=(PerfLimit("size", warn, act),))
    return seen(rule, exit=code, text="t", perf=numbers)


@pytest.mark.parametrize(
    ("value", "state"), [(79.0, State.OK), (80.0, State.WARN), (90.0, State.ACT), (120.0, State.ACT)]
)
def test_shares_of_a_maximum(value: float, state: State) -> None:
    size = Perf("size", value * 2**20, "B", maximum=100 * 2**20)
    view = limited(PerfBound(80, percent=True), PerfBound(90, percent=True), size)
    assert view.state is state
    (number,) = view.perf
    assert number.share_percent == pytest.approx(value) and number.limit == pytest.approx(90 * 2**20)


def test_limits_make_it_worse_and_never_better() -> None:
    size = Perf("size", 5, maximum=100)
    assert limited(None, PerfBound(90, percent=True), size, code=2).state is State.ACT
    assert limited(None, PerfBound(90, percent=True), size, code=1).state is State.WARN


def test_bad_when_below() -> None:
    free = Perf("size", 3, "%")
    view = limited(PerfBound(10, True, True), PerfBound(5, True, True), free)
    assert view.state is State.ACT and "not below 5 %" in str(view.why[0])


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ((), "size is not among its numbers"),
        ((Perf("size", 5, "B"),), "size has no maximum to be a share of"),
        ((Perf("size", None, "B", maximum=5),), "size is not known"),
    ],
)
def test_a_limit_that_cannot_be_held_against_anything_is_unknown(numbers: tuple[Perf, ...], said: str) -> None:
    view = limited(None, PerfBound(90, percent=True), *numbers)
    assert (view.state, str(view.why[0])) == (State.UNKNOWN, said)


def test_the_command_s_own_ranges_colour_its_numbers() -> None:
    numbers = (Perf("a", 9, crit=PerfRange(0, 8)), Perf("b", 9, warn=PerfRange(8, 10, True)), Perf("c", 9))
    assert [n.state for n in seen(DB, exit=0, perf=numbers).perf] == [State.ACT, State.WARN, State.OK]


def test_silence_of_the_check_itself_is_unknown() -> None:
    track = AppTrack(WEB, at(0))
    assert track.view(at(0), None).state is State.UNKNOWN
    track.see(AppReading("web", "answered"), at(1))
    assert track.view(at(30), None).state is State.OK
    assert track.view(at(60), None).state is State.UNKNOWN
    assert track.view(at(2), phrase("gone")).state is State.UNKNOWN
    assert AppTrack(msgspec.structs.replace(WEB, from_console=True), at(0)).view(at(0), phrase("gone")).why[
        0
    ] == phrase("not asked yet")


# --- incidents -----------------------------------------------------------------------------------------------------


class Told:
    """One host with one application, and what its readings lead to."""

    def __init__(self, rule: AppRule) -> None:
        self.state = HostState(HostSpec("gw", "gw", apps=(rule,)), at(0))
        self.state.on_connection(Connection(Link.UP, NOW))
        self.watch = Watchful(self.state.spec)

    def hear(self, second: float, outcome: str, *, sample: bool = True) -> list[tuple[str, bool]]:
        if sample:
            self.state.on_sample(Sample(1, 100 + second), at(second))
        self.state.on_section(AppReading("web", outcome, phrase("refused")), at(second), 0.1)  # type: ignore[arg-type]
        return self.look(second)

    def look(self, second: float) -> list[tuple[str, bool]]:
        changes = self.watch.step(self.state.view(at(second)), second)
        return [(str(c.said or ""), c.on) for c in changes if c.subject == Subject("gw", "app", "web")]


def test_a_confirmed_fault_opens_after_its_hold_and_returns_when_it_answers() -> None:
    told = Told(WEB)
    assert told.hear(1, "failed") == []
    assert told.hear(3, "failed") == []
    assert told.look(5.9) == []
    assert told.look(6.1) == [("web (gw): refused", True)]
    assert told.hear(20, "unable") == [], "not asked is not well"
    assert told.hear(21, "failed") == []
    assert told.hear(35, "answered") == [("", False)]


def test_one_fault_alone_opens_nothing() -> None:
    told = Told(WEB)
    told.hear(1, "failed")
    assert told.look(30) == []
    assert told.hear(31, "answered") == []


def test_a_fault_seen_from_the_console_counts_while_the_host_is_not_reached() -> None:
    told = Told(msgspec.structs.replace(WEB, from_console=True))
    told.hear(1, "failed")
    told.state.on_connection(Connection(Link.LOST, NOW))
    told.hear(3, "failed", sample=False)
    assert told.look(7) == [("web (gw): refused", True)]
    assert told.hear(8, "answered", sample=False) == [("", False)]


def test_a_new_site_file_keeps_what_is_asked_the_same_way() -> None:
    told = Told(WEB)
    told.hear(1, "failed")
    other = msgspec.structs.replace(WEB, time_s=Limits(5, 9))
    told.state.update(HostSpec("gw", "gw", apps=(other, DB)), at(2))
    assert [(a.key, a.fails) for a in told.state.view(at(2)).apps] == [("web", 1), ("db", 0)]
    told.state.update(HostSpec("gw", "gw", apps=(msgspec.structs.replace(WEB, target="https://b/"),)), at(3))
    assert [(a.key, a.fails) for a in told.state.view(at(3)).apps] == [("web", 0)]


OUTCOMES = st.lists(st.tuples(st.floats(0.1, 20), st.sampled_from(["answered", "failed", "unable"])), max_size=40)


@given(OUTCOMES)
def test_incidents_open_and_return_in_turn_and_only_on_what_was_read(course: list[tuple[float, str]]) -> None:
    told, second, is_open = Told(WEB), 0.0, False
    fails = 0
    for pause, outcome in course:
        second += pause
        fails = fails + 1 if outcome == "failed" else 0 if outcome == "answered" else fails
        for _, on in told.hear(second, outcome):
            assert on is not is_open
            is_open = on
            assert (outcome == "failed" and fails >= 2) if on else outcome == "answered"
