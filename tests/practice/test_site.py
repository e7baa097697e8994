from pathlib import Path

import msgspec

from config.load import load_site
from duty.sections import wants
from duty.site import ClockRule
from practice.members import members
from practice.procedures import PROCEDURES
from practice.site import LOCAL_ID, practice_site


def test_the_site_is_the_member_and_this_machine() -> None:
    site = practice_site(members())
    by_id = {host.id: host for host in site.hosts}
    assert site.practice and site.source == "practice"
    assert {
        "jump-1",
        "quote-gw-1",
        "order-gw-1",
        "order-gw-2",
        "trade-front-1",
        "settle-db-1",
        LOCAL_ID,
    } <= by_id.keys()
    assert by_id["order-gw-1"].via == by_id["order-gw-2"].via == "jump-1"
    assert {line.key for host in by_id.values() for line in host.lines if not host.local} >= {"SGE-1", "SGE-2"}
    assert all(line.capacity_in_bps for host in by_id.values() if not host.local for line in host.lines)


def test_this_machine_is_asked_for_nothing_it_might_not_have() -> None:
    (here,) = (host for host in practice_site(members()).hosts if host.local)
    assert not here.processes and here.address == ""
    assert [disk.mount for disk in here.disks] == ["*"] and not here.disks[0].required
    assert all(line.capacity_in_bps is None and line.interface != "lo" for line in here.lines)


def test_any_number_of_machines_with_distinct_names_behind_an_existing_jump_host() -> None:
    for count in (1, 5, 8, 300):
        fleet = members(count)
        names = {model.id for model in fleet}
        assert len(fleet) == len(names) == count
        assert all(model.via is None or model.via in names for model in fleet)
        assert all(len({process.key for process in model.processes}) == len(model.processes) for model in fleet)
    assert len(members(300)[-1].processes) == 20


def test_this_machine_is_asked_nothing_that_it_cannot_answer() -> None:
    (me,) = [spec for spec in practice_site(members()).hosts if spec.local]
    assert me.clock is None, "its clock is the one the others are held against"
    assert not wants(msgspec.structs.replace(me, clock=ClockRule()), "time")


def test_the_example_says_what_the_practice_site_does_in_an_emergency() -> None:
    """One is to be copied, the other to be practised: they are the same."""
    loaded = load_site(Path(__file__).parents[2] / "examples" / "emergency.toml")
    assert loaded.problems == () and loaded.site is not None
    assert loaded.site.procedures == PROCEDURES
