"""The rules of incidents of one site, gathered from its file: what screens and the watch judge incidents by, and what
of the file a screen needs beside it."""

from __future__ import annotations

import msgspec

from duty.emergency import Procedure
from duty.incident_profile import DEFAULT_LEVELS, Contact, LevelRule, ReportRule
from duty.incidents import ALONE, LEVELS
from duty.log_templates import LogTemplate
from duty.roles import People
from duty.site import SessionRule, SiteSpec


class DutyRules(msgspec.Struct, frozen=True):
    """All that a screen has to know of the site's rules for incidents."""

    levels: tuple[LevelRule, ...] = ()
    reports: tuple[ReportRule, ...] = ()
    people: People = People()
    contacts: tuple[Contact, ...] = ()
    sessions: tuple[SessionRule, ...] = ()
    time_zone: str = "UTC"
    procedures: tuple[Procedure, ...] = ()
    templates: tuple[LogTemplate, ...] = ()
    """Lines of the duty log that the site has prepared beside those built in."""

    def level(self, number: int) -> LevelRule:
        """The rule of a level; the built-in one where the profile has none."""
        for rule in (*self.levels, *DEFAULT_LEVELS):
            if rule.level == number:
                return rule
        return DEFAULT_LEVELS[-1]

    @property
    def alone(self) -> frozenset[int]:
        """Levels that one person may resolve and close; in practice every one, for a person may practise alone."""
        return frozenset(LEVELS) if self.people.practice else ALONE

    @property
    def unreviewed(self) -> frozenset[int]:
        """Levels that may be closed without a review."""
        return frozenset(rule.level for rule in DEFAULT_LEVELS if self.level(rule.level).review_days is None)


def rules_of(site: SiteSpec) -> DutyRules:
    """The rules of ``site``."""
    return DutyRules(
        levels=site.levels,
        reports=site.reports,
        people=People(site.people, practice=site.practice),
        contacts=site.contacts,
        sessions=site.sessions,
        time_zone=site.time_zone,
        procedures=site.procedures,
        templates=site.templates,
    )
