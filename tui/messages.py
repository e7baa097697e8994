"""What widgets tell the application. Messages go up; data comes down."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message


@dataclass
class RowChosen(Message):
    """Enter or a double click on a row. ``panel``: the panel's name; ``key``: the row's key in it."""

    panel: str
    key: str


@dataclass
class LogSubmitted(Message):
    """A line typed below the duty log, not empty."""

    text: str
