"""The command palette: every action, every host, every theme, and in practice every fault, found by its words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from tui import doings
from tui.actions import ACTIONS, spoken_keys
from wire.words import _, say

if TYPE_CHECKING:
    from tui.app import WatchkeeperApp


@dataclass(frozen=True)
class Entry:
    """One line of the palette. ``first``: shown before anything is typed."""

    words: str
    help: str
    do: Callable[[], None]
    first: bool = False


def entries(app: WatchkeeperApp) -> Iterator[Entry]:
    """Everything the palette offers now."""
    for action in ACTIONS:
        if action.do is None:
            continue
        why = action.why_not(app)
        keys = spoken_keys(action)
        note = keys if why is None else _("{keys} · not now: {why}", keys=keys, why=say(why))
        yield Entry(_(action.words), note, lambda action=action: app.perform(action), first=why is None)  # type: ignore[misc]
    for host in app.picture.hosts.values():
        words = _("Go to host {host}", host=host.id)
        yield Entry(words, host.label or host.role, lambda name=host.id: doings.show_host(app, name))  # type: ignore[misc]
    if app.picture.practice:
        for words, do in doings.fault_choices(app):
            yield Entry(_("Fault: {words}", words=words), _("practice"), do)
    for name in app.theme_names():
        yield Entry(_("Theme {name}", name=name), "", lambda name=name: doings.use_theme(app, name))  # type: ignore[misc]


class WatchCommands(Provider):
    """Our one provider. Words from hosts go in as plain content, never as markup."""

    @property
    def _watchkeeper(self) -> WatchkeeperApp:
        return self.app  # type: ignore[return-value]

    async def discover(self) -> Hits:
        """What can be done just now."""
        for entry in entries(self._watchkeeper):
            if entry.first:
                yield DiscoveryHit(Content(entry.words), entry.do, text=entry.words, help=_unmarked(entry.help))

    async def search(self, query: str) -> Hits:
        """What matches, best first."""
        matcher = self.matcher(query)
        for entry in entries(self._watchkeeper):
            score = matcher.match(entry.words)
            if score > 0:
                yield Hit(score, Content(entry.words), entry.do, text=entry.words, help=_unmarked(entry.help))


def _unmarked(text: str) -> str:
    # The palette takes its help line for markup and offers no other way; without brackets there is none.
    return text.replace("[", "(").replace("]", ")").replace("\\", "/")
