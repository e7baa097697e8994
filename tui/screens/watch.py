"""The Watch screen: everything at once where there is room, the same in tabs where there is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from duty.quality import State
from duty.records import Subject
from tui.glyphs import from_environ
from tui.pager import Span, padded
from tui.panels.disks import DisksPanel
from tui.panels.events import EventsPanel
from tui.panels.fleet import FleetPanel
from tui.panels.incidents import IncidentsPanel
from tui.panels.lines import LinesPanel
from tui.panels.log import LogPanel
from tui.panels.processes import ProcessesPanel
from tui.panels.table_panel import TablePanel
from tui.themes import palette_of
from tui.widgets.header import Header

if TYPE_CHECKING:
    from tui.app import WatchkeeperApp

WIDE = (120, 34)
"""Cells from which on all panels are shown at once."""
TAB_LETTERS = (99, 9, 7, 5, 4, 3, 2, 1, 0)
"""Letters of the names of the other tabs: the most with which all of them fit."""


class TabStrip(Widget):
    """The panels by number, each with its worst state and how many rows are not well."""

    app: WatchkeeperApp
    DEFAULT_CSS = "TabStrip { height: 1; }"

    def __init__(self, panels: list[TablePanel]) -> None:
        super().__init__()
        self.glyphs = from_environ()
        self.panels = panels
        self.chosen = 0
        self._shown: tuple[Span, ...] = ()

    def redraw(self) -> None:
        """Draw again if anything differs."""
        spans: tuple[Span, ...] = ()
        for letters in TAB_LETTERS:
            tabs = (self._tab(number, panel, letters) for number, panel in enumerate(self.panels))
            spans = tuple(span for tab in tabs for span in tab)
            if sum(cell_len(text) for text, _tone in spans) <= self.size.width:
                break
        if spans != self._shown:
            self._shown = spans
            self.refresh()

    def _tab(self, number: int, panel: TablePanel, letters: int) -> tuple[Span, ...]:
        state, count = panel.worst(self.app.picture)
        mark = self.glyphs.states[state]
        chosen = number == self.chosen
        name = panel.title() if chosen else panel.title()[:letters].rstrip()
        bad: tuple[Span, ...] = ((f"{mark.text}{count}", mark.tone),) if count and state is not State.OK else ()
        return ((f" {panel.number} {name} ", "tab" if chosen else "title"), *bad, (" ", ""))

    def render_line(self, y: int) -> Strip:
        """The strip."""
        tones, width = palette_of(self.app.current_theme), self.size.width
        segments = [Segment(text, tones[tone or "base"]) for text, tone in padded(self._shown, width)]
        return Strip(segments).adjust_cell_length(width, tones["base"])


class WatchScreen(Screen[None]):
    """Header, panels, keys."""

    app: WatchkeeperApp
    DEFAULT_CSS = """
    WatchScreen Horizontal, WatchScreen Vertical { scrollbar-size: 0 0; }
    WatchScreen #left { width: 2fr; }
    WatchScreen #right { width: 3fr; }
    WatchScreen #upper { height: 1fr; }
    WatchScreen .-hidden { display: none; }
    WatchScreen LogPanel { height: 30%; }
    WatchScreen.-tabs LogPanel { height: 1fr; }
    WatchScreen.-tabs #left, WatchScreen.-tabs #right { width: 1fr; }
    WatchScreen TablePanel { height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(number), f"panel({number - 1})", show=False) for number in range(1, 8)),
        Binding("tab", "next(1)", show=False),
        Binding("shift+tab", "next(-1)", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.panels: list[TablePanel] = [
            FleetPanel(), ProcessesPanel(), LinesPanel(), DisksPanel(), EventsPanel(), IncidentsPanel(),
            LogPanel(),
        ]  # fmt: skip
        self.chosen = 0

    def compose(self) -> ComposeResult:
        """Header, tab strip, panels."""
        fleet, processes, lines, disks, events, incidents, log = self.panels
        yield Header()
        yield TabStrip(self.panels)
        with Horizontal(id="upper"):
            with Vertical(id="left"):
                yield fleet
                yield incidents
            with Vertical(id="right"):
                yield processes
                yield lines
                yield disks
                yield events
        yield log

    def on_mount(self) -> None:
        """The fleet has the keys first."""
        self._arrange()
        self.panels[0].focus()

    def on_resize(self) -> None:
        """Another size may show all, or only one."""
        self._arrange()
        self.app.owe(None)

    @property
    def tabbed(self) -> bool:
        """Whether one panel is shown at a time."""
        return self.size.width < WIDE[0] or self.size.height < WIDE[1]

    def _arrange(self) -> None:
        tabbed = self.tabbed
        self.set_class(tabbed, "-tabs")
        strip = self.query_one(TabStrip)
        strip.chosen = self.chosen
        strip.set_class(not tabbed, "-hidden")
        for number, panel in enumerate(self.panels):
            panel.set_class(tabbed and number != self.chosen, "-hidden")
        left, right, upper = (self.query_one(f"#{name}") for name in ("left", "right", "upper"))
        left.set_class(tabbed and self.chosen not in (0, 5), "-hidden")
        right.set_class(tabbed and self.chosen not in (1, 2, 3, 4), "-hidden")
        upper.set_class(tabbed and self.chosen == 6, "-hidden")

    def redraw(self, changed: frozenset[str] | None) -> None:
        """Every shown panel compares its new rows with the drawn ones; only lines that differ are drawn."""
        self.query_one(Header).redraw()
        if self.tabbed:
            self.query_one(TabStrip).redraw()
        for panel in self.panels:
            if not panel.has_class("-hidden"):
                panel.redraw()
                if changed is None:
                    panel.refresh()

    # --- keys ----------------------------------------------------------------------------------------------------

    def action_panel(self, number: int) -> None:
        """Show and focus a panel."""
        self.chosen = number
        self._arrange()
        self.panels[number].focus()
        self.app.owe(None)

    def action_next(self, step: int) -> None:
        """The next panel, or the one before."""
        self.action_panel((self.chosen + step) % len(self.panels))

    def on_descendant_focus(self) -> None:
        """A click chose a panel."""
        for number, panel in enumerate(self.panels):
            if panel.has_focus:
                self.chosen = number

    # --- what is under the cursor --------------------------------------------------------------------------------

    @property
    def focused_panel(self) -> TablePanel:
        """The panel the keys go to."""
        return self.panels[self.chosen]

    def subject(self) -> Subject:
        """The thing under the cursor."""
        return self.focused_panel.subject()

    def incident_id(self) -> int | None:
        """The incident under the cursor."""
        return self.focused_panel.incident_id()

    def host_id(self) -> str | None:
        """The host under the cursor, or the host of the thing under it."""
        return self.focused_panel.host_id()

    def row_text(self) -> str:
        """The row under the cursor as text."""
        return self.focused_panel.row_text()
