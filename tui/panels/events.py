"""Key events: followed logs, what they said last, worst first."""

from __future__ import annotations

from duty.board import EventView
from duty.quality import State
from tui.cells import cell, short_size, short_span
from tui.pager import Line
from tui.panels.table_panel import TablePanel, age_span, key_of, state_span, tally, text_tone
from tui.picture import Picture
from tui.widgets.live_table import Row
from wire.words import _, say


class EventsPanel(TablePanel):
    """All followed logs of the site."""

    panel = "event"
    number = 5

    def title(self) -> str:
        """The panel's name."""
        return _("Events")

    def worst(self, picture: Picture) -> tuple[State, int]:
        """The worst log."""
        return tally([event.state for host in picture.hosts.values() for event in host.events])

    def make(self, picture: Picture, width: int) -> tuple[Line, list[Row]]:
        """State, log, host, lines to act on and to watch in the last hour, how long ago the last one was, its words."""
        g, now = self.glyphs, picture.now
        all_of = [(host, event) for host in picture.hosts.values() for event in host.events]
        name = min(max([len(event.key) for _h, event in all_of], default=8), max(10, width // 6))
        host_width = min(max([len(h.id) for h, _e in all_of], default=8), max(10, width // 6))
        rest = max(6, width - 3 - name - host_width - 2 - 7 - 6 - 6 - 5)
        head = (
            ("   ", ""), cell(_("log"), name, "head"), cell(_("host"), host_width, "head"),
            cell(_("age"), 6, "head"), cell(_("act/h"), 5, "head", right=True), cell(_("wrn/h"), 5, "head", right=True),
            cell(_("last"), 4, "head", right=True), cell(_("what"), rest, "head"),
        )  # fmt: skip
        rows = []
        for host, event in sorted(all_of, key=_order):
            tone = text_tone(host)
            last = event.last[0].at if event.last else None
            what_tone = g.states[event.state].tone if event.why else "dim"
            rows.append(
                Row(
                    key_of(host.id, event.key),
                    (
                        state_span(g, event.state, host),
                        cell(event.key, name, "name", cut=g.cut),
                        cell(host.id, host_width, "dim", cut=g.cut),
                        age_span(g, host, now),
                        cell(_count(event.act_hour, g.missing), 5, tone, right=True),
                        cell(_count(event.warn_hour, g.missing), 5, tone, right=True),
                        cell("" if last is None else short_span(now - last, g), 4, tone, right=True),
                        cell(self._what(event), rest, text_tone(host, what_tone), cut=g.cut),
                    ),
                )
            )
        return head, rows

    def _what(self, event: EventView) -> str:
        words = say(event.why[0]) if event.why else event.last[0].text if event.last else event.source
        if event.behind_bytes:
            behind = short_size(event.behind_bytes, self.glyphs)
            return _("{size} behind · {words}", size=behind, words=words)
        return words


def _order(one: tuple[object, EventView]) -> tuple[int, float, str]:
    event = one[1]
    return -event.state, -(event.last[0].at if event.last else 0.0), event.key


def _count(count: int | None, missing: str) -> str:
    """A count in five cells."""
    if count is None:
        return missing
    return str(count) if count < 100_000 else f"{count // 1000}k" if count < 10_000_000 else f"{count // 1_000_000}M"
