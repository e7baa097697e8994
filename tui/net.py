"""The last net under everything that is drawn: no control character leaves for the terminal inside a text."""

from __future__ import annotations

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from duty.clean import DEFAULT_LIMIT, clean


class ControlNet(LineFilter):
    """Makes control, invisible and direction-changing characters harmless in any segment that still has one.

    Texts from outside are cleaned where they come in; this holds even where somebody forgot.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments, the same list where nothing had to be mended."""
        if all(segment.text.isprintable() for segment in segments if not segment.control):
            return segments
        return [
            segment
            if segment.control
            else Segment(clean(segment.text, max(DEFAULT_LIMIT, len(segment.text))), segment.style)
            for segment in segments
        ]
