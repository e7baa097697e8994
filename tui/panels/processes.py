"""Key processes of all hosts, worst first."""

from __future__ import annotations

from duty.board import ProcessView
from duty.quality import State
from tui.cells import cell, percent, short_size, short_span
from tui.pager import Line
from tui.panels.table_panel import TablePanel, age_span, key_of, state_span, tally, text_tone
from tui.picture import Picture
from tui.widgets.live_table import Row
from wire.words import _, say


class ProcessesPanel(TablePanel):
    """All process rules of the site."""

    panel = "process"

    def title(self) -> str:
        """The panel's name."""
        return _("Processes")

    def worst(self, picture: Picture) -> tuple[State, int]:
        """The worst process."""
        return tally([p.state for host in picture.hosts.values() for p in host.processes])

    def make(self, picture: Picture, width: int) -> tuple[Line, list[Row]]:
        """State, process, host, copies, uptime, CPU, memory, and what is wrong."""
        g, now = self.glyphs, picture.now
        all_of = [(host, p) for host in picture.hosts.values() for p in host.processes]
        name = min(max([len(p.key) for _h, p in all_of], default=8), max(10, width // 6))
        host_width = min(max([len(h.id) for h, _p in all_of], default=8), max(10, width // 6))
        rest = max(6, width - 3 - name - host_width - 2 - 7 - 6 - 5 - 5 - 6)
        head = (
            ("   ", ""), cell(_("process"), name, "head"), cell(_("host"), host_width, "head"),
            cell(_("age"), 6, "head"), cell(_("run"), 5, "head", right=True), cell(_("up"), 4, "head", right=True),
            cell("CPU", 4, "head", right=True), cell(_("mem"), 5, "head", right=True), cell(_("what"), rest, "head"),
        )  # fmt: skip
        rows = []
        for host, p in sorted(all_of, key=lambda one: (-one[1].state, one[0].id, one[1].key)):
            tone = text_tone(host)
            what = say(p.why[0]) if p.why else _quiet(p)
            rows.append(
                Row(
                    key_of(host.id, p.key),
                    (
                        state_span(g, p.state, host),
                        cell(p.key, name, "name", cut=g.cut),
                        cell(host.id, host_width, "dim", cut=g.cut),
                        age_span(g, host, now),
                        cell(f"{g.unknown if p.count is None else p.count}/{p.wanted}", 5, tone, right=True),
                        cell(short_span(p.uptime_s, g), 4, tone, right=True),
                        cell(percent(p.cpu_percent, g), 4, tone, right=True),
                        cell(short_size(p.rss_bytes, g), 5, tone, right=True),
                        cell(what, rest, text_tone(host, g.states[p.state].tone if p.why else "dim"), cut=g.cut),
                    ),
                )
            )
        return head, rows


def _quiet(process: ProcessView) -> str:
    """What there is to say of a process that is well."""
    if process.restarts:
        return _("restarted {count} times", count=process.restarts)
    return " ".join(port for port, _state in process.ports)
