"""The clocks of an incident as chips: running, over or met, by shape and letter beside the colour."""

from __future__ import annotations

from rich.cells import cell_len

from duty.countdowns import Countdown
from tui import figures
from tui.cells import cell, short_span
from tui.glyphs import Glyphs, Mark
from tui.pager import Line, Span, wrapped
from wire.words import _

_MARK = 5
"""Cells before the words of a clock."""


def mark_of(countdown: Countdown, glyphs: Glyphs) -> Mark:
    """The sign of a clock; one that was met too late is over all the same."""
    if countdown.stopped:
        return glyphs.clocks["stopped"]
    kind = "over" if countdown.overdue else "running" if countdown.met_at is None else "met"
    return glyphs.clocks[kind]


def short_chip(countdown: Countdown | None, glyphs: Glyphs, width: int) -> Span:
    """Sign and time left or over, in ``width`` cells and a blank."""
    if countdown is None or countdown.left_s is None:
        return cell("", width)
    mark = mark_of(countdown, glyphs)
    return cell(f"{mark.text}{short_span(abs(countdown.left_s), glyphs)}", width, mark.tone, cut=glyphs.cut)


def chip_lines(countdown: Countdown, glyphs: Glyphs, zone: str, now: float, width: int) -> list[Line]:
    """A clock in words: what it waits for, how long is left or over and by which measure, and when that is."""
    mark = mark_of(countdown, glyphs)
    time = _time(countdown, zone, now)
    head: Line = ((f"  {mark.text} ", mark.tone), (_(countdown.what), ""))
    if cell_len(_(countdown.what)) + cell_len(time) + _MARK + 2 <= width:
        return [(*head, ("  " + time, _tone(countdown)))]
    return [head, *wrapped(time, width, _tone(countdown), indent=_MARK)]


def _tone(countdown: Countdown) -> str:
    return "act" if countdown.overdue else "dim" if countdown.met_at is not None else ""


def _time(countdown: Countdown, zone: str, now: float) -> str:
    if countdown.stopped and countdown.left_s is not None:
        span = figures.span(abs(countdown.left_s))
        return _("stopped, OVERDUE by {span}", span=span) if countdown.overdue else _("stopped, {span} left", span=span)
    if countdown.due_at is None or countdown.left_s is None:
        return _("no trading session comes in which it could run out")
    at = figures.clock(countdown.due_at, zone, now)
    span = figures.span(abs(countdown.left_s))
    if countdown.met_at is not None:
        met = figures.clock(countdown.met_at, zone, now)
        if countdown.overdue:
            return _("done {met}, LATE by {span}", met=met, span=span)
        return _("done {met}, due {at}", met=met, at=at)
    if countdown.overdue:
        if countdown.trading:
            return _("OVERDUE by {span} of trading, was due {at}", span=span, at=at)
        return _("OVERDUE by {span}, was due {at}", span=span, at=at)
    if countdown.trading:
        return _("{span} of trading left, due {at}", span=span, at=at)
    return _("{span} left, due {at}", span=span, at=at)
