"""Help: what has the focus and its keys first, then every action, and for those that cannot be done now why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.widget import Widget

from tui.actions import ACTIONS, GROUPS, Action, spoken_keys
from tui.pager import Line, Pager, wrapped
from tui.screens.page import PageScreen
from wire.words import _, say

if TYPE_CHECKING:
    from tui.app import WatchkeeperApp

_KEYS_WIDTH = 14


def help_screen(app: WatchkeeperApp) -> PageScreen:
    """The help for what has the focus now."""
    focused = _of_focus(app.screen.focused)
    reasons = {action.id: say(why) for action in ACTIONS if (why := action.why_not(app)) is not None}
    return PageScreen(_("Help"), lambda width: help_lines(focused, reasons, width))


def help_lines(focused: list[str], reasons: dict[str, str], width: int) -> list[Line]:
    """The page. ``focused``: what to say of the focus; ``reasons``: action id and why it cannot be done now."""
    lines: list[Line] = [line for text in focused for line in wrapped(text, width)]
    for group in GROUPS:
        lines += [(), ((_(group), "title"),)]
        for action in ACTIONS:
            if action.group == group:
                lines += _action_lines(action, reasons.get(action.id), width)
    lines += [(), ((_("Signs"), "title"),)]
    for text in (
        _("State: what the rules say. Good, late, stale, unreachable: how far a reading can be trusted."),
        _("A dash (–) is not known. It is never zero, and unknown is never well."),
        _("Mouse: click a row to go there, again to open it; the wheel moves a panel."),
    ):
        lines += wrapped(text, width)
    return lines


def _action_lines(action: Action, reason: str | None, width: int) -> list[Line]:
    keys = spoken_keys(action)
    pad = " " * max(1, _KEYS_WIDTH - cell_len(keys))
    lines: list[Line] = [((keys, "dim" if reason else "ok"), (pad, ""), (_(action.words), "dim" if reason else ""))]
    if reason:
        lines += wrapped(_("not now: {why}", why=reason), width, "dim", indent=_KEYS_WIDTH)
    return lines


def _of_focus(focused: Widget | None) -> list[str]:
    """What the widget in focus says of itself; any widget may offer ``help_text()``."""
    node = focused
    while node is not None:
        offered = getattr(node, "help_text", None)
        if callable(offered):
            return [str(offered())]
        node = node.parent if isinstance(node.parent, Widget) else None
    if isinstance(focused, Pager):
        return [_("A page: ↑ ↓, PgUp PgDn, Home End or the wheel move it.")]
    return [_("↑ ↓ PgUp PgDn Home End move the cursor; Tab goes to the next panel.")]
