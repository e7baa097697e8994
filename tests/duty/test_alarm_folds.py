"""What depends on what, and which alarms fold under which."""

from duty.alarm_covers import suppress
from duty.alarm_def import AlarmDef, AlarmKey
from duty.alarm_folds import Parents, folds_of, host_subject, parents_of, roots_of
from duty.alarm_quality import DEFINITION
from duty.alarm_record import Alarm
from duty.alarm_states import AlarmState
from duty.phrases import phrase
from duty.records import Subject
from duty.site import AppRule, HostSpec, LineRule, PingRule, SiteSpec
from tests.support.alarms import Driven, definition, out, shelf

LINE = Subject("jump", "line", "SGE-2")
SITE = SiteSpec(
    "desk",
    "UTC",
    None,
    (
        HostSpec(
            "jump",
            "10.0.0.1",
            lines=(LineRule("SGE-1", "eth0"), LineRule("SGE-2", "eth1", pings=(PingRule("10.9.0.1"),))),
            apps=(
                AppRule("exchange", "tcp", "10.9.0.1:80", address="10.9.0.1"),
                AppRule("other", "tcp", "10.0.0.7:80", address="10.0.0.7"),
                AppRule("from-here", "tcp", "10.9.0.1:80", address="10.9.0.1", from_console=True),
            ),
        ),
        HostSpec("gw", "10.9.0.1", via="jump"),
        HostSpec("order", "10.9.0.2", via="gw"),
        HostSpec("risk", "10.0.0.3", via="jump"),
        HostSpec("alone", "10.0.0.4"),
    ),
    "site",
)
PARENTS = parents_of(SITE)
DEFINITIONS: dict[str, AlarmDef] = {
    "host.lost": definition(key="host.lost", cuts=True),
    "line.down": definition(key="line.down", cuts=True),
    "process.missing": definition(),
    "quality": DEFINITION,
}


def driven(subject: Subject, kind: str) -> Driven:
    return Driven(AlarmKey(subject, kind))


def lost(host: str) -> Driven:
    return driven(host_subject(host), "host.lost")


def missing(host: str) -> Driven:
    return driven(Subject(host, "process", "gw"), "process.missing")


def book(*found: Driven) -> dict[AlarmKey, Alarm]:
    return {it.alarm.key: it.alarm for it in found}


def short(key: AlarmKey) -> str:
    thing = key.subject
    return f"{key.definition} {thing.host}" + ("" if thing.kind == "host" else f" {thing.key}")


def roots(*found: Driven, parents: Parents = PARENTS) -> dict[str, str]:
    return {short(key): short(root) for key, root in roots_of(book(*found), DEFINITIONS, parents).items()}


def test_what_the_site_file_says() -> None:
    assert PARENTS.of(host_subject("jump")) == () == PARENTS.of(host_subject("alone"))
    assert PARENTS.of(host_subject("gw")) == (host_subject("jump"), LINE), "the line that pings its address"
    assert PARENTS.of(host_subject("risk")) == (host_subject("jump"),)
    assert PARENTS.of(Subject("gw", "disk", "/")) == (host_subject("gw"),)
    assert PARENTS.of(Subject("jump", "app", "exchange")) == (host_subject("jump"), LINE)
    assert PARENTS.of(Subject("jump", "ping", "SGE-2 10.9.0.1")) == (host_subject("jump"), LINE)
    assert PARENTS.of(Subject("jump", "app", "other")) == (host_subject("jump"),)
    assert PARENTS.of(Subject("jump", "app", "from-here")) == ()


def test_further_dependencies_are_added() -> None:
    more = {host_subject("alone"): (LINE,), Subject("risk", "disk", "/nfs"): (host_subject("alone"),)}
    parents = parents_of(SITE, more)
    assert parents.of(host_subject("alone")) == (LINE,)
    assert parents.of(Subject("risk", "disk", "/nfs")) == (host_subject("risk"), host_subject("alone"))


def test_children_fold_through_every_hop_under_the_highest_that_holds() -> None:
    above = [lost("jump").bad(), lost("gw").bad()]
    found = roots(*above, missing("order").bad(), lost("order"), lost("risk").bad(), lost("alone").bad())
    assert found == {
        "host.lost gw": "host.lost jump",
        "host.lost risk": "host.lost jump",
    }, "what is on order is cut off only when order is known to be, and what does not hold is not hidden"
    found = roots(*above, lost("order").bad(), missing("order").bad())
    assert found["process.missing order gw"] == found["host.lost order"] == "host.lost jump"


def test_one_hop_is_looked_at_so_a_middle_one_that_is_well_ends_it() -> None:
    assert roots(lost("jump").bad(), lost("gw").well(), lost("order").bad()) == {}


def test_what_is_suppressed_still_cuts_off() -> None:
    middle = lost("gw").bad()
    middle.by(suppress, "watch", phrase("under it"), by=middle.alarm.key)
    assert middle.state is AlarmState.SUPPRESSED
    assert roots(middle, lost("order").bad()) == {"host.lost order": "host.lost gw"}


def test_only_what_cuts_off_is_a_root() -> None:
    assert roots(missing("jump").bad(), lost("gw").bad()) == {}
    assert roots(lost("jump"), lost("gw").bad()) == {}
    assert roots(lost("jump").bad().well(), lost("gw").bad()) == {}, "nor what is gone"
    assert roots(out(lost("jump").bad()), lost("gw").bad()) == {}, "nor what is not believed"
    assert roots(shelf(lost("jump").bad()), lost("gw").bad()) == {"host.lost gw": "host.lost jump"}


def test_a_line_is_a_root_and_the_other_line_is_not() -> None:
    line = driven(LINE, "line.down").bad()
    other = driven(Subject("jump", "line", "SGE-1"), "line.down").bad()
    app = driven(Subject("jump", "app", "exchange"), "process.missing").bad()
    assert roots(line, other, lost("gw").bad(), lost("risk").bad(), app) == {
        "host.lost gw": "line.down jump SGE-2",
        "process.missing jump exchange": "line.down jump SGE-2",
    }


def test_what_was_announced_well_before_the_root_has_a_cause_of_its_own() -> None:
    before = lost("gw").bad()
    assert roots(before, lost("jump").wait(59.0).bad()) == {"host.lost gw": "host.lost jump"}
    assert roots(before, lost("jump").wait(61.0).bad()) == {}
    late, below = lost("jump").wait(300.0).bad(), lost("order").wait(2.0).bad()
    assert roots(before, below, late) == {"host.lost order": "host.lost gw"}, "nor does what is under it come out"


def test_a_ring_of_dependencies_ends() -> None:
    """Each is under the other then: hiding both would announce neither."""
    ring = Parents({"a": (host_subject("b"),), "b": (host_subject("a"),)}, {})
    assert roots(lost("a").bad(), lost("b").bad(), parents=ring) == {}


def test_that_a_thing_is_lost_explains_that_it_is_not_seen() -> None:
    gone, unseen = lost("gw").wait(5.0).bad(), driven(host_subject("gw"), "quality").bad()
    below = driven(Subject("gw", "app", "web"), "quality").bad()
    assert roots(gone, unseen, below) == {"quality gw": "host.lost gw", "quality gw web": "host.lost gw"}
    assert roots(unseen, below) == {"quality gw web": "quality gw"}, "alone it is a root itself"
    assert roots(lost("jump").bad(), gone, unseen)["quality gw"] == "host.lost jump"


def test_a_fold_counts_what_holds_and_names_what_came_first() -> None:
    root, first = lost("jump").wait(2.0).bad(), lost("gw").bad()
    alarms = book(root, first, lost("risk").wait(9.0).bad(), lost("order"))
    folds = folds_of(alarms, roots_of(alarms, DEFINITIONS, PARENTS))
    assert len(folds) == 1 and folds[0].root == root.alarm.key
    assert [key.subject.host for key in folds[0].hidden] == ["gw", "risk"]
    assert folds[0].first_out == first.alarm.key
    assert folds_of(alarms, {}) == ()
