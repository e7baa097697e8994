"""The Watch screen: everything at once where there is room, the same in tabs where there is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen

from duty.alarm_record import Alarm
from duty.records import LogEntry, Subject
from tui.panels.alarms import AlarmsPanel
from tui.panels.apps import AppsPanel
from tui.panels.disks import DisksPanel
from tui.panels.events import EventsPanel
from tui.panels.fleet import FleetPanel
from tui.panels.incidents import IncidentsPanel
from tui.panels.lines import LinesPanel
from tui.panels.log import LogPanel
from tui.panels.log_line import LogLine
from tui.panels.processes import ProcessesPanel
from tui.panels.tab_strip import TabStrip
from tui.panels.table_panel import TablePanel
from tui.widgets.filter_line import FilterLine
from tui.widgets.header import Header

if TYPE_CHECKING:
    from tui.app import WatchkeeperApp

WIDE = (120, 34)
"""Cells from which on all panels are shown at once."""
_INCIDENTS, _LOG, _ALARMS = 6, 7, 8
"""Places among the panels."""


class WatchScreen(Screen[None]):
    """Header, panels, keys."""

    app: WatchkeeperApp
    DEFAULT_CSS = """
    WatchScreen Horizontal, WatchScreen Vertical { scrollbar-size: 0 0; }
    WatchScreen #left { width: 2fr; }
    WatchScreen #right { width: 3fr; }
    WatchScreen #upper { height: 1fr; }
    WatchScreen .-hidden { display: none; }
    WatchScreen.-tabs #left, WatchScreen.-tabs #right { width: 1fr; }
    WatchScreen #lower { height: 28%; }
    WatchScreen.-tabs #lower { height: 1fr; }
    WatchScreen TablePanel { height: 1fr; }
    WatchScreen #lower TablePanel { width: 1fr; }
    WatchScreen.-line-for-keys KeyBar, WatchScreen.-filter-for-keys KeyBar { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(number), f"panel({number - 1})", show=False) for number in range(1, 10)),
        Binding("tab", "next(1)", show=False),
        Binding("shift+tab", "next(-1)", show=False),
        Binding("escape", "unfilter", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.panels: list[TablePanel[Any]] = [
            FleetPanel(), ProcessesPanel(), AppsPanel(), LinesPanel(), DisksPanel(), EventsPanel(),
            IncidentsPanel(), LogPanel(), AlarmsPanel(),
        ]  # fmt: skip
        for number, panel in enumerate(self.panels, 1):
            panel.number = number
        self.chosen = 0
        self.alone = False
        """One panel has the whole screen because the operator wants it."""
        self._vacant: tuple[bool, ...] = ()

    def compose(self) -> ComposeResult:
        """Header, tab strip, panels."""
        fleet, *middle, incidents, log, alarms = self.panels
        yield Header()
        yield TabStrip(self.panels)
        with Horizontal(id="upper"):
            with Vertical(id="left"):
                yield fleet
                yield incidents
            with Vertical(id="right"):
                yield from middle
        with Horizontal(id="lower"):
            yield alarms
            yield log
        yield LogLine()
        yield FilterLine()

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
        return self.alone or self.small

    @property
    def small(self) -> bool:
        """Whether there is no room for more than one panel."""
        return self.size.width < WIDE[0] or self.size.height < WIDE[1]

    def _arrange(self) -> None:
        tabbed = self.tabbed
        self.set_class(tabbed, "-tabs")
        strip = self.query_one(TabStrip)
        strip.chosen = self.chosen
        strip.set_class(not tabbed, "-hidden")
        for number, panel in enumerate(self.panels):
            away = number != self.chosen if tabbed else panel.vacant(self.app.seen) and number != self.chosen
            panel.set_class(away, "-hidden")
        left, right, upper, lower = (self.query_one(f"#{name}") for name in ("left", "right", "upper", "lower"))
        at_left, below = self.chosen in (0, _INCIDENTS), self.chosen in (_LOG, _ALARMS)
        left.set_class(tabbed and not at_left, "-hidden")
        right.set_class(tabbed and (at_left or below), "-hidden")
        upper.set_class(tabbed and below, "-hidden")
        lower.set_class(tabbed and not below, "-hidden")
        line = self.query_one(LogLine)
        # In tabs the line takes the place of the keys, which are of no use while it is typed: no row moves for it.
        instead = tabbed and self.chosen != _LOG
        line.set_class(instead and not line.writing, "-hidden")
        self.set_class(instead and line.writing, "-line-for-keys")
        self.set_class(self.query_one(FilterLine).typing, "-filter-for-keys")
        self._vacant = self._vacancies()
        self._say_filter()

    def _say_filter(self) -> None:
        """Where there is one panel its heading says what is filtered, so that no row goes to it."""
        line = self.query_one(FilterLine)
        line.set_class(self.tabbed, "-in-heading")
        sign = line.sign() if self.tabbed and not line.typing else ""
        for number, panel in enumerate(self.panels):
            panel.note(sign if number == self.chosen else "")

    def _vacancies(self) -> tuple[bool, ...]:
        return tuple(panel.vacant(self.app.seen) for panel in self.panels)

    def redraw(self, changed: frozenset[str] | None) -> None:
        """Every shown panel compares its new rows with the drawn ones; only lines that differ are drawn."""
        self.query_one(Header).redraw()
        if not self.tabbed and self._vacant != self._vacancies():
            self._arrange()
            changed = None
        if self.tabbed:
            self.query_one(TabStrip).redraw()
        for panel in self.panels:
            if not panel.has_class("-hidden"):
                panel.redraw(changed)
        shown = [panel.hidden for panel in self.panels if not panel.has_class("-hidden")]
        self.query_one(FilterLine).count(sum(hidden for hidden, _bad in shown), sum(bad for _hidden, bad in shown))
        self._say_filter()
        self.on_row_pointed()

    # --- keys ----------------------------------------------------------------------------------------------------

    def action_panel(self, number: int) -> None:
        """Show and focus a panel."""
        self._choose(number)
        self._arrange()
        self.panels[number].focus()
        self.app.owe(None)

    def _choose(self, number: int) -> None:
        if number != self.chosen:
            self.panels[self.chosen].release()
            self.chosen = number

    def on_tab_strip_chosen(self, message: TabStrip.Chosen) -> None:
        """A click on a tab."""
        self.action_panel(message.number)

    def action_next(self, step: int) -> None:
        """The next panel, or the one before."""
        self.action_panel((self.chosen + step) % len(self.panels))

    def on_descendant_focus(self) -> None:
        """A click chose a panel, or the line of the log."""
        for number, panel in enumerate(self.panels):
            if panel.has_focus:
                self._choose(number)
        self.on_row_pointed()
        self._arrange()

    def on_descendant_blur(self) -> None:
        """The keys are shown again where the line of the log was."""
        self._arrange()

    def write_line(self, text: str = "") -> None:
        """Write in the duty log, about the thing under the cursor; ``text`` is put into the line."""
        self.on_row_pointed()
        line = self.query_one(LogLine)
        line.remove_class("-hidden")  # what is not shown cannot have the keys
        line.begin(text)

    def on_row_pointed(self) -> None:
        """The line of the log is about the thing under the cursor until it is begun."""
        self.query_one(LogLine).point(self.subject())

    def on_log_line_left(self) -> None:
        """The keys go back to where they were."""
        self.focused_panel.focus()

    # --- room and order ------------------------------------------------------------------------------------------

    def enlarge(self) -> None:
        """The panel with the keys has the whole screen, or all are shown again."""
        self.alone = not self.alone
        self._arrange()
        self.app.owe(None)

    def next_sort(self) -> str:
        """The panel with the keys takes its next order; what that is called, in English."""
        name = self.focused_panel.next_sort()
        self.app.owe(None)
        return name

    # --- the filter ----------------------------------------------------------------------------------------------

    def type_filter(self) -> None:
        """The keys go to the line of the filter."""
        self.query_one(FilterLine).begin()

    def only_problems(self) -> None:
        """Only what is not well, or everything again."""
        self.query_one(FilterLine).only_problems()

    def action_unfilter(self) -> None:
        """Everything is shown again: every row, then every panel."""
        line = self.query_one(FilterLine)
        if line.filter.active:
            line.drop()
        elif self.alone:
            self.enlarge()

    def on_filter_line_changed(self) -> None:
        """Every panel by the filter that is in force now."""
        for panel in self.panels:
            panel.filter = self.query_one(FilterLine).filter
        self.app.owe(None)

    def on_filter_line_left(self) -> None:
        """The keys go back to where they were."""
        self.focused_panel.focus()

    # --- what is under the cursor --------------------------------------------------------------------------------

    @property
    def focused_panel(self) -> TablePanel[Any]:
        """The panel the keys go to."""
        return self.panels[self.chosen]

    def subject(self) -> Subject:
        """The thing under the cursor."""
        return self.focused_panel.subject()

    def incident_id(self) -> int | None:
        """The incident under the cursor."""
        return self.focused_panel.incident_id()

    def log_entry(self) -> LogEntry | None:
        """The line of the duty log under the cursor."""
        return self.focused_panel.log_entry()

    @property
    def alarms(self) -> AlarmsPanel:
        """The list of alarms."""
        panel = self.panels[_ALARMS]
        assert isinstance(panel, AlarmsPanel)
        return panel

    def alarm(self) -> Alarm | None:
        """The alarm under the cursor."""
        return self.focused_panel.alarm()

    def host_id(self) -> str | None:
        """The host under the cursor, or the host of the thing under it."""
        return self.focused_panel.host_id()

    def row_text(self) -> str:
        """The row under the cursor as text."""
        return self.focused_panel.row_text()
