"""The application around the screens: one session, one picture, one table of actions."""

from __future__ import annotations

import asyncio
import gc
import os
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.command import CommandPalette
from textual.filter import LineFilter
from textual.message import Message
from textual.screen import ModalScreen, SystemModalScreen

from duty.alarm_record import Alarm
from duty.phrases import Phrase
from tui import doings
from tui.actions import ACTIONS, ALARMS, BY_ID, HOST, RECORD, Action, Looking
from tui.alarm_words import event_line, one_line
from tui.annunciator import MUTE_S, Annunciator, means_of, title_words
from tui.keybar import KeyBar
from tui.messages import LogSubmitted, RowChosen
from tui.net import ControlNet
from tui.onlooker import Onlooker
from tui.palette import CommandSearch, WatchCommands
from tui.pause import Pause
from tui.picture import Picture
from tui.screens.opening import OpeningScreen
from tui.screens.watch import WatchScreen
from tui.session import Session, Starting, Unfit
from tui.terminal import QuietDriver, behind, stuck
from tui.themes import THEMES
from wire.alarms import AlarmsChanged
from wire.messages import PROTOCOL, BoardUpdate, FromWatch, Hello, IncidentChanged, LogWritten, Resync, Welcome
from wire.words import _, say

if TYPE_CHECKING:
    from textual.await_complete import AwaitComplete
    from textual.driver import Driver

UNFIT = 3
"""Exit code: there is no watch, or one this screen cannot talk to."""
_DRAIN_S = 0.1
_FRESH_S = 0.8
_GARBAGE = 50_000
"""Objects more than at the last look after which garbage is looked for."""


class Repaint(Message):
    """Something is owed to the terminal. Any number of these are one."""

    def can_replace(self, message: Message) -> bool:
        """A newer one says the same."""
        return isinstance(message, Repaint)


class WatchkeeperApp(Onlooker):
    """A disposable viewer of the watch at ``socket_path``.

    ``starting``: the watch is only being started. ``clock``: UTC epoch seconds.
    """

    TITLE = "Watchkeeper"
    CSS_PATH: ClassVar[list[str]] = [  # type: ignore[assignment]
        str(path) for path in sorted((Path(__file__).parent / "styles").glob("*.tcss"))
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key, f"do('{action.id}')", action.words, show=False)
        for action in ACTIONS
        if action.do
        for key in action.keys
    ]
    COMMANDS = {WatchCommands}  # noqa: RUF012

    def __init__(
        self,
        socket_path: str,
        *,
        who: str,
        version: str,
        starting: Starting | None = None,
        clock: Callable[[], float] = time.time,
        driver_class: type[Driver] | None = QuietDriver,
    ) -> None:
        super().__init__(driver_class=driver_class)
        self.animation_level = "none"
        self.picture = Picture(who, clock)
        hello = Hello(PROTOCOL, version, who, terminal=os.environ.get("TERM", ""))
        self.session = Session(socket_path, hello, self)
        self.pause: Pause | None = None
        """Set while the screen stands still."""
        self.annunciator = Annunciator(means_of(), self._to_terminal)
        self.sound_off_until: float | None = None
        """UTC epoch seconds, for people."""
        self.parting_words = ""
        """Why the screen could not go on, for standard error."""
        self._starting = starting
        self._owed: frozenset[str] | None = frozenset()
        self._drawn_on: Looking | None = None
        self._confirmed: int | None = None
        self._retrying = False
        self._drawn_at = 0.0
        self._untold: list[tuple[str, bool]] = []
        """What is to be told when no dialog hides it and it hides no dialog."""
        self._net = ControlNet()  # one and the same: Textual remembers what a filter has made of a line
        for theme in THEMES:
            self.register_theme(theme)

    def on_mount(self) -> None:
        """Say hello at once; the first board opens the first screen."""
        self.theme = THEMES[0].name
        self.push_screen(OpeningScreen())
        self.run_worker(self._talk(), group="session", name="session")
        self.set_interval(1.0, self._tick)

    async def _talk(self) -> None:
        try:
            await self.session.run(self._starting)
        except Unfit as unfit:
            self._give_up(say(unfit.why))

    # --- what the watch says ----------------------------------------------------------------------------------

    def heard(self, message: FromWatch) -> None:
        """Merge a message into the picture; drawing follows, once for all that came together."""
        if self.pause is not None and isinstance(message, IncidentChanged | LogWritten | Resync):
            self.pause.changes += 1
        match message:
            case Welcome():
                self._welcome(message)
            case BoardUpdate():
                if self.pause is not None:
                    self.pause.hosts_came(message.hosts)
                self.owe(self.picture.board(message))
                if isinstance(self.screen, OpeningScreen):
                    self._open()
            case IncidentChanged():
                self.picture.incident(message)
                self.owe(None)
            case LogWritten():
                self.picture.entry(message)
                self.owe(None)
            case AlarmsChanged():
                if self.pause is not None:
                    self.pause.changes += len(message.events)
                self.picture.alarms.change(message)
                self._announce((one.key, one.number, event_line(one)) for one in message.events if one.announced)
                self.owe(frozenset())
            case Resync():
                self._announce_held(self.picture.resync(message))
                self.owe(None)

    def parted(self, why: Phrase) -> None:
        """The watch is gone. Before the first board there is nothing to show and no reason to stay."""
        if self.picture.site is None:
            self._give_up(say(why))
            return
        if self.picture.connected:
            self.tell(say(why), warn=True)
        self.picture.parted()
        self._confirmed = None
        self.owe(None)

    def _welcome(self, message: Welcome) -> None:
        known = self.picture.site is not None
        waiting = self.picture.welcome(message)
        if known:  # what waited before this screen came stands on it; nothing has come of it now
            self._announce_held(waiting)
        self._announce(())
        self.owe(None)

    # --- calling the person -----------------------------------------------------------------------------------

    def _announce_held(self, alarms: Iterable[Alarm]) -> None:
        self._announce((one.key, one.told, one_line(one.said, one.key, one.priority)) for one in alarms)

    def _announce(self, news: Iterable[tuple[object, int, str]]) -> None:
        """Bell, notification and title follow what has come, also during a pause."""
        alarms = self.picture.alarms
        self.annunciator.announce(news, time.monotonic())
        self.annunciator.entitle(title_words(alarms.standing, len(alarms.urgent)))

    def _to_terminal(self, sequence: str) -> bool:
        """Write to the terminal, unless it does not read: what it would say then is old when it is taken."""
        driver = self._driver
        if driver is None or driver.is_headless or stuck(driver):
            return False
        driver.write(sequence)
        driver.flush()
        return True

    def mute(self) -> None:
        """The sound off for a while, or on again."""
        off = self.annunciator.mute(time.monotonic())
        self.sound_off_until = self.picture.now + MUTE_S if off else None
        self.owe(frozenset())

    def _open(self) -> None:
        screen = WatchScreen()
        self.switch_screen(screen)
        screen.call_after_refresh(screen.mount, KeyBar())
        screen.call_after_refresh(self.owe, None)
        screen.call_after_refresh(_settle)

    def _give_up(self, why: str) -> None:
        self.parting_words = why
        self.exit(return_code=UNFIT)

    # --- drawing ----------------------------------------------------------------------------------------------

    def owe(self, changed: frozenset[str] | None) -> None:
        """The screen has to be drawn again: hosts that changed, ``None`` for everything, empty for the clock."""
        self._owed = None if self._owed is None or changed is None else self._owed | changed
        self.post_message(Repaint())

    def on_repaint(self) -> None:
        """Draw what is owed, unless the terminal still has the last frame to take: then later, and only once."""
        if behind(self._driver):
            if not self._retrying:
                self._retrying = True
                self.set_timer(_DRAIN_S, self._retry)
            return
        view = self.view()
        if view is None:
            return
        if view is not self._drawn_on:
            self._owed, self._drawn_on = None, view
        changed, self._owed = self._owed, frozenset()
        view.redraw(frozenset() if self.pause is not None and changed is not None else changed)
        self._drawn_at = time.monotonic()
        self.renew_bars()
        self.call_after_refresh(self._confirm)

    def _retry(self) -> None:
        self._retrying = False
        self.post_message(Repaint())

    def _confirm(self) -> None:
        """Tell the watch that its board is on the terminal: only then it sends a newer one."""
        if self._waiting or behind(self._driver):
            # Nearly every frame is still on its way here; the library's own timers cost a task each.
            asyncio.get_running_loop().call_later(_DRAIN_S, self._confirm)
        elif self.picture.connected and self.picture.seq is not None and self.picture.seq != self._confirmed:
            self._confirmed = self.picture.seq
            self.session.drawn(self.picture.seq)

    def _tick(self) -> None:
        """The clock and the ages go on also when nothing is heard; with a board they went on just now."""
        self._call()
        if time.monotonic() - self._drawn_at > _FRESH_S:
            self.owe(frozenset())

    def _call(self) -> None:
        """What waits to be said on the terminal, and the end of a sound that is off."""
        if self.annunciator.waits:
            self.annunciator.due(time.monotonic())
            if self.annunciator.mute_ends is None and self.sound_off_until is not None:
                self.sound_off_until = None
                self.owe(frozenset())
        if self.picture.site is not None:
            alarms = self.picture.alarms
            self.annunciator.entitle(title_words(alarms.standing, len(alarms.urgent)))

    def refresh_css(self, animate: bool = True) -> None:
        """Textual leaves a palette that is open in the colours in which it was opened."""
        super().refresh_css(animate)
        if self.screen_stack and isinstance(self.screen, SystemModalScreen):
            self.stylesheet.update(self.screen, animate=animate)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's own and the net under every text that is drawn."""
        return [*super().get_line_filters(), self._net]

    # --- what the operator does -------------------------------------------------------------------------------

    def action_do(self, name: str) -> None:
        """Do the action of the table, or say why it cannot be done now."""
        self.perform(BY_ID[name])

    def perform(self, action: Action) -> None:
        """Do ``action``, or say why it cannot be done now. It never keeps the keyboard waiting."""
        why = action.why_not(self)
        if why is not None:
            self.tell(say(why), warn=True)
            return
        if action.group in (ALARMS, RECORD, HOST):
            self._hold()
        if action.do is not None and (rest := action.do(self)) is not None:
            self.run_worker(rest, group="asking")

    def _hold(self) -> None:
        """What is acted on stays under the cursor, whatever comes in above."""
        panels = self.panels()
        hold = getattr(panels.focused_panel if panels is not None else self.view(), "hold", None)
        if callable(hold):
            hold()

    @property
    def seen(self) -> Picture:
        """What is drawn: the picture, or while the screen is paused the one it was paused at."""
        return self.picture if self.pause is None else self.pause.seen

    def panels(self) -> WatchScreen | None:
        """The screen with the panels, where it is the one that is looked at."""
        view = self.view()
        return view if isinstance(view, WatchScreen) else None

    def on_row_chosen(self, _message: RowChosen) -> None:
        """Enter or a double click on a row: the incident or the host under the cursor in full."""
        doings.show(self)

    def on_log_submitted(self, message: LogSubmitted) -> None:
        """A line typed below the log."""
        self.run_worker(doings.write_log(self, message), group="asking")

    async def action_quit(self) -> None:
        """Textual's own quit (the palette, ^Q) is ours."""
        self.perform(BY_ID["quit"])

    def action_command_palette(self) -> None:
        """Textual's palette, asking in the reader's language."""
        if not isinstance(self.screen, CommandPalette):
            self.push_screen(CommandSearch(placeholder=_("What do you want to do?")))

    def action_help_quit(self) -> None:
        """^C does not end a watch by accident: say what does."""
        self.tell(_("Press q to leave, y to copy."))

    def tell(self, text: str, *, warn: bool = False) -> None:
        """Say something to the person in passing, above no dialog: then when it is closed. Never markup."""
        if isinstance(self.screen, ModalScreen):
            self._untold.append((text, warn))
        elif not any(one.message == text and not one.has_expired for one in self._notifications):  # it stands there
            self.notify(text, severity="warning" if warn else "information", markup=False)

    def pop_screen(self) -> AwaitComplete:
        """What was not said because of a dialog is said when it is gone."""
        gone = super().pop_screen()
        if not isinstance(self.screen, ModalScreen):
            untold, self._untold = self._untold, []
            for text, warn in untold:
                self.tell(text, warn=warn)
        return gone


def _settle() -> None:
    """The first paint is done: what was loaded for it will not be garbage."""
    if not gc.isenabled():
        gc.freeze()
        # A board of 500 hosts is ten thousand objects, none in a circle, and takes the place of as many:
        # with the usual threshold looking through them cost more than drawing them.
        gc.set_threshold(_GARBAGE)
        gc.enable()
