"""The list of alarms: what waits for somebody first, one line for all that one cause explains."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from duty.alarm_def import AlarmKey
from duty.alarm_record import Alarm
from duty.alarm_states import AlarmState
from duty.board import HostView
from duty.phrases import N_
from duty.quality import State
from duty.records import ENDED, Subject
from tui import figures
from tui.alarm_book import ASIDE, URGENT, WAITING, Row
from tui.alarm_words import ALARM_WORDS, by_whom, part_of, reason_of, since, tags, thing_of, until
from tui.cells import cell, short_span
from tui.pager import Line, Span
from tui.panels.table_panel import HOST, Draw, TablePanel, fit
from tui.picture import Picture
from wire.words import _

_LIST, _NEWEST = N_("as it is to be worked off"), N_("newest first")
ROOM_FOR_NAMES = 60
"""Cells from which on there is a column for who acknowledged or put aside."""
JUST_S = 1.0
"""Seconds for which a row that came under the cursor by itself is not taken for the one that a key meant."""
ROOM_FOR_WORDS = 50
"""Cells of the sentence from which on it also says under what so many are hidden."""


class AlarmsPanel(TablePanel[Row]):
    """Alarms that are not normal. Where the keys go here the cursor stays on its alarm, whatever comes."""

    panel = "alarm"
    sorts = (_LIST, _NEWEST, HOST)
    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "pick", show=False)]

    def __init__(self) -> None:
        super().__init__()
        self.unfolded: set[AlarmKey] = set()
        self.picked: set[AlarmKey] = set()
        """Rows that were marked."""
        self._of: tuple[object, ...] = ()
        """What the rows were made of."""
        self._by_hand = False
        """The person has put the cursor where it is; else it came to the first row by itself."""
        self._changed_at = -JUST_S
        """When it came from a row that is gone to the one after, monotonic seconds."""

    def title(self) -> str:
        """The panel's name."""
        return _("Alarms")

    def short_title(self) -> str:
        """The name in a tab."""
        # For translators: the name of a tab: five letters, or two characters.
        return _("Alarm")

    def nothing_words(self) -> str:
        """What is said while there are no rows."""
        return _("no alarm")

    def heading(self) -> str:
        """Also how many are marked, and how many windows of maintenance are open."""
        parts = [super().heading()]
        picture = self.app.seen
        if self.picked:
            parts.append(_("{count} marked", count=len(self.picked)))
        if windows := sum(window.open_at(picture.now) for window in picture.alarms.windows):
            parts.append(_("maintenance: {count}", count=windows))
        return f" {self.glyphs.dot} ".join(parts)

    def worst(self, picture: Picture) -> tuple[State, int]:
        """How many wait for somebody."""
        counts = picture.alarms.standing
        waiting = counts.unacknowledged + counts.returned
        if not waiting:
            return State.OK, 0
        return (State.ACT if picture.alarms.urgent else State.WARN), waiting

    def items(self, picture: Picture) -> Sequence[Row]:
        """As the list is to be worked off."""
        return picture.alarms.rows(frozenset(self.unfolded))

    def key_for(self, item: Row) -> str:
        """The alarm; below the one that hides it, under that."""
        return str(item.alarm.key)

    def place(self, item: Row) -> object:
        """The newest first, or by host."""
        alarm = item.alarm
        return alarm.key.subject.host if self.sort == HOST else -(since(alarm) or 0.0)

    def host_of(self, item: Row) -> HostView | None:
        """The host it is on."""
        return self.app.seen.hosts.get(item.alarm.key.subject.host)

    def state_of(self, item: Row) -> State:
        """How grave; what is put aside is no problem of now."""
        alarm = item.alarm
        if alarm.state in ASIDE:
            return State.UNJUDGED
        return State.WARN if alarm.state is AlarmState.RETURNED else alarm.severity

    def spoken(self, item: Row) -> Iterable[str]:
        """All that is said of it, and of what is hidden under it."""
        host = self.host_of(item)
        if host is not None:
            yield from (host.label, host.role, host.group)
        for alarm in (item.alarm, *item.beneath):
            yield from (str(alarm.key), f"P{alarm.priority}", reason_of(alarm), by_whom(alarm))
        yield _(ALARM_WORDS[item.alarm.state])

    def redraw(self, changed: frozenset[str] | None = None) -> None:
        """Rows are made anew only when an alarm has changed: a board alone changes none of them."""
        book = self.app.seen.alarms
        of = (id(book), book.version, frozenset(self.unfolded), self.filter, self.sort)
        if of != self._of:
            self._of, changed = of, None
            self.picked &= book.alarms.keys()
        super().redraw(frozenset() if changed else changed)
        if self.has_focus:
            self.hold()
        if self.slipped and not self._by_hand:
            self.slipped, self._meant, self._changed_at = False, self.key, time.monotonic()

    @property
    def unsure(self) -> bool:
        """Whether the row under the cursor may not be the one a key was meant for: another was there just now."""
        return self.slipped or time.monotonic() - self._changed_at < JUST_S

    def columns(self, items: Sequence[Row], width: int) -> tuple[Line, Draw[Row]]:
        """State, priority, age, thing, who, and the sentence with what is to be known before it."""
        g = self.glyphs
        thing = fit(_("thing"), (self._thing(row) for row in items), max(12, width // 4))
        names = 9 if width >= ROOM_FOR_NAMES else 0
        rest = max(8, width - 3 - 3 - 5 - thing - 1 - names - 1)
        who_head = (cell(_("by"), 8, "head"),) if names else ()
        head = (
            ("   ", ""), cell(_("P"), 2, "head"), cell(_("age"), 4, "head", right=True),
            cell(_("thing"), thing, "head"), *who_head, cell(_("what"), rest, "head"),
        )  # fmt: skip

        def draw(row: Row, now: float) -> Line:
            alarm = row.alarm
            start = since(alarm)
            tone = self._tone(alarm)
            who = (cell(by_whom(alarm), 8, "dim", cut=g.cut),) if names else ()
            return (
                *self._sign(alarm),
                cell(f"P{alarm.priority}", 2, tone if alarm.priority in URGENT else ""),
                cell(short_span(None if start is None else now - start, g), 4, "", right=True),
                cell(self._thing(row), thing, "dim" if alarm.state in ASIDE else "name", cut=g.cut),
                *who,
                cell(self._words(row, now, brief=rest < ROOM_FOR_WORDS), rest, tone, cut=g.cut),
            )

        return head, draw

    def _thing(self, row: Row) -> str:
        return ("  " if row.under is not None else "") + thing_of(row.alarm.key)

    def _sign(self, alarm: Alarm) -> tuple[Span, Span]:
        mark = self.glyphs.alarms[alarm.state]
        loud = alarm.state is AlarmState.UNACKNOWLEDGED and alarm.priority in URGENT
        picked = (self.glyphs.picked, "accent") if alarm.key in self.picked else (" ", "")
        return (mark.text, "alarm" if loud else mark.tone), picked

    def _tone(self, alarm: Alarm) -> str:
        if alarm.state in ASIDE or alarm.state is AlarmState.RETURNED:
            return "dim"
        if not alarm.known:
            return "old"
        return self.glyphs.states[alarm.severity].tone if alarm.state in WAITING else ""

    def _words(self, row: Row, now: float, *, brief: bool) -> str:
        alarm = row.alarm
        parts: list[str] = []
        if row.hidden and brief:
            parts.append(_("{count} hidden", count=row.hidden))
        elif row.hidden:
            parts.append(_("{count} hidden under {thing}", count=row.hidden, thing=part_of(alarm.key)))
        parts += tags(alarm, now)
        if (end := until(alarm)) is not None:
            zone = self.app.seen.site.time_zone if self.app.seen.site is not None else "UTC"
            parts.append(_("until {time}", time=figures.clock(end, zone, now)))
        return f" {self.glyphs.dot} ".join((*parts, reason_of(alarm)))

    # --- what is under the cursor --------------------------------------------------------------------------------

    def row(self) -> Row | None:
        """The row under the cursor, as it is drawn."""
        return next((item for key, item in zip(self._keys, self._items, strict=True) if key == self.key), None)

    def alarm(self) -> Alarm | None:
        """The alarm under the cursor, as it is drawn: an act upon it names the event that was seen."""
        row = self.row()
        return row.alarm if row is not None else None

    def shown(self) -> tuple[Alarm, ...]:
        """All that the filter shows, as they are drawn."""
        return tuple(row.alarm for row in self._items)

    def subject(self) -> Subject:
        """What the alarm is about."""
        alarm = self.alarm()
        return alarm.key.subject if alarm is not None else Subject()

    def incident_id(self) -> int | None:
        """The newest incident about the same thing that has not ended."""
        subject = self.subject()
        mine = [
            one
            for one in self.app.picture.incidents.values()
            if subject.host and one.subject == subject and one.state not in ENDED
        ]
        return max(mine, key=lambda one: one.opened_at).id if mine else None

    # --- keys ----------------------------------------------------------------------------------------------------

    def on_focus(self) -> None:
        """From now on the cursor stays on the alarm it is on: what comes does not slip under a key."""
        super().on_focus()
        self.hold()

    def help_text(self) -> str:
        """For the help."""
        return _(
            "Alarms: Space marks a row, A acknowledges it or all that are marked, F shows what is hidden under it."
        )

    def _go(self, index: int) -> None:
        self._by_hand = True
        super()._go(index)

    def release(self) -> None:
        """The first rows are shown again."""
        self._by_hand = False
        super().release()

    def action_pick(self) -> None:
        """Mark the row under the cursor, or no longer, and go to the next."""
        alarm = self.alarm()
        if alarm is not None:
            self.picked ^= {alarm.key}
            self.action_move(1)
            self.app.owe(frozenset())

    def fold(self) -> None:
        """Show what is hidden under the row under the cursor, or hide it again."""
        row = self.row()
        if row is not None:
            self.unfolded ^= {row.under or row.alarm.key}
            self.app.owe(frozenset())
