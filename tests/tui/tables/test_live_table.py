"""The table under the operator's hands: the cursor stays on its key, lines are drawn only where they changed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from textual import events
from textual.geometry import Region, Size
from textual.message import Message

from tui.cells import cell
from tui.messages import RowChosen
from tui.themes import THEMES
from tui.widgets.live_table import HEAD, LiveTable, Sheet

WIDTH = 30


class BareTable(LiveTable):
    """The table without an application: it notes what it would draw again and what it would say."""

    app = SimpleNamespace(current_theme=THEMES[0])  # type: ignore[assignment]
    size = Size(WIDTH, 8)  # type: ignore[assignment]
    focused = True

    def __init__(self) -> None:
        super().__init__()
        self.lines: set[int] = set()
        self.posted: list[Message] = []

    @property
    def has_focus(self) -> bool:  # type: ignore[override]
        return self.focused

    def refresh(self, *regions: Region, **_more: Any) -> Any:
        lines = [y for region in regions for y in region.line_range] or list(range(self.size.height))
        self.lines.update(lines)
        return self

    def post_message(self, message: Message) -> bool:
        self.posted.append(message)
        return True

    def text(self, y: int) -> str:
        return self.render_line(y).text


def sheet(rows: dict[str, str]) -> Sheet:
    texts = list(rows.items())
    return Sheet((("column", "head"),), list(rows), lambda row: (cell(" ".join(texts[row]), 20),))


words = st.text("ab中é", max_size=4)
names = st.sampled_from([f"host-{number}" for number in range(14)] + ["主机一", "主机二"])


class Operator(RuleBasedStateMachine):
    """Boards come in any order while somebody moves about."""

    @initialize(rows=st.dictionaries(names, words, max_size=12))
    def begin(self, rows: dict[str, str]) -> None:
        self.table = BareTable()
        self.rows: dict[str, str] = {}
        self.wanted: str | None = None
        """The row the operator has put the cursor on."""
        self.glass = [self.table.render_line(y) for y in range(self.table.size.height)]
        self.board(rows)

    def board(self, rows: dict[str, str]) -> None:
        table, place = self.table, self.table._index - self.table.top
        self.rows = rows
        table.show("1 Panel", sheet(rows), "nothing")
        if self.wanted in rows:
            assert table.key == self.wanted
            most = max(0, len(rows) - table.room)
            if 0 < table.top < most:  # not at an end: the cursor is where it was on the screen
                assert table._index - table.top == place
        elif self.wanted is not None and rows:
            assert table.slipped and table.key in rows
        if table.moved and not rows:
            assert table.key is None

    @rule(rows=st.dictionaries(names, words, max_size=14))
    def other_rows(self, rows: dict[str, str]) -> None:
        self.board(rows)

    @rule(random=st.randoms(use_true_random=False))
    def other_order(self, random: Any) -> None:
        keys = list(self.rows)
        random.shuffle(keys)
        self.board({key: self.rows[key] for key in keys})

    @rule(name=names, text=words)
    def one_row(self, name: str, text: str) -> None:
        self.board({**self.rows, name: text})

    @rule(name=names)
    def one_less(self, name: str) -> None:
        self.board({key: text for key, text in self.rows.items() if key != name})

    @rule()
    def the_same_again(self) -> None:
        self.draw()
        self.board(dict(self.rows))
        assert not self.table.lines

    @precondition(lambda self: self.rows)
    @rule(step=st.sampled_from([-1, 1, 3, -3, -1_000_000, 1_000_000]))
    def move(self, step: int) -> None:
        self.table.action_move(step)
        self.wanted = self.table.key

    @precondition(lambda self: self.rows)
    @rule(pages=st.sampled_from([-1, 1]))
    def page(self, pages: int) -> None:
        self.table.action_page(pages)
        self.wanted = self.table.key

    @rule(y=st.integers(0, 9))
    def click(self, y: int) -> None:
        below = self.table.top + y - HEAD
        keys = list(self.rows)
        self.table.on_click(events.Click(None, 3, y, 0, 0, 1, False, False, False))
        if y >= HEAD and below < len(keys):
            self.wanted = keys[below]
            assert self.table.key == self.wanted

    @rule()
    def enter(self) -> None:
        self.table.posted.clear()
        slipped, key = self.table.slipped, self.table.key
        self.table.action_choose()
        chosen = [message.key for message in self.table.posted if isinstance(message, RowChosen)]
        # A row that slipped under the cursor is not opened by a key that was meant for another.
        assert chosen == ([] if slipped or key is None else [key])
        if slipped:
            assert not self.table.slipped
            self.wanted = key

    @rule()
    def leave(self) -> None:
        self.table.release()
        self.wanted = None
        self.board(self.rows)
        assert self.table.top == 0 and self.table.key == next(iter(self.rows), None)

    @rule(height=st.integers(3, 12))
    def resize(self, height: int) -> None:
        self.table.size = Size(WIDTH, height)  # type: ignore[misc]
        self.table.lines = set(range(height))
        self.draw()  # Textual draws all of a widget that has another size, and only then tells it
        self.table.on_resize()

    @rule(focused=st.booleans())
    def focus(self, focused: bool) -> None:
        self.table.focused = focused
        self.table.on_focus() if focused else self.table.on_blur()

    def draw(self) -> None:
        height = self.table.size.height
        self.glass = (self.glass + [self.table.render_line(0)] * height)[:height]
        for y in self.table.lines:
            self.glass[y] = self.table.render_line(y)
        self.table.lines.clear()

    @invariant()
    def what_was_not_drawn_again_is_as_it_was(self) -> None:
        if hasattr(self, "table"):
            self.draw()
            assert self.glass == [self.table.render_line(y) for y in range(self.table.size.height)]
            assert all(strip.cell_length == WIDTH for strip in self.glass)

    @invariant()
    def the_cursor_is_in_sight(self) -> None:
        if hasattr(self, "table") and self.rows:
            table = self.table
            assert table.top <= table._index < table.top + table.room
            assert list(self.rows)[table._index] == table.key
            assert 0 <= table.top <= max(0, len(self.rows) - table.room)


TestOperator = Operator.TestCase
TestOperator.settings = settings(max_examples=120, stateful_step_count=30, deadline=None)


def test_only_lines_that_changed_are_drawn_again() -> None:
    table, rows = BareTable(), {f"row {number}": "a" for number in range(5)}
    table.show("1 Panel", sheet(rows))
    table.lines.clear()
    table.show("1 Panel", sheet({**rows, "row 3": "b"}))
    assert table.lines == {HEAD + 3}
    table.lines.clear()
    table.action_move(2)
    assert table.lines == {HEAD, HEAD + 2}
    table.lines.clear()
    table.show("1 Panel (2)", sheet({**rows, "row 3": "b"}))
    assert table.lines == {0}


def test_five_hundred_rows_are_drawn_where_they_are_seen() -> None:
    drawn: list[int] = []

    def line(row: int) -> Any:
        drawn.append(row)
        return (cell(str(row), 20),)

    table = BareTable()
    table.show("1 Panel", Sheet((), [str(row) for row in range(500)], line))
    assert drawn == list(range(table.room))
    table.action_move(1_000_000)
    assert max(drawn) == 499 and len(drawn) == 2 * table.room
    assert f" {501 - table.room}-500/500 " in table.text(0)


@pytest.mark.parametrize("nothing", ["no incident", "没有事件", "[/evil]"])
def test_an_empty_table_says_so(nothing: str) -> None:
    table = BareTable()
    table.show("5 Incidents", sheet({"a": "b"}), nothing)
    assert nothing not in table.text(HEAD)
    table.lines.clear()
    table.show("5 Incidents", sheet({}), nothing)
    assert nothing in table.text(HEAD) and HEAD in table.lines and table.row_text() == ""
    table.action_move(1)
    table.action_choose()
    assert not [message for message in table.posted if isinstance(message, RowChosen)]
