"""Ping targets of a line and what else a slower look at it says, against what must be true."""

from __future__ import annotations

import msgspec

from duty.board import PingView
from duty.limits import above, passed
from duty.phrases import Phrase, phrase
from duty.quality import State
from duty.rates import growth
from duty.readings import LineReadings, PingReading
from duty.site import Limits, LineRule, PingRule

Findings = list[tuple[State, Phrase]]


class Looks:
    """The newest looks at one line. Pure: every moment comes in as an argument."""

    __slots__ = ("_segments", "at", "pings", "queue_packets", "retransmitted_percent")

    def __init__(self) -> None:
        self._segments: tuple[int, int] | None = None
        self.at: float | None = None
        self.pings: tuple[PingView, ...] = ()
        self.queue_packets: int | None = None
        self.retransmitted_percent: float | None = None

    def see(self, rule: LineRule, reading: LineReadings, at: float) -> None:
        """Take the answer of the section, received at ``at`` (UTC epoch seconds)."""
        self.at = at
        told = {one.key: one for one in reading.pings}
        unread = {one.subject: one.why for one in reading.failures}
        self.pings = tuple(
            msgspec.structs.replace(
                judge_ping(ping, told.get(name := f"{rule.key} {ping.target}"), unread.get(name), at), line=rule.key
            )
            for ping in rule.pings
        )
        queue = next((one for one in reading.queues if one.interface == rule.interface), None)
        self.queue_packets = None if queue is None else queue.backlog_packets
        self._count(reading)

    def _count(self, reading: LineReadings) -> None:
        before, self._segments = self._segments, None
        self.retransmitted_percent = None
        if reading.segments_out is None or reading.segments_again is None:
            return
        self._segments = (reading.segments_out, reading.segments_again)
        if before is None:
            return
        sent, again = growth(before[0], reading.segments_out), growth(before[1], reading.segments_again)
        if sent and again is not None:
            self.retransmitted_percent = 100 * again / sent

    def findings(self, rule: LineRule) -> Findings:
        """What of it is not as it must be."""
        found: Findings = [(ping.state, ping.why[0]) for ping in self.pings if ping.why and ping.state > State.OK]
        if self.at is None:
            return found
        if self.queue_packets is None:
            if _limited(rule.queue_packets):
                found.append((State.UNKNOWN, phrase("the host does not tell what waits to be sent")))
        elif (state := above(self.queue_packets, rule.queue_packets)) > State.OK:
            found.append((state, phrase("{count} packets wait to be sent", count=self.queue_packets)))
        again = self.retransmitted_percent
        if again is not None and (state := above(again, rule.retransmitted_percent)) > State.OK:
            found.append((state, phrase("{share} % of TCP segments are sent again", share=f"{again:.1f}")))
        return found

    @property
    def lost_percent(self) -> float | None:
        """The worst loss to any target."""
        return max((ping.loss_percent for ping in self.pings if ping.loss_percent is not None), default=None)


def judge_ping(rule: PingRule, reading: PingReading | None, unread: Phrase | None, at: float) -> PingView:
    """One target judged. Not told is unknown, with the reason where there is one."""
    if reading is None:
        why = unread or phrase("the host does not tell of {target}", target=rule.target)
        return PingView(rule.target, State.UNKNOWN, (why,), states=(State.UNKNOWN,))
    if reading.sent == 0 or (reading.received == 0 and reading.why == "name"):
        why = phrase("{target}: the host finds no address for this name", target=rule.target)
        return PingView(rule.target, State.UNKNOWN, (why,), read_at=at, states=(State.UNKNOWN,))
    lost = 100 * (reading.sent - reading.received) / reading.sent
    found = _ping_findings(rule, reading, lost)
    found.sort(key=lambda one: -one[0])
    return PingView(
        target=rule.target,
        state=found[0][0] if found else State.OK,
        why=tuple(said for _, said in found),
        rtt_s=reading.mean_s,
        jitter_s=reading.jitter_s,
        loss_percent=lost,
        read_at=at,
        states=tuple(state for state, _ in found),
    )


def _ping_findings(rule: PingRule, reading: PingReading, lost: float) -> Findings:
    found: Findings = []
    if reading.received == 0:
        if reading.why == "unreachable":
            said = phrase("{target}: no way there", target=rule.target)
        else:
            said = phrase("{target} does not answer", target=rule.target)
        return [(above(100.0, rule.loss_percent), said)]
    if (state := above(lost, rule.loss_percent)) > State.OK:
        said = phrase("{share} % of pings to {target} are lost", share=f"{lost:.0f}", target=rule.target)
        found.append((state, said))
    for value, limits, what in ((reading.mean_s, rule.rtt_s, "RTT"), (reading.jitter_s, rule.jitter_s, "jitter")):
        if value is None or (state := above(value, limits)) <= State.OK:
            continue
        limit = f"{1000 * passed(value, limits):g}"
        shown = f"{1000 * value:.1f}"
        if what == "RTT":
            said = phrase(
                "{target} takes {millis} ms (limit {limit} ms)", target=rule.target, millis=shown, limit=limit
            )
        else:
            said = phrase(
                "{target} varies by {millis} ms (limit {limit} ms)", target=rule.target, millis=shown, limit=limit
            )
        found.append((state, said))
    return found


def _limited(limits: Limits) -> bool:
    return limits.warn is not None or limits.act is not None
