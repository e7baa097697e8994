"""Emergency procedures: which fit an incident, what each step means there, and how far one is."""

from __future__ import annotations

import msgspec
import pytest

from duty.board import DiskView
from duty.emergency import HERE, Known, Procedure, Step, fitting, following, progress, resolved
from duty.evidence import live
from duty.incident_details import Opening, Stepped
from duty.incidents import step as stepped
from duty.phrases import phrase
from duty.quality import Quality, State
from duty.records import IncidentMove, Move, Refused, Subject
from practice.procedures import DATABASE, GATEWAY, LINE, PROCEDURES, QUOTES
from tests.tui.app.sites import NOW, host

DB = Subject("settle-db-1", "disk", "/data")


def keys(known: Known) -> list[str]:
    return [one.key for one in fitting(PROCEDURES, known)]


def test_the_most_particular_comes_first_and_what_does_not_fit_is_left_out() -> None:
    assert keys(Known(DB, 2, "settlement", ("disk.filling",))) == ["database-full"]
    gateway = Subject("order-gw-1", "process", "order-gw")
    assert keys(Known(gateway, 1, "order-gateway", ("process.missing",))) == ["gateway-restart"]
    assert keys(Known(gateway, 1, "order-gateway", ("line.gone",))) == ["line-failover"]
    assert keys(Known(gateway, 1, "risk", ("process.missing",))) == []
    any_ = Procedure("any", phrase("whatever it is"), (Step("1", phrase("look"), phrase("seen")),))
    graver = msgspec.structs.replace(any_, key="grave", levels=(1,))
    found = fitting((any_, graver, GATEWAY), Known(gateway, 1, "order-gateway", ("process.missing",)))
    assert [one.key for one in found] == ["gateway-restart", "grave", "any"]
    assert [one.key for one in fitting((any_, graver), Known(gateway, 2))] == ["any"]


def test_without_an_alarm_the_kind_of_thing_speaks_for_it() -> None:
    assert keys(Known(DB, 2, "settlement")) == ["database-full"]
    assert keys(Known(Subject("settle-db-1", "process", "postgres"), 2)) == []
    assert keys(Known(Subject("quote-gw-1", "line", "SGE-quote"), 2)) == ["quotes-frozen", "line-failover"]


def test_here_is_the_host_or_the_very_thing_of_the_incident() -> None:
    assert resolved(Subject(HERE), DB) == DB
    assert resolved(Subject(HERE, "host", HERE), DB) == Subject("settle-db-1", "host", "settle-db-1")
    assert resolved(Subject(HERE, "app", "postgres"), DB) == Subject("settle-db-1", "app", "postgres")
    assert resolved(Subject("risk-1", "host", "risk-1"), DB) == Subject("risk-1", "host", "risk-1")


def done(key: str, *, skipped: bool = False, text: str = "", procedure: str = "line-failover") -> IncidentMove:
    return IncidentMove(0, 5, Move.STEPPED, 9.0, "li", text, details=Stepped(procedure, key, skipped))


def test_how_far_one_is() -> None:
    moves = [done("confirm"), done("tell", procedure="gateway-restart"), done("confirm", skipped=True, text="known")]
    assert progress(LINE, moves) == {"confirm": moves[2]}, "the newest word counts"
    assert following(LINE, moves) == LINE.step("tell")
    assert following(LINE, [done(one.key) for one in LINE.steps]) is None
    assert progress(QUOTES, moves) == {}


def test_a_step_is_skipped_only_with_a_reason_and_another_word_is_another_version() -> None:
    incident = stepped(None, IncidentMove(0, 5, Move.OPENED, 1.0, "li", "x", level=2, details=Opening()))
    assert stepped(incident, done("tell")).state is incident.state
    with pytest.raises(Refused, match="skipped only with a reason"):
        stepped(incident, done("tell", skipped=True))
    with pytest.raises(Refused, match="of which procedure"):
        stepped(incident, msgspec.structs.replace(done("tell"), details=None))
    other = msgspec.structs.replace(DATABASE, levels=(1,))
    assert DATABASE.version == msgspec.structs.replace(other, levels=()).version != other.version


def test_i7_what_is_not_read_well_or_not_there_is_never_green_beside_a_step() -> None:
    disk = DiskView("/data", State.OK, (), "ok", used_percent=40.0, read_at=NOW - 3)
    view = host("settle-db-1", disks=(disk,))
    assert live(view, DB, NOW).state is State.OK
    assert live(view, DB, NOW).subject[1].age_s == 3.0
    stale = msgspec.structs.replace(view, quality=Quality.STALE)
    assert live(stale, DB, NOW).state is State.UNKNOWN
    assert live(view, Subject("settle-db-1", "disk", "/gone"), NOW).state is State.UNKNOWN, "its host is not its word"
    assert live(None, DB, NOW).state is State.UNKNOWN
    lost = msgspec.structs.replace(
        view, quality=Quality.UNREACHABLE, disks=(msgspec.structs.replace(disk, state=State.ACT),)
    )
    assert live(lost, DB, NOW).state is State.ACT, "what was bad stays bad"
