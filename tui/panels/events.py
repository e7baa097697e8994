"""Key events: followed logs, what they said last, worst first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from duty.board import EventView, HostView
from duty.quality import State
from tui.cells import cell, short_size, short_span
from tui.pager import Line
from tui.panels.table_panel import Draw, TablePanel, age_span, fit, key_of, state_span, tally, text_tone
from tui.picture import Picture
from wire.words import _, say

Item = tuple[HostView, EventView]


class EventsPanel(TablePanel[Item]):
    """All followed logs of the site."""

    panel = "event"

    def title(self) -> str:
        """The panel's name."""
        return _("Events")

    def short_title(self) -> str:
        """The name in a tab."""
        # For translators: the name of a tab: five letters, or two characters.
        return _("Event")

    def worst(self, picture: Picture) -> tuple[State, int]:
        """The worst log."""
        return tally([event.state for host in picture.hosts.values() for event in host.events])

    def nothing_words(self) -> str:
        """What is said while there are no rows."""
        return _("no log is followed")

    def vacant(self, picture: Picture) -> bool:
        """Whether the site follows no log."""
        return not any(host.events for host in picture.hosts.values())

    def items(self, picture: Picture) -> Sequence[Item]:
        """The worst first, then those that spoke last."""
        return sorted([(host, event) for host in picture.hosts.values() for event in host.events], key=_order)

    def key_for(self, item: Item) -> str:
        """Host and log."""
        return key_of(item[0].id, item[1].key)

    def spoken(self, item: Item) -> Iterable[str]:
        """The log, where it lies and its newest lines."""
        yield from super().spoken(item)
        yield item[1].source
        yield from (seen.text for seen in item[1].last)

    def used(self, item: Item) -> float | None:
        """Lines within the last hour."""
        return None if item[1].act_hour is None else item[1].act_hour + (item[1].warn_hour or 0)

    def columns(self, items: Sequence[Item], width: int) -> tuple[Line, Draw[Item]]:
        """State, log, host, lines to act on and to watch in the last hour, how long ago the last one was, its words."""
        g = self.glyphs
        name = fit(_("log"), (event.key for _host, event in items), max(10, width // 6))
        host_width = fit(_("host"), (host.id for host, _event in items), max(10, width // 6))
        rest = max(6, width - 3 - name - host_width - 2 - 7 - 6 - 6 - 5)
        head = (
            ("   ", ""), cell(_("log"), name, "head"), cell(_("host"), host_width, "head"),
            cell(_("age"), 6, "head"), cell(_("act/h"), 5, "head", right=True), cell(_("wrn/h"), 5, "head", right=True),
            cell(_("last"), 4, "head", right=True), cell(_("what"), rest, "head"),
        )  # fmt: skip

        def draw(item: Item, now: float) -> Line:
            host, event = item
            tone = text_tone(host)
            last = event.last[0].at if event.last else None
            what_tone = g.states[event.state].tone if event.why else "dim"
            return (
                state_span(g, event.state, host),
                cell(event.key, name, "name", cut=g.cut),
                cell(host.id, host_width, "dim", cut=g.cut),
                age_span(g, host, now),
                cell(_count(event.act_hour, g.missing), 5, tone, right=True),
                cell(_count(event.warn_hour, g.missing), 5, tone, right=True),
                cell("" if last is None else short_span(now - last, g), 4, tone, right=True),
                cell(self._what(event), rest, text_tone(host, what_tone), cut=g.cut),
            )

        return head, draw

    def _what(self, event: EventView) -> str:
        words = say(event.why[0]) if event.why else event.last[0].text if event.last else event.source
        if event.behind_bytes:
            behind = short_size(event.behind_bytes, self.glyphs)
            return _("{size} behind · {words}", size=behind, words=words)
        return words


def _order(one: Item) -> tuple[int, float, str]:
    event = one[1]
    return -event.state, -(event.last[0].at if event.last else 0.0), event.key


def _count(count: int | None, missing: str) -> str:
    """A count in five cells."""
    if count is None:
        return missing
    return str(count) if count < 100_000 else f"{count // 1000}k" if count < 10_000_000 else f"{count // 1_000_000}M"
