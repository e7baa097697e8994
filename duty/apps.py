"""Applications: what came of asking them, against what must be true of them."""

from __future__ import annotations

import math
from typing import NamedTuple

import msgspec

from duty.board import AppView, PerfView
from duty.forecast import Forecast
from duty.limits import above, passed
from duty.moment import Moment
from duty.outlooks import Outlooks, bound_of, limit_in, near
from duty.perf import judge_numbers
from duty.phrases import N_, Phrase, Value, of, phrase
from duty.quality import State
from duty.rates import Trend
from duty.readings import AppReading, Certificate
from duty.series import SeriesKey, perf_key
from duty.site import AppRule

Findings = list[tuple[State, Phrase]]

DAY_S = 86_400.0
MISSED = 3
"""Rounds without a reading after which the last one says nothing any more."""
_EXITS = {0: State.OK, 1: State.WARN, 2: State.ACT}
_CHAIN: dict[str, tuple[State, str]] = {
    "name": (State.ACT, N_("the certificate is for another name: {names}")),
    "not_yet": (State.ACT, N_("the certificate is not valid yet")),
    "ended": (State.ACT, N_("a certificate of its chain has ended")),
    "self_signed": (State.WARN, N_("the certificate is signed by itself: nobody vouches for it")),
    "issuer": (State.WARN, N_("the certificate's issuer is not known here: {issuer}")),
}


class _Sight(NamedTuple):
    """All that its view depends on beside what was read and demanded."""

    unreachable: Phrase | None
    silent_s: int | None
    """For so long it was not asked, where that is too long."""
    days: float | None
    """Until its certificate ends."""


class AppTrack:
    """One application check of one host over time. Pure: every moment comes in as an argument."""

    __slots__ = (
        "_at",
        "_certificate",
        "_outlooks",
        "_reading",
        "_since",
        "_state",
        "_trend",
        "_view",
        "_view_of",
        "fails",
        "rule",
    )

    def __init__(self, rule: AppRule, at: Moment) -> None:
        self.rule = rule
        self._view: AppView | None = None
        self._view_of: _Sight | None = None
        self.fails = 0
        self._reading: AppReading | None = None
        self._at: Moment | None = None
        self._certificate: Certificate | None = None
        self._trend = Trend()
        self._outlooks: Outlooks = {}
        self._state, self._since = State.UNKNOWN, at.wall

    def see(self, reading: AppReading, at: Moment) -> None:
        """It was asked, and this came of it at ``at``."""
        self._reading, self._at, self._view = reading, at, None
        self._certificate = reading.certificate or self._certificate
        whole = dict(reading.steps).get("whole") if reading.outcome == "answered" else None
        slow = self.rule.time_s.act or self.rule.time_s.warn or self.rule.deadline_s
        self._trend.add(None if whole is None else whole / max(slow, 0.001))
        state = _state_of(self._judge(*self._sight(at, None))[0])
        if state is State.ACT:
            self.fails += 1
        elif state is not State.UNKNOWN:
            self.fails = 0

    def foresee(self, outlooks: Outlooks) -> None:
        """What the past of its host's series says of its numbers."""
        self._outlooks, self._view = outlooks, None

    def demand(self, rule: AppRule) -> None:
        """A new site file demands other things of the same application."""
        self.rule, self._view = rule, None

    @property
    def read_mono(self) -> float | None:
        """When it was last asked, by the monotonic clock."""
        return None if self._at is None else self._at.mono

    @property
    def doubtful(self) -> bool:
        """Whether the last reading was the first fault: it should be confirmed, or not, soon."""
        return self.fails == 1

    def view(self, at: Moment, unreachable: Phrase | None) -> AppView:
        """The application judged at ``at``. ``unreachable``: why the host it is asked from cannot ask now.

        The very same object until something in it has changed.
        """
        sight = self._sight(at, None if self.rule.from_console else unreachable)
        if self._view is None or sight != self._view_of:
            self._view, self._view_of = self._judged(at, sight), sight
        return self._view

    def _sight(self, at: Moment, unreachable: Phrase | None) -> _Sight:
        waited = None if self._at is None else at.mono - self._at.mono
        late = waited is not None and waited > MISSED * self.rule.interval_s + self.rule.deadline_s
        return _Sight(unreachable, round(waited) if waited is not None and late else None, self._days(at))

    def _judged(self, at: Moment, sight: _Sight) -> AppView:
        found, numbers = self._judge(*sight)
        state = _state_of(found)
        if state is not self._state:
            self._state, self._since = state, at.wall
        reading, rule = self._reading, self.rule
        whole = dict(reading.steps).get("whole") if reading is not None and reading.outcome == "answered" else None
        return AppView(
            key=rule.key,
            kind=rule.kind,
            target=rule.target,
            from_console=rule.from_console,
            state=state,
            why=tuple(said for _, said in found),
            since=self._since,
            interval_s=rule.interval_s,
            hold_s=rule.hold_s,
            fails=self.fails,
            response_s=whole,
            cert_days=sight.days,
            text="" if reading is None else reading.text or reading.banner,
            perf=numbers,
            read_at=None if self._at is None else self._at.wall,
            steps=() if reading is None else reading.steps,
            certificate=self._certificate,
            detail="" if reading is None else reading.detail,
            trend=self._trend.values(),
            deadline_s=rule.deadline_s,
            states=tuple(each for each, _ in found),
        )

    def _days(self, at: Moment) -> float | None:
        """In hundredths, so that it does not differ every second; those that have begun count, so 0 is the end."""
        shown = self._certificate
        return None if shown is None else math.ceil((shown.not_after - at.wall) / DAY_S * 100) / 100

    def _judge(
        self, unreachable: Phrase | None, silent_s: int | None, days: float | None
    ) -> tuple[Findings, tuple[PerfView, ...]]:
        """What is not as it must be, the reason that decides first, and the numbers."""
        reading = self._reading
        if unreachable is not None:
            return [(State.UNKNOWN, phrase("cannot be asked: the host it is asked from is not reached"))], ()
        if reading is None or self._at is None:
            return [(State.UNKNOWN, phrase("not asked yet"))], ()
        if silent_s is not None:
            return [(State.UNKNOWN, phrase("not asked for {seconds} s", seconds=silent_s))], ()
        if reading.outcome != "answered":
            state = State.ACT if reading.outcome == "failed" else State.UNKNOWN
            return [(state, reading.why or phrase("does not answer")), *self._chain(reading, days)], ()
        numbers, found = judge_numbers(reading.perf, self.rule.limits)
        numbers = tuple([self._foreseen(one) for one in numbers])
        found += [(State.WARN, limit_in(*soon)) for one in numbers if (soon := _near(one)) is not None]
        found += [*_exit(reading), *self._time(reading), *self._chain(reading, days)]
        found.sort(key=lambda one: -one[0])
        return found, numbers

    def _foreseen(self, one: PerfView) -> PerfView:
        outlook = self._outlooks.get(SeriesKey("perf", perf_key(self.rule.key, one.label), "value"))
        if outlook is None or bound_of(one) is None:
            return one
        state = max(one.state, State.WARN) if near(outlook) else one.state
        return msgspec.structs.replace(one, time_to_limit=outlook, state=state)

    def _time(self, reading: AppReading) -> Findings:
        whole = dict(reading.steps).get("whole")
        state = above(whole, self.rule.time_s)
        if whole is None or state <= State.OK:
            return []
        limit = passed(whole, self.rule.time_s)
        return [(state, phrase("answers in {time} ms (limit {limit} ms)", time=_ms(whole), limit=_ms(limit)))]

    def _chain(self, reading: AppReading, days: float | None) -> Findings:
        shown = reading.certificate
        if shown is None or days is None:
            return []
        limits, found = self.rule.cert_days, Findings()
        judged = limits.warn is not None or limits.act is not None
        if days <= 0 and (judged or self.rule.verify):
            found.append((State.ACT, phrase("the certificate ended {span} ago", span=_span(-days))))
        elif limits.act is not None and days < limits.act:
            found.append((State.ACT, _ends(days, limits.act)))
        elif limits.warn is not None and days < limits.warn:
            found.append((State.WARN, _ends(days, limits.warn)))
        if shown.verified is False and not (shown.fault == "ended" and days <= 0):
            state, said = _CHAIN.get(shown.fault, (State.WARN, N_("the certificate does not hold up: {words}")))
            values: dict[str, Value] = {"words": shown.words}
            values |= {"names": ", ".join(shown.names) or shown.subject, "issuer": shown.issuer}
            found.append((state, Phrase(said, values)))
        return found


def of_applications(apps: tuple[AppView, ...], away: Phrase | None) -> Findings:
    """What is wrong with them. Those that are asked from a host that is away say nothing beside that."""
    return [
        (app.state, of(app.key, app.why[0]))
        for app in apps
        if app.why and app.state > State.OK and (app.from_console or away is None)
    ]


def _near(one: PerfView) -> tuple[str, Forecast] | None:
    soon = one.time_to_limit
    return (one.label, soon) if isinstance(soon, Forecast) and near(soon) else None


def _state_of(found: Findings) -> State:
    return found[0][0] if found else State.OK


def _exit(reading: AppReading) -> Findings:
    if reading.exit is None or reading.exit == 0:
        return []
    said = phrase("ended with {exit} and without a word", exit=reading.exit)
    if reading.text:
        said = Phrase("{text}", {"text": reading.text})
    return [(_EXITS.get(reading.exit, State.UNKNOWN), said)]


def _ends(days: float, limit: float) -> Phrase:
    return phrase("the certificate ends in {span} (limit {limit} d)", span=_span(days), limit=f"{limit:g}")


def _span(days: float) -> str:
    return f"{days:.0f} d" if days >= 3 else f"{days * 24:.0f} h"


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f}"
