"""Themes, and the tones every live widget draws with. Few tones: each change of one costs bytes on a slow line."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from rich.style import Style
from textual.theme import Theme

Palette = Mapping[str, Style]

DARK = Theme(
    name="watch-dark",
    primary="#5fa8d3",
    secondary="#7d8fa3",
    accent="#8ecae6",
    warning="#e9b44c",
    error="#f2545b",
    success="#6cbf84",
    foreground="#ced6de",
    background="#0f1419",
    surface="#0f1419",
    panel="#1a222b",
    dark=True,
    variables={"footer-key-foreground": "#8ecae6"},
)
LIGHT = Theme(
    name="watch-light",
    primary="#1f5f8b",
    secondary="#5b6b7a",
    accent="#0b5394",
    warning="#8a5a00",
    error="#b3121d",
    success="#1a7431",
    foreground="#1f2933",
    background="#f6f5f1",
    surface="#f6f5f1",
    panel="#e6e4dc",
    dark=False,
)
CONTRAST = Theme(
    name="watch-contrast",
    primary="#5cd6ff",
    secondary="#ffffff",
    accent="#5cd6ff",
    warning="#ffe100",
    error="#ff6b6b",
    success="#5cff7a",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#262626",
    dark=True,
)
ANSI = Theme(
    name="watch-ansi",
    ansi=True,
    primary="ansi_blue",
    secondary="ansi_cyan",
    accent="ansi_cyan",
    warning="ansi_yellow",
    error="ansi_red",
    success="ansi_green",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    dark=True,
    variables={
        "ansi-background": "ansi_black",
        "ansi-foreground": "ansi_white",
        "border-blurred": "ansi_black",
        "block-cursor-foreground": "ansi_black",
        "block-cursor-background": "ansi_white",
        "input-cursor-background": "ansi_white",
        "input-cursor-foreground": "ansi_black",
        "input-cursor-text-style": "none",
        "input-selection-background": "ansi_bright_blue",
        "input-selection-foreground": "ansi_black",
    },
)
THEMES = (DARK, LIGHT, CONTRAST, ANSI)
"""The first is the default."""

_TONES: dict[str, dict[str, str]] = {
    "watch-dark": {
        "base": "#b8c2cc", "name": "#e3e9ef", "dim": "#66737f", "head": "#66737f", "rule": "#2b3641",
        "rule.focus": "#5fa8d3", "title": "#9fb2c4", "title.focus": "bold #e3f2fb", "ok": "#6cbf84",
        "info": "#8397aa", "warn": "#e9b44c", "act": "bold #ff6b70", "unknown": "#c39ae0", "late": "#d8b26a",
        "stale": "#a89f91", "unreachable": "#e58bb1", "never": "#7f8c99", "old": "#6f7b87", "spark": "#5b93b8",
        "practice": "bold #1b1026 on #cfa3e8", "alarm": "bold #ffffff on #a3212b", "notice": "#f7d794 on #3a2c10",
        "cursor": "on #1d3244", "cursor.blur": "on #17212a", "tab": "bold #0f1419 on #5fa8d3", "accent": "#8ecae6",
        "paused": "bold #0f1419 on #e9b44c", "struck": "strike #8a97a3", "hit": "bold underline #ffd479",
    },
    "watch-light": {
        "base": "#323c46", "name": "#101820", "dim": "#77828d", "head": "#77828d", "rule": "#cbc8bd",
        "rule.focus": "#1f5f8b", "title": "#4b5b6a", "title.focus": "bold #0b3c5d", "ok": "#1a7431",
        "info": "#5b6b7a", "warn": "#8a5a00", "act": "bold #b3121d", "unknown": "#6d2fa0", "late": "#7a5a10",
        "stale": "#6b6255", "unreachable": "#a3195b", "never": "#77828d", "old": "#88929b", "spark": "#2f6f9f",
        "practice": "bold #ffffff on #7b3fa0", "alarm": "bold #ffffff on #b3121d", "notice": "#4a3200 on #f3dfa6",
        "cursor": "on #cfe3f2", "cursor.blur": "on #e7e5dc", "tab": "bold #ffffff on #1f5f8b", "accent": "#0b5394",
        "paused": "bold #ffffff on #8a5a00", "struck": "strike #5f6a75", "hit": "bold underline #7a4b00",
    },
    "watch-contrast": {
        "base": "#ffffff", "name": "bold #ffffff", "dim": "#c8c8c8", "head": "underline #ffffff", "rule": "#8a8a8a",
        "rule.focus": "bold #5cd6ff", "title": "bold #ffffff", "title.focus": "bold #5cd6ff", "ok": "#5cff7a",
        "info": "#ffffff", "warn": "bold #ffe100", "act": "bold #000000 on #ff6b6b", "unknown": "bold #f0a6ff",
        "late": "#ffe100", "stale": "#ffc08a", "unreachable": "bold #ff9ecb", "never": "#c8c8c8", "old": "#b0b0b0",
        "spark": "#5cd6ff", "practice": "bold #000000 on #f0a6ff", "alarm": "bold #ffffff on #c00000",
        "notice": "bold #000000 on #ffe100", "cursor": "bold on #004a7f", "cursor.blur": "on #262626",
        "tab": "bold #000000 on #5cd6ff", "accent": "#5cd6ff", "paused": "bold #000000 on #ffe100",
        "struck": "strike #c8c8c8", "hit": "bold underline #ffe100",
    },
    "watch-ansi": {
        "base": "default", "name": "default", "dim": "bright_black", "head": "bright_black", "rule": "bright_black",
        "rule.focus": "cyan", "title": "default", "title.focus": "bold cyan", "ok": "green", "info": "default",
        "warn": "yellow", "act": "bold red", "unknown": "magenta", "late": "yellow", "stale": "bright_black",
        "unreachable": "magenta", "never": "bright_black", "old": "bright_black", "spark": "cyan",
        "practice": "reverse magenta", "alarm": "bold reverse red", "notice": "reverse yellow", "cursor": "reverse",
        "cursor.blur": "underline", "tab": "bold reverse cyan", "accent": "cyan",
        "paused": "bold reverse yellow", "struck": "strike", "hit": "bold underline yellow",
    },
}  # fmt: skip
TONES = tuple(_TONES["watch-dark"])
_BACKGROUND = {"watch-ansi": "default"}


def palette_of(theme: Theme) -> Palette:
    """The tones of a theme of ours; for one of Textual's own, tones made of its main colours."""
    return _palette(theme.name) if theme.name in _TONES else _derived(theme)


@lru_cache(8)
def _palette(name: str) -> Palette:
    background = _BACKGROUND.get(name) or next(theme.background or "" for theme in THEMES if theme.name == name)
    base = Style.parse(f"on {background}")
    return {tone: base + Style.parse(words) for tone, words in _TONES[name].items()}


def _derived(theme: Theme) -> Palette:
    """Textual's themes leave colours out; what is missing comes from the nearest of ours."""
    palette = dict(_palette("watch-ansi" if theme.ansi else "watch-dark" if theme.dark else "watch-light"))
    if theme.ansi or theme.background is None:
        return palette
    base = Style.parse(f"on {theme.background}")
    main = {"base": theme.foreground, "name": theme.foreground, "ok": theme.success, "warn": theme.warning}
    main |= {"act": theme.error, "rule.focus": theme.primary, "spark": theme.primary, "accent": theme.accent}
    for tone, style in palette.items():
        colour = main.get(tone)
        if colour:
            palette[tone] = base + Style.parse(colour)
        elif tone not in ("practice", "alarm", "notice", "cursor", "cursor.blur", "tab", "paused"):
            palette[tone] = style + base
    return palette
