"""What is under the cursor can be read in every theme, and what is grave first of all."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from rich.color import Color
from textual.theme import Theme

from tests.tui.tables.test_live_table import BareTable
from tui.themes import THEMES, TONES, palette_of
from tui.widgets.live_table import HEAD, Sheet

IN_ROWS = [tone for tone in TONES if not tone.startswith(("cursor", "rule", "title", "head"))]
LEAST, LEAST_DIM = 3.0, 2.0
DIM = ("dim", "old", "never", "spark")
OWN_COLOURS = [theme for theme in THEMES if not theme.ansi]


def brightness(colour: Color | None) -> float:
    """Relative luminance, as WCAG 2 has it."""
    assert colour is not None
    parts = [part / 255 for part in colour.get_truecolor()]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(fore: Color | None, back: Color | None) -> float:
    dark, light = sorted((brightness(fore), brightness(back)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", OWN_COLOURS, ids=lambda theme: theme.name)
@pytest.mark.parametrize("focused", [True, False])
def test_every_tone_is_legible_under_the_cursor(theme: Theme, focused: bool) -> None:
    for tone in IN_ROWS:
        table = BareTable()
        table.app = SimpleNamespace(current_theme=theme)
        table.focused = focused
        table.show("", Sheet((), ["row"], lambda _row, tone=tone: (("words", tone),)))
        (segment,) = [one for one in table.render_line(HEAD) if "words" in one.text]
        assert segment.style is not None
        least = LEAST_DIM if tone in DIM else LEAST
        assert contrast(segment.style.color, segment.style.bgcolor) >= least, (tone, segment.style)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_the_row_of_the_cursor_looks_different(theme: Theme) -> None:
    palette = palette_of(theme)
    assert palette["base"] != palette["base"] + palette["cursor"] != palette["base"] + palette["cursor.blur"]
