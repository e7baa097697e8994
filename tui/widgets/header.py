"""The header that never lies: where we are, what time it is, how well we see, what is oldest undone."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from duty.drills import running
from duty.incidents import untaken
from duty.quality import Quality
from duty.records import ENDED, Incident
from tui import figures
from tui.alarm_line import alarm_line
from tui.cells import cell, short_span
from tui.glyphs import Glyphs, from_environ
from tui.pager import Line, Span, padded
from tui.pause import Pause
from tui.picture import Picture
from tui.sayings import title_of
from tui.themes import palette_of
from wire.words import _, say

if TYPE_CHECKING:
    from tui.app import WatchkeeperApp

ALWAYS = (Quality.GOOD, Quality.LATE, Quality.STALE, Quality.UNREACHABLE)
"""Counted also where no host is so: a nought that is missing is not known to be one."""
_NAME = 8
"""Cells that the name of the site keeps, whatever stands beside it."""
SILENT_S = 5.0
"""Seconds without a board from a connected watch after which the header says so."""


class Header(Widget):
    """Three lines, the last of the alarms, and a fourth when something about the watch itself is wrong."""

    app: WatchkeeperApp
    DEFAULT_CSS = "Header { dock: top; height: 3; } Header.-alarm { height: 4; }"

    def __init__(self) -> None:
        super().__init__()
        self.glyphs = from_environ()
        self._shown: list[Line] = []

    def redraw(self) -> None:
        """Draw the lines again that differ."""
        lines, shown, width = self._lines(), self._shown, self.size.width
        self.set_class(len(lines) > 3, "-alarm")
        self._shown = lines
        if len(lines) != len(shown):
            self.refresh()
        elif changed := [y for y, line in enumerate(lines) if line != shown[y]]:
            self.refresh(*(Region(0, y, width, 1) for y in changed))

    def _lines(self) -> list[Line]:
        app, width = self.app, max(20, self.size.width)
        return header_lines(app.picture, width, self.glyphs, app.pause, app.sound_off_until)

    def render_line(self, y: int) -> Strip:
        """Line ``y``."""
        tones, width = palette_of(self.app.current_theme), self.size.width
        if not self._shown:
            self._shown = self._lines()
        if y >= len(self._shown):
            return Strip.blank(width, tones["base"])
        segments = [Segment(text, tones[tone or "base"]) for text, tone in padded(self._shown[y], width)]
        return Strip(segments).adjust_cell_length(width, tones["base"])


def header_lines(
    picture: Picture,
    width: int,
    glyphs: Glyphs | None,
    pause: Pause | None = None,
    sound_off_until: float | None = None,
) -> list[Line]:
    """The header's lines for ``width`` cells. They follow the watch also during a pause, which the second one says."""
    g = from_environ() if glyphs is None else glyphs
    site = picture.site
    zone = site.time_zone if site is not None else "UTC"
    left: list[Span] = []
    if picture.practice:
        left += [(" " + _("PRACTICE") + " ", "practice"), (" ", "")]
    if drills := running(picture.incidents.values()):
        mark = f"{g.drill.text} " + (_("DRILL {number}", number=drills[0].id) if len(drills) == 1 else _("DRILLS"))
        left += [(f" {mark} ", "practice"), (" ", "")]
    left.append((site.name if site is not None else "Watchkeeper", "title.focus"))
    right: list[Span] = [(f"{picture.who}  ", "dim"), (figures.clock(picture.now, zone), "name"), (f" {zone} ", "dim")]
    second = _second(picture, width, g) if pause is None else _paused(picture, pause, zone, width, g)
    lines = [_apart(left, right, width, g), second, alarm_line(picture, width, g, sound_off_until)]
    if (alarm := _alarm(picture, zone) or _suspended(picture, zone, g)) is not None:
        lines.append(((f" {alarm} ".ljust(width), "alarm"),))
    return lines


def _paused(picture: Picture, pause: Pause, zone: str, width: int, g: Glyphs) -> Line:
    """A bar that cannot be overlooked; incidents that have come since are louder than the pause."""
    said = _("PAUSED since {time}", time=figures.clock(pause.since, zone))
    behind = _("{count} changes behind", count=pause.changes), _("{count} behind", count=pause.changes)
    hosts, few = _hosts_in_marks(picture, g, all_=True), _hosts_in_marks(picture, g, all_=False)
    untaken, goes_on, tone = _untaken(picture, g, short=True), _("p goes on"), "paused"
    if opened := pause.opened:
        newest, tone = opened[0], "alarm"
        new = _("NEW INCIDENT {number}: {title}", number=newest.id, title=title_of(newest))
        new += " " + _("and {count} more", count=len(opened) - 1) if len(opened) > 1 else ""
        tries = [(said, new, behind[0], hosts, untaken), (said, new, behind[1], hosts), (said, new, behind[1], few)]
    else:
        tries = [(said, words, hosts, untaken) for words in behind]
        tries += [(said, behind[1], few, untaken), (said, behind[1], few)]
    bars = [f" {g.dot} ".join(parts) for parts in ((*tries[0], goes_on), *tries)]
    bar = next((bar for bar in bars if cell_len(bar) <= width - 2), bars[-1])
    return padded(((f" {bar} ", tone), (" " * width, tone)), width)


def _hosts_in_marks(picture: Picture, g: Glyphs, *, all_: bool) -> str:
    counts = Counter(host.quality for host in picture.hosts.values())
    wanted = [one for one in Quality if counts[one] or one is Quality.GOOD or (all_ and one in ALWAYS)]
    return " ".join(f"{g.qualities[one].text}{counts[one]}" for one in wanted)


def _apart(left: list[Span], right: list[Span], width: int, g: Glyphs) -> Line:
    """The name of the site gives way to who looks, time and zone."""
    used = sum(cell_len(text) for text, _tone in (*left, *right))
    if used >= width:
        name, tone = left[-1]
        room = max(_NAME, cell_len(name) - (used - width) - 2)
        left[-1] = cell(name, room, tone, cut=g.cut)
        used = sum(cell_len(text) for text, _tone in (*left, *right))
    return (*left, (" " * max(1, width - used), ""), *right)


def _second(picture: Picture, width: int, g: Glyphs) -> Line:
    """How well the hosts are read, what is oldest undone, what is injected: in as many words as there is room for."""
    line: Line = ()
    for brevity in range(5):
        line = _in_words(picture, brevity, g)
        if sum(cell_len(text) for text, _tone in line) <= width:
            break
    return line


def _in_words(picture: Picture, brevity: int, g: Glyphs) -> Line:
    counts = Counter(host.quality for host in picture.hosts.values())
    words = {
        Quality.GOOD: _("good"), Quality.LATE: _("late"), Quality.STALE: _("stale"),
        Quality.UNREACHABLE: _("unreachable"), Quality.NEVER: _("unread"),
    }  # fmt: skip
    spans: list[Span] = [(" ", "")]
    for quality, word in words.items():
        count, mark = counts[quality], g.qualities[quality]
        if count or quality in ALWAYS:
            word = "" if brevity > 2 or (brevity > 1 and not count) else " " + word
            spans += [(mark.text, mark.tone if count else "dim"), (f" {count}{word}  ", "" if count else "dim")]
    spans.append((_untaken(picture, g, short=brevity > 0), "act" if _undone(picture) else "dim"))
    if picture.site is not None and picture.site.faults and brevity < 4:
        spans.append(("  " + _("practice faults: {count}", count=len(picture.site.faults)), "notice"))
    return tuple(spans)


def _undone(picture: Picture) -> list[Incident]:
    return untaken(picture.incidents)


def _untaken(picture: Picture, g: Glyphs, *, short: bool) -> str:
    if not (undone := _undone(picture)):
        return _("no untaken incident") if not short else _("none untaken")
    oldest = min(undone, key=lambda one: one.opened_at)
    if short:
        ago = short_span(picture.now - oldest.opened_at, g)
        return _("untaken: no. {number}, {ago}", number=oldest.id, ago=ago)
    ago = figures.span(picture.now - oldest.opened_at)
    return _("oldest untaken: incident {number}, {ago}", number=oldest.id, ago=ago)


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


def _suspended(picture: Picture, zone: str, g: Glyphs) -> str | None:
    """Drills that a real alarm interrupted: a person resumes or ends them."""
    drills = [one for one in picture.incidents.values() if one.suspended and one.state not in ENDED]
    if not drills:
        return None
    since = figures.clock(drills[0].pauses[-1][0], zone, picture.now)
    numbers = ", ".join(str(one.id) for one in drills)
    words = _(
        "DRILL SUSPENDED since {time}: this is real. Drill {numbers}: D resumes or ends it", time=since, numbers=numbers
    )
    return f"{g.drill.text} {words}"
