"""An application of Textual's own widgets, as unruly as they come, on the frugal base."""

from __future__ import annotations

from random import Random
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import DataTable, Footer, Input, Log, Sparkline, Static

from tests.support.replay import Recorder
from tui.frugal import FrugalApp

WORDS = ("ok", "告警", "磁盘", "abc", "主机一", "x", "🚨", "ｶﾅ", "日本", "longer text", "", "中a文b", "été")
STYLES = ("", "red", "bold green", "on blue", "reverse", "underline yellow on #202020", "dim", "italic strike")


class Question(ModalScreen[None]):
    """A box of an odd width above everything: it cuts wide characters in two."""

    CSS = "Question { align: center middle; } #box { width: 31; height: 7; border: round red; background: $panel; }"

    def compose(self) -> ComposeResult:
        yield Static("确认 restart 主机？", id="box", markup=False)


class Synthetic(FrugalApp):
    CSS = """
    #table { width: 3fr; } #side { width: 2fr; } Sparkline { height: 2; } Log { height: 6; border: round green; }
    """
    COLUMNS: ClassVar[int] = 6
    ROWS: ClassVar[int] = 40

    def __init__(self, seed: int) -> None:
        super().__init__(driver_class=Recorder)
        self.animation_level = "none"
        self.chance = Random(seed)

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield DataTable(id="table", cursor_type="row")
            with Vertical(id="side"):
                yield Sparkline([1, 2, 3])
                yield Static(id="static", markup=False)
                yield Input(id="input")
        yield Log()
        yield Footer()

    def on_mount(self) -> None:
        table = self.table
        for column in range(self.COLUMNS):
            table.add_column(f"列{column}", key=str(column), width=self.chance.choice((5, 7, 9, 12)))
        for row in range(self.ROWS):
            table.add_row(*(self.word() for _column in range(self.COLUMNS)), key=str(row))
        self.query_one(Input).cursor_blink = False

    @property
    def table(self) -> DataTable[Text]:
        return self.screen_stack[0].query_one(DataTable)

    def word(self) -> Text:
        return Text(self.chance.choice(WORDS), self.chance.choice(STYLES))

    def act(self) -> str:
        """Do one thing at random; its name."""
        chance, below = self.chance, self.screen_stack[0]
        name = chance.choice(
            (
                "cells",
                "cells",
                "cells",
                "scroll",
                "cursor",
                "log",
                "static",
                "spark",
                "notify",
                "modal",
                "input",
                "size",
            )
        )
        match name:
            case "cells":
                for _cell in range(chance.randrange(1, 30)):
                    row, column = str(chance.randrange(self.ROWS)), str(chance.randrange(self.COLUMNS))
                    self.table.update_cell(row, column, self.word())
            case "scroll":
                self.table.scroll_to(x=chance.randrange(40), y=chance.randrange(40), animate=False)
            case "cursor":
                self.table.move_cursor(row=chance.randrange(self.ROWS), animate=False)
            case "log":
                below.query_one(Log).write_line("日志 " + " ".join(chance.choices(WORDS, k=6)))
            case "static":
                below.query_one("#static", Static).update(Text.assemble(*(self.word() for _word in range(8))))
            case "spark":
                below.query_one(Sparkline).data = [chance.random() for _value in range(30)]
            case "notify":
                self.notify("通知 " + chance.choice(WORDS), timeout=chance.choice((0.05, 60)), markup=False)
            case "input":
                below.query_one(Input).value = "".join(chance.choices(WORDS, k=4))
            case "modal":
                if len(self.screen_stack) > 1:
                    self.pop_screen()
                else:
                    self.push_screen(Question())
            case "size":
                driver = self._driver
                assert isinstance(driver, Recorder)
                driver.resize(*chance.choice(((80, 24), (81, 25), (100, 30), (53, 16), (80, 24))))
        return name
