"""The fleet: every host, worst first."""

from __future__ import annotations

from duty.quality import Quality, State
from tui.cells import cell, percent, spark
from tui.pager import Line
from tui.panels.table_panel import TablePanel, age_span, state_span, tally, text_tone
from tui.picture import Picture
from tui.widgets.live_table import Row
from wire.words import _, say


class FleetPanel(TablePanel):
    """All hosts of the site."""

    panel = "host"

    def title(self) -> str:
        """The panel's name."""
        return _("Fleet")

    def worst(self, picture: Picture) -> tuple[State, int]:
        """The worst host."""
        return tally([host.state for host in picture.hosts.values()])

    def make(self, picture: Picture, width: int) -> tuple[Line, list[Row]]:
        """State, name, age, CPU, memory, and what is wrong, or what the host is."""
        g, now = self.glyphs, picture.now
        longest = max([len(host.id) for host in picture.hosts.values()], default=8)
        name = min(max(8, longest), max(12, width // 4))
        trend = 10 if width >= 76 else 0
        rest = max(8, width - 3 - name - 1 - 7 - 5 - 5 - (trend + 1 if trend else 0))
        head = (
            ("   ", ""), cell(_("host"), name, "head"), cell(_("age"), 6, "head"), cell("CPU", 4, "head", right=True),
            cell(_("mem"), 4, "head", right=True), *((cell("", trend),) if trend else ()),
            cell(_("what"), rest, "head"),
        )  # fmt: skip
        rows = []
        for host in sorted(picture.hosts.values(), key=lambda h: (-h.state, h.id)):
            wrong = say(host.why[0]) if host.why else ""
            mark = g.states[host.state]
            tone = mark.tone if host.quality is Quality.GOOD or host.state is not State.OK else "old"
            about = " ".join(part for part in (host.label, host.role) if part)
            rows.append(
                Row(
                    host.id,
                    (
                        state_span(g, host.state, host),
                        cell(host.id, name, "name", cut=g.cut),
                        age_span(g, host, now),
                        cell(percent(host.cpu_percent, g), 4, text_tone(host), right=True),
                        cell(percent(host.memory_percent, g), 4, text_tone(host), right=True),
                        *((spark(host.cpu_trend, trend, g),) if trend else ()),
                        cell(wrong or about, rest, tone if wrong else "dim", cut=g.cut),
                    ),
                )
            )
        return head, rows
