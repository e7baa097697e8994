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
    """The duty log, where one has left it."""
    from tui.screens.log import LogScreen

    screen = next((one for one in app.screen_stack if isinstance(one, LogScreen)), None)
    if screen is None:
        if not app.is_screen_installed(LOG):
            app.install_screen(LogScreen(), LOG)
        show_screen(app, app.get_screen(LOG))
    while screen is not None and app.screen is not screen:
        app.pop_screen()
    app.owe(None)


def show_entry(app: WatchkeeperApp, entry: LogEntry, query: LogQuery) -> None:
    """One line of the log with all that is kept of it."""
    from tui.screens.entry import EntryScreen

    show_screen(app, EntryScreen(entry, query))
