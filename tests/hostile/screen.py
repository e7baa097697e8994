"""The real screen program, which besides tells a test at ``SIGUSR1`` what it takes the terminal to show."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from pathlib import Path

from tests.support.replay import full


def main(socket: str, told: str) -> int:
    """Show the watch at ``socket``; ``told`` is the file in which it is told."""
    from tui import app as module
    from tui.run import run_screen

    class Telling(module.WatchkeeperApp):
        def on_mount(self) -> None:
            asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, self._tell_test)

        def _tell_test(self) -> None:
            new = Path(f"{told}.new")
            new.write_text(json.dumps(state(self)))
            os.replace(new, told)

    module.WatchkeeperApp = Telling  # type: ignore[misc]
    return run_screen(socket, who="li", version="1", starting=True)


def state(app: object) -> dict[str, object]:
    """The cells the program has written, a full repaint as plain Textual makes it, and where the columns are."""
    from rich.cells import cell_len
    from textual.widgets._toast import Toast

    from tui.app import WatchkeeperApp
    from tui.screens.watch import WatchScreen
    from tui.widgets.live_table import LiveTable

    assert isinstance(app, WatchkeeperApp) and app._diff is not None
    tables: list[dict[str, object]] = []
    if isinstance(app.screen, WatchScreen) and not app.screen.query(Toast):
        for table in app.screen.query(LiveTable):
            x, y, width, height = table.region
            if width and height:
                widths = [cell_len(text) for text, _tone in table.sheet.head]
                # The row of the cursor ends in the same columns; the first cell holds the cursor itself.
                borders = [1 + sum(widths[: place + 1]) for place in range(len(widths))]
                rows = max(0, min(height - 2, len(table._seen)))
                tables.append({"name": table.panel, "x": x, "y": y, "width": width, "rows": rows, "borders": borders})
    return {
        "screen": type(app.screen).__name__,
        "size": [app.size.width, app.size.height],
        "cells": [row.cells for row in app._diff._rows],
        "full": full(app),
        "tables": tables,
    }
