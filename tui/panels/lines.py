"""Lines: in and out against the contracted capacity, worst first."""

from __future__ import annotations

from duty.board import LineView
from duty.quality import State
from tui.cells import cell, percent, short_millis, short_rate, spark
from tui.pager import Line, Span
from tui.panels.table_panel import TablePanel, age_span, key_of, state_span, tally, text_tone
from tui.picture import Picture
from tui.widgets.live_table import Row
from wire.words import _, say


class LinesPanel(TablePanel):
    """All lines of the site."""

    panel = "line"

    def title(self) -> str:
        """The panel's name."""
        return _("Lines")

    def worst(self, picture: Picture) -> tuple[State, int]:
        """The worst line."""
        return tally([line.state for host in picture.hosts.values() for line in host.lines])

    def make(self, picture: Picture, width: int) -> tuple[Line, list[Row]]:
        """State, line, host, each way: rate, share and trend; what is wrong."""
        g, now = self.glyphs, picture.now
        all_of = [(host, line) for host in picture.hosts.values() for line in host.lines]
        name = min(max([len(line.key) for _h, line in all_of], default=6), max(8, width // 7))
        host_width = min(max([len(h.id) for h, _l in all_of], default=8), max(8, width // 7))
        trend = 12 if width >= 90 else 6
        pinged = width >= 84
        rest = max(4, width - 3 - name - host_width - 2 - 7 - 2 * (6 + 5 + trend + 1) - (12 if pinged else 0))
        way = (cell("", trend),)
        head = (
            ("   ", ""), cell(_("line"), name, "head"), cell(_("host"), host_width, "head"), cell(_("age"), 6, "head"),
            cell(_("in"), 5, "head", right=True), cell("", 4), *way, cell(_("out"), 5, "head", right=True),
            cell("", 4), *way,
            *((cell(_("RTT"), 5, "head", right=True), cell(_("loss"), 5, "head", right=True)) if pinged else ()),
            cell(_("what"), rest, "head"),
        )  # fmt: skip
        rows = []
        for host, line in sorted(all_of, key=lambda one: (-one[1].state, one[0].id, one[1].key)):
            tone = text_tone(host)
            if line.why:
                what = say(line.why[0])
            elif line.capacity_in_bps is None and line.capacity_out_bps is None:
                what = _("capacity unknown")
            else:
                what = _("of {capacity}", capacity=short_rate(line.capacity_in_bps, g))
            rows.append(
                Row(
                    key_of(host.id, line.key),
                    (
                        state_span(g, line.state, host),
                        cell(line.key, name, "name", cut=g.cut),
                        cell(host.id, host_width, "dim", cut=g.cut),
                        age_span(g, host, now),
                        cell(short_rate(line.in_bps, g), 5, tone, right=True),
                        cell(percent(_share(line.in_bps, line.capacity_in_bps), g), 4, tone, right=True),
                        spark(line.trend_in, trend, g),
                        cell(short_rate(line.out_bps, g), 5, tone, right=True),
                        cell(percent(_share(line.out_bps, line.capacity_out_bps), g), 4, tone, right=True),
                        spark(line.trend_out, trend, g),
                        *(self._pings(line, tone) if pinged else ()),
                        cell(what, rest, text_tone(host, g.states[line.state].tone if line.why else "dim"), cut=g.cut),
                    ),
                )
            )
        return head, rows

    def _pings(self, line: LineView, tone: str) -> tuple[Span, Span]:
        """The slowest answer and the worst loss among the line's targets."""
        slowest = max((ping.rtt_s for ping in line.pings if ping.rtt_s is not None), default=None)
        lost = max((ping.loss_percent for ping in line.pings if ping.loss_percent is not None), default=None)
        return (
            cell(short_millis(slowest, self.glyphs), 5, tone, right=True),
            cell(percent(lost, self.glyphs), 5, tone, right=True),
        )


def _share(rate: float | None, capacity: float | None) -> float | None:
    return None if rate is None or not capacity else 100 * rate / capacity
