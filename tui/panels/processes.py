"""Key processes of all hosts, worst first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from duty.board import HostView, ProcessView
from duty.quality import State
from tui.cells import cell, percent, short_size, short_span
from tui.pager import Line
from tui.panels.table_panel import Draw, TablePanel, age_span, fit, key_of, state_span, tally, text_tone
from tui.picture import Picture
from wire.words import _, say

Item = tuple[HostView, ProcessView]


class ProcessesPanel(TablePanel[Item]):
    """All process rules of the site."""

    panel = "process"

    def title(self) -> str:
        """The panel's name."""
        return _("Processes")

    def short_title(self) -> str:
        """The name in a tab."""
        # For translators: the name of a tab: five letters, or two characters.
        return _("Procs")

    def nothing_words(self) -> str:
        """What is said while there are no rows."""
        return _("no process is watched")

    def worst(self, picture: Picture) -> tuple[State, int]:
        """The worst process."""
        return tally([p.state for host in picture.hosts.values() for p in host.processes])

    def items(self, picture: Picture) -> Sequence[Item]:
        """The worst first."""
        all_of = [(host, process) for host in picture.hosts.values() for process in host.processes]
        return sorted(all_of, key=lambda one: (-one[1].state, one[0].id, one[1].key))

    def key_for(self, item: Item) -> str:
        """Host and process."""
        return key_of(item[0].id, item[1].key)

    def spoken(self, item: Item) -> Iterable[str]:
        """The process, who runs it and how, and what is wrong."""
        yield from super().spoken(item)
        yield from (item[1].user, item[1].args, _quiet(item[1]))

    def used(self, item: Item) -> float | None:
        """CPU."""
        return item[1].cpu_percent

    def columns(self, items: Sequence[Item], width: int) -> tuple[Line, Draw[Item]]:
        """State, process, host, copies, uptime, CPU, memory, and what is wrong."""
        g = self.glyphs
        name = fit(_("process"), (process.key for _host, process in items), max(10, width // 6))
        host_width = fit(_("host"), (host.id for host, _process in items), max(10, width // 6))
        rest = max(6, width - 3 - name - host_width - 2 - 7 - 6 - 5 - 5 - 6)
        head = (
            ("   ", ""), cell(_("process"), name, "head"), cell(_("host"), host_width, "head"),
            cell(_("age"), 6, "head"), cell(_("run"), 5, "head", right=True), cell(_("up"), 4, "head", right=True),
            cell("CPU", 4, "head", right=True), cell(_("mem"), 5, "head", right=True), cell(_("what"), rest, "head"),
        )  # fmt: skip

        def draw(item: Item, now: float) -> Line:
            host, p = item
            tone = text_tone(host)
            what = say(p.why[0]) if p.why else _quiet(p)
            return (
                state_span(g, p.state, host),
                cell(p.key, name, "name", cut=g.cut),
                cell(host.id, host_width, "dim", cut=g.cut),
                age_span(g, host, now),
                cell(f"{g.unknown if p.count is None else p.count}/{p.wanted}", 5, tone, right=True),
                cell(short_span(p.uptime_s, g), 4, tone, right=True),
                cell(percent(p.cpu_percent, g), 4, tone, right=True),
                cell(short_size(p.rss_bytes, g), 5, tone, right=True),
                cell(what, rest, text_tone(host, g.states[p.state].tone if p.why else "dim"), cut=g.cut),
            )

        return head, draw


def _quiet(process: ProcessView) -> str:
    """What there is to say of a process that is well."""
    if process.restarts:
        return _("restarted {count} times", count=process.restarts)
    return " ".join(port for port, _state in process.ports)
