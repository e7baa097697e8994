"""A drill has a chain of its own: nothing of it stands in the duty log but that a real alarm interrupted it."""

from __future__ import annotations

from pathlib import Path

import pytest

from duty.chain import examine
from duty.corrections import Correction
from duty.incident_details import Opening
from duty.log_query import LogQuery
from duty.phrases import phrase
from duty.records import DRILL, DUTY, IncidentMove, LogKind, Move, NewLogEntry, Subject
from storage.proof import Proof
from storage.store import Store

GW = Subject("gw", "host", "gw")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "records.sqlite"


def asked(kind: Move, number: int = 0, actor: str = "li", text: str = "so it was", **more: object) -> IncidentMove:
    return IncidentMove(0, number, kind, 5.0, actor, text, **more)  # type: ignore[arg-type]


def interrupted(store: Store) -> int:
    """A drill that was noted, suspended and resumed; one note of the duty log before and after."""
    store.append_log([NewLogEntry(LogKind.NOTE, "wang", 5.0, text="round walked")], 6.0)
    opened = store.move(
        asked(Move.OPENED, level=2, subject=GW, details=Opening(drill=True, scenario="database full")), 6.0
    )
    number = opened.incident.id
    store.move(asked(Move.NOTED, number, text="演练: 清理归档"), 6.0)
    said = phrase("{host} is lost", host="gw")
    store.move(asked(Move.SUSPENDED, number, actor="", text="", said=said, automatic=True), 7.0)
    store.move(asked(Move.RESUMED, number, text=""), 8.0)
    return number


def test_its_moves_stand_in_its_chain_and_its_interruption_in_both(path: Path) -> None:
    store = Store(path)
    number = interrupted(store)
    told = [str(one.said) for one in reversed(store.read_log(chain=DRILL))]
    assert told == [
        f"incident {number} opened, level 2", f"note on incident {number}", f"drill {number} suspended: gw is lost",
        f"drill {number} goes on",
    ]  # fmt: skip
    duty = list(reversed(store.read_log()))
    assert [str(one.said or one.text) for one in duty] == [
        "round walked", f"drill {number} suspended: gw is lost", f"drill {number} goes on",
    ]  # fmt: skip
    assert [one.seq for one in duty] == [1, 2, 3] and duty[1].incident is None and not duty[1].refs
    assert (duty[1].actor, duty[2].actor) == ("", "li")
    store.close()
    proof = Proof(path)
    assert proof.chains() == [DUTY, DRILL]
    seen = {chain: examine(proof.links(chain)) for chain in (DUTY, DRILL)}
    assert [(seen[chain].count, seen[chain].fault) for chain in seen] == [(3, None), (4, None)]
    assert proof.moves() == (4, None), "each move is held by its line, in whichever chain"
    proof.close()


def test_it_is_read_and_looked_through_by_itself_and_corrected_beside_it(path: Path) -> None:
    store = Store(path)
    interrupted(store)
    store.index(100)
    page = store.search(LogQuery(terms=("归档",), chain=DRILL))
    assert [entry.text for entry in page.entries] == ["演练: 清理归档"]
    assert store.search(LogQuery(terms=("归档",))).entries == (), "the duty log does not know of it"
    whole = store.search(LogQuery(chain=DRILL), limit=3)
    assert [entry.seq for entry in whole.entries] == [4, 3, 2] and not whole.ended
    older = store.search(LogQuery(chain=DRILL), before=whole.reached)
    assert [entry.seq for entry in older.entries] == [1] and older.ended
    right = store.correct(Correction(2, "li", "演练: 扩容", "typed too fast", DRILL), 9.0)
    assert (right.chain, right.seq, right.supersedes) == (DRILL, 5, 2)
    store.close()
