from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from duty.countdowns import countdowns, lost_s, lost_trading_s, nearest, next_escalation, proposal
from duty.duty_rules import DutyRules
from duty.incident_profile import REPORT_PROFILES, EscalationStep, LevelRule, Told
from duty.records import Incident, IncidentState, Move, Refused, Subject
from duty.roles import People, Person, Role
from duty.site import SessionRule
from duty.typed import action_of, past_moment

ZONE = "Asia/Shanghai"
SGE = (
    SessionRule("night", 20 * 60, 2 * 60 + 30),
    SessionRule("morning", 9 * 60, 11 * 60 + 30),
    SessionRule("afternoon", 13 * 60 + 30, 15 * 60 + 30),
)
RULES = DutyRules(sessions=SGE, time_zone=ZONE)
WALL = DutyRules(time_zone=ZONE)


def at(text: str) -> float:
    return datetime.fromisoformat(f"2026-11-24 {text}").replace(tzinfo=ZoneInfo(ZONE)).astimezone(UTC).timestamp()


def incident(begun: str, level: int = 2, **more: object) -> Incident:
    opened = at(begun)
    found = Incident(7, IncidentState.OPEN, level, "x", None, Subject("gw"), opened, "", classified_at=opened)
    return msgspec.structs.replace(found, **more)


def test_s8_the_response_is_counted_in_trading_minutes_across_the_midday_break() -> None:
    (one,) = countdowns(incident("11:26"), RULES, at("11:28"))
    assert (one.key, one.trading, one.due_at, one.left_s) == ("response", True, at("13:41"), 13 * 60)
    (over,) = countdowns(incident("11:26"), RULES, at("13:43"))
    assert over.overdue and over.left_s == -120


def test_s8_what_was_lost_in_both_measures_and_the_level_it_speaks_for() -> None:
    back = incident("11:26", mitigated_at=at("13:33"))
    assert lost_trading_s(back, RULES, at("15:00")) == 7 * 60
    assert lost_s(back, at("15:00")) == 127 * 60
    assert lost_trading_s(back, WALL, at("15:00")) is None
    said = proposal(back, RULES, at("15:00"))
    assert said is not None and said.values == {"minutes": 7}
    assert proposal(incident("11:26", level=1, mitigated_at=at("13:33")), RULES, at("15:00")) is None


def test_without_sessions_the_clock_on_the_wall_counts() -> None:
    (one,) = countdowns(incident("11:26"), WALL, at("11:28"))
    assert (one.trading, one.due_at) == (False, at("11:41"))


def test_outside_of_trading_it_is_overdue_from_the_first_second() -> None:
    (one,) = countdowns(incident("11:15"), RULES, at("11:31"))
    assert one.overdue


def test_a_response_in_time_and_one_too_late() -> None:
    taken = {"state": IncidentState.ACCEPTED, "owner": "li"}
    (met,) = countdowns(incident("09:00", accepted_at=at("09:10"), **taken), RULES, at("10:00"))
    assert met.met_at == at("09:10") and not met.overdue
    (late,) = countdowns(incident("09:00", accepted_at=at("09:20"), **taken), RULES, at("10:00"))
    assert late.met_at == at("09:20") and late.overdue
    assert nearest(incident("09:00", accepted_at=at("09:20"), **taken), RULES, at("10:00")) is None


def test_a_review_is_due_after_the_days_of_its_level() -> None:
    resolved = incident("09:00", accepted_at=at("09:01"), resolved_at=at("10:00"), state=IncidentState.RESOLVED)
    due = {one.key: one.due_at for one in countdowns(resolved, RULES, at("11:00"))}
    assert due["review"] == at("10:00") + 5 * 86_400
    light = msgspec.structs.replace(resolved, level=3)
    assert [one.key for one in countdowns(light, RULES, at("11:00"))] == ["response"]


def test_the_next_to_know_follows_the_profile_while_nobody_has_it() -> None:
    assert next_escalation(incident("09:00"), RULES) == (Told.LEAD, at("09:05"))
    assert next_escalation(incident("09:00", escalated=1), RULES) == (Told.SEAT, at("09:07") + 30)
    assert next_escalation(incident("09:00", escalated=3), RULES) is None
    assert next_escalation(incident("09:00", level=1), RULES) == (Told.LEAD, at("09:00"))
    assert next_escalation(incident("09:00", state=IncidentState.ACCEPTED), RULES) is None
    assert next_escalation(incident("09:00", drill=True), RULES) is None


def test_a_level_of_the_site_stands_for_the_built_in_one() -> None:
    own = LevelRule(2, "ours", 60.0, (EscalationStep(Told.MANAGER, 30.0),), None, trading=False)
    rules = DutyRules(levels=(own,), sessions=SGE, time_zone=ZONE)
    (one,) = countdowns(incident("12:00"), rules, at("12:00"))
    assert (one.due_at, one.trading) == (at("12:01"), False)
    assert next_escalation(incident("12:00"), rules) == (Told.MANAGER, at("12:00") + 30)
    assert rules.unreviewed == {2, 3, 4} and RULES.unreviewed == {3, 4}


REPORTS = DutyRules(reports=REPORT_PROFILES["csrc-2012"], sessions=SGE, time_zone=ZONE)


def test_no_report_is_due_unless_a_profile_is_on() -> None:
    assert [one.key for one in countdowns(incident("11:26", level=1), RULES, at("11:30"))] == ["response"]


def test_s8_report_clocks_run_from_awareness_and_stop_when_it_was_reported() -> None:
    one = incident("11:26", level=1)
    due = {c.key: (c.due_at, c.met_at) for c in countdowns(one, REPORTS, at("11:30"))}
    assert due["csrc-first"] == (at("11:56"), None) and due["csrc-hourly"] == (at("12:56"), None)
    assert due["csrc-summary"][0] == at("00:00") + 8 * 86_400, "five working days after the day of its level"
    told = msgspec.structs.replace(one, reported={"csrc-first": at("11:41"), "csrc-hourly": at("11:45")})
    due = {c.key: (c.due_at, c.met_at) for c in countdowns(told, REPORTS, at("11:50"))}
    assert due["csrc-first"] == (at("11:56"), at("11:41"))
    assert due["csrc-hourly"] == (at("12:45"), None), "an hour after the last one"
    back = msgspec.structs.replace(told, mitigated_at=at("12:00"))
    due = {c.key: (c.due_at, c.met_at) for c in countdowns(back, REPORTS, at("12:10"))}
    assert due["csrc-hourly"][1] == at("12:00"), "the service is back: no more hourly ones"


def test_a_clock_from_classification_begins_anew_with_the_level() -> None:
    rules = DutyRules(reports=REPORT_PROFILES["dora"], time_zone=ZONE)
    raised = incident("11:26", level=1, classified_at=at("12:00"))
    due = {c.key: c.due_at for c in countdowns(raised, rules, at("12:30"))}
    assert due["dora-first"] == at("16:00") and due["dora-aware"] == at("11:26") + 86_400


def test_a_drill_has_nothing_to_report() -> None:
    keys = [one.key for one in countdowns(incident("11:26", level=1, drill=True), REPORTS, at("11:30"))]
    assert keys == ["response"]


@pytest.mark.parametrize("move", list(Move))
def test_who_may_make_which_move(move: Move) -> None:
    people = People((Person("li", role=Role.LEAD), Person("chen", role=Role.MANAGER), Person("wang")))
    mine = (Move.OPENED, Move.AGAIN, Move.RETURNED, Move.ESCALATED, Move.SUSPENDED)
    for name in ("li", "chen"):
        assert (people.may(name, move) is None) == (move not in mine)
    for name in ("wang", "nobody"):
        assert (people.may(name, move) is None) == (move not in (*mine, Move.LOWERED))


def test_where_nobody_is_named_a_level_stays_and_in_practice_everybody_is_a_lead() -> None:
    assert str(People().may("li", Move.LOWERED)) == "only a lead lowers a level, and the site file names none"
    named = People((Person("li", role=Role.LEAD),))
    assert str(named.may("wang", Move.LOWERED)) == "only a lead lowers a level"
    assert People(practice=True).may("li", Move.LOWERED) is None


def test_times_and_actions_as_they_are_typed() -> None:
    now = at("12:00")
    assert past_moment("11:41", ZONE, now) == at("11:41")
    assert past_moment("13:00", ZONE, now) == at("13:00") - 86_400, "the last such time"
    assert past_moment("2026-11-24 09：05", ZONE, now) == at("09:05")
    for wrong in ("", "25:00", "soon", "2026-13-01 11:00"):
        with pytest.raises(Refused):
            past_moment(wrong, ZONE, now)
    action = action_of("second router；li; 2026-12-01")
    assert action is not None and (action.owner, action.due) == ("li", "2026-12-01")
    assert action_of("  ") is None
    for wrong in ("second router", "a; b; soon", "a;; 2026-12-01"):
        with pytest.raises(Refused):
            action_of(wrong)
