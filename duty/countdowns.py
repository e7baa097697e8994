"""The clocks of an incident: response, escalation, review, reports. When each is due, and whether it was met."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from duty.drills import paused_s
from duty.duty_rules import DutyRules
from duty.incident_profile import LevelRule, ReportRule, Told
from duty.phrases import N_, Phrase, phrase
from duty.records import ENDED, Incident, IncidentState
from duty.trading_minutes import trading_deadline, trading_seconds, weekdays_after

RESPONSE, REVIEW = "response", "review"
DAY_S = 86_400.0


class Countdown(msgspec.Struct, frozen=True):
    """One clock. Times: UTC epoch seconds."""

    key: str
    what: str
    """A msgid, or the site's own words."""
    due_at: float | None
    """``None``: no session comes within a year in which its time could pass."""
    met_at: float | None = None
    """When what it waited for happened; it counts no further."""
    left_s: float | None = None
    """Seconds left by its own measure, trading time where ``trading``; below zero: so long overdue."""
    trading: bool = False
    source: str = ""
    stopped: bool = False
    """A suspended drill: it goes on with what is left when the drill does, so nobody knows when it is due."""

    @property
    def overdue(self) -> bool:
        """Whether it ran out, met too late or not at all."""
        return self.left_s is not None and self.left_s < 0


def countdowns(incident: Incident, rules: DutyRules, now: float) -> list[Countdown]:
    """Every clock that runs or was met, the next one due first. A drill has no reports to make, and while it is
    suspended its clocks stand."""
    if incident.suspended:
        now = min(now, incident.pauses[-1][0])
    found = [*_response(incident, rules, now), *_review(incident, rules, now)]
    if not incident.drill:
        found += _reports(incident, rules, now)
    return sorted(found, key=lambda one: (one.met_at is not None, one.due_at is None, one.due_at or 0.0))


def nearest(incident: Incident, rules: DutyRules, now: float) -> Countdown | None:
    """The clock that runs out next, or ran out first, of those not met."""
    if incident.state in ENDED:
        return None
    return next(
        (one for one in countdowns(incident, rules, now) if one.met_at is None and (one.due_at or one.stopped)), None
    )


def deadline(rules: DutyRules, since: float, seconds: float, *, trading: bool) -> float | None:
    """When so much time has passed, in trading time where that is asked for and sessions are named."""
    if trading and rules.sessions:
        return trading_deadline(rules.sessions, rules.time_zone, since, seconds)
    return since + seconds


def since_opened(incident: Incident) -> float:
    """What response and escalation count from: when it got its level, so that a graver one has its own time."""
    return incident.opened_at if incident.classified_at is None else incident.classified_at


def next_escalation(incident: Incident, rules: DutyRules) -> tuple[Told, float] | None:
    """Who has to know next and when, while nobody has it."""
    level = rules.level(incident.level)
    if incident.state is not IncidentState.OPEN or incident.drill or incident.escalated >= len(level.escalation):
        return None
    step = level.escalation[incident.escalated]
    at = deadline(rules, since_opened(incident), step.after_s, trading=level.trading)
    return None if at is None else (step.to, at)


def lost_trading_s(incident: Incident, rules: DutyRules, now: float) -> float | None:
    """Trading seconds from its opening until the service was back; ``None`` where the site names no sessions."""
    if not rules.sessions:
        return None
    until = incident.mitigated_at if incident.mitigated_at is not None else now
    return _passed(rules, incident, incident.opened_at, until, trading=True)


def lost_s(incident: Incident, now: float) -> float:
    """Seconds by the clock on the wall from its opening until the service was back."""
    until = incident.mitigated_at if incident.mitigated_at is not None else now
    return until - incident.opened_at - paused_s(incident, incident.opened_at, until)


def proposal(incident: Incident, rules: DutyRules, now: float) -> Phrase | None:
    """A level that what was lost speaks for, where it is graver than the one it has.

    Trading impaired (level 2) for five trading minutes is what level 1 means if it was for all. Source: domain model
    4.6, after CSRC notice 2012-46 (five minutes).
    """
    lost = lost_trading_s(incident, rules, now)
    if lost is None or incident.level != 2 or lost < 300 or incident.drill or incident.state in ENDED:
        return None
    return phrase(
        "{minutes} trading minutes: if trading was lost for all, this is level 1 (after CSRC notice 2012-46)",
        minutes=int(lost // 60),
    )


def _passed(rules: DutyRules, incident: Incident, since: float, until: float, *, trading: bool) -> float:
    """Seconds that counted between two moments: without the interruptions of a drill."""
    if not trading:
        return until - since - paused_s(incident, since, until)
    spans = ((max(begin, since), min(until if end is None else end, until)) for begin, end in incident.pauses)
    paused = (trading_seconds(rules.sessions, rules.time_zone, one, other) for one, other in spans if one < other)
    return trading_seconds(rules.sessions, rules.time_zone, since, until) - sum(paused)


def _deadline(rules: DutyRules, incident: Incident, since: float, seconds: float, *, trading: bool) -> float | None:
    """:func:`deadline` with what a drill was interrupted for added where it lies before."""
    for begin, end in incident.pauses:
        if end is None or end <= since:
            continue
        due = deadline(rules, since, seconds, trading=trading)
        if due is not None and due <= begin:
            return due
        if begin > since:
            counted = trading and bool(rules.sessions)
            used = trading_seconds(rules.sessions, rules.time_zone, since, begin) if counted else begin - since
            seconds -= used
        since = end
    return deadline(rules, since, seconds, trading=trading)


def _left(rules: DutyRules, due: float | None, now: float, *, trading: bool) -> float | None:
    if due is None:
        return None
    if not trading or not rules.sessions:
        return due - now
    if now <= due:
        return trading_seconds(rules.sessions, rules.time_zone, now, due)
    # The smallest step below zero says overdue also while no session goes on.
    return min(-1.0, -trading_seconds(rules.sessions, rules.time_zone, due, now))


def _response(incident: Incident, rules: DutyRules, now: float) -> Iterator[Countdown]:
    level: LevelRule = rules.level(incident.level)
    if level.respond_s is None:
        return
    met = incident.accepted_at
    before = (
        incident
        if met is None
        else msgspec.structs.replace(incident, pauses=tuple(pause for pause in incident.pauses if pause[0] < met))
    )
    due = _deadline(rules, before, since_opened(incident), level.respond_s, trading=level.trading)
    trading = level.trading and bool(rules.sessions)
    left = _left(rules, due, now if met is None else met, trading=trading)
    stopped = incident.suspended and met is None
    yield Countdown(RESPONSE, N_("response"), None if stopped else due, met, left, trading, stopped=stopped)


def _review(incident: Incident, rules: DutyRules, now: float) -> Iterator[Countdown]:
    days = rules.level(incident.level).review_days
    if days is None or incident.resolved_at is None or incident.drill:
        return
    due = incident.resolved_at + days * DAY_S
    met = incident.reviewed_at
    yield Countdown(REVIEW, N_("review"), due, met, due - (now if met is None else met))


def _reports(incident: Incident, rules: DutyRules, now: float) -> Iterator[Countdown]:
    for rule in rules.reports:
        if incident.level in rule.levels and incident.state is not IncidentState.MERGED:
            yield _report(incident, rules, rule, now)


def _report(incident: Incident, rules: DutyRules, rule: ReportRule, now: float) -> Countdown:
    begun = since_opened(incident) if rule.since == "classification" else incident.opened_at
    made = incident.reported.get(rule.key)
    back = incident.mitigated_at
    if rule.again_s is not None and made is not None:
        due: float | None = made + rule.again_s
        made = None
        if back is not None and due is not None and back <= due:
            made = back  # the service is back: nothing more is asked for
    elif rule.workdays is not None:
        due = weekdays_after(rules.time_zone, begun, rule.workdays)
    else:
        due = begun + (rule.within_s or 0.0)
        if rule.again_s is not None and made is None and back is not None and back <= due:
            made = back
    left = None if due is None else due - (now if made is None else made)
    return Countdown(rule.key, rule.what, due, made, left, source=rule.source)
