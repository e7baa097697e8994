"""People, contacts, levels and reports of a site file as everyone reads them."""

from __future__ import annotations

from pathlib import Path

from config.load import load_site
from duty.duty_rules import rules_of
from duty.incident_profile import EscalationStep, Told
from duty.log_templates import BUILT_IN, filled, templates
from duty.records import Move
from wire.words import say, speak

GOOD = Path(__file__).parent / "good"


def test_levels_and_reports_are_filled_in_from_the_built_in_ones() -> None:
    site = load_site(GOOD / "duty.toml").site
    assert site is not None
    rules = rules_of(site)
    two = rules.level(2)
    assert (two.meaning, two.respond_s, two.review_days, two.trading) == ("one gateway lost", 600.0, None, False)
    assert two.escalation == (EscalationStep(Told.LEAD, 120.0), EscalationStep(Told.MANAGER, 600.0)), "as they come due"
    assert rules.level(1).respond_s == 300.0 and rules.unreviewed == {2, 3, 4}
    assert [one.key for one in rules.reports] == [
        "csrc-first", "csrc-hourly", "csrc-summary", "to the parent company",
    ]  # fmt: skip
    own = rules.reports[-1]
    assert (own.levels, own.within_s, own.again_s, own.since) == ((1, 2), 3600.0, 7200.0, "classification")
    assert rules.people.may("liwei", Move.LOWERED) is None and rules.people.may("zhang", Move.LOWERED) is not None
    assert [(one.name, one.what, one.tested) for one in rules.contacts] == [
        ("SGE", "exchange", "2026-03-05"), ("Vendor hotline", "vendor", ""),
    ]  # fmt: skip


def test_a_sites_own_templates_come_first_and_take_the_place_of_built_in_ones() -> None:
    site = load_site(GOOD / "templates.toml").site
    assert site is not None
    found = templates(rules_of(site).templates)
    assert [one.key for one in found[:2]] == ["vendor", "seal"] and len(found) == len(BUILT_IN) + 1
    assert str(found[0].text) == "Called Hundsun about {subject}: …"
    speak("zh_CN")
    assert say(found[0].text) == "已就 {subject} 致电恒生：…"
    seal = filled(say(found[1].text), subject="gw1 order", host="gw1", incident=None)
    assert seal == "Seal of gw1 checked, incident …"


def test_a_site_that_says_nothing_has_the_built_in_levels_and_no_reports() -> None:
    site = load_site(GOOD / "minimal.toml").site
    assert site is not None
    rules = rules_of(site)
    assert rules.reports == () and rules.contacts == () and rules.level(2).respond_s == 900.0
