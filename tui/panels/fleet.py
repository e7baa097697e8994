"""The fleet: every host, worst first."""

from __future__ import annotations

from collections.abc import Sequence

from duty.board import HostView
from duty.quality import Quality, State
from tui.cells import cell, percent, spark
from tui.pager import Line
from tui.panels.table_panel import NAME, USED, WORST, Draw, TablePanel, age_span, fit, state_span, tally, text_tone
from tui.picture import Picture
from wire.words import _, say


class FleetPanel(TablePanel[HostView]):
    """All hosts of the site."""

    panel = "host"
    sorts = (WORST, NAME, USED)

    def title(self) -> str:
        """The panel's name."""
        return _("Fleet")

    def nothing_words(self) -> str:
        """What is said while there are no rows."""
        return _("no host in the site file")

    def worst(self, picture: Picture) -> tuple[State, int]:
        """The worst host."""
        return tally([host.state for host in picture.hosts.values()])

    def items(self, picture: Picture) -> Sequence[HostView]:
        """The worst first."""
        return sorted(picture.hosts.values(), key=lambda host: (-host.state, host.id))

    def key_for(self, item: HostView) -> str:
        """The host."""
        return item.id

    def used(self, item: HostView) -> float | None:
        """CPU."""
        return item.cpu_percent

    def columns(self, items: Sequence[HostView], width: int) -> tuple[Line, Draw[HostView]]:
        """State, name, age, CPU, memory, and what is wrong, or what the host is."""
        g = self.glyphs
        name = max(8, fit(_("host"), (host.id for host in items), max(12, width // 4)))
        trend = 10 if width >= 76 else 0
        rest = max(8, width - 3 - name - 1 - 7 - 5 - 5 - (trend + 1 if trend else 0))
        head = (
            ("   ", ""), cell(_("host"), name, "head"), cell(_("age"), 6, "head"), cell("CPU", 4, "head", right=True),
            cell(_("mem"), 4, "head", right=True), *((cell("", trend),) if trend else ()),
            cell(_("what"), rest, "head"),
        )  # fmt: skip

        def draw(host: HostView, now: float) -> Line:
            wrong = say(host.why[0]) if host.why else ""
            mark = g.states[host.state]
            tone = mark.tone if host.quality is Quality.GOOD or host.state is not State.OK else "old"
            about = " ".join(part for part in (host.label, host.role) if part)
            return (
                state_span(g, host.state, host),
                cell(host.id, name, "name", cut=g.cut),
                age_span(g, host, now),
                cell(percent(host.cpu_percent, g), 4, text_tone(host), right=True),
                cell(percent(host.memory_percent, g), 4, text_tone(host), right=True),
                *((spark(host.cpu_trend, trend, g),) if trend else ()),
                cell(wrong or about, rest, tone if wrong else "dim", cut=g.cut),
            )

        return head, draw
