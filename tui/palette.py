"""The command palette: every action, every host, every theme, and in practice every fault, found by its words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.widgets import Input
from textual.worker import Worker, WorkerCancelled

from tui import doings
from tui.actions import ACTIONS, spoken_keys
from wire.words import _, say

if TYPE_CHECKING:
    from tui.app import WatchkeeperApp


@dataclass(frozen=True)
class Entry:
    """One line of the palette. ``beside``: keys or the like. ``first``: shown before anything is typed."""

    words: str
    do: Callable[[], None]
    beside: str = ""
    help: str = ""
    first: bool = False

    @property
    def display(self) -> Content:
        """The line as it is drawn: content, so that no name is taken for markup."""
        return Content.assemble(self.words, ("  " + self.beside, "dim") if self.beside else "")


def entries(app: WatchkeeperApp) -> Iterator[Entry]:
    """Everything the palette offers now."""
    for action in ACTIONS:
        if action.do is None or action.do is doings.palette:
            continue
        why = action.why_not(app)
        yield Entry(
            _(action.words),
            partial(app.perform, action),
            spoken_keys(action),
            _("not now: {why}", why=say(why)) if why else "",
            first=why is None,
        )
    for host in app.picture.hosts.values():
        yield Entry(_("Go to host {host}", host=host.id), partial(doings.show_host, app, host.id), host.label)
    if app.picture.practice:
        for words, do in doings.fault_choices(app):
            yield Entry(_("Fault: {words}", words=words), do, _("practice"))
    for name in doings.THEME_NAMES:
        yield Entry(_("Theme {name}", name=name), partial(doings.use_theme, app, name))


class CommandSearch(CommandPalette):
    """Textual's palette, in which Enter takes a hit of what is typed, never one of fewer letters of it."""

    _search: Worker[None] | None = None
    """The search for what is typed; the list shows what one before has found until it is done."""

    def _gather_commands(self, search_value: str) -> Worker[None]:
        search: Worker[None] = super()._gather_commands(search_value)
        self._search = search
        return search

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter, typed in one piece with the words or not."""
        if self._search is not None and not self._search.is_finished:
            event.stop()
            event.prevent_default()
            self.run_worker(self._choose_when_found(self._search), group="choosing", exclusive=True)

    async def _choose_when_found(self, search: Worker[None]) -> None:
        try:
            await search.wait()
        except WorkerCancelled:  # typed on, or left: what Enter was meant for is gone
            return
        self._select_or_command()


class WatchCommands(Provider):
    """Our one provider. Words from hosts go in as plain content, never as markup."""

    @property
    def _watchkeeper(self) -> WatchkeeperApp:
        return self.app  # type: ignore[return-value]

    async def discover(self) -> Hits:
        """What can be done just now."""
        for entry in entries(self._watchkeeper):
            if entry.first:
                yield DiscoveryHit(entry.display, entry.do, text=entry.words, help=_unmarked(entry.help) or None)

    async def search(self, query: str) -> Hits:
        """What matches, best first."""
        matcher = self.matcher(query)
        for entry in entries(self._watchkeeper):
            score = matcher.match(entry.words)
            if score > 0:
                yield Hit(score, entry.display, entry.do, text=entry.words, help=_unmarked(entry.help) or None)


def _unmarked(text: str) -> str:
    # The palette takes its help line for markup and offers no other way; without brackets there is none.
    return text.replace("[", "(").replace("]", ")").replace("\\", "/")
