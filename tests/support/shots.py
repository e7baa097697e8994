"""Every screen there is a picture of: how an operator comes there, by keys, and what must be on top then."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from msgspec import structs
from rich.terminal_theme import DEFAULT_TERMINAL_THEME, DIMMED_MONOKAI, TerminalTheme
from textual.widgets import Input, Static

from config.load import load_site
from duty.phrases import phrase
from duty.records import Subject
from practice.procedures import PROCEDURES
from tests.support.scene import BUSY, DEAD, LINE
from tui import doings
from tui.screens.graph import GraphScreen
from watch.site_source import line_of
from wire.messages import NoteIncident, ReloadSite
from wire.words import say

if TYPE_CHECKING:
    from tests.support.pictures import Sitting

BAD_SITE = Path(__file__).parents[1] / "config" / "bad" / "many-at-once.toml"
SMALL, MIDDLE, LARGE, CORNER = (80, 24), (120, 40), (160, 48), (40, 12)
SIZES = (SMALL, MIDDLE, LARGE)
WIDE = (MIDDLE, LARGE)


class Look(NamedTuple):
    """A theme as it is drawn: on a terminal with these 16 colours."""

    name: str
    theme: str
    colours: TerminalTheme
    words: str
    sizes: tuple[tuple[int, int], ...] = (*SIZES, CORNER)


LOOKS = (
    Look("dark", "watch-dark", DIMMED_MONOKAI, "dark (watch-dark), the usual one"),
    Look("light", "watch-light", DIMMED_MONOKAI, "light (watch-light)"),
    Look("contrast", "watch-contrast", DIMMED_MONOKAI, "high contrast (watch-contrast)"),
    Look("ansi", "watch-ansi", DIMMED_MONOKAI, "the terminal's own 16 colours (watch-ansi), a dark terminal"),
    Look("ansi-light", "watch-ansi", DEFAULT_TERMINAL_THEME, "the same on a light terminal", (SMALL,)),
)
"""The first is drawn as a file a picture, the others as sheets."""

Steps = Callable[["Sitting"], Awaitable[None]]


@dataclass(frozen=True)
class Shot:
    """One screen. ``keys`` are pressed first, then ``do`` is done; ``leave`` is pressed afterwards.

    ``top``: the class of the screen that must be on top. ``sizes``: where it looks like something of its own.
    """

    name: str
    words: str
    keys: tuple[str, ...] = ()
    do: Steps | None = None
    top: str = "WatchScreen"
    leave: tuple[str, ...] = ()
    sizes: tuple[tuple[int, int], ...] = SIZES


def _typed(text: str, *keys: str) -> Steps:
    async def do(sitting: Sitting) -> None:
        field = sitting.app.focused
        assert isinstance(field, Input), field
        field.insert_text_at_cursor(text)
        await sitting.press(*keys)

    return do


def _host(*keys: str) -> Steps:
    async def do(sitting: Sitting) -> None:
        doings.show_host(sitting.app, DEAD[0])
        await sitting.settle()
        await sitting.press(*keys)

    return do


def _incident(*keys: str, text: str = "") -> Steps:
    async def do(sitting: Sitting) -> None:
        doings.show_incident(sitting.app, sitting.scene.incident_of(DEAD[0]))
        await sitting.settle()
        await sitting.press(*keys)
        if text:
            await _typed(text)(sitting)

    return do


async def _procedure(sitting: Sitting) -> None:
    picture = sitting.app.picture
    picture.rules = structs.replace(picture.rules, procedures=PROCEDURES)
    await _incident("E")(sitting)


async def _graph(sitting: Sitting) -> None:
    screen = GraphScreen(Subject(BUSY, "line", LINE))
    screen.span = 0
    await sitting.app.push_screen(screen)
    await sitting.until(lambda: not screen._waiting)


async def _saved(sitting: Sitting) -> None:
    await sitting.press("S")
    await sitting.until(lambda: bool(sitting.app._notifications))


async def _paused(sitting: Sitting) -> None:
    await sitting.press("space")
    known = len(sitting.app.picture.log)
    sitting.watch.write("shift handed over / 交接班", "zhang")
    await sitting.until(lambda: len(sitting.app.picture.log) > known)


async def _gone(sitting: Sitting) -> None:
    await sitting.watch.stop()
    await sitting.until(lambda: not sitting.app.picture.connected)


async def _key_changed(sitting: Sitting) -> None:
    await sitting.change_key()
    await sitting.press("k")


async def _refused(sitting: Sitting) -> None:
    await _incident("a", text="进程已重启 / process restarted")(sitting)
    why = phrase("the disk of the store is full")
    sitting.watch.refuse[NoteIncident] = why
    await sitting.press("enter")
    await sitting.until(lambda: say(why) in str(sitting.app.screen.query_one("#refusal", Static).content))


async def _site_refused(sitting: Sitting) -> None:
    found = load_site(BAD_SITE).problems
    problems = [structs.replace(problem, file="~/.config/watchkeeper/watchkeeper.toml") for problem in found]
    why = phrase("the site file has {count} problems; the one before stays in force", count=len(problems))
    sitting.watch.refuse[ReloadSite] = why
    sitting.watch.problems = tuple(map(line_of, problems))
    sitting.watch.change(site=structs.replace(sitting.watch.site, config_error=why))
    await sitting.press("r")
    await sitting.until(lambda: type(sitting.app.screen).__name__ == "PageScreen")
    await sitting.settle()


def _tab(number: int, name: str, words: str) -> Shot:
    return Shot(f"watch-{name}", f"{words}, alone in its tab", (str(number),), leave=("1",), sizes=(SMALL,))


SHOTS: tuple[Shot, ...] = (
    Shot("watch", "The watch: everything at once, or in tabs on a small terminal"),
    _tab(1, "fleet", "Fleet"),
    _tab(2, "processes", "Processes"),
    _tab(3, "apps", "Applications"),
    _tab(4, "lines", "Lines"),
    _tab(5, "disks", "Disks"),
    _tab(6, "events", "Events"),
    _tab(7, "incidents", "Incidents"),
    _tab(8, "log", "Duty log"),
    _tab(9, "alarms", "Alarms"),
    Shot(
        "alarms",
        "The list of alarms, enlarged, what is hidden unfolded",
        ("9", "m", "F"),
        leave=("F", "m", "1"),
        sizes=WIDE,
    ),
    Shot("alarm", "An alarm (Enter)", ("9", "enter"), top="AlarmScreen", leave=("1",)),
    Shot("ack-all", "What would be acknowledged (B)", ("9", "B"), top="BulkAck", leave=("1",)),
    Shot(
        "shelve", "Shelving an alarm (H)", ("9", "H"), _typed("厂商正在处理 / the vendor works on it"), "Form", ("1",)
    ),
    Shot("enlarged", "One panel on the whole screen (m)", ("4", "m"), leave=("m", "1"), sizes=WIDE),
    Shot("filtering", "A filter being typed (/)", ("slash",), _typed("gw"), leave=("escape",)),
    Shot("filtered", "A filter in force", ("slash",), _typed("gw", "enter"), leave=("escape",)),
    Shot("problems", "Only what is not well (!)", ("exclamation_mark",), leave=("escape",)),
    Shot("host", "A host's page (Enter)", do=_host(), top="HostScreen"),
    Shot("graph", "A graph (g)", do=_graph, top="GraphScreen"),
    Shot("overview", "The overview (v)", ("v",), top="OverviewScreen"),
    Shot("corner", "The overview in a corner of the screen", ("v",), top="OverviewScreen", sizes=(CORNER,)),
    Shot("log-all", "The duty log, all of it (l)", ("l",), top="LogScreen"),
    Shot("log-found", "Looking for words in the duty log (l)", ("l",), _typed("厂商", "enter"), top="LogScreen"),
    Shot("log-line", "A line of the duty log (Enter)", ("l", "enter", "enter"), top="EntryScreen"),
    Shot("incident", "An incident (Enter)", do=_incident(), top="IncidentScreen"),
    Shot("procedure", "An emergency procedure in its incident (E)", do=_procedure, top="EmergencyScreen"),
    Shot("drill", "Beginning a drill (D)", ("D",), _typed("结算库空间告急 / database full"), top="Form"),
    Shot("open", "Opening an incident (o)", ("o",), _typed("报盘网关1 无回报"), top="Form"),
    Shot("add", "A note to an incident (a)", do=_incident("a", text="已重启, 等待登录 / restarted"), top="Form"),
    Shot("level", "Raising or lowering an incident (i)", do=_incident("i"), top="Form"),
    Shot("note-form", "A line for the duty log from a page (n)", do=_host("n"), top="Form"),
    Shot("refused", "A form that was refused: it stays, with the reason", do=_refused, top="Form"),
    Shot("fault", "A fault to inject, in practice (f)", ("f",), top="Choose"),
    Shot("help", "Help and all keys (?)", ("question_mark",), top="PageScreen"),
    Shot("palette", "Every command by its words (Ctrl+P)", ("ctrl+p",), top="CommandSearch"),
    Shot("found", "A command that was looked for", ("ctrl+p",), _typed("SGE-2"), top="CommandSearch"),
    Shot("quit", "Leaving (q)", ("q",), top="Form"),
    Shot("saved", "The screen was saved (S)", do=_saved),
    Shot("paused", "The screen stands still (Space)", do=_paused, leave=("space",)),
    Shot("key", "A host that shows another key (k)", do=_key_changed, top="Form"),
    Shot("note", "A line for the duty log (n)", ("n",), _typed("交易所电话确认 SGE-2 正常"), leave=("escape",)),
    Shot("site-refused", "The site file was not taken (r)", do=_site_refused, top="PageScreen"),
    Shot("gone", "The watch is gone: what was known last, with its age", do=_gone),
)
"""In the order in which they are taken: what changes something for the ones after it comes last."""


def shots_of(size: tuple[int, int]) -> tuple[Shot, ...]:
    """What is drawn at ``size``."""
    return tuple(shot for shot in SHOTS if size in shot.sizes)


def looks_of(size: tuple[int, int]) -> tuple[Look, ...]:
    """In which themes that is."""
    return tuple(look for look in LOOKS if size in look.sizes)
