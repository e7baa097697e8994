"""The header that never lies: where we are, what time it is, how well we see, what is oldest undone."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from duty.quality import Quality
from duty.records import IncidentState
from tui import figures
from tui.glyphs import from_environ
from tui.pager import Line, Span, padded
from tui.pause import Pause
from tui.picture import Picture
from tui.sayings import title_of
from tui.themes import palette_of
from wire.words import _, say

if TYPE_CHECKING:
    from tui.app import WatchkeeperApp

SILENT_S = 5.0
"""Seconds without a board from a connected watch after which the header says so."""


class Header(Widget):
    """Two lines, and a third when something about the watch itself is wrong."""

    app: WatchkeeperApp
    DEFAULT_CSS = "Header { dock: top; height: 2; } Header.-alarm { height: 3; }"

    def __init__(self) -> None:
        super().__init__()
        self.glyphs = from_environ()
        self._shown: list[Line] = []

    def redraw(self) -> None:
        """Draw again if anything differs."""
        lines = header_lines(self.app.picture, max(20, self.size.width), self.glyphs, self.app.pause)
        self.set_class(len(lines) > 2, "-alarm")
        if lines != self._shown:
            self._shown = lines
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Line ``y``."""
        tones, width = palette_of(self.app.current_theme), self.size.width
        if not self._shown:
            self._shown = header_lines(self.app.picture, max(20, width), self.glyphs, self.app.pause)
        if y >= len(self._shown):
            return Strip.blank(width, tones["base"])
        segments = [Segment(text, tones[tone or "base"]) for text, tone in padded(self._shown[y], width)]
        return Strip(segments).adjust_cell_length(width, tones["base"])


def header_lines(picture: Picture, width: int, glyphs: object, pause: Pause | None = None) -> list[Line]:
    """The header's lines for ``width`` cells. They follow the watch also during a pause, which the second one says."""
    g = from_environ() if glyphs is None else glyphs
    site = picture.site
    zone = site.time_zone if site is not None else "UTC"
    left: list[Span] = []
    if picture.practice:
        left += [(" " + _("PRACTICE") + " ", "practice"), (" ", "")]
    left.append((site.name if site is not None else "Watchkeeper", "title.focus"))
    right: list[Span] = [(f"{picture.who}  ", "dim"), (figures.clock(picture.now, zone), "name"), (f" {zone} ", "dim")]
    lines = [_apart(left, right, width), _second(picture, g) if pause is None else _paused(pause, zone, width)]
    if (alarm := _alarm(picture, zone)) is not None:
        lines.append(((f" {alarm} ".ljust(width), "alarm"),))
    return lines


def _paused(pause: Pause, zone: str, width: int) -> Line:
    """A bar that cannot be overlooked; incidents that have come since are louder than the pause."""
    said = _("PAUSED since {time}", time=figures.clock(pause.since, zone))
    behind = _("{count} changes behind", count=pause.changes)
    words, tone = f" {said} — {behind} ", "paused"
    if opened := pause.opened:
        newest = opened[0]
        new = _("NEW INCIDENT {number}: {title}", number=newest.id, title=title_of(newest))
        more = " " + _("and {count} more", count=len(opened) - 1) if len(opened) > 1 else ""
        words, tone = f" {said} · {new}{more} — {behind} ", "alarm"
    rest = _("Space goes on") + " "
    room = width - cell_len(words) - cell_len(rest)
    return ((words + (" " * room + rest if room > 0 else " " * width), tone),)


def _apart(left: list[Span], right: list[Span], width: int) -> Line:
    used = sum(cell_len(text) for text, _tone in (*left, *right))
    return (*left, (" " * max(1, width - used), ""), *right)


def _second(picture: Picture, g: object) -> Line:
    from tui.glyphs import Glyphs

    assert isinstance(g, Glyphs)
    counts = Counter(host.quality for host in picture.hosts.values())
    words = {
        Quality.GOOD: _("good"), Quality.LATE: _("late"), Quality.STALE: _("stale"),
        Quality.UNREACHABLE: _("unreachable"), Quality.NEVER: _("unread"),
    }  # fmt: skip
    spans: list[Span] = [(" ", "")]
    for quality, word in words.items():
        count = counts[quality]
        if count or quality in (Quality.GOOD, Quality.UNREACHABLE):
            mark = g.qualities[quality]
            spans += [(mark.text, mark.tone if count else "dim"), (f" {count} {word}  ", "" if count else "dim")]
    undone = [i for i in picture.incidents.values() if i.state is IncidentState.OPEN]
    if undone:
        oldest = min(undone, key=lambda one: one.opened_at)
        ago = figures.span(picture.now - oldest.opened_at)
        spans.append((_("oldest untaken: incident {number}, {ago}", number=oldest.id, ago=ago), "act"))
    else:
        spans.append((_("no untaken incident"), "dim"))
    if picture.site is not None and picture.site.faults:
        spans.append(("  " + _("{count} practice faults", count=len(picture.site.faults)), "notice"))
    return tuple(spans)


def _alarm(picture: Picture, zone: str) -> str | None:
    """What is wrong with the watch itself; the gravest only."""
    if not picture.connected:
        return _(
            "NO WATCH since {time}: what you see is old", time=figures.clock(picture.gone_since, zone, picture.now)
        )
    if picture.heard_at is not None and picture.now - picture.heard_at > SILENT_S:
        return _("THE WATCH IS SILENT for {ago}", ago=figures.span(picture.now - picture.heard_at))
    site = picture.site
    if site is not None and site.store_error is not None:
        return _("RECORDS ARE NOT WRITTEN: {why}", why=say(site.store_error))
    if site is not None and site.config_error is not None:
        return say(site.config_error)
    if site is not None and site.history_error is not None:
        return _("READINGS ARE NOT KEPT: {why}", why=say(site.history_error))
    return None
