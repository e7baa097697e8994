"""The narrow place where a frame goes to the terminal: there it loses what the terminal shows already."""

from __future__ import annotations

import os
from collections.abc import Mapping

from rich.console import RenderableType
from textual import events
from textual._compositor import ChopsUpdate, LayoutUpdate  # private: Textual is pinned, the replay tests hold it
from textual.app import App
from textual.geometry import Offset
from textual.screen import Screen

from tui.frame_diff import FrameDiff
from tui.terminal import stuck

_BEGIN, _END = "\x1b[?2026h", "\x1b[?2026l"
"""A terminal that understands these shows a frame at once."""
_DRAIN_S = 0.1


class FrugalApp(App[None]):
    """An application that writes only what changed, each frame in one piece."""

    _diff: FrameDiff | None = None
    _cursor_at: Offset | None = None
    _waiting = False
    """Frames were left out; the newest one is drawn when the terminal reads again."""

    def repaint(self) -> None:
        """What the terminal shows is not known any more: write all of it."""
        if self._diff is not None:
            self._diff.forget()
        self._cursor_at = None
        if self.is_running and self.screen_stack:
            self.screen.refresh()

    async def on_event(self, event: events.Event) -> None:
        """Another size, or the terminal comes back from somewhere else: it may show anything."""
        await super().on_event(event)
        if isinstance(event, events.Resize | events.AppFocus):
            self.repaint()

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        if not isinstance(renderable, ChopsUpdate | LayoutUpdate) or not self._frugal:
            super()._display(screen, renderable)
            return
        try:
            self._write(renderable)
        finally:
            self.post_display_hook()

    @property
    def _frugal(self) -> bool:
        """Whether there is a terminal to be frugal with, and it may be drawn on now."""
        driver = self._driver
        alive = self._running and not self._closed and not self._batch_count
        return wanted() and alive and driver is not None and not driver.is_headless and not driver.is_inline

    def _catch_up(self) -> None:
        """Draw what is to be seen now, once the terminal takes it: of all frames meanwhile only this one is written."""
        self._waiting = stuck(self._driver)
        if self._waiting:
            self.set_timer(_DRAIN_S, self._catch_up)
        else:
            self.screen.refresh()

    def _write(self, update: ChopsUpdate | LayoutUpdate) -> None:
        if self._waiting or stuck(self._driver):
            if not self._waiting:
                self._catch_up()
            return
        if self._diff is None:
            self._diff = FrameDiff(self.console._color_system)
        changes = self._diff.changes(update)
        cursor = self.screen.outer_size.clamp_offset(self.cursor_position)
        if not changes and cursor == self._cursor_at:
            return
        # The terminal's own cursor is hidden, but input methods show their candidates where it is.
        self._cursor_at = self._previous_cursor_position = cursor
        frame = f"{changes}\x1b[{cursor.y + 1};{cursor.x + 1}H"
        assert self._driver is not None
        self._driver.write(f"{_BEGIN}{frame}{_END}" if self._sync_available else frame)
        self._driver.flush()


def wanted(environ: Mapping[str, str] = os.environ) -> bool:
    """``WATCHKEEPER_FRAME_DIFF=0`` leaves every frame as Textual makes it."""
    return environ.get("WATCHKEEPER_FRAME_DIFF", "") != "0"
