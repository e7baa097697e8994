"""Drills: a real alarm of priority 1 stops every one of them, and only a person goes on with it."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from duty.countdowns import countdowns, lost_s
from duty.drills import Debrief, debrief, interrupted, last_like, pressing, running
from duty.duty_rules import DutyRules
from duty.incident_details import Link, Opening, Reported
from duty.incidents import ended_before, open_for, step, untaken
from duty.phrases import phrase
from duty.records import ENDED, Incident, IncidentMove, IncidentState, Move, Refused, Subject

WALL = DutyRules()
GW = Subject("gw", "host", "gw")
ALARM = phrase("{host} is lost", host="gw")


def move(kind: Move, at: float = 0.0, actor: str = "wang", text: str = "so it was", **more: object) -> IncidentMove:
    values: dict[str, object] = {"said": ALARM} if kind is Move.SUSPENDED else {}
    actor = "" if kind is Move.SUSPENDED else actor
    return IncidentMove(0, 5, kind, at, actor, text, **{**values, **more})  # type: ignore[arg-type]


def drill(level: int = 2, *, began_at: float | None = None, scenario: str = "database full") -> Incident:
    details = Opening(drill=True, scenario=scenario, began_at=began_at)
    return step(None, move(Move.OPENED, 100.0, level=level, details=details, subject=GW))


def after(incident: Incident, *moves: IncidentMove) -> Incident:
    for one in moves:
        incident = step(incident, one)
    return incident


def test_only_priority_1_interrupts_and_then_every_drill_that_goes_on() -> None:
    one, other = drill(), msgspec.structs.replace(drill(), id=6)
    real = msgspec.structs.replace(drill(), id=7, drill=False)
    ended = msgspec.structs.replace(drill(), id=8, state=IncidentState.CLOSED)
    found = [real, other, one, ended]
    assert interrupted(found, 1) == [one, other]
    assert interrupted(found, 2) == []
    assert interrupted([step(one, move(Move.SUSPENDED))], 1) == []


def test_a_suspended_drill_stands_still_until_a_person_speaks() -> None:
    stopped = step(drill(), move(Move.SUSPENDED, 160.0))
    assert stopped.suspended and running([stopped]) == []
    for kind in (Move.TAKEN, Move.RAISED, Move.LINKED, Move.STEPPED):
        with pytest.raises(Refused, match="drill 5 is suspended: resume or end it first"):
            step(stopped, move(kind, level=1, details=Link("host", "gw")))
    assert step(stopped, move(Move.NOTED)).last_note == "so it was"
    for kind in (Move.RESUMED, Move.ABANDONED):
        with pytest.raises(Refused, match="only a person"):
            step(stopped, move(kind, actor=""))
    with pytest.raises(Refused, match="say why drill 5 ends here"):
        step(stopped, move(Move.ABANDONED, text=""))
    assert step(stopped, move(Move.ABANDONED, 170.0)).state is IncidentState.CLOSED
    goes_on = step(stopped, move(Move.RESUMED, 400.0))
    assert not goes_on.suspended and goes_on.pauses == ((160.0, 400.0),)


def test_its_countdown_stops_and_goes_on_with_what_was_left() -> None:
    stopped = step(drill(), move(Move.SUSPENDED, 160.0))
    for now in (160.0, 500.0, 90_000.0):
        (clock,) = countdowns(stopped, WALL, now)
        assert (clock.left_s, clock.due_at, clock.stopped) == (15 * 60 - 60.0, None, True)
        assert lost_s(stopped, now) == 60.0
    goes_on = step(stopped, move(Move.RESUMED, 1_160.0))
    (clock,) = countdowns(goes_on, WALL, 1_200.0)
    assert (clock.left_s, clock.due_at, clock.stopped) == (15 * 60 - 100.0, 100.0 + 15 * 60 + 1_000.0, False)
    assert lost_s(goes_on, 1_200.0) == 100.0


def test_what_was_overdue_before_stays_overdue() -> None:
    late = after(drill(), move(Move.SUSPENDED, 100.0 + 16 * 60), move(Move.RESUMED, 5_000.0))
    (clock,) = countdowns(late, WALL, 5_060.0)
    assert clock.overdue and clock.due_at == 100.0 + 15 * 60
    taken = after(drill(), move(Move.TAKEN, 130.0), move(Move.SUSPENDED, 200.0), move(Move.RESUMED, 9_000.0))
    (clock,) = countdowns(taken, WALL, 9_999.0)
    assert (clock.met_at, clock.due_at) == (130.0, 1_000.0), "an interruption after it was met moves nothing"


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (move(Move.REPORTED, details=Reported("csrc-first", "the exchange", 3.0)), "nobody outside is told"),
        (move(Move.LINKED, details=Link("alarm", "host.lost gw")), "not linked with what is real"),
        (move(Move.LINKED, details=Link("change", "T-1")), "not linked with what is real"),
        (move(Move.RESUMED), "drill 5 is not suspended"),
    ],
)
def test_what_a_drill_may_not_do_is_said(asked: IncidentMove, why: str) -> None:
    with pytest.raises(Refused, match=why):
        step(drill(), asked)


@pytest.mark.parametrize("kind", [Move.SUSPENDED, Move.RESUMED, Move.ABANDONED])
def test_what_is_real_is_neither_suspended_nor_abandoned(kind: Move) -> None:
    real = step(None, move(Move.OPENED, level=2))
    with pytest.raises(Refused, match="incident 5 is no drill"):
        step(real, move(kind))


def test_no_drill_while_the_gravest_goes_on() -> None:
    real = step(None, move(Move.OPENED, level=1, subject=GW))
    why = pressing([drill(), real], lambda _host: False)
    assert str(why) == "no drill while incident 5 of level 1 goes on"
    assert pressing([real], lambda host: host == "gw") is None, "made on purpose in practice"
    back = after(real, move(Move.TAKEN), move(Move.MITIGATED))
    assert pressing([back, drill(1)], lambda _host: False) is None


def test_a_drill_is_in_no_figure() -> None:
    one = msgspec.structs.replace(drill(1), automatic=True)
    assert untaken({5: one}) == []
    ended = msgspec.structs.replace(one, state=IncidentState.CLOSED, ended_at=1.0)
    assert ended_before({5: ended}, GW, 2.0) is None
    assert {clock.key for clock in countdowns(step(drill(1), move(Move.TAKEN, 101.0)), WALL, 102.0)} == {"response"}
    assert open_for({5: drill(1)}, GW) is None


def test_the_debrief_leaves_out_what_interrupted_it_and_finds_the_last_of_its_kind() -> None:
    done = after(
        drill(began_at=70.0), move(Move.TAKEN, 120.0), move(Move.SUSPENDED, 130.0), move(Move.RESUMED, 1_130.0),
        move(Move.MITIGATED, 1_200.0),
    )  # fmt: skip
    assert debrief(done) == Debrief(30.0, 20.0, 100.0)
    assert debrief(drill()) == Debrief(None, None, None), "what is not known is no nought"
    now = msgspec.structs.replace(drill(scenario="Database  Full"), id=9, opened_at=5_000.0)
    other = msgspec.structs.replace(done, id=7, scenario="line down", opened_at=4_000.0)
    undone = msgspec.structs.replace(drill(), id=8, opened_at=4_500.0)
    assert last_like([done, other, undone, now], now) == done
    assert last_like([now, other], now) is None


class Drills(RuleBasedStateMachine):
    """Drills and real incidents, alarms and people, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1_000.0
        self.incidents: dict[int, Incident] = {}
        self.stopped: dict[int, tuple[float, float | None, float]] = {}
        """Suspended drills: since when, what was left and what was lost then."""

    def left(self, incident: Incident) -> float | None:
        return next((one.left_s for one in countdowns(incident, WALL, self.now) if one.met_at is None), None)

    @rule(seconds=st.sampled_from([0.0, 1.0, 90.0, 1_000.0, 90_000.0]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule(level=st.integers(1, 4), is_drill=st.booleans())
    def opened(self, level: int, is_drill: bool) -> None:
        number = len(self.incidents) + 1
        asked = IncidentMove(
            0, number, Move.OPENED, self.now, "wang", "x", level=level, details=Opening(drill=is_drill)
        )
        self.incidents[number] = step(None, asked)

    @rule(priority=st.integers(1, 4))
    def a_real_alarm(self, priority: int) -> None:
        live = {one.id for one in running(self.incidents.values())}
        found = interrupted(self.incidents.values(), priority)
        assert {one.id for one in found} == (live if priority == 1 else set())
        for one in found:
            asked = IncidentMove(0, one.id, Move.SUSPENDED, self.now, "", said=ALARM, automatic=True)
            self.incidents[one.id] = stopped = step(one, asked)
            self.stopped[one.id] = self.now, self.left(stopped), lost_s(stopped, self.now)
        assert priority > 1 or not running(self.incidents.values())

    @rule(
        number=st.integers(1, 5),
        kind=st.sampled_from([one for one in Move if one not in (Move.OPENED, Move.SUSPENDED)]),
        actor=st.sampled_from(["wang", "li", ""]),
        level=st.integers(1, 4),
    )
    def somebody_moves(self, number: int, kind: Move, actor: str, level: int) -> None:
        before = self.incidents.get(number)
        if before is None:
            return
        try:
            now = step(before, IncidentMove(0, number, kind, self.now, actor, "so it was", level=level))
        except Refused:
            return
        self.incidents[number] = now
        if before.suspended and not now.suspended:
            assert actor and kind in (Move.RESUMED, Move.ABANDONED), "only a person goes on or ends it"
            since, left, lost = self.stopped.pop(number)
            if kind is Move.RESUMED:
                assert self.left(now) == pytest.approx(left) if left is not None else self.left(now) is None
                assert lost_s(now, self.now) == pytest.approx(lost) or now.mitigated_at is not None
                assert now.pauses[-1] == (since, self.now)

    @invariant()
    def a_suspended_drill_stands_still(self) -> None:
        for number, (_since, left, lost) in self.stopped.items():
            one = self.incidents[number]
            assert one.suspended and one.drill and one.state not in ENDED
            assert self.left(one) == left and lost_s(one, self.now) == pytest.approx(lost)

    @invariant()
    def what_is_real_was_never_stopped(self) -> None:
        assert all(one.drill or not one.pauses for one in self.incidents.values())
        assert {one.id for one in self.incidents.values() if one.suspended} == set(self.stopped)


Drills.TestCase.settings = settings(max_examples=80, stateful_step_count=30, deadline=None)
TestDrills = Drills.TestCase
