"""From the tables of people and incidents to what everyone reads: the built-in profile filled in."""

from __future__ import annotations

import msgspec

from config.alarm_settle import words_of
from config.duty_tables import LevelTable, ReportTable
from config.model import Session, SiteFile
from duty.incident_profile import (
    DEFAULT_LEVELS,
    REPORT_PROFILES,
    Contact,
    EscalationStep,
    LevelRule,
    ReportRule,
    Told,
)
from duty.log_templates import LogTemplate
from duty.roles import Person, Role
from duty.site import SessionRule

_SESSION = SessionRule("", 0, 0)
_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def people(file: SiteFile) -> tuple[Person, ...]:
    """Everybody the file names."""
    return tuple(Person(one.name, one.shown or "", Role(one.role), one.phone or "") for one in file.people)


def contacts(file: SiteFile) -> tuple[Contact, ...]:
    """Whom to call, in the order of the file."""
    return tuple(Contact(one.name, one.what, one.phone, one.tested or "") for one in file.contacts)


def levels(file: SiteFile) -> tuple[LevelRule, ...]:
    """The levels that differ from the built-in ones, whole."""
    return tuple(map(_level, file.incidents.levels))


def _level(table: LevelTable) -> LevelRule:
    rule = next(rule for rule in DEFAULT_LEVELS if rule.level == table.level)
    rule = msgspec.structs.replace(rule, trading=table.clock == "trading")
    if table.meaning is not None:
        rule = msgspec.structs.replace(rule, meaning=table.meaning)
    if table.respond is not None:
        rule = msgspec.structs.replace(rule, respond_s=table.respond)
    if table.escalate is not None:
        steps = sorted(table.escalate, key=lambda step: step.after)
        rule = msgspec.structs.replace(
            rule, escalation=tuple(EscalationStep(Told(step.to), step.after) for step in steps)
        )
    if table.review_days is not None:
        rule = msgspec.structs.replace(rule, review_days=table.review_days or None)
    return rule


def reports(file: SiteFile) -> tuple[ReportRule, ...]:
    """The report clocks that run: the profiles switched on, then the site's own."""
    built_in = (rule for name in dict.fromkeys(file.incidents.profiles) for rule in REPORT_PROFILES[name])
    return (*built_in, *map(_report, file.incidents.reports))


def templates(file: SiteFile) -> tuple[LogTemplate, ...]:
    """Lines of the duty log that the file prepares."""
    return tuple(LogTemplate(one.key, words_of(one.text)) for one in file.template)


def _report(table: ReportTable) -> ReportRule:
    return ReportRule(
        key=table.name,
        what=table.name,
        source=table.source,
        levels=tuple(sorted(set(table.levels))),
        since=table.since,
        within_s=table.within,
        workdays=table.workdays,
        again_s=table.again,
    )


def session_rule(session: Session) -> SessionRule:
    """One trading session as everyone reads it."""
    days = _SESSION.days if session.days is None else tuple(sorted({1 + _WEEK.index(day) for day in session.days}))
    return SessionRule(session.name, session.start, session.end, days)
