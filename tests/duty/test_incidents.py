from __future__ import annotations

import pytest

from duty.incident_details import Cause, Link, Opening, Reported, Resolution, Review
from duty.incidents import (
    REOPEN_S,
    Around,
    ended_before,
    open_for,
    queue_order,
    recall,
    refusal,
    root_of,
    step,
    untaken,
)
from duty.phrases import phrase
from duty.records import ENDED, Incident, IncidentMove, IncidentState, Move, Refused, Subject

DONE = Resolution(Cause.SOFTWARE)
FOUND = Review("it stood still", "a leak")
SAID: dict[Move, dict[str, object]] = {
    Move.MITIGATED: {"text": "orders go by gateway 2"},
    Move.RESOLVED: {"text": "restarted", "details": DONE},
    Move.REVIEWED: {"details": FOUND},
    Move.REOPENED: {"text": "it is back"},
    Move.RAISED: {"level": 1},
    Move.LOWERED: {"level": 4, "text": "nobody trades it"},
    Move.LINKED: {"details": Link("change", "T-7712")},
    Move.REPORTED: {"details": Reported("csrc-first", "the exchange", 3.0)},
    Move.MERGED: {"other": 9},
    Move.NOTED: {"text": "looking"},
}
"""What each move needs to be made."""


def move(kind: Move, actor: str = "wang", text: str = "", **more: object) -> IncidentMove:
    values: dict[str, object] = {"seq": 1, "incident": 5, "move": kind, "at": 1.0, "actor": actor}
    told = {**SAID.get(kind, {}), **({"text": text} if text else {}), **more}
    return IncidentMove(**{**values, **told})  # type: ignore[arg-type]


def opened(**more: object) -> Incident:
    return step(None, move(Move.OPENED, text="quotes frozen", **{"level": 2, **more}))


def after(*kinds: Move, incident: Incident | None = None) -> Incident:
    """The incident after these moves, each fully said."""
    found = opened() if incident is None else incident
    for kind in kinds:
        found = step(found, move(kind, actor="li" if kind is Move.CLOSED else "wang"), Around(target=TARGET))
    return found


TARGET = step(None, IncidentMove(1, 9, Move.OPENED, 1.0, "wang", "the line is down", level=1))
WHOLE = (Move.TAKEN, Move.MITIGATED, Move.RESOLVED, Move.REVIEWED, Move.CLOSED)


def test_the_whole_life() -> None:
    states = [after(*WHOLE[:count]).state for count in range(len(WHOLE) + 1)]
    assert states == ["open", "accepted", "mitigated", "resolved", "reviewed", "closed"]
    incident = after(*WHOLE)
    assert (incident.owner, incident.cause, incident.closed_at, incident.active) == ("wang", Cause.SOFTWARE, 1.0, False)


def test_the_time_at_which_the_service_was_back_is_that_of_the_first_word() -> None:
    mitigated = step(after(Move.TAKEN), move(Move.MITIGATED, at=5.0))
    assert step(mitigated, move(Move.RESOLVED, at=9.0)).mitigated_at == 5.0
    assert step(after(Move.TAKEN), move(Move.RESOLVED, at=9.0)).mitigated_at == 9.0


@pytest.mark.parametrize(
    ("before", "then", "words"),
    [
        (WHOLE, Move.TAKEN, "incident 5 is closed"),
        (WHOLE, Move.CLOSED, "incident 5 is closed"),
        ((Move.TAKEN,), Move.TAKEN, "you have incident 5 already"),
        ((), Move.OPENED, "incident 5 is open already"),
        ((), Move.RESOLVED, "incident 5 is nobody's yet: take it first"),
        ((), Move.MITIGATED, "incident 5 is nobody's yet: take it first"),
        ((Move.TAKEN,), Move.CLOSED, "incident 5 is not resolved yet"),
        ((Move.TAKEN,), Move.REVIEWED, "incident 5 is not resolved yet"),
        ((Move.TAKEN,), Move.REOPENED, "incident 5 has not ended"),
        ((Move.TAKEN, Move.RESOLVED), Move.TAKEN, "incident 5 is resolved: open it again first"),
        ((Move.TAKEN, Move.RESOLVED), Move.CLOSED, "incident 5 is of level 2: it is reviewed before it is closed"),
        ((Move.MERGED,), Move.TAKEN, "incident 5 was merged into incident 9"),
        ((Move.RAISED,), Move.RAISED, "incident 5 is of level 1 already"),
    ],
)
def test_what_is_refused_says_why(before: tuple[Move, ...], then: Move, words: str) -> None:
    incident = after(*before)
    with pytest.raises(Refused) as refused:
        step(incident, move(then))
    assert str(refused.value.why) == words


@pytest.mark.parametrize(
    ("before", "lacking"),
    [
        ((Move.TAKEN,), move(Move.RESOLVED, details=None)),
        ((Move.TAKEN,), IncidentMove(1, 5, Move.RESOLVED, 1.0, "wang", "", details=DONE)),
        ((Move.TAKEN,), IncidentMove(1, 5, Move.MITIGATED, 1.0, "wang")),
        ((Move.TAKEN, Move.RESOLVED), move(Move.REVIEWED, details=Review("x", ""))),
        (WHOLE, IncidentMove(1, 5, Move.REOPENED, 1.0, "wang")),
        ((), IncidentMove(1, 5, Move.LOWERED, 1.0, "wang", level=3)),
        ((), move(Move.RAISED, level=7)),
        ((), move(Move.RAISED, level=3)),
        ((), move(Move.LOWERED, level=1)),
        ((), move(Move.LINKED, details=Link("star", "7"))),
        ((), move(Move.REPORTED, details=Reported("x", "", 1.0))),
    ],
)
def test_a_move_that_does_not_say_enough_is_refused(before: tuple[Move, ...], lacking: IncidentMove) -> None:
    with pytest.raises(Refused):
        step(after(*before), lacking)


def test_nothing_happens_to_an_incident_that_is_not_there() -> None:
    with pytest.raises(Refused):
        step(None, move(Move.NOTED))
    with pytest.raises(Refused):
        step(None, move(Move.OPENED, level=7))


def test_i11_it_is_not_resolved_while_its_fault_holds() -> None:
    incident = step(opened(automatic=True, said=phrase("host a is lost")), move(Move.TAKEN))
    with pytest.raises(Refused, match="still holds"):
        step(incident, move(Move.RESOLVED))
    returned = step(incident, move(Move.RETURNED))
    assert returned.state is IncidentState.ACCEPTED and not returned.active, "a person still resolves it"
    assert step(returned, move(Move.RESOLVED)).state is IncidentState.RESOLVED


def test_i11_nor_while_the_fault_of_one_merged_into_it_holds() -> None:
    incident = after(Move.TAKEN)
    with pytest.raises(Refused, match="incident 8, merged into it"):
        step(incident, move(Move.RESOLVED), Around(holding=(8,)))


def test_a_fault_that_shows_again_undoes_the_end() -> None:
    incident = after(Move.RETURNED, Move.TAKEN, Move.RESOLVED, incident=opened(automatic=True))
    again = step(incident, move(Move.AGAIN, actor="", at=9.0))
    assert (again.state, again.owner, again.active, again.reopened) == (IncidentState.OPEN, "", True, 1)
    assert again.cause is None and again.resolved_at is None and again.count == 2


def test_opened_again_within_thirty_days_only() -> None:
    closed = after(*WHOLE)
    again = step(closed, move(Move.REOPENED, at=1.0 + REOPEN_S))
    assert (again.state, again.owner, again.reopened) == (IncidentState.OPEN, "", 1)
    with pytest.raises(Refused, match="30 days"):
        step(closed, move(Move.REOPENED, at=2.0 + REOPEN_S))


def test_the_service_that_is_lost_again_keeps_its_owner() -> None:
    incident = step(after(Move.TAKEN, Move.MITIGATED), move(Move.REOPENED))
    assert (incident.state, incident.owner, incident.mitigated_at) == (IncidentState.ACCEPTED, "wang", None)


def test_i10_grave_incidents_are_not_closed_by_who_resolved_them() -> None:
    for level in (1, 2):
        reviewed = after(Move.TAKEN, Move.RESOLVED, Move.REVIEWED, incident=opened(level=level))
        with pytest.raises(Refused, match=f"is of level {level} and you resolved it: another person closes it"):
            step(reviewed, move(Move.CLOSED, actor="wang"))
        assert step(reviewed, move(Move.CLOSED, actor="li")).state is IncidentState.CLOSED
        assert step(reviewed, move(Move.CLOSED), Around(alone=frozenset({1, 2, 3, 4}))).closed_at is not None
    raised = step(after(Move.TAKEN, Move.RESOLVED, incident=opened(level=3)), move(Move.RAISED, level=2))
    reviewed = after(Move.REVIEWED, incident=raised)
    with pytest.raises(Refused, match="another person closes it"):
        step(reviewed, move(Move.CLOSED))
    again = after(Move.REOPENED, Move.TAKEN, incident=reviewed)
    other = after(Move.REVIEWED, incident=step(again, move(Move.RESOLVED, actor="li")))
    assert step(other, move(Move.CLOSED, actor="wang")).state is IncidentState.CLOSED, "the last who resolved it counts"


def test_light_levels_and_drills_are_closed_without_a_review_unless_the_profile_asks() -> None:
    light = after(Move.TAKEN, Move.RESOLVED, incident=opened(level=3))
    assert step(light, move(Move.CLOSED)).state is IncidentState.CLOSED
    with pytest.raises(Refused, match="reviewed"):
        step(light, move(Move.CLOSED), Around(unreviewed=frozenset()))
    drill = after(Move.TAKEN, Move.RESOLVED, incident=opened(level=1, details=Opening(drill=True)))
    assert step(drill, move(Move.CLOSED)).state is IncidentState.CLOSED


@pytest.mark.parametrize(
    "target",
    [
        None,
        opened(),
        step(TARGET, IncidentMove(1, 9, Move.MERGED, 1.0, "a", other=3), Around(target=opened(incident=3))),
        step(None, move(Move.OPENED, text="x", level=2, incident=9, details=Opening(drill=True))),
    ],
    ids=["none", "itself", "one merged away", "a drill"],
)
def test_what_nothing_is_merged_into(target: Incident | None) -> None:
    with pytest.raises(Refused):
        step(opened(), move(Move.MERGED), Around(target=target))


def test_a_report_and_a_level_leave_their_marks() -> None:
    incident = after(Move.REPORTED, Move.RAISED)
    assert incident.reported == {"csrc-first": 3.0} and incident.level == 1
    assert step(incident, move(Move.LOWERED, level=3, at=7.0)).classified_at == 7.0


@pytest.mark.parametrize("state", list(IncidentState))
@pytest.mark.parametrize("kind", list(Move))
def test_a_refusal_and_the_table_agree(state: IncidentState, kind: Move) -> None:
    """What a screen says cannot be done and what the rules refuse is the same, for every cell of the table."""
    ways: dict[IncidentState, tuple[Move, ...]] = {
        IncidentState.OPEN: (),
        IncidentState.ACCEPTED: WHOLE[:1],
        IncidentState.MITIGATED: WHOLE[:2],
        IncidentState.RESOLVED: WHOLE[:3],
        IncidentState.REVIEWED: WHOLE[:4],
        IncidentState.CLOSED: WHOLE,
        IncidentState.MERGED: (Move.MERGED,),
    }
    incident = after(*ways[state])
    assert incident.state is state
    why = refusal(incident, kind)
    if why is not None:
        with pytest.raises(Refused) as refused:
            step(incident, move(kind))
        assert refused.value.why == why


def test_moves_of_the_time_of_three_states_still_fold() -> None:
    """Stores from before hold open, taken and closed: closing an open one is kept, and cannot be asked any more."""
    old = recall(recall(None, move(Move.OPENED, text="x", level=2, automatic=True)), move(Move.CLOSED, text="known"))
    assert (old.state, old.last_note, old.active) == (IncidentState.CLOSED, "known", False)
    taken = recall(recall(None, move(Move.OPENED, text="x", level=2)), move(Move.TAKEN))
    assert taken.state is IncidentState.ACCEPTED
    assert recall(taken, move(Move.CLOSED)).state is IncidentState.CLOSED
    with pytest.raises(Refused):
        step(taken, move(Move.CLOSED))
    with pytest.raises(Refused):
        recall(old, move(Move.TAKEN))


def test_the_same_fault_joins_the_open_incident() -> None:
    subject = Subject("gw", "host", "gw")
    one = opened(automatic=True, subject=subject)
    assert open_for({5: one}, subject) is one
    assert open_for({5: recall(one, move(Move.CLOSED, text="x"))}, subject) is None
    assert open_for({5: opened(subject=subject)}, subject) is None, "by hand is a person's own"
    merged = step(one, move(Move.MERGED), Around(target=TARGET))
    assert open_for({5: merged, 9: TARGET}, subject) is merged, "it goes on counting under the other one"
    assert root_of({5: merged, 9: TARGET}, merged) is TARGET
    assert open_for({5: merged, 9: recall(TARGET, move(Move.CLOSED))}, subject) is None


def test_the_one_before_is_found_while_it_could_be_opened_again() -> None:
    subject = Subject("gw", "host", "gw")
    closed = recall(opened(subject=subject), move(Move.CLOSED))
    assert ended_before({5: closed}, subject, REOPEN_S) == 5
    assert ended_before({5: closed}, subject, REOPEN_S + 2) is None
    assert ended_before({5: opened(subject=subject)}, subject, 2.0) is None


def test_the_queue_puts_nobodys_and_gravest_first() -> None:
    nobody, taken, closed = opened(), after(Move.TAKEN), after(*WHOLE)
    resolved, drill = after(Move.TAKEN, Move.RESOLVED), opened(details=Opening(drill=True))
    assert sorted([closed, drill, resolved, taken, nobody], key=queue_order) == [
        nobody, taken, resolved, drill, closed,
    ]  # fmt: skip
    assert untaken({1: nobody, 2: taken, 3: drill}) == [nobody] and closed.state in ENDED
