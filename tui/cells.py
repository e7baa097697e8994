"""Cells of the live panels: exactly as wide as their column, whatever the script."""

from __future__ import annotations

from rich.cells import cell_len, chop_cells

from tui.glyphs import Glyphs
from tui.pager import Span


def cell(text: str, width: int, tone: str = "", *, right: bool = False, cut: str = "…") -> Span:
    """``text`` in ``width`` cells and a blank; cut on a whole character, with a sign that it was."""
    if text.isascii():
        length = len(text)
        if length > width:
            text, length = text[: max(0, width - 1)] + cut, width
    else:
        length = cell_len(text)
        if length > width:
            text = (chop_cells(text, width - 1)[0] if width > 1 else "") + cut
            length = cell_len(text)
    blank = " " * (width - length)
    return (f"{blank}{text} " if right else f"{text}{blank} ", tone)


def bar(share: float | None, width: int, glyphs: Glyphs, tone: str) -> tuple[Span, Span]:
    """A filled bar; not known is no bar."""
    if share is None:
        return (glyphs.missing + " " * (width - 1), "dim"), (" ", "")
    full = max(0, min(width, round(share / 100 * width)))
    return (glyphs.full * full, tone), (glyphs.rest * (width - full) + " ", "rule")


def spark(trend: tuple[int, ...], width: int, glyphs: Glyphs) -> Span:
    """The newest values as levels, percent of a whole; a gap is a blank."""
    levels = glyphs.spark
    top = len(levels) - 1
    shown = trend[-width:]
    text = "".join(levels[0] if v < 0 else levels[min(top, 1 + v * top // 101)] for v in shown)
    return (text.rjust(width) + " ", "spark")


def short_rate(bits: float | None, glyphs: Glyphs) -> str:
    """Bits per second in five cells: ``12.3M``."""
    if bits is None:
        return glyphs.first
    for unit in ("", "k", "M", "G"):
        if bits < 1000:
            return f"{bits:.0f}{unit}" if bits >= 100 or not unit else f"{bits:.1f}{unit}"
        bits /= 1000
    return f"{bits:.1f}T"


def short_size(count: float | None, glyphs: Glyphs) -> str:
    """Bytes in five cells: ``1.5G``."""
    if count is None:
        return glyphs.missing
    for unit in ("B", "K", "M", "G", "T"):
        if count < 1024:
            return f"{count:.0f}{unit}" if count >= 100 or unit == "B" else f"{count:.1f}{unit}"
        count /= 1024
    return f"{count:.1f}P"


def short_span(seconds: float | None, glyphs: Glyphs) -> str:
    """A length of time in four cells: ``45s``, ``12m``, ``3h``, ``20d``."""
    if seconds is None:
        return glyphs.missing
    whole = max(0, int(seconds))
    if whole < 100:
        return f"{whole}s"
    if whole < 6000:
        return f"{whole // 60}m"
    return f"{whole // 3600}h" if whole < 360_000 else f"{whole // 86400}d"


def short_millis(seconds: float | None, glyphs: Glyphs) -> str:
    """Seconds as milliseconds in five cells: ``3.8ms``, ``120ms``, ``2.1s``."""
    if seconds is None:
        return glyphs.missing
    millis = 1000 * seconds
    if millis >= 1000:
        return f"{seconds:.1f}s"
    return f"{millis:.1f}ms" if millis < 10 else f"{millis:.0f}ms"


def percent(share: float | None, glyphs: Glyphs) -> str:
    """A share in four cells."""
    return glyphs.missing if share is None else f"{share:.0f}%"
