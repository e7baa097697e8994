"""Disks: how full, inodes, when they will be full, worst first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from duty.board import DiskView, HostView
from duty.disks import concern, full_in
from duty.forecast import Forecast, NoForecast
from duty.quality import State
from tui.cells import bar, cell, percent, short_size
from tui.pager import Line
from tui.panels.table_panel import Draw, TablePanel, age_span, fit, key_of, state_span, tally, text_tone
from tui.picture import Picture
from wire.words import _, say

Item = tuple[HostView, DiskView]


class DisksPanel(TablePanel[Item]):
    """All mounts of the site."""

    panel = "disk"

    def title(self) -> str:
        """The panel's name."""
        return _("Disks")

    def nothing_words(self) -> str:
        """What is said while there are no rows."""
        return _("no mount is known yet")

    def worst(self, picture: Picture) -> tuple[State, int]:
        """The worst mount."""
        return tally([disk.state for host in picture.hosts.values() for disk in host.disks])

    def items(self, picture: Picture) -> Sequence[Item]:
        """The worst first, then those that will be full soonest."""
        all_of = [(host, disk) for host in picture.hosts.values() for disk in host.disks]
        return sorted(all_of, key=lambda one: (*concern(one[1]), one[0].id, one[1].mount))

    def key_for(self, item: Item) -> str:
        """Host and mount."""
        return key_of(item[0].id, item[1].mount)

    def spoken(self, item: Item) -> Iterable[str]:
        """The mount, where it lies, when it will be full."""
        yield from super().spoken(item)
        yield from (item[1].source, item[1].fstype, words_of(item[1]))

    def used(self, item: Item) -> float | None:
        """How full it is."""
        return item[1].used_percent

    def columns(self, items: Sequence[Item], width: int) -> tuple[Line, Draw[Item]]:
        """State, mount, host, fill, free, inodes, and what is wrong."""
        g = self.glyphs
        name = fit(_("mount"), (disk.mount for _host, disk in items), max(10, width // 6))
        host_width = fit(_("host"), (host.id for host, _disk in items), max(8, width // 6))
        wide = 12 if width >= 90 else 6
        rest = max(4, width - 3 - name - host_width - 2 - 7 - (wide + 1) - 5 - 6 - 6)
        head = (
            ("   ", ""), cell(_("mount"), name, "head"), cell(_("host"), host_width, "head"),
            cell(_("age"), 6, "head"), cell(_("used"), wide, "head"), cell("", 4),
            cell(_("free"), 5, "head", right=True),
            cell(_("inode"), 5, "head", right=True), cell(_("what"), rest, "head"),
        )  # fmt: skip

        def draw(item: Item, now: float) -> Line:
            host, disk = item
            tone = text_tone(host)
            state_tone = text_tone(host, g.states[disk.state].tone)
            what = words_of(disk)
            return (
                state_span(g, disk.state, host),
                cell(disk.mount, name, "name", cut=g.cut),
                cell(host.id, host_width, "dim", cut=g.cut),
                age_span(g, host, now),
                *bar(disk.used_percent, wide, g, state_tone),
                cell(percent(disk.used_percent, g), 4, tone, right=True),
                cell(short_size(disk.available_bytes, g), 5, tone, right=True),
                cell(percent(disk.inodes_percent, g), 5, tone, right=True),
                cell(what, rest, state_tone if disk.why else "dim", cut=g.cut),
            )

        return head, draw


def words_of(disk: DiskView) -> str:
    """What is wrong, and when it will be full or why that cannot be said."""
    parts = [say(disk.why[0])] if disk.why else []
    soon = disk.time_to_full
    if isinstance(soon, Forecast) and full_in(soon) not in disk.why:
        parts.append(say(full_in(soon)))
    elif isinstance(soon, NoForecast) and not parts:
        parts.append(say(soon.why))
    return " · ".join(parts) or disk.fstype
