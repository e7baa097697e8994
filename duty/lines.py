"""Lines: interface counters into rates, rates against the contracted capacity."""

from __future__ import annotations

from duty.board import LineView
from duty.limits import above, lowest, passed
from duty.part import Part
from duty.phrases import N_, Phrase, phrase
from duty.pings import Looks
from duty.quality import State
from duty.rates import Trend, growth, per_second
from duty.readings import InterfaceCounters, LineReadings
from duty.sessions import SessionPeak
from duty.site import LineRule

AGAIN_PERCENT = 1.0
"""TCP segments sent again from which on a well-used line counts as congested. Ours to defend."""

Findings = list[tuple[State, Phrase]]

_CARRIES = ("", "up", "unknown")
"""States of a link that may carry traffic; tunnels and loopback never say more than "unknown"."""


class LineTrack(Part[LineView]):
    """One line of one host over time. Pure: every moment comes in as an argument."""

    __slots__ = (
        "_drops_from",
        "_errors_from",
        "_in",
        "_last",
        "_last_uptime",
        "_looked",
        "_missing",
        "_out",
        "_use_from",
        "drops",
        "errors",
        "looks",
        "peak_in",
        "peak_out",
        "rate_in",
        "rate_out",
        "read_at",
        "rule",
        "session",
    )

    def __init__(self, rule: LineRule) -> None:
        super().__init__()
        self._last: InterfaceCounters | None = None
        self._last_uptime = 0.0
        self._missing = False
        self._in, self._out = Trend(), Trend()
        self.rate_in: float | None = None
        self.rate_out: float | None = None
        self.errors: float | None = None
        self.drops: float | None = None
        self.peak_in: float | None = None
        self.peak_out: float | None = None
        self.read_at: float | None = None
        self.looks = Looks()
        self.session: SessionPeak | None = None
        self.demand(rule)

    def remember(self, session: SessionPeak | None) -> None:
        """Its peak in the trading session that ended last, as its history says."""
        self.session = session
        self.changed()

    def look(self, reading: LineReadings, at: float) -> None:
        """Take the slower look at the line: ping targets, queue, segments sent again."""
        self.looks.see(self.rule, reading, at)
        self._looked = self.looks.findings(self.rule)
        self.changed()

    def demand(self, rule: LineRule) -> None:
        """A new site file demands other things of the same interface."""
        self.rule = rule
        self._use_from, self._errors_from = lowest(rule.use_percent), lowest(rule.errors_per_s)
        self._drops_from = lowest(rule.drops_per_s)
        self._looked = self.looks.findings(rule)
        self.changed()

    def see(self, seen: InterfaceCounters | None, uptime_s: float, at: float) -> None:
        """Take the counters of a sample; ``None``: the host has no such interface now."""
        last, seconds = self._last, uptime_s - self._last_uptime
        self._last, self._last_uptime = seen, uptime_s
        self._missing, self.read_at = seen is None, at
        self.rate_in = self.rate_out = self.errors = self.drops = None
        if seen is not None and last is not None and seconds > 0:
            self._measure(last, seen, seconds)
        self._in.add(share(self.rate_in, self.rule.capacity_in_bps or self.peak_in))
        self._out.add(share(self.rate_out, self.rule.capacity_out_bps or self.peak_out))
        self.changed()

    def _measure(self, last: InterfaceCounters, seen: InterfaceCounters, seconds: float) -> None:
        fell = (seen.rx_bytes < last.rx_bytes) + (seen.tx_bytes < last.tx_bytes)
        # A re-created interface restarts all its counters; a 32-bit counter wraps alone.
        reset = fell > 1 or seen.rx_errors < last.rx_errors or seen.tx_errors < last.tx_errors
        received = per_second(growth(last.rx_bytes, seen.rx_bytes, siblings_fell=reset), seconds)
        sent = per_second(growth(last.tx_bytes, seen.tx_bytes, siblings_fell=reset), seconds)
        self.rate_in = None if received is None else received * 8
        self.rate_out = None if sent is None else sent * 8
        self.errors = per_second(
            growth(last.rx_errors + last.tx_errors, seen.rx_errors + seen.tx_errors, siblings_fell=True), seconds
        )
        self.drops = per_second(
            growth(last.rx_drops + last.tx_drops, seen.rx_drops + seen.tx_drops, siblings_fell=True), seconds
        )
        self.peak_in = highest(self.peak_in, self.rate_in)
        self.peak_out = highest(self.peak_out, self.rate_out)

    def gap(self) -> None:
        """A moment without a reading."""
        self._in.add(None)
        self._out.add(None)
        self.changed()

    def judged(self) -> LineView:
        """The line judged as it stands."""
        rule = self.rule
        congestion: tuple[State, Phrase] | None = None
        found: Findings = []
        if not self._well():
            congestion = self._congestion()
            found = self._findings(congestion)
            found.sort(key=lambda f: -f[0])
        judged = rule.capacity_in_bps is not None or rule.capacity_out_bps is not None or bool(rule.pings)
        state = found[0][0] if found else (State.OK if judged else State.UNJUDGED)
        # By position, in the order of the class: as with processes.
        return LineView(
            rule.key,
            rule.interface,
            state,
            tuple([why for _, why in found]),
            self.rate_in,
            self.rate_out,
            rule.capacity_in_bps,
            rule.capacity_out_bps,
            self.errors,
            self.drops,
            self.peak_in,
            self.peak_out,
            self._in.values(),
            self._out.values(),
            congestion is not None,
            self.looks.queue_packets,
            self.looks.retransmitted_percent,
            self.looks.at,
            self.looks.pings,
            self.read_at,
            self.session,
            tuple([each for each, _ in found]),
        )

    def _well(self) -> bool:
        """Whether there is nothing to find: the usual case, seen without a look at each rule's own words."""
        rule, last = self.rule, self._last
        used_in, used_out = share(self.rate_in, rule.capacity_in_bps), share(self.rate_out, rule.capacity_out_bps)
        return (
            last is not None
            and last.link in _CARRIES
            and not self._looked
            and (used_in is None or used_in * 100 < self._use_from)
            and (used_out is None or used_out * 100 < self._use_from)
            and (self.errors is None or self.errors < self._errors_from)
            and (self.drops is None or self.drops < self._drops_from)
        )

    def _findings(self, congestion: tuple[State, Phrase] | None) -> Findings:
        rule = self.rule
        if self.read_at is None:
            return [(State.UNKNOWN, phrase("not read yet"))]
        if self._missing:
            return [(State.ACT, phrase("the host has no interface {interface}", interface=rule.interface))]
        found: Findings = []
        if self._last is not None and self._last.link not in _CARRIES:
            link = self._last.link
            found.append(
                (
                    State.ACT,
                    phrase("no link on {interface} (the kernel says: {state})", interface=rule.interface, state=link),
                )
            )
        for said, rate, capacity in (
            (N_("in at {used} % of capacity (limit {limit} %)"), self.rate_in, rule.capacity_in_bps),
            (N_("out at {used} % of capacity (limit {limit} %)"), self.rate_out, rule.capacity_out_bps),
        ):
            used = share(rate, capacity)
            if used is None:
                continue  # the first sample has no rate: the view says so by None
            if (state := above(used * 100, rule.use_percent)) > State.OK:
                limit = f"{passed(used * 100, rule.use_percent):g}"
                found.append((state, Phrase(said, {"used": round(used * 100), "limit": limit})))
        if self.errors is not None and (state := above(self.errors, rule.errors_per_s)) > State.OK:
            found.append((state, phrase("{rate} errors per second", rate=f"{self.errors:.1f}")))
        if self.drops is not None and (state := above(self.drops, rule.drops_per_s)) > State.OK:
            found.append((state, phrase("{rate} drops per second", rate=f"{self.drops:.1f}")))
        found += self._looked
        if congestion is not None:
            found.insert(0, congestion)
        return found

    def _congestion(self) -> tuple[State, Phrase] | None:
        """A line that is well used *and* shows it: one of both alone is no congestion."""
        rule, looks = self.rule, self.looks
        used = max(share(self.rate_in, rule.capacity_in_bps) or 0.0, share(self.rate_out, rule.capacity_out_bps) or 0.0)
        state = above(100 * used, rule.use_percent)
        if state <= State.OK:
            return None
        lost, again = looks.lost_percent, looks.retransmitted_percent
        percent = round(100 * used)
        if self.drops is not None and above(self.drops, rule.drops_per_s) > State.OK:
            return state, phrase("congested: {used} % used, {rate} drops/s", used=percent, rate=f"{self.drops:.1f}")
        if lost:
            return state, phrase("congested: {used} % used, {share} % lost", used=percent, share=f"{lost:.0f}")
        if looks.queue_packets:
            return state, phrase(
                "congested: {used} % used, {count} packets wait", used=percent, count=looks.queue_packets
            )
        if again is not None and again >= AGAIN_PERCENT:
            said = phrase("congested: {used} % used, {share} % sent again", used=percent, share=f"{again:.1f}")
            return state, said
        return None


def share(rate: float | None, capacity: float | None) -> float | None:
    """``rate`` as a share of ``capacity``; ``None`` if either is not known."""
    return None if rate is None or not capacity else rate / capacity


def highest(peak: float | None, value: float | None) -> float | None:
    """The higher of two values that may be unknown."""
    if value is None or (peak is not None and peak >= value):
        return peak
    return value
