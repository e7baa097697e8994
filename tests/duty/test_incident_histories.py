"""Random histories of a queue of incidents, step by step against what must hold of any of them."""

from __future__ import annotations

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from duty.incident_details import Cause, Link, Opening, Reported, Resolution, Review
from duty.incidents import REOPEN_S, Around, holds, open_for, recall, refusal, root_of, step
from duty.records import ENDED, Incident, IncidentMove, IncidentState, Move, Refused, Subject

SUBJECTS = tuple(Subject(f"gw{n}", "host", f"gw{n}") for n in range(3))
DETAILS = {
    Move.RESOLVED: (None, Resolution(Cause.LINE)),
    Move.REVIEWED: (None, Review("it fell", "a digger"), Review("", "")),
    Move.LINKED: (Link("change", "T-1"), Link("", "")),
    Move.REPORTED: (Reported("first", "the exchange", 5.0), None),
}
SERVICE_BACK = (IncidentState.MITIGATED, IncidentState.RESOLVED, IncidentState.REVIEWED, IncidentState.CLOSED)


class Queue(RuleBasedStateMachine):
    """People and the rule of conditions, in any order, at any pace."""

    def __init__(self) -> None:
        super().__init__()
        self.at = 1_000.0
        self.incidents: dict[int, Incident] = {}
        self.moves: list[IncidentMove] = []
        self.faults: set[Subject] = set()

    def make(self, move: IncidentMove) -> Incident | None:
        """The move, if the rules allow it; a refused one leaves everything as it was."""
        before = self.incidents.get(move.incident)
        held = tuple(one.id for one in self.incidents.values() if holds(one) and self.spoken_for(one) == move.incident)
        around = Around(
            holding=tuple(n for n in held if n != move.incident), target=self.incidents.get(move.other or 0)
        )
        try:
            after = step(before, move, around)
        except Refused as refused:
            assert str(refused.why)
            return None
        assert before is None or refusal(before, move.move) is None
        self.incidents[move.incident] = after
        self.moves.append(move)
        self.judge(before, move, after)
        return after

    def spoken_for(self, incident: Incident) -> int:
        return root_of(self.incidents, incident).id

    def judge(self, before: Incident | None, move: IncidentMove, after: Incident) -> None:
        """What must hold of one move."""
        if move.move is Move.RESOLVED:
            parts = [one for one in self.incidents.values() if self.spoken_for(one) == after.id]
            assert not any(holds(part) for part in parts), "I11"
            assert after.cause is not None and move.text
        if move.move is Move.LOWERED:
            assert move.text and before is not None and after.level > before.level
        if move.move is Move.RAISED:
            assert before is not None and after.level < before.level
        if move.move is Move.CLOSED and before is not None and after.level <= 2 and not after.drill:
            assert before.state is IncidentState.REVIEWED
            assert move.actor != before.resolved_by, "I10"
        if move.move is Move.REOPENED and before is not None and before.ended_at is not None:
            assert move.at - before.ended_at <= REOPEN_S

    @rule(seconds=st.sampled_from([0.5, 60.0, 86_400.0, 40 * 86_400.0]))
    def time_passes(self, seconds: float) -> None:
        self.at += seconds

    @rule(level=st.integers(1, 4), drill=st.booleans(), subject=st.sampled_from(SUBJECTS))
    def opened_by_hand(self, level: int, drill: bool, subject: Subject) -> None:
        self.opened(level, subject, automatic=False, drill=drill)

    def opened(self, level: int, subject: Subject, *, automatic: bool, drill: bool = False) -> None:
        number = len(self.incidents) + 1
        move = IncidentMove(
            0, number, Move.OPENED, self.at, "" if automatic else "wang", "x", subject=subject, level=level,
            automatic=automatic, details=Opening(drill=drill),
        )  # fmt: skip
        assert self.make(move) is not None

    @rule(subject=st.sampled_from(SUBJECTS))
    def a_fault_begins(self, subject: Subject) -> None:
        """As the recorder does it."""
        if subject in self.faults:
            return
        self.faults.add(subject)
        known = open_for(self.incidents, subject)
        if known is None:
            self.opened(2, subject, automatic=True)
            return
        assert self.make(IncidentMove(0, known.id, Move.AGAIN, self.at, "", automatic=True)) is not None
        root = root_of(self.incidents, known)
        if root.state is IncidentState.RESOLVED:
            assert self.make(IncidentMove(0, root.id, Move.AGAIN, self.at, "", automatic=True)) is not None

    @rule(subject=st.sampled_from(SUBJECTS))
    def a_fault_ends(self, subject: Subject) -> None:
        if subject not in self.faults:
            return
        self.faults.discard(subject)
        known = open_for(self.incidents, subject)
        if known is not None and known.active:
            assert self.make(IncidentMove(0, known.id, Move.RETURNED, self.at, "", automatic=True)) is not None

    @rule(
        number=st.integers(1, 6),
        kind=st.sampled_from(
            [m for m in Move if m not in (Move.OPENED, Move.AGAIN, Move.RETURNED, Move.ESCALATED, Move.SUSPENDED)]
        ),
        actor=st.sampled_from(["wang", "li"]),
        text=st.sampled_from(["", "so it was"]),
        level=st.integers(1, 4),
        other=st.integers(1, 6),
        which=st.integers(0, 2),
    )
    def a_person_moves(
        self, number: int, kind: Move, actor: str, text: str, level: int, other: int, which: int
    ) -> None:
        offered = DETAILS.get(kind, (None,))
        details = offered[which % len(offered)]
        self.make(
            IncidentMove(0, number, kind, self.at, actor, text, level=level, other=other, details=details)
            if number in self.incidents
            else IncidentMove(0, number, Move.NOTED, self.at, actor, text)
        )

    @invariant()
    def every_incident_makes_sense(self) -> None:
        for one in self.incidents.values():
            assert (one.state is IncidentState.MERGED) == (one.merged_into is not None)
            assert (one.closed_at is not None) == (one.state is IncidentState.CLOSED)
            # A drill may be broken off in any state.
            assert one.owner or one.drill or one.state in (IncidentState.OPEN, IncidentState.MERGED)
            assert one.state not in SERVICE_BACK or one.drill or one.mitigated_at is not None
            assert one.count >= 1 and one.level in (1, 2, 3, 4)
            assert root_of(self.incidents, one).state is not IncidentState.MERGED, "what is merged is spoken for"

    @invariant()
    def a_fault_that_holds_is_on_somebodys_list(self) -> None:
        for subject in self.faults:
            known = open_for(self.incidents, subject)
            if known is not None:
                assert known.active
                assert root_of(self.incidents, known).state not in (*ENDED, IncidentState.RESOLVED)

    @invariant()
    def what_was_kept_folds_to_the_same(self) -> None:
        folded: dict[int, Incident] = {}
        for move in self.moves:
            kept = msgspec.json.decode(msgspec.json.encode(move), type=IncidentMove)
            folded[move.incident] = recall(folded.get(move.incident), kept)
        assert folded == self.incidents


TestQueue = Queue.TestCase
TestQueue.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
