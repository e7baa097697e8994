"""The site for people across the room: large figures, one large tile a group, the oldest incident nobody has taken.

Pure: the picture in, lines out, exactly as many and as wide as asked for. In a small corner the same in few lines.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len

from duty.board import HostView
from duty.incidents import untaken
from duty.phrases import N_
from duty.quality import Quality, State
from duty.series import READ
from tui import figures
from tui.cells import cell
from tui.glyphs import Glyphs, Mark
from tui.pager import Line, Span, padded
from tui.panels.table_panel import BAD
from tui.picture import Picture
from tui.sayings import STATE_WORDS, title_of
from wire.words import _, say

COMPACT = (60, 14)
"""Cells below which there is room for lines only."""
DOUBLE = (140, 38)
"""Cells from which the figures are drawn twice as large."""
_TILE = 24
_LEAST = 5
"""Least width and height of a tile, the blank line below it counted."""
_FONT = {
    "0": ("###", "# #", "# #", "# #", "###"), "1": (" # ", "## ", " # ", " # ", "###"),
    "2": ("###", "  #", "###", "#  ", "###"), "3": ("###", "  #", "###", "  #", "###"),
    "4": ("# #", "# #", "###", "  #", "  #"), "5": ("###", "#  ", "###", "  #", "###"),
    "6": ("###", "#  ", "###", "# #", "###"), "7": ("###", "  #", "  #", "  #", "  #"),
    "8": ("###", "# #", "###", "# #", "###"), "9": ("###", "# #", "###", "  #", "###"),
}  # fmt: skip
FONT_ROWS = 5
QUALITIES: tuple[tuple[str, tuple[Quality, ...]], ...] = (
    (N_("good"), (Quality.GOOD,)),
    (N_("late, stale"), (Quality.LATE, Quality.STALE)),
    (N_("unreachable"), (Quality.UNREACHABLE,)),
    (N_("unread"), (Quality.NEVER,)),
)


class Group(NamedTuple):
    """The hosts of one group together."""

    name: str
    state: State
    bad: int
    total: int
    why: str


def state_of(host: HostView) -> State:
    """How a host is; one that is not read now is unknown at best."""
    return host.state if host.quality in READ else max(host.state, State.UNKNOWN)


def groups(hosts: Sequence[HostView]) -> list[Group]:
    """Each group with its worst state, the worst group first."""
    by_name: dict[str, list[HostView]] = {}
    for host in hosts:
        by_name.setdefault(host.group, []).append(host)
    made = []
    for name, members in by_name.items():
        worst = max(members, key=lambda host: (state_of(host), host.id))
        why = f"{worst.id}: {say(worst.why[0])}" if worst.why else worst.id if state_of(worst) in BAD else ""
        made.append(Group(name, state_of(worst), sum(state_of(host) in BAD for host in members), len(members), why))
    return sorted(made, key=lambda group: (-group.state, group.name))


def overview_lines(picture: Picture, width: int, height: int, glyphs: Glyphs) -> list[Line]:
    """The whole page."""
    hosts = list(picture.hosts.values())
    if width < COMPACT[0] or height < COMPACT[1]:
        lines = _compact(picture, groups(hosts), glyphs, width)
    else:
        scale = 2 if width >= DOUBLE[0] and height >= DOUBLE[1] else 1
        lines = [*_counts(hosts, width, scale, glyphs), (), _oldest(picture, width), ()]
        lines += _tiles(groups(hosts), width, height - len(lines), glyphs)
    return [padded(line, width) for line in (*lines[:height], *(((),) * (height - len(lines))))]


def _counts(hosts: Sequence[HostView], width: int, scale: int, glyphs: Glyphs) -> list[Line]:
    """The numbers of hosts by quality and the site's worst state, each in a column of its own."""
    counted = Counter(host.quality for host in hosts)
    each = width // (len(QUALITIES) + 1)
    rows: list[list[Span]] = [[] for _ in range(FONT_ROWS * scale + 1)]
    for words, qualities in QUALITIES:
        count = sum(counted[quality] for quality in qualities)
        mark = glyphs.qualities[qualities[-1]]
        tone = mark.tone if count else "dim"
        big = large(str(count), scale, glyphs)
        if cell_len(big[0]) >= each:
            big = large(str(count), 1, glyphs) if scale > 1 and 4 * len(str(count)) < each else [str(count)]
        _column(rows, [*big, *[""] * (FONT_ROWS * scale - len(big))], f"{mark.text} {_(words)}", each, tone)
    worst = max((state_of(host) for host in hosts), default=State.UNKNOWN)
    mark = glyphs.states[worst]
    block = [glyphs_of(glyphs) * min(each - 2, 7 * scale)] * (FONT_ROWS * scale)
    _column(rows, block, f"{mark.text} {_(STATE_WORDS[worst])}", each, mark.tone)
    return [tuple(row) for row in rows]


def _column(rows: list[list[Span]], big: list[str], words: str, width: int, tone: str) -> None:
    for row, text in zip(rows, [*big, words], strict=True):
        row.append(cell(text, width - 1, tone))


def large(digits: str, scale: int, glyphs: Glyphs) -> list[str]:
    """Digits as blocks, five rows times ``scale``."""
    full = glyphs_of(glyphs)
    rows = []
    for number in range(FONT_ROWS):
        row = " ".join(_FONT[digit][number] for digit in digits)
        wide = "".join((full if sign == "#" else " ") * scale for sign in row)
        rows += [wide] * scale
    return rows


def glyphs_of(glyphs: Glyphs) -> str:
    """A cell that is filled."""
    return "#" if glyphs.name == "ascii" else "█"


def _oldest(picture: Picture, width: int) -> Line:
    undone = untaken(picture.incidents)
    if not undone:
        return ((" " + _("no untaken incident") + " ", "ok"),)
    oldest = min(undone, key=lambda one: one.opened_at)
    ago = figures.span(picture.now - oldest.opened_at)
    words = _("oldest untaken: incident {number}, {ago}", number=oldest.id, ago=ago)
    return (cell(f" L{oldest.level}  {words}: {title_of(oldest)}", width - 1, "alarm"),)


def _tiles(made: Sequence[Group], width: int, height: int, glyphs: Glyphs) -> list[Line]:
    """As large as all of them fit; where they do not, one line each, and how many more there are."""
    if not made:
        return [((_("no host in the site file"), "dim"),)]
    columns = min(len(made), max(1, width // _TILE))
    down = -(-len(made) // columns)
    tall = min(9, height // down)
    if tall >= _LEAST:
        cut = [made[start : start + columns] for start in range(0, len(made), columns)]
        return [line for row in cut for line in _row_of_tiles(row, width // columns, tall, glyphs)]
    return _listed(made, width, height, glyphs)


def _listed(made: Sequence[Group], width: int, height: int, glyphs: Glyphs) -> list[Line]:
    if len(made) <= height:
        return [_group_line(group, glyphs, width) for group in made]
    shown = max(0, height - 1)
    more = _("and {count} more groups, none worse", count=len(made) - shown)
    return [*(_group_line(group, glyphs, width) for group in made[:shown]), ((more, "dim"),)]


def _row_of_tiles(made: Sequence[Group], width: int, height: int, glyphs: Glyphs) -> list[Line]:
    rows: list[list[Span]] = [[] for _ in range(height)]
    full, inside = glyphs_of(glyphs), width - 8
    for group in made:
        mark = glyphs.states[group.state]
        texts = _texts(group, mark)[: height - 3]
        rows[0].append((full * (width - 1) + " ", mark.tone))
        for number in range(1, height - 2):
            text, tone = texts[number - 1] if number <= len(texts) else ("", "")
            rows[number] += [(full * 3 + " ", mark.tone), cell(text, inside, tone or mark.tone), (full * 2, mark.tone)]
            rows[number].append((" ", ""))
        rows[height - 2].append((full * (width - 1) + " ", mark.tone))
        rows[height - 1].append((" " * width, ""))
    return [tuple(row) for row in rows]


def _texts(group: Group, mark: Mark) -> list[Span]:
    name = group.name or _("without a group")
    if group.bad:
        count = _("{bad} of {total} not well", bad=group.bad, total=group.total)
    elif group.state is State.OK:
        count = _("all {total} well", total=group.total)
    else:
        count = _("{total} hosts", total=group.total)
    return [(f"{mark.text} {name}", ""), (count, "name"), (group.why, "dim"), (_(STATE_WORDS[group.state]), "")]


def _group_line(group: Group, glyphs: Glyphs, width: int) -> Line:
    mark = glyphs.states[group.state]
    count = f"{group.bad}/{group.total}"
    name = mark.text + " " + (group.name or _("without a group"))
    room = max(4, min(width // 2, 24))
    return (
        cell(name, room, mark.tone), cell(count, 7, "name", right=True),
        cell(group.why, max(1, width - room - 10), "dim"),
    )  # fmt: skip


def _compact(picture: Picture, made: Sequence[Group], glyphs: Glyphs, width: int) -> list[Line]:
    counted = Counter(host.quality for host in picture.hosts.values())
    spans: list[Span] = []
    for quality, mark in glyphs.qualities.items():
        if counted[quality] or quality in (Quality.GOOD, Quality.UNREACHABLE):
            spans.append((f"{mark.text} {counted[quality]}  ", mark.tone if counted[quality] else "dim"))
    return [tuple(spans), _oldest(picture, width), *(_group_line(group, glyphs, width) for group in made)]
