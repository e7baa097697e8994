"""What the operator's actions do with the duty log as a whole: open it, and one of its lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.doings import show_screen

if TYPE_CHECKING:
    from duty.log_query import LogQuery
    from duty.records import LogEntry
    from tui.app import WatchkeeperApp

LOG = "log"
"""The name of the screen of the duty log, which is kept while it is left."""


def log(app: WatchkeeperApp) -> None:
    """The duty log, where one has left it, with the keys in its search line."""
    from tui.screens.log import LogScreen

    if not app.is_screen_installed(LOG):
        app.install_screen(LogScreen(), LOG)
    screen = app.get_screen(LOG)
    if screen not in app.screen_stack:
        show_screen(app, screen)
    while app.screen is not screen:
        app.pop_screen()
    if isinstance(screen, LogScreen) and screen.is_mounted:
        screen.line.begin()
    app.owe(None)


def show_entry(app: WatchkeeperApp, entry: LogEntry, query: LogQuery) -> None:
    """One line of the log with all that is kept of it."""
    from tui.screens.entry import EntryScreen

    show_screen(app, EntryScreen(entry, query))
