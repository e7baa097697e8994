"""Lines: in and out against the contracted capacity, worst first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from duty.board import HostView, LineView
from duty.quality import State
from tui.cells import cell, percent, short_millis, short_rate, spark
from tui.glyphs import Glyphs
from tui.pager import Line, Span
from tui.panels.table_panel import Draw, TablePanel, age_span, fit, key_of, state_span, tally, text_tone
from tui.picture import Picture
from wire.words import _, say

Item = tuple[HostView, LineView]


class LinesPanel(TablePanel[Item]):
    """All lines of the site."""

    panel = "line"

    def title(self) -> str:
        """The panel's name."""
        return _("Lines")

    def nothing_words(self) -> str:
        """What is said while there are no rows."""
        return _("no line is watched")

    def worst(self, picture: Picture) -> tuple[State, int]:
        """The worst line."""
        return tally([line.state for host in picture.hosts.values() for line in host.lines])

    def items(self, picture: Picture) -> Sequence[Item]:
        """The worst first."""
        all_of = [(host, line) for host in picture.hosts.values() for line in host.lines]
        return sorted(all_of, key=lambda one: (-one[1].state, one[0].id, one[1].key))

    def key_for(self, item: Item) -> str:
        """Host and line."""
        return key_of(item[0].id, item[1].key)

    def spoken(self, item: Item) -> Iterable[str]:
        """The line, its interface, whom it pings, and what is wrong."""
        yield from super().spoken(item)
        yield item[1].interface
        yield from (ping.target for ping in item[1].pings)

    def used(self, item: Item) -> float | None:
        """The fuller way's share of its capacity."""
        line = item[1]
        shares = _share(line.in_bps, line.capacity_in_bps), _share(line.out_bps, line.capacity_out_bps)
        return max((share for share in shares if share is not None), default=None)

    def columns(self, items: Sequence[Item], width: int) -> tuple[Line, Draw[Item]]:
        """State, line, host, each way: rate, share and trend; what is wrong."""
        g = self.glyphs
        name = fit(_("line"), (line.key for _host, line in items), max(8, width // 7))
        host_width = fit(_("host"), (host.id for host, _line in items), max(8, width // 7))
        pinged = width >= 84
        trend = 12 if width >= 110 else 7 if pinged else 6
        rest = max(4, width - 3 - name - host_width - 2 - 7 - 2 * (6 + 5 + trend + 1) - (12 if pinged else 0))
        way = (cell("", trend),)
        head = (
            ("   ", ""), cell(_("line"), name, "head"), cell(_("host"), host_width, "head"), cell(_("age"), 6, "head"),
            cell(_("in"), 5, "head", right=True), cell("", 4), *way, cell(_("out"), 5, "head", right=True),
            cell("", 4), *way,
            *((cell(_("RTT"), 5, "head", right=True), cell(_("loss"), 5, "head", right=True)) if pinged else ()),
            cell(_("what"), rest, "head"),
        )  # fmt: skip

        def draw(item: Item, now: float) -> Line:
            host, line = item
            tone = text_tone(host)
            in_share = _share(line.in_bps, line.capacity_in_bps)
            out_share = _share(line.out_bps, line.capacity_out_bps)
            return (
                state_span(g, line.state, host),
                cell(line.key, name, "name", cut=g.cut),
                cell(host.id, host_width, "dim", cut=g.cut),
                age_span(g, host, now),
                cell(short_rate(line.in_bps, g), 5, tone, right=True),
                cell(percent(in_share, g), 4, tone, right=True),
                spark(line.trend_in, trend, g),
                cell(short_rate(line.out_bps, g), 5, tone, right=True),
                cell(percent(out_share, g), 4, tone, right=True),
                spark(line.trend_out, trend, g),
                *(_pings(line, tone, g) if pinged else ()),
                cell(
                    _what(line, g), rest, text_tone(host, g.states[line.state].tone if line.why else "dim"), cut=g.cut
                ),
            )

        return head, draw


def _what(line: LineView, glyphs: Glyphs) -> str:
    if line.why:
        return say(line.why[0])
    if line.capacity_in_bps is None and line.capacity_out_bps is None:
        return _("capacity unknown")
    return _("of {capacity}", capacity=short_rate(line.capacity_in_bps, glyphs))


def _pings(line: LineView, tone: str, glyphs: Glyphs) -> tuple[Span, Span]:
    """The slowest answer and the worst loss among the line's targets."""
    slowest = max((ping.rtt_s for ping in line.pings if ping.rtt_s is not None), default=None)
    lost = max((ping.loss_percent for ping in line.pings if ping.loss_percent is not None), default=None)
    return (
        cell(short_millis(slowest, glyphs), 5, tone, right=True),
        cell(percent(lost, glyphs), 5, tone, right=True),
    )


def _share(rate: float | None, capacity: float | None) -> float | None:
    return None if rate is None or not capacity else 100 * rate / capacity
