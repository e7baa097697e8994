"""Lines: in and out against the contracted capacity, worst first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len

from duty.board import HostView, LineView
from duty.quality import Quality, State
from tui.cells import cell, percent, short_millis, short_rate, spark
from tui.glyphs import Glyphs
from tui.pager import Line, Span
from tui.panels.table_panel import Draw, TablePanel, age_span, fit, key_of, state_span, tally, text_tone
from tui.picture import Picture
from wire.words import _, say

Item = tuple[HostView, LineView]
AGED = 110
"""Cells from which on the age of readings has a column of its own."""
_PINGED = 60
"""Cells from which on what came of the pings is shown: fewer there are only in a corner of a screen."""
_TREND, _WORDS = 6, 17
"""Cells of each of two trends and of the words beside them, at least: the words for a capacity nobody knows fit."""
_SHORT_TREND, _SHORT_WORDS = 4, 7
"""The same where both ways share one trend."""


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
        """State, line, host, each way: rate, share and trend; RTT and loss; what is wrong.

        Where there is little room the two trends are one, of the fuller way, or none, and the age of old readings
        stands before what is wrong.
        """
        g = self.glyphs
        name = fit(_("line"), (line.key for _host, line in items), max(8, width // 7))
        host_width = fit(_("host"), (host.id for host, _line in items), max(8, width // 6))
        aged, pinged = width >= AGED, 11 if width >= _PINGED else 0
        trends, trend, rest = _room(
            width - 3 - (name + 1) - (host_width + 1) - (7 if aged else 0) - 2 * (6 + 5) - pinged
        )
        way = (cell("", trend),) if trends == 2 else ()
        head = (
            ("   ", ""), cell(_("line"), name, "head"), cell(_("host"), host_width, "head"),
            *((cell(_("age"), 6, "head"),) if aged else ()),
            cell(_("in"), 5, "head", right=True), cell("", 4), *way,
            cell(_("out"), 5, "head", right=True), cell("", 4), *way,
            # For translators: how full a line was lately, the fuller of its two ways; five letters or two characters.
            *((cell(_("use"), trend, "head"),) if trends == 1 else ()),
            *((cell(_("RTT"), 5, "head", right=True), cell(_("loss"), 4, "head", right=True)) if pinged else ()),
            cell(_("what"), rest, "head"),
        )  # fmt: skip

        def draw(item: Item, now: float) -> Line:
            host, line = item
            tone = text_tone(host)
            in_share = _share(line.in_bps, line.capacity_in_bps)
            out_share = _share(line.out_bps, line.capacity_out_bps)
            before, said_tone = "", text_tone(host, g.states[line.state].tone if line.why else "dim")
            if not aged and host.quality is not Quality.GOOD:
                age, said_tone = age_span(g, host, now)
                before = age.strip() + " "
            said = before + _what(line, g, rest - cell_len(before))
            return (
                state_span(g, line.state, host),
                cell(line.key, name, "name", cut=g.cut),
                cell(host.id, host_width, "dim", cut=g.cut),
                *((age_span(g, host, now),) if aged else ()),
                cell(short_rate(line.in_bps, g), 5, tone, right=True),
                cell(percent(in_share, g), 4, tone, right=True),
                *((spark(line.trend_in, trend, g),) if trends == 2 else ()),
                cell(short_rate(line.out_bps, g), 5, tone, right=True),
                cell(percent(out_share, g), 4, tone, right=True),
                *((spark(line.trend_out, trend, g),) if trends == 2 else ()),
                *((spark(_fuller(line), trend, g),) if trends == 1 else ()),
                *(_pings(line, tone, g) if pinged else ()),
                cell(said, rest, said_tone, cut=g.cut),
            )

        return head, draw


def _room(cells: int) -> tuple[int, int, int]:
    """How many trends fit into what the figures leave, how wide one is, and what is left for words."""
    if cells >= 2 * (_TREND + 1) + _WORDS:
        trend = min(2 * _TREND, (cells - _WORDS) // 2 - 1)
        return 2, trend, cells - 2 * (trend + 1)
    if cells >= _SHORT_TREND + 1 + _SHORT_WORDS:
        trend = min(_TREND, cells - _SHORT_WORDS - 1)
        return 1, trend, cells - trend - 1
    return 0, 0, max(4, cells)


def _fuller(line: LineView) -> tuple[int, ...]:
    """The trend of whichever way was fuller at each moment; both end now."""
    long, short = sorted((line.trend_in, line.trend_out), key=len, reverse=True)
    before = len(long) - len(short)
    return (*long[:before], *map(max, long[before:], short))


def _what(line: LineView, glyphs: Glyphs, room: int) -> str:
    if line.why:
        return say(line.why[0])
    capacity = line.capacity_in_bps if line.capacity_in_bps is not None else line.capacity_out_bps
    if capacity is None:
        words, short = _("capacity unknown"), glyphs.missing
    else:
        short = short_rate(capacity, glyphs)
        words = _("of {capacity}", capacity=short)
    return next((said for said in (words, f"/ {short}") if cell_len(said) <= room), "")


def _pings(line: LineView, tone: str, glyphs: Glyphs) -> tuple[Span, Span]:
    """The slowest answer and the worst loss among the line's targets."""
    slowest = max((ping.rtt_s for ping in line.pings if ping.rtt_s is not None), default=None)
    lost = max((ping.loss_percent for ping in line.pings if ping.loss_percent is not None), default=None)
    return (
        cell(short_millis(slowest, glyphs), 5, tone, right=True),
        cell(percent(lost, glyphs), 4, tone, right=True),
    )


def _share(rate: float | None, capacity: float | None) -> float | None:
    return None if rate is None or not capacity else 100 * rate / capacity
