import pytest
from hypothesis import given
from hypothesis import strategies as st

from duty.incidents import open_for, queue_order, step
from duty.phrases import phrase
from duty.records import Incident, IncidentMove, IncidentState, Move, Refused, Subject


def move(kind: Move, actor: str = "wang", text: str = "", **more: object) -> IncidentMove:
    values: dict[str, object] = {"seq": 1, "incident": 5, "move": kind, "at": 1.0, "actor": actor, "text": text}
    return IncidentMove(**{**values, **more})  # type: ignore[arg-type]


def opened(**more: object) -> Incident:
    return step(None, move(Move.OPENED, text="quotes frozen", level=2, **more))


def test_the_whole_life() -> None:
    incident = step(opened(), move(Move.TAKEN, "li"))
    assert (incident.state, incident.owner) == (IncidentState.TAKEN, "li")
    incident = step(incident, move(Move.NOTED, "li", "vendor called"))
    incident = step(incident, move(Move.CLOSED, "li", "restarted the gateway", at=9.0))
    assert (incident.state, incident.closed_at, incident.active) == (IncidentState.CLOSED, 9.0, False)


@pytest.mark.parametrize(
    ("before", "then", "words"),
    [
        ([Move.CLOSED], Move.TAKEN, "incident 5 is closed"),
        ([Move.CLOSED], Move.CLOSED, "incident 5 is closed"),
        ([Move.TAKEN], Move.TAKEN, "you have incident 5 already"),
        ([], Move.OPENED, "incident 5 is open already"),
    ],
)
def test_what_is_refused_says_why(before: list[Move], then: Move, words: str) -> None:
    incident = opened()
    for kind in before:
        incident = step(incident, move(kind))
    with pytest.raises(Refused) as refusal:
        step(incident, move(then, level=2))
    assert str(refusal.value.why) == words


def test_nothing_happens_to_an_incident_that_is_not_there() -> None:
    with pytest.raises(Refused):
        step(None, move(Move.NOTED))
    with pytest.raises(Refused):
        step(None, move(Move.OPENED, level=7))


def test_a_fault_that_still_holds_is_not_closed_without_a_word() -> None:
    incident = opened(automatic=True, said=phrase("host a is lost"))
    with pytest.raises(Refused):
        step(incident, move(Move.CLOSED))
    assert step(incident, move(Move.CLOSED, text="known, line is moved")).state is IncidentState.CLOSED
    returned = step(incident, move(Move.RETURNED))
    assert returned.state is IncidentState.OPEN and not returned.active, "a person still closes it"
    assert step(returned, move(Move.AGAIN)).count == 2


def test_the_same_fault_joins_the_open_incident() -> None:
    subject = Subject("gw", "host", "gw")
    one = opened(automatic=True, subject=subject)
    assert open_for({5: one}, subject) is one
    assert open_for({5: step(one, move(Move.CLOSED, text="x"))}, subject) is None
    assert open_for({5: opened(subject=subject)}, subject) is None, "by hand is a person's own"


@given(st.lists(st.sampled_from([m for m in Move if m is not Move.OPENED]), max_size=12))
def test_any_history_keeps_the_rules(moves: list[Move]) -> None:
    incident = opened()
    for number, kind in enumerate(moves):
        try:
            incident = step(incident, move(kind, f"actor{number}", "text"))
        except Refused:
            continue
        assert (incident.state is IncidentState.CLOSED) == (incident.closed_at is not None)
        assert incident.count >= 1 and incident.level == 2


def test_the_queue_puts_nobodys_and_gravest_first() -> None:
    nobody = opened()
    taken = step(opened(), move(Move.TAKEN))
    closed = step(opened(), move(Move.CLOSED, text="x"))
    assert sorted([closed, taken, nobody], key=queue_order) == [nobody, taken, closed]
