"""The line of the header that tells of alarms: the worst that nobody has acknowledged, how many stand where, the load.

It is always there, so that no row of the screen moves when an alarm comes.
"""

from __future__ import annotations

from rich.cells import cell_len

from duty.alarm_load import Pace
from duty.alarm_states import AlarmState
from tui import figures
from tui.alarm_words import load_words, reason_of, short_load_words, since, thing_of
from tui.cells import cell, short_span
from tui.glyphs import Glyphs
from tui.pager import Line, Span, padded
from tui.picture import Picture
from wire.words import _

_LEAST = 24
"""Cells of the worst alarm's sentence that are kept before anything beside it is."""
_PACES = {Pace.ACCEPTABLE: "dim", Pace.HIGH: "", Pace.OVER: "warn", Pace.FLOOD: "notice"}


def alarm_line(picture: Picture, width: int, g: Glyphs, sound_off_until: float | None = None) -> Line:
    """The line for ``width`` cells."""
    if picture.alarms.urgent:
        return _urgent(picture, width, g, sound_off_until)
    for brief in (False, True):
        line = _quiet(picture, g, sound_off_until, brief=brief)
        if sum(cell_len(text) for text, _tone in line) <= width:
            break
    return padded(line, width)


def _urgent(picture: Picture, width: int, g: Glyphs, sound_off_until: float | None) -> Line:
    """The worst first, with its age; what stands beside it goes before its sentence is cut."""
    urgent = picture.alarms.urgent
    worst = urgent[0]
    start = since(worst)
    age = short_span(None if start is None else picture.now - start, g)
    mark = g.alarms[worst.state]
    head = f" {mark.text} P{worst.priority} {age} {thing_of(worst.key)}: "
    counts = picture.alarms.standing
    waiting = counts.unacknowledged + counts.returned
    zone = picture.site.time_zone if picture.site is not None else "UTC"
    load = picture.alarms.load
    waits = _("{count} wait", count=waiting)
    loads = load_words(load, zone, picture.now), short_load_words(load)
    quiet = _sound_off(picture, sound_off_until)
    tries = [(waits, quiet, loads[0]), (waits, quiet, loads[1]), (waits, quiet), (waits,)]
    for parts in tries:
        tail = "".join(f" {g.dot} {part}" for part in parts if part) + " "
        if width - cell_len(head) - cell_len(tail) >= min(_LEAST, cell_len(reason_of(worst)) + 1):
            break
    room = max(1, width - cell_len(head) - cell_len(tail) - 1)
    return padded(((head, "alarm"), (cell(reason_of(worst), room, cut=g.cut)[0] + tail, "alarm")), width)


def _quiet(picture: Picture, g: Glyphs, sound_off_until: float | None, *, brief: bool) -> Line:
    counts, load = picture.alarms.standing, picture.alarms.load
    words = (
        (AlarmState.UNACKNOWLEDGED, counts.unacknowledged, _("unacknowledged")),
        (AlarmState.RETURNED, counts.returned, _("returned")),
        (AlarmState.ACKNOWLEDGED, counts.acknowledged, _("acknowledged")),
        (AlarmState.SHELVED, counts.shelved, _("shelved")),
        (AlarmState.SUPPRESSED, counts.suppressed, _("suppressed")),
        (AlarmState.OUT_OF_SERVICE, counts.out_of_service, _("out of service")),
    )
    spans: list[Span] = [(" ", "")]
    if not any(count for _state, count, _word in words):
        spans.append((_("no alarm") + "  ", "dim"))
    for state, count, word in words:
        if count:
            mark = g.alarms[state]
            spans += [(mark.text, mark.tone), (f" {count}{'' if brief else ' ' + word}  ", "")]
    zone = picture.site.time_zone if picture.site is not None else "UTC"
    said = load_words(load, zone, picture.now) if not brief or load.pace is Pace.FLOOD else short_load_words(load)
    spans.append((said, _PACES[load.pace]))
    if off := _sound_off(picture, sound_off_until):
        spans += [("  ", ""), (f" {off} ", "notice")]
    return tuple(spans)


def _sound_off(picture: Picture, end: float | None) -> str:
    zone = picture.site.time_zone if picture.site is not None else "UTC"
    return "" if end is None else _("SOUND OFF until {time}", time=figures.clock(end, zone))
