"""What all panels of the Watch screen share: they make rows from the picture and know what is under the cursor."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Generic, TypeVar

from rich.cells import cell_len

from duty.alarm_record import Alarm
from duty.board import HostView
from duty.phrases import N_
from duty.quality import Quality, State
from duty.records import LogEntry, Subject
from tui.cells import cell, short_span
from tui.filters import STATES, Filter
from tui.glyphs import Glyphs
from tui.pager import Line, Span
from tui.picture import Picture
from tui.widgets.live_table import LiveTable, Sheet
from wire.words import _, say

if TYPE_CHECKING:
    from tui.app import WatchkeeperApp

SEPARATOR = "\x1f"
"""Between the parts of a key: no cleaned text holds it."""


WORST, NAME, HOST, USED = N_("worst first"), N_("by name"), N_("by host"), N_("most used first")
BAD = STATES["bad"]
Item = TypeVar("Item")
"""The thing a row is about."""
Draw = Callable[[Item, float], Line]
"""Makes the row of an item at a time (UTC epoch seconds, for ages)."""


class TablePanel(LiveTable, Generic[Item]):
    """One panel. A panel says which items it has, in which order, and how one of them is drawn.

    Items are gathered when hosts have changed, columns fitted when keys or the width have; rows are drawn only while
    they are seen. So hundreds of rows cost little more than those on the screen.
    """

    app: WatchkeeperApp
    number = 0
    sorts: tuple[str, ...] = (WORST, NAME, HOST, USED)
    """The orders there are; the first is that of :meth:`items`."""
    troubled = True
    """Whether its rows can be not well: its tab has room for a count then."""

    def __init__(self) -> None:
        super().__init__()
        self._items: Sequence[Item] = ()
        self._keys: list[str] = []
        self.filter = Filter()
        """What is let through; every row where nothing is filtered."""
        self.hidden: tuple[int, int] = (0, 0)
        """Rows that the filter hides, and how many of them are not well."""
        self.sort = self.sorts[0]
        """One of :attr:`sorts`."""
        self._fitted = 0
        self._columns: tuple[Line, Draw[Item]] = ((), lambda _item, _now: ())

    def title(self) -> str:
        """The panel's name in the reader's language."""
        return ""

    def short_title(self) -> str:
        """The name where there is little room: in a tab of ten cells, beside a count of faults."""
        return self.title()

    def nothing_words(self) -> str:
        """What is said while there are no rows."""
        return ""

    def items(self, picture: Picture) -> Sequence[Item]:
        """Everything the panel has, in the order in which it is shown."""
        raise TypeError(f"{type(self).__name__} has no items")

    def key_for(self, item: Item) -> str:
        """The stable key of an item's row."""
        raise TypeError(f"{type(self).__name__} has no keys")

    def columns(self, items: Sequence[Item], width: int) -> tuple[Line, Draw[Item]]:
        """The names of the columns for ``width`` cells, and what draws an item under them."""
        raise TypeError(f"{type(self).__name__} has no columns")

    def used(self, item: Item) -> float | None:
        """How much an item is used, for the order by use; ``None`` where that is not known."""
        return None

    def place(self, item: Item) -> object:
        """Where an item stands in the order that was chosen; equal ones stay worst first."""
        host = self.host_of(item)
        if self.sort == HOST:
            return host.id if host is not None else ""
        if self.sort == NAME:
            return self.key_for(item).rpartition(SEPARATOR)[2]
        used = self.used(item)
        return -used if used is not None else math.inf

    def next_sort(self) -> str:
        """Take the next order; its name for people, in English."""
        self.sort = self.sorts[(self.sorts.index(self.sort) + 1) % len(self.sorts)]
        return self.sort

    def heading(self) -> str:
        """Number and name, and the order where it is not the usual one."""
        words = f"{self.number} {self.title()}"
        return words if self.sort == self.sorts[0] else f"{words} {self.glyphs.dot} {_(self.sort)}"

    def host_of(self, item: Item) -> HostView | None:
        """The host an item is on."""
        found = item[0] if isinstance(item, tuple) else item
        return found if isinstance(found, HostView) else None

    def state_of(self, item: Item) -> State:
        """How an item is."""
        state = getattr(item[1] if isinstance(item, tuple) else item, "state", State.UNJUDGED)
        return state if isinstance(state, State) else State.UNJUDGED

    def spoken(self, item: Item) -> Iterable[str]:
        """All that is said of an item, uncut, for a filter to look in."""
        host = self.host_of(item)
        if host is not None:
            yield from (host.id, host.label, host.role, host.group)
        yield from self.key_for(item).split(SEPARATOR)
        yield from (say(why) for why in getattr(item[1] if isinstance(item, tuple) else item, "why", ()))

    def worst(self, picture: Picture) -> tuple[State, int]:
        """The worst state in this panel and how many rows are not well. What a filter hides counts too."""
        return State.OK, 0

    def vacant(self, picture: Picture) -> bool:
        """Whether the site has nothing of this kind at all: then the panel gives its place to the others."""
        return False

    def redraw(self, changed: frozenset[str] | None = None) -> None:
        """Show the picture as it is. ``changed``: ids of hosts, ``None`` for everything, empty for ages only."""
        picture, width = self.app.seen, max(20, self.size.width - 2)
        before = self._keys
        if changed is None or changed:
            self._items = self._let_through(self.items(picture))
            if self.sort != self.sorts[0]:
                self._items = sorted(self._items, key=self.place)  # type: ignore[arg-type]  # of one type each
            self._keys = [self.key_for(item) for item in self._items]
        if changed is None or width != self._fitted or self._keys != before:
            self._columns, self._fitted = self.columns(self._items, width), width
        items, (head, draw), now = self._items, self._columns, picture.now
        self.show(
            self.heading(),
            Sheet(head, self._keys, lambda row: draw(items[row], now)),
            _("nothing here passes the filter") if self.hidden[0] else self.nothing_words(),
        )

    def on_resize(self) -> None:
        """Columns for another width: a panel that was hidden was drawn before it had its own."""
        if self._fitted and self._fitted != max(20, self.size.width - 2):
            self.redraw(frozenset())

    def lets_through(self, item: Item) -> bool:
        """Whether the filter shows an item."""
        return self.filter.lets_through(self.host_of(item), self.state_of(item), self.spoken(item))

    def _let_through(self, items: Sequence[Item]) -> Sequence[Item]:
        if not self.filter.active:
            self.hidden = 0, 0
            return items
        shown: list[Item] = []
        bad = 0
        for item in items:
            if self.lets_through(item):
                shown.append(item)
            else:
                bad += self.state_of(item) in BAD
        self.hidden = len(items) - len(shown), bad
        return shown

    def subject(self) -> Subject:
        """The thing under the cursor."""
        parts = (self.key or "").split(SEPARATOR)
        if len(parts) == 2:
            return Subject(parts[0], self.panel, parts[1])
        return Subject(parts[0], "host", parts[0]) if parts[0] else Subject()

    def host_id(self) -> str | None:
        """The host of what is under the cursor."""
        return self.subject().host or None

    def incident_id(self) -> int | None:
        """The incident under the cursor."""
        return None

    def log_entry(self) -> LogEntry | None:
        """The line of the duty log under the cursor."""
        return None

    def alarm(self) -> Alarm | None:
        """The alarm under the cursor, as it is drawn."""
        return None


def fit(header: str, texts: Iterable[str], most: int) -> int:
    """The width of a column: its longest text or its name, ``most`` at most."""
    widths = (len(text) if text.isascii() else cell_len(text) for text in set(texts))
    return min(max(most, cell_len(header)), max(cell_len(header), max(widths, default=0)))


def key_of(host: str, key: str) -> str:
    """The key of a row about a thing on a host."""
    return f"{host}{SEPARATOR}{key}"


def state_span(glyphs: Glyphs, state: State, host: HostView) -> Span:
    """The sign of a state; of a host that is not read well it is the last known one, drawn as old."""
    mark = glyphs.states[state]
    return (f"{mark.text} ", mark.tone if host.quality is Quality.GOOD else "old")


def age_span(glyphs: Glyphs, host: HostView, now: float) -> Span:
    """Nothing while readings are good; else the quality and the age of what is shown."""
    if host.quality is Quality.GOOD:
        return cell("", 6)
    mark = glyphs.qualities[host.quality]
    age = short_span(None if host.read_at is None else now - host.read_at, glyphs)
    return cell(f"{mark.text}{age}", 6, mark.tone, cut=glyphs.cut)


def text_tone(host: HostView, tone: str = "") -> str:
    """The tone of a figure: what is not fresh is drawn as old."""
    return tone if host.quality is Quality.GOOD else "old"


def tally(states: list[State]) -> tuple[State, int]:
    """The worst state and how many are not well."""
    bad = [state for state in states if state in BAD]
    return max(states, default=State.OK), len(bad)
