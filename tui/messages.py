"""What widgets tell the application. Messages go up; data comes down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textual.message import Message

from duty.records import Subject
from wire.messages import Reply


@dataclass
class RowChosen(Message):
    """Enter or a double click on a row. ``panel``: the panel's name; ``key``: the row's key in it."""

    panel: str
    key: str


class RowPointed(Message):
    """The operator has moved the cursor to another row."""


@dataclass
class LogSubmitted(Message):
    """A line typed below the duty log, not empty. ``answered`` is told what the watch said to it."""

    text: str
    subject: Subject
    answered: Callable[[Reply], None]
