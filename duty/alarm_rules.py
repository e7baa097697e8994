"""The alarm definitions in force at a site: the built-in ones, and over them what the site file says."""

from __future__ import annotations

import msgspec

from duty.alarm_catalog import BUILT_IN
from duty.alarm_def import AlarmDef, AlarmKey
from duty.alarm_quality import AFTER_S, DEFINITION, QUALITY
from duty.phrases import Phrase
from duty.site import AlarmRule, AppRule, SiteSpec

KNOWN: dict[str, AlarmDef] = {**BUILT_IN, QUALITY: msgspec.structs.replace(DEFINITION, on_delay_s=AFTER_S)}
"""Every definition there is before the site has its word: the built-in ones, and how far a thing is seen."""
OWN_CONDITIONS = tuple(key for key in BUILT_IN if key.startswith(("app.", "number.", "event.")))
"""Conditions a site may have an alarm of its own for: those of applications, check commands and logs."""
_CONFIRMED = ("app.no_answer", "app.slow", "app.wrong_status", "app.wrong_text", "app.wrong_banner", "app.check",
              "number.limit")  # fmt: skip
"""What an application's own ``hold`` delays."""
MOST_KEPT = 50_000
"""Answers that are kept: a host names its mounts and sensors itself, and may name new ones for ever."""


class Definitions:
    """Which definition holds for an alarm. Made once a site file; answers are kept, each is asked for often."""

    def __init__(self, site: SiteSpec) -> None:
        self._hosts = {host.id: host for host in site.hosts}
        # What is said of one thing goes before what is said of a host, of a role, of all; then the later table.
        self._rules = sorted(site.alarms, key=_nearness)
        self._known: dict[AlarmKey, AlarmDef] = {}

    def of(self, key: AlarmKey) -> AlarmDef:
        """The definition of the alarm ``key``. Raises ``KeyError`` for a condition that is not built in."""
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= MOST_KEPT:
                self._known.clear()
            found = self._known[key] = self._make(key)
        return found

    def _make(self, key: AlarmKey) -> AlarmDef:
        subject, made = key.subject, KNOWN[key.definition]
        host = self._hosts.get(subject.host)
        if host is not None and key.definition in _CONFIRMED and (app := _app_of(host.apps, subject.key)) is not None:
            made = msgspec.structs.replace(made, on_delay_s=app.hold_s)
        role = "" if host is None else host.role
        for rule in self._rules:
            if rule.fits(key.definition, role, subject.host, subject.key):
                made = applied(made, rule)
        return made


def applied(made: AlarmDef, rule: AlarmRule) -> AlarmDef:
    """The definition with what ``rule`` says of it. What stands under a latch or a priority by law stays so."""
    priority = made.priority if rule.priority is None else rule.priority
    warning = max(priority, made.warn_priority if rule.warn_priority is None else rule.warn_priority)
    latch = made.latch if rule.latch is None else rule.latch
    return AlarmDef(
        key=rule.key if rule.condition else made.key,
        priority=priority,
        warn_priority=warning,
        cause=_given(rule.cause, made.cause),
        consequence=_given(rule.consequence, made.consequence),
        action=_given(rule.action, made.action),
        respond_s=made.respond_s if rule.respond_s is None else rule.respond_s,
        on_delay_s=made.on_delay_s if rule.on_delay_s is None else rule.on_delay_s,
        off_delay_s=made.off_delay_s if rule.off_delay_s is None else rule.off_delay_s,
        deadband_percent=made.deadband_percent if rule.deadband_percent is None else rule.deadband_percent,
        latch=latch or min(priority, warning) <= 2,
        realarm_s=made.realarm_s if rule.realarm_s is None else rule.realarm_s or None,
        owner=made.owner if rule.owner is None else rule.owner,
        review_by=made.review_by if rule.review_by is None else rule.review_by,
        version=made.version,
        cuts=made.cuts,
    )


def _given(own: Phrase | None, built_in: Phrase) -> Phrase:
    return built_in if own is None else own


def _nearness(rule: AlarmRule) -> tuple[bool, bool, bool]:
    return bool(rule.thing), bool(rule.host), bool(rule.role)


def _app_of(apps: tuple[AppRule, ...], key: str) -> AppRule | None:
    """The application with this key, or whose number that is."""
    return next((one for one in apps if key == one.key or key.startswith(f"{one.key} ")), None)
