"""A part of what is shown of a host: stepped by what comes in, judged when it is looked at."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Generic, TypeVar

V = TypeVar("V")


class Part(ABC, Generic[V]):
    """A thing followed over time and shown as one frozen view.

    Its methods step it and call :meth:`changed` whenever the view could be another one by that. Nothing outside of
    the part may take part in :meth:`judged`: what it depends on is handed to it before, and so the view can be kept.
    """

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        self._kept: V | None = None

    def view(self) -> V:
        """What is shown: the very same object until something in it has changed."""
        kept = self._kept
        if kept is None:
            kept = self._kept = self.judged()
        return kept

    @abstractmethod
    def judged(self) -> V:
        """The view made anew. Always equal to :meth:`view`; looks at the part and changes nothing."""

    def changed(self) -> None:
        """What is kept is not what would be shown now."""
        self._kept = None
