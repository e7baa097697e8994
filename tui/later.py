"""What is loaded when it is first done: the first screen does not wait for it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.app import WatchkeeperApp

Doing = Callable[["WatchkeeperApp"], Coroutine[None, None, None] | None]
"""Done when it returns, or what is still to be waited for."""


@dataclass(frozen=True)
class Later:
    """The function ``name`` of ``tui.<module>``. That it is there is held by a test."""

    module: str
    name: str

    def __call__(self, app: WatchkeeperApp) -> Coroutine[None, None, None] | None:
        """Load it, if that was not done yet, and do it."""
        return self.found()(app)

    def found(self) -> Doing:
        """The function itself."""
        doing: Doing = getattr(import_module(f"tui.{self.module}"), self.name)
        return doing
