"""S7 The mistaken entry.

She typed gateway 03, meant 05, an hour later. *Expect*: no edit; "correct" makes a new row, original struck and still
readable, search finds both, 05 and 03; a late entry shows 补记 with both times. Searching 网关 (two characters) over
200 000 rows answers <100 ms and is complete. `watchkeeper verify` says OK and the head; after someone changes row 100
with the sqlite3 shell it names row 100; a full re-hash is exposed by the head printed on last night's slip.

How fast the search is belongs to ``bench/log_search.py``; here it is over fewer rows, and complete.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cli.codes import Exit
from cli.main import main
from duty.records import LogKind, NewLogEntry
from storage.migrations import guards
from storage.store import Store
from tests.support.rows import point, row
from tests.support.stage import Stage, staged
from tests.support.terminal import Terminal

ZONE = ZoneInfo("Asia/Shanghai")
EVENING = datetime(2026, 11, 23, 21, 0, tzinfo=ZONE).timestamp()
SITE = """
[site]
name = "Desk"
time_zone = "Asia/Shanghai"
[hosts.trade-1]
disks = []
health = "off"
clock = "off"
"""
OLD = [
    f"第 {number} 行: 行情网关断线" if number % 50 == 0 else f"line {number} of last night" for number in range(1, 301)
]
"""What others wrote before; each fiftieth speaks of a gateway (网关)."""
WRONG, RIGHT = "重启网关 gateway 03", "重启网关 gateway 05"


def found(terminal: Terminal, words: str) -> list[str]:
    """The lines that the search for these words has found; none while it is not shown."""
    lines = terminal.text.splitlines()
    return [line for line in lines if re.match(r".11-2[23] \d\d:", line)] if f"/ {words} " in lines[3] else []


def holds(terminal: Terminal, words: str, lines: list[str]) -> bool:
    """Whether the search for these words has found these lines."""
    return all(one in "\n".join(found(terminal, words)) for one in lines)


def rewrite(store: Path, changed: dict[int, str]) -> None:
    """Somebody with the file and the program writes the whole log anew with other words in it."""
    before = Store(store)
    lines = before.read_log(limit=10_000)[::-1]
    before.close()
    for tail in ("", "-wal", "-shm"):
        store.with_name(store.name + tail).unlink(missing_ok=True)
    forged = Store(store)
    for line in lines:
        text = changed.get(line.seq, line.text)
        new = NewLogEntry(
            line.kind, line.actor, line.event_at, line.subject, text, line.said, supersedes=line.supersedes
        )
        forged.append_log([new], line.entered_at)
    forged.close()


def old_log(stage: Stage) -> None:
    store = Store(stage.store)
    store.append_log([NewLogEntry(LogKind.NOTE, "wang", EVENING - 80_000, text=text) for text in OLD], EVENING - 80_000)
    store.close()


async def test_the_mistaken_entry(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with staged(tmp_path, SITE, wall=EVENING, before=old_log) as stage, stage.screen() as terminal:
        await terminal.shows("1 good")
        terminal.press("n")
        await terminal.shows("Enter writes")
        terminal.press(WRONG + "\r")
        await stage.until(lambda: stage.lines(WRONG), "the line is kept")
        await terminal.shows("? help")
        stage.skip(3_600)
        terminal.press("8")
        await terminal.until(lambda: bool(row(terminal, "gateway 03")))
        await point(terminal, "gateway 03")
        terminal.press("x")
        await terminal.shows("it is, struck through")
        terminal.press("\x7f\x7f05\x1b[B" + "typed the wrong number\r")
        await stage.until(lambda: stage.lines(RIGHT), "the correction is kept")
        await terminal.until(lambda: "╭" not in terminal.text and bool(row(terminal, "gateway 05")))
        assert " X " in row(terminal, "gateway 03"), f"the original is struck and still readable:\n{terminal.text}"
        assert " C " in row(terminal, "gateway 05"), f"the correction is a row of its own:\n{terminal.text}"
        assert stage.lines(WRONG), "nothing was edited"

        terminal.press("N")
        await terminal.shows("When it happened")
        terminal.press("room 2 was at 27 degrees\x1b[B21:10\r")
        await stage.until(lambda: stage.lines("27 degrees"), "the late entry is kept")
        await terminal.until(lambda: "╭" not in terminal.text)

        terminal.press("l")
        await terminal.until(lambda: "L late, written 22:0" in row(terminal, "11-23 21:10:00"))
        terminal.press("\t")  # from the words looked for to the lines, where letters are keys
        await terminal.until(lambda: "━ Duty log" in terminal.text)
        terminal.press("L")
        await terminal.until(lambda: "补记" in row(terminal, "11-23 21:10:00"))
        assert "22:0" in row(terminal, "补记"), f"a late entry has both times:\n{terminal.text}"
        terminal.press("L")
        await terminal.until(lambda: "L late" in row(terminal, "11-23 21:10:00"))
        # A number may be that of a line, too ("corrects line 303"): what has to be among the found is what counts.
        for words, among in (("gateway 03", (WRONG,)), ("gateway 05", (RIGHT,)), ("网关", (WRONG, RIGHT))):
            terminal.press(f"/\x15{words}\r")  # ^U: what was looked for before goes
            marked = [f"{'X' if text is WRONG else 'C'} {text}" for text in among]
            await terminal.until(lambda w=words, m=marked: holds(terminal, w, m))
        complete = 2 + len(OLD) // 50
        await terminal.until(lambda: len(found(terminal, "网关")) == complete)
        await terminal.shows(f"{complete} found")

    proved(stage, tmp_path, capsys)


def proved(stage: Stage, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What ``verify`` says of the log, of one in which a row was changed, and of one that was written anew."""

    def say(*words: str) -> tuple[int, str]:
        code = main(["--site", str(stage.site), *words])
        said = capsys.readouterr()
        return code, said.out + said.err

    code, words = say("verify")
    head = re.search(r"head ([0-9a-f]{12})", words)
    assert code == Exit.WELL and "each as it was written" in words and head is not None, words
    slip = re.search(r"verify --head (\S+)", say("head")[1])
    assert slip is not None, "the slip of last night"

    whole = stage.store.read_bytes()
    with closing(sqlite3.connect(stage.store)) as raw, raw:
        for name in guards():
            raw.execute(f"DROP TRIGGER IF EXISTS {name}")
        raw.execute("UPDATE log_entry SET text = 'nothing happened' WHERE seq = 100")
    code, words = say("verify")
    assert code == Exit.WATCH and "line 100 is not the one that was written" in words, words

    stage.store.write_bytes(whole)
    assert say("verify")[0] == Exit.WELL, "as it was before"
    rewrite(stage.store, {100: "nothing happened"})
    code, words = say("verify")
    assert code == Exit.WELL, f"by itself a log that was hashed anew looks well: {words}"
    code, words = say("verify", "--head", slip[1])
    assert code == Exit.WATCH and "is not in this chain" in words, words
